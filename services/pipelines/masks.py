"""Masks (L, 255 = repaint, 0 = keep) and sizes for pipelines that repaint a part of a picture."""

import math

import numpy as np
from PIL import Image


def repaint_around(matte: Image.Image, margin_px: int = 0) -> Image.Image:
    """The mask that keeps what a matte (L, 255 = product) covers at all, and repaints the rest.

    margin_px shrinks the kept region, so that the painter may join shadow and ground to the product's edge.
    """
    kept = np.asarray(matte) > 0
    if margin_px:
        import cv2

        kept = cv2.erode(kept.astype(np.uint8), np.ones((2 * margin_px + 1,) * 2, np.uint8)) > 0
    return Image.fromarray(np.where(kept, 0, 255).astype(np.uint8))


def paste_kept(painted: Image.Image, original: Image.Image, mask: Image.Image) -> Image.Image:
    """The painted picture with every pixel that the mask keeps (0) taken from the original unchanged.

    Values between 0 and 255 blend. Latent pipelines alone keep nothing: the decoder changes every pixel a little.
    """
    share = np.asarray(mask.convert("L"), np.float32)[..., None] / 255
    blended = np.asarray(painted.convert("RGB")) * share + np.asarray(original.convert("RGB")) * (1 - share)
    return Image.fromarray(np.round(blended).astype(np.uint8))


def fit_area(width: int, height: int, *, area_px: int, multiple: int) -> tuple[int, int]:
    """A size of about area_px with the ratio of width to height, both sides multiples of ``multiple``, px.

    Pipelines are trained at one area: more repeats the motif, less loses detail.
    """
    scale = math.sqrt(area_px / (width * height))
    return _to_multiple(width * scale, multiple), _to_multiple(height * scale, multiple)


def _to_multiple(side: float, multiple: int) -> int:
    return max(multiple, round(side / multiple) * multiple)
