"""Qwen-Image-Edit-Plus: an instruction turns the plain ground around the product into the scene."""

from collections.abc import Mapping
from typing import Any, ClassVar

from diffusers import QwenImageEditPlusPipeline
from PIL import Image

from services.product.engine_around import AroundEngine
from services.product.service import ProductRequest
from services.product.staging import Staging


class QwenEditEngine(AroundEngine):
    """The first picture is edited; further ones are references: here the product close up, and the style if given."""

    pipeline_class: ClassVar[Any] = QwenImageEditPlusPipeline
    pipeline_options: ClassVar[dict[str, Any]] = {}

    def inputs(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """Guidance is real guidance with a negative prompt, and off at 1; an empty negative prompt is one space."""
        pictures = [staging.picture, staging.product]
        instruction = (
            f"Replace the plain background of picture 1 by this scene: {prompt}. Keep the product (see picture 2) "
            "exactly where it is, at the same size, unchanged; it stands on the ground with a natural contact shadow."
        )
        if "style" in images:
            pictures.append(images["style"].convert("RGB"))
            instruction += " Take colours and mood from picture 3, not its content."
        guided = request.guidance_scale > 1
        return {
            "prompt": instruction,
            "negative_prompt": (request.negative_prompt or " ") if guided else None,
            "true_cfg_scale": request.guidance_scale,
            "image": pictures,
            "width": staging.picture.width,
            "height": staging.picture.height,
            "num_inference_steps": request.num_inference_steps,
        }
