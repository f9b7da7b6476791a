"""Where there is room: the place on the floor, or on a wall, that is freest and shows the product well."""

import cv2
import numpy as np

from services.errors import InvalidInput
from services.images import Box
from services.room.camera import Camera
from services.room.floor import WORK_PX
from services.room.ground import Ground
from services.room.placing import stand_on_floor
from services.room.reading import Reading
from services.room.scale import upright_px

COLUMNS, ROWS = 33, 28
DEEPEST_DROP = 0.09
FAVOURED_SHARE = 0.34
MARGIN_M, LANE_M = 0.04, 0.6
BEHIND_LEGS, BESIDE_M, FLOOR_LINE = 0.6, 0.5, 0.12
LEAST_FREE, UNSURE = 0.08, 1.2
TILT, UNSEEN_TILT = 0.7, np.radians(6)  # per radian beyond what nobody sees
LEAST_QUANTILE = 0.08
FRAME_MARGIN, EDGE_PX = 0.015, 2
USUAL_DEPTH = 0.6
PATCH_PX, ONE_COLOUR = 40, 25.0  # Lab of 8 bit: bricks and shades of one wall differ by less


def find_spot(
    room: Reading,
    camera_height_m: float,
    extent: tuple[float, float, float],
    taken: list[Box],
    seen: float | None = None,
) -> tuple[tuple[float, float], float]:
    """(foot in px, how free it is 0..1) for a product of (width, height, depth) metres, clear of what is taken.

    seen: from how high above (radians) its photo was taken, where that is known; places that the camera sees from
    about there are preferred. Free means its whole footprint: LEAST_QUANTILE of it may be less free than the answer
    says.

    Raises:
        InvalidInput: no floor shows, or the product does not fit anywhere on it.
    """
    camera = room.camera
    ground = room.ground.without(camera, [(box.left, box.top, box.right, box.bottom + 4) for box in taken])
    feet = _candidates(camera)
    free = footprint_free(ground, camera, camera_height_m, feet, (extent[0], extent[2]))
    lane = _lane_free(ground, camera, camera_height_m, feet, extent[0])
    legs, tilt = standing_edges(room), _tilt(camera, feet, seen)
    scores = [
        (score - UNSURE * (1 - share) - 0.6 * (1 - before) - TILT * turned, number)
        for number, (foot, share, before, turned) in enumerate(zip(feet, free, lane, tilt, strict=True))
        if share >= LEAST_FREE
        and (score := _look(camera, camera_height_m, (foot[0], foot[1]), extent[:2], legs)) is not None
    ]
    if not scores:
        problem = f"there is no free floor in the picture for {100 * extent[0]:.0f} x {100 * extent[1]:.0f} cm"
        raise InvalidInput("where", f"{problem}; give a point or a box, or send a photo that shows more floor")
    best = max(scores)[1]
    return (float(feet[best, 0]), float(feet[best, 1])), float(free[best])


def _candidates(camera: Camera) -> np.ndarray:
    """Pixels (n, 2) below the horizon."""
    x, y = np.meshgrid(np.linspace(0.05, 0.95, COLUMNS) * camera.width, np.linspace(0.35, 0.98, ROWS) * camera.height)
    feet = np.stack([x.ravel(), y.ravel()], axis=1)
    return np.asarray(feet[camera.drop(feet) > DEEPEST_DROP])


def _tilt(camera: Camera, feet: np.ndarray, seen: float | None) -> np.ndarray:
    """How far (n,), in radians, the camera looks down at feet (n, 2; px) from another height than the photo's."""
    if seen is None:
        return np.zeros(len(feet))
    base = camera.floor_points(feet)
    away = np.linalg.norm(base - (base @ camera.up)[:, None] * camera.up, axis=1)
    return np.asarray(np.maximum(np.abs(np.arctan2(1, away) - seen) - UNSEEN_TILT, 0))


def footprint_free(
    ground: Ground, camera: Camera, camera_height_m: float, feet: np.ndarray, extent: tuple[float, float]
) -> np.ndarray:
    """How free (n,) the floor is under a product of (width, depth) metres that stands at each foot (n, 2; px)."""
    shares = footprint_shares(ground, camera, camera_height_m, feet, extent)
    return np.asarray(np.quantile(shares, LEAST_QUANTILE, axis=1))


def footprint_shares(
    ground: Ground, camera: Camera, camera_height_m: float, feet: np.ndarray, extent: tuple[float, float]
) -> np.ndarray:
    """How free (n, points) the floor is at points all over the footprints, and MARGIN_M around them."""
    wide, deep = extent
    aside = np.linspace(-0.5, 0.5, 7) * (wide + 2 * MARGIN_M)
    back = np.linspace(-MARGIN_M, (deep or USUAL_DEPTH * wide) + MARGIN_M, 6)
    return np.nan_to_num(ground.floor_at(camera, _around(camera, camera_height_m, feet, aside, back)))


def _lane_free(ground: Ground, camera: Camera, camera_height_m: float, feet: np.ndarray, wide: float) -> np.ndarray:
    """How free (n,) the lane before the feet is: what stands there would hide the product."""
    aside, before = np.linspace(-0.5, 0.5, 5) * wide, np.linspace(-LANE_M, -MARGIN_M, 4)
    shares = ground.floor_at(camera, _around(camera, camera_height_m, feet, aside, before))
    return np.where(np.isnan(shares), 1, shares).mean(axis=1)


def _around(
    camera: Camera, camera_height_m: float, feet: np.ndarray, aside: np.ndarray, back: np.ndarray
) -> np.ndarray:
    """Pixels (n, points, 2) of the floor beside and behind feet (n, 2; px), by metres; back < 0 is before them."""
    base = camera.floor_points(feet)
    level = base - (base @ camera.up)[:, None] * camera.up
    away = level / np.linalg.norm(level, axis=1, keepdims=True)
    across = np.cross(camera.up, away)
    u, v = (part.ravel()[None, :, None] / camera_height_m for part in np.meshgrid(aside, back))
    points = base[:, None] + across[:, None] * u + away[:, None] * v
    pixels = camera.project(np.where(points[..., 2:] > 0.05, points, np.nan))
    return np.asarray(pixels)


def _look(
    camera: Camera, camera_height_m: float, foot: tuple[float, float], extent: tuple[float, float], legs: np.ndarray
) -> float | None:
    """How well a product of (width, height) metres shows behind legs; None where it leaves the picture."""
    corners = stand_on_floor(camera, camera_height_m, foot, extent)
    low, high = corners.min(axis=0), corners.max(axis=0)
    aside = FRAME_MARGIN * camera.width
    if low[1] < FRAME_MARGIN * camera.height or high[1] > camera.height - EDGE_PX:
        return None
    if low[0] < aside or high[0] > camera.width - aside:
        return None
    tall_px = upright_px(camera, camera_height_m, foot, extent[1])
    behind = _stands_behind(foot, legs, max(extent[0] / 2, BESIDE_M) * tall_px / extent[1])
    off_size = abs(tall_px / camera.height - FAVOURED_SHARE)
    return float(1 - 0.8 * off_size - 0.4 * abs(foot[0] / camera.width - 0.5) - BEHIND_LEGS * behind)


def standing_edges(room: Reading) -> np.ndarray:
    """Upright lines (n, 3) whose lower end is on the floor, x and y of that end and height in px: legs, sides, pots.

    A line on the floor that runs away from the camera can look upright too, and is left out.
    """
    upright = room.segments[room.view.labels == 0].reshape(-1, 2, 2)
    if not len(upright):
        return np.zeros((0, 3))
    low = np.where((upright[:, 0, 1] > upright[:, 1, 1])[:, None], upright[:, 0], upright[:, 1])
    along = upright[:, 1] - upright[:, 0]
    length = np.linalg.norm(along, axis=1)
    apart = np.ones(len(upright))
    for direction in (room.camera.axis, room.camera.depth_axis):
        x, y, z = room.camera.vanishing_point(direction)
        to = np.stack([x, y], axis=-1) - low * z
        sine = np.abs(along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]) / (length * np.linalg.norm(to, axis=1))
        apart = np.minimum(apart, sine)
    stands = (apart > FLOOR_LINE) & (room.layout.surfaces(room.camera, low) == 0) & (room.camera.drop(low) > 0)
    return np.column_stack([low, length])[stands]


def _stands_behind(foot: tuple[float, float], legs: np.ndarray, half_px: float) -> float:
    """0 … 1: whether something stands nearer in the lane before the foot: it would hide the product, or bear it."""
    nearer = (legs[:, 1] > foot[1] + 0.1 * half_px) & (np.abs(legs[:, 0] - foot[0]) < half_px)
    return float(np.clip(legs[nearer, 2].sum() / (0.5 * half_px), 0, 1))


def find_wall_spot(room: Reading, camera_height_m: float, extent: tuple[float, float]) -> tuple[float, float]:
    """The middle (px) for a flat thing of (width, height) metres on the calmest stretch of wall.

    Raises:
        InvalidInput: no stretch of wall is large enough.
    """
    rgb, camera, layout = room.rgb, room.camera, room.layout
    size = (WORK_PX, max(8, round(WORK_PX * rgb.shape[0] / rgb.shape[1])))
    grey = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY).astype(np.float32)
    busy = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 60
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]] + 0.5
    pixels = np.stack([columns, rows], axis=-1) * camera.width / WORK_PX
    surfaces, depths = layout.surfaces(camera, pixels), layout.depths(camera, pixels).min(axis=-1)
    half = camera.resized(*size).focal_px / depths / camera_height_m / 2
    best: tuple[float, tuple[float, float]] | None = None
    for row in range(4, size[1] - 4, 4):
        for column in range(4, size[0] - 4, 4):
            wide, tall = (int(half[row, column] * side * 1.15) + 1 for side in extent)
            patch = slice(row - tall, row + tall + 1), slice(column - wide, column + wide + 1)
            inside = tall <= row < size[1] - tall and wide <= column < size[0] - wide
            if not inside or surfaces[row, column] < 2 or (surfaces[patch] != surfaces[row, column]).any():
                continue
            eye_level = (camera.drop(pixels[row, column]) + 0.08) ** 2
            score = 1 - busy[patch].mean() - 0.3 * float(busy[patch].max()) - float(eye_level)
            best = max(
                best or (-9.0, (0.0, 0.0)), (score, (float(pixels[row, column, 0]), float(pixels[row, column, 1])))
            )
    if best is None:
        problem = f"no wall in the photo has room for {100 * extent[0]:.0f} x {100 * extent[1]:.0f} cm"
        raise InvalidInput("products.where", f"{problem}; give a point, or send a photo that shows more of the wall")
    return best[1]


def wall_free(room: Reading, camera_height_m: float, middle: tuple[float, float], extent: tuple[float, float]) -> float:
    """How much (0..1) of the wall behind a flat thing of (width, height) metres is about one colour: nothing is there.

    middle: px of the thing's middle, on a wall.
    """
    depth = room.layout.depths(room.camera, np.array(middle)).min() * camera_height_m
    wide, tall = (max(2.0, room.camera.focal_px * side / depth) for side in extent)
    left, top = (max(0, round(at - side / 2)) for at, side in zip(middle, (wide, tall), strict=True))
    patch = room.rgb[top : top + round(tall), left : left + round(wide)]
    small = cv2.resize(patch, (PATCH_PX, PATCH_PX), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32).reshape(-1, 3)
    return float((np.linalg.norm(lab - np.median(lab, axis=0), axis=1) < ONE_COLOUR).mean())
