"""FLUX.2 [klein]: scenes from text alone, and scenes painted around the product with the product as reference."""

from collections.abc import Mapping
from typing import Any, ClassVar

from diffusers import Flux2KleinPipeline
from PIL import Image

from services.pipelines.painter_klein import KleinPainter
from services.product.engine import ProductEngine
from services.product.engine_around import AroundEngine
from services.product.service import ProductRequest
from services.product.staging import Staging


class KleinSceneEngine(ProductEngine):
    """Text to image; the product is stood in the scene afterwards. Distilled: 4 steps, no guidance, no negative."""

    pipeline_class: ClassVar[Any] = Flux2KleinPipeline
    pipeline_options: ClassVar[dict[str, Any]] = {}

    def words(self, request: ProductRequest, prompt: str) -> dict[str, Any]:
        """The base checkpoint guides by an empty prompt of its own; there is no negative prompt in this family."""
        return {"prompt": f"An empty scene for a product photograph: {prompt}, with nothing standing there yet."}


class KleinAroundEngine(AroundEngine):
    """Inpainting around the product; the product alone is the reference picture, so that reflections match it."""

    painter_class = KleinPainter

    def told(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """Painted at full strength: nothing of the plain ground remains."""
        return {
            "prompt": f"A product photograph. The product stands on the ground of this scene: {prompt}. "
            "It casts a natural contact shadow. Nothing else is in front.",
            "references": (staging.product,),
        }
