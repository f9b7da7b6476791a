"""Stars: how a rating looks. Drawn as outlines, so that a part of a star can be filled and no font needs the letter."""

from typing import Final

import cv2
import numpy as np

from services.compositor.artwork import Stars
from services.compositor.contrast import rgb
from services.images import Box

STARS: Final = 5
STAR_GAP = 0.5  # between stars and figures, of the type size
_SIZE, _BETWEEN = 1.12, 0.12  # of the type size, of a star
_RADIUS, _MIDDLE = 0.513, 0.535  # of its side: as wide as its box, its feet on the lower edge
_WAIST = 0.46  # radius of the inner corners: fuller than a pentagram, so that small stars stay stars
_FAINT = 0.28  # opacity of what is not filled
_FINE = 8  # times as large when drawn


def star_size(type_px: float) -> float:
    """Side of a star beside figures of this type size, px."""
    return _SIZE * type_px


def row_width(count: int, type_px: float) -> float:
    """Width of a row of stars beside figures of this type size, px."""
    return star_size(type_px) * (count + (count - 1) * _BETWEEN)


def draw_stars(drawn: np.ndarray, stars: Stars, box: Box) -> np.ndarray:
    """A copy of what was drawn for a box (uint8 H x W x 4, straight alpha), with the stars beside it."""
    step = stars.size_px * (1 + _BETWEEN)
    lefts = [stars.left - box.left + number * step for number in range(stars.count)]
    area = (  # top, bottom, left, right: the px that the row touches
        *(int(stars.top - box.top), int(stars.top - box.top + stars.size_px) + 2),
        *(int(lefts[0]), int(lefts[-1] + stars.size_px) + 2),
    )
    shape = _outlines([left - area[2] for left in lefts], stars.top - box.top - area[0], stars.size_px, area)
    filled = _filled(lefts[::-1] if stars.is_turned else lefts, stars, np.arange(area[2], area[3]))
    opacity = shape * (_FAINT + (1 - _FAINT) * filled)
    result = drawn.copy()
    part = result[area[0] : area[1], area[2] : area[3]]
    height, width = part.shape[:2]
    part[..., :3] = rgb(stars.colour)
    part[..., 3] = np.rint(255 * opacity[:height, :width])
    return result


def _filled(lefts: list[float], stars: Stars, columns: np.ndarray) -> np.ndarray:
    """How much of each column of px lies in filled parts of stars, 0 to 1; ``lefts`` in the order of filling."""
    covered = np.zeros(len(columns), np.float32)
    for number, left in enumerate(lefts):
        share = min(max(stars.value - number, 0.0), 1.0)
        begin = left + (1 - share) * stars.size_px if stars.is_turned else left
        covered += np.clip(np.minimum(columns + 1, begin + share * stars.size_px) - np.maximum(columns, begin), 0, 1)
    return np.minimum(covered, 1)


def _outlines(lefts: list[float], top: float, size_px: float, area: tuple[int, ...]) -> np.ndarray:
    """Coverage of a row of stars, 0 to 1, float32 H x W."""
    height, width = area[1] - area[0], area[3] - area[2]
    angles = np.pi * (np.arange(10) / 5 - 0.5)
    radii = np.where(np.arange(10) % 2, _WAIST, 1.0) * _RADIUS * size_px
    star = np.stack([np.cos(angles) * radii + 0.5 * size_px, np.sin(angles) * radii + _MIDDLE * size_px], 1)
    mask = np.zeros((height * _FINE, width * _FINE), np.uint8)
    corners = [np.rint((star + np.array([left, top])) * _FINE).astype(np.int32) for left in lefts]
    cv2.fillPoly(mask, corners, 255)
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
