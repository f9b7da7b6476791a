"""Photos of drawn rooms with their truth: what is floor, thing and wall, and how near everything is."""

from dataclasses import dataclass

import cv2
import numpy as np
from homes import Home, furnished
from solids import FLOOR, STRUCTURE, THING, Hits, Solid, Surface, cast
from surfaces import any_colour, floor_paint, wall_colour, wall_paint

from services.room.camera import Camera
from services.room.ground import squashed_drop

DRAWN_PX, PLAN_PX, PLAN_M = 192, 360, 9.0
ASPECTS = (0.67, 0.75, 0.75, 0.8, 1.0, 1.33, 1.33, 1.5, 1.78)
Rng = np.random.Generator


@dataclass(frozen=True)
class Photo:
    """rgb: uint8 (side, side, 3), the photo squashed to a square. label: uint8, FLOOR, THING or STRUCTURE.

    near: float16, camera height over depth, 0 where not known. drop: float32 (side, side), as ``squashed_drop`` says.
    """

    rgb: np.ndarray
    label: np.ndarray
    near: np.ndarray
    drop: np.ndarray


def make_photo(rng: Rng, side_px: int) -> Photo:
    """One furnished room, photographed by hand."""
    home, camera, height_m = furnished(rng), _camera(rng), rng.uniform(0.8, 1.9)
    rows, columns = np.mgrid[0:DRAWN_PX, 0:DRAWN_PX] + 0.5
    pixels = np.stack([columns * camera.width / DRAWN_PX, rows * camera.height / DRAWN_PX], axis=-1)
    axes = np.stack([camera.axis, camera.depth_axis, camera.up], axis=1)
    view = View(camera, axes, height_m, camera.rays(pixels) @ axes)
    hits, label = view.see(home, home.solids)
    colour = _Painter(rng, home, view).paint(hits, label)
    near = np.where(np.isfinite(hits.depth), height_m / np.maximum(hits.depth, 1e-3), 0)
    rgb = through_a_lens(rng, colour, side_px)
    if rng.random() < 0.2:
        _hold_before_the_lens(rng, rgb, label, near)
    picked = slice(None, None, DRAWN_PX // (side_px // 2)), slice(None, None, DRAWN_PX // (side_px // 2))
    return Photo(rgb, label[picked].astype(np.uint8), near[picked].astype(np.float16), squashed_drop(camera, side_px))


def _camera(rng: Rng) -> Camera:
    """Held by hand: mostly level, seldom steep."""
    aspect = rng.choice(ASPECTS)
    long, short = 1000, round(1000 * min(aspect, 1 / aspect))
    width, height = (long, short) if aspect >= 1 else (short, long)
    return Camera.from_angles(
        width=width,
        height=height,
        focal_px=1000 * float(np.exp(rng.normal(np.log(0.75), 0.22))),
        pitch=np.radians(np.clip(rng.normal(-10, 9), -40, 6)),
        roll=np.radians(rng.normal(0, 1.5)),
        yaw=np.radians(rng.uniform(-48, 48)),
    )


@dataclass(frozen=True)
class View:
    """A camera in a home. axes: (3, 3), the home's x, y, up as columns, as the camera sees them. rays: in x, y, up."""

    camera: Camera
    axes: np.ndarray
    height_m: float
    rays: np.ndarray

    def see(self, home: Home, solids: list[Solid]) -> tuple[Hits, np.ndarray]:
        """What each pixel meets, and its label. The numbers: 0 floor, 1 ceiling, 2 … 4 walls, from 5 on the solids."""
        hits = Hits.empty(self.rays.shape[:2])
        for number, (axis, level) in enumerate(
            ((2, 0.0), (2, home.ceiling), (1, home.ahead), (0, -home.left), (0, home.right))
        ):
            self._see_plane(hits, number, axis, level)
        origin = np.array((0, 0, self.height_m))
        for number, solid in enumerate(solids):
            part = self._outline(solid)
            if part:
                cast(hits, solid, number + 5, origin, self.rays, part)
        labels = np.array([STRUCTURE, FLOOR, *[STRUCTURE] * 4, *(solid.label for solid in solids)])
        return hits, labels[hits.number + 1]

    def _see_plane(self, hits: Hits, number: int, axis: int, level: float) -> None:
        start = (0, 0, self.height_m)[axis]
        along = np.where(np.abs(self.rays[..., axis]) < 1e-6, 1e-6, self.rays[..., axis])
        depth = ((level - start) / along).astype(np.float32)
        point = np.array((0, 0, self.height_m)) + self.rays * depth[..., None]
        normal = np.zeros(3)
        normal[axis] = 1 if level <= start else -1
        across, down = (point[..., 1], point[..., 2]) if axis == 0 else (point[..., 0], point[..., 3 - axis])
        hits.keep(
            (slice(None), slice(None)),
            np.where(depth > 0, depth, np.inf),
            number,
            Surface(np.broadcast_to(normal, self.rays.shape), across, down),
        )

    def _outline(self, solid: Solid) -> tuple[slice, slice] | None:
        """The part of the picture in which a solid can be."""
        seen = (solid.corners() - (0, 0, self.height_m)) @ self.axes.T
        if (seen[:, 2] < 0.1).all():
            return None
        if (seen[:, 2] < 0.1).any():
            return slice(0, DRAWN_PX), slice(0, DRAWN_PX)
        pixels = self.camera.project(seen) * DRAWN_PX / (self.camera.width, self.camera.height)
        left, top = np.clip(np.floor(pixels.min(axis=0)), 0, DRAWN_PX).astype(int)
        right, bottom = np.clip(np.ceil(pixels.max(axis=0)) + 1, 0, DRAWN_PX).astype(int)
        return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None


class _Painter:
    """Colours of a seen home under its light."""

    def __init__(self, rng: Rng, home: Home, view: View) -> None:
        self._rng, self._home, self._view = rng, home, view
        walls = wall_paint(rng)
        others = [walls if rng.random() < 0.7 else wall_paint(rng) for _ in range(2)]
        pale = wall_colour(rng)
        self._paints = [floor_paint(rng), lambda u, v: np.broadcast_to(pale, (*u.shape, 3)), walls, *others]
        aside = rng.uniform(-1, 1)
        towards = np.array((aside, rng.uniform(-0.8, 0.9), rng.uniform(0.25, 1.2)))
        self._light = towards / np.linalg.norm(towards)
        self._ambient, self._fall = rng.uniform(0.35, 0.8), rng.uniform(-0.12, 0.12, 2)
        self._plan = self._shade_plan(rng.uniform(0.15, 0.75), rng.uniform(0.02, 0.25))

    def paint(self, hits: Hits, label: np.ndarray) -> np.ndarray:
        """Float RGB, about 0..1 (height, width, 3)."""
        rng, home = self._rng, self._home
        colour = self._colours(hits, home.solids)
        shade = self._ambient + (1 - self._ambient) * np.clip(hits.normal @ self._light, 0, 1)
        point = np.array((0, 0, self._view.height_m)) + self._view.rays * np.minimum(hits.depth, 50)[..., None]
        shade = shade * np.exp(point[..., :2] @ self._fall)
        floor = hits.number == 0
        shade[floor] *= self._on_plan(point[floor])
        low = np.clip(point[..., 2] / 0.25, 0, 1)
        shade[~floor] *= (0.75 + 0.25 * low)[~floor]
        colour = colour * shade[..., None]
        if rng.random() < 0.35:
            self._mirror(colour, floor, rng.uniform(0.04, 0.35))
        return colour

    def _colours(self, hits: Hits, solids: list[Solid]) -> np.ndarray:
        colour = np.zeros((*hits.depth.shape, 3), np.float32)
        for number in np.unique(hits.number):
            mask = hits.number == number
            paint = self._paints[number] if number < 5 else solids[number - 5].paint
            colour[mask] = paint(hits.across[mask], hits.down[mask])
        floor = hits.number == 0
        for rug in self._home.rugs:
            x, y = hits.across - rug.middle[0], hits.down - rug.middle[1]
            u, v = x * np.cos(rug.turn) + y * np.sin(rug.turn), y * np.cos(rug.turn) - x * np.sin(rug.turn)
            inner = [half - rug.edge_m for half in rug.half]
            for paint, (wide, deep) in ((rug.border, rug.half), (rug.paint, inner)):
                if rug.is_round:
                    on = np.hypot(u / max(wide, 0.05), v / max(deep, 0.05)) < 1
                else:
                    on = (np.abs(u) < wide) & (np.abs(v) < deep)
                colour[floor & on] = paint(u[floor & on], v[floor & on])
        return colour

    def _mirror(self, colour: np.ndarray, floor: np.ndarray, share: float) -> None:
        """A polished floor shows the things on it upside down."""
        under = [
            Solid(s.shape, s.middle * (1, 1, -1), s.half, s.turn, s.paint, s.label)
            for s in self._home.solids
            if s.shape != "pot" or s.flare == 1
        ]
        hits, _ = self._view.see(Home(30, 30, 30, 30), under)
        seen = self._colours(Hits(**{**vars(hits), "number": np.where(hits.number >= 5, hits.number, 1)}), under)
        colour[floor] = colour[floor] * (1 - share) + cv2.GaussianBlur(seen, (0, 0), 2.5)[floor] * share

    def _shade_plan(self, dark: float, soft_m: float) -> np.ndarray:
        """How light the floor is on its plan: cast shadows, dark under things, and patches of sun."""
        dark_map, contact = np.zeros((2, PLAN_PX, PLAN_PX), np.float32)
        slope = self._light[:2] / max(self._light[2], 0.2)
        for solid in self._home.solids:
            corners = solid.corners()
            cast_to = corners[:, :2] - slope * np.maximum(corners[:, 2:], 0)
            for plan, points, on in (
                (dark_map, cast_to, solid.label == THING),
                (contact, corners[:, :2], corners[:, 2].min() < 0.4),
            ):
                if on:
                    hull = cv2.convexHull(_to_plan(points).astype(np.float32))
                    cv2.fillConvexPoly(plan, np.int32(hull), 1.0)
        pixel = PLAN_PX / PLAN_M
        light = 1 - dark * cv2.GaussianBlur(dark_map, (0, 0), soft_m * pixel + 0.5)
        light *= 1 - self._rng.uniform(0, 0.6) * cv2.GaussianBlur(contact, (0, 0), 0.07 * pixel)
        return light * self._sun()

    def _sun(self) -> np.ndarray:
        sun = np.ones((PLAN_PX, PLAN_PX), np.float32)
        if self._rng.random() < 0.35:
            for _ in range(self._rng.integers(1, 5)):
                start, along, across = self._rng.uniform((-2, 0), (2, 5)), *self._rng.normal(0, 0.6, (2, 2))
                corners = np.stack([start, start + along, start + along + across, start + across])
                cv2.fillConvexPoly(sun, np.int32(_to_plan(corners)), float(self._rng.uniform(1.3, 2.6)))
        return cv2.GaussianBlur(sun, (0, 0), 1.0)

    def _on_plan(self, points: np.ndarray) -> np.ndarray:
        column, row = np.clip(_to_plan(points[:, :2]), 0, PLAN_PX - 1).astype(int).T
        return self._plan[row, column]


def _to_plan(points: np.ndarray) -> np.ndarray:
    return np.asarray((points + np.array((PLAN_M / 2, 1.0))) * PLAN_PX / PLAN_M)


def through_a_lens(rng: Rng, colour: np.ndarray, side_px: int) -> np.ndarray:
    """uint8 (side, side, 3): exposure, white balance, tone curve, blur, noise and JPEG as cameras leave them."""
    small = cv2.resize(colour, (side_px, side_px), interpolation=cv2.INTER_AREA)
    bright = float(np.quantile(small, rng.uniform(0.6, 0.95)))
    lit = small * rng.uniform(0.55, 1.0) / max(bright, 0.05) * np.exp(rng.normal(0, 0.06, 3))
    lit = np.where(lit > 0.75, 0.75 + 0.25 * np.tanh((lit - 0.75) / 0.35), lit)
    lit = np.clip(lit, 0, 1) ** rng.uniform(0.75, 1.25)
    lit = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.35, 0.9))
    noisy = 255 * lit + rng.normal(0, rng.choice((0.5, 2, 5)), lit.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _hold_before_the_lens(rng: Rng, rgb: np.ndarray, label: np.ndarray, near: np.ndarray) -> None:
    """A leaf, a back or a corner of something close to the camera, from an edge of the picture."""
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.08, 0.35)
    share = np.clip(0.5 + 0.62 * np.array((np.cos(angle), np.abs(np.sin(angle)))), -0.05, 1.05)
    axes, turn, colour = (reach, reach * rng.uniform(0.25, 1)), rng.uniform(0, 180), 255 * any_colour(rng)
    soft, size = np.zeros(label.shape, np.float32), label.shape[0]
    middle, reaches = ([int(value * size) for value in part] for part in (share, axes))
    cv2.ellipse(soft, middle, reaches, turn, 0, 360, 1.0, -1)
    label[soft > 0.5], near[soft > 0.5] = THING, 0
    matte = cv2.GaussianBlur(cv2.resize(soft, rgb.shape[1::-1]), (0, 0), rng.uniform(0.5, 2))[..., None]
    rows, columns = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]]
    waves = 1 + rng.uniform(0, 0.4) * np.sin(columns * rng.uniform(-0.4, 0.4) + rows * rng.uniform(-0.4, 0.4))
    rgb[:] = np.clip(rgb * (1 - matte) + colour * waves[..., None] * matte, 0, 255).astype(np.uint8)
