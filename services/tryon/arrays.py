"""Small steps on float pictures that several parts of the try-on share."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Mask = NDArray[Any]
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # of sRGB values, ITU-R BT.601


def blur(picture: Floats, sigma: float) -> Floats:
    """Gaussian blur; ``sigma`` px."""
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def smoothstep(value: Floats, low: float, high: float) -> Floats:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def largest_part(mask: Mask) -> Mask:
    """The largest connected part of a mask, with its holes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))


def fill(picture: Floats, known: Floats) -> Floats:
    """Continue a picture smoothly from where ``known`` (0..1) is 1 to where it is 0: pull down, push up.

    Source: Gortler et al., The Lumigraph, 1996, section 3.4.
    """
    if min(known.shape) <= 2 or known.min() >= 1:
        total = known.sum()
        flat = (picture * _as(picture, known)).sum(axis=(0, 1)) / max(total, 1e-6)
        return np.where(_as(picture, known) > 0, picture, flat)
    size = (max((known.shape[1] + 1) // 2, 1), max((known.shape[0] + 1) // 2, 1))
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(picture * _as(picture, known), size, interpolation=cv2.INTER_AREA)
    small = small / np.maximum(_as(small, weight), 1e-6)
    coarse = fill(small, np.clip(weight * 4, 0, 1).astype(np.float32))
    up = cv2.resize(coarse, (known.shape[1], known.shape[0]), interpolation=cv2.INTER_LINEAR)
    return picture * _as(picture, known) + up * (1 - _as(picture, known))


def _as(picture: Floats, mask: Floats) -> Floats:
    return mask[..., None] if picture.ndim == 3 else mask
