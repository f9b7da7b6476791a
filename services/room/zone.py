"""The part of a room that a painter may change: placed products, the ground around them, and what is replaced."""

import cv2
import numpy as np
from PIL import Image

from services.errors import InvalidInput
from services.room.blending import paste
from services.room.engine import Drawing
from services.room.service import Region

SEAM_PX = 3
FAINT_LEVEL = 5
CONTACT_SHARE = 0.08
SURELY = 0.5  # of a thing, as ``ground.Ground`` tells it
FEATHER_SHARE = 0.03
LIGHT_SHARE = 0.10
MOST_LIGHT = 1.25
FLOOR_LEVEL = 8.0


def matte_of(drawing: Drawing) -> np.ndarray:
    """How far each pixel (height, width) shows a product, 0..1."""
    covered = np.zeros_like(drawing.picture)
    for item in drawing.placed:
        white = item.standing.picture.astype(np.float32)
        white[..., :3] = 255
        covered = paste(covered, white, item.standing.box.left, item.standing.box.top)
    return covered[..., 0].astype(np.float32) / 255 * (1 - drawing.covered)


def contact_zone(drawing: Drawing) -> Image.Image:
    """The declared region of a placement: L, 255 = repaint, soft towards its edge, 0 where the room stays as it is.

    It holds what the drawing clearly changed (products, shadows, reflections), gaps between, and CONTACT_SHARE of a
    product's height around; what stands in front is left out, and so is furniture on which nothing was drawn.
    """
    reach = max(4, round(CONTACT_SHARE * max(item.standing.box.height for item in drawing.placed)))
    changed = (np.abs(drawing.room.rgb.astype(np.int16) - drawing.picture).max(axis=2) > FAINT_LEVEL).astype(np.uint8)
    near, far = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1,) * 2) for px in (reach, 3 * reach))
    grown = cv2.morphologyEx(cv2.dilate(changed, near), cv2.MORPH_CLOSE, far)
    furniture = cv2.resize(drawing.room.ground.things, changed.shape[::-1], interpolation=cv2.INTER_LINEAR) > SURELY
    seen = drawing.covered == 0
    soft = soft_inside((grown > 0) & seen & ~furniture, max(2, round(FEATHER_SHARE / CONTACT_SHARE * reach)))
    return Image.fromarray(np.where((changed > 0) & seen, np.uint8(255), np.asarray(soft)))


def soft_inside(region: np.ndarray, feather_px: int) -> Image.Image:
    """A hard region (bool) as a mask that falls to 0 over its outermost feather_px; the photo's own edge stays full."""
    inner = cv2.copyMakeBorder(region.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(inner, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return Image.fromarray(np.round(255 * np.clip(depth / feather_px, 0, 1)).astype(np.uint8))


def relight(drawn: np.ndarray, painted: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """The drawn products (uint8 RGB) under the painter's light: its broad tones over the products' own, pixel by pixel.

    Detail stays the product's: only tones wider than LIGHT_SHARE of it move, and by a factor of 1.25 at most.
    """
    wide = LIGHT_SHARE * float(np.sqrt(max(matte.sum(), 1)))
    within = cv2.GaussianBlur(matte, (0, 0), wide)[..., None] + 1e-4
    broad = [
        cv2.GaussianBlur(part.astype(np.float32) * matte[..., None], (0, 0), wide) / within for part in (painted, drawn)
    ]
    light = np.clip((broad[0] + FLOOR_LEVEL) / (broad[1] + FLOOR_LEVEL), 1 / MOST_LIGHT, MOST_LIGHT)
    lit = np.clip(drawn * light, 0, 255)
    mixed = drawn + (lit - drawn) * matte[..., None]
    return np.asarray(np.round(mixed).astype(np.uint8))


def marked_region(mark: Region | Image.Image, room: np.ndarray) -> np.ndarray:
    """What is to go, bool (height, width): a box, or a mask picture of the room's size (light: goes).

    Raises:
        InvalidInput: the mask has another size, or nothing of box or mask lies in the photo.
    """
    region = _boxed(mark, room) if isinstance(mark, Region) else _masked(mark, room)
    if not region.any():
        size = f"{room.shape[1]} x {room.shape[0]} px"
        raise InvalidInput("replace", f"it marks nothing in the photo of {size}; mark what is to go")
    return region


def _boxed(box: Region, room: np.ndarray) -> np.ndarray:
    region = np.zeros(room.shape[:2], bool)
    region[int(box.top) : int(np.ceil(box.bottom)), int(box.left) : int(np.ceil(box.right))] = True
    return region


def _masked(mask: Image.Image, room: np.ndarray) -> np.ndarray:
    height, width = room.shape[:2]
    if mask.size != (width, height):
        problem = f"the mask is {mask.width} x {mask.height} px, and the room photo {width} x {height} px"
        raise InvalidInput("replace", f"{problem}; send one of the photo's size")
    return np.asarray(mask.convert("L")) > 127


def smear(room: np.ndarray, region: np.ndarray) -> np.ndarray:
    """The room (uint8 RGB) with a region (bool) filled from its surroundings, so that it is not seen."""
    scale = min(1.0, 320 / max(room.shape[:2]))
    small = cv2.resize(room, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    gone = cv2.resize(region.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    gone = cv2.dilate(gone, np.ones((3, 3), np.uint8))
    filled = cv2.inpaint(small, gone, 3, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, room.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(region[..., None], large, room)
