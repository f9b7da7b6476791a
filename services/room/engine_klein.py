"""FLUX.2 [klein] as a room engine."""

from typing import Any

from services.pipelines.painter_klein import KleinPainter
from services.room.engine_painted import PaintedRoomEngine
from services.room.service import RoomRequest
from services.room.site import Site


class KleinRoomEngine(PaintedRoomEngine):
    """Inpainting in four steps; the first product, close up, is the reference picture."""

    painter_class = KleinPainter

    def clearing(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """At full strength: nothing of the filled place remains."""
        return {"prompt": "A photograph of a room. Bare floor and plain wall go on evenly; nothing stands there."}

    def harmonising(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """Part of the way only: what is drawn stays recognisable."""
        return {
            "prompt": "A photograph of a room. The furniture stands on the floor with a natural contact shadow, in the "
            "light of the room.",
            "references": site.products[:1],
            "strength": request.strength,
        }
