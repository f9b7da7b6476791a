"""What kind of garment an outline is, and whether it is one at all."""

import numpy as np

from services.errors import InvalidImage
from services.tryon.arrays import Mask, largest_part
from services.tryon.packshot import ADVICE, Packshot
from services.tryon.service import GarmentCategory

MOST_RECTANGULAR = 0.95
WAIST_SHARE = 0.78
DRESS_LENGTH, FLARED_LENGTH, FLARE = 2.1, 1.7, 1.3
SPLIT_SHARE = 0.15


def check_garment(packshot: Packshot) -> None:
    """Raise InvalidImage for an outline that no upright garment has: a bar, a plain rectangle."""
    mask = largest_part(packshot.alpha > 0.5)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    if not 0.3 < height / width < 5:
        raise InvalidImage("The garment photo", "what it shows is too long or too wide for a garment", ADVICE)
    if mask.sum() > MOST_RECTANGULAR * height * width:
        raise InvalidImage("The garment photo", "what it shows is a plain rectangle, not a garment", ADVICE)


def find_category(packshot: Packshot) -> GarmentCategory:
    """What the garment covers, by its outline.

    Legs, or an upper edge in one piece and as broad as a waist, mean lower_body. Others hang from the shoulders: long
    ones, measured in their own chest widths, are dresses, and shorter ones if they flare. A slim top on a ghost
    mannequin is nearly as long as a short dress, but straight.
    """
    mask = packshot.alpha > 0.5
    rows = np.flatnonzero(mask.any(axis=1))
    top, height = int(rows[0]), int(np.ptp(rows)) + 1
    if has_legs(mask) or _has_waistband(mask, top, height):
        return "lower_body"
    trunk = [_middle_run(mask[row]) for row in range(top + int(0.25 * height), top + int(0.97 * height), 4)]
    chest = max(float(np.percentile(trunk, 25)), 1.0)
    is_flared = np.mean(trunk[-len(trunk) // 6 :]) > FLARE * chest
    return "dresses" if height > (FLARED_LENGTH if is_flared else DRESS_LENGTH) * chest else "upper_body"


def has_legs(mask: Mask) -> bool:
    """Whether the outline is split from below, in its middle, over SPLIT_SHARE of its height or more."""
    return crotch_row(mask) < np.flatnonzero(mask.any(axis=1))[-1] - SPLIT_SHARE * mask.shape[0]


def crotch_row(mask: Mask) -> int:
    """The row where the outline's middle ends downwards."""
    columns = np.flatnonzero(mask.any(axis=0))
    centre, reach = int((columns[0] + columns[-1]) / 2), max(int(0.06 * np.ptp(columns)), 1)
    ends = [np.flatnonzero(mask[:, column])[-1:] for column in range(centre - reach, centre + reach + 1)]
    return int(min((end[0] for end in ends if end.size), default=mask.shape[0]))


def _has_waistband(mask: Mask, top: int, height: int) -> bool:
    """Whether the outline begins nearly as broad as it goes on; collars, straps and shoulders begin narrow."""
    upper, lower = (np.flatnonzero(mask[top + int(share * height)]) for share in (0.015, 0.08))
    return bool(np.ptp(upper) > WAIST_SHARE * np.ptp(lower) and upper.size > 0.8 * np.ptp(upper))


def _middle_run(row: Mask) -> int:
    """Length of the run of cloth nearest to the middle of a row, px."""
    columns = np.flatnonzero(row)
    if not columns.size:
        return 0
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return max(len(run) for run in runs)
