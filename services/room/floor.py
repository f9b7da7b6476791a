"""Which pixels show free floor: below the walls' feet, quiet or lined as floors are, in the floor's colours.

Lines on a floor (boards, tiles, a rug's border) run to the room's level vanishing points. Upright edges and edges of no
direction (cloth, leaves, round things) belong to what stands on it. Colours that the floor shares with what is above
the walls' feet, or that are rare on it, count against it (a histogram form of Rother et al. 2004, iterated).
"""

import cv2
import numpy as np

from services.room.camera import Camera
from services.room.layout import Layout

WORK_PX = 200
ROUNDS = 4
BINS = (12, 16, 16)
RARE = 0.12
CLUTTER_LEVEL = 30.0
COLOUR_TRUST = 0.6


def free_floor(rgb: np.ndarray, camera: Camera, layout: Layout) -> np.ndarray:
    """0 surely not … 1 surely free floor, float32 (height, width) at WORK_PX across."""
    small = shrink(rgb)
    eye = camera.resized(small.shape[1], small.shape[0])
    rows, columns = np.mgrid[0 : small.shape[0], 0 : small.shape[1]] + 0.5
    pixels = np.stack([columns, rows], axis=-1)
    below = np.clip((eye.drop(pixels) - 0.06) / 0.08, 0, 1) * (layout.surfaces(eye, pixels) == 0)
    prior = (0.03 + 0.82 * below) * np.exp(-0.6 * clutter(rgb, camera))
    share, bins = prior, _bins(small)
    for _ in range(ROUNDS):
        floor = _colours(bins, share * below) ** COLOUR_TRUST
        other = _colours(bins, 1 - share) ** COLOUR_TRUST
        share = prior * floor / (prior * floor + (1 - prior) * other + RARE * prior)
        share = cv2.bilateralFilter(share.astype(np.float32), 5, 0.4, 3)
    return np.asarray(share)


def shrink(rgb: np.ndarray, width_px: int = WORK_PX) -> np.ndarray:
    """The photo at width_px across, a little smoothed."""
    size = (width_px, max(8, round(width_px * rgb.shape[0] / rgb.shape[1])))
    return np.asarray(cv2.GaussianBlur(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), (0, 0), 0.8))


def clutter(rgb: np.ndarray, camera: Camera) -> np.ndarray:
    """How strong edges are that no level direction of the room explains: 0 none, 1 and more: things.

    Worked out at twice the size, so that the edges of a fine pattern are told apart.
    """
    small = shrink(rgb, 2 * WORK_PX)
    eye = camera.resized(small.shape[1], small.shape[0])
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    across = np.stack([cv2.Sobel(lab[..., c], cv2.CV_32F, 1, 0) for c in range(3)], axis=-1)
    down = np.stack([cv2.Sobel(lab[..., c], cv2.CV_32F, 0, 1) for c in range(3)], axis=-1)
    strongest = np.hypot(across, down).argmax(axis=-1)[..., None]
    gx, gy = (np.take_along_axis(part, strongest, axis=-1)[..., 0] for part in (across, down))
    strength = np.hypot(gx, gy)
    unexplained = np.ones_like(strength)
    rows, columns = np.mgrid[0 : small.shape[0], 0 : small.shape[1]] + 0.5
    for direction in (eye.axis, eye.depth_axis):
        x, y, z = eye.vanishing_point(direction)
        to_x, to_y = x - columns * z, y - rows * z
        cosine = (gx * to_x + gy * to_y) / np.maximum(strength * np.hypot(to_x, to_y), 1e-6)
        unexplained = np.minimum(unexplained, np.abs(cosine))
    things = np.minimum(strength, 120) * np.clip((unexplained - 0.12) / 0.3, 0, 1)
    size = shrink(rgb).shape[1::-1]
    return np.asarray(cv2.resize(cv2.blur(things, (9, 9)), size, interpolation=cv2.INTER_AREA) / CLUTTER_LEVEL)


def _bins(small: np.ndarray) -> tuple[np.ndarray, ...]:
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(int)
    low, high = np.array((0, 88, 88)), np.array((256, 184, 184))
    return tuple(np.clip((lab[..., c] - low[c]) * BINS[c] // (high[c] - low[c]), 0, BINS[c] - 1) for c in range(3))


def _colours(bins: tuple[np.ndarray, ...], weight: np.ndarray) -> np.ndarray:
    """How common (height, width) each pixel's colour is among the weighted ones; 1 = were all used evenly."""
    table = np.zeros(BINS)
    np.add.at(table, bins, weight)
    for axis in range(3):
        table = table + 0.5 * (_shift(table, 1, axis) + _shift(table, -1, axis))
    used = max(float((table > 0).sum()) * 0.15, 1)
    spread: np.ndarray = table[bins] / max(float(table.sum()), 1e-9) * used
    return spread


def _shift(table: np.ndarray, step: int, axis: int) -> np.ndarray:
    moved = np.roll(table, step, axis)
    edge = [slice(None)] * 3
    edge[axis] = slice(0, 1) if step > 0 else slice(-1, None)
    moved[tuple(edge)] = 0
    return moved
