"""Engines that paint the scene around the product, which stands in the picture from the first denoising step on.

So the scene's light, ground and shadow are made for this product. Its own pixels are laid over the painted ones last.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from PIL import Image

from services.contract import Checkpoint
from services.images import Shape
from services.pipelines.calling import image_generator
from services.pipelines.painting import Painter, Painting
from services.product.engine import ProductEngine
from services.product.prompt import ScenePrompt
from services.product.scale import scale_layout
from services.product.service import ProductRequest
from services.product.staging import Staging, stage
from services.product.standing import LAYOUTS


class AroundEngine(ProductEngine):
    """The product engine with scenes painted around the product. A pipeline family has its painter and its words."""

    paints_shadows: ClassVar[bool] = True
    painter_class: ClassVar[type[Painter]]

    def load_pipeline(self, checkpoint: Checkpoint) -> Any:
        """The painter's pipeline."""
        self._painter = self.painter_class()
        self._painter.load(checkpoint)
        return self._painter.pipeline

    def told(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """Prompt, references, controls … : what the painter is told besides the staging and the request's numbers."""
        raise NotImplementedError

    def generate_scene(
        self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, images: Mapping[str, Image.Image]
    ) -> Image.Image:
        """One scene with the product in it, at about the area that the checkpoint was trained on."""
        staging = stage(
            images["product"], scale_layout(LAYOUTS[shape], request.size_cm, prompt.ground), self.scene_sizes[shape]
        )
        task = Painting(
            picture=staging.picture,
            mask=staging.mask,
            negative_prompt=request.negative_prompt,
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            controlnet_conditioning_scale=request.controlnet_conditioning_scale,
            lora=request.lora,
            lora_scale=request.lora_scale,
            **self.told(request, prompt.for_position(LAYOUTS[shape].position), staging, images),
        )
        return self._painter.paint(task, image_generator(request.seed, shape))
