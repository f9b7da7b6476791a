"""Pictures without words: for platforms that lay out themselves. The scene with its product, or the logo alone."""

from collections.abc import Mapping

from services.compositor.camera import Shot, take_shot
from services.compositor.service import Canvas, Crop, Plate
from services.compositor.template import Camera
from services.images import Box, Shape

_LOGO_SHARE = (0.72, 0.5)  # of width and height that a logo may fill
_SHAPES: dict[Shape, tuple[Shape, ...]] = {
    "landscape": ("landscape", "square", "portrait"),
    "square": ("square", "portrait", "landscape"),
    "portrait": ("portrait", "square", "landscape"),
}


def shoot(canvas: Canvas, plates: Mapping[Shape, Plate], crop: Crop) -> Shot:
    """The scene with the product standing in the middle of the safe zone."""
    ratio = canvas.width / canvas.height
    shape: Shape = "landscape" if ratio > 1.2 else "portrait" if ratio < 0.85 else "square"
    free_width, free_height = 1 - canvas.safe_left - canvas.safe_right, 1 - canvas.safe_top - canvas.safe_bottom
    camera = Camera(
        plates=_SHAPES[shape],
        fill=(0.62 * free_width, 0.66 * free_height),
        base=1 - canvas.safe_bottom - 0.17 * free_height,
    )
    return take_shot(camera.at(crop), Box(left=0, top=0, right=canvas.width, bottom=canvas.height), plates)


def place_logo(canvas: Canvas, ratio: float) -> Box:
    """Where a logo of this width / height stands alone: in the middle."""
    height = min(_LOGO_SHARE[0] * canvas.width / ratio, _LOGO_SHARE[1] * canvas.height)
    size = (round(height * ratio), round(height))
    left, top = (canvas.width - size[0]) // 2, (canvas.height - size[1]) // 2
    return Box(left=left, top=top, right=left + size[0], bottom=top + size[1])
