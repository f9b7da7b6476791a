"""Small product photos drawn for tests, with their exact alpha."""

import cv2
import numpy as np
from PIL import Image


def draw_mug_matte(side: int) -> np.ndarray:
    """Alpha uint8 (side, side) of a mug with an open handle on its right, drawn at twice the size and averaged."""
    size = 2 * side
    matte = np.zeros((size, size), np.uint8)
    x, y, width, height = int(0.45 * size), int(0.55 * size), int(0.17 * size), int(0.2 * size)
    cv2.rectangle(matte, (x - width, y - height), (x + width, y + height), 255, -1)
    cv2.ellipse(matte, (x, y - height), (width, width // 4), 0, 0, 360, 255, -1)
    cv2.ellipse(matte, (x, y + height), (width, width // 4), 0, 0, 360, 255, -1)
    handle = (int(0.6 * width), int(0.65 * height))
    cv2.ellipse(matte, (x + width, y), handle, 0, 0, 360, 255, int(0.18 * width), cv2.LINE_AA)
    return cv2.resize(matte, (side, side), interpolation=cv2.INTER_AREA)


def mug_photo(
    side: int = 400,
    colour: tuple[int, int, int] = (200, 60, 50),
    background: tuple[int, int, int] = (230, 229, 227),
    graded: float = 0.1,
    shadow: float = 0.4,
    wall: tuple[int, int, int] | None = None,
) -> tuple[Image.Image, np.ndarray]:
    """A shaded mug on a graded background with a soft shadow: the photo (RGB) and its exact alpha.

    wall: colour above the table's edge, which lies behind the mug.
    """
    matte = draw_mug_matte(side)
    alpha = matte[..., None] / 255
    across = (np.arange(side) / side - 0.45) / 0.17
    product = np.array(colour) * (0.65 + 0.4 * np.exp(-(((across + 0.35) / 0.5) ** 2)))[None, :, None]
    ground = np.array(background) * (1 - graded * np.linspace(0, 1, side))[:, None, None] * np.ones((1, side, 1))
    if wall:
        ground[: int(0.6 * side)] = wall
    lean = np.array([[1, -0.55, 0.41 * side], [0, 0.28, 0.54 * side]], np.float32)
    cast = cv2.GaussianBlur(cv2.warpAffine(matte, lean, (side, side)), (0, 0), 0.014 * side)[..., None] / 255
    noise = np.random.default_rng(0).normal(0, 1, (side, side, 3))
    photo = ground * (1 - shadow * cast) * (1 - alpha) + product * alpha + noise
    return Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8)), matte


def mug_cutout(**drawing) -> Image.Image:
    """The drawn mug alone, RGBA, trimmed: what the cut-out service would answer for an exact matte."""
    photo, matte = mug_photo(**drawing)
    picture = Image.fromarray(np.dstack([np.asarray(photo), matte]))
    return picture.crop(Image.fromarray(matte).getbbox())


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two mattes at half alpha."""
    return float(((first > 127) & (second > 127)).sum() / ((first > 127) | (second > 127)).sum())
