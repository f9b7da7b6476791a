"""The lower edge of the worn top: one smooth curve, on the edge that the photo shows."""

from itertools import product

import cv2
import numpy as np

from services.tryon.arrays import Floats, Mask

COLUMNS = np.linspace(-0.4, 0.4, 33)  # where a hem is looked for, across, in shoulder widths
STEP, REACH = 1 / 150, 0.13  # in trunk lengths: how finely, and how far from where colours put it
SHIFTS, TILTS, BENDS = np.arange(-6, 16) * STEP, np.linspace(-0.08, 0.08, 5), np.linspace(-0.3, 0.3, 7)
CLEARER = 1.6  # how much stronger another edge must be than where colours put the hem
FAINTEST = 1.0  # step of lightness from row to row, in Lab as ``to_lab`` has it


def even_hem(cut: Mask, inside: Mask, lightness: Floats, u: Floats, v: Floats) -> Mask:
    """The top (``cut``) with its lower edge on one smooth curve, where colours alone left it ragged.

    inside: where it may be. lightness: of the photo. u, v: across in shoulder widths and along in trunk lengths, of
    every pixel.
    """
    bins = np.round(40 * u).astype(int)
    ends = [(one / 40, v[cut & (bins == one)].max()) for one in range(-16, 17) if (cut & (bins == one)).any()]
    if len(ends) < 12:
        return cut
    places, rows = np.array(ends).T
    close = np.abs(rows - np.median(rows)) < 0.2
    for _ in range(2):
        curve = np.polyfit(places[close], rows[close], 2)
        close = np.abs(rows - np.polyval(curve, places)) < 0.06
        if close.sum() < 8:
            return cut
    hem = np.polyval(_onto_edge(curve, lightness, u, v), u)
    near = (np.abs(u) < 0.5) & (np.abs(v - hem) < 0.12)
    return np.where(near, inside & (v < hem), cut)


def _onto_edge(curve: Floats, lightness: Floats, u: Floats, v: Floats) -> Floats:
    """The curve, moved to a clearly stronger edge near it: white tops over white trousers end at a fine shadow."""
    edges = _straightened(np.abs(cv2.Sobel(lightness.astype(np.float32), cv2.CV_32F, 0, 1)) / 8, curve, u, v)
    moves = np.array([(bend, tilt, shift - 0.05 * bend) for shift, tilt, bend in product(SHIFTS, TILTS, BENDS)])
    strengths = _strength(edges, moves @ np.vander(COLUMNS, 3).T)
    own = _strength(edges, np.zeros((1, len(COLUMNS))))
    best = int(strengths.argmax())
    return curve + moves[best] if strengths[best] > max(CLEARER * float(own[0]), FAINTEST) else curve


def _straightened(edges: Floats, curve: Floats, u: Floats, v: Floats) -> Floats:
    """Mean edge per place across (a row) and distance from the curve (a column)."""
    below = v - np.polyval(curve, u)
    near = (np.abs(u) <= COLUMNS[-1]) & (np.abs(below) <= REACH)
    place = np.round((u[near] - COLUMNS[0]) * 40).astype(int), np.round((below[near] + REACH) / STEP).astype(int)
    sums = np.zeros((len(COLUMNS), int(2 * REACH / STEP) + 2))
    counts = np.zeros_like(sums)
    np.add.at(sums, place, np.minimum(edges[near], 12))
    np.add.at(counts, place, 1)
    return sums / np.maximum(counts, 1)


def _strength(edges: Floats, offsets: Floats) -> Floats:
    """How strong and unbroken the edge along each line (a row) is, given by its distance from the curve at COLUMNS."""
    columns = np.clip(np.round((offsets + REACH) / STEP).astype(int), 0, edges.shape[1] - 1)
    along = edges[np.arange(len(COLUMNS)), columns]
    return np.percentile(along, 30, axis=1) + 0.3 * along.mean(axis=1)
