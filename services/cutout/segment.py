"""Tell the product from a plain background: a hard mask at working size. Lab float32 pictures, True = product."""

import cv2
import numpy as np

from services.cutout.backdrop import Backdrop, edge_steps, shadow_likeness, tone_distance

SHADOW = 0.4
DARKEST_SHADOW = 0.15
BOUNCED_CHROMA = 10.0
SOFT_STEP = 2.2
HOLE_SHARE = 0.25
NECK_SHARE = 0.012
NOOK_SHARE = 0.02
ALIKE_SHARE = 0.2
FOOT_SHARE = 0.6
FAINT_TONE = 15.0


def segment(lab: np.ndarray, backdrop: Backdrop) -> np.ndarray:
    """The product's mask (height, width): shadows and holes left out, its own pale parts kept.

    Sure ground and sure product are grown towards each other over the smallest steps in tone (watershed, Meyer 1992),
    so that they meet at the outline: a shadow's edge is softer than the product's. GrabCut then settles the outline.
    """
    ground, perhaps = find_ground(lab, backdrop, SHADOW), find_ground(lab, backdrop, DARKEST_SHADOW)
    product = _sure_product(lab, backdrop, perhaps)
    if not product.any():
        return np.zeros(ground.shape, bool)
    difference = np.clip(128 + 1.6 * (lab - backdrop.lab), 0, 255).astype(np.uint8)
    markers = np.where(product, 2, 0).astype(np.int32)
    markers[shrink(ground | _small_parts(perhaps & ~ground, int((~ground).sum())), 2)] = 1
    cv2.watershed(cv2.GaussianBlur(difference, (0, 0), 1.0), markers)
    mask = _settle_outline(difference, markers != 1)
    faint = tone_distance(lab, backdrop) < FAINT_TONE
    return drop_bounced_light(mask, shadow_like(lab, backdrop, DARKEST_SHADOW, 0.93), faint)


def find_ground(lab: np.ndarray, backdrop: Backdrop, darkest: float) -> np.ndarray:
    """Background and the shadows on it: reached from the border and from see-through holes without a sharp step.

    darkest: brightness of the deepest shadow to follow, as a share of the background's.
    """
    distance = tone_distance(lab, backdrop)
    same, shaded = distance < 1.2 + 2 * backdrop.noise, shadow_like(lab, backdrop, darkest, 1.03)
    soft = edge_steps(lab) < SOFT_STEP + 1.5 * backdrop.noise
    seen = reach(same, rim_of(same))
    seen |= find_holes(distance, seen, backdrop.noise)
    neck_px = max(1, round(NECK_SHARE * max(lab.shape[:2])))
    wide = shrink(seen | (shaded & soft), neck_px)
    return seen | grow(reach(wide, wide & seen), neck_px) & (seen | (shaded & soft))


def shadow_like(lab: np.ndarray, backdrop: Backdrop, darkest: float, brightest: float) -> np.ndarray:
    """Pixels that a shadow explains: between two brightnesses (shares of the background's) and nearly of its hue.

    The deeper the shadow, the more colour it may have, bounced off the product.
    """
    brightness, chroma = shadow_likeness(lab, backdrop)
    tinted = 1.5 + 2 * backdrop.noise + BOUNCED_CHROMA * (1 - np.clip(brightness, 0, 1))
    return (chroma < tinted) & (brightness > darkest) & (brightness < brightest)


def _small_parts(mask: np.ndarray, whole: int) -> np.ndarray:
    """The connected parts of the mask below 2 % of the whole, px: deep shadow in a nook, not a side of the product."""
    labels, stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[1:3]
    small = stats[:, cv2.CC_STAT_AREA] < NOOK_SHARE * whole
    small[0] = False
    parts: np.ndarray = small[labels]
    return parts


def rim_of(mask: np.ndarray) -> np.ndarray:
    """The mask's pixels on the border of the picture."""
    rim = np.zeros_like(mask)
    rim[[0, -1]], rim[:, [0, -1]] = mask[[0, -1]], mask[:, [0, -1]]
    return rim


def reach(mask: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """The connected parts of the mask that hold a seed."""
    labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[1]
    chosen = np.zeros(labels.max() + 1, bool)
    chosen[labels[seeds & mask]] = True
    return chosen[labels]


def shrink(mask: np.ndarray, radius_px: int) -> np.ndarray:
    """The mask without its outermost radius_px; the picture's border does not count as an edge."""
    return ~grow(~mask, radius_px)


def grow(mask: np.ndarray, radius_px: int) -> np.ndarray:
    """The mask and all within radius_px of it."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius_px + 1, 2 * radius_px + 1))
    grown: np.ndarray = cv2.dilate(mask.astype(np.uint8), kernel) > 0
    return grown


def find_holes(distance: np.ndarray, seen: np.ndarray, noise: float) -> np.ndarray:
    """Enclosed parts that show the background itself: its tone within the noise, and not most of the product."""
    same = ((distance < 3 + 2 * noise) & ~seen).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(same, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA] / max(int((~seen).sum()), 1)
    holes = np.zeros(seen.shape, bool)
    for label in range(1, count):
        part = labels == label
        if 3e-3 < areas[label] < HOLE_SHARE and np.median(distance[part]) < 1.2 + noise:
            holes |= part
    return holes


def _sure_product(lab: np.ndarray, backdrop: Backdrop, ground: np.ndarray) -> np.ndarray:
    """What no shadow explains (another hue, brighter, or too dark), and what lies well inside sharp outlines."""
    brightness, chroma = shadow_likeness(lab, backdrop)
    distance = tone_distance(lab, backdrop)
    other = (chroma > 8 + 2 * backdrop.noise) | (brightness > 1.08) | (brightness < DARKEST_SHADOW)
    other &= (distance > 4 + 2 * backdrop.noise) & ~ground
    return shrink(other, 1) | shrink(~ground, 4)


def _settle_outline(difference: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """GrabCut (Rother et al. 2004) in a narrow band around the outline, on the difference from the background."""
    trimap = np.where(mask, cv2.GC_FGD, cv2.GC_BGD).astype(np.uint8)
    trimap[grow(mask, 2) & ~mask] = cv2.GC_PR_BGD
    trimap[mask & ~shrink(mask, 3)] = cv2.GC_PR_FGD
    if not (trimap == cv2.GC_FGD).any() or not (trimap == cv2.GC_BGD).any():
        return mask
    cv2.setRNGSeed(0)  # its k-means draws from a global generator
    cv2.grabCut(difference, trimap, None, np.zeros((1, 65)), np.zeros((1, 65)), 1, cv2.GC_INIT_WITH_MASK)
    return np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD))


def drop_bounced_light(mask: np.ndarray, shaded: np.ndarray, faint: np.ndarray) -> np.ndarray:
    """The mask without the lit or shaded ground that clings to its foot.

    shaded: pixels that a shadow explains; dropped where the product nearby is not of that kind.
    faint: pixels near the ground's tone; dropped where they form thin spurs.
    """
    radius_px = max(2, round(NECK_SHARE * max(mask.shape)))
    inner = shrink(mask, radius_px)
    side = 8 * radius_px + 1
    alike = cv2.blur((inner & shaded).astype(np.float32), (side, side))
    near = cv2.blur(inner.astype(np.float32), (side, side))
    _, top, _, height = cv2.boundingRect(mask.astype(np.uint8))
    foot = np.arange(mask.shape[0])[:, None] >= top + round(FOOT_SHARE * height)
    doubtful = mask & foot & shaded & (alike < ALIKE_SHARE * near)
    cleared = mask & ~reach(doubtful | ~mask, ~mask)
    spurs = cleared & foot & faint & ~grow(shrink(cleared, radius_px), radius_px)
    cleared &= ~spurs
    return grow(shrink(cleared, 1), 1) & mask if cleared.any() else mask
