"""How much of the worn clothes still shows after others were put on: bits at cuffs, hems, shoulders."""

import cv2
import numpy as np

from services.tryon.arrays import Floats, Mask
from services.tryon.palettes import distance, palette, to_lab

SIDE_PX = 640  # at which it is looked for; bits under 2 px of that are hardly seen by a reader either
NEAR = 0.06  # of the old clothes' height: how far beside them bits may lie that were not told from background
LIKE = 14.0  # from the cloth's colours, in Lab as ``to_lab`` has it; folds and shade stay below
SURER, OTHERS = 2.0, 8  # how much nearer to the cloth, and how many colours stand for what is beside it


def share_left(before: np.ndarray, after: np.ndarray, old: Floats, covered: Floats, person: Floats) -> float:
    """The part of the old clothes' area that still shows their colours, outside the new ones, 0..1.

    before, after: uint8 RGB. old, covered, person: masks 0..1 of the worn clothes, the new ones, the whole person.
    What has the colours of skin, other clothes or background beside the old ones is not counted.
    """
    rows, columns = (np.flatnonzero((old > 0.5).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return 0.0
    reach = max(round(NEAR * float(np.ptp(rows))), 2)
    part = np.s_[
        max(rows[0] - 2 * reach, 0) : rows[-1] + 2 * reach, max(columns[0] - 2 * reach, 0) : columns[-1] + 2 * reach
    ]
    scale = min(SIDE_PX / max(old[part].shape), 1.0)
    first, last, old, covered, person = (
        cv2.resize(picture[part], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for picture in (before, after, old, covered, person)
    )
    left = _find_left(first, last, old, covered, person, max(round(scale * reach), 1))
    return float(left.sum() / max((old > 0.5).sum(), 1))


def _find_left(before: np.ndarray, after: np.ndarray, old: Floats, covered: Floats, person: Floats, reach: int) -> Mask:
    """Pixels, all at one size, that show the cloth; ``reach`` px beside it."""
    around = _grown(old > 0.5, reach)
    others = _grown(around, reach) & ~_grown(old > 0.1, 3)
    cloth = cv2.erode(old, np.ones((5, 5))) > 0.9
    if not cloth.any() or not others.any():
        return np.zeros_like(cloth)
    seen = [_is_like(to_lab(picture), to_lab(before), cloth, others) for picture in (before, after)]
    touched = (before != after).any(axis=2)
    place = around & (covered < 0.5) & _grown(person > 0.5, 2)
    left = place & seen[1] & (seen[0] | touched)
    return cv2.medianBlur(left.astype(np.uint8), 3) > 0


def _is_like(lab: Floats, sample: Floats, cloth: Mask, others: Mask) -> Mask:
    """Where colours are the cloth's rather than the others', as ``sample`` shows both."""
    away = distance(lab, palette(sample[cloth]))
    return np.asarray((away < LIKE) & (away + SURER < distance(lab, palette(sample[others], OTHERS))))


def _grown(mask: Mask, reach: int) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
