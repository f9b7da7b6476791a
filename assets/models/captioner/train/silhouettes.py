"""Random things that stand in a scene while the captioner learns: turned bodies, boxes and blobs with a soft shadow.

Pictures are float32 sRGB 0..1 in the squashed frame (a square, whatever the true aspect), sprites RGBA 0..1 with
straight (not premultiplied) alpha.
"""

import cv2
import numpy as np

STAND_Y = 0.76
SUPERSAMPLING = 2


def place(picture: np.ndarray, rng: np.random.Generator, stand_x: float, aspect: float) -> np.ndarray:
    """The picture (side, side, 3) with a thing standing near (stand_x, 0.76); aspect = true width / height."""
    side = picture.shape[0]
    height = int(side * rng.uniform(0.18, 0.62))
    width = int(np.clip(height * np.exp(rng.normal(-0.35, 0.5)) / aspect, 8, 0.75 * side))
    sprite = thing(rng, width, height)
    left = int(side * (stand_x + rng.normal(0, 0.03)) - width / 2)
    foot = int(side * (STAND_Y + rng.normal(0.02, 0.03)))
    picture = shadow(picture, rng, left + width / 2, foot, width)
    return paste(picture, sprite, left, foot - height)


def shadow(picture: np.ndarray, rng: np.random.Generator, x: float, y: float, width: float) -> np.ndarray:
    """The picture with a soft dark ellipse under the thing, longer on one side."""
    dark = np.zeros(picture.shape[:2], np.float32)
    centre = (int(x + width * rng.uniform(-0.5, 0.5)), int(y))
    axes = (int(width * rng.uniform(0.45, 1.0)), int(width * rng.uniform(0.06, 0.22)))
    cv2.ellipse(dark, centre, axes, float(rng.uniform(-6, 6)), 0, 360, 1.0, -1, cv2.LINE_AA)
    dark = cv2.GaussianBlur(dark, (0, 0), max(1.0, width * rng.uniform(0.03, 0.15)))
    return picture * (1 - rng.uniform(0.0, 0.6) * dark[..., None])


def paste(picture: np.ndarray, sprite: np.ndarray, left: int, top: int) -> np.ndarray:
    """The picture with the sprite over it, cut at the picture's border."""
    side, (height, width) = picture.shape[0], sprite.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, side), min(top + height, side)
    part = sprite[y0 - top : y1 - top, x0 - left : x1 - left]
    result = picture.copy()
    result[y0:y1, x0:x1] += (part[..., :3] - result[y0:y1, x0:x1]) * part[..., 3:]
    return result


def thing(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A sprite (height, width, 4) that fills its frame."""
    make = [turned, turned, box, blob][int(rng.integers(4))]
    large = (width * SUPERSAMPLING, height * SUPERSAMPLING)
    cover, shade = make(rng, *large)
    colour = paint(rng, *large) * shade[..., None]
    alpha = cover * (rng.uniform(0.45, 0.9) if rng.random() < 0.12 else 1.0)
    sprite = np.concatenate([np.clip(colour, 0, 1), alpha[..., None]], -1).astype(np.float32)
    return cv2.resize(sprite, (width, height), interpolation=cv2.INTER_AREA)


def turned(rng: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A body of revolution (bottle, can, vase, lamp, cup): cover and cylinder shade, both (height, width)."""
    knots = int(rng.integers(2, 7))
    radii = rng.uniform(0.12, 1.0, knots)
    radii[int(rng.integers(knots))] = 1.0
    at = np.linspace(0, knots - 1, height)
    at = at if rng.random() < 0.4 else at.round()
    radius = np.interp(at, range(knots), radii)
    radius = cv2.GaussianBlur(radius.astype(np.float32)[:, None], (0, 0), 0.5 + height * rng.uniform(0.0, 0.04))
    across = np.linspace(-1, 1, width, dtype=np.float32)[None] / np.maximum(radius, 0.02)
    cover = np.clip((1 - np.abs(across)) * width * 0.25 + 0.5, 0, 1)
    lit = rng.choice([-1, 1]) * rng.uniform(0.0, 0.45)
    shade = 0.75 + 0.3 * np.sqrt(np.clip(1 - across**2, 0, 1)) + lit * np.clip(across, -1, 1)
    return cover, shade


def box(rng: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A carton seen from a corner: cover and shade of its two faces and its top."""
    corner, drop, lid = rng.uniform(0.2, 0.8), rng.uniform(0.0, 0.08), rng.uniform(0.0, 0.15)
    bottom = [[0, 1 - drop], [corner, 1], [1, 1 - drop]]
    top = [[1, lid], [corner, lid + drop], [0, lid]]
    roof = [[0, lid], [1 - corner, 0], [1, lid], [corner, lid + drop]]
    cover, shade = np.zeros((height, width), np.float32), np.ones((height, width), np.float32)
    size = np.array([width, height])
    for outline in (bottom + top, roof):
        cv2.fillPoly(cover, [np.int32(np.array(outline) * size)], 1.0, cv2.LINE_AA)
    shade[:, : int(corner * width)] = rng.uniform(0.6, 1.1)
    cv2.fillPoly(shade, [np.int32(np.array(roof) * size)], float(rng.uniform(0.9, 1.2)))
    return cover, shade


def blob(rng: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A rounded shape (shoe, bag, toy, fruit): cover and a shade that grows toward one side."""
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    reach = 1 + sum(rng.normal(0, 0.28 / k) * np.cos(k * turn + rng.uniform(0, 6.3)) for k in range(2, 6))
    points = np.stack([reach * np.cos(turn), reach * np.sin(turn)], -1)
    points = (points - points.min(0)) / np.ptp(points, 0) * [width - 1, height - 1]
    cover = np.zeros((height, width), np.float32)
    cv2.fillPoly(cover, [np.int32(points)], 1.0, cv2.LINE_AA)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    shade = 1.1 - rng.uniform(0, 0.5) * y + rng.choice([-1, 1]) * rng.uniform(0, 0.3) * (x - 0.5)
    return cover, shade


def paint(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Surface colours (height, width, 3): one colour or a gradient, perhaps with bands, a label and lettering."""
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    first, second = hue(rng), hue(rng)
    image = np.repeat(first + (second - first) * (y if rng.random() < 0.3 else 0 * y), width, 1)
    for _ in range(int(rng.integers(0, 4))):
        top = int(height * rng.uniform(0, 0.95))
        image[top : top + int(height * rng.uniform(0.02, 0.3))] = hue(rng)
    if rng.random() < 0.4:
        label(image, rng)
    if rng.random() < 0.3:
        image += rng.normal(0, rng.uniform(0.02, 0.12), image.shape[:2])[..., None]
    return image


def label(image: np.ndarray, rng: np.random.Generator) -> None:
    """A panel with lines like lettering, drawn in place."""
    height, width = image.shape[:2]
    x0, x1 = sorted(int(v) for v in rng.uniform(0.05, 0.95, 2) * width)
    y0, y1 = sorted(int(v) for v in rng.uniform(0.1, 0.95, 2) * height)
    image[y0:y1, x0:x1] = hue(rng)
    ink = hue(rng)
    for top in range(y0 + 3, y1 - 3, 7):
        image[top : top + 2, x0 + 2 : x0 + 2 + int((x1 - x0) * rng.uniform(0.2, 0.9))] = ink


def hue(rng: np.random.Generator) -> np.ndarray:
    """A random sRGB colour: a third greys, whites and blacks, the rest from dull to vivid."""
    if rng.random() < 0.33:
        return np.float32(rng.choice([0.03, 0.1, 0.3, 0.6, 0.85, 0.95]) + rng.normal(0, 0.03, 3)).clip(0, 1)
    hsv = np.float32([[[rng.uniform(0, 360), rng.uniform(0.15, 1), rng.uniform(0.15, 1)]]])
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]
