"""Small steps on float pictures that several parts of the try-on share."""

from itertools import pairwise
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


def wide_blur(picture: Floats, sigma: float) -> Floats:
    """Gaussian blur of a picture, ``sigma`` px; done at the size at which sigma is about 8 px, or at its own."""
    shrink = max(int(sigma / 8), 1)
    height, width = picture.shape[:2]
    size = (max(width // shrink, 1), max(height // shrink, 1))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma * size[0] / width, sigmaY=sigma * size[1] / height)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


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


def enlarge(cut: Floats, pixels: np.ndarray) -> Floats:
    """A small hard mask at the photo's size, its edge pulled to the photo's edges by a guided filter."""
    soft = cv2.resize(cut, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    guide = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    radius = max(round(1.2 * pixels.shape[0] / cut.shape[0]), 2)
    box = (2 * radius + 1, 2 * radius + 1)
    mean_g, mean_m = cv2.blur(guide, box), cv2.blur(soft, box)
    slope = (cv2.blur(guide * soft, box) - mean_g * mean_m) / (cv2.blur(guide * guide, box) - mean_g**2 + 1e-4)
    guided = cv2.blur(slope, box) * guide + cv2.blur(mean_m - slope * mean_g, box)
    return np.clip((guided - 0.5) * 1.6 + 0.5, 0, 1)


def line_places(points: Floats) -> Floats:
    """How far along a line of points each of them is, px."""
    return np.cumsum([0, *np.linalg.norm(np.diff(points, axis=0), axis=1)])


def along_line(points: Floats, columns: Floats, rows: Floats, sign: int) -> tuple[Floats, Floats]:
    """Length along a line of corner points, and signed distance from it (positive away from the body), px."""
    points = np.asarray(points, np.float32)  # doubles would make doubles of whole pictures
    best = np.full(columns.shape, np.inf, np.float32)
    along, offset = np.zeros_like(best), np.zeros_like(best)
    start = 0.0
    for index, (begin, end) in enumerate(pairwise(points)):
        length = float(np.hypot(*(end - begin)))
        direction = (end - begin) / length
        dx, dy = columns - begin[0], rows - begin[1]
        forward = dx * direction[0] + dy * direction[1]
        sideways = sign * (dx * direction[1] - dy * direction[0])
        held = np.clip(forward, -np.inf if index == 0 else 0, np.inf if index == len(points) - 2 else length)
        distance = np.hypot(forward - held, sideways)
        nearer = distance < best
        best = np.where(nearer, distance, best)
        along = np.where(nearer, start + held, along)
        offset = np.where(nearer, np.copysign(np.maximum(distance, np.abs(sideways)), sideways), offset)
        start += length
    return along, offset


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
    seen = picture * _as(picture, known)
    small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
    small = small / np.maximum(_as(small, weight), 1e-6)
    coarse = fill(small, np.clip(weight * 4, 0, 1).astype(np.float32))
    up = cv2.resize(coarse, (known.shape[1], known.shape[0]), interpolation=cv2.INTER_LINEAR)
    up *= 1 - _as(picture, known)
    up += seen
    return up


def _as(picture: Floats, mask: Floats) -> Floats:
    return mask[..., None] if picture.ndim == 3 else mask
