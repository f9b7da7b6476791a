"""What stands in front of a product: things cut out of the photo by their boxes, or a mask of the client's.

A thing hides what stands farther from the camera than the thing's own foot, the middle of its box's lower edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from services.errors import InvalidInput
from services.room.camera import Camera
from services.room.places import Placed
from services.room.reading import Reading
from services.room.service import Region

WORK_PX = 320
MARGIN = 0.2
ROUNDS = 4
SEED = 1
EDGE_PX = 0.7


@dataclass(frozen=True)
class Thing:
    """matte: 0..1 (height, width) of the photo, 1 = the thing. distance: from the lens, camera heights, of its foot or
    of each pixel (height, width)."""

    matte: np.ndarray
    distance: float | np.ndarray


def find_things(rgb: np.ndarray, camera: Camera, regions: Sequence[Region], mask: Image.Image | None) -> list[Thing]:
    """The things in the boxes, and what the mask (L, 255 = in front of every product) shows.

    Raises:
        InvalidInput: a box outside the photo, or a mask of another size.
    """
    things = [Thing(_cut_from(rgb, region), _distance(camera, region)) for region in regions]
    if mask is None:
        return things
    if mask.size != (camera.width, camera.height):
        problem = f"it is {mask.width} x {mask.height} px; the photo is {camera.width} x {camera.height} px"
        raise InvalidInput("in_front_mask", f"{problem}; send a mask of the photo's size")
    return [*things, Thing(np.asarray(mask.convert("L"), np.float32) / 255, 0.0)]


def _distance(camera: Camera, region: Region) -> float:
    """A thing whose foot is out of the picture, or over eye level, counts as the nearest."""
    foot = ((region.left + region.right) / 2, region.bottom)
    if region.bottom >= camera.height - 1 or not camera.is_before(foot):
        return 0.0
    return float(np.linalg.norm(camera.floor_points(np.array(foot))))


def _cut_from(rgb: np.ndarray, region: Region) -> np.ndarray:
    """The matte of what a box encloses: GrabCut (Rother et al. 2004); the box's surroundings are the background."""
    height, width = rgb.shape[:2]
    if region.left >= width or region.top >= height:
        edge = f"({region.left:.0f}, {region.top:.0f})"
        raise InvalidInput("in_front", f"the box at {edge} begins outside the photo of {width} x {height} px")
    aside, over = MARGIN * (region.right - region.left), MARGIN * (region.bottom - region.top)
    left, top = int(max(0, region.left - aside)), int(max(0, region.top - over))
    right, bottom = int(min(width, region.right + aside)), int(min(height, region.bottom + over))
    scale = min(1.0, WORK_PX / max(right - left, bottom - top))
    small = cv2.resize(rgb[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    label = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    rows, columns = (
        slice(round((low - start) * scale), max(round((low - start) * scale) + 1, round((high - start) * scale)))
        for low, high, start in ((region.top, region.bottom, top), (region.left, region.right, left))
    )
    label[rows, columns] = cv2.GC_PR_FGD
    cv2.setRNGSeed(SEED)
    cv2.grabCut(small, label, None, np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    matte = np.zeros((height, width), np.float32)
    matte[top:bottom, left:right] = _smooth(np.isin(label, (cv2.GC_FGD, cv2.GC_PR_FGD)), (right - left, bottom - top))
    return matte


def _smooth(inside: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A mask at another size, its steps rounded and its edge EDGE_PX soft."""
    coarse = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.8)
    grown = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return np.clip((grown - 0.5) * (2 * inside.shape[1] / size[0] / EDGE_PX) + 0.5, 0, 1)


def hidden_share(room: Reading, things: Sequence[Thing], item: Placed) -> np.ndarray:
    """0..1 (height, width): how much is hidden at each pixel of what stands where the product does."""
    hidden = np.zeros(room.rgb.shape[:2], np.float32)
    for thing in things:
        is_before = thing.distance * room.scale.height_for(room.camera) < item.standing.depth
        hidden = np.maximum(hidden, thing.matte * is_before)
    return hidden


def keep_in_front(drawn: np.ndarray, photo: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """The drawn room (uint8 RGB) with the photo's own pixels where something hides the product and its shadow."""
    touched = hidden > 0
    kept, share = drawn.copy(), hidden[touched][:, None]
    kept[touched] = np.round(drawn[touched] * (1 - share) + photo[touched] * share).astype(np.uint8)
    return kept
