"""Where each pixel of the photo looks in the garment picture: trunk by the body's frame, sleeves along the arms.

Maps are inverse (photo to garment), so one remap draws a layer. The trunk is a similarity with small smooth
corrections: prints stay readable. Sleeves turn with the arm and blend into the trunk over the shoulder (linear blend
skinning).
"""

from dataclasses import dataclass, replace
from itertools import product

import cv2
import numpy as np

from services.tryon.arrays import Floats, along_line, line_places, smoothstep
from services.tryon.body import Arm, Body
from services.tryon.garment import Garment, Sleeve, beyond_armhole
from services.tryon.regions import Regions

CHEST = {True: 1.3, False: 1.26}  # width of a garment with and without sleeves, in distances of the shoulder joints
FLAT_LENGTH, LONGEST_TOP = 1.5, 2.2  # from neck to hem in chest widths: a top that lies flat, and any top
MOST_STRETCH = 1.2
ROUNDED = 0.75  # how broad a sleeve looks on an arm, of how broad it lies flat; a round tube would be 2 / pi
LEAST_HIPS, USUAL_HIPS = 0.44, 0.62  # half widths, in distances of the shoulder joints


@dataclass(frozen=True)
class Fit:
    """How the garment sits: scales (photo px per garment px) and where its shoulder line lies in the body's frame."""

    garment: Garment
    body: Body
    across: float
    along: float
    shoulder: tuple[Floats, Floats]  # intercept and slope of the shoulder line per side, frame px
    neck_shift: float  # where the middle of the neck is across the frame, px
    width_factors: Floats  # per garment row

    @property
    def neck_along(self) -> float:
        """Where the high shoulder points come to lie, along the frame, px."""
        return float(np.mean([self.shoulder_along(side, self.neck_across(side)) for side in (0, 1)]))

    @property
    def neck_y(self) -> float:
        return float((self.garment.neck[0][1] + self.garment.neck[1][1]) / 2)

    @property
    def hem(self) -> float:
        """Where the hem comes to lie, along the frame, px."""
        return self.neck_along + (self.garment.hem - self.neck_y) * self.along

    def neck_across(self, side: int) -> float:
        return abs(float(self.garment.neck[side][0] - self.garment.middle)) * self.across

    def shoulder_along(self, side: int, across: Floats | float) -> Floats:
        intercept, slope = self.shoulder[side]
        return intercept + slope * np.abs(across)

    def place(self, point: Floats) -> Floats:
        """Where a garment point of the trunk comes to lie in the photo, without the shoulder's correction."""
        across = float(point[0] - self.garment.middle) * self.across
        return self.body.from_frame(across, self.neck_along + (float(point[1]) - self.neck_y) * self.along)

    @property
    def seen_width(self) -> float:
        """Distance of the shoulder joints as seen, px."""
        return float(np.hypot(*(self.body.shoulders[1] - self.body.shoulders[0])))

    @property
    def armhole(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """(along, across) of shoulder tip and armpit in the frame, px, mean of both sides."""
        garment = self.garment
        tip = float(np.mean([abs(point[0] - garment.middle) for point in garment.tips])) * self.across
        pit = float(np.mean([abs(point[0] - garment.middle) for point in garment.armpits])) * self.across
        drop = float(np.mean([point[1] for point in garment.armpits])) - self.neck_y
        return (float(self.shoulder_along(0, tip)), tip), (self.neck_along + drop * self.along, pit)

    def tip(self, side: int) -> Floats:
        """Where the shoulder tip comes to lie in the photo."""
        across = float(self.garment.tips[side][0] - self.garment.middle) * self.across
        return self.body.from_frame(across, float(self.shoulder_along(side, across)))


def fit_garment(garment: Garment, body: Body, regions: Regions) -> Fit:
    """Scale by the chest, hang from the shoulders, lengthen a little where that hides the old hem."""
    has_sleeves = garment.sleeves[0] is not None
    scale = CHEST[has_sleeves] * _filled(garment) * body.width / garment.chest
    shoulder = tuple(_shoulder_line(body, regions, side) for side in (-1, 1))
    seen = float(np.hypot(*(body.shoulders[1] - body.shoulders[0])))
    across = scale * min(seen / body.width, 1)
    fit = Fit(garment, body, across, scale, (shoulder[0], shoulder[1]), _neck_shift(body, regions), np.ones(1))
    longer = (_old_hem(body, regions) - fit.neck_along) / (fit.hem - fit.neck_along) + 0.01
    stretch = float(np.clip(longer, 1, MOST_STRETCH))
    fit = replace(fit, along=scale * stretch)
    return replace(fit, width_factors=_width_factors(fit, _hips(body, regions)))


def _filled(garment: Garment) -> float:
    """How much narrower a garment's chest looks than it would lying flat: a ghost mannequin rounds it, 1 when flat.

    What is rounded is long for its breadth. Dresses are long anyway, and say nothing.
    """
    length = (garment.hem - float(garment.neck[0][1] + garment.neck[1][1]) / 2) / garment.chest
    return FLAT_LENGTH / length if FLAT_LENGTH < length < LONGEST_TOP else 1.0


def _shoulder_line(body: Body, regions: Regions, side: int) -> Floats:
    """Intercept and slope of the body's outline from neck to shoulder, in frame px, held near what bodies have."""
    width = body.width
    seen = float(np.hypot(*(body.shoulders[1] - body.shoulders[0])))
    spots = np.linspace(0.42, 0.62, 7) * seen
    usual = -0.36 * width + 0.42 * (spots - 0.25 * width)
    heights = np.linspace(-0.6, 0.2, 81) * width
    found = []
    for spot, expected in zip(spots, usual, strict=True):
        points = body.from_frame(side * spot, heights)
        inside = heights[_cover(regions.person, points) > 0.5]
        is_hidden = not inside.size or (_cover(regions.hair, points) > 0.5).any()
        outline = expected if is_hidden else float(inside[0])
        found.append(np.clip(outline, expected - 0.14 * width, expected + 0.14 * width))
    slope, intercept = np.polyfit(spots, found, 1)
    return np.array([intercept, np.clip(slope, 0.15, 0.8)])


def _neck_shift(body: Body, regions: Regions) -> float:
    """How far the neck stands beside the middle of the shoulders: bodies turn, and the collar follows the neck."""
    spots = np.linspace(-0.5, 0.5, 101) * body.width
    chin = float(body.to_frame(*body.chin)[1])
    shifts = []
    for along in np.linspace(0.75, 0.95, 4) * max(chin, -0.6 * body.width) * 0.9:
        inside = spots[_cover(regions.person * (1 - regions.hair), body.from_frame(spots, along)) > 0.5]
        shifts.append(float(inside.mean()) if inside.size else 0.0)
    return float(np.clip(np.median(shifts), -0.22 * body.width, 0.22 * body.width))


def _cover(mask: Floats, points: Floats) -> Floats:
    """The mask at each point (n, 2) px."""
    x, y = points.astype(np.float32).T[:, None]
    return cv2.remap(mask.astype(np.float32), x, y, cv2.INTER_LINEAR)[0]


def _old_hem(body: Body, regions: Regions) -> float:
    rows, columns = np.nonzero(regions.top > 0.5)
    if not rows.size:
        return 0.0
    across, along = body.to_frame(columns.astype(np.float32), rows.astype(np.float32))
    return float(np.percentile(along[np.abs(across) < 0.45 * body.width], 99.5))


def _hips(body: Body, regions: Regions) -> float:
    """Half the width of the hips with some ease, px, as seen between the arms; the usual one where hands hide them."""
    spots = np.linspace(0, 0.8, 81) * body.width
    seen = regions.person * (1 - np.maximum(*regions.arms))
    halves = [
        float(spots[np.argmin(_cover(seen, body.from_frame(side * spots, along * body.length)) > 0.5)])
        for side, along in product((-1, 1), (0.95, 1.05))
    ]
    half = 1.08 * float(np.median(halves)) / body.width
    return body.width * (min(max(half, LEAST_HIPS), USUAL_HIPS) if half > 0.3 else USUAL_HIPS)


def _width_factors(fit: Fit, hips: float) -> Floats:
    """How much wider each garment row must hang to go round the body."""
    garment, body = fit.garment, fit.body
    alpha = garment.torso_alpha > 0.5
    half = np.maximum(alpha.sum(axis=1) / 2, 1)
    along = fit.neck_along + (np.arange(alpha.shape[0]) - fit.neck_y) * fit.along
    trunk = min(0.5 * body.width, hips)
    need = np.interp(along / body.length, [0.0, 0.35, 0.65, 1.0, 1.3], [0, trunk, trunk, hips, 1.03 * hips])
    factors = np.clip(need / (half * fit.across), 1, 1.35)
    return cv2.GaussianBlur(factors.astype(np.float32)[:, None], (0, 0), 25)[:, 0]


def trunk_map(fit: Fit, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Garment x and y for photo pixels."""
    garment, body = fit.garment, fit.body
    across, along = body.to_frame(columns, rows)
    y = fit.neck_y + (along - fit.neck_along) / fit.along
    shift = fit.neck_shift * (1 - smoothstep(along, -0.35 * body.width, 0.6 * body.width))
    across = across - shift
    y = y + _shoulder_correction(fit, across) * (1 - smoothstep(along, -0.1 * body.width, 0.75 * body.width))
    factors = np.interp(y, np.arange(len(fit.width_factors)), fit.width_factors)
    return garment.middle + across / (fit.across * factors), y


def _shoulder_correction(fit: Fit, across: Floats) -> Floats:
    """Rows by which the garment's shoulder line must move to lie on the body's, per frame column."""
    garment = fit.garment
    correction = np.zeros_like(across)
    for side, sign in ((0, -1), (1, 1)):
        reach = abs(float(garment.tips[side][0] - garment.middle))
        inner = abs(float(garment.neck[side][0] - garment.middle))
        x = np.clip(np.abs(across) / fit.across, 0, reach)
        slope = (garment.tips[side][1] - garment.neck[side][1]) / max(reach - inner, 1)
        own = garment.neck[side][1] + slope * (x - inner) - fit.neck_y
        wanted = (fit.shoulder_along(side, x * fit.across) - fit.neck_along) / fit.along
        share = smoothstep(across * sign, -0.2 * fit.body.width, 0.2 * fit.body.width)
        correction = correction + share * (own - wanted)
    return correction


@dataclass(frozen=True)
class SleevePath:
    """A sleeve on its arm: corner points of the arm's line, px; scale along it; length on the photo, px."""

    points: Floats
    along: float
    length: float

    @property
    def places(self) -> Floats:
        """How far along the line its points from the armhole to the wrist are, px."""
        return line_places(self.points[:4])


def sleeve_path(fit: Fit, sleeve: Sleeve, arm: Arm, side: int) -> SleevePath:
    """From the armhole down the arm; a long sleeve ends at the wrist."""
    root = (fit.tip(side) + fit.place(sleeve.armpit)) / 2
    hand = arm.wrist + 0.5 * (arm.wrist - arm.elbow)
    bend = [arm.elbow + share * (end - arm.elbow) for share, end in ((0.3, root), (0.3, arm.wrist))]
    points = np.stack([root, *bend, arm.wrist, hand]).astype(np.float32)
    reach = float(line_places(points[:4])[-1])
    length = sleeve.length * fit.along
    if length > 0.82 * reach:
        length = 1.03 * reach
    return SleevePath(points, length / sleeve.length, length)


def sleeve_map(
    fit: Fit, sleeve: Sleeve, arm: Arm, side: int, columns: Floats, rows: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Garment x and y for photo pixels, how far along the sleeve each is (0 armhole, 1 cuff), and its cover 0..1."""
    path = sleeve_path(fit, sleeve, arm, side)
    sign = -1 if side == 0 else 1
    along, offset = along_line(path.points, columns, rows, sign)
    shares = np.clip(along / path.length, 0, 0.85)  # a cuff cut aslant has no width at its end
    steps = np.arange(sleeve.half_widths.shape[1])
    inner, outer = (np.interp(shares * sleeve.length, steps, row) for row in sleeve.half_widths)
    half = (inner + outer) / 2
    need = 1.2 * np.interp(along, path.places, arm.half_widths[[0, 1, 1, 2]])
    most = np.where(offset > 0, 1.45, 1.2)  # towards the trunk a wide sleeve is pressed flat
    drawn = np.clip(ROUNDED * half * fit.across, need, most * need)
    drawn = np.where(offset > 0, drawn, np.minimum(drawn, _inner_seam(fit, sleeve, path, sign, along)))
    widen = drawn / np.maximum(np.where(offset > 0, outer, inner), 4)
    direction = sleeve.direction
    outward = sign * np.array([direction[1], -direction[0]])
    beside = offset / widen
    down = along / path.along + sleeve.slant * beside * smoothstep(along, 0.2 * path.length, 0.8 * path.length)
    x = sleeve.root[0] + direction[0] * down + outward[0] * beside
    y = sleeve.root[1] + direction[1] * down + outward[1] * beside
    trunk_x, trunk_y = trunk_map(fit, columns, rows)
    turn = smoothstep(along, -0.12 * fit.body.width, 0.2 * fit.body.width)
    limit = drawn * (1.04 + 0.2 * (1 - smoothstep(along, -0.1 * fit.body.width, 0.1 * fit.body.width)))
    cover = np.clip(limit - np.abs(offset) + 0.5, 0, 1) * np.clip(1.1 * path.length - along, 0, 1)
    return trunk_x + turn * (x - trunk_x), trunk_y + turn * (y - trunk_y), along / path.length, cover


def _inner_seam(fit: Fit, sleeve: Sleeve, path: SleevePath, sign: int, along: Floats) -> Floats:
    """How far the seam that runs straight from armpit to cuff is from the arm's line, px: no sleeve bulges there."""
    armpit = fit.place(sleeve.armpit)
    x, y = armpit[:, None].astype(np.float32)
    place, aside = (float(part[0]) for part in along_line(path.points, x, y, sign))
    cuff = 1.2 * float(fit.body.arms[0 if sign < 0 else 1].half_widths[1])
    seam: Floats = np.interp(along, [place, max(path.length, place + 1)], [max(-aside, 0.5 * cuff), 1.25 * cuff])
    return seam


@dataclass(frozen=True)
class Layer:
    """A part of the garment drawn at its place in the photo: colours 0..255, alpha 0..1.

    share: of a sleeve, how far along it each pixel is, 0 armhole, 1 cuff.
    """

    colours: Floats
    alpha: Floats
    share: Floats


def draw_trunk(fit: Fit, columns: Floats, rows: Floats) -> Layer:
    """The garment without its sleeves."""
    return draw(fit.garment.colours, fit.garment.torso_alpha, *trunk_map(fit, columns, rows), fit.across)


def draw_sleeve(fit: Fit, side: int, columns: Floats, rows: Floats) -> Layer:
    """One sleeve; empty for a garment without."""
    sleeve = fit.garment.sleeves[side]
    if sleeve is None:
        nothing = np.zeros(columns.shape, np.float32)
        return Layer(np.zeros((*columns.shape, 3), np.float32), nothing, nothing + 2)
    sign = -1 if side == 0 else 1
    alpha = fit.garment.alpha * beyond_armhole(fit.garment.alpha.shape, sleeve, sign, margin=3.0)
    x, y, share, cover = sleeve_map(fit, sleeve, fit.body.arms[side], side, columns, rows)
    layer = draw(fit.garment.colours, alpha, x, y, fit.across)
    return Layer(layer.colours, layer.alpha * cover, share)


def draw(colours: Floats, alpha: Floats, x: Floats, y: Floats, scale: float) -> Layer:
    """Sample without aliasing: the garment is blurred as much as it shrinks."""
    picture = np.dstack([colours, 255 * alpha]).astype(np.float32)
    if scale < 0.8:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.42 * (1 / scale - 0.6))
    drawn = cv2.remap(
        picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    return Layer(np.clip(drawn[..., :3], 0, 255), np.clip(drawn[..., 3] / 255, 0, 1), np.zeros_like(x))
