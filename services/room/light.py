"""The room's light, read from its photo: where it comes from, its colour and level, and the photo's blur and grain."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.room.camera import Camera
from services.room.layout import Layout
from services.room.shadow import KeyLight

GAMMA = 2.2
BRIGHT_SHARE = 0.985
USUAL_ELEVATION, OVERHEAD = np.radians(48), np.radians(72)
MOST_TINT = 0.18
KEY_SPREAD = 0.22
WINDOW_SHARE = 0.45  # of the light on the floor; the rest comes from walls and ceiling, and is kept off right below
OPENING_LEVEL, LEAST_OPENING, LOWEST_OPENING = 0.85, 0.5, 0.35
FARTHEST_WALL = 6.0


@dataclass(frozen=True)
class Look:
    """tint: the light's colour, linear RGB gains around 1. level: how bright white things look, linear 0..1.

    black: black point, linear. grain: standard deviation, 8-bit. softness_px: sigma of the photo's own blur.
    """

    tint: np.ndarray
    level: float
    black: float
    grain: float
    softness_px: float


def linear(rgb: np.ndarray) -> np.ndarray:
    """8-bit sRGB to linear light 0..1 (gamma 2.2)."""
    return (rgb.astype(np.float32) / 255) ** GAMMA


def find_key(rgb: np.ndarray, camera: Camera, layout: Layout, foot: tuple[float, float]) -> KeyLight:
    """The strongest light as seen from the product's foot.

    A window in the picture is far brighter than anything else, white paper included. Without one the light is taken to
    come from above, wide and soft, and its certainty is 0.
    """
    small = cv2.resize(rgb, (120, max(8, round(120 * rgb.shape[0] / rgb.shape[1]))), interpolation=cv2.INTER_AREA)
    glow = linear(small).mean(axis=2)
    rows, columns = np.mgrid[0 : glow.shape[0], 0 : glow.shape[1]] + 0.5
    pixels = np.stack([columns, rows], axis=-1) * camera.width / glow.shape[1]
    wall = (layout.surfaces(camera, pixels) > 1) & (camera.drop(pixels) < LOWEST_OPENING)
    points = camera.rays(pixels) * np.minimum(layout.depths(camera, pixels).min(axis=-1), FARTHEST_WALL)[..., None]
    stand = camera.floor_points(np.array(foot))
    opening = np.where(wall, np.maximum(glow - OPENING_LEVEL, 0), 0)
    if opening.sum() > LEAST_OPENING:
        return KeyLight(_towards(camera, points, opening, stand), USUAL_ELEVATION, KEY_SPREAD, WINDOW_SHARE, 0.85)
    nowhere = np.zeros_like(opening)
    return KeyLight(_towards(camera, points, nowhere, stand), OVERHEAD, 2 * KEY_SPREAD, 0.35, 0.0)


def _towards(camera: Camera, points: np.ndarray, weight: np.ndarray, stand: np.ndarray) -> np.ndarray:
    """The level unit vector from the stand to the weighted middle of the points; to the camera without weight."""
    middle = (points * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-9)
    away = middle - stand
    level = away - (away @ camera.up) * camera.up
    unit: np.ndarray = level / max(float(np.linalg.norm(level)), 1e-9)
    return unit


def read_look(rgb: np.ndarray) -> Look:
    """Colour, level, grain and softness of a photo (uint8 RGB)."""
    small = cv2.resize(rgb, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) if max(rgb.shape) > 400 else rgb
    light = linear(small).reshape(-1, 3)
    brightness = light.mean(axis=1)
    colourful = light.max(axis=1) - light.min(axis=1)
    pale = (
        (colourful < 0.35 * light.max(axis=1))
        & (brightness > np.quantile(brightness, 0.4))
        & (light.max(axis=1) < 0.97)
    )
    tone = light[pale].mean(axis=0) if pale.sum() > 60 else light.mean(axis=0)
    tint = np.clip(tone / tone.mean(), 1 - MOST_TINT, 1 + MOST_TINT)
    level, black = float(np.quantile(brightness, 0.93)), float(np.quantile(brightness, 0.01))
    return Look(tint.astype(np.float32), level, black, _grain(rgb), _softness(rgb))


def _grain(rgb: np.ndarray) -> float:
    """Noise of the flat parts (Immerkaer 1996, with a median), 8-bit standard deviation."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(cv2.filter2D(grey, -1, mask))
    steep = cv2.blur(np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 2), cv2.CV_32F)), (9, 9))
    flat = rough[steep < np.quantile(steep, 0.3)]
    return float(min(6.0, 1.48 * np.median(flat) / 6))


def _softness(rgb: np.ndarray) -> float:
    """Sigma in px of the blur on the photo's sharpest edges, from how much they lose to a further blur of 1 px."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sharp = np.hypot(*(cv2.Sobel(grey, cv2.CV_32F, *order) for order in ((1, 0), (0, 1))))
    softer = cv2.GaussianBlur(grey, (0, 0), 1.0)
    blurred = np.hypot(*(cv2.Sobel(softer, cv2.CV_32F, *order) for order in ((1, 0), (0, 1))))
    edges = sharp > np.quantile(sharp, BRIGHT_SHARE)
    ratio = float(np.median(sharp[edges] / np.maximum(blurred[edges], 1e-3)))
    return float(np.clip(np.sqrt(max(1 / max(ratio**2 - 1, 1e-3) - 0.35, 0)), 0, 2.0))
