"""Engines that paint the scene around the product, which stands in the picture from the first denoising step on.

So the scene's light, ground and shadow are made for this product. Its own pixels are laid over the painted ones last.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from PIL import Image

from services.contract import Checkpoint
from services.images import Shape
from services.pipelines.adapters import Adapters
from services.pipelines.calling import call_pipeline, image_generator
from services.product.engine import ProductEngine
from services.product.prompt import ScenePrompt
from services.product.service import ProductRequest
from services.product.staging import Staging, stage
from services.product.standing import LAYOUTS


class AroundEngine(ProductEngine):
    """The product engine with scenes painted around the product. A pipeline family says what its call is given."""

    paints_shadows: ClassVar[bool] = True

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the pipeline, and learn which LoRAs there are."""
        super().load(checkpoint)
        self._adapters = Adapters(self._pipeline, checkpoint.loras)

    def inputs(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """What the pipeline's call is given besides its generator."""
        raise NotImplementedError

    def generate_scene(
        self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, images: Mapping[str, Image.Image]
    ) -> Image.Image:
        """One scene with the product in it, at about the area that the checkpoint was trained on."""
        staging = stage(images["product"], LAYOUTS[shape], self.scene_sizes[shape])
        inputs = self.inputs(request, prompt.for_position(LAYOUTS[shape].position), staging, images)
        with self._adapters.using(request.lora, request.lora_scale):
            (scene,) = call_pipeline(self._pipeline, [image_generator(request.seed, shape)], **inputs)
        return scene
