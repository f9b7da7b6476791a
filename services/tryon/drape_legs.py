"""Where each pixel of the photo looks in a lower-body garment: the hips by the body's frame, each leg along its own.

Maps are inverse, as in ``drape.py``. Skirts hang from the hips as one piece, in the middle of both legs.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from services.errors import InvalidImage
from services.tryon.arrays import Floats, along_line, smoothstep
from services.tryon.body import Body
from services.tryon.drape import Layer, draw
from services.tryon.legwear import Legwear
from services.tryon.regions import Regions
from services.tryon.stance import Leg, Stance

EASE = 1.06  # a garment is wider than the hips it fits
INSEAM = 1.6  # of full-length trousers, in their own hip widths: garments are made for legs, whatever the hips
FULL_LENGTH = 0.8  # of an inseam, from which a garment is meant to reach the ankle
WIDEST = 1.7  # of a leg
MOST_BARED = 0.3  # of a leg below the crotch
BARE_ADVICE = "Send a photo in which the legs are bare, or a longer garment."


@dataclass(frozen=True)
class LegFit:
    """How legwear sits.

    scale: photo px per garment px. waist: along the frame, px. reach: of the legs below the crotch, 1 at the ankle.
    """

    garment: Legwear
    body: Body
    stance: Stance
    scale: float
    waist: float
    reach: float

    def crotch_on(self, leg: Leg) -> float:
        """How far along a leg's line the crotch is, px."""
        return self.stance.crotch - self.body.length


def fit_legwear(garment: Legwear, body: Body, regions: Regions, stance: Stance) -> LegFit:
    """Scale across by the hips, down the legs by the inseam; reach up under the worn top."""
    scale = EASE * stance.hip_width / garment.hip
    waist = stance.crotch - (garment.crotch - garment.waist) * scale
    waist = min(waist, regions.hem(body) - 0.03 * body.length)
    reach = (garment.hem - garment.crotch) / (INSEAM * garment.hip)
    if garment.has_legs and reach > FULL_LENGTH:
        reach = 1.0
    fit = LegFit(garment, body, stance, scale, max(waist, 0.45 * body.length), min(reach, 1.0))
    _check_bare(fit)
    return fit


def _check_bare(fit: LegFit) -> None:
    """Raise InvalidImage when the garment would bare much of legs that the photo does not show."""
    stance = fit.stance
    for leg in stance.legs:
        line = leg.points[:3]
        shares = np.linspace(fit.reach, 1.0, 30)
        start = fit.crotch_on(leg)
        alongs = start + shares * (leg.lengths.sum() - start)
        places = np.concatenate([[0], np.cumsum(leg.lengths)])
        x, y = (np.interp(alongs, places, line[:, axis]).astype(np.float32)[None] for axis in (0, 1))
        covered = cv2.remap(stance.worn.astype(np.float32), x, y, cv2.INTER_LINEAR)[0] > 0.5
        if covered.mean() * max(1 - fit.reach, 0) > MOST_BARED:
            raise InvalidImage(
                "The person's photo", "the worn clothes hide legs that the garment would show", BARE_ADVICE
            )


def draw_legwear(fit: LegFit, columns: Floats, rows: Floats) -> Layer:
    """The garment at its place; of two legs the one nearer to a pixel draws it."""
    x, y = _hip_map(fit, columns, rows)
    if not fit.garment.has_legs:
        return draw(fit.garment.colours, fit.garment.alpha, x, y, fit.scale)
    lines = [_leg_map(fit, side, columns, rows) for side in (0, 1)]
    is_right = lines[1].share < lines[0].share
    leg_x, leg_y, turn = (
        np.where(is_right, getattr(lines[1], name), getattr(lines[0], name)) for name in ("x", "y", "turn")
    )
    cover = np.where(is_right, lines[1].cover, lines[0].cover)
    x, y = x + turn * (leg_x - x), y + turn * (leg_y - y)
    layer = draw(fit.garment.colours, fit.garment.alpha, x, y, fit.scale)
    return replace(layer, alpha=layer.alpha * (1 - turn * (1 - cover)))


def _hip_map(fit: LegFit, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Garment x and y by the body's frame, from the waist down."""
    garment, body, stance = fit.garment, fit.body, fit.stance
    across, along = body.to_frame(columns, rows)
    rise, fall = garment.crotch - garment.waist, garment.hem - garment.crotch
    below = float(np.mean([leg.lengths.sum() for leg in stance.legs])) - (stance.crotch - body.length)
    y = np.where(
        along < stance.crotch,
        garment.waist + rise * (along - fit.waist) / (stance.crotch - fit.waist),
        garment.crotch + fall * (along - stance.crotch) / (fit.reach * below),
    )
    every = np.arange(garment.edges.shape[1])
    half = np.maximum((garment.edges[1] - garment.edges[0]) / 2, 1)
    row_half = np.interp(np.minimum(y, garment.hem - 0.06 * (garment.hem - garment.waist)), every, half)
    factors = np.clip(_need(fit, y) / (row_half * fit.scale), 1, 1.5)
    middle = np.interp(y, every, (garment.edges[0] + garment.edges[1]) / 2)
    return middle + (across - _sway(fit, along)) / (fit.scale * factors), y


def _need(fit: LegFit, y: Floats) -> Floats:
    """Half width that goes round the body at a garment row, px."""
    garment, half = fit.garment, fit.stance.hip_width / 2
    return np.interp(
        y, [garment.waist, (garment.waist + garment.crotch) / 2, garment.crotch], half * np.array([0.84, 0.98, 1.02])
    )


def _sway(fit: LegFit, along: Floats) -> Floats:
    """How far the middle of both legs is beside the trunk's axis, px."""
    middle = np.mean([leg.points for leg in fit.stance.legs], axis=0)
    across, down = fit.body.to_frame(middle[:, 0], middle[:, 1])
    return np.interp(along, down, across)


@dataclass(frozen=True)
class _LegMap:
    """x, y: in the garment. share: distance from the leg's line in leg widths. turn: 0 hips, 1 leg.

    cover: 1 where the leg of the garment can be.
    """

    x: Floats
    y: Floats
    share: Floats
    turn: Floats
    cover: Floats


def _leg_map(fit: LegFit, side: int, columns: Floats, rows: Floats) -> _LegMap:
    garment, leg, sign = fit.garment, fit.stance.legs[side], (-1, 1)[side]
    along, offset = along_line(leg.points, columns, rows, sign)
    start = fit.crotch_on(leg)
    y = garment.crotch + (garment.hem - garment.crotch) * (along - start) / (fit.reach * (leg.lengths.sum() - start))
    outer, inner = garment.leg_edges(side)
    every = np.arange(len(outer))
    centre, half = (outer + inner) / 2, np.maximum(np.abs(outer - inner) / 2, 1)
    thickness = leg.at(along)
    row_half = np.interp(np.clip(y, garment.crotch, garment.hem - 0.02 * garment.hem), every, half)
    seen = np.where(offset > 0, thickness[1], thickness[0])
    drawn = np.clip(row_half * fit.scale, 1.05 * seen, WIDEST * seen)
    x = np.interp(y, every, centre) + sign * offset * row_half / drawn
    thigh = float(leg.lengths[0])
    turn = smoothstep(along, start - 0.1 * thigh, start + 0.2 * thigh)
    cover = np.clip(1.05 * drawn - np.abs(offset) + 0.5, 0, 1)
    return _LegMap(x, y, np.abs(offset) / seen, turn, cover)
