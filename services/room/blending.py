"""The product takes on the photo's light, softness and grain, and the floor its shadow and reflection."""

import cv2
import numpy as np

from services.room.light import GAMMA, Look, linear
from services.room.placing import Standing
from services.room.shadow import KeyLight

STUDIO_LEVEL = 0.72
DEEPEST_SHADOW = 0.92
SHADOW_FLOOR = 0.006


def fit_look(standing: Standing, look: Look, local: float, key_side: float, rng: np.random.Generator) -> np.ndarray:
    """The product's RGBA (float32 0..255) under the room's light.

    local: brightness of the floor beside it over the room's. key_side: -1 light from the left … 1 from the right, its
    size by how certain that is.
    """
    picture = standing.picture.astype(np.float32)
    light = linear(standing.picture[..., :3])
    exposure = np.clip((look.level / STUDIO_LEVEL) ** 0.55 * local**0.3, 0.45, 1.12)
    light = light * exposure * look.tint**0.75
    side = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None] * key_side
    light = light * (1 + 0.10 * side)
    light = min(look.black, 0.02) * 0.7 + light * (1 - min(look.black, 0.02) * 0.7)
    picture[..., :3] = 255 * np.clip(light, 0, 1) ** (1 / GAMMA)
    if look.softness_px > 0.35:
        picture = soften_edges(picture, min(look.softness_px, 1.2))
    noise = rng.normal(0, look.grain * 0.8, picture.shape[:2]).astype(np.float32)
    picture[..., :3] += noise[..., None]
    return np.clip(picture, 0, 255)


def soften_edges(picture: np.ndarray, sigma_px: float) -> np.ndarray:
    """Blur with premultiplied alpha."""
    alpha = picture[..., 3:] / 255
    spread = cv2.GaussianBlur(np.dstack([picture[..., :3] * alpha, picture[..., 3]]), (0, 0), sigma_px)
    return np.dstack([spread[..., :3] / np.maximum(spread[..., 3:] / 255, 1e-3), spread[..., 3]])


def darken(room: np.ndarray, dark: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """The room (uint8) with a shadow (0..1) on what is floor (0..1); below 0.6 % nothing changes."""
    share = np.where(dark > SHADOW_FLOOR, (dark - SHADOW_FLOOR) * DEEPEST_SHADOW, 0) * floor
    touched = share > 1e-3
    shaded = room.copy()
    factor = (1 - share[touched])[:, None] ** (np.array([0.97, 1.0, 1.02]) / GAMMA)
    shaded[touched] = np.round(room[touched] * factor).astype(np.uint8)
    return shaded


def reflect(room: np.ndarray, picture: np.ndarray, standing: Standing, gloss: float) -> np.ndarray:
    """The room with the product mirrored in the floor under its foot, fading with depth."""
    box, height = standing.box, picture.shape[0]
    mirrored = cv2.GaussianBlur(picture[::-1], (0, 0), 1.0 + 0.006 * height, sigmaY=1.5 + 0.02 * height)
    fade = np.exp(-np.arange(height, dtype=np.float32) / (0.22 * height))[:, None] * gloss * 0.6
    return paste(room, mirrored, box.left, round(standing.foot[1]), fade)


def paste(room: np.ndarray, picture: np.ndarray, left: int, top: int, opacity: np.ndarray | None = None) -> np.ndarray:
    """The room with a picture (RGBA float32 0..255) laid over it; what leaves the frame is cut off.

    opacity: (rows, 1) of the picture, 0..1.
    """
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(room.shape[1], left + picture.shape[1]), min(room.shape[0], top + picture.shape[0])
    if x0 >= x1 or y0 >= y1:
        return room
    part = picture[y0 - top : y1 - top, x0 - left : x1 - left]
    share = part[..., 3:] / 255
    if opacity is not None:
        share = share * opacity[y0 - top : y1 - top, :, None]
    laid = room.copy()
    window = laid[y0:y1, x0:x1]
    seen = share[..., 0] > 0.004
    mixed = window * (1 - share) + part[..., :3] * share
    window[seen] = np.round(mixed[seen]).astype(np.uint8)
    return laid


def key_side(key: KeyLight, right: np.ndarray) -> float:
    """-1 … 1: how much the light comes from the camera's right."""
    return float(key.towards @ right) * key.certainty
