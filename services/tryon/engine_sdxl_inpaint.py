"""SDXL inpainting as a try-on engine: it paints over the drape, in the sight of the garment, held by the pose."""

from typing import Any

from services.pipelines.masks import on_plain
from services.pipelines.painter_sdxl import SDXLInpaintPainter
from services.pipelines.painting import ImagePrompt
from services.pipelines.windows import Window
from services.tryon.engine import Draped
from services.tryon.engine_painted import WORDS, PaintedTryOnEngine
from services.tryon.service import TryOnRequest
from services.tryon.skeleton import draw_skeleton


class SDXLTryOnEngine(PaintedTryOnEngine):
    """It starts from the drape, so that prints stay where they are: SDXL itself knows the garment by look only.

    Parts: ``controlnet_openpose``, and the painter's others.
    """

    painter_class = SDXLInpaintPainter

    def told(self, request: TryOnRequest, draped: Draped, window: Window) -> dict[str, Any]:
        """The garment is the image prompt, for all blocks: shape and print count here, not only style."""
        worn = WORDS[draped.category]
        return {
            "picture": window.cut(draped.picture),
            "prompt": f"photograph of a person wearing this {worn}, natural folds, soft shading, sharp fabric",
            "negative_prompt": "deformed, blurry, extra arms, extra hands, text, watermark",
            "strength": request.strength,
            "controls": {"controlnet_openpose": draw_skeleton(draped.person, window.place, window.size)},
            "controlnet_conditioning_scale": request.controlnet_conditioning_scale,
            "image_prompt": ImagePrompt(on_plain(draped.garment), request.garment_scale),
        }
