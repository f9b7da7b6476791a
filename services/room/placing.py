"""Where the product goes in the picture: an upright picture of it on the floor or a table, or flat on a wall.

A photo shows a product from one side only. It is stood up like a figure cut from card, facing the camera: size,
place and perspective are right, but it cannot be turned.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from services.images import Box
from services.room.camera import Camera

USUAL_ELEVATION = np.radians(8)
STEEPEST_ELEVATION = np.radians(40)


@dataclass(frozen=True)
class Size:
    """A product's size in metres; depth 0 when it is not known or does not matter."""

    width: float
    height: float
    depth: float


@dataclass(frozen=True)
class Standing:
    """The product drawn at its place.

    picture: RGBA uint8 of the window. box: the window, px of the room (may leave the frame). corners: (4, 2) px of the
    cut-out's corners, clockwise from top left. foot: the px it stands at. depth: metres from the camera.
    """

    picture: np.ndarray
    box: Box
    corners: np.ndarray
    foot: tuple[float, float]
    depth: float


def seen_elevation(matte: np.ndarray, size: Size) -> float | None:
    """From how high above (radians) the product was photographed, judged by its feet.

    None when that does not show: no depth known, or the feet stand in one row. matte: 0..255 (height, width).
    """
    ground = foot_rows(matte)
    if not size.depth or not len(ground):
        return None
    rise = (ground.max() - np.percentile(ground, 4)) / matte.shape[0] * size.height
    return float(np.arctan(min(rise / size.depth, 1.0))) if rise > 0.04 * size.height else None


def foot_rows(matte: np.ndarray) -> np.ndarray:
    """The lowest solid row in each column that reaches the lowest quarter of the product."""
    solid = matte > 128
    lowest = np.where(solid.any(axis=0), matte.shape[0] - 1 - solid[::-1].argmax(axis=0), 0)
    rows: np.ndarray = lowest[lowest > 0.75 * matte.shape[0]]
    return rows


def upright_extent(size: Size, elevation: float) -> float:
    """Metres that the picture's full height stands for: height, and the depth that shows from above."""
    return float(size.height * np.cos(elevation) + size.depth * np.sin(elevation))


def stand_on_floor(
    camera: Camera,
    camera_height_m: float,
    foot: tuple[float, float],
    extent: tuple[float, float],
    raised_m: float = 0.0,
) -> np.ndarray:
    """Corners (4, 2) px, clockwise from top left, of an upright picture whose lower edge's middle is at `foot`.

    extent: width and height in metres. raised_m: how high over the floor its ground is (a table's top).
    """
    height_of_ground = 1 - raised_m / camera_height_m
    base = camera.floor_points(np.array(foot)) * height_of_ground
    level = base - (base @ camera.up) * camera.up
    across = np.cross(camera.up, level / np.linalg.norm(level))
    across = across if across[0] > 0 else -across
    half, rise = across * extent[0] / 2 / camera_height_m, camera.up * extent[1] / camera_height_m
    return camera.project(np.stack([base - half + rise, base + half + rise, base + half, base - half]))


def hang_on_wall(
    camera: Camera,
    camera_height_m: float,
    middle: tuple[float, float],
    extent: tuple[float, float],
    wall: tuple[np.ndarray, float],
) -> np.ndarray:
    """Corners (4, 2) px of a flat picture on a wall, its middle at a pixel. wall: normal, distance (camera heights)."""
    normal, distance = wall
    ray = camera.rays(np.array(middle))
    centre = ray * distance / (ray @ normal)
    across = np.cross(camera.up, normal)
    across = across if camera.project(centre + 0.01 * across)[0] > middle[0] else -across
    half, rise = across * extent[0] / 2 / camera_height_m, camera.up * extent[1] / 2 / camera_height_m
    return camera.project(
        np.stack([centre - half + rise, centre + half + rise, centre + half - rise, centre - half - rise])
    )


def draw_standing(
    cutout: Image.Image, corners: np.ndarray, foot: tuple[float, float], depth: float, mirrored: bool
) -> Standing:
    """The cut-out (RGBA) in perspective: shrunk with a good filter, then bent by its corners."""
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    wide = max(2, round(float(np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2))
    tall = max(2, round(float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2))
    flipped = cutout.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else cutout
    fitted = np.asarray(flipped.resize((wide, tall), Image.Resampling.LANCZOS)).astype(np.float32)
    fitted[..., :3] *= fitted[..., 3:] / 255
    source = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32) - 0.5
    target = (corners - (left, top)).astype(np.float32) - 0.5
    bend = cv2.getPerspectiveTransform(source, target)
    drawn = cv2.warpPerspective(fitted, bend, (int(right - left), int(bottom - top)), flags=cv2.INTER_LINEAR)
    drawn[..., :3] /= np.maximum(drawn[..., 3:] / 255, 1e-3)
    picture = np.round(np.clip(drawn, 0, 255)).astype(np.uint8)
    box = Box(left=int(left), top=int(top), right=int(right), bottom=int(bottom))
    return Standing(picture, box, corners, foot, depth)
