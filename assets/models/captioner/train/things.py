"""Drawn things of a known kind, as cut-outs, that stand in a scene while the captioner learns.

A kind draws (rgb, matte), float32 0..1, on a square canvas whose coordinates are shares of its side, y down.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "matting" / "train"))

import products

Drawing = tuple[np.ndarray, np.ndarray]
SIDE_PX = 144


def draw_thing(rng: np.random.Generator, kind: str) -> np.ndarray:
    """A thing of the kind as a trimmed cut-out, RGBA uint8 (height, width, 4), at most 144 px a side."""
    rgb, matte = KINDS[kind](rng, 2 * SIDE_PX)
    rgb = np.clip(rgb * shade(rng, matte) + shine(rng, matte), 0, 1)
    if rng.random() < 0.5:
        rgb, matte = rgb[:, ::-1], matte[:, ::-1]
    drawn = np.dstack([rgb * matte[..., None], matte]).astype(np.float32)
    drawn = cv2.resize(lean(rng, drawn), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    left, top, width, height = cv2.boundingRect(np.uint8(drawn[..., 3] > 0.1))
    drawn = drawn[top : top + height, left : left + width]
    return np.uint8(255 * np.dstack([drawn[..., :3] / np.maximum(drawn[..., 3:], 1e-3), drawn[..., 3:]]).clip(0, 1))


def shade(rng: np.random.Generator, matte: np.ndarray) -> np.ndarray:
    """Light from one side, darker towards the outline; (height, width, 1)."""
    depth = cv2.distanceTransform(np.uint8(matte > 0.5), cv2.DIST_L2, 3) / len(matte)
    rounding = 1 - rng.uniform(0.05, 0.5) * np.exp(-depth / rng.uniform(0.02, 0.15))
    across = np.linspace(-0.5, 0.5, len(matte))[None] * rng.uniform(-1.2, 1.2)
    return (rounding * (1 + across))[..., None]


def shine(rng: np.random.Generator, matte: np.ndarray) -> np.ndarray:
    """A soft upright highlight, in every second thing; (height, width, 1)."""
    bright = np.zeros(matte.shape, np.float32)
    if rng.random() < 0.5:
        size = len(matte)
        centre = (int(rng.uniform(0.35, 0.65) * size), int(rng.uniform(0.4, 0.7) * size))
        axes = (int(rng.uniform(0.005, 0.03) * size) + 1, int(rng.uniform(0.05, 0.3) * size))
        cv2.ellipse(bright, centre, axes, 0, 0, 360, rng.uniform(0.15, 0.6), -1)
        bright = cv2.GaussianBlur(bright, (0, 0), rng.uniform(1, 8))
    return bright[..., None]


def lean(rng: np.random.Generator, drawn: np.ndarray) -> np.ndarray:
    """Turned by a few degrees and squeezed a little, as photographs are."""
    middle = len(drawn) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 2)), 0.9)
    matrix[0, :2] *= rng.uniform(0.85, 1.1)
    matrix[0, 2] = middle - matrix[0, :2].sum() * middle
    return cv2.warpAffine(drawn, matrix, drawn.shape[1::-1], flags=cv2.INTER_LINEAR)


def fill(matte: np.ndarray, corners: list[tuple[float, float]], value: float = 1.0) -> None:
    """A polygon of (x, y) shares, drawn in place."""
    cv2.fillPoly(matte, [np.int32(np.array(corners) * len(matte))], value, cv2.LINE_AA)


def oval(matte: np.ndarray, x: float, y: float, width: float, height: float, value: float = 1.0) -> None:
    """An ellipse of half width and half height, drawn in place."""
    size = len(matte)
    axes = (int(width * size) + 1, int(height * size) + 1)
    cv2.ellipse(matte, (int(x * size), int(y * size)), axes, 0, 0, 360, value, -1, cv2.LINE_AA)


def turned(rng: np.random.Generator, size: int, profile: list[tuple[float, float]], smooth: float = 0.0) -> Drawing:
    """A body of revolution about x = 0.5 from (y, half width) knots, top to bottom, with cylinder shading."""
    knots = np.array(profile)
    rows = np.linspace(knots[0, 0], knots[-1, 0], 160)
    half = np.interp(rows, knots[:, 0], knots[:, 1])
    if smooth:
        half = cv2.GaussianBlur(half[:, None], (0, 0), smooth * 160, borderType=cv2.BORDER_REPLICATE)[:, 0]
    matte = np.zeros((size, size), np.float32)
    fill(matte, [*zip(0.5 - half, rows, strict=True), *zip((0.5 + half)[::-1], rows[::-1], strict=True)])
    oval(matte, 0.5, rows[-1], half[-1], half[-1] * rng.uniform(0.05, 0.22))
    across = (np.arange(size) / size - 0.5)[None] / np.interp(np.arange(size) / size, rows, half)[:, None]
    lit = np.exp(-(((np.clip(across, -1, 1) + rng.uniform(-0.5, 0.5)) / rng.uniform(0.4, 0.9)) ** 2))
    return products.skin(rng, size) * (0.6 + 0.5 * lit)[..., None], matte


def banded(rng: np.random.Generator, drawing: Drawing, top: float, bottom: float) -> Drawing:
    """Another colour between two heights: a cap, a label, a glaze."""
    rgb, matte = drawing
    rows = slice(int(top * len(rgb)), int(bottom * len(rgb)))
    rgb[rows] = products.colour(rng) * (rgb[rows].mean(axis=2, keepdims=True) / max(float(rgb[rows].mean()), 0.05))
    return rgb, matte


def bottle(rng: np.random.Generator, size: int) -> Drawing:
    """A tall body under a narrow neck with a cap, pump or carrying loop; often labelled."""
    neck, body = rng.uniform(0.03, 0.07), rng.uniform(0.1, 0.19)
    shoulder, cap = rng.uniform(0.26, 0.46), rng.uniform(0.1, 0.2)
    if rng.random() < 0.35:  # a drinking flask: hardly a neck
        neck, shoulder = body * rng.uniform(0.6, 0.9), rng.uniform(0.22, 0.3)
    top, wide = 0.08, neck * rng.uniform(0.9, 1.5)
    knots = [(top, wide), (cap, wide), (cap + 0.01, neck), (shoulder - rng.uniform(0.02, 0.1), neck), (shoulder, body)]
    rgb, matte = turned(rng, size, [*knots, (0.94, body * rng.uniform(0.85, 1.1))], rng.uniform(0.003, 0.03))
    drawing = banded(rng, (rgb, matte), top, cap)
    if rng.random() < 0.6:
        drawing = banded(rng, drawing, rng.uniform(0.48, 0.58), rng.uniform(0.65, 0.88))
    extra = rng.random()
    if extra < 0.2:  # pump
        fill(matte, [(0.5 - 0.01, 0.01), (0.51, 0.01), (0.51, top), (0.49, top)])
        fill(matte, [(0.5 - rng.uniform(0.08, 0.16), 0.03), (0.54, 0.01), (0.54, 0.05), (0.42, 0.05)])
    elif extra < 0.4:
        loop(rng, matte, 0.5, top + 0.02, wide, 0.06)
    return drawing


def loop(rng: np.random.Generator, matte: np.ndarray, x: float, y: float, width: float, height: float) -> None:
    """An open ring, drawn in place: a handle."""
    size = len(matte)
    axes = (int(width * size), int(height * size))
    thick = int(rng.uniform(0.018, 0.05) * size) + 1
    cv2.ellipse(matte, (int(x * size), int(y * size)), axes, 0, 0, 360, 1.0, thick, cv2.LINE_AA)


def jar(rng: np.random.Generator, size: int) -> Drawing:
    """A pot, tin or candle glass: about as wide as high, mostly with a lid."""
    half, height = rng.uniform(0.24, 0.42), rng.uniform(0.4, 0.75)
    top, lid = 0.5 - height / 2, rng.uniform(0.15, 0.35) * height
    inner = half * rng.uniform(0.88, 1.0)
    knots = [(top, half), (top + lid, half), (top + lid + 0.01, inner), (top + height, inner * rng.uniform(0.85, 1))]
    drawing = turned(rng, size, knots, rng.uniform(0.0, 0.02))
    oval(drawing[1], 0.5, top, half, half * rng.uniform(0.05, 0.2))
    if rng.random() < 0.8:
        drawing = banded(rng, drawing, top - 0.1, top + lid)
    return drawing


def cup(rng: np.random.Generator, size: int) -> Drawing:
    """A mug, cup or tumbler: open at the top, mostly with a handle."""
    half, height = rng.uniform(0.2, 0.3), rng.uniform(0.4, 0.66)
    top, foot = 0.5 - height / 2, half * (1.0 if rng.random() < 0.4 else rng.uniform(0.5, 0.95))
    rgb, matte = turned(rng, size, [(top, half), (top + height, foot)], rng.uniform(0.0, 0.05))
    if rng.random() < 0.5:
        rgb, matte = banded(rng, (rgb, matte), rng.uniform(0.5, 0.75), 1.0)
    flat = half * rng.uniform(0.04, 0.3)
    oval(matte, 0.5, top, half, flat)
    inside = np.zeros_like(matte)
    oval(inside, 0.5, top, half * 0.93, flat * 0.93)
    filled = products.colour(rng) if rng.random() < 0.6 else np.full(3, 0.15)
    rgb = rgb * (1 - inside[..., None]) + filled * 0.8 * inside[..., None]
    if rng.random() < 0.85:
        loop(rng, matte, 0.5 + half, rng.uniform(0.45, 0.55), rng.uniform(0.07, 0.15), height * rng.uniform(0.2, 0.36))
    return rgb, matte


def lamp(rng: np.random.Generator, size: int) -> Drawing:
    """A shade on a stem or a body: table lamps and floor lamps, the shade often bright."""
    tall = rng.random() < 0.4
    shade_half, shade_height = (rng.uniform(0.1, 0.18), rng.uniform(0.15, 0.22)) if tall else rng.uniform(0.2, 0.36, 2)
    body = rng.uniform(0.006, 0.02) if tall or rng.random() < 0.4 else rng.uniform(0.07, 0.2)
    bottom, foot = 0.06 + shade_height, rng.uniform(0.06, 0.18)
    knots = [(bottom - 0.02, 0.012), (bottom + 0.06, min(body, 0.05)), (0.7, body), (0.9, body * rng.uniform(0.6, 1))]
    rgb, matte = turned(rng, size, [*knots, (0.915, foot), (0.94, foot)], 0.01)
    cover = np.zeros_like(matte)
    roof = shade_half * rng.uniform(0.15, 1.0)
    if rng.random() < 0.25:
        oval(cover, 0.5, bottom - shade_height / 2, shade_half, shade_height / 2)
    else:
        corners = [(0.5 - roof, 0.06), (0.5 + roof, 0.06), (0.5 + shade_half, bottom), (0.5 - shade_half, bottom)]
        fill(cover, corners)
    glow = np.linspace(1.0, rng.uniform(0.8, 1.3), size)[:, None, None]
    paint = products.colour(rng) if rng.random() < 0.5 else np.float32([0.95, 0.86, rng.uniform(0.6, 0.85)])
    return np.where(cover[..., None] > 0.5, paint * glow, rgb), np.maximum(matte, cover)


def chair(rng: np.random.Generator, size: int) -> Drawing:
    """A chair, armchair or stool in a parallel projection: legs, seat, mostly a back, at times arms."""
    turn, tilt = rng.uniform(-0.9, 0.9), rng.uniform(0.1, 0.35)
    wide, deep = rng.uniform(0.2, 0.3), rng.uniform(0.18, 0.3)
    seat, thick, leg = rng.uniform(0.3, 0.45), rng.uniform(0.03, 0.13), rng.uniform(0.012, 0.03)
    back = 0.0 if rng.random() < 0.15 else rng.uniform(0.25, 0.5)
    cloth, wood = products.colour(rng), products.colour(rng)
    parts = [(x, z, leg, leg, 0.0, seat, wood) for z in (-deep, deep) for x in (-wide, wide)]
    parts.append((0.0, 0.0, wide + leg, deep + leg, seat, seat + thick, cloth))
    if back:
        parts.insert(2, (0.0, -deep, wide, rng.uniform(0.02, 0.06), seat + thick, seat + thick + back, cloth))
    if back and rng.random() < 0.4:
        parts += [(x, 0.0, 0.02, deep, seat + 0.15, seat + 0.19, wood) for x in (-wide - 0.03, wide + 0.03)]
    rgb, matte = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    for part in parts:
        block(rgb, matte, part, turn, tilt)
    return rgb, matte


def block(rgb: np.ndarray, matte: np.ndarray, part: tuple, turn: float, tilt: float) -> None:
    """A cuboid (x, z, half width, half depth, low, high, colour), seen turned (radians) and from above, in place."""
    x, z, wide, deep, low, high, paint = part

    def seen(right: int, front: int, up: float) -> tuple[float, float]:
        east, south = x + right * wide, z + front * deep
        across, ahead = east * np.cos(turn) - south * np.sin(turn), east * np.sin(turn) + south * np.cos(turn)
        return 0.5 + 0.9 * across, 0.85 - 0.8 * up + tilt * ahead

    side = -1 if turn > 0 else 1
    faces = [
        ([seen(r, f, high) for r, f in ((-1, -1), (1, -1), (1, 1), (-1, 1))], 1.15),
        ([seen(side, -1, low), seen(side, 1, low), seen(side, 1, high), seen(side, -1, high)], 0.6),
        ([seen(-1, 1, low), seen(1, 1, low), seen(1, 1, high), seen(-1, 1, high)], 0.9),
    ]
    for corners, tone in faces:
        cover = np.zeros_like(matte)
        fill(cover, corners)
        rgb[cover > 0.5] = np.clip(paint * tone, 0, 1)
        np.maximum(matte, cover, out=matte)


def shoe(rng: np.random.Generator, size: int) -> Drawing:
    """A shoe from the side: sole, toe, tongue and heel; flat, high or heeled, often laced."""
    collar, toe = rng.uniform(0.2, 0.48), rng.uniform(0.52, 0.62)
    heel = rng.uniform(0.0, 0.05)
    outline = [
        (0.08, collar + rng.uniform(0.0, 0.06)), (0.3, collar + 0.03), (0.36, collar),
        (0.62, toe - rng.uniform(0.02, 0.1)), (0.82, toe), (0.93, 0.64), (0.94, 0.7), (0.07, 0.7 - heel), (0.06, 0.6),
    ]  # fmt: skip
    matte = np.zeros((size, size), np.float32)
    fill(matte, outline)
    matte = np.float32(cv2.GaussianBlur(matte, (0, 0), 0.012 * size) > 0.5)
    rgb = products.skin(rng, size)
    sole = np.zeros_like(matte)
    fill(sole, [(0.06, 0.68 - heel), (0.95, 0.68), (0.95, 0.73), (0.4, 0.75), (0.06, 0.75 + heel)])
    rgb = np.where(sole[..., None] > 0.5, products.colour(rng), rgb)
    ink = products.colour(rng).tolist()
    for step in range(int(rng.integers(0, 6))):
        start = (int((0.4 + 0.05 * step) * size), int((collar + 0.03 + 0.03 * step) * size))
        rgb = np.ascontiguousarray(rgb, np.float32)
        cv2.line(rgb, start, (start[0] + int(0.07 * size), start[1] + int(0.08 * size)), ink, 3, cv2.LINE_AA)
    return rgb, np.maximum(matte, sole)


def anything(rng: np.random.Generator, size: int) -> Drawing:
    """None of the named kinds: rounded shapes, garments, stacked bodies."""
    return (products.blob, products.blob, products.garment, products.stack)[rng.integers(4)](rng, size)


KINDS = {
    "bottle": bottle, "jar": jar, "cup": cup, "box": products.boxed, "bag": products.bag,
    "lamp": lamp, "chair": chair, "shoe": shoe, "product": anything,
}  # fmt: skip
