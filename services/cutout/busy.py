"""Tell the product from a background that is not plain: the network says roughly where, GrabCut finds the outline."""

import cv2
import numpy as np

from services.cutout.backdrop import edge_steps, to_lab
from services.cutout.matting import signed_depth, spread_colour
from services.cutout.segment import grow, reach, shrink
from services.errors import CutOutFailed

SURE = 0.9
NONE = 0.05
CUTTING_SIDE_PX = 360
LEAST_AREA = 0.004
PINHOLE_SHARE = 0.002
CLEARLY_APART = 10.0  # Delta E
USUAL_STEP = 85  # percentile of the steps around the product
UNSURE_ADVICE = "Send the product on an even, single-colour background with space on all sides, or as a PNG with alpha."


def segment_busy(rgb: np.ndarray, likely: np.ndarray) -> tuple[np.ndarray, float]:
    """The product's mask (bool) in a picture (uint8), and how sure that is, 0..1.

    likely: the network's likelihood (height, width). Confidence is how clear the outline is, squared, times the overlap
    of mask and network: the colours may correct the network where they show an outline.

    Raises:
        CutOutFailed: nothing in the picture is likely to be a product.
    """
    if (likely > SURE).mean() < LEAST_AREA:
        problem = "the background is not plain, and no single product stands out from it"
        raise CutOutFailed(problem, UNSURE_ADVICE)
    scale = min(1.0, CUTTING_SIDE_PX / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    guess = cv2.resize(likely, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    mask = _cut(small, guess)
    smooth = cv2.resize(mask.astype(np.float32), rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    product = cv2.GaussianBlur(smooth, (0, 0), 0.6 / scale) > 0.5
    return product, round(_outline_clarity(product, to_lab(rgb)) ** 2 * _overlap(mask, guess > 0.5), 3)


def _cut(rgb: np.ndarray, likely: np.ndarray) -> np.ndarray:
    """GrabCut (Rother et al. 2004) between what the network is sure of; what it rules out stays out."""
    labels = np.where(likely > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[shrink(likely > SURE, 2)] = cv2.GC_FGD
    labels[~grow(likely > NONE, 2)] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # its k-means draws from a global generator
    picture = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 0.7), cv2.COLOR_RGB2Lab)
    cv2.grabCut(picture, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    found = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    found = (found & (likely > 0.2)) | (likely > 0.97)
    return _without_crumbs(found, likely)


def _without_crumbs(mask: np.ndarray, likely: np.ndarray) -> np.ndarray:
    """The mask smoothed by a pixel, without parts that hold nothing sure, its pinholes filled."""
    smooth = shrink(grow(mask, 1), 1)
    smooth = grow(shrink(smooth, 1), 1) & smooth
    kept = reach(smooth, smooth & (likely > 0.75))
    labels, stats = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)[1:3]
    small = stats[:, cv2.CC_STAT_AREA] < PINHOLE_SHARE * kept.sum()
    small[0] = False
    filled: np.ndarray = kept | small[labels]
    return filled


def _outline_clarity(mask: np.ndarray, lab: np.ndarray) -> float:
    """Share of the outline whose two sides differ, times the share with a steeper step than is usual around it."""
    depth = signed_depth(mask)
    outline, around = np.abs(depth) < 1.5, (depth < -6) & (depth > -60)
    if not outline.any() or not around.any():
        return 0.0
    sides = [spread_colour(lab, (side * depth > 1) & (side * depth < 6), 4.0)[outline] for side in (1, -1)]
    steps = edge_steps(lab)
    steep = cv2.dilate(steps, np.ones((5, 5), np.uint8))[outline] > np.percentile(steps[around], USUAL_STEP)
    return float((np.linalg.norm(sides[0] - sides[1], axis=1) > CLEARLY_APART).mean() * steep.mean())


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two masks."""
    return float((first & second).sum() / max((first | second).sum(), 1))
