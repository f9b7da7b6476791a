"""SDXL inpainting as a room engine, held by a depth ControlNet."""

from typing import Any

import numpy as np

from services.pipelines.painter_sdxl import SDXLInpaintPainter
from services.room.engine_painted import PaintedRoomEngine
from services.room.service import RoomRequest
from services.room.site import Site


class SDXLRoomEngine(PaintedRoomEngine):
    """Parts: ``controlnet_depth``, ``depth``, and the painter's others."""

    painter_class = SDXLInpaintPainter

    def clearing(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """At full strength, on the depth of the empty room."""
        return {
            "prompt": "interior photograph, bare floor and plain wall, empty, even light",
            "negative_prompt": "furniture, objects, people, text, watermark, blurry",
            "controls": {"controlnet_depth": site.draw_depth()},
        }

    def harmonising(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """Part of the way only: what is drawn stays recognisable, and so does its depth, as the network sees it."""
        return {
            "prompt": "interior photograph, furniture standing on the floor, soft contact shadow, natural light",
            "negative_prompt": "floating, text, watermark, blurry, distorted",
            "strength": request.strength,
            "controls": {"controlnet_depth": site.as_control(self._depth.read(np.asarray(site.picture)))},
        }
