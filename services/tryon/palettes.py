"""Colours of skin and cloth: a palette stands for a sample, and pixels go to the nearest one."""

import cv2
import numpy as np

from services.tryon.arrays import Floats, Mask, blur


def to_lab(pixels: np.ndarray) -> Floats:
    """Lab of RGB uint8, lightness at half the weight of hue: folds and light change it most."""
    lab = cv2.cvtColor(blur(pixels.astype(np.float32) / 255, 0.7), cv2.COLOR_RGB2LAB)
    return lab * np.array([0.6, 1.2, 1.2], np.float32)


def is_like(lab: Floats, sample: Floats) -> Mask:
    """Where colours are those of a sample, lighter or darker."""
    if len(sample) < 5:
        return np.ones(lab.shape[:2], bool)
    away = lab[..., 1:] - np.median(sample[:, 1:], axis=0)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]) < 16)


def is_pale(lab: Floats, sample: Floats) -> Mask:
    """Where colours are nearer to grey than half of a sample's: white cloth beside skin."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    own = np.median(np.hypot(sample[:, 1], sample[:, 2])) if len(sample) else 0.0
    return np.asarray(chroma < 0.55 * own)


def palette(colours: Floats, size: int = 5) -> Floats:
    """The ``size`` colours that stand for a sample (k-means, seeded)."""
    if len(colours) < size:
        return np.full((1, 3), 1e3, np.float32)
    cv2.setRNGSeed(0)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    step = max(len(colours) // 1500, 1)
    return cv2.kmeans(np.float32(colours[::step]), size, None, criteria, 1, cv2.KMEANS_PP_CENTERS)[2]


def distance(lab: Floats, palette: Floats) -> Floats:
    """Of each pixel to the nearest colour of a palette."""
    channels = [np.ascontiguousarray(lab[..., index]) for index in range(3)]  # four times faster than norms of triples
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for colour in palette:
        apart = [(channel - value) ** 2 for channel, value in zip(channels, colour, strict=True)]
        np.minimum(nearest, apart[0] + apart[1] + apart[2], out=nearest)
    return np.sqrt(nearest)
