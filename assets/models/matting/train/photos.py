"""Photos for training: drawn products over studio sweeps, rendered scenes and clutter, with shadows and lens faults.

The picture is RGB uint8 (side, side, 3), the alpha uint8 (side, side). Everything is drawn here; no photograph is used.
"""

import cv2
import numpy as np
from products import colour, draw_product, noise, skin
from textures import draw_ground

from services.product.sketch.scenes import render_scene


def backgrounds(count: int, side: int, seed: int) -> np.ndarray:
    """A bank of backgrounds, uint8 (count, side, side, 3): rendered scenes, textured grounds, clutter."""
    drawn = (draw_ground, _surface, draw_ground, _wall_and_table, draw_ground, _clutter, _wall_and_table)
    made = []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        if index % 3 == 0:
            picture = render_scene(int(rng.integers(1 << 30)), (side, side))[0]
        else:
            picture = np.uint8(255 * np.clip(drawn[index % len(drawn)](rng, side), 0, 1))
        made.append(picture)
    return np.stack(made)


def studio(rng: np.random.Generator, side: int) -> np.ndarray:
    """An even background, float32 0..1, with a gradient and a little noise; a third are near white."""
    tone = np.full(3, rng.uniform(0.92, 1.0)) if rng.random() < 0.4 else colour(rng)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    angle, drop = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.35) * (rng.random() < 0.7)
    shade = 1 + drop * (x * np.cos(angle) + y * np.sin(angle)) - rng.uniform(0, 0.5) * drop * (x * x + y * y)
    return tone * shade[..., None]


def _surface(rng: np.random.Generator, side: int) -> np.ndarray:
    """Wood, stone, cloth or tiles from above or in steep perspective."""
    base, field = colour(rng), noise(rng, (side, side), 6, int(rng.integers(2, 12)))
    if rng.random() < 0.5:
        narrow = noise(rng, (side, max(side // 12, 4)), 5, 4)
        field = cv2.resize(narrow, (side, side)) if rng.random() < 0.5 else cv2.resize(narrow, (side, side)).T
    picture = base * (1 + rng.uniform(0.05, 0.35) * field[..., None])
    if rng.random() < 0.5:
        for edge in range(0, side, max(side // int(rng.integers(2, 10)), 8)):
            (picture if rng.random() < 0.5 else picture.transpose(1, 0, 2))[edge : edge + int(rng.integers(1, 4))] *= (
                0.6
            )
    if rng.random() < 0.3:
        picture = skin(rng, side) * (1 + 0.1 * field[..., None])
    return picture


def _wall_and_table(rng: np.random.Generator, side: int) -> np.ndarray:
    """A wall above a table, each plain or textured, the wall often with blurred things in front of it."""
    wall = studio(rng, side) if rng.random() < 0.4 else _clutter(rng, side)
    table = (studio, studio, _surface, draw_ground, draw_ground)[rng.integers(5)](rng, side)
    row = np.arange(side)[:, None] + (np.arange(side)[None] - side / 2) * rng.normal(0, 0.05)
    below = np.clip((row - rng.uniform(0.35, 0.75) * side) / rng.uniform(1, 8), 0, 1)[..., None]
    return wall * (1 - below) + table * below


def _clutter(rng: np.random.Generator, side: int) -> np.ndarray:
    """Shelves, windows, plants and boxes, mostly out of focus."""
    picture = studio(rng, side).astype(np.float32)
    for _ in range(rng.integers(4, 26)):
        centre, half = rng.uniform(0, side, 2), rng.uniform(0.02, 0.25, 2) * side
        tint = colour(rng).tolist()
        if rng.random() < 0.6:
            start, end = (tuple(int(v) for v in centre + sign * half) for sign in (-1, 1))
            cv2.rectangle(picture, start, end, tint, -1)
        else:
            cv2.ellipse(
                picture, [int(v) for v in centre], [int(v) + 1 for v in half], rng.uniform(0, 180), 0, 360, tint, -1
            )
    picture *= 1 + 0.1 * noise(rng, (side, side), 5, 6)[..., None]
    return cv2.GaussianBlur(picture, (0, 0), rng.choice([0.5, 1.5, 3, 6, 10]) * side / 200)


class PhotoMaker:
    """Banks of products and backgrounds, and photos made of them."""

    def __init__(self, side: int, products: int, scenes: int, seed: int) -> None:
        self.side = side
        self.products = [
            np.uint8(255 * draw_product(np.random.default_rng([seed, 1, i]), side)) for i in range(products)
        ]
        self.scenes = backgrounds(scenes, side + side // 4, seed)

    def make(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One photo and its alpha; one in twenty shows no product."""
        picture = self._background(rng)
        alpha = np.zeros((self.side, self.side), np.float32)
        if rng.random() < 0.95:
            picture, alpha = self._place(rng, picture)
        return self._develop(rng, picture), np.uint8(255 * alpha)

    def _background(self, rng: np.random.Generator) -> np.ndarray:
        side = self.side
        if rng.random() < 0.3:
            return studio(rng, side).astype(np.float32)
        window = int(rng.uniform(0.6, 1.25) * side)
        y, x = rng.integers(0, len(self.scenes[0]) - window + 1, 2)
        part = self.scenes[rng.integers(len(self.scenes))][y : y + window, x : x + window]
        picture = cv2.resize(part, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        if rng.random() < 0.2:
            for _ in range(rng.integers(1, 4)):
                picture = self._add(rng, picture, rng.uniform(0.2, 0.5), blur_px=rng.uniform(2, 7))[0]
        return np.ascontiguousarray(picture)

    def _place(self, rng: np.random.Generator, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scale = rng.uniform(0.4, 0.95) if rng.random() < 0.85 else rng.uniform(0.9, 1.25)
        return self._add(rng, picture, scale, blur_px=0.0, near_centre=True)

    def _add(
        self, rng: np.random.Generator, picture: np.ndarray, scale: float, blur_px: float, near_centre: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        product = self.products[rng.integers(len(self.products))].astype(np.float32) / 255
        if rng.random() < 0.5:
            product = product[:, ::-1]
        side = self.side
        room = abs(1 - scale) / 2 + 0.03
        shift = rng.uniform(-room, room, 2) * side if near_centre else rng.uniform(-0.5, 0.5, 2) * side
        move = np.float32(
            [[scale, 0, (1 - scale) * side / 2 + shift[0]], [0, scale, (1 - scale) * side / 2 + shift[1]]]
        )
        solid = np.dstack([product[..., :3] * product[..., 3:], product[..., 3]])
        laid = cv2.warpAffine(solid, move, (side, side), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        if blur_px:
            laid = cv2.GaussianBlur(laid, (0, 0), blur_px)
        alpha = laid[..., 3]
        if rng.random() < 0.8:
            picture = picture * (1 - _shadow(rng, alpha))[..., None]
        return picture * (1 - alpha[..., None]) + laid[..., :3], alpha

    def _develop(self, rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
        """Exposure, white balance, vignette, blur, noise and JPEG, each some of the time."""
        picture = np.clip(picture, 0, 1) ** np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.04, 3))
        if rng.random() < 0.3:
            y, x = np.mgrid[0 : self.side, 0 : self.side] / self.side - 0.5
            picture = picture * (1 - rng.uniform(0, 0.8) * (x * x + y * y))[..., None]
        if rng.random() < 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.0))
        picture = picture + rng.normal(0, rng.uniform(0, 0.025), picture.shape)
        pixels = np.uint8(255 * np.clip(picture, 0, 1))
        if rng.random() < 0.4:
            pixels = cv2.imdecode(
                cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])[1], 1
            )
        return pixels


def _shadow(rng: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """A cast shadow that leans to a side, a drop shadow, or a pool under the product; 0..1."""
    side = len(alpha)
    rows = np.flatnonzero(alpha.max(axis=1) > 0.3)
    foot = float(rows[-1]) if len(rows) else side
    lean, flat = rng.uniform(-1.2, 1.2), rng.uniform(0.05, 0.5)
    if rng.random() < 0.25:
        move = np.float32([[1, 0, rng.uniform(-0.06, 0.06) * side], [0, 1, rng.uniform(0, 0.05) * side]])
    else:
        move = np.float32([[1, -lean * flat, lean * flat * foot], [0, flat, (1 - flat) * foot + rng.uniform(0, 3)]])
    cast = cv2.GaussianBlur(cv2.warpAffine(alpha, move, (side, side)), (0, 0), rng.uniform(0.005, 0.06) * side)
    return rng.uniform(0.1, 0.75) * np.clip(cast, 0, 1)
