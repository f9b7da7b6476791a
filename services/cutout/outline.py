"""The outline at the photo's own size: a mask found smaller is off by a few px; even ground shows where it ends."""

import cv2
import numpy as np

from services.cutout.matting import signed_depth, spread_colour
from services.cutout.segment import reach

REACH_BANDS = 2.5
LEAST_STEP = 2.0  # RGB levels: JPEG rounds as much
NOISE_TIMES = 3.0
PART_OF_CONTRAST = 0.1  # of the step from ground to product: less is a mixture of both
EVEN_NOISE = 4.0  # RGB levels: on rougher ground the mask stays as it is
CALM_PX = 0.7
SMOOTH_PX = 2.0
PULL = 0.35  # below one half, so that a pixel alone moves nothing
TURNS = 8


def follow_outline(rgb: np.ndarray, mask: np.ndarray, band_px: float) -> np.ndarray:
    """The mask (bool) with its edge moved to where even ground ends, smooth as an outline is.

    Threshold dynamics (Merriman, Bence and Osher 1992) with a data term: blur the mask, add how little each pixel looks
    like the ground beside it, cut at one half, again. Where the ground is not even, the edge stays.

    rgb: uint8 (height, width, 3). band_px: how far the mask's edge may be off.
    """
    depth = signed_depth(mask)
    calm = cv2.GaussianBlur(rgb, (0, 0), CALM_PX).astype(np.float32)
    pull = PULL * _behind_rim(_unlike_ground(calm, depth, band_px), depth, band_px)
    free = (np.abs(depth) < REACH_BANDS * band_px) & (pull != 0)
    found = mask
    for _ in range(TURNS):
        smooth = cv2.GaussianBlur(found.astype(np.float32), (0, 0), SMOOTH_PX)
        found = np.where(free, smooth + pull > 0.5, mask)
    return found


def _behind_rim(unlike: np.ndarray, depth: np.ndarray, band_px: float) -> np.ndarray:
    """What looks like ground but cannot be reached from it is product: a pale reflection behind the rim."""
    beyond = depth < -band_px
    cut_off = (unlike < 0) & ~reach((unlike < 0) | beyond, beyond)
    return np.where(cut_off, -unlike, unlike)


def _unlike_ground(image: np.ndarray, depth: np.ndarray, band_px: float) -> np.ndarray:
    """-1 where a pixel is as the ground beside it, to 1 where it is not; 0 where that cannot be told.

    Outside the mask what is only darker than the ground does not count: it may be shadow.
    """
    beside = (depth < -band_px) & (depth > -4 * band_px)
    ground = spread_colour(image, beside, band_px)
    distance = np.linalg.norm(image - ground, axis=2)
    noise = spread_colour(distance[..., None], beside, 2 * band_px)[..., 0]
    contrast = np.linalg.norm(spread_colour(image, depth > band_px, band_px) - ground, axis=2)
    limit = np.maximum(LEAST_STEP + NOISE_TIMES * noise, PART_OF_CONTRAST * contrast)
    unlike = np.where(depth > 0, distance, _tint(image, ground)) / limit - 1
    unlike[(depth < 0) & (distance > limit) & (unlike < 0)] = 0
    return np.where(noise < EVEN_NOISE, np.clip(unlike, -1, 1), 0)


def _tint(image: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """The distance (height, width) from the nearest colour that is the ground's or a darker one of its hue."""
    share = (image * ground).sum(axis=2) / np.maximum((ground * ground).sum(axis=2), 1)
    tint: np.ndarray = np.linalg.norm(image - np.minimum(share, 1)[..., None] * ground, axis=2)
    return tint
