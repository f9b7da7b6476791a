"""The room engine with a depth checkpoint: it sees by itself what stands in front of a place."""

from collections.abc import Mapping

from PIL import Image

from services.contract import Checkpoint
from services.room.depth import DepthReader, find_standing
from services.room.engine import RoomEngine
from services.room.occlusion import Thing
from services.room.reading import Reading
from services.room.service import RoomRequest


class DepthRoomEngine(RoomEngine):
    """Placing and drawing are the embedded engine's; things in front need no boxes where the depth can be trusted."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the depth network."""
        super().load(checkpoint)
        self._depth = DepthReader(checkpoint)

    def find_in_front(self, request: RoomRequest, room: Reading, images: Mapping[str, Image.Image]) -> list[Thing]:
        """What the request tells of, and what the depth shows."""
        told = super().find_in_front(request, room, images)
        seen = find_standing(self._depth.read(room.rgb), room)
        return told if seen is None else [*told, seen]
