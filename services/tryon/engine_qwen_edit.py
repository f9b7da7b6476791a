"""Qwen-Image-Edit-Plus as a try-on engine: the person and the garment are its two pictures."""

from typing import Any

from services.pipelines.masks import on_plain
from services.pipelines.painter_qwen import QwenEditPainter
from services.pipelines.windows import Window
from services.tryon.engine import Draped
from services.tryon.engine_painted import WORDS, PaintedTryOnEngine
from services.tryon.service import TryOnRequest


class QwenTryOnEngine(PaintedTryOnEngine):
    """It sees the photo itself, not the drape: only the mask, and so where the garment may be, comes from the drape."""

    painter_class = QwenEditPainter

    def told(self, request: TryOnRequest, draped: Draped, window: Window) -> dict[str, Any]:
        """An instruction that numbers its pictures."""
        worn = WORDS[draped.category]
        return {
            "picture": window.cut(draped.photo),
            "references": (on_plain(draped.garment),),
            "prompt": f"Dress the person of picture 1 in the garment of picture 2 instead of their own {worn}. Its "
            "colour, print, cut, neckline and sleeve length are exactly those of picture 2, with natural folds and the "
            "light of picture 1. Face, hair, hands, pose, other clothes and background stay as they are in picture 1.",
        }
