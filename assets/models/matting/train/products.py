"""Drawn products with exact alpha: bottles, boxes, bags, shoes-like blobs, garments, furniture-like frames.

Every function takes a generator and a side in px and returns RGBA float32 (side, side, 4), 0..1, not premultiplied.
Shapes are drawn at twice the size and averaged, so edges are soft as a lens makes them.
"""

import cv2
import numpy as np

WORDS = ("NORD", "aqua", "No 7", "LUMI", "pure", "FERN", "tonic", "OAT", "BLOOM", "500 ml", "soft", "KITE")


def draw_product(rng: np.random.Generator, side: int) -> np.ndarray:
    """One product of a random kind, filling its square."""
    kinds = (turned, turned, boxed, bag, bag, blob, blob, garment, frame, frame, stack)
    size = 2 * side
    rgb, matte = kinds[rng.integers(len(kinds))](rng, size)
    rgb = np.clip(rgb * _light(rng, matte), 0, 1)
    if rng.random() < 0.5:
        rgb = _speculars(rng, rgb, matte)
    drawn = np.dstack([rgb * matte[..., None], matte]).astype(np.float32)
    drawn = _turn(rng, drawn)
    small = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA)
    small[..., :3] /= np.maximum(small[..., 3:], 1e-3)
    return np.clip(small, 0, 1)


def colour(rng: np.random.Generator) -> np.ndarray:
    """A product's colour, sRGB 0..1: a third are near white, near black or grey."""
    if rng.random() < 0.4:
        return np.clip(rng.choice([0.06, 0.12, 0.5, 0.8, 0.93, 0.97]) + rng.normal(0, 0.02, 3), 0.02, 0.99)
    hsv = np.uint8([[[rng.integers(180), rng.integers(40, 235), rng.integers(50, 250)]]])
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0] / 255


def noise(rng: np.random.Generator, shape: tuple[int, int], octaves: int = 4, base: int = 3) -> np.ndarray:
    """Smooth random field (height, width), about -1..1."""
    field = np.zeros(shape, np.float32)
    for octave in range(octaves):
        cells = base * 2**octave
        grid = rng.normal(0, 1, (cells + 1, cells + 1)).astype(np.float32)
        field += cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
    return field / 1.6


def skin(rng: np.random.Generator, size: int) -> np.ndarray:
    """A surface (size, size, 3): plain, cloudy, striped, dotted, checked, or with a print."""
    base, other = colour(rng), colour(rng)
    field = np.broadcast_to(base, (size, size, 3)).astype(np.float32).copy()
    kind, y, x = rng.integers(7), *np.mgrid[0:size, 0:size].astype(np.float32) / size
    if kind == 1:
        field += 0.08 * noise(rng, (size, size), 5, 8)[..., None]
    elif kind == 2:
        axis = y if rng.random() < 0.6 else x
        field[np.sin(axis * rng.uniform(15, 90) + rng.uniform(0, 6)) > rng.uniform(-0.2, 0.8)] = other
    elif kind == 3:
        pitch = rng.uniform(0.05, 0.15)
        field[((x % pitch - pitch / 2) ** 2 + (y % pitch - pitch / 2) ** 2) < (0.28 * pitch) ** 2] = other
    elif kind == 4:
        field[(np.floor(x * 9) + np.floor(y * 9)) % 2 > 0] *= 0.8
    elif kind == 5:
        edge = rng.uniform(0.25, 0.75)
        field[(y if rng.random() < 0.7 else x) > edge] = other
    field = np.ascontiguousarray(field, np.float32)
    if rng.random() < 0.45:
        _print(rng, field)
    return field


def _print(rng: np.random.Generator, field: np.ndarray) -> None:
    size = len(field)
    left, top = (rng.uniform(0.2, 0.45, 2) * size).astype(int)
    right, bottom = left + int(rng.uniform(0.2, 0.4) * size), top + int(rng.uniform(0.12, 0.35) * size)
    if rng.random() < 0.6:
        cv2.rectangle(field, (left, top), (right, bottom), colour(rng).tolist(), -1)
    scale, word, ink = rng.uniform(0.8, 2.2) * size / 400, str(rng.choice(WORDS)), np.zeros((size, size), np.uint8)
    start, font = (left + 5, (top + bottom) // 2), int(rng.integers(0, 5))
    cv2.putText(ink, word, start, font, scale, 255, int(2 * scale) + 1, cv2.LINE_AA)
    field += (colour(rng) - field) * (ink[..., None] / 255)


def _light(rng: np.random.Generator, matte: np.ndarray) -> np.ndarray:
    """Shading (height, width, 1): rounder near the outline, brighter towards a side."""
    depth = cv2.distanceTransform((matte > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    reach = rng.uniform(0.04, 0.25) * len(matte)
    rounding = 1 - rng.uniform(0.05, 0.5) * np.exp(-depth / reach)
    y, x = np.mgrid[0 : len(matte), 0 : len(matte)].astype(np.float32) / len(matte) - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    return (rounding * (1 + rng.uniform(0, 0.5) * (x * np.cos(angle) + y * np.sin(angle))))[..., None]


def _speculars(rng: np.random.Generator, rgb: np.ndarray, matte: np.ndarray) -> np.ndarray:
    shine = np.zeros(matte.shape, np.float32)
    for _ in range(rng.integers(1, 4)):
        centre = (rng.uniform(0.2, 0.8, 2) * len(matte)).astype(int).tolist()
        axes = (rng.uniform(0.005, 0.05) * len(matte), rng.uniform(0.02, 0.25) * len(matte))
        cv2.ellipse(
            shine, centre, tuple(int(a) + 1 for a in axes), rng.uniform(-20, 20), 0, 360, rng.uniform(0.2, 0.8), -1
        )
    shine = cv2.GaussianBlur(shine, (0, 0), rng.uniform(1, 10))[..., None]
    return rgb + (1 - rgb) * shine


def _turn(rng: np.random.Generator, drawn: np.ndarray) -> np.ndarray:
    """Crop to the product and rotate, tilt and squeeze it a little."""
    left, top, width, height = cv2.boundingRect((drawn[..., 3] > 0.02).astype(np.uint8))
    size = len(drawn)
    corners = np.float32([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    half = np.array([width, height]) / max(width, height) / 2 * rng.uniform(0.85, 1.15, 2)
    angle = rng.normal(0, 0.12) if rng.random() < 0.75 else rng.uniform(-1.5, 1.5)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = (np.float32([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + rng.normal(0, 0.02, (4, 2))) @ spin.T
    target = target / (2 * np.abs(target).max()) * 0.98 + 0.5
    warp = cv2.getPerspectiveTransform(corners, np.float32(target * size))
    return cv2.warpPerspective(drawn, warp, (size, size), flags=cv2.INTER_AREA)


def turned(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A turned body: bottle, jar, vase, cup, lamp; often with a cap, a label, a handle or a spout."""
    height, knots = rng.uniform(0.5, 0.9), rng.integers(3, 7)
    widths = np.interp(np.linspace(0, 1, 12), np.linspace(0, 1, knots), rng.uniform(0.06, 0.3, knots))
    widths = cv2.GaussianBlur(np.repeat(widths, 20)[:, None], (0, 0), rng.uniform(1, 18))[:, 0]
    rows = np.linspace(0.5 - height / 2, 0.5 + height / 2, len(widths))
    outline = np.concatenate([np.stack([0.5 - widths, rows], 1), np.stack([0.5 + widths, rows], 1)[::-1]])
    matte = _fill(size, outline)
    squash = rng.uniform(0.05, 0.4)
    for row, width in ((rows[0], widths[0]), (rows[-1], widths[-1])):
        _ellipse(matte, 0.5, row, width, width * squash)
    rgb = skin(rng, size)
    across = np.interp(np.arange(size) / size, rows, widths)[:, None]
    u = np.clip((np.arange(size)[None] / size - 0.5) / across, -1, 1)
    rgb = rgb * (0.6 + 0.5 * np.exp(-(((u + rng.uniform(-0.5, 0.5)) / rng.uniform(0.4, 0.9)) ** 2)))[..., None]
    if rng.random() < 0.5:
        inner = np.zeros_like(matte)
        _ellipse(inner, 0.5, rows[0], widths[0] * 0.92, widths[0] * squash * 0.92)
        rgb = rgb * (1 - inner[..., None]) + colour(rng) * inner[..., None] * 0.8
    if rng.random() < 0.45:
        handle = np.zeros_like(matte)
        middle = len(rows) // 2
        axes = int(rng.uniform(0.06, 0.16) * size), int(rng.uniform(0.1, 0.25) * height * size)
        centre = int((0.5 + widths[middle] * 0.9) * size), int(rows[middle] * size)
        cv2.ellipse(handle, centre, axes, rng.uniform(-15, 15), 0, 360, 1.0, int(rng.uniform(0.012, 0.05) * size))
        matte = np.maximum(matte, handle)
    if rng.random() < 0.4:
        row = rows[0] - rng.uniform(0.02, 0.12)
        _box(matte, 0.5 - widths[0] * 0.7, row, 0.5 + widths[0] * 0.7, rows[0] + 0.01)
        rgb[: int(rows[0] * size)] = colour(rng)
    return rgb, matte


def boxed(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A carton seen from the front or over a corner, or a flat device with a screen."""
    matte = np.zeros((size, size), np.float32)
    left, top, right, bottom = 0.5 - rng.uniform(0.12, 0.3), 0.5 - rng.uniform(0.12, 0.35), 0, 0
    right, bottom = 0.5 + rng.uniform(0.12, 0.3), 0.5 + rng.uniform(0.12, 0.38)
    rgb = skin(rng, size)
    front = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    matte = np.maximum(matte, _fill(size, front))
    if rng.random() < 0.6:
        shift = np.array([rng.uniform(0.05, 0.25) * rng.choice([-1, 1]), -rng.uniform(0.02, 0.15)])
        for corners, tone in (
            ((0, 1), rng.uniform(0.9, 1.2)),
            ((1, 2) if shift[0] > 0 else (3, 0), rng.uniform(0.4, 0.8)),
        ):
            a, b = front[list(corners)]
            face = _fill(size, np.array([a, b, b + shift, a + shift]))
            rgb = np.where((face > 0.5)[..., None], rgb.mean(axis=(0, 1)) * tone, rgb)
            matte = np.maximum(matte, face)
    elif rng.random() < 0.5:
        matte = cv2.GaussianBlur((cv2.GaussianBlur(matte, (0, 0), 0.03 * size) > 0.5).astype(np.float32), (0, 0), 1)
    return rgb, matte


def bag(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A bag or purse: a body with one or two thin straps, the space between them open."""
    top, wide = rng.uniform(0.4, 0.6), rng.uniform(0.18, 0.32)
    narrow = wide * rng.uniform(0.7, 1.15)
    matte = _fill(size, np.array([[0.5 - narrow, top], [0.5 + narrow, top], [0.5 + wide, 0.9], [0.5 - wide, 0.9]]))
    matte = (cv2.GaussianBlur(matte, (0, 0), rng.uniform(0.005, 0.05) * size) > 0.5).astype(np.float32)
    for _ in range(rng.integers(1, 3)):
        reach = narrow * rng.uniform(0.4, 0.9)
        strap = np.zeros_like(matte)
        centre = (int((0.5 + rng.normal(0, 0.02)) * size), int((top + 0.02) * size))
        axes = (int(reach * size), int(rng.uniform(0.15, top - 0.05) * size))
        cv2.ellipse(
            strap,
            centre,
            axes,
            rng.uniform(-8, 8),
            180,
            360,
            1.0,
            int(rng.uniform(0.006, 0.035) * size) + 1,
            cv2.LINE_AA,
        )
        matte = np.maximum(matte, strap)
    return skin(rng, size), matte


def blob(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A closed smooth outline in one to three parts of different skin: shoes, toys, headphones, fruit."""
    matte, rgb = np.zeros((size, size), np.float32), skin(rng, size)
    stretch = rng.uniform(0.45, 1.0)
    for part in range(rng.integers(1, 4)):
        count = rng.integers(5, 11)
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
        radii = rng.uniform(0.2, 0.4, count) * (1 if part == 0 else rng.uniform(0.3, 0.7))
        closed = np.interp(np.linspace(0, 2 * np.pi, 200), [*angles, 2 * np.pi], [*radii, radii[0]])
        closed = cv2.GaussianBlur(np.tile(closed, 3)[:, None], (0, 0), rng.uniform(2, 12))[200:400, 0]
        turn = np.linspace(0, 2 * np.pi, 200)
        centre = np.array([0.5, 0.5]) + (0 if part == 0 else rng.uniform(-0.2, 0.2, 2))
        shape = _fill(size, centre + np.stack([closed * np.cos(turn), stretch * closed * np.sin(turn)], 1))
        if part:
            rgb = np.where(shape[..., None] > 0.5, skin(rng, size), rgb)
        matte = np.maximum(matte, shape)
    if rng.random() < 0.3:
        y, x = rng.uniform(0.4, 0.6, 2)
        hole = np.zeros_like(matte)
        _ellipse(hole, x, y, rng.uniform(0.04, 0.12), rng.uniform(0.04, 0.1))
        matte = matte * (1 - hole)
    return rgb, matte


def garment(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A shirt, vest, dress or trousers laid flat, with folds."""
    shoulder, chest, hem = rng.uniform(0.16, 0.24), rng.uniform(0.15, 0.25), rng.uniform(0.15, 0.36)
    sleeve, drop = rng.uniform(0, 0.22), rng.uniform(0.1, 0.45)
    half = [(0.06, 0.1), (shoulder, 0.14), (shoulder + sleeve, 0.14 + drop), (shoulder + sleeve - 0.07, 0.17 + drop)]
    half += [(chest, 0.32), (hem, rng.uniform(0.7, 0.95))]
    if rng.random() < 0.25:
        half = [(0.15, 0.08), (0.18, 0.3), (rng.uniform(0.15, 0.28), 0.92), (0.06, 0.92), (0.015, 0.4)]
    right = np.array(half) * (1, 1) + (0.5, 0)
    left = (np.array(half) * (-1, 1) + (0.5, 0))[::-1]
    matte = _fill(size, np.concatenate([right, left]) + rng.normal(0, 0.006, (2 * len(half), 2)))
    matte = np.clip(4 * cv2.GaussianBlur(matte, (0, 0), 0.008 * size) - 1.5, 0, 1)
    neck = np.zeros_like(matte)
    _ellipse(neck, 0.5, 0.1, rng.uniform(0.05, 0.09), rng.uniform(0.03, 0.14))
    rgb = skin(rng, size) * (1 + 0.12 * noise(rng, (size, size), 3, 4))[..., None]
    if rng.random() < 0.5:
        rgb = np.where(neck[..., None] > 0.5, rgb * 0.6, rgb)
    else:
        matte = matte * (1 - neck)
    return rgb, matte


def frame(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Bars and panels: chairs, tables, lamps, racks, tripods, bicycles' kin; much of it open."""
    matte, rgb = np.zeros((size, size), np.float32), skin(rng, size)
    thick = rng.uniform(0.012, 0.05)
    points = [
        np.array([x, y])
        for x in rng.uniform(0.2, 0.45, 2).tolist() + rng.uniform(0.55, 0.8, 2).tolist()
        for y in (0.15, 0.5, 0.9)
    ]
    for _ in range(rng.integers(4, 9)):
        start, end = (points[index] for index in rng.choice(len(points), 2, replace=False))
        cv2.line(
            matte,
            *(tuple((p * size).astype(int).tolist()) for p in (start, end)),
            1.0,
            int(thick * size) + 1,
            cv2.LINE_AA,
        )
    seat = rng.uniform(0.42, 0.55)
    _box(matte, 0.22, seat, 0.78, seat + rng.uniform(0.04, 0.16))
    if rng.random() < 0.6:
        _box(matte, 0.24, 0.1, rng.uniform(0.4, 0.76), rng.uniform(0.2, seat))
    return rgb, matte


def stack(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A few simple bodies joined one above the other: lamps, pumps, appliances, trophies."""
    matte, rgb, top = np.zeros((size, size), np.float32), skin(rng, size), 0.08
    while top < 0.85:
        height, wide = rng.uniform(0.06, 0.35), rng.uniform(0.03, 0.3)
        bottom = min(top + height, 0.92)
        part = np.zeros_like(matte)
        if rng.random() < 0.4:
            _ellipse(part, 0.5, (top + bottom) / 2, wide, (bottom - top) / 2 + 0.01)
        else:
            spread = wide * rng.uniform(0.4, 1.4)
            part = _fill(
                size,
                np.array(
                    [
                        [0.5 - wide, top],
                        [0.5 + wide, top],
                        [0.5 + spread, bottom + 0.005],
                        [0.5 - spread, bottom + 0.005],
                    ]
                ),
            )
        rgb = np.where(part[..., None] > 0.5, skin(rng, size) if rng.random() < 0.4 else colour(rng), rgb)
        matte, top = np.maximum(matte, part), bottom
    return rgb, matte


def _fill(size: int, outline: np.ndarray) -> np.ndarray:
    """Filled polygon (size, size) float32; corners as shares of the size."""
    matte = np.zeros((size, size), np.float32)
    cv2.fillPoly(matte, [(outline * size).astype(np.int32)], 1.0)
    return matte


def _ellipse(matte: np.ndarray, x: float, y: float, half_width: float, half_height: float) -> None:
    size = len(matte)
    cv2.ellipse(
        matte,
        (int(x * size), int(y * size)),
        (int(half_width * size) + 1, int(half_height * size) + 1),
        0,
        0,
        360,
        1.0,
        -1,
    )


def _box(matte: np.ndarray, left: float, top: float, right: float, bottom: float) -> None:
    size = len(matte)
    cv2.rectangle(matte, (int(left * size), int(top * size)), (int(right * size), int(bottom * size)), 1.0, -1)
