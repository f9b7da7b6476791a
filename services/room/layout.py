"""The room as a box: where its walls meet the floor, from segments along the walls below and above the horizon.

A segment parallel to a wall is read twice: below the horizon as that wall's foot, above it as its ceiling line. A wall
is believed where foot and ceiling lines agree for one ceiling height that serves all walls (Hedau et al. 2009), and
where no floor shows beyond its foot: boards run along the walls, too, and each gap between them looks like a foot.
"""

from dataclasses import dataclass

import numpy as np

from services.room.camera import Camera
from services.room.lines import lengths
from services.room.vanishing import View

NEAREST, FARTHEST = 0.8, 8.0
CEILINGS = np.linspace(0.45, 1.5, 43)
DISTANCES = np.exp(np.linspace(np.log(NEAREST), np.log(FARTHEST), 140))
KERNEL = 0.02
LEAST_SUPPORT, LEAST_ALONE = 0.06, 0.45
AGREEMENT = 0.02
FARTHEST_SHARE = 0.85
USUAL_CEILING = (0.95, 0.4)
BEYOND, LEAST_PIXELS, LEAST_DROP = 1.5, 20, 0.05


@dataclass(frozen=True)
class Wall:
    """A plane ``normal . X = distance`` (camera heights), the normal pointing out of the room. support: 0 … about 1."""

    name: str
    normal: np.ndarray
    distance: float
    support: float


@dataclass(frozen=True)
class Layout:
    """The walls that show, and the ceiling's height over the camera in camera heights.

    ceiling_seen: length of line (share of the photo's side) by which a wall's foot and its ceiling line both show.
    """

    walls: tuple[Wall, ...]
    ceiling: float
    ceiling_seen: float

    def depths(self, camera: Camera, pixels: np.ndarray) -> np.ndarray:
        """How far along its ray (…, surfaces) each pixel meets floor, ceiling and each wall; inf: never."""
        rays = camera.rays(pixels)
        facing = np.stack([-rays @ camera.up, rays @ camera.up, *(rays @ wall.normal for wall in self.walls)], axis=-1)
        reach = np.array([1.0, self.ceiling, *(wall.distance for wall in self.walls)])
        return np.where(facing > 1e-6, reach / np.maximum(facing, 1e-6), np.inf)

    def surfaces(self, camera: Camera, pixels: np.ndarray) -> np.ndarray:
        """What each pixel would show in the empty room: 0 floor, 1 ceiling, 2 … the walls in order."""
        nearest: np.ndarray = self.depths(camera, pixels).argmin(axis=-1)
        return nearest


def estimate_layout(segments: np.ndarray, view: View, floor: np.ndarray) -> Layout:
    """The box that the labelled segments support best. A wall without support is left out.

    floor: 0..1 (height, width) at any size, how much each part of the photo looks like floor.
    """
    camera = view.camera
    weight = lengths(segments) / max(camera.width, camera.height)
    middles = segments.reshape(-1, 2, 2).mean(axis=1)
    normals = _outward(camera)
    walls = [
        Feet(*_readings(camera, middles, view.labels, name, normal), weight, 1 - _floor_beyond(camera, floor, normal))
        for name, normal in normals.items()
    ]
    ceiling = max(CEILINGS, key=lambda height: _usual(height) * sum(wall.support(height).max() for wall in walls))
    found, seen = [], 0.0
    for (name, normal), wall in zip(normals.items(), walls, strict=True):
        support, both = wall.support(ceiling), wall.agreement(ceiling)
        if support.max() > (LEAST_SUPPORT if both > AGREEMENT else LEAST_ALONE):
            found.append(Wall(name, normal, float(DISTANCES[_farthest(support)]), float(support.max())))
            seen = max(seen, both)
    return Layout(tuple(found), float(ceiling), seen)


@dataclass(frozen=True)
class Feet:
    """What may be one wall's foot and ceiling line.

    foot, top (n,): the wall's distance if a segment is its foot; the same over ceiling height if its ceiling line; 0:
    neither. weight (n,): the segments' lengths, share of the photo's side. bare: how little floor shows beyond each of
    DISTANCES, 0..1.
    """

    foot: np.ndarray
    top: np.ndarray
    weight: np.ndarray
    bare: np.ndarray

    def support(self, ceiling: float) -> np.ndarray:
        """How much line supports each of DISTANCES; foot and ceiling together count double."""
        foot, top = self._lines(ceiling)
        return (foot + top + 2 * np.sqrt(foot * top)) * self.bare

    def agreement(self, ceiling: float) -> float:
        """How much of both lines shows at the best distance."""
        return float(np.minimum(*self._lines(ceiling))[self.support(ceiling).argmax()])

    def _lines(self, ceiling: float) -> tuple[np.ndarray, np.ndarray]:
        return _spread(self.foot, self.weight), _spread(self.top * ceiling, self.weight)


def _floor_beyond(camera: Camera, floor: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """How much floor (0..1) shows where a wall at each of DISTANCES would stand, up to BEYOND times as far."""
    eye = camera.resized(floor.shape[1], floor.shape[0])
    rows, columns = np.mgrid[0 : floor.shape[0], 0 : floor.shape[1]] + 0.5
    pixels = np.stack([columns, rows], axis=-1)
    low = eye.drop(pixels) > LEAST_DROP
    reach = eye.floor_points(pixels[low]) @ normal
    order = np.argsort(reach)
    total = np.concatenate([[0.0], np.cumsum(floor[low][order])])
    start, end = (np.searchsorted(reach[order], DISTANCES * share) for share in (1, BEYOND))
    return np.where(end - start >= LEAST_PIXELS, (total[end] - total[start]) / np.maximum(end - start, 1), 0)


def _usual(ceiling: float) -> float:
    """How usual a ceiling this high over the camera is, 0..1: 2.4 to 3 m over the floor, seen from 1.1 to 1.6 m."""
    return float(np.exp(-0.5 * ((ceiling - USUAL_CEILING[0]) / USUAL_CEILING[1]) ** 2))


def _farthest(support: np.ndarray) -> int:
    """The farthest distance supported nearly as well as the best: rugs and beds lie before a wall, not behind it."""
    return int(np.nonzero(support >= FARTHEST_SHARE * support.max())[0].max())


def _outward(camera: Camera) -> dict[str, np.ndarray]:
    """The walls' normals by name: back is the one most ahead, left and right are beside it."""
    sides = [camera.axis, -camera.axis, camera.depth_axis, -camera.depth_axis]
    back = max(sides, key=lambda side: side[2])
    right = np.cross(back, camera.up)
    right = right if right[0] > 0 else -right
    return {"back": back, "left": -right, "right": right}


def _readings(
    camera: Camera, middles: np.ndarray, labels: np.ndarray, name: str, normal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(wall distance if a segment is the wall's foot, the same over ceiling height if its ceiling line); 0: neither."""
    along = 1 if abs(normal @ camera.axis) < 0.5 else 2
    rays = camera.rays(middles) if len(middles) else np.zeros((0, 3))
    drop, out = -rays @ camera.up, rays @ normal
    fits = (labels == along) & (out > 0.02)
    foot = np.where(fits & (drop > 0.05), out / np.maximum(drop, 0.05), 0)
    top = np.where(fits & (drop < -0.05), out / np.maximum(-drop, 0.05), 0)
    return foot, top


def _spread(readings: np.ndarray, weight: np.ndarray) -> np.ndarray:
    seen = readings > 0
    away = np.log(DISTANCES)[:, None] - np.log(readings[seen])[None]
    total: np.ndarray = (np.exp(-0.5 * (away / KERNEL) ** 2) * weight[seen]).sum(axis=1)
    return total
