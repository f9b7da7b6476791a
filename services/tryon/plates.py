"""Plates from a dressed photo: the picture cropped to a shape, its background continued where the photo ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from services.images import Box, Shape
from services.tryon.arrays import blur, fill

SIZES: dict[Shape, tuple[int, int]] = {"square": (1080, 1080), "landscape": (1320, 720), "portrait": (1080, 1980)}
PLACES: dict[Shape, float] = {"square": 0.5, "landscape": 0.7, "portrait": 0.5}
AIR = 0.08
MOST_ENLARGED = 2.0


@dataclass(frozen=True)
class Plate:
    """A plate, where head and garment are on it, and the faces that it shows, px."""

    image: Image.Image
    box: Box
    faces: tuple[Box, ...] = ()


def make_plate(picture: np.ndarray, focus: Box, person: Box, shape: Shape, faces: Sequence[Box] = ()) -> Plate:
    """Head and garment fill a square or landscape plate, the whole person a portrait one."""
    width, height = SIZES[shape]
    shown = person if shape == "portrait" else focus
    view_height = max((1 + 2 * AIR) * shown.height, 1.15 * focus.width * height / width, height / MOST_ENLARGED)
    scale = height / view_height
    top = _held(shown.top - AIR * view_height, view_height, person, picture.shape[0])
    left = (focus.left + focus.right) / 2 - PLACES[shape] * width / scale
    image = _crop(picture, scale, left, top, (width, height))
    box, *shown_faces = (_on_plate(one, scale, left, top, (width, height)) for one in (focus, *faces))
    return Plate(image, box, tuple(face for face in shown_faces if face.width > 0 and face.height > 0))


def _held(top: float, view_height: float, person: Box, photo_height: int) -> float:
    """A person cut by the photo's edge stays cut by the plate's edge."""
    if person.bottom >= photo_height - 3:
        top = min(top, photo_height - view_height)
    if person.top <= 2:
        top = max(top, 0)
    return top


def _crop(picture: np.ndarray, scale: float, left: float, top: float, size: tuple[int, int]) -> Image.Image:
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    if scale < 0.7:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    drawn = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = np.full(picture.shape[:2], 255, np.uint8)
    known = cv2.warpAffine(inside, matrix, size, flags=cv2.INTER_NEAREST)
    if known.min() == 0:
        drawn = _continue(drawn, known > 0)
    return Image.fromarray(drawn)


def _on_plate(box: Box, scale: float, left: float, top: float, size: tuple[int, int]) -> Box:
    """What a plate shows of a box of the photo; empty (negative) outside."""
    corners = [(box.left, box.top), (box.right, box.bottom)]
    (x0, y0), (x1, y1) = ((round((x - left) * scale), round((y - top) * scale)) for x, y in corners)
    return Box(left=max(x0, 0), top=max(y0, 0), right=min(x1, size[0]), bottom=min(y1, size[1]))


def _continue(drawn: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Fill what the photo does not show with its own background, smooth, with the photo's grain."""
    inner = cv2.erode(known.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(np.float32)
    filled = fill(drawn.astype(np.float32), inner)
    grain = drawn.astype(np.float32) - blur(drawn.astype(np.float32), 2)
    level = float(np.clip(np.median(np.abs(grain[known])) * 1.5, 0, 4))
    noise = np.random.default_rng(0).normal(0, level, known.shape).astype(np.float32)
    soft = blur(inner, 3)[..., None] * inner[..., None]
    made = drawn * soft + (filled + noise[..., None]) * (1 - soft)
    return np.clip(made + 0.5, 0, 255).astype(np.uint8)
