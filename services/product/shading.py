"""Which side a product was lit from in its photo, so that its scene can be lit from there, too."""

import cv2
import numpy as np
from PIL import Image

from services.product.prompt import Side

WORKING_SIDE_PX = 256
LEAST_ROW_PX = 24
EDGE_SHARE = 0.3
LEAST_CONTRAST = 0.1  # of natural logarithms of linear light: a tenth brighter
LEAST_ROWS = 0.7  # that agree
GAMMA = 2.2


def lit_side(cutout: Image.Image) -> Side | None:
    """The brighter side of a cut-out (RGBA); None where its rows do not agree, as of flat or patterned things.

    Each row compares the outer thirds of its opaque pixels in linear light; the median row decides, so that a handle or
    a label does not.
    """
    pixels = _shrink(np.asarray(cutout))
    luminance = cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    rows = [light[solid] for light, solid in zip(luminance**GAMMA, pixels[..., 3] > 250, strict=True)]
    contrasts = np.array([_contrast(row) for row in rows if len(row) >= LEAST_ROW_PX])
    if not len(contrasts):
        return None
    middle = float(np.median(contrasts))
    agreeing = float((np.sign(contrasts) == np.sign(middle)).mean())
    if abs(middle) < LEAST_CONTRAST or agreeing < LEAST_ROWS:
        return None
    return "left" if middle > 0 else "right"


def _shrink(pixels: np.ndarray) -> np.ndarray:
    """The picture with its long side at most WORKING_SIDE_PX."""
    scale = min(1.0, WORKING_SIDE_PX / max(pixels.shape[:2]))
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _contrast(row: np.ndarray) -> float:
    """Logarithm of the left end's light over the right end's."""
    share = max(1, round(EDGE_SHARE * len(row)))
    return float(np.log((row[:share].mean() + 0.01) / (row[-share:].mean() + 0.01)))
