"""Furnished rooms of solids: no two alike, and less tidy than real ones, so that nothing is learned by its style."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from solids import STRUCTURE, Solid
from surfaces import Paint, any_colour, pattern, plain, planks, thing_paint, wall_colour, wall_paint

Rng = np.random.Generator
SPARSE = 0.25  # of the rooms are nearly empty: to let, just built, or cleared for the photo
ON_FLOOR = 0.35  # of beds and sofas stand on the floor without feet


@dataclass(frozen=True)
class Rug:
    """Something flat on the floor: still floor. half: m. round: an ellipse."""

    middle: tuple[float, float]
    half: tuple[float, float]
    turn: float
    paint: Paint
    border: Paint
    edge_m: float
    is_round: bool


@dataclass
class Home:
    """A room about the camera at (0, 0, height): walls at left, right (m, both > 0) and ahead, a ceiling."""

    left: float
    right: float
    ahead: float
    ceiling: float
    solids: list[Solid] = field(default_factory=list)
    rugs: list[Rug] = field(default_factory=list)


def furnished(rng: Rng) -> Home:
    """A room with things along its walls, some in the middle or before the lens, and rugs."""
    home = Home(rng.uniform(0.8, 3.0), rng.uniform(0.8, 3.0), rng.uniform(2.0, 5.8), rng.uniform(2.2, 3.2))
    _hang_on_walls(home, rng)
    along, free = (rng.integers(0, 3), rng.integers(0, 2)) if rng.random() < SPARSE else rng.integers(0, (12, 5))
    for _ in range(along):
        _place(home, rng, _along_wall(home, rng))
    for _ in range(free):
        spot = (rng.uniform(-home.left, home.right), rng.uniform(0.8, home.ahead), rng.uniform(-np.pi, np.pi))
        _place(home, rng, spot)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        home.rugs.append(_rug(home, rng))
    return home


def _along_wall(home: Home, rng: Rng) -> tuple[float, float, float]:
    """A place and a turn: its back (+y) to a wall."""
    crooked, away = rng.normal(0, 0.08), rng.uniform(0.2, 0.7)
    side = rng.integers(4)
    if side < 2:
        return rng.uniform(-home.left, home.right), home.ahead - away, crooked
    x = -home.left + away if side == 2 else home.right - away
    return x, rng.uniform(0.7, home.ahead), crooked + (np.pi / 2 if side == 2 else -np.pi / 2)


def _place(home: Home, rng: Rng, spot: tuple[float, float, float]) -> None:
    x, y, turn = spot
    if np.hypot(x, y) < 0.7:
        return
    build = PIECES[rng.integers(len(PIECES))]
    for part in build(rng):
        c, s = np.cos(turn), np.sin(turn)
        mx, my, mz = part.middle
        middle = np.array((x + c * mx - s * my, y + s * mx + c * my, mz))
        home.solids.append(Solid(part.shape, middle, part.half, part.turn + turn, part.paint, part.label, part.flare))


def _solid(shape: str, x: float, y: float, low: float, size: tuple[float, float, float], paint: Paint, **more) -> Solid:
    """size: full width, depth, height; low: height of its underside."""
    half = np.array(size) / 2
    return Solid(shape, np.array((x, y, low + half[2])), half, more.pop("turn", 0.0), paint, **more)


def _feet(rng: Rng, most_m: float) -> float:
    """How high a piece stands on its feet, m; 0: it has none."""
    return 0.0 if rng.random() < ON_FLOOR else rng.uniform(0, most_m)


def _legs(wide: float, deep: float, tall: float, thick: float, paint: Paint) -> list[Solid]:
    shape = "box" if thick > 0.03 else "pot"
    return [
        _solid(shape, x * (wide / 2 - thick), y * (deep / 2 - thick), 0, (thick, thick, tall), paint)
        for x in (-1, 1)
        for y in (-1, 1)
    ]


def table(rng: Rng) -> list[Solid]:
    """With four legs, one foot, or closed sides; things may stand on it."""
    wide, deep, tall = rng.uniform(0.35, 2.0), rng.uniform(0.3, 1.0), rng.uniform(0.3, 0.8)
    top, thick = thing_paint(rng), rng.uniform(0.015, 0.06)
    parts, kind = [], rng.random()
    if kind < 0.6:
        parts = [_solid("box", 0, 0, tall - thick, (wide, deep, thick), top)]
        parts += _legs(wide, deep, tall - thick, rng.uniform(0.02, 0.08), thing_paint(rng))
    elif kind < 0.85:
        deep = wide = min(wide, 1.2)
        parts = [_solid("pot", 0, 0, tall - thick, (wide, deep, thick), top)]
        parts += [_solid("pot", 0, 0, 0, (0.08, 0.08, tall), thing_paint(rng))]
        parts += [_solid("pot", 0, 0, 0, (0.5 * wide, 0.5 * wide, 0.03), thing_paint(rng))]
    else:
        parts = [_solid("box", 0, 0, tall - thick, (wide, deep, thick), top)]
        parts += [_solid("box", x * (wide / 2 - 0.02), 0, 0, (0.04, deep, tall), top) for x in (-1, 1)]
    return parts + _clutter(rng, wide, deep, tall)


def _clutter(rng: Rng, wide: float, deep: float, low: float) -> list[Solid]:
    """Small things on a surface."""
    parts = []
    for _ in range(rng.integers(0, 5)):
        size = rng.uniform(0.05, 0.3, 3)
        x, y = rng.uniform(-0.4, 0.4) * wide, rng.uniform(-0.35, 0.35) * deep
        shape = rng.choice(("box", "round", "pot"))
        parts.append(_solid(shape, x, y, low, tuple(size), thing_paint(rng), turn=rng.uniform(0, 3)))
    return parts


def box_piece(rng: Rng) -> list[Solid]:
    """A sideboard, chest, crate or radiator, on legs or on the floor, with fronts."""
    wide, deep, tall = rng.uniform(0.3, 2.2), rng.uniform(0.2, 0.7), rng.uniform(0.25, 1.3)
    low, paint = rng.choice((0.0, 0.0, rng.uniform(0.05, 0.25))), thing_paint(rng)
    parts = [_solid("box", 0, 0, low, (wide, deep, tall - low), paint)]
    front, count = thing_paint(rng) if rng.random() < 0.4 else paint, rng.integers(1, 5)
    for number in range(count if rng.random() < 0.6 else 0):
        x = (number + 0.5) * wide / count - wide / 2
        parts.append(_solid("box", x, -deep / 2, low + 0.03, (wide / count - 0.02, 0.03, tall - low - 0.06), front))
    if low:
        parts += _legs(wide, deep, low, 0.04, thing_paint(rng))
    return parts + _clutter(rng, wide, deep, tall)


def shelf(rng: Rng) -> list[Solid]:
    """Open or closed, with books and boxes."""
    wide, deep, tall, count = rng.uniform(0.4, 1.6), rng.uniform(0.2, 0.45), rng.uniform(0.8, 2.4), rng.integers(2, 7)
    paint = thing_paint(rng)
    parts = [_solid("box", x * wide / 2, 0, 0, (0.03, deep, tall), paint) for x in (-1, 1)]
    if rng.random() < 0.6:
        parts.append(_solid("box", 0, deep / 2, 0, (wide, 0.02, tall), paint))
    for row in range(count + 1):
        level = row * (tall - 0.03) / count + rng.uniform(0, 0.08) * (row == 0)
        parts.append(_solid("box", 0, 0, level, (wide, deep, 0.03), paint))
        x = -wide / 2 + 0.05
        while x < wide / 2 - 0.1 and row < count:
            size = rng.uniform(0.03, 0.25), 0.7 * deep, rng.uniform(0.4, 0.9) * tall / count
            if rng.random() < 0.7:
                parts.append(_solid("box", x + size[0] / 2, 0, level + 0.03, size, thing_paint(rng)))
            x += size[0]
    return parts


def bed(rng: Rng) -> list[Solid]:
    """Frame, mattress, a cover that hangs over, pillows."""
    wide, long, low, tall = rng.uniform(0.8, 2.0), rng.uniform(1.8, 2.1), _feet(rng, 0.25), rng.uniform(0.3, 0.6)
    sheet, cover = plain(rng, wall_colour(rng)), thing_paint(rng)
    frame = planks(rng) if rng.random() < 0.4 else thing_paint(rng)
    parts = [
        _solid("box", 0, 0, low, (wide + 0.06, long + 0.06, rng.uniform(0.1, max(0.12, tall - low - 0.03))), frame)
    ]
    parts += [_solid("box", 0, 0, low + 0.18, (wide - 0.04, long - 0.04, tall - low - 0.18), sheet)]
    hang = rng.uniform(0.05, tall - 0.02)
    parts += [_solid("box", 0, -0.3, tall - hang, (wide + 0.05, long - 0.55, hang + 0.04), cover)]
    if rng.random() < 0.5:
        parts += [_solid("box", 0, rng.uniform(-0.8, 0), tall - 0.2, (wide + 0.08, 0.5, 0.26), thing_paint(rng))]
    if rng.random() < 0.7:
        parts += [_solid("box", 0, long / 2, 0, (wide, 0.06, rng.uniform(0.6, 1.3)), thing_paint(rng))]
    parts += _legs(wide, long, low, 0.07, planks(rng)) if low else []
    return parts + _pillows(rng, wide, 0.75, tall)


def _pillows(rng: Rng, wide: float, y: float, low: float) -> list[Solid]:
    return [
        _solid(
            "round",
            rng.uniform(-0.4, 0.4) * wide,
            y - rng.uniform(0, 0.35),
            low - 0.03,
            (rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.45), rng.uniform(0.15, 0.4)),
            thing_paint(rng),
            turn=rng.normal(0, 0.4),
        )
        for _ in range(rng.integers(0, 6))
    ]


def sofa(rng: Rng) -> list[Solid]:
    """A sofa or an armchair: seat, back, arms, on feet or on the floor."""
    wide, deep, low, paint = rng.uniform(0.6, 2.6), rng.uniform(0.65, 1.0), _feet(rng, 0.18), thing_paint(rng)
    seat, back = rng.uniform(0.36, 0.48), rng.uniform(0.65, 1.0)
    parts = [_solid("box", 0, 0, low, (wide, deep, seat - low), paint)]
    parts += [_solid("box", 0, deep / 2 - 0.1, low, (wide, 0.2, back - low), paint)]
    if rng.random() < 0.8:
        parts += [
            _solid("box", x * wide / 2, 0, low, (0.16, deep, rng.uniform(0.5, 0.68) - low), paint) for x in (-1, 1)
        ]
    parts += _legs(wide, deep, low, 0.05, planks(rng)) if low else []
    return parts + _pillows(rng, wide, 0.2, seat)


def chair(rng: Rng) -> list[Solid]:
    """Four thin legs, a seat, a back; or a stool without one."""
    wide, seat, paint = rng.uniform(0.35, 0.55), rng.uniform(0.4, 0.75), thing_paint(rng)
    parts = [_solid("box" if rng.random() < 0.7 else "pot", 0, 0, seat, (wide, wide, rng.uniform(0.03, 0.1)), paint)]
    parts += _legs(wide, wide, seat, rng.uniform(0.02, 0.05), thing_paint(rng))
    if rng.random() < 0.7:
        low = seat + rng.uniform(0, 0.2)
        parts += [_solid("box", 0, wide / 2, low, (wide, 0.04, rng.uniform(0.2, 0.5)), paint)]
        parts += [_solid("box", x * wide / 2.2, wide / 2, seat, (0.03, 0.03, 0.3), paint) for x in (-1, 1)]
    return parts


def pouf(rng: Rng) -> list[Solid]:
    """A cushion, beanbag, ball, basket or drum on the floor, or a heap of them."""
    parts = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        size = rng.uniform(0.25, 1.0), rng.uniform(0.25, 1.0), rng.uniform(0.12, 0.6)
        shape, place = rng.choice(("round", "round", "pot", "box")), rng.normal(0, 0.2, 2)
        round_size = (size[0], size[0], size[2]) if shape == "pot" else size
        low = -0.25 * size[2] if shape == "round" else 0.0
        parts.append(_solid(shape, *place, low, round_size, thing_paint(rng), flare=rng.uniform(0.7, 1.2)))
    return parts


def plant(rng: Rng) -> list[Solid]:
    """A pot with leaves: flat round things about a middle."""
    tall, wide, pot_tall = rng.uniform(0.4, 2.0), rng.uniform(0.15, 0.5), rng.uniform(0.12, 0.5)
    parts = [_solid("pot", 0, 0, 0, (wide, wide, pot_tall), thing_paint(rng), flare=rng.uniform(0.9, 1.5))]
    green = [plain(rng, np.array((0.12, 0.3, 0.1), np.float32) * rng.uniform(0.5, 2.2, 3)) for _ in range(3)]
    for _ in range(rng.integers(8, 30)):
        share = rng.uniform(0, 1)
        x, y = rng.normal(0, 0.16 * tall + 0.05, 2) * (0.4 + share)
        size = rng.uniform(0.06, 0.35), rng.uniform(0.02, 0.12), rng.uniform(0.04, 0.3)
        low = pot_tall + share * max(0.05, tall - pot_tall) - size[2] / 2
        parts.append(_solid("round", x, y, low, size, green[rng.integers(3)], turn=rng.uniform(0, 3)))
    return parts


def lamp(rng: Rng) -> list[Solid]:
    """A floor lamp: a foot or three legs, a thin pole, a shade."""
    tall, shade = rng.uniform(1.1, 1.9), rng.uniform(0.2, 0.5)
    pole = plain(rng, any_colour(rng))
    parts = [_solid("pot", 0, 0, 0, (0.3, 0.3, 0.03), pole), _solid("pot", 0, 0, 0, (0.03, 0.03, tall - 0.2), pole)]
    bright = plain(rng, np.float32((1.6, 1.5, 1.2)) if rng.random() < 0.4 else wall_colour(rng))
    return [*parts, _solid("pot", 0, 0, tall - 0.3, (shade, shade, 0.3), bright, flare=rng.uniform(0.5, 1.0))]


def machine(rng: Rng) -> list[Solid]:
    """Something of many parts without a name: a bicycle, a toy, a heap."""
    parts, reach = [], rng.uniform(0.2, 0.9)
    for _ in range(rng.integers(4, 14)):
        size = np.exp(rng.uniform(np.log(0.03), np.log(0.7), 3))
        x, y, low = rng.normal(0, 0.5, 3) * (reach, 0.4 * reach, reach)
        shape = rng.choice(("box", "round", "pot"))
        parts.append(_solid(shape, x, y, max(0, low), tuple(size), thing_paint(rng), turn=rng.uniform(0, 3)))
    return [*parts, _solid("box", 0, 0, 0, (0.1, 0.1, reach), thing_paint(rng))]


def _rug(home: Home, rng: Rng) -> Rug:
    half = rng.uniform(0.25, 1.5), rng.uniform(0.25, 1.5)
    middle = rng.uniform(-home.left, home.right), rng.uniform(0.6, home.ahead)
    turn = rng.choice((0.0, np.pi / 2, rng.normal(0, 0.2), rng.uniform(0, 3)))
    paint = pattern(rng) if rng.random() < 0.6 else thing_paint(rng)
    border = thing_paint(rng) if rng.random() < 0.4 else paint
    return Rug(middle, half, turn, paint, border, rng.uniform(0.02, 0.2), rng.random() < 0.2)


def _hang_on_walls(home: Home, rng: Rng) -> None:
    """Pictures, doors, windows, skirtings, chimney breasts, curtains: part of the room, never floor."""
    skirting = rng.random() < 0.6
    tall, paint = rng.uniform(0.05, 0.2), plain(rng, wall_colour(rng))
    for wall in range(3):
        if skirting:
            _on_wall(home, wall, 0, 0, (20, 0.02, tall), paint)
        for _ in range(rng.integers(0, 5)):
            _on_wall(
                home, wall, rng.uniform(-3, 3), rng.uniform(0.7, 1.9), _size(rng, 0.2, 1.2, 0.04), thing_paint(rng)
            )
        if rng.random() < 0.35:
            frame = plain(rng, wall_colour(rng) if rng.random() < 0.6 else any_colour(rng))
            _on_wall(home, wall, rng.uniform(-3, 3), 0, (rng.uniform(0.7, 1.0), 0.05, rng.uniform(1.9, 2.2)), frame)
        if rng.random() < 0.5:
            _window(home, wall, rng)
        if rng.random() < 0.15:
            size = rng.uniform(0.4, 1.6), rng.uniform(0.2, 0.9), rng.choice((4.0, rng.uniform(0.8, 2.0)))
            _on_wall(home, wall, rng.uniform(-3, 3), 0, size, wall_paint(rng))
        if rng.random() < 0.3:
            size = rng.uniform(0.2, 1.2), rng.uniform(0.08, 0.2), rng.uniform(1.6, 2.6)
            _on_wall(home, wall, rng.uniform(-3, 3), rng.uniform(0, 0.05), size, thing_paint(rng))


def _window(home: Home, wall: int, rng: Rng) -> None:
    along, low, size = rng.uniform(-2.5, 2.5), rng.choice((0.0, rng.uniform(0.3, 1.1))), _size(rng, 0.6, 2.2, 0.03)
    frame, glow = plain(rng, wall_colour(rng)), rng.uniform(1.0, 2.2)
    outside = pattern(rng) if rng.random() < 0.3 else plain(rng, wall_colour(rng))
    _on_wall(home, wall, along, low, (size[0] + 0.1, size[1], size[2] + 0.1), frame)
    _on_wall(home, wall, along, low + 0.05, (size[0], 0.05, size[2]), lambda u, v: glow * outside(u, v))
    for number in range(rng.integers(0, 4)):
        x = along + size[0] * (number / 3 - 0.5)
        _on_wall(home, wall, x, low, (0.04, 0.07, size[2]), frame)


def _size(rng: Rng, least: float, most: float, deep: float) -> tuple[float, float, float]:
    return rng.uniform(least, most), deep, rng.uniform(least, most)


def _on_wall(home: Home, wall: int, along: float, low: float, size: tuple[float, float, float], paint: Paint) -> None:
    """wall: 0 ahead, 1 left, 2 right. along: m along it from its middle."""
    turn = (0.0, np.pi / 2, np.pi / 2)[wall]
    place = (
        (along, home.ahead - size[1] / 2),
        (-home.left + size[1] / 2, home.ahead / 2 + along),
        (home.right - size[1] / 2, home.ahead / 2 + along),
    )[wall]
    home.solids.append(_solid("box", *place, low, size, paint, turn=turn, label=STRUCTURE))


PIECES: tuple[Callable[[Rng], list[Solid]], ...] = (
    table, table, box_piece, box_piece, shelf, bed, bed, sofa, sofa, chair, chair, pouf, pouf, plant, lamp, machine,
)  # fmt: skip
