"""Contrast as WCAG 2 defines it, measured on pixels."""

from functools import lru_cache

import numpy as np

from services.compositor.service import NORMAL_TEXT

LARGE_TEXT = 3.0
LARGE_PX = 24.0
LARGE_SEMIBOLD_PX = 18.66
_WORST_SHARE = 5  # percent of the pixels under a text that may be worse than what is reported
_CHANNELS = np.array([0.2126, 0.7152, 0.0722], np.float32)
_LEVELS = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)


def rgb(colour: str) -> tuple[int, int, int]:
    """#RRGGBB as numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexadecimal(colour: tuple[float, ...]) -> str:
    """Numbers as #RRGGBB."""
    return "#" + "".join(f"{round(max(0, min(255, value))):02x}" for value in colour)


def mix(first: str, second: str, share: float) -> str:
    """``share`` of the second colour in the first."""
    return hexadecimal(tuple(a + (b - a) * share for a, b in zip(rgb(first), rgb(second), strict=True)))


def luminance(pixels: np.ndarray) -> np.ndarray:
    """Relative luminance, 0 to 1, of uint8 pixels (... x 3)."""
    red, green, blue = (share * _LINEAR for share in _CHANNELS)
    return red[pixels[..., 0]] + green[pixels[..., 1]] + blue[pixels[..., 2]]


@lru_cache(1000)
def luminance_of(colour: str) -> float:
    """Relative luminance of #RRGGBB."""
    return float(luminance(np.array(rgb(colour), np.uint8)))


def ratio(first: float, second: float) -> float:
    """Contrast ratio of two luminances, 1 to 21."""
    light, dark = max(first, second), min(first, second)
    return (light + 0.05) / (dark + 0.05)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours."""
    return ratio(luminance_of(first), luminance_of(second))


def sample(pixels: np.ndarray, most: int) -> np.ndarray:
    """About ``most`` of the pixels at most, on a regular grid: N x 3."""
    step = max(1, round(float(np.sqrt(pixels.shape[0] * pixels.shape[1] / most))))
    return pixels[::step, ::step].reshape(-1, 3)


def extremes(grounds: np.ndarray) -> tuple[float, float]:
    """The darkest and the lightest luminance of a ground but for 5 % at either end."""
    tail = _WORST_SHARE * (len(grounds) - 1) // 100
    ordered = np.partition(grounds, (tail, len(grounds) - 1 - tail))
    return float(ordered[tail]), float(ordered[-1 - tail])


def worst_ratio(ink: float, grounds: tuple[float, float]) -> float:
    """Contrast of an ink's luminance with the extremes of its ground; 1 where they lie on either side of it."""
    low, high = grounds
    return 1.0 if low <= ink <= high else min(ratio(ink, low), ratio(ink, high))


def required(size_px: float, weight: int) -> float:
    """The ratio a text of this size and weight must have."""
    large = size_px >= LARGE_PX or (size_px >= LARGE_SEMIBOLD_PX and weight >= 600)
    return LARGE_TEXT if large else NORMAL_TEXT
