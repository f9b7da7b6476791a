"""Where the product stands on a plate, and at what size. Fractions are of the plate's width or height.

The scene checkpoint was trained with this convention: the ground under the product is at 0.76 of the height, at the
middle of square and portrait pictures and at 0.7 of the width of landscape ones (its words: "product on the right").
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from services.images import Box, Shape

STAND_Y = 0.76
MOST_ENLARGED = 2.0


@dataclass(frozen=True)
class PlateLayout:
    """One shape: the plate's size in px, the stand point, and the largest product.

    The top quarter stays free for a headline; in landscape the left half does, for all text.
    """

    width: int
    height: int
    stand_x: float
    position: str
    widest: float
    tallest: float


LAYOUTS: dict[Shape, PlateLayout] = {
    "square": PlateLayout(1080, 1080, 0.5, "product in the centre", 0.68, 0.51),
    "landscape": PlateLayout(1320, 720, 0.7, "product on the right", 0.38, 0.56),
    "portrait": PlateLayout(1080, 1980, 0.5, "product in the centre", 0.76, 0.42),
}


def stand_box(matte: np.ndarray, layout: PlateLayout) -> Box:
    """Where a cut-out with this matte (height, width) stands: as large as the layout allows, at most twice its size.

    Its centre of mass is over the stand point, so that a mug's body does, not the middle of mug and handle; the
    widest product still keeps to its room.
    """
    height, width = matte.shape
    scale = min(layout.widest * layout.width / width, layout.tallest * layout.height / height, MOST_ENLARGED)
    drawn_width, drawn_height = max(1, round(width * scale)), max(1, round(height * scale))
    weight = matte.sum(axis=0, dtype=np.float64)
    balance = float((weight * (np.arange(width) + 0.5)).sum() / weight.sum()) / width
    room = layout.widest * layout.width - drawn_width
    shift = np.clip((0.5 - balance) * drawn_width, -room / 2, room / 2)
    left = round(layout.stand_x * layout.width - drawn_width / 2 + shift)
    bottom = round(STAND_Y * layout.height)
    return Box(left=left, top=bottom - drawn_height, right=left + drawn_width, bottom=bottom)


def fit_product(cutout: Image.Image, box: Box) -> np.ndarray:
    """The cut-out at the box's size, RGBA uint8 (height, width, 4). The only time the product is resampled.

    Pillow filters with premultiplied alpha, so no colour from outside the matte leaks in.
    """
    return np.asarray(cutout.resize((box.width, box.height), Image.Resampling.LANCZOS))


def enlarge_scene(scene: Image.Image, layout: PlateLayout) -> np.ndarray:
    """The generated scene at the plate's size, RGB uint8, with the edges that enlarging softened a little sharper."""
    size = (layout.width, layout.height)
    large = cv2.resize(np.asarray(scene.convert("RGB")), size, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), 0.9 * layout.width / scene.width)
    sharpened: np.ndarray = cv2.addWeighted(large, 1.4, soft, -0.4, 0)
    return sharpened


def compose_plate(scene: np.ndarray, product: np.ndarray, box: Box) -> Image.Image:
    """The product (RGBA) laid over the scene (RGB) at the box: exactly the product's pixels where alpha is 255."""
    plate = scene.copy()
    window = plate[box.top : box.bottom, box.left : box.right]
    alpha = product[..., 3:].astype(np.float32) / 255
    window[:] = np.round(window * (1 - alpha) + product[..., :3] * alpha).astype(np.uint8)
    return Image.fromarray(plate)
