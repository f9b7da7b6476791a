"""What a room photo shows by pixel: free floor (rugs included) and things. No torch.

Two judges have to agree on floor: a network that knows forms (``assets/models/room``), and the rules of ``floor.py``
that know the walls and the colours of the floor. Each takes things for floor that the other does not.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from services.room.camera import Camera
from services.room.floor import WORK_PX, free_floor
from services.room.layout import Layout

ROLE = "ground"
SIDE_PX = 128
NEVER_FLOOR = 0.02
LEAST_SAY = 0.05  # an empty room is strange to the network: it may doubt all the floor, but not refuse it alone


@dataclass(frozen=True)
class Ground:
    """Maps of the photo at WORK_PX across, float32 (height, width).

    floor: 0 surely not … 1 surely free floor or rug. things: the same for what stands or lies on it.
    """

    floor: np.ndarray
    things: np.ndarray

    def floor_at(self, camera: Camera, pixels: np.ndarray) -> np.ndarray:
        """How surely each pixel (…, 2) of the photo is free floor; nan outside it."""
        height, width = self.floor.shape
        column, row = np.moveaxis(np.floor(np.nan_to_num(pixels, nan=-9) * width / camera.width).astype(int), -1, 0)
        inside = (column >= 0) & (row >= 0) & (column < width) & (row < height)
        return np.where(inside, self.floor[row.clip(0, height - 1), column.clip(0, width - 1)], np.nan)

    def without(self, camera: Camera, boxes: list[tuple[float, float, float, float]]) -> "Ground":
        """The same ground with boxes (left, top, right, bottom; px of the photo) taken."""
        floor, scale = self.floor.copy(), self.floor.shape[1] / camera.width
        for box in boxes:
            left, top, right, bottom = (int(max(0, side * scale)) for side in box)
            floor[top : bottom + 1, left : right + 1] = 0
        return replace(self, floor=floor)


class GroundReader:
    """The loaded network. One call at a time: OpenCV keeps the tensors of the last one."""

    def __init__(self, folder: str) -> None:
        self._network = cv2.dnn.readNetFromONNX(str(Path(folder) / "network.onnx"))

    def see(self, rgb: np.ndarray, camera: Camera) -> np.ndarray:
        """What a photo (uint8) shows: shares (3, height, width) of floor, thing and structure, at WORK_PX across.

        The network is asked about the photo and about its mirror image.
        """
        square = cv2.resize(rgb, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        seen = np.concatenate([square, squashed_drop(camera, SIDE_PX)[..., None]], axis=2)
        both = np.stack([seen, seen[:, ::-1]]).transpose(0, 3, 1, 2)
        self._network.setInput(np.ascontiguousarray(both))
        answer = self._network.forward()
        mean = (answer[0] + answer[1, :, :, ::-1]) / 2
        size = (WORK_PX, max(8, round(WORK_PX * rgb.shape[0] / rgb.shape[1])))
        shares = np.exp(np.stack([cv2.resize(part, size, interpolation=cv2.INTER_LINEAR) for part in mean[:3]]))
        return np.asarray(shares / shares.sum(axis=0))


def judge(seen: np.ndarray, rgb: np.ndarray, camera: Camera, layout: Layout) -> Ground:
    """The ground of a photo (uint8), of which the network has seen the shares (3, height, width)."""
    below = _drop(camera, seen.shape[2], seen.shape[1]) > NEVER_FLOOR
    floor = np.maximum(seen[0], LEAST_SAY) * below * free_floor(rgb, camera, layout)
    return Ground(np.sqrt(floor), seen[1])


def squashed_drop(camera: Camera, side_px: int) -> np.ndarray:
    """How steeply each pixel of the photo, squashed to a square, looks down: camera height over the floor's depth."""
    return _drop(camera, side_px, side_px)


def _drop(camera: Camera, columns: int, rows: int) -> np.ndarray:
    down, across = np.mgrid[0:rows, 0:columns] + 0.5
    pixels = np.stack([across * camera.width / columns, down * camera.height / rows], axis=-1)
    return np.asarray(camera.drop(pixels), np.float32)
