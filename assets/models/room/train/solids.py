"""Solids cast into a picture: boxes, round things and pots, each only where its outline can be."""

from dataclasses import dataclass

import numpy as np
from surfaces import Paint

FLOOR, THING, STRUCTURE = 0, 1, 2
NEAREST_M = 0.05


@dataclass(frozen=True)
class Solid:
    """Something of a shape in a box of half sizes (3,) about a middle (3,), m, turned about the vertical (radians).

    shape: box, round (an ellipsoid) or pot (a cylinder whose top is `flare` times as wide). label: what it counts as.
    """

    shape: str
    middle: np.ndarray
    half: np.ndarray
    turn: float
    paint: Paint
    label: int = THING
    flare: float = 1.0

    def corners(self) -> np.ndarray:
        """(8, 3) corners of the box about it; the first four below."""
        signs = np.array([(x, y, z) for z in (-1, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
        wide = max(1.0, self.flare)
        return self.middle + _turned(signs * self.half * (wide, wide, 1), self.turn)


def _turned(points: np.ndarray, turn: float) -> np.ndarray:
    c, s = np.cos(turn), np.sin(turn)
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return np.stack([c * x - s * y, s * x + c * y, z], axis=-1)


@dataclass
class Hits:
    """Per pixel: distance along its ray, number of what it meets, normal, and metres on its surface."""

    depth: np.ndarray
    number: np.ndarray
    normal: np.ndarray
    across: np.ndarray
    down: np.ndarray

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> "Hits":
        flat = np.zeros(shape, np.float32)
        return cls(
            np.full(shape, np.inf, np.float32),
            np.full(shape, -1),
            np.zeros((*shape, 3), np.float32),
            flat.copy(),
            flat.copy(),
        )

    def keep(self, part: tuple[slice, slice], depth: np.ndarray, number: int, seen: "Surface") -> None:
        """Take over what is nearer than all before."""
        nearer = (depth > NEAREST_M) & (depth < self.depth[part])
        for whole, new in (
            (self.depth, depth),
            (self.number, np.full(depth.shape, number)),
            (self.normal, seen.normal),
            (self.across, seen.across),
            (self.down, seen.down),
        ):
            whole[part][nearer] = new[nearer]


@dataclass(frozen=True)
class Surface:
    """normal (…, 3) and metres along the surface (…)."""

    normal: np.ndarray
    across: np.ndarray
    down: np.ndarray


def cast(
    hits: Hits, solid: Solid, number: int, origin: np.ndarray, rays: np.ndarray, part: tuple[slice, slice]
) -> None:
    """Add one solid, looked for in a part of the picture only. rays: (height, width, 3) in the room's axes."""
    start = _turned(origin - solid.middle, -solid.turn).astype(np.float32)
    along = _turned(rays[part], -solid.turn).astype(np.float32)
    depth, normal = {"box": _box, "round": _round, "pot": _pot}[solid.shape](start, along, solid)
    point = start + along * np.where(np.isfinite(depth), depth, 0)[..., None]
    flat = np.abs(normal).argmax(axis=-1)
    across = np.where(flat == 0, point[..., 1], point[..., 0])
    down = np.where(flat == 2, point[..., 1], point[..., 2])
    hits.keep(part, depth, number, Surface(_turned(normal, solid.turn), across, down))


def _box(start: np.ndarray, along: np.ndarray, solid: Solid) -> tuple[np.ndarray, np.ndarray]:
    safe = np.where(np.abs(along) < 1e-6, 1e-6, along)
    first, second = (-solid.half - start) / safe, (solid.half - start) / safe
    enter = np.minimum(first, second)
    side = enter.argmax(axis=-1)
    near, far = enter.max(axis=-1), np.maximum(first, second).min(axis=-1)
    normal = np.zeros_like(along)
    np.put_along_axis(normal, side[..., None], -np.sign(np.take_along_axis(along, side[..., None], axis=-1)), axis=-1)
    return np.where((near <= far) & (near > 0), near, np.inf).astype(np.float32), normal


def _round(start: np.ndarray, along: np.ndarray, solid: Solid) -> tuple[np.ndarray, np.ndarray]:
    s, d = start / solid.half, along / solid.half
    a, b, c = (d * d).sum(-1), (s * d).sum(-1), float((s * s).sum()) - 1
    root = b * b - a * c
    near = (-b - np.sqrt(np.maximum(root, 0))) / a
    depth = np.where((root > 0) & (near > 0), near, np.inf).astype(np.float32)
    normal = (s + d * np.where(np.isfinite(depth), depth, 0)[..., None]) / solid.half
    return depth, normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)


def _pot(start: np.ndarray, along: np.ndarray, solid: Solid) -> tuple[np.ndarray, np.ndarray]:
    """Radius half[0] at the bottom, flare times that at the top, straight between; lids are flat."""
    grow = (solid.flare - 1) * solid.half[0] / (2 * solid.half[2])
    base = solid.half[0] + grow * (start[2] + solid.half[2])
    a = along[..., 0] ** 2 + along[..., 1] ** 2 - (grow * along[..., 2]) ** 2
    b = along[..., 0] * start[0] + along[..., 1] * start[1] - grow * along[..., 2] * base
    c = start[0] ** 2 + start[1] ** 2 - base**2
    root = b * b - a * c
    a = np.where(np.abs(a) < 1e-6, 1e-6, a)
    side = (-b - np.sqrt(np.maximum(root, 0))) / a
    height = start[2] + along[..., 2] * side
    depth = np.where((root > 0) & (side > 0) & (np.abs(height) <= solid.half[2]), side, np.inf)
    x, y = (start[i] + along[..., i] * np.where(np.isfinite(depth), depth, 0) for i in (0, 1))
    normal = np.stack([x, y, np.full_like(x, -grow * solid.half[0])], axis=-1)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    for level, radius in ((solid.half[2], solid.half[0] * solid.flare), (-solid.half[2], solid.half[0])):
        lid = (level - start[2]) / np.where(np.abs(along[..., 2]) < 1e-6, 1e-6, along[..., 2])
        reach = np.hypot(start[0] + along[..., 0] * lid, start[1] + along[..., 1] * lid)
        nearer = (lid > 0) & (reach <= radius) & (lid < depth)
        depth = np.where(nearer, lid, depth)
        normal = np.where(nearer[..., None], (0, 0, np.sign(level)), normal)
    return depth.astype(np.float32), normal.astype(np.float32)
