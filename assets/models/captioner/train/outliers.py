"""Pictures unlike any scene, all drawn, from which the captioner learns to abstain: no photograph is used.

Own scenes torn apart (tiles shuffled, turned, two in one, cut close), surfaces and clutter as the matting network's
training draws them, things that fill the picture, and coloured noise. All RGB uint8 (160, 160, 3).
"""

from collections.abc import Callable

import cv2
import numpy as np
import products
from photos import backgrounds
from things import KINDS, draw_thing

SIDE_PX = 160
Scene = Callable[[np.random.Generator], np.ndarray]


def outlier(number: int, scene: Scene) -> np.ndarray:
    """One of them; ``scene`` gives a random own picture (160, 160, 3)."""
    rng = np.random.default_rng([3, number])
    makers = (tiles, turned, halves, close, drawn_place, drawn_place, filled, filled, noise, collage)
    return makers[number % len(makers)](rng, scene)


def tiles(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A scene cut into 2 x 2 to 4 x 4 tiles, shuffled."""
    count = int(rng.integers(2, 5))
    side = SIDE_PX // count
    picture = scene(rng)
    parts = [picture[y * side : (y + 1) * side, x * side : (x + 1) * side] for y in range(count) for x in range(count)]
    order = rng.permutation(len(parts))
    rows = [np.concatenate([parts[order[y * count + x]] for x in range(count)], 1) for y in range(count)]
    return cv2.resize(np.concatenate(rows), (SIDE_PX, SIDE_PX))


def turned(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A scene lying on its side or standing on its head."""
    return np.ascontiguousarray(np.rot90(scene(rng), int(rng.integers(1, 4))))


def halves(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """Two scenes beside each other, across a slanting edge."""
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    angle = rng.uniform(-1, 1)
    return np.where((x * np.cos(angle) + y * np.sin(angle) > rng.normal(0, 0.3))[..., None], scene(rng), scene(rng))


def close(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A quarter of the side or a third of it, as if seen from very near, sharpened and textured."""
    side = int(rng.uniform(0.2, 0.4) * SIDE_PX)
    left, top = rng.integers(0, SIDE_PX - side, 2)
    part = cv2.resize(scene(rng)[top : top + side, left : left + side], (SIDE_PX, SIDE_PX))
    return np.uint8(np.clip(part + 255 * textured(rng, 0.08), 0, 255))


def drawn_place(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A surface, a wall and table, or clutter, with up to three things anywhere."""
    place = backgrounds(2 * int(rng.integers(1, 5)), SIDE_PX, int(rng.integers(1 << 30)))[-2].astype(np.float32) / 255
    for _ in range(int(rng.integers(0, 4))):
        place = laid(rng, place, int(rng.uniform(0.2, 0.7) * SIDE_PX))
    return np.uint8(255 * np.clip(place + textured(rng, 0.04), 0, 1))


def filled(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A thing that fills plain ground, as packshots and portraits do."""
    place = np.ones((SIDE_PX, SIDE_PX, 3), np.float32) * products.colour(rng)
    return np.uint8(255 * np.clip(laid(rng, place, int(rng.uniform(0.8, 1.5) * SIDE_PX)) + textured(rng, 0.02), 0, 1))


def noise(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """Coloured clouds, from soft to grainy."""
    base = products.colour(rng) + 0.3 * np.dstack([textured(rng, 1.0)[..., 0] for _ in range(3)])
    return np.uint8(255 * np.clip(base, 0, 1))


def collage(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A scene under many things of all sizes."""
    place = scene(rng).astype(np.float32) / 255
    for _ in range(int(rng.integers(4, 12))):
        place = laid(rng, place, int(rng.uniform(0.15, 0.6) * SIDE_PX))
    return np.uint8(255 * np.clip(place, 0, 1))


def textured(rng: np.random.Generator, strength: float) -> np.ndarray:
    """A random field (160, 160, 1) of about +-strength, of random coarseness."""
    octaves = int(rng.integers(2, 7))
    return strength * products.noise(rng, (SIDE_PX, SIDE_PX), octaves, int(rng.integers(2, 10)))[..., None]


def laid(rng: np.random.Generator, place: np.ndarray, side: int) -> np.ndarray:
    """The place with a drawn thing, ``side`` px high, anywhere in it, cut by the border where it reaches over."""
    thing = draw_thing(rng, list(KINDS)[rng.integers(len(KINDS))]).astype(np.float32) / 255
    thing = cv2.resize(thing, (max(4, int(side * thing.shape[1] / thing.shape[0])), side))
    x, y = rng.uniform(0, SIDE_PX, 2) - np.array([thing.shape[1], side]) / 2
    shift = np.float32([[1, 0, x], [0, 1, y]])
    layer = cv2.warpAffine(thing, shift, (SIDE_PX, SIDE_PX))
    return place * (1 - layer[..., 3:]) + layer[..., :3] * layer[..., 3:]
