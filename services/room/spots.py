"""Where there is room: the place on the floor, or on a wall, that is freest and shows the product well."""

import cv2
import numpy as np

from services.errors import InvalidInput
from services.images import Box
from services.room.camera import Camera
from services.room.floor import WORK_PX, free_floor
from services.room.layout import Layout
from services.room.placing import stand_on_floor
from services.room.reading import Reading
from services.room.scale import upright_px

COLUMNS, ROWS = 25, 20
DEEPEST_DROP = 0.09
FAVOURED_SHARE = 0.34
LANE_M, BEHIND_LEGS, FLOOR_LINE = 0.5, 0.6, 0.12
THROUGH_WALL = 1.5
LEAST_SCORE = 0.05
FRAME_MARGIN = 0.015


def find_spot(
    room: Reading, camera_height_m: float, extent: tuple[float, float, float], taken: list[Box]
) -> tuple[tuple[float, float], float]:
    """(foot in px, how free it is 0..1) for a product of (width, height, depth) metres, clear of what is taken.

    Raises:
        InvalidInput: no floor shows, or the product does not fit anywhere on it.
    """
    camera, layout = room.camera, room.layout
    busy = 1 - free_floor(room.rgb, camera, layout)
    legs = standing_edges(room)
    scale = busy.shape[1] / camera.width
    for box in taken:
        left, top, right, bottom = (
            int(max(0, side * scale)) for side in (box.left, box.top, box.right, box.bottom + 4)
        )
        busy[top:bottom, left:right] = 2
    spots = [
        (score, foot)
        for foot in _candidates(camera)
        if (score := _score(foot, busy, legs, camera, layout, camera_height_m, extent)) is not None
    ]
    if not spots or max(spots)[0] < LEAST_SCORE:
        problem = f"there is no free floor in the picture for {100 * extent[0]:.0f} x {100 * extent[1]:.0f} cm"
        raise InvalidInput("where", f"{problem}; give a point or a box, or send a photo that shows more floor")
    best = max(spots)
    return best[1], float(np.clip(best[0], 0, 1))


def _candidates(camera: Camera) -> list[tuple[float, float]]:
    xs = np.linspace(0.1, 0.9, COLUMNS) * camera.width
    ys = np.linspace(0.35, 0.97, ROWS) * camera.height
    return [(float(x), float(y)) for y in ys for x in xs if camera.drop(np.array((x, y))) > DEEPEST_DROP]


def _score(
    foot: tuple[float, float],
    busy: np.ndarray,
    legs: np.ndarray,
    camera: Camera,
    layout: Layout,
    camera_height_m: float,
    extent: tuple[float, float, float],
) -> float | None:
    """Higher is better; None where the product leaves the picture. A wall may be misread, so it only counts against."""
    wide, tall, deep = extent
    tall_px = upright_px(camera, camera_height_m, foot, tall)
    wide_px = tall_px * wide / tall
    corners = stand_on_floor(camera, camera_height_m, foot, (wide, tall))
    low, high = corners.min(axis=0), corners.max(axis=0)
    aside = FRAME_MARGIN * camera.width
    if low[1] < FRAME_MARGIN * camera.height or low[0] < aside or high[0] > camera.width - aside:
        return None
    stand = camera.floor_points(np.array(foot))
    gaps = [wall.distance - stand @ wall.normal - (deep + wide) / 2 / camera_height_m for wall in layout.walls]
    through = max(0.0, -min(gaps, default=1.0))
    scale = busy.shape[1] / camera.width
    deep_px = 0.4 * wide_px
    left, right = ((foot[0] + side * wide_px / 2) * scale for side in (-1, 1))
    rows = slice(
        int(max(0, (foot[1] - deep_px) * scale)), int(min(busy.shape[0], (foot[1] + 0.3 * deep_px) * scale + 2))
    )
    patch = busy[rows, int(max(0, left)) : int(right) + 1]
    size_share = tall_px / camera.height
    off_centre = abs(foot[0] / camera.width - 0.5)
    return float(
        1
        - 0.6 * patch.mean()
        - 0.7 * np.quantile(patch, 0.9)
        - 0.8 * abs(size_share - FAVOURED_SHARE)
        - 0.4 * off_centre
        - THROUGH_WALL * through
        - BEHIND_LEGS * _stands_behind(foot, legs, max(wide_px / 2, LANE_M * tall_px / tall))
    )


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


def find_wall_spot(
    rgb: np.ndarray, camera: Camera, layout: Layout, camera_height_m: float, extent: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """(middle in px, how free it is 0..1) for a flat thing of (width, height) metres on the calmest stretch of wall.

    Raises:
        InvalidInput: no stretch of wall is large enough.
    """
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
    return best[1], float(np.clip(best[0], 0, 1))
