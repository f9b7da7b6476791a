"""What a product does to the floor: every part of it shades the floor where its light would have fallen.

The product is a curtain standing on its ground line. Each of its pixels has a foot on the floor and a height over it;
away from a light at some elevation it shades the floor at ``foot - height / tan(elevation)``. Summed over the window's
area this is a shadow that is sharp at the feet and soft far off; summed over all the light from above it is the
darkness under the product.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from services.product.shadow import find_ground_line
from services.room.camera import Camera

SKY = tuple((turn, lift) for lift in (0.45, 0.8, 1.15) for turn in np.arange(0, 2 * np.pi, np.pi / 5))
KEY_SAMPLES = 14
WORK_PX = 220
STRENGTH = 1.35
BODY_SHARE, UNDER_STRENGTH = 0.2, 0.5
DEPTH_LAYERS = (0.0, 0.25, 0.5)
CONTACTS = ((0.02, 0.85, 1.5), (0.06, 0.6, 3.0))


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


def floor_shadow(
    camera: Camera, matte: np.ndarray, corner: tuple[int, int], camera_height_m: float, depth_m: float, key: KeyLight
) -> np.ndarray:
    """How much of the floor's light (height, width of the photo; 0 none … 1 all) the product keeps off.

    matte: 0..1 of the product's window. corner: the window's top left in the photo.
    """
    scale = min(1.0, WORK_PX / max(matte.shape))
    small = cv2.resize(matte, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    feet, heights, weight = _curtain(camera, small, corner, scale)
    if not len(weight):
        return np.zeros((camera.height, camera.width), np.float32)
    shape = (round(camera.height * scale), round(camera.width * scale))
    eye = camera.resized(shape[1], shape[0])
    depth = depth_m / camera_height_m
    cast = [_fall(eye, feet, heights, weight, towards, lift, depth) for towards, lift in _key_samples(camera, key)]
    sky = [_fall(eye, feet, heights, weight, _level(camera, turn), lift, depth) for turn, lift in SKY]
    dark = key.share * np.mean(cast, axis=0) + (1 - key.share) * np.mean(sky, axis=0) * 0.9
    contact = _contact(eye, feet, heights * camera_height_m, weight)
    parts = (cv2.GaussianBlur(dark, (0, 0), 1.1), _under(eye, feet, heights, weight, depth), contact)
    smooth = 1 - np.prod([1 - part for part in parts], axis=0)
    full: np.ndarray = cv2.resize(smooth, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
    return 1 - (1 - np.clip(full, 0, 1)) ** STRENGTH


def _curtain(
    camera: Camera, matte: np.ndarray, corner: tuple[int, int], scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feet (n, 3) on the floor and heights over them (n,), in camera heights, opacity (n,), per pixel."""
    ground = find_ground_line(matte)
    rows, columns = np.nonzero(matte > 0.1)
    above = ground[columns] > rows
    rows, columns = rows[above], columns[above]
    ends = np.stack([columns + 0.5, ground[columns]], axis=1) / scale + corner
    pixels = np.stack([columns + 0.5, rows + 0.5], axis=1) / scale + corner
    ahead = camera.drop(ends) > 0.02
    feet = camera.floor_points(ends[ahead])
    rays = camera.rays(pixels[ahead])
    level = feet - (feet @ camera.up)[:, None] * camera.up
    reach = (level * level).sum(axis=1) / np.maximum((rays * level).sum(axis=1), 1e-6)
    heights = (rays @ camera.up) * reach + 1
    return feet, np.maximum(heights, 1e-6), matte[rows, columns][ahead]


def _under(eye: Camera, feet: np.ndarray, heights: np.ndarray, weight: np.ndarray, depth: float) -> np.ndarray:
    """The dimness of the floor right below a seat or a cupboard, as deep as it is."""
    body = heights > BODY_SHARE * heights.max()
    inwards = _inwards(eye, feet[body])
    below = [_splat(eye, feet[body] + inwards * depth * share, weight[body]) for share in np.arange(0, 0.95, 0.06)]
    return np.asarray(cv2.GaussianBlur(np.max(below, axis=0), (0, 0), 3.0, sigmaY=2.0) * UNDER_STRENGTH)


def _inwards(eye: Camera, feet: np.ndarray) -> np.ndarray:
    """Level unit vectors (n, 3) from each foot away from the camera."""
    level = feet - (feet @ eye.up)[:, None] * eye.up
    unit: np.ndarray = level / np.linalg.norm(level, axis=1, keepdims=True)
    return unit


def _contact(eye: Camera, feet: np.ndarray, heights_m: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The dark line where the product touches the floor: what is low keeps all light off right beside it."""
    dark = np.zeros((eye.height, eye.width), np.float32)
    for below_m, strength, squash_px in CONTACTS:
        low = heights_m < below_m
        near = _splat(eye, feet[low], weight[low])
        dark = np.maximum(
            dark, np.clip(2.2 * cv2.GaussianBlur(near, (0, 0), squash_px, sigmaY=0.6 * squash_px), 0, 1) * strength
        )
    return dark


def _splat(eye: Camera, points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The strongest weight that falls on each pixel, gaps closed."""
    dark = np.zeros((eye.height, eye.width), np.float32)
    before = points[:, 2] > 0.05
    spots = np.round(eye.project(points[before]) - 0.5).astype(int)
    inside = (spots >= 0).all(axis=1) & (spots[:, 0] < eye.width) & (spots[:, 1] < eye.height)
    np.maximum.at(dark, (spots[inside, 1], spots[inside, 0]), weight[before][inside])
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))


def _level(camera: Camera, turn: float) -> np.ndarray:
    side: np.ndarray = np.cos(turn) * camera.axis + np.sin(turn) * camera.depth_axis
    return side


def _key_samples(camera: Camera, key: KeyLight) -> list[tuple[np.ndarray, float]]:
    """Directions over the light's area, evenly spread (a golden-angle disc)."""
    beside = np.cross(camera.up, key.towards)
    numbers = np.arange(KEY_SAMPLES) + 0.5
    radius, turn = key.spread * np.sqrt(numbers / KEY_SAMPLES), numbers * 2.39996
    samples = []
    for aside, over in zip(radius * np.cos(turn), radius * np.sin(turn), strict=True):
        samples.append((np.cos(aside) * key.towards + np.sin(aside) * beside, max(0.25, key.elevation + over)))
    return samples


def _fall(
    eye: Camera,
    feet: np.ndarray,
    heights: np.ndarray,
    weight: np.ndarray,
    towards: np.ndarray,
    lift: float,
    depth: float,
) -> np.ndarray:
    """The shadow 0..1 (height, width) for one direction of light.

    What is well over the floor (a seat, a shade) is repeated behind itself, as deep as the product is; feet are not.
    """
    away = feet - towards * (heights / np.tan(lift))[:, None]
    shift = _inwards(eye, feet) * np.clip(heights / heights.max() * 5 - 0.8, 0, 1)[:, None] * depth
    layers = [_splat(eye, away + shift * share, weight) for share in DEPTH_LAYERS]
    return np.asarray(np.max(layers, axis=0))
