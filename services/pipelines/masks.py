"""Masks (L, 255 = repaint, 0 = keep) and sizes for pipelines that repaint a part of a picture."""

import math

import numpy as np
from PIL import Image

LEAST_KEPT = 0.02
MOST_OFFSET = 24


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


def match_kept(painted: Image.Image, original: Image.Image, mask: Image.Image) -> Image.Image:
    """The painted picture with its tones moved so that what the mask keeps (0) looks as in the original.

    Autoencoders and instruction edits shift the tones of a whole picture; the kept part shows by how much. Per channel
    a gain of 0.9 to 1.1 and an offset of at most 24: what differs by more was painted so.
    """
    kept = np.asarray(mask.convert("L")) == 0
    pixels = np.asarray(painted.convert("RGB"), np.float32)
    if kept.mean() < LEAST_KEPT:
        return painted.convert("RGB")
    made, meant = pixels[kept], np.asarray(original.convert("RGB"), np.float32)[kept]
    gain = np.clip(meant.std(axis=0) / np.maximum(made.std(axis=0), 1), 0.9, 1.1)
    offset = np.clip(meant.mean(axis=0) - gain * made.mean(axis=0), -MOST_OFFSET, MOST_OFFSET)
    return Image.fromarray(np.clip(np.round(pixels * gain + offset), 0, 255).astype(np.uint8))


def on_plain(cutout: Image.Image, air: float = 0.06) -> Image.Image:
    """A cut-out (RGBA) as a shop shows it, for use as a reference picture: RGB on white, with air around it."""
    margin = round(air * max(cutout.size))
    ground = Image.new("RGB", (cutout.width + 2 * margin, cutout.height + 2 * margin), "white")
    ground.paste(cutout, (margin, margin), cutout)
    return ground


def fit_area(width: int, height: int, *, area_px: int, multiple: int) -> tuple[int, int]:
    """A size of about area_px with the ratio of width to height, both sides multiples of ``multiple``, px.

    Pipelines are trained at one area: more repeats the motif, less loses detail.
    """
    scale = math.sqrt(area_px / (width * height))
    return _to_multiple(width * scale, multiple), _to_multiple(height * scale, multiple)


def _to_multiple(side: float, multiple: int) -> int:
    return max(multiple, round(side / multiple) * multiple)
