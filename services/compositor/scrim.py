"""Scrims: veils between picture and words that grow from a side of the canvas, behind the product."""

from collections.abc import Sequence

import numpy as np

from services.compositor.artwork import Scrim
from services.compositor.camera import Shot, product_matte
from services.compositor.contrast import rgb
from services.compositor.ground import Ink
from services.compositor.setting import Placed
from services.compositor.sheet import Sheet, lay_over
from services.compositor.template import Side
from services.images import Box, ImageRef

_FADE = {"left": 0.95, "right": 0.95, "top": 0.4, "bottom": 0.3}  # of the short side, from full strength to nothing
_BAYER = 16 * np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.uint16)  # of 256: a level


def make_scrim(canvas: Box, group: Sequence[Placed], side: Side, ink: Ink, shot: Shot, cutout: ImageRef) -> Scrim:
    """The scrim that a group's ink needs: from a side of the canvas to behind the group, then fading out."""
    boxes = [placed.box for placed in group]
    reach = {
        "left": max(box.right for box in boxes),
        "top": max(box.bottom for box in boxes),
        "right": canvas.width - min(box.left for box in boxes),
        "bottom": canvas.height - min(box.top for box in boxes),
    }[side]
    return Scrim(
        role="scrim",
        box=canvas,
        side=side,
        colour=ink.scrim,
        strength=ink.strength,
        reach=reach,
        fade=_FADE[side] * min(canvas.width, canvas.height),
        cutout=cutout,
        product=shot.product,
        picture=shot.picture,
    )


def lay_scrim(sheet: Sheet, scrim: Scrim, cutout_alpha: np.ndarray) -> None:
    """Veil a sheet by ordered dithering, behind the product whose alpha (uint8) is ``cutout_alpha``."""
    is_upright = scrim.side in ("top", "bottom")
    profile = _profile(scrim, sheet.height if is_upright else sheet.width)
    seen = np.flatnonzero(profile)
    if not len(seen):
        return
    first, last = int(seen[0]), int(seen[-1]) + 1
    left, top, right, bottom = (0, first, sheet.width, last) if is_upright else (first, 0, last, sheet.height)
    product, matte = product_matte(scrim.product, scrim.picture, cutout_alpha)
    bare = sheet.look(product.top, product.bottom)[:, product.left : product.right].copy()
    under = sheet.touch(Box(left=left, top=top, right=right, bottom=bottom))
    veil = (256 * scrim.strength * profile[first:last]).astype(np.uint16)
    under[:] = _veiled(under, veil[:, None] if is_upright else np.repeat(veil, 3)[None], rgb(scrim.colour))
    lay_over(sheet.touch(product), bare, matte)


def _veiled(pixels: np.ndarray, veil: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Pixels behind a veil (uint16 per row or per value of a row, 256 = none of them is seen) of one colour."""
    height, width = pixels.shape[:2]
    mixed = pixels.reshape(height, -1) * (256 - veil)
    mixed += veil * np.tile(np.array(colour, np.uint16), width)
    pattern = np.repeat(np.tile(_BAYER, (1, -(-width // 4)))[:, :width], 3, axis=1)
    for row in range(4):
        mixed[row::4] += pattern[row]
    mixed >>= 8
    return mixed.astype(np.uint8).reshape(pixels.shape)


def _profile(scrim: Scrim, length: int) -> np.ndarray:
    """1 from the side to the scrim's reach, then a smooth fall to 0; float32 of ``length``."""
    distance = np.arange(length, dtype=np.float32) - scrim.reach
    fall = np.clip(1 - distance / scrim.fade, 0, 1)
    profile = (fall * fall * fall * (fall * (6 * fall - 15) + 10)).astype(np.float32)
    return profile if scrim.side in ("left", "top") else profile[::-1]
