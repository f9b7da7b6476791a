"""From a hard mask to a soft matte: alpha at the edge, and the product's own colour under it."""

import cv2
import numpy as np

FLAT_CONTRAST = 18.0


def soft_matte(rgb: np.ndarray, mask: np.ndarray, band_px: float) -> np.ndarray:
    """Alpha uint8 (height, width), 255 = product: exact away from the mask's edge, solved inside +-band_px of it.

    Alpha is the projection of each pixel on the line between the nearest product and background colours
    (Ruzon and Tomasi 2000, one colour each), trusted as far as the two differ, then smoothed along the edges of
    the photo (guided filter, He et al. 2010).

    rgb: uint8 (height, width, 3). mask: bool, True = product.
    """
    depth = signed_depth(mask)
    image = rgb.astype(np.float32)
    product = spread_colour(image, depth > band_px / 2, band_px / 4)  # near: a rim is often lit or shaded
    background = spread_colour(image, depth < -band_px, band_px)
    line = product - background
    contrast = (line * line).sum(axis=2)
    solved = ((image - background) * line).sum(axis=2) / np.maximum(contrast, 1)
    assumed = np.clip(0.5 + depth / 2, 0, 1)
    trust = contrast / (contrast + FLAT_CONTRAST**2)
    alpha = trust * np.clip(solved, 0, 1) + (1 - trust) * assumed
    alpha = guided_filter(image.mean(axis=2) / 255, alpha.astype(np.float32), max(1, round(band_px / 2)), 4e-4)
    return _settle(alpha, depth, band_px)


def _settle(alpha: np.ndarray, depth: np.ndarray, band_px: float) -> np.ndarray:
    """Stretch alpha so that nearly full is full and nearly none is none; no doubt is left beyond the band."""
    ramp = np.clip(0.5 + depth / (2 * band_px), 0, 1)
    low, high = np.clip(2 * ramp - 1, 0, 1), np.clip(2 * ramp, 0, 1)
    settled = np.clip((alpha - 0.06) / 0.86, low, high)
    return np.round(255 * settled).astype(np.uint8)


def signed_depth(mask: np.ndarray) -> np.ndarray:
    """Distance to the mask's edge, px: positive inside, negative outside."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.where(mask, inside - 0.5, 0.5 - outside).astype(np.float32)


def spread_colour(image: np.ndarray, known: np.ndarray, reach_px: float) -> np.ndarray:
    """The mean colour of the known pixels near each pixel (height, width, channels).

    Wider windows fill what nearer ones leave open.
    """
    weight = known.astype(np.float32)
    total, filled = np.zeros_like(image), np.zeros_like(weight)
    for factor in (2, 4, 12):
        side = 2 * int(np.ceil(factor * reach_px)) + 1
        share = cv2.blur(weight, (side, side), borderType=cv2.BORDER_ISOLATED)
        colour = cv2.blur(image * weight[..., None], (side, side), borderType=cv2.BORDER_ISOLATED).reshape(image.shape)
        use = (1 - filled) * np.clip(share * 20, 0, 1)
        total += colour / np.maximum(share, 1e-6)[..., None] * use[..., None]
        filled += use
    return total / np.maximum(filled, 1e-6)[..., None]


def guided_filter(guide: np.ndarray, source: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Smooth source (float32) where the guide (0..1) is smooth; window side 2 * radius + 1 px."""
    side = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_source = cv2.blur(guide, side), cv2.blur(source, side)
    covariance = cv2.blur(guide * source, side) - mean_guide * mean_source
    variance = cv2.blur(guide * guide, side) - mean_guide * mean_guide
    slope = covariance / (variance + epsilon)
    offset = mean_source - slope * mean_guide
    smoothed: np.ndarray = cv2.blur(slope, side) * guide + cv2.blur(offset, side)
    return smoothed


def clean_colours(rgb: np.ndarray, alpha: np.ndarray, reach_px: float) -> np.ndarray:
    """The product's colour without the background's share (uint8): unchanged at alpha 255, black at alpha 0.

    At partial alpha the colour is that of the nearest full product pixels, so no spill of the background stays.
    """
    edge = (alpha > 0) & (alpha < 255)
    pure = spread_colour(rgb.astype(np.float32), alpha == 255, reach_px)
    cleaned = np.where(edge[..., None], np.round(pure).astype(np.uint8), rgb)
    cleaned[alpha == 0] = 0
    return cleaned
