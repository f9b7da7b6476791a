"""Qwen-Image-Edit-Plus as a room engine: instructions clear a place and set what is placed into the room's light."""

from typing import Any

from services.pipelines.painter_qwen import QwenEditPainter
from services.room.engine_painted import PaintedRoomEngine
from services.room.service import RoomRequest
from services.room.site import Site


class QwenRoomEngine(PaintedRoomEngine):
    """It edits the whole window; only the declared region of its picture is used."""

    painter_class = QwenEditPainter

    def clearing(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """The place was filled from its surroundings before: the instruction makes floor and wall of the blur."""
        return {
            "prompt": "Picture 1 is a photograph of a room with a blurred area. Continue floor and wall through that "
            "area, sharp and even, with nothing standing there. Everything else stays exactly as it is."
        }

    def harmonising(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """The products, close up, are the pictures that follow."""
        return {
            "prompt": "Furniture, seen close up in the pictures after picture 1, was pasted into the room of picture "
            "1. Give it the light of the room and a natural contact shadow. Its place, size, shape and colours, and "
            "everything else in the room, stay exactly as they are.",
            "references": site.products,
        }
