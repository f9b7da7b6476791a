"""Grounds in focus: wood, bricks, pebbles, grass, leaves, cloth, shelves and lights, as they lie behind a product.

Every function takes a generator and a side in px and returns RGB float32 (side, side, 3), about 0..1.
"""

from collections.abc import Callable

import cv2
import numpy as np
from products import colour, noise

Ground = Callable[[np.random.Generator, int], np.ndarray]


def draw_ground(rng: np.random.Generator, side: int) -> np.ndarray:
    """One textured ground of a random kind, some seen at a slant, all lit unevenly and a few out of focus."""
    kinds: tuple[Ground, ...] = (wood, wood, masonry, pebbles, grass, leaves, weave, shelves, lights, grain)
    picture = kinds[rng.integers(len(kinds))](rng, side).astype(np.float32)
    if rng.random() < 0.4:
        picture = _slant(rng, picture)
    picture *= 1 + rng.uniform(0, 0.25) * noise(rng, (side, side), 2, 2)[..., None]
    blur_px = rng.choice([0, 0, 0.6, 1.2, 3]) * side / 200
    picture = cv2.GaussianBlur(picture, (0, 0), blur_px) if blur_px else picture
    return np.clip(picture, 0, 1)


def _slant(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """The ground as a table or floor that recedes."""
    side = len(picture)
    inset = rng.uniform(0.1, 0.4) * side
    corners = np.float32([[inset, 0], [side - inset, 0], [side, side], [0, side]])
    square = np.float32([[0, 0], [side, 0], [side, side], [0, side]])
    warp = cv2.getPerspectiveTransform(corners, square)
    return cv2.warpPerspective(picture, warp, (side, side), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)


def wood(rng: np.random.Generator, side: int) -> np.ndarray:
    """Planks with a grain along them, in the colours of wood three times in four."""
    hsv = np.uint8([[[rng.integers(6, 20), rng.integers(40, 190), rng.integers(60, 235)]]])
    base = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0] / 255 if rng.random() < 0.75 else colour(rng)
    squeeze = int(rng.integers(4, 20))
    fine = noise(rng, (side, max(side // squeeze, 4)), 5, int(rng.integers(8, 24)))
    grain_field = cv2.resize(fine, (side, side), interpolation=cv2.INTER_CUBIC)
    rings = np.sin(rng.uniform(3, 12) * (grain_field + noise(rng, (side, side), 3, 2)))
    picture = base * (1 + rng.uniform(0.03, 0.25) * grain_field + rng.uniform(0, 0.12) * rings)[..., None]
    plank = int(side * rng.uniform(0.1, 0.6))
    for top in range(int(rng.integers(0, plank)), side, plank):
        picture[top : top + plank] *= rng.uniform(0.8, 1.15)
        picture[top : top + int(rng.integers(1, 3))] *= rng.uniform(0.3, 0.9)
    return _turned(rng, picture)


def _turned(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """The picture turned by a right angle or any other, filled by mirroring."""
    side = len(picture)
    angle = float(rng.choice([0, 90])) if rng.random() < 0.5 else float(rng.uniform(0, 180))
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
    return cv2.warpAffine(picture, turn, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def masonry(rng: np.random.Generator, side: int) -> np.ndarray:
    """Bricks, paving or tiles, each stone of its own shade, with joints."""
    base, joint = colour(rng), colour(rng)
    picture = np.broadcast_to(joint, (side, side, 3)).astype(np.float32).copy()
    high = max(4, int(side * rng.uniform(0.025, 0.16)))
    wide, gap = int(high * rng.choice([1, 2, 3])), int(rng.integers(1, max(2, high // 6) + 1))
    for row, top in enumerate(range(-high, side, high)):
        for left in range(-wide + (row % 2) * wide // 2, side, wide):
            shade = base * rng.uniform(0.7, 1.25)
            corner, end = (left, top), (left + wide - gap - 1, top + high - gap - 1)
            cv2.rectangle(picture, corner, end, shade.tolist(), -1)
    picture *= 1 + rng.uniform(0.02, 0.2) * noise(rng, (side, side), 5, 12)[..., None]
    return _turned(rng, picture)


def pebbles(rng: np.random.Generator, side: int) -> np.ndarray:
    """Stones, beans, shells or crumbs lying over each other, lit from one side."""
    base, picture = colour(rng), np.zeros((side, side, 3), np.float32)
    picture[:] = base * 0.4
    radius = side * float(np.exp(rng.uniform(np.log(0.008), np.log(0.07))))
    spread = rng.uniform(0.05, 0.35)
    for _ in range(min(6000, int(2.5 * (side / radius) ** 2))):
        centre, size = rng.uniform(0, side, 2), radius * rng.uniform(0.5, 1.3)
        axes, angle = (size, size * rng.uniform(0.5, 1)), float(rng.uniform(0, 180))
        tint = base * np.exp(rng.normal(0, spread)) + rng.normal(0, 0.03, 3)
        for shift, share, gain in ((0.25, 1.0, 0.5), (0.0, 1.0, 1.0), (-0.25, 0.5, 1.3)):
            place = tuple(int(v + shift * size) for v in centre)
            reach = tuple(max(1, round(share * a)) for a in axes)
            cv2.ellipse(picture, place, reach, angle, 0, 360, (gain * tint).tolist(), -1)
    return picture


def grass(rng: np.random.Generator, side: int) -> np.ndarray:
    """Blades, straw, fur or bristles of one main direction."""
    base, picture = colour(rng), np.zeros((side, side, 3), np.float32)
    picture[:] = base * 0.35
    lean, mess = rng.uniform(0, np.pi), rng.uniform(0.1, 1.2)
    length, width = side * rng.uniform(0.02, 0.2), int(rng.integers(1, 4))
    for _ in range(int(rng.uniform(1500, 4500))):
        start, angle = rng.uniform(-0.05, 1.05, 2) * side, lean + rng.normal(0, mess)
        end = start + length * rng.uniform(0.4, 1) * np.array([np.cos(angle), np.sin(angle)])
        tint = base * np.exp(rng.normal(0, 0.35)) + rng.normal(0, 0.03, 3)
        cv2.line(picture, start.astype(int).tolist(), end.astype(int).tolist(), tint.tolist(), width)
    return picture


def leaves(rng: np.random.Generator, side: int) -> np.ndarray:
    """Leaves or petals over each other, each with a midrib and a lit half."""
    base, picture = colour(rng), np.zeros((side, side, 3), np.float32)
    picture[:] = base * rng.uniform(0.1, 0.5)
    size = side * rng.uniform(0.04, 0.2)
    for _ in range(int(min(900, 6 * (side / size) ** 2))):
        centre, angle = rng.uniform(0, side, 2), float(rng.uniform(0, 360))
        axes = int(size * rng.uniform(0.6, 1.2)), max(2, int(size * rng.uniform(0.2, 0.45)))
        tint = base * np.exp(rng.normal(0, 0.3)) + rng.normal(0, 0.04, 3)
        place = centre.astype(int).tolist()
        cv2.ellipse(picture, place, axes, angle, 0, 180, tint.tolist(), -1)
        cv2.ellipse(picture, place, axes, angle, 180, 360, (0.75 * tint).tolist(), -1)
    return picture


def weave(rng: np.random.Generator, side: int) -> np.ndarray:
    """Cloth, rugs and wicker: two crossing threads, and often a check or stripes over them."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    pitch = rng.uniform(2.5, 14) * side / 200
    over = np.sin(2 * np.pi * x / pitch) * np.sin(2 * np.pi * y / pitch / rng.uniform(0.5, 2))
    picture = colour(rng) * (1 + rng.uniform(0.05, 0.35) * over + 0.08 * noise(rng, (side, side), 5, 6))[..., None]
    if rng.random() < 0.5:
        band = side * rng.uniform(0.04, 0.25)
        other, mix = colour(rng), rng.uniform(0.3, 1)
        stripes = (y % band < band * rng.uniform(0.2, 0.6)) | ((x % band < band * 0.4) & (rng.random() < 0.6))
        picture = np.where(stripes[..., None], (1 - mix) * picture + mix * other, picture)
    return _turned(rng, picture.astype(np.float32))


def shelves(rng: np.random.Generator, side: int) -> np.ndarray:
    """Books, boxes and jars in rows, sharp: the clutter of a room or a shop."""
    picture = np.broadcast_to(colour(rng) * 0.5, (side, side, 3)).astype(np.float32).copy()
    high = int(side * rng.uniform(0.12, 0.4))
    for top in range(int(rng.integers(-high, 0)), side, high):
        left = 0
        while left < side:
            wide, tall = int(side * rng.uniform(0.015, 0.12)) + 1, int(high * rng.uniform(0.4, 0.92))
            foot = top + high - 3
            cv2.rectangle(picture, (left, foot - tall), (left + wide, foot), colour(rng).tolist(), -1)
            if rng.random() < 0.5:
                label = int(foot - tall * rng.uniform(0.3, 0.8))
                cv2.rectangle(
                    picture, (left + 1, label), (left + wide - 1, label + tall // 6), colour(rng).tolist(), -1
                )
            left += wide + int(rng.integers(0, 3)) + (int(0.1 * side) if rng.random() < 0.1 else 0)
        picture[max(top + high - 3, 0) : max(top + high, 0)] = colour(rng)
    return picture


def lights(rng: np.random.Generator, side: int) -> np.ndarray:
    """A night view or a window: a slow gradient, beams and struts, and lights of any size."""
    y = np.linspace(0, 1, side)[:, None, None]
    picture = (colour(rng) * (1 - y) + colour(rng) * y) * rng.uniform(0.2, 0.9)
    picture = np.broadcast_to(picture, (side, side, 3)).astype(np.float32).copy()
    tint = colour(rng)
    for _ in range(rng.integers(0, 40)):
        start, end = (rng.uniform(-0.1, 1.1, (2, 2)) * side).astype(int).tolist()
        cv2.line(picture, start, end, (tint * rng.uniform(0.3, 1.2)).tolist(), int(rng.integers(1, 4)), cv2.LINE_AA)
    for _ in range(rng.integers(0, 60)):
        place, radius = (rng.uniform(0, side, 2)).astype(int).tolist(), int(side * rng.exponential(0.015)) + 1
        cv2.circle(picture, place, radius, (0.6 + 0.4 * colour(rng)).tolist(), -1, cv2.LINE_AA)
    return picture


def grain(rng: np.random.Generator, side: int) -> np.ndarray:
    """Gravel, sand, plaster, terrazzo: noise at any scale, smooth or of two tones."""
    base, cells = colour(rng), int(side * np.exp(rng.uniform(np.log(0.1), np.log(0.9))))
    field = cv2.resize(rng.normal(0, 1, (cells, cells)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    field = field + rng.uniform(0, 0.8) * noise(rng, (side, side), 5, 8)
    if rng.random() < 0.3:
        return np.where((field > rng.uniform(-0.5, 1.2))[..., None], colour(rng), base)
    return base * np.clip(1 + rng.uniform(0.1, 0.6) * field, 0.05, 3)[..., None]
