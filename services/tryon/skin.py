"""Bare arms where sleeves were: the skin that the photo shows below a cuff goes on above it."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.tryon.arrays import Floats, along_line, fill, line_places
from services.tryon.light import bare_limb

LEAST_SEEN = 0.25  # of a limb's length, to borrow skin from
LEAST_WIDTH = 0.3  # of a limb's width that skin shows beside a trunk that hides the rest


@dataclass(frozen=True)
class Limb:
    """A limb as a line from the trunk on: points (x, y) px, half widths px, and where along it skin is seen, px.

    bare: (cuff, end); None where too little skin is seen.
    """

    points: Floats
    half_widths: Floats
    bare: tuple[float, float] | None

    @property
    def places(self) -> Floats:
        """How far along the line its points are, px."""
        return line_places(self.points)

    def at(self, along: Floats, offset: Floats) -> tuple[Floats, Floats]:
        """x and y of places given along the line and beside it, px; the sides turn smoothly at its corners."""
        lines = np.diff(self.points, axis=0)
        lines = lines / np.linalg.norm(lines, axis=1, keepdims=True)
        turns = np.concatenate([lines[:1], (lines[1:] + lines[:-1]) / 2, lines[-1:]])
        x, y, dx, dy = (np.interp(along, self.places, values) for values in (*self.points.T, turns[:, 0], turns[:, 1]))
        return x + offset * dy, y - offset * dx


def see_limb(points: Floats, half_widths: Floats, seen: Floats) -> Limb:
    """The limb, its line and thickness corrected where its skin (mask ``seen``, 0..1) begins."""
    limb = Limb(points, half_widths, None)
    length = limb.places[-1]
    alongs = np.linspace(0, length, 80)
    beside = np.linspace(-0.8, 0.8, 9)[:, None] * np.interp(alongs, limb.places, half_widths)
    bare = (_sample(seen, *limb.at(np.tile(alongs, (9, 1)), beside)) > 0.5).mean(axis=0) >= LEAST_WIDTH
    steps = np.flatnonzero(bare)
    runs = np.split(steps, np.flatnonzero(np.diff(steps) > 1) + 1)
    run = max(runs, key=len)
    if run.size < LEAST_SEEN * bare.size or run[0] == 0:
        return limb
    cuff, end = float(alongs[run[0]]) + 0.03 * length, float(alongs[run[-1]])
    reach = np.linspace(-1.8, 1.8, 121) * np.interp(cuff, limb.places, half_widths)
    across = reach[_sample(seen, *limb.at(np.full(121, cuff), reach)) > 0.5]
    corner = int(np.searchsorted(limb.places, cuff))
    if across.size < 5 or cuff < 0.08 * length:
        return Limb(points, half_widths, (cuff, end))
    x, y = limb.at(np.array([cuff]), np.array([across.mean()]))
    half = np.ptp(across) / 2 + 0.5
    wider = half_widths.copy()
    wider[0] = np.clip(1.12 * half, 0.8 * half_widths[0], 1.15 * half_widths[0])
    return Limb(
        np.insert(points, corner, [x[0], y[0]], axis=0).astype(np.float64), np.insert(wider, corner, half), (cuff, end)
    )


def paint_limb(photo: Floats, limb: Limb, seen: Floats, flat: Floats) -> tuple[Floats, Floats]:
    """(colours, alpha) of the bare limb: skin mirrored at the cuff; ``flat`` tones where there is none to borrow."""
    alpha, light = bare_limb(limb.points, limb.half_widths, photo.shape)
    if limb.bare is None:
        return flat * light[..., None], alpha
    cuff, end = limb.bare
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(np.float32)
    along, offset = along_line(limb.points, columns, rows, 1)
    stretch = min(0.9 * (end - cuff) / cuff, 1.0)
    source = np.where(along < cuff, cuff + stretch * (cuff - along), along)
    half, wide = (np.interp(place, limb.places, limb.half_widths) for place in (source, along))
    x, y = limb.at(source, 0.9 * offset * half / wide)
    borrowed = cv2.remap(photo, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    known = ((_sample(seen, x, y) > 0.9) & (alpha > 0)).astype(np.float32)
    if known.sum() < 50:
        return flat * light[..., None], alpha
    return fill(borrowed, known), alpha


def _sample(mask: Floats, x: Floats, y: Floats) -> Floats:
    shape = np.shape(x)
    x, y = (np.atleast_2d(part).astype(np.float32) for part in (x, y))
    return cv2.remap(mask.astype(np.float32), x, y, cv2.INTER_LINEAR).reshape(shape)
