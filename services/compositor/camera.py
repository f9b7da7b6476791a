"""The camera: which plate a picture is cut from, which window of it, and where the product then stands."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from services.compositor.service import Plate
from services.compositor.template import Camera
from services.images import Box, Shape

MOST_ENLARGEMENT = 1.6
HEADROOM = 0.04  # of the picture's height, above a head: feet are cut off rather than faces


@dataclass(frozen=True)
class Shot:
    """A crop: window (left, top, width, height) in px of the plate; the rest in px of the canvas."""

    shape: Shape
    window: tuple[float, float, float, float]
    picture: Box
    product: Box
    keep_clear: tuple[Box, ...] = ()


def take_shot(camera: Camera, picture: Box, plates: Mapping[Shape, Plate]) -> Shot:
    """The first plate of the camera's list that shows the product whole; failing that, the one that cuts off least."""
    shapes = [shape for shape in camera.plates if shape in plates] or list(plates)
    shots = [_crop(camera, picture, shape, plates[shape]) for shape in shapes]
    return min(shots, key=_cut_off)


def _crop(camera: Camera, picture: Box, shape: Shape, plate: Plate) -> Shot:
    box, size = plate.product_box, (plate.image.width, plate.image.height)
    aspect = picture.width / picture.height
    widest = min(size[0], size[1] * aspect)
    width = widest / camera.zoom
    if camera.fill:
        asked = max(box.width / camera.fill[0], box.height / camera.fill[1] * aspect)
        width = min(widest, max(asked, picture.width / MOST_ENLARGEMENT))
    height = width / aspect
    left = _clamp((box.left + box.right) / 2 - camera.centre * width, size[0] - width)
    highest = min(kept.top for kept in (box, *plate.keep_clear)) - HEADROOM * height
    top = _clamp(min(box.bottom - camera.base * height, highest), size[1] - height)
    window = (left, top, width, height)
    kept_clear = tuple(_project(kept, window, picture) for kept in plate.keep_clear)
    return Shot(shape, window, picture, _project(box, window, picture), kept_clear)


def _clamp(value: float, most: float) -> float:
    return max(0.0, min(value, most))


def _project(box: Box, window: tuple[float, float, float, float], picture: Box) -> Box:
    scale = picture.width / window[2]
    left, top = (box.left - window[0]) * scale + picture.left, (box.top - window[1]) * scale + picture.top
    return Box(
        left=round(left),
        top=round(top),
        right=round(left + box.width * scale),
        bottom=round(top + box.height * scale),
    )


def _cut_off(shot: Shot) -> int:
    """Px of the product outside the picture, summed over the four sides."""
    product, picture = shot.product, shot.picture
    sides = (picture.left - product.left, picture.top - product.top)
    far_sides = (product.right - picture.right, product.bottom - picture.bottom)
    return sum(max(0, side) for side in (*sides, *far_sides))


def develop(window: tuple[float, float, float, float], size: tuple[int, int], plate: np.ndarray) -> np.ndarray:
    """A window of a plate at another size (width, height): uint8 H x W x 3."""
    left, top, width, height = window
    first, last = (int(left), int(top)), (int(np.ceil(left + width)), int(np.ceil(top + height)))
    crop = plate[first[1] : last[1], first[0] : last[0]]
    if crop.shape[1::-1] == size:
        return crop
    shrinks = crop.shape[1] > size[0]
    return cv2.resize(crop, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def product_matte(box: Box, picture: Box, cutout_alpha: np.ndarray) -> tuple[Box, np.ndarray]:
    """Where the product in a box of the canvas is seen, as far as it lies in the picture, and its alpha there."""
    left, top = max(box.left, picture.left), max(box.top, picture.top)
    right, bottom = max(left, min(box.right, picture.right)), max(top, min(box.bottom, picture.bottom))
    alpha = cv2.resize(cutout_alpha, (box.width, box.height), interpolation=cv2.INTER_AREA)
    seen = alpha[top - box.top : bottom - box.top, left - box.left : right - box.left]
    return Box(left=left, top=top, right=right, bottom=bottom), seen
