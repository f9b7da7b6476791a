"""What a product does to the floor: every part of it keeps off the light that would have fallen there.

The product is cut into slabs by height. Each slab has a footprint on the floor's plan: the runs of its columns, as deep
as they can be. A light that comes from everywhere above is kept off right below a slab, the less sharply the higher the
slab hangs; a light from one side is kept off where the slab's shadow falls. Worked out on the plan in metres, where
light spreads evenly, and laid into the photo by its camera: sharp at the feet, soft far off.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from services.product.shadow import find_ground_line
from services.room.camera import Camera

SLABS_M = np.array((0, 0.03, 0.07, 0.12, 0.18, 0.26, 0.35, 0.46, 0.6, 0.78, 1.0, 1.25, 1.6, 2.0, 2.5, 12))
WORK_PX, PLAN_PX = 240, 420
MARGIN_M, BEYOND_M = 0.3, 1.1
FEET_TELL_DEPTH = 0.3
THINNEST_M = 0.02
SKY_SPREAD = 0.45  # of a slab's height over the floor: a room's own light comes mostly from its ceiling
KEY_SOFTNESS, LEAST_SOFT_M = 0.6, 0.012
SKY_STRENGTH, CONTACT_STRENGTH = 0.95, 0.75
CONTACT_M, CONTACT_SOFT_M = 0.03, 0.018


@dataclass(frozen=True)
class KeyLight:
    """The strongest light: its level direction from the product (unit, camera coordinates), elevation in radians.

    spread: half its width in radians. share: of the floor's light that it brings, 0..1. certainty: 0..1.
    """

    towards: np.ndarray
    elevation: float
    spread: float
    share: float
    certainty: float


@dataclass(frozen=True)
class Run:
    """A gapless piece of one slab. outline (n, 2): its footprint, metres aside and ahead. Heights over the floor."""

    outline: np.ndarray
    bottom_m: float
    top_m: float


@dataclass(frozen=True)
class Plan:
    """A piece of floor from above. origin: its first pixel, metres aside and ahead. axes (2, 3): level unit vectors."""

    origin: np.ndarray
    metre_px: float
    shape: tuple[int, int]
    axes: np.ndarray

    def draw(self, outlines: list[np.ndarray], soft_m: float) -> np.ndarray:
        """0..1 (shape): where the outlines (n, 2) cover the floor, blurred by soft_m."""
        drawn = np.zeros(self.shape, np.uint8)
        for outline in outlines:
            points = np.round((outline - self.origin) * self.metre_px * 16).astype(np.int32)
            cv2.fillPoly(drawn, [points], 255, lineType=cv2.LINE_AA, shift=4)
        sigma = max(soft_m * self.metre_px, 0.5)
        return cv2.GaussianBlur(drawn.astype(np.float32) / 255, (0, 0), sigma)

    def into_photo(self, camera: Camera, camera_height_m: float, dark: np.ndarray) -> np.ndarray:
        """The plan (shape) as the camera sees it, (height, width) of the photo; 0 beyond it and at the horizon."""
        rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
        rays = camera.rays(np.stack([columns, rows], axis=-1))
        drop = -rays @ camera.up
        level = rays @ self.axes.T * (camera_height_m / np.maximum(drop, 1e-3))[..., None]
        at = ((level - self.origin) * self.metre_px).astype(np.float32)
        seen = cv2.remap(dark, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        return np.where(drop > 1e-2, seen, 0)


def floor_shadow(
    camera: Camera, matte: np.ndarray, corner: tuple[int, int], camera_height_m: float, depth_m: float, key: KeyLight
) -> np.ndarray:
    """How much of the floor's light (height, width of the photo; 0 none … 1 all) the product keeps off.

    matte: 0..1 of the product's window. corner: the window's top left in the photo.
    """
    dark = np.zeros((camera.height, camera.width), np.float32)
    axes = _plan_axes(camera, matte, corner)
    runs = _runs(camera, matte, corner, camera_height_m, depth_m, axes)
    if not runs:
        return dark
    plan = _plan_of(runs, axes)
    towards = axes @ key.towards
    sky, cast = np.zeros(plan.shape, np.float32), np.zeros(plan.shape, np.float32)
    for bottom in sorted({run.bottom_m for run in runs}):
        slab = [run for run in runs if run.bottom_m == bottom]
        height = (slab[0].bottom_m + slab[0].top_m) / 2
        sky = np.maximum(sky, plan.draw([run.outline for run in slab], SKY_SPREAD * bottom + LEAST_SOFT_M))
        soft = KEY_SOFTNESS * key.spread * height / np.sin(key.elevation) + LEAST_SOFT_M
        cast = np.maximum(cast, plan.draw([_fallen(run, towards, key.elevation) for run in slab], soft))
    low = [run.outline for run in runs if run.bottom_m < CONTACT_M]
    contact = np.clip(1.8 * plan.draw(low, CONTACT_SOFT_M), 0, 1) * CONTACT_STRENGTH
    kept = 1 - key.share * cast - (1 - key.share) * SKY_STRENGTH * sky
    return np.asarray(plan.into_photo(camera, camera_height_m, 1 - kept * (1 - contact)))


def _plan_axes(camera: Camera, matte: np.ndarray, corner: tuple[int, int]) -> np.ndarray:
    """Level unit vectors (2, 3): to the right of whoever looks at the product, and away from them."""
    foot = camera.floor_points(np.array((corner[0] + matte.shape[1] / 2, corner[1] + matte.shape[0])))
    level = foot - (foot @ camera.up) * camera.up
    ahead = level / np.linalg.norm(level)
    return np.stack([np.cross(ahead, camera.up), ahead])


def _runs(
    camera: Camera,
    matte: np.ndarray,
    corner: tuple[int, int],
    camera_height_m: float,
    depth_m: float,
    axes: np.ndarray,
) -> list[Run]:
    """The product's slabs, each in the pieces that the picture shows."""
    scale = min(1.0, WORK_PX / max(matte.shape))
    small = cv2.resize(matte, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ground = find_ground_line(small)
    columns = np.arange(small.shape[1]) + 0.5
    ends = np.stack([columns, ground], axis=1) / scale + corner
    before = camera.drop(ends) > 0.02
    feet = camera.floor_points(ends) * camera_height_m
    heights = _heights(camera, feet / camera_height_m, small.shape, corner, scale) * camera_height_m
    plan = feet @ axes.T
    standing = (small > 0.5).any(axis=0) & before
    if not standing.any():
        return []
    near, spanned = plan[standing, 1].min(), np.ptp(plan[standing, 1])
    back = near + (spanned if spanned > FEET_TELL_DEPTH * depth_m else depth_m)
    runs = []
    for bottom, top in pairwise(SLABS_M):
        covered = ((small > 0.5) & (heights >= bottom) & (heights < top)).any(axis=0) & before
        for part in _pieces(covered):
            highest = min(float(top), float(heights[:, part].max()))
            runs.append(Run(_footprint(plan[part], back), float(bottom), highest))
    return runs


def _heights(
    camera: Camera, feet: np.ndarray, shape: tuple[int, ...], corner: tuple[int, int], scale: float
) -> np.ndarray:
    """How high over the floor (shape, camera heights) each pixel of the window is, upright over its column's foot."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    rays = camera.rays(np.stack([columns, rows], axis=-1) / scale + corner)
    level = feet - (feet @ camera.up)[:, None] * camera.up
    reach = (level * level).sum(axis=1)[None] / np.maximum((rays * level[None]).sum(axis=-1), 1e-6)
    return np.asarray((rays @ camera.up) * reach + 1)


def _pieces(covered: np.ndarray) -> list[slice]:
    """The stretches of true values."""
    steps = np.diff(np.concatenate([[0], covered.astype(np.int8), [0]]))
    return [slice(int(a), int(b)) for a, b in zip(np.nonzero(steps > 0)[0], np.nonzero(steps < 0)[0], strict=True)]


def _footprint(front: np.ndarray, back: float) -> np.ndarray:
    """The outline (2n, 2) of a piece whose front (n, 2) shows: as deep as it is wide, and no deeper than the product.

    Its back mirrors its front: a round base stays round, and a chair seen from a corner four-cornered.
    """
    wide = max(float(np.linalg.norm(front[-1] - front[0])), THINNEST_M)
    if len(front) == 1:
        front = front + np.array([(-wide / 2, 0), (wide / 2, 0)])
    nearest = front[:, 1].min()
    deep = np.maximum(np.minimum(back, 2 * nearest + wide - front[:, 1]) - front[:, 1], 0)
    return np.concatenate([front, (front + np.stack([np.zeros_like(deep), deep], axis=1))[::-1]])


def _fallen(run: Run, towards: np.ndarray, elevation: float) -> np.ndarray:
    """The outline (m, 2) of a run's shadow: the footprint moved away from the light by its heights, and all between."""
    ends = [run.outline - towards * height / np.tan(elevation) for height in (run.bottom_m, run.top_m)]
    return np.asarray(cv2.convexHull(np.concatenate(ends).astype(np.float32))[:, 0])


def _plan_of(runs: list[Run], axes: np.ndarray) -> Plan:
    """The floor around the runs, as far as their shadows can matter."""
    points = np.concatenate([run.outline for run in runs])
    reach = MARGIN_M + min(BEYOND_M * max(run.top_m for run in runs), 2.5)
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    metre_px = PLAN_PX / float((high - low).max())
    wide, tall = np.ceil((high - low) * metre_px).astype(int)
    return Plan(low, metre_px, (int(tall), int(wide)), axes)
