"""SDXL inpainting around the product, held by ControlNets, in the style of a picture, with a brand's LoRA."""

from collections.abc import Mapping
from typing import Any

from PIL import Image

from services.pipelines.adapters import style_only
from services.pipelines.painter_sdxl import SDXLInpaintPainter
from services.pipelines.painting import ImagePrompt
from services.product.engine_around import AroundEngine
from services.product.service import ProductRequest
from services.product.staging import Staging, draw_depth, draw_edges


class SDXLInpaintEngine(AroundEngine):
    """Parts: ``controlnet_canny`` and ``controlnet_depth``, one of which may be left out, and the painter's others."""

    painter_class = SDXLInpaintPainter

    def told(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """In the style of ``images["style"]`` if the request has one."""
        style = ImagePrompt(images["style"], style_only(request.style_scale)) if "style" in images else None
        return {
            "prompt": f"product photography, {prompt}, natural contact shadow",
            "controls": {"controlnet_canny": draw_edges(staging), "controlnet_depth": draw_depth(staging)},
            "image_prompt": style,
        }
