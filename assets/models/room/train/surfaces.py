"""Colours and patterns of drawn surfaces: boards, tiles, checks, spots, weaves, all as functions of metres."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

Colour = np.ndarray
Paint = Callable[[np.ndarray, np.ndarray], np.ndarray]
NOISE_SIDE = 256


@cache
def _noise_table() -> np.ndarray:
    """Smooth noise (side, side) that wraps around, about -1 … 1."""
    rng, total = np.random.default_rng(7), np.zeros((NOISE_SIDE, NOISE_SIDE), np.float32)
    for step in (4, 8, 16, 32, 64):
        grid = rng.normal(size=(NOISE_SIDE // step,) * 2).astype(np.float32)
        wide = np.tile(grid, (3, 3))
        grown = cv2.resize(wide, (3 * NOISE_SIDE,) * 2, interpolation=cv2.INTER_CUBIC)
        total += grown[NOISE_SIDE : 2 * NOISE_SIDE, NOISE_SIDE : 2 * NOISE_SIDE] * (step / 64) ** 0.7
    return total / total.std() / 2


def noise(u: np.ndarray, v: np.ndarray, wave_m: float) -> np.ndarray:
    """Smooth noise over metres; wave_m: the size of its largest waves."""
    scale = 64 / wave_m
    across, down = (np.int64(np.floor(part * scale)) % NOISE_SIDE for part in (u, v))
    return _noise_table()[down, across]


def cell_value(i: np.ndarray, j: np.ndarray, salt: float) -> np.ndarray:
    """0 … 1, the same for the same cell."""
    value: np.ndarray = np.abs(np.sin(i * 12.9898 + j * 78.233 + salt) * 43758.5453) % 1
    return value


def any_colour(rng: np.random.Generator) -> Colour:
    """A colour 0..1 as furniture and textiles have it: often muted, sometimes strong, black or white."""
    hue, strong = rng.uniform(0, 180), rng.random()
    saturation = rng.uniform(0, 60) if strong < 0.55 else rng.uniform(40, 230)
    return _from_hsv(hue, saturation, rng.choice((rng.uniform(15, 90), rng.uniform(80, 250), rng.uniform(190, 252))))


def wall_colour(rng: np.random.Generator) -> Colour:
    """Mostly light and quiet, sometimes a strong tone."""
    if rng.random() < 0.75:
        return _from_hsv(rng.uniform(5, 120), rng.uniform(0, 45), rng.uniform(165, 250))
    return _from_hsv(rng.uniform(0, 180), rng.uniform(20, 150), rng.uniform(60, 220))


def wood_colour(rng: np.random.Generator) -> Colour:
    """From pale ash over orange pine to dark walnut, and grey boards."""
    if rng.random() < 0.15:
        return _from_hsv(rng.uniform(8, 25), rng.uniform(5, 40), rng.uniform(60, 225))
    return _from_hsv(rng.uniform(6, 18), rng.uniform(50, 175), rng.uniform(45, 225))


def _from_hsv(hue: float, saturation: float, value: float) -> Colour:
    pixel = np.uint8([[[hue, saturation, value]]])
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0] / 255, np.float32)


def plain(rng: np.random.Generator, colour: Colour) -> Paint:
    """One colour, with a little weave or wear."""
    wave, amount = np.exp(rng.uniform(np.log(0.03), np.log(1.5))), rng.choice((0.0, rng.uniform(0, 0.12)))
    return lambda u, v: colour * (1 + amount * noise(u, v, wave))[..., None]


def planks(rng: np.random.Generator) -> Paint:
    """Boards along v with joints, each of its own tone, with grain; sometimes laid across, or in herringbone."""
    colour, wide, long = wood_colour(rng), rng.uniform(0.06, 0.24), rng.uniform(0.5, 2.4)
    tone, gap, grain, salt = rng.uniform(0.03, 0.35), rng.uniform(0, 0.5), rng.uniform(0, 0.15), rng.uniform(0, 9)
    turned, bones = rng.random() < 0.5, rng.random() < 0.15

    def paint(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        if bones:
            side = np.floor(u / 0.5) % 2 * 2 - 1
            u, v = u + side * v, v
        elif turned:
            u, v = v, u
        board = np.floor(u / wide)
        along = v / long + cell_value(board, 0 * board, salt)
        shade = 1 + tone * (cell_value(board, np.floor(along), salt + 1) - 0.5)
        shade = shade + grain * noise(u * 9, v, 1.0)
        joint = (u / wide % 1 < 0.004 / wide) | (along % 1 < 0.004 / long)
        return colour * (shade * (1 - gap * joint))[..., None]

    return paint


def tiles(rng: np.random.Generator, side_m: float | None = None) -> Paint:
    """Square or oblong tiles, of one colour, in a chequer, or each of its own tone, with joints."""
    side = side_m or rng.uniform(0.08, 0.8)
    aspect = rng.choice((1.0, 1.0, 0.5))
    first = wall_colour(rng) if rng.random() < 0.6 else any_colour(rng)
    second = any_colour(rng) if rng.random() < 0.3 else first
    tone, joint_tone, salt = rng.uniform(0, 0.2), rng.uniform(0.5, 1.15), rng.uniform(0, 9)

    def paint(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        i = np.floor(u / side)
        j = np.floor(v / side / aspect)
        base = np.where(((i + j) % 2 == 0)[..., None], first, second)
        shade = 1 + tone * (cell_value(i, j, salt) - 0.5) + 0.03 * noise(u, v, 0.5)
        joint = (u / side % 1 < 0.006 / side) | (v / side / aspect % 1 < 0.006 / side / aspect)
        return base * np.where(joint, joint_tone, shade)[..., None]

    return paint


def bricks(rng: np.random.Generator) -> Paint:
    """A brick wall, bare or painted."""
    colour = wall_colour(rng) if rng.random() < 0.6 else _from_hsv(rng.uniform(2, 12), 130, rng.uniform(90, 180))
    joint_tone, tone = rng.uniform(0.6, 1.2), rng.uniform(0.03, 0.3)

    def paint(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        j = np.floor(v / 0.075)
        shifted = u / 0.22 + 0.5 * (j % 2)
        shade = 1 + tone * (cell_value(np.floor(shifted), j, 3.0) - 0.5) + 0.05 * noise(u, v, 0.3)
        joint = (shifted % 1 < 0.06) | (v / 0.075 % 1 < 0.16)
        return colour * np.where(joint, joint_tone, shade)[..., None]

    return paint


def pattern(rng: np.random.Generator) -> Paint:
    """What cloth, rugs and wallpaper show: checks, stripes, spots, zigzag, blots, patchwork, a border round it."""
    kind, wave = rng.integers(7), np.exp(rng.uniform(np.log(0.03), np.log(0.5)))
    first, second, third = any_colour(rng), any_colour(rng), any_colour(rng)
    if rng.random() < 0.5:
        first = wall_colour(rng)
    turn, salt, share = rng.choice((0.0, 0.0, rng.uniform(0, np.pi))), rng.uniform(0, 9), rng.uniform(0.15, 0.75)
    weave = rng.uniform(0, 0.12)

    def chosen(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        i, j = np.floor(u / wave), np.floor(v / wave)
        if kind == 0:
            return (i + j) % 2
        if kind == 1:
            return (u / wave % 1 < share).astype(float)
        if kind == 2:
            near = np.hypot(u / wave % 1 - 0.5 + 0.2 * (cell_value(i, j, salt) - 0.5), v / wave % 1 - 0.5)
            return (near < 0.15 + 0.3 * share).astype(float)
        if kind == 3:
            return ((u + 0.5 * np.abs(v / wave % 2 - 1) * wave) / wave % 1 < share).astype(float)
        if kind == 4:
            return (noise(u, v, 3 * wave) > 0.8 * (share - 0.5)).astype(float)
        if kind == 5:
            return np.floor(3 * cell_value(i, j, salt)) / 2
        return ((np.abs(u / wave % 1 - 0.5) < 0.1) | (np.abs(v / wave % 1 - 0.5) < 0.1)).astype(float)

    def paint(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        across, down = u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)
        value = chosen(across, down)
        colour = np.select(
            [value[..., None] < 0.25, value[..., None] < 0.75], [np.broadcast_to(first, (*u.shape, 3)), third], second
        )
        return colour * (1 + weave * noise(u, v, 0.05))[..., None]

    return paint


def floor_paint(rng: np.random.Generator) -> Paint:
    """Boards, tiles, stone or carpet."""
    kind = rng.random()
    if kind < 0.55:
        return planks(rng)
    if kind < 0.75:
        return tiles(rng)
    return plain(rng, any_colour(rng) if kind < 0.85 else wall_colour(rng))


def wall_paint(rng: np.random.Generator) -> Paint:
    """Plain, papered, bricks or panels."""
    kind = rng.random()
    if kind < 0.68:
        return plain(rng, wall_colour(rng))
    return pattern(rng) if kind < 0.82 else bricks(rng) if kind < 0.91 else planks(rng)


def thing_paint(rng: np.random.Generator) -> Paint:
    """Cloth, wood, paint or a pattern."""
    kind = rng.random()
    if kind < 0.5:
        return plain(rng, any_colour(rng))
    return pattern(rng) if kind < 0.75 else planks(rng) if kind < 0.9 else plain(rng, wood_colour(rng))
