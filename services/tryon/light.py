"""Light on cloth and skin: folds carried over, round limbs, shadows, and the photo's grain."""

import cv2
import numpy as np

from services.tryon.arrays import LUMA, Floats, along_line, blur, fill, line_places, smoothstep, wide_blur


def shading(photo: Floats, worn: Floats, width: float) -> Floats:
    """Folds and light of worn clothes (mask 0..1) as a factor near 1; prints and edges are left out.

    1 where there are none.
    """
    grey = photo @ LUMA
    inside = (cv2.erode(worn, np.ones((9, 9))) > 0.9).astype(np.float32)
    if inside.sum() < 100:
        return np.ones_like(grey)
    lab = cv2.cvtColor(photo / 255, cv2.COLOR_RGB2LAB)
    usual = np.median(lab[inside > 0], axis=0)
    plain = np.exp(-((np.hypot(lab[..., 1] - usual[1], lab[..., 2] - usual[2]) / 12) ** 2))
    plain *= np.exp(-(((lab[..., 0] - usual[0]) / 22) ** 2))
    weight = inside * plain + 1e-4 * inside
    fine = _mean(grey, weight, width / 55)
    coarse = _mean(grey, weight, width / 2)
    folds = np.clip(fine / np.maximum(coarse, 1), 0.72, 1.18)
    known = (weight > 0.3).astype(np.float32)
    if known.sum() < 100:
        return np.ones_like(grey)
    spread = fill(folds.astype(np.float32), known)
    near = blur(cv2.dilate(inside, np.ones((9, 9))), width / 25)
    return 1 + (spread - 1) * 0.9 * np.clip(near, 0, 1)


def _mean(picture: Floats, weight: Floats, sigma: float) -> Floats:
    sums, weights = (wide_blur(part.astype(np.float32), sigma) for part in (picture * weight, weight))
    return sums / np.maximum(weights, 1e-5)


def shade_below(canvas: Floats, alpha: Floats, width: float, person: Floats) -> Floats:
    """The soft shadow of the hem and collar on what lies under them."""
    shift = max(int(0.02 * width), 1)
    moved = np.roll(alpha, shift, axis=0)
    shadow = blur(np.maximum(alpha, moved), 0.025 * width) * (1 - alpha)
    return canvas * (1 - 0.3 * shadow * person)[..., None]


def exposure(photo: Floats, person: Floats) -> float:
    """How bright white cloth is in this photo, as a factor for packshot colours (whose white is 255)."""
    grey = photo[person > 0.8] @ LUMA
    return float(np.clip((np.percentile(grey, 98) + 25) / 255, 0.92, 0.98))


def lay(canvas: Floats, colours: Floats, alpha: Floats, light: Floats) -> Floats:
    """Paint over a picture: colours times light, where alpha is 1."""
    colours = colours * light[..., None]
    return canvas + (colours - canvas) * alpha[..., None]


def grain(photo: Floats) -> float:
    """Standard deviation of the photo's grain, grey levels (Immerkaer 1996)."""
    grey = photo @ LUMA
    detail = np.abs(cv2.filter2D(grey, -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)))
    return float(np.clip(np.median(detail) * 1.2533 / 6, 0, 6))


def bare_limb(points: Floats, half_widths: Floats, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Alpha and light of an arm or leg as a tapered round limb: darker towards its edges, not where it begins.

    Points (x, y) px and half widths px from the trunk on.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    along, offset = along_line(points, columns, rows, 1)
    places = line_places(points)
    half = np.interp(along, places, half_widths)
    beyond = np.maximum(-along, along - places[-1])
    distance = np.where(beyond > 0, np.hypot(beyond, offset), np.abs(offset))
    alpha = np.clip(half - distance + 0.5, 0, 1)
    rim = np.clip(distance / half, 0, 1) ** 3 * smoothstep(along, 0, 0.4 * places[1])
    return alpha.astype(np.float32), (1 - 0.22 * rim).astype(np.float32)
