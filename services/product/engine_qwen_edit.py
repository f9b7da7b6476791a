"""Qwen-Image-Edit-Plus: an instruction turns the plain ground around the product into the scene."""

from collections.abc import Mapping
from typing import Any

from PIL import Image

from services.pipelines.painter_qwen import QwenEditPainter
from services.product.engine_around import AroundEngine
from services.product.service import ProductRequest
from services.product.staging import Staging


class QwenEditEngine(AroundEngine):
    """The first picture is edited; further ones are references: here the product close up, and the style if given."""

    painter_class = QwenEditPainter

    def told(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """An instruction that numbers its pictures."""
        references = [staging.product]
        instruction = (
            f"Replace the plain background of picture 1 by this scene: {prompt}. Keep the product (see picture 2) "
            "exactly where it is, at the same size, unchanged; it stands on the ground with a natural contact shadow."
        )
        if "style" in images:
            references.append(images["style"].convert("RGB"))
            instruction += " Take colours and mood from picture 3, not its content."
        return {"prompt": instruction, "references": tuple(references)}
