"""Pictures without words: for platforms that lay out themselves. The scene with its product, or the logo alone."""

from collections.abc import Mapping

import cv2
import numpy as np

from services.compositor.camera import Shot, take_shot
from services.compositor.contrast import rgb
from services.compositor.service import Canvas, Plate
from services.compositor.template import Camera
from services.images import Box, Shape

_LOGO_SHARE = (0.72, 0.5)  # of width and height that a logo may fill
_SHAPES: dict[Shape, tuple[Shape, ...]] = {
    "landscape": ("landscape", "square", "portrait"),
    "square": ("square", "portrait", "landscape"),
    "portrait": ("portrait", "square", "landscape"),
}


def shoot(canvas: Canvas, plates: Mapping[Shape, Plate]) -> Shot:
    """The scene with the product standing in the middle of the safe zone."""
    ratio = canvas.width / canvas.height
    shape: Shape = "landscape" if ratio > 1.2 else "portrait" if ratio < 0.85 else "square"
    free_width, free_height = 1 - canvas.safe_left - canvas.safe_right, 1 - canvas.safe_top - canvas.safe_bottom
    camera = Camera(
        plates=_SHAPES[shape],
        fill=(0.62 * free_width, 0.66 * free_height),
        base=1 - canvas.safe_bottom - 0.17 * free_height,
    )
    return take_shot(camera, Box(left=0, top=0, right=canvas.width, bottom=canvas.height), plates)


def draw_logo(canvas: Canvas, logo: np.ndarray, ground: str) -> tuple[np.ndarray, Box]:
    """The logo (RGBA) centred on a plain ground: pixels, and the logo's box."""
    scale = min(_LOGO_SHARE[0] * canvas.width / logo.shape[1], _LOGO_SHARE[1] * canvas.height / logo.shape[0])
    width, height = round(logo.shape[1] * scale), round(logo.shape[0] * scale)
    alpha = logo[..., 3:].astype(np.float32) / 255
    flat = np.concatenate([logo[..., :3] * alpha, 255 * alpha], 2)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.clip(cv2.resize(flat, (width, height), interpolation=way), 0, 255)
    pixels = np.full((canvas.height, canvas.width, 3), rgb(ground), np.uint8)
    left, top = (canvas.width - width) // 2, (canvas.height - height) // 2
    under = pixels[top : top + height, left : left + width]
    under[:] = np.clip(under * (1 - small[..., 3:] / 255) + small[..., :3] + 0.5, 0, 255).astype(np.uint8)
    return pixels, Box(left=left, top=top, right=left + width, bottom=top + height)
