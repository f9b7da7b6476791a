"""A garment photo becomes a garment: its pixels, its silhouette, and the landmarks that the body is dressed by.

Everything is measured on the silhouette of an upright flat-lay or ghost-mannequin photo. Left and right
are the picture's.
"""

from dataclasses import dataclass
from itertools import pairwise, product

import cv2
import numpy as np

from services.errors import InvalidImage
from services.tryon.arrays import Floats, blur, largest_part
from services.tryon.packshot import ADVICE, Packshot

SLEEVE_DEPTH = 0.07
MOST_SLANT = 0.8
NECK_SHIFTS = (-0.03, 0.0, 0.03)  # of the neck's width
NECK_SPREADS = (0.64, 0.72, 0.8, 0.88, 0.96, 1.04, 1.12, 1.2)
NECK_POWERS = (1.0, 1.25, 1.6, 2.0, 2.6)


@dataclass(frozen=True)
class Sleeve:
    """One sleeve: the middle of the armhole, the unit vector to the cuff, length along it, half widths per px along it.

    half_widths: 2 x length px, towards the body and away from it. slant: how much farther along the cuff lies per px
    away from the body; 0 where it is cut square.
    """

    root: Floats
    direction: Floats
    length: float
    half_widths: Floats
    tip: Floats
    armpit: Floats
    slant: float = 0.0


@dataclass(frozen=True)
class Garment:
    """An upper-body garment or dress.

    colours: float32 (height, width, 3) sRGB 0..255. alpha: float32 0..1, without the inside of the neck. Points are
    (x, y) px: ``neck`` the two high shoulder points, ``tips`` the shoulder ends, ``armpits``; ``middle`` the axis x;
    ``hem`` y; ``collar`` y of the front neckline at the axis. ``sleeves`` left and right, None where sleeveless.
    """

    colours: Floats
    alpha: Floats
    middle: float
    neck: tuple[Floats, Floats]
    tips: tuple[Floats, Floats]
    armpits: tuple[Floats, Floats]
    hem: float
    collar: float
    sleeves: tuple[Sleeve | None, Sleeve | None]

    @property
    def chest(self) -> float:
        """Width from armpit to armpit, px."""
        return float(self.armpits[1][0] - self.armpits[0][0])

    @property
    def torso_alpha(self) -> Floats:
        """Alpha without the sleeves."""
        alpha = self.alpha.copy()
        for side, sleeve in zip((-1, 1), self.sleeves, strict=True):
            if sleeve:
                alpha *= 1 - beyond_armhole(self.alpha.shape, sleeve, side, margin=0.0)
        return alpha


def beyond_armhole(shape: tuple[int, ...], sleeve: Sleeve, side: int, margin: float) -> Floats:
    """1 outside the line from shoulder tip to armpit, 0 inside, soft over 2 px; ``margin`` px moves it inwards."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    along = sleeve.armpit - sleeve.tip
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    if normal[0] * side < 0:
        normal = -normal
    distance = (columns - sleeve.tip[0]) * normal[0] + (rows - sleeve.tip[1]) * normal[1]
    beside = (columns - sleeve.armpit[0]) * side > -0.25 * np.hypot(*along)
    return np.clip((distance + margin) / 2 + 0.5, 0, 1) * beside


def read_garment(packshot: Packshot) -> Garment:
    """Find the landmarks of what hangs from the shoulders. Raises InvalidImage with the reason."""
    colours, alpha = packshot.colours, packshot.alpha
    mask = alpha > 0.5
    middle = _axis(mask)
    hem = float(np.flatnonzero(mask[:, int(middle)]).max())
    if hem < 0.5 * mask.shape[0]:
        raise InvalidImage("The garment photo", "no garment with a body and a hem can be seen in it", ADVICE)
    upper = _upper_part(mask)
    sides = [_read_side(upper, middle, min(hem, upper.shape[0]), side) for side in (-1, 1)]
    armpits = (sides[0][0], sides[1][0])
    tips = (sides[0][1], sides[1][1])
    sleeves = (sides[0][2], sides[1][2])
    neck = (_neck_point(mask, middle, tips[0]), _neck_point(mask, middle, tips[1]))
    collar, alpha = _open_neck(colours, alpha, neck, middle)
    return Garment(colours, alpha, middle, neck, tips, armpits, hem, collar, sleeves)


def _upper_part(mask: np.ndarray) -> np.ndarray:
    """The rows of a long garment that a top would have: shares of the height below are those of tops."""
    widths = mask[int(0.15 * mask.shape[0]) : int(0.5 * mask.shape[0])].sum(axis=1)
    return mask[: min(mask.shape[0], int(1.5 * np.percentile(widths, 25)))]


def _axis(mask: np.ndarray) -> float:
    rows = np.arange(int(0.55 * mask.shape[0]), int(0.9 * mask.shape[0]))
    whole = np.flatnonzero(mask.any(axis=0)).mean()
    middles = []
    for row in rows:
        columns = np.flatnonzero(mask[row])
        if columns.size:
            runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
            run = min(runs, key=lambda run: abs(run.mean() - whole))
            middles.append((run[0] + run[-1]) / 2)
    return float(np.median(middles))


def _read_side(mask: np.ndarray, middle: float, hem: float, side: int) -> tuple[Floats, Floats, Sleeve | None]:
    """(armpit, shoulder tip, sleeve) of one side, -1 left, 1 right."""
    contour = max(
        cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea
    )
    contour = contour.reshape(-1, 1, 2)
    height = mask.shape[0]
    points = contour[:, 0].astype(np.float32)
    half = points[(points[:, 0] - middle) * side > 0]
    armpit = _concave_armpit(contour, middle, hem, side, height)
    if armpit is None:
        zone = half[(half[:, 1] > 0.12 * height) & (half[:, 1] < 0.62 * height)]
        armpit = zone[np.argmax((zone[:, 0] - middle) * side - 0.02 * zone[:, 1])]
        above = half[half[:, 1] < armpit[1]]
        tip = above[np.argmax((above[:, 0] - middle) * side - 0.9 * above[:, 1])]
        return armpit, tip, None
    inward = 0.04 * abs(armpit[0] - middle)
    column = int(armpit[0] - side * inward)
    tip = np.array([column, np.flatnonzero(mask[:, column])[0]], np.float32)
    return armpit, tip, _read_sleeve(mask, tip, armpit, side)


def _concave_armpit(contour: np.ndarray, middle: float, hem: float, side: int, height: int) -> Floats | None:
    """The deepest dent of the outline on one side between hem and shoulder: where a sleeve leaves the body."""
    defects = cv2.convexityDefects(contour, cv2.convexHull(contour, returnPoints=False))
    best, deepest = None, SLEEVE_DEPTH * height
    for start, end, far, depth in defects.reshape(-1, 4) if defects is not None else ():
        point = contour[far, 0].astype(np.float32)
        ends = contour[[start, end], 0, 1]
        is_side = (point[0] - middle) * side > 0.1 * height and ends.max() > 0.6 * hem
        if is_side and 0.1 * height < point[1] < 0.85 * hem and depth / 256 > deepest:
            best, deepest = point, depth / 256
    return best


def _read_sleeve(mask: np.ndarray, tip: Floats, armpit: Floats, side: int) -> Sleeve:
    root = (tip + armpit) / 2
    bare = Sleeve(root, np.array([side, 0.5], np.float32), 0, np.zeros((2, 1)), tip, armpit)
    region = mask & (beyond_armhole(mask.shape, bare, side, margin=0.0) > 0.5)
    region = largest_part(region)
    rows, columns = np.nonzero(region)
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    direction = points.mean(axis=0) - root
    for _ in range(3):
        direction /= np.hypot(*direction)
        reach = (points - root) @ direction
        end = points[reach > np.percentile(reach, 99.5) - 0.06 * reach.max()].mean(axis=0)
        direction = end - root
    direction /= np.hypot(*direction)
    reach = (points - root) @ direction
    normal = np.array([-direction[1], direction[0]])
    offset = (points - root) @ (normal if normal[0] * side > 0 else -normal)
    length = float(np.percentile(reach, 99.5))
    bins = np.clip(reach.astype(int), 0, max(int(length), 1))
    half = np.zeros((2, bins.max() + 1), np.float32)
    for row, sign in enumerate((-1, 1)):
        np.maximum.at(half[row], bins, sign * offset)
    half = np.stack([blur(row[None], 6)[0] for row in half])
    return Sleeve(root, direction, length, half, tip, armpit, _slant(reach, offset, length))


def _slant(reach: Floats, offset: Floats, length: float) -> float:
    """The slope of the cuff over the sleeve's breadth, from the farthest points of the strips that reach it."""
    near_cuff = offset[reach > 0.75 * length]
    inner, outer = np.percentile(near_cuff, [6, 94])
    edges = np.linspace(inner, outer, 9)
    strips = [reach[(offset >= low) & (offset < high)] for low, high in pairwise(edges)]
    ends = np.array([strip.max() if strip.size else np.nan for strip in strips])
    seen = ends > 0.6 * length
    if seen.sum() < 4:
        return 0.0
    return float(np.clip(np.polyfit(((edges[:-1] + edges[1:]) / 2)[seen], ends[seen], 1)[0], -MOST_SLANT, MOST_SLANT))


def _neck_point(mask: np.ndarray, middle: float, tip: Floats) -> Floats:
    """The high shoulder point: the highest of the outline between axis and tip, a little outwards where it is flat."""
    columns = np.linspace(middle, tip[0], 200)[6:-4].astype(int)
    tops = np.array([np.flatnonzero(mask[:, column])[0] for column in columns])
    best = np.argmax(-tops + 0.12 * np.abs(columns - middle))
    return np.array([columns[best], tops[best]], np.float32)


def _open_neck(colours: Floats, alpha: Floats, neck: tuple[Floats, Floats], middle: float) -> tuple[float, Floats]:
    """Take away the inside of the back that shows through the neck opening; return the front neckline's y at the axis.

    The neckline is the curve from neck point to neck point, V to U, that lies on the strongest unbroken edge.
    """
    width = neck[1][0] - neck[0][0]
    top = (neck[0][1] + neck[1][1]) / 2
    centre = (neck[0][0] + neck[1][0]) / 2
    axis_top = float(np.flatnonzero(alpha[:, int(centre)] > 0.5)[0])
    if axis_top - top > 0.22 * width:
        return axis_top, alpha  # the opening is open already
    lab = cv2.cvtColor((colours / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    line = _neckline(cv2.GaussianBlur(lab, (0, 0), max(width / 110, 1)), centre, top, width)
    columns = np.arange(alpha.shape[1], dtype=np.float32)
    across = np.abs(columns - line.centre) / line.half
    front = top + line.depth * (1 - np.clip(across, 0, 1) ** line.power)
    rows = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    inside = np.clip(front[None] - rows + 0.5, 0, 1) * (across < 1)[None]
    return float(top + line.depth), alpha * (1 - inside)


@dataclass(frozen=True)
class Neckline:
    """A front neckline, px: y = top + depth (1 - (|x - centre| / half) ** power); power 1 is a V, 2 and more a U."""

    centre: float
    half: float
    depth: float
    power: float


def _neckline(lab: Floats, centre: float, top: float, width: float) -> Neckline:
    """The curve on the strongest unbroken edge. It may begin outside the neck points: they can lie on the back."""
    step = max(width / 90, 1.5)
    steps = np.linspace(-0.93, 0.93, 61)
    depths = np.arange(0.3, 1.45, 0.02) * width
    usual = np.exp(-((depths / width - 0.6) ** 2) / (2 * 0.5**2))
    best, found = -1.0, Neckline(centre, 0.45 * width, 0.4 * width, 2.0)
    for shift, spread, power in product(NECK_SHIFTS, NECK_SPREADS, NECK_POWERS):
        middle, half = centre + shift * width, spread * width / 2
        y = top + depths[:, None] * (1 - np.abs(steps) ** power)
        scores = usual * _edge_scores(lab, np.broadcast_to(middle + steps * half, y.shape), y, step)
        if scores.max() > best:
            best, found = float(scores.max()), Neckline(middle, half, float(depths[scores.argmax()]), power)
    return found


def _edge_scores(lab: Floats, x: Floats, y: Floats, step: float) -> Floats:
    """How strong and how unbroken the edge across each curve (a row of x and y) is: low and mean colour step."""
    normal = np.stack([-np.gradient(y, axis=1), np.gradient(x, axis=1)])
    normal *= step / np.linalg.norm(normal, axis=0)
    above, below = (_at(lab, x + sign * normal[0], y + sign * normal[1]) for sign in (-1, 1))
    steps = np.minimum(np.linalg.norm(above - below, axis=2), 30)
    return np.percentile(steps, 30, axis=1) + 0.3 * steps.mean(axis=1)


def _at(picture: Floats, x: Floats, y: Floats) -> Floats:
    """The picture's values at points."""
    return cv2.remap(picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
