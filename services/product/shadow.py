"""What the product does to the ground it stands on: contact shade, a cast shadow, on glossy ground a reflection.

All is worked out from the matte, at half size, in a window around the product. Matte: 0..1, 1 = product.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from services.images import Box
from services.product.prompt import Light

STEEPEST_GROUND = 0.6
DEEPEST_GROUND = 0.22
GAMMA = 2.2
FLATTENED = 0.21
MIRRORED = 0.30
LEAST_SHADE = 0.002  # of linear light: less is not a step of eight bits


@dataclass(frozen=True)
class Slice:
    """A layer of the product between two heights, which shades the ground below it; lengths as shares of its height."""

    low: float
    high: float
    blur: float
    strength: float


SLICES = (
    Slice(0.0, 0.012, 0.005, 0.8),
    Slice(0.0, 0.04, 0.018, 0.70),
    Slice(0.02, 0.14, 0.05, 0.62),
    Slice(0.10, 0.45, 0.13, 0.45),
    Slice(0.45, 1.00, 0.25, 0.30),
)


@dataclass(frozen=True)
class Footing:
    """matte: float32 (height, width) of the window. ground: the ground's row under each column. size_px: its height."""

    matte: np.ndarray
    ground: np.ndarray
    size_px: float


def shade_ground(scene: np.ndarray, product: np.ndarray, box: Box, light: Light) -> np.ndarray:
    """The scene (RGB uint8) with the shadows of the product (RGBA uint8, standing at the box) on it."""
    window = _window(scene.shape[0], scene.shape[1], box)
    corner = box.left - window[1].start, box.top - window[0].start
    shaded = scene.copy()
    part = shaded[window]
    footing = _find_footing(part.shape[0], part.shape[1], product[..., 3], corner)
    if light.glossy:
        part[:] = _reflect(part, product, corner, footing)
    _darken(part, 1 - (1 - contact_shade(footing)) * (1 - cast_shadow(footing, light)))
    return shaded


def _window(height: int, width: int, box: Box) -> tuple[slice, slice]:
    """The rows and columns of the plate that shadows can reach; even, so that half sizes fit."""
    left, right = max(0, box.left - box.height) & ~1, min(width, box.right + box.height) & ~1
    top, bottom = max(0, box.top - 8) & ~1, min(height, box.bottom + round(0.35 * box.height) + 40) & ~1
    return slice(top, bottom), slice(left, right)


def _find_footing(height: int, width: int, alpha: np.ndarray, corner: tuple[int, int]) -> Footing:
    canvas = np.zeros((height, width), np.uint8)
    canvas[corner[1] : corner[1] + alpha.shape[0], corner[0] : corner[0] + alpha.shape[1]] = alpha
    matte = cv2.resize(canvas, (width // 2, height // 2), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return Footing(matte, find_ground_line(matte), alpha.shape[0] / 2)


def find_ground_line(matte: np.ndarray) -> np.ndarray:
    """The row of the ground under each column (width,), from the lowest product pixels.

    Between the points that touch it is straight, as between a chair's legs. Beside them it rises no steeper than a
    foot's outline does, so a spout or a handle hangs above it.
    """
    solid = matte > 0.5
    rows = np.arange(matte.shape[0], dtype=np.float32)[:, None]
    lowest = np.where(solid, rows + 1, -1e6).max(axis=0)
    if not solid.any():
        return np.full(matte.shape[1], matte.shape[0], np.float32)
    climb = STEEPEST_GROUND * np.arange(matte.shape[1], dtype=np.float32)
    rising = np.maximum.accumulate(lowest + climb) - climb
    falling = (np.maximum.accumulate(lowest[::-1] + climb) - climb)[::-1]
    deepest = lowest.max() - DEEPEST_GROUND * max(int(solid.any(axis=0).sum()), 1)
    ground: np.ndarray = np.maximum.reduce([rising, falling, np.full_like(rising, deepest), _bridge(lowest)])
    return ground


def _bridge(lowest: np.ndarray) -> np.ndarray:
    """A cord stretched under the lowest rows (width,), as a row per column; it ends with the product."""
    columns = np.flatnonzero(lowest > 0)
    hull = cv2.convexHull(np.stack([columns, lowest[columns]], 1).astype(np.float32))[:, 0]
    hull = hull[np.argsort(hull[:, 0])]
    ends = np.interp(hull[:, 0], hull[[0, -1], 0], hull[[0, -1], 1])
    chain = hull[hull[:, 1] >= ends - 0.01]
    return np.interp(np.arange(len(lowest)), chain[:, 0], chain[:, 1], left=-1e6, right=-1e6).astype(np.float32)


def contact_shade(footing: Footing) -> np.ndarray:
    """Ambient occlusion of the ground, 0..1: tight and dark under what touches, wide and faint under what hangs."""
    above = footing.ground - np.arange(footing.matte.shape[0], dtype=np.float32)[:, None]
    open_share = np.ones_like(footing.matte)
    for layer in SLICES:
        open_share *= 1 - layer.strength * _shade_below(layer, footing, above)
    shade: np.ndarray = 1 - open_share
    return shade


def _shade_below(layer: Slice, footing: Footing, above: np.ndarray) -> np.ndarray:
    """One slice's blurred print on the ground, 0..1: deeper under wide slices. above: px over the ground."""
    low, high = layer.low * footing.size_px, max(layer.high * footing.size_px, layer.low * footing.size_px + 1.5)
    within = (above >= low) & (above < high)
    cover = (footing.matte * within).sum(axis=0) / np.maximum(within.sum(axis=0), 1)
    reach_px = 0.5 + 0.4 * layer.blur * footing.size_px
    depth_px = 2 + 0.10 * cover.sum() * min(1, 8 * layer.high)
    print_ = ((above >= -reach_px) & (above < depth_px)) * cover
    return soften(print_.astype(np.float32), 0.7 + layer.blur * footing.size_px, 0.5)


def cast_shadow(footing: Footing, light: Light) -> np.ndarray:
    """The shadow that falls away from the light, 0..1: the matte leant and laid flat on the ground, softer far off."""
    lean = (0.5 + 0.45 * light.hardness) * (1 if light.side == "left" else -1)
    shadow, distance = _lay_flat(footing, lean)
    strength = (0.62 + 0.26 * light.hardness) * np.exp(-0.6 * distance)
    widest_px = (0.09 - 0.08 * light.hardness) * footing.size_px
    softened: np.ndarray = strength * _soften_with_distance(shadow, distance, widest_px)
    return softened


def _lay_flat(footing: Footing, lean: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw the matte, row by row of height, on the ground: (shadow 0..1, how high up the product it comes from 0..1).

    What is at height h over a column's ground falls lean * h beside it and FLATTENED * h behind it. Rows lie less
    than a pixel apart, so no gaps are left.
    """
    height, width = footing.matte.shape
    shadow, tall = np.zeros((2, height + 2, width), np.float32)
    columns = np.arange(width)
    for above in np.arange(0, footing.size_px, 0.7 / FLATTENED):
        seen = footing.matte[np.clip(footing.ground - above - 1, 0, height - 1).astype(np.int32), columns]
        landed = np.round(columns + lean * above).astype(np.int32)
        rows = np.clip(footing.ground - FLATTENED * above, 0, height).astype(np.int32)
        inside = (landed >= 0) & (landed < width) & (seen > 0.05)
        for row in (rows[inside], rows[inside] + 1):
            shadow[row, landed[inside]] = np.maximum(shadow[row, landed[inside]], seen[inside])
            tall[row, landed[inside]] = above / footing.size_px
    near, weighted = (soften(part[:height], 0.04 * footing.size_px, 0.6) for part in (shadow, shadow * tall))
    filled = cv2.morphologyEx(shadow[:height], cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return filled, weighted / (near + 1e-3)


def _soften_with_distance(shadow: np.ndarray, distance: np.ndarray, widest_px: float) -> np.ndarray:
    """Blend four blurs by the distance (0..1) of the part that casts: the penumbra grows with it up to widest_px."""
    stages = [soften(shadow, 1.5 + widest_px * share, 0.35) for share in (0.03, 0.25, 0.6, 1.0)]
    position = np.clip(3 * distance**0.8, 0, 2.999)
    stage = position.astype(np.int32)
    lower, upper = np.choose(stage, stages[:3]), np.choose(stage, stages[1:])
    blended: np.ndarray = lower + (upper - lower) * (position - stage)
    return blended


def soften(picture: np.ndarray, sigma_px: float, squash: float) -> np.ndarray:
    """Gaussian blur as seen on the ground: sigma_px across, squash times that down. Wide ones on a smaller picture."""
    factor = max(1, int(sigma_px * squash / 2.5))
    if factor == 1:
        return cv2.GaussianBlur(picture, (0, 0), sigmaX=sigma_px, sigmaY=sigma_px * squash)
    small = cv2.resize(picture, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=sigma_px / factor, sigmaY=sigma_px * squash / factor)
    return cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _darken(part: np.ndarray, dark: np.ndarray) -> None:
    """Multiply the light in the part of the scene by 1 - dark, in place, leaving some of its hue in the shadow.

    dark: a share of linear light, at half the part's size.
    """
    around = part[::8, ::8].reshape(-1, 3).mean(axis=0) + 8
    tint = (1 - 0.22 * around / around.max()).astype(np.float32)
    top = max(0, int((dark.max(axis=1) > LEAST_SHADE).argmax()) - 1)
    factor = (1 - dark[top:, :, None] * tint) ** np.float32(1 / GAMMA)
    shaded = part[2 * top :]
    factor = cv2.resize(factor, shaded.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    shaded[:] = cv2.multiply(shaded, factor, dtype=cv2.CV_8U)


def _reflect(part: np.ndarray, product: np.ndarray, corner: tuple[int, int], footing: Footing) -> np.ndarray:
    """The window with the product mirrored below the ground line, fading with depth. corner: product x, y in it."""
    canvas = np.zeros((*part.shape[:2], 4), np.float32)
    alpha = product[..., 3:].astype(np.float32) / 255
    place = canvas[corner[1] : corner[1] + alpha.shape[0], corner[0] : corner[0] + alpha.shape[1]]
    place[..., :3], place[..., 3:] = product[..., :3] * alpha, alpha
    ground = cv2.resize(2 * footing.ground[None], (part.shape[1], 1), interpolation=cv2.INTER_LINEAR)
    top = max(0, int(ground.min()) - 12)
    rows, columns = np.mgrid[top : part.shape[0], 0 : part.shape[1]].astype(np.float32)
    depth = rows - ground
    mirrored = cv2.GaussianBlur(cv2.remap(canvas, columns, ground - depth, cv2.INTER_LINEAR), (0, 0), 1.5, sigmaY=3)
    share = (MIRRORED * np.exp(-np.maximum(depth, 0) / (0.13 * len(alpha))) * (depth > -1))[..., None]
    mixed = part.copy()
    mixed[top:] = np.round(part[top:] * (1 - mirrored[..., 3:] * share) + mirrored[..., :3] * share)
    return mixed
