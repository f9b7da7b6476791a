"""Second opinions on a cut-out from a plain background: pale parts that it lost, slivers of shadow that it kept.

The colour model cannot tell a white sleeve on white from a shadow, but where the background is
digitally clean a sleeve ends sharply and a shadow fades out. Nor can it tell a hard shadow from a dark sole: there the
network decides. Masks are bool at working size, True = product.
"""

import cv2
import numpy as np

from services.cutout.backdrop import Backdrop, edge_steps, tone_distance
from services.cutout.matting import signed_depth, spread_colour
from services.cutout.segment import DARKEST_SHADOW, grow, shadow_like, shrink

HARDLY = 0.4
CLEAN_NOISE = 0.5
LEAST_PART = 0.002
LARGEST_SLIVER = 0.04
CRISP_STEP = 1.0
CRISP_SHARE = 0.5
RIM_PX = 3
FOOT_SHARE = 0.25
FAINT_RIM = 18.0  # Delta E
SMOOTH_PX, EVEN_PX = 6, 17
SPUR_SHARE = 0.025
LEAST_SPUR_PX = 80
SOFT_SHARE = 0.72


def mend(mask: np.ndarray, lab: np.ndarray, backdrop: Backdrop, likely: np.ndarray) -> np.ndarray:
    """The mask with lost pale parts and without slivers of shadow. likely: the network's likelihood (height, width)."""
    area = int(mask.sum())
    differs = tone_distance(lab, backdrop) > 1.0 + 2 * backdrop.noise
    lost = grow(shrink(differs & ~mask, RIM_PX), RIM_PX) & differs & ~mask
    added = _parts(lost, near=grow(mask, 3), least=LEAST_PART * area, most=area)
    mended = mask.copy()
    if backdrop.noise < CLEAN_NOISE:
        mended |= _crisp(added, outside=~(mask | differs), steps=edge_steps(lab))
    foot = np.arange(len(mask))[:, None] > np.flatnonzero(mask.any(axis=1))[-1] - FOOT_SHARE * mask.any(axis=1).sum()
    shadow = foot & shadow_like(lab, backdrop, DARKEST_SHADOW, 0.97)
    doubtful = _parts(mask & shadow & (likely < 0.5), near=grow(~mask, 2), least=1, most=LARGEST_SLIVER * area)
    mended &= ~_hardly_product(doubtful, likely)
    mended &= ~_soft_spurs(mended, foot & shadow_like(lab, backdrop, 0.0, 0.97), lab)
    return _even_faint_outline(shrink(grow(mended, 1), 1), tone_distance(lab, backdrop))


def _even_faint_outline(mask: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """The mask with a smoother outline where its rim hardly differs from the background (distance, Delta E).

    There the outline follows noise, and looks nibbled. Only broad parts are smoothed: thin ones would break.
    """
    depth = signed_depth(mask)
    rim = ((depth > 1) & (depth < 5)).astype(np.float32)
    near = cv2.blur(rim, (EVEN_PX, EVEN_PX))
    contrast = cv2.blur(rim * distance, (EVEN_PX, EVEN_PX)) / np.maximum(near, 1e-3)
    broad = grow(grow(shrink(mask, 2 * SMOOTH_PX), 2 * SMOOTH_PX), SMOOTH_PX)
    even = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), SMOOTH_PX) > 0.5
    faint = broad & (np.abs(depth) < SMOOTH_PX) & (near > 0) & (contrast < FAINT_RIM)
    return np.where(faint, even, mask)


def _parts(mask: np.ndarray, near: np.ndarray, least: float, most: float) -> np.ndarray:
    """The connected parts of the mask that touch `near` and have an area (px) within the limits."""
    labels, stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[1:3]
    areas = stats[:, cv2.CC_STAT_AREA]
    touching = np.bincount(labels[near], minlength=len(areas)) > 0
    kept = touching & (areas >= least) & (areas <= most)
    kept[0] = False
    parts: np.ndarray = kept[labels]
    return parts


def _soft_spurs(mask: np.ndarray, shadow: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """Thin parts that stick out of the mask, could be shadow, and have a softer edge than the product: deep shadow."""
    radius_px = max(2, round(SPUR_SHARE * max(mask.shape)))
    spurs = mask & ~grow(shrink(mask, radius_px), radius_px)
    spurs = grow(shrink(spurs, 1), 1) & spurs
    edge = np.abs(signed_depth(mask)) < 1
    sharpness = _edge_sharpness(mask, lab)
    usual, soft = float(np.median(sharpness[edge])) if edge.any() else 0.0, np.zeros_like(mask)
    labels, stats = cv2.connectedComponentsWithStats(spurs.astype(np.uint8), connectivity=4)[1:3]
    for label in np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= LEAST_SPUR_PX) + 1:
        part = labels == label
        border = part & edge
        if shadow[part].mean() > 0.9 and border.any() and np.median(sharpness[border]) < SOFT_SHARE * usual:
            soft |= part
    return soft


def _edge_sharpness(mask: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """The steepest change at each pixel, per px, as a share of the step across the mask's edge."""
    depth = signed_depth(mask)
    sides = [spread_colour(lab, (side * depth > 2) & (side * depth < 6), 2.0) for side in (1, -1)]
    steepest = cv2.dilate(edge_steps(lab), np.ones((3, 3), np.uint8))
    sharpness: np.ndarray = steepest / np.maximum(np.linalg.norm(sides[0] - sides[1], axis=2), 4)
    return sharpness


def _hardly_product(parts: np.ndarray, likely: np.ndarray) -> np.ndarray:
    """The parts that the network hardly takes for the product."""
    labels = cv2.connectedComponents(parts.astype(np.uint8), connectivity=4)[1]
    mean = np.bincount(labels.ravel(), weights=likely.ravel()) / np.maximum(np.bincount(labels.ravel()), 1)
    chosen = mean < HARDLY
    chosen[0] = False
    found: np.ndarray = chosen[labels]
    return found


def _crisp(parts: np.ndarray, outside: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The parts that end sharply against the background: pale sides of the product; a shadow fades out."""
    labels = cv2.connectedComponents(parts.astype(np.uint8), connectivity=4)[1]
    border = parts & grow(outside, 2)
    sharp = np.bincount(labels[border & (steps > CRISP_STEP)], minlength=labels.max() + 1)
    chosen = sharp > CRISP_SHARE * np.maximum(np.bincount(labels[border], minlength=labels.max() + 1), 1)
    chosen[0] = False
    found: np.ndarray = chosen[labels]
    return found
