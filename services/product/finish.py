"""The photographer's finish of a painted scene: depth of field, and a grade with depth, contrast and colour.

Drawn and painted scenes are pale and even, as flat light makes them. The finish looks at tone only, so it moves nothing
and holds for any scene; the product is laid over it afterwards and is not touched.
"""

import cv2
import numpy as np
from PIL import Image

USUAL_LIGHTNESS = 65.0  # CIE L*: brighter scenes look washed out, and leave a pale product nothing to stand out from
DARKEST_GAMMA = 1.3
CONTRAST = 0.4
BROAD, FINE = (0.16, 0.40), (0.04, 0.18)  # clarity: reach as a share of the unit, and strength
BAND_PX, BAND_STEP = 6.0, 0.6  # reach, and L*: a smaller difference is a step of eight bits, not a form
FALL_OFF, RECEDING = 0.15, 0.05
LEAST_SPREAD, MOST_STRETCH = 30.0, 1.5  # L* between the 2nd and 98th percentile
WHITE_POINT = (0.6, 0.9, 1.0), (1.0, 1.05, 1.0)  # bright lights, share of white -> how much brighter they become
COLOUR, RICH_CHROMA = 0.35, 45.0
WARMTH, PALE_CHROMA, COOL_BELOW = np.array([3.0, 5.0], np.float32), 35.0, 0.4
TO_ORANGE = 0.2
YELLOW, LIT_YELLOW, TO_AMBER = (-0.1, 0.35), 85.0, 0.6  # a*/b* and how far around it, L*, radians in full shade
EDGE_SOFTNESS = 0.06  # share of the height below the edge in which the ground comes into focus
GAMMA = 2.2


def finish_scene(scene: Image.Image, *, edge: float, side: int, blur: float = 0.0) -> Image.Image:
    """The scene (RGB) as a lens and a grade would show it.

    edge: the back edge of the ground, share of the height. side: -1 lit from the left, 1 from the right. blur: radius
    of the lens disc behind the edge, as a share of the scene's unit (its height, less in narrow scenes).
    """
    pixels = np.asarray(scene, np.float32) / 255
    height, width = pixels.shape[:2]
    unit = min(height, 1.35 * width)
    rows = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    behind = np.clip(1 + (edge - rows) / EDGE_SOFTNESS, 0, 1)
    pixels = _defocus(pixels, behind, blur * unit)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab)
    lab[..., 0] = _light(lab[..., 0], unit, behind, side)
    graded = cv2.cvtColor(_colour(lab), cv2.COLOR_Lab2RGB)
    return Image.fromarray(np.round(255 * np.clip(graded, 0, 1)).astype(np.uint8))


def _defocus(pixels: np.ndarray, behind: np.ndarray, radius_px: float) -> np.ndarray:
    """What is behind the edge (0..1, height x 1) through a lens disc, in linear light, where lamps stay bright."""
    if radius_px < 0.6:
        return pixels
    reach = int(np.ceil(radius_px)) + 1
    distance = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1])
    disc = np.clip(radius_px + 0.5 - distance, 0, 1)
    lit = cv2.pow(pixels, GAMMA)
    soft = cv2.pow(cv2.filter2D(lit, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE), 1 / GAMMA)
    return pixels + (soft - pixels) * behind[..., None]


def _light(light: np.ndarray, unit: float, behind: np.ndarray, side: int) -> np.ndarray:
    """Lightness L* (height, width) with clearer forms and more contrast; darker behind, and away from the light."""
    light = _without_bands(light)
    clear = light + BROAD[1] * (light - _blur(light, BROAD[0] * unit))
    clear += FINE[1] * behind * (light - _blur(light, FINE[0] * unit))
    low, mean, high = np.percentile(light[::4, ::4], 2), float(light.mean()), np.percentile(light[::4, ::4], 98)
    clear = mean + (clear - mean) * np.clip(LEAST_SPREAD / max(high - low, 1), 1, MOST_STRETCH)
    gamma = np.log(USUAL_LIGHTNESS / 100) / np.log(np.clip(mean, 1, 97) / 100)
    share = np.clip(clear / 100, 0, 1) ** np.clip(gamma, 1, DARKEST_GAMMA)
    share = share + CONTRAST * 2 * (share - share**2) * (share - 0.5)
    share *= np.interp(np.percentile(share[::4, ::4], 99.5), *WHITE_POINT)
    away = 0.5 - side * (np.linspace(0, 1, light.shape[1], dtype=np.float32) - 0.5)
    lit: np.ndarray = 100 * share * (1 - FALL_OFF * away * (0.5 + 0.5 * behind) - RECEDING * behind)
    return lit


def _without_bands(light: np.ndarray) -> np.ndarray:
    """L* with the steps of eight bits smoothed, which more contrast would show as contours on a plain wall."""
    smooth = _blur(light, BAND_PX)
    plain = np.clip(2 - _blur(np.abs(light - smooth), BAND_PX) * 2 / BAND_STEP, 0, 1)
    return light + plain * (smooth - light)


def _colour(lab: np.ndarray) -> np.ndarray:
    """Lab with pale colours richer; near greys are warmer in the light and cooler in the dark, as under sun and sky.

    Pale yellows lean to orange, since cream and light wood would turn to khaki as they become darker.
    """
    light, red, yellow = cv2.split(lab)
    chroma = red * red + yellow * yellow
    pale, richer = np.exp(chroma / -(PALE_CHROMA**2)), 1 + COLOUR * np.exp(chroma / -(RICH_CHROMA**2))
    warm = (light / 100 - COOL_BELOW) * pale
    is_yellow = np.maximum(yellow, 0) * np.clip(1 + red / 8, 0, 1)
    red = red * richer + WARMTH[0] * warm + TO_ORANGE * is_yellow * pale
    return cv2.merge([light, *_amber(light, red, yellow * richer + WARMTH[1] * warm)])


def _amber(light: np.ndarray, red: np.ndarray, yellow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lab's a and b with yellows turned to amber in the shade, where they would be olive; light: finished L*."""
    redness = red / np.maximum(yellow, 1)
    turn = np.clip(1 - np.abs(redness - YELLOW[0]) / YELLOW[1], 0, 1) * np.clip(1 - light / LIT_YELLOW, 0, 1) * TO_AMBER
    return red + turn * yellow, yellow - turn * red


def _blur(picture: np.ndarray, sigma_px: float) -> np.ndarray:
    """A Gaussian blur, made at a smaller size, where it costs little."""
    height, width = picture.shape[:2]
    shrink = max(1, int(sigma_px / 3))
    small = cv2.resize(picture, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / shrink)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
