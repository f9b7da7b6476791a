"""Trousers, shorts and skirts: the landmarks by which a lower-body garment is put on."""

from dataclasses import dataclass

import numpy as np

from services.errors import InvalidImage
from services.tryon.arrays import Floats, Mask, blur
from services.tryon.packshot import ADVICE, Packshot
from services.tryon.silhouette import crotch_row, has_legs

SKIRT_RISE = 0.75  # of the hip width, from the waist to where legs begin
RISE = 0.27  # share of trousers above the crotch, where the legs lie closed
CLOSED_LEGS = 1.9  # height in widths from which an unsplit outline is trousers with closed legs


@dataclass(frozen=True)
class Legwear:
    """A lower-body garment.

    colours: float32 (height, width, 3) sRGB 0..255. alpha: float32 0..1. ``waist``, ``crotch`` and ``hem`` are rows;
    a skirt's crotch is where the wearer's is. edges: 2 x height px, the outline's left and right column per row.
    split: per row the column between the legs; ``has_legs`` is False for skirts. hip: greatest width above the crotch.
    """

    colours: Floats
    alpha: Floats
    waist: float
    crotch: float
    hem: float
    edges: Floats
    split: Floats
    gap: Floats
    hip: float
    has_legs: bool

    def leg_edges(self, side: int) -> tuple[Floats, Floats]:
        """Columns per row of a leg's outer and inner edge; side 0 is the picture's left."""
        sign = (-1, 1)[side]
        return self.edges[side], self.split + sign * self.gap / 2


def read_legwear(packshot: Packshot) -> Legwear:
    """Find the landmarks. Raises InvalidImage for an outline without a waist and a hem."""
    mask = packshot.alpha > 0.5
    rows = np.flatnonzero(mask.any(axis=1))
    waist, hem = float(rows[0]), float(rows[-1])
    edges = _edges(mask)
    width = float(np.percentile(edges[1] - edges[0], 90))
    splits = has_legs(mask)
    is_closed = not splits and hem - waist > CLOSED_LEGS * width
    crotch = float(crotch_row(mask)) if splits else waist + RISE * (hem - waist)
    if splits and crotch - waist < 0.12 * (hem - waist):
        raise InvalidImage("The garment photo", "no trousers with a waist can be seen in it", ADVICE)
    hip = float((edges[1] - edges[0])[int(waist + 0.5 * (crotch - waist)) : int(crotch) + 1].max())
    if not splits and not is_closed:
        hip = float((edges[1] - edges[0])[int(waist) : int(waist + 0.5 * (hem - waist))].mean())
        crotch = waist + SKIRT_RISE * hip
    split, gap = _between(mask, edges, crotch, hem)
    colours, alpha = packshot.colours, packshot.alpha
    return Legwear(colours, alpha, waist, crotch, hem, edges, split, gap, hip, splits or is_closed)


def _edges(mask: Mask) -> Floats:
    """First and last column of the outline per row, smooth; empty rows continue their neighbours."""
    rows = np.flatnonzero(mask.any(axis=1))
    left = mask[rows].argmax(axis=1)
    right = mask.shape[1] - mask[rows][:, ::-1].argmax(axis=1)
    every = np.arange(mask.shape[0])
    found = [np.interp(every, rows, side).astype(np.float32) for side in (left, right)]
    return np.stack([blur(side[:, None], 3)[:, 0] for side in found])


def _between(mask: Mask, edges: Floats, crotch: float, hem: float) -> tuple[Floats, Floats]:
    """Middle and width of the gap between the legs per row, px; the gap is 0 above the crotch and in skirts."""
    middle = (edges[0] + edges[1]) / 2
    split, gap = middle.copy(), np.zeros_like(middle)
    for row in range(int(crotch), int(hem) + 1):
        columns = np.flatnonzero(mask[row])
        widest = int(np.diff(columns).argmax()) if columns.size > 1 else 0
        is_split = columns.size > 1 and columns[widest + 1] - columns[widest] > 1
        if is_split and min(widest, columns.size - widest) > 0.2 * columns.size:
            split[row] = (columns[widest] + columns[widest + 1]) / 2
            gap[row] = columns[widest + 1] - columns[widest]
        elif gap[row - 1] > 0:  # one hem ends higher
            split[row], gap[row] = split[row - 1], gap[row - 1]
    return blur(split[:, None], 3)[:, 0], blur(gap[:, None], 3)[:, 0]
