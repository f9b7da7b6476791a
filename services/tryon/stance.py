"""The person below the waist: leg lines, how thick the legs are, the worn legwear, and shoes."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.errors import InvalidImage
from services.people import Joint, Person
from services.tryon.arrays import Floats, along_line, blur, enlarge, largest_part, smoothstep
from services.tryon.body import Body
from services.tryon.palettes import distance, palette, to_lab
from services.tryon.regions import Regions

ADVICE = "Send one person standing, from the front, visible from head to feet."
CUT_SIDE_PX = 384
STATIONS = np.array([0.15, 0.3, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 1.95])  # 0 hip, 1 knee, 2 ankle
HALF_WIDTHS = np.array([0.23, 0.215, 0.19, 0.155, 0.135, 0.14, 0.125, 0.095, 0.085])  # of the thigh, bare legs
CROTCH = 0.2  # of the thigh, below the hip joints


@dataclass(frozen=True)
class Leg:
    """Hip, knee and ankle of one leg, (x, y) px, and its half widths in px, 2 x stations: inner and outer."""

    hip: Floats
    knee: Floats
    ankle: Floats
    half_widths: Floats

    @property
    def points(self) -> Floats:
        """Corner points of the leg's line, a little past the ankle."""
        return np.stack([self.hip, self.knee, self.ankle, self.ankle + 0.3 * (self.ankle - self.knee)])

    @property
    def lengths(self) -> Floats:
        """Of thigh and shin, px."""
        return np.array([np.hypot(*(self.knee - self.hip)), np.hypot(*(self.ankle - self.knee))])

    def at(self, along: Floats) -> tuple[Floats, Floats]:
        """Inner and outer half width at lengths along the leg's line from the hip, px."""
        thigh, shin = self.lengths
        places = np.where(STATIONS <= 1, STATIONS * thigh, thigh + (STATIONS - 1) * shin)
        return np.interp(along, places, self.half_widths[0]), np.interp(along, places, self.half_widths[1])


@dataclass(frozen=True)
class Stance:
    """How a person stands: legs (side 0 is the picture's left), hip width px, and masks 0..1 of legwear and shoes.

    crotch: where the legs part, along the body's frame, px.
    """

    legs: tuple[Leg, Leg]
    hip_width: float
    crotch: float
    worn: Floats
    shoes: Floats
    skin: Floats


def read_stance(pixels: np.ndarray, person: Person, body: Body, regions: Regions) -> Stance:
    """Legs and what is worn on them. Raises InvalidImage when the legs are not seen down to the ankles."""
    _check_legs(person)
    joints = person.landmarks[:, :2].astype(np.float64)
    sides = (
        (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
        (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
    )
    lines = [joints[list(side)] for side in sides]
    free = regions.person * (1 - np.maximum(*regions.arms))
    legs = tuple(_measured(lines[side], lines[1 - side], free) for side in (0, 1))
    thigh = float(np.mean([leg.lengths[0] for leg in legs]))
    hip_width = float(np.hypot(*(body.hips[1] - body.hips[0]))) + 0.44 * thigh
    worn, skin, shoes = _find_worn(pixels, body, regions, (legs[0], legs[1]))
    return Stance((legs[0], legs[1]), hip_width, body.length + CROTCH * thigh, worn, shoes, skin)


def _check_legs(person: Person) -> None:
    height, width = person.mask.shape
    joints = person.landmarks[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]]
    inside = (joints[:, 0] > 0) & (joints[:, 0] < width) & (joints[:, 1] < height - 2)
    if joints[:, 3].min() < 0.4 or not inside.all():
        raise InvalidImage("The person's photo", "the legs are not seen down to the feet", ADVICE)


def _measured(line: Floats, other: Floats, free: Floats) -> Leg:
    """A leg with its thickness as seen, at most a little more than bare legs have: wide trousers say nothing of it."""
    hip, knee, ankle = line
    thigh = float(np.hypot(*(knee - hip)))
    found = np.empty((2, len(STATIONS)))
    for index, (station, usual) in enumerate(zip(STATIONS, HALF_WIDTHS * thigh, strict=True)):
        start, end, twin = (hip, knee, other[:2]) if station <= 1 else (knee, ankle, other[1:])
        share = station - (station > 1)
        centre = start + share * (end - start)
        normal = np.array([-(end - start)[1], (end - start)[0]]) / np.hypot(*(end - start))
        towards = twin[0] + share * (twin[1] - twin[0]) - centre
        inwards = normal if normal @ towards > 0 else -normal
        most = min(1.25 * usual, 0.5 * float(np.hypot(*towards)))
        found[0, index] = _reach(free, centre, inwards, 0.75 * min(usual, most), most)
        found[1, index] = _reach(free, centre, -inwards, 0.75 * usual, 1.25 * usual)
    return Leg(hip, knee, ankle, found)


def _reach(mask: Floats, centre: Floats, direction: Floats, least: float, most: float) -> float:
    """How far the mask goes from a point, px."""
    steps = np.arange(0, most + 1, 0.5)
    points = (centre + steps[:, None] * direction).astype(np.float32)
    seen = cv2.remap(mask.astype(np.float32), points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR)[0] > 0.5
    ends = np.flatnonzero(~seen)
    return float(np.clip(steps[ends[0]] if ends.size else most, least, most))


def _find_worn(
    pixels: np.ndarray, body: Body, regions: Regions, legs: tuple[Leg, Leg]
) -> tuple[Floats, Floats, Floats]:
    """Masks of legwear, bare legs and shoes: place first, colour where skin and cloth meet."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    across, along = body.to_frame(columns, rows)
    lower = regions.person * (1 - regions.top) * (1 - np.maximum(*regions.arms))
    start = float(np.clip(regions.hem(body), 0.6 * body.length, 1.2 * body.length))
    lower = lower * smoothstep(along, start - 0.3 * body.length, start - 0.28 * body.length)
    feet = _feet(legs, columns, rows)
    shoes = lower * feet
    lower = lower * (1 - feet)
    scale = min(CUT_SIDE_PX / pixels.shape[0], 1.0)
    lab = to_lab(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    place, height = (cv2.resize(part, lab.shape[1::-1], interpolation=cv2.INTER_AREA) for part in (lower, along))
    middle = cv2.resize(np.abs(across), lab.shape[1::-1], interpolation=cv2.INTER_AREA)
    hips = (place > 0.9) & (height < body.length + 0.25 * body.length) & (middle < 0.4 * body.width)
    bare = cv2.resize(np.maximum(np.maximum(*regions.arms), regions.head * (along < 0)), lab.shape[1::-1]) > 0.8
    behind = cv2.resize(regions.person, lab.shape[1::-1], interpolation=cv2.INTER_AREA) < 0.02
    cost = [blur(distance(lab, palette(lab[seed])), 1.5) for seed in (hips, bare, behind)]
    cloth = (place > 0.5) & (cost[0] < cost[1] + 12 * (height < 1.2 * body.length))
    cloth &= (height > start) | (cost[0] < cost[2])  # between arm and hip the background shows
    cloth = cv2.morphologyEx(cloth.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    cloth = cv2.morphologyEx(cloth, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)) & (place > 0.5)
    worn = enlarge(largest_part(cloth > 0).astype(np.float32), pixels) * lower
    return worn, lower * (1 - worn), shoes


def _feet(legs: tuple[Leg, Leg], columns: Floats, rows: Floats) -> Floats:
    """1 past the ankle of the leg whose line is nearer, else 0."""
    lines = [along_line(leg.points, columns, rows, sign) for leg, sign in zip(legs, (-1, 1), strict=True)]
    past = [along > 0.985 * leg.lengths.sum() for (along, _), leg in zip(lines, legs, strict=True)]
    return np.where(np.abs(lines[0][1]) < np.abs(lines[1][1]), *past).astype(np.float32)
