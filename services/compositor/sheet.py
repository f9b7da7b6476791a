"""Sheets: the pixels of a creative on its way. Creatives that differ in words alone share the underlay behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from services.compositor.contrast import extremes, hexadecimal, luminance, sample
from services.images import Box

BAND_PX = 16  # rows that are marked, encoded and kept together: a block of the watermark, one or two of a JPEG
_SAMPLE_PX = 4_000  # looked at of the ground under one thing


@dataclass(frozen=True)
class Ground:
    """What something stands on: about 4,000 pixels of it on a regular grid, uint8 N x 3."""

    pixels: np.ndarray

    @cached_property
    def extremes(self) -> tuple[float, float]:
        """Its darkest and lightest luminance, see ``contrast.extremes``."""
        return extremes(luminance(self.pixels))

    @cached_property
    def mean(self) -> np.ndarray:
        """Its mean colour, 0 to 255."""
        return self.pixels.mean(0)

    @property
    def colour(self) -> str:
        """Its mean colour as #RRGGBB."""
        return hexadecimal(tuple(self.mean))

    def under_veil(self, tone: np.ndarray, strength: float) -> tuple[float, float]:
        """Its extremes behind a veil of this colour (0 to 255) and strength (0 to 1)."""
        if not strength:
            return self.extremes
        return extremes(luminance((self.pixels + (tone - self.pixels) * strength).astype(np.uint8)))


class Sheet:
    """uint8 H x W x 3, RGB: a underlay that is never changed, and rows of its own wherever it was touched.

    ``key`` says everything that the underlay's pixels depend on; they are asked for only when they are needed.
    """

    def __init__(self, key: str, width: int, height: int, underlay: Callable[[], np.ndarray]) -> None:
        self.key, self.width, self.height = key, width, height
        self.touched = np.zeros(-(-height // BAND_PX), bool)  # by band
        self._filled = self.touched.copy()
        self._make_underlay = underlay
        self._own = np.empty((height, width, 3), np.uint8)
        self._grounds: dict[Box, Ground] = {}

    @cached_property
    def _underlay(self) -> np.ndarray:
        return self._make_underlay()

    def look(self, top: int, bottom: int) -> np.ndarray:
        """Rows as they are now; not to be changed."""
        bands = _bands(top, bottom)
        if not self._filled[bands].any():
            return self._underlay[top:bottom]
        self._fill(bands)
        return self._own[top:bottom]

    def touch(self, box: Box) -> np.ndarray:
        """The pixels of a box, to be changed in place."""
        bands = _bands(box.top, box.bottom)
        self._fill(bands)
        self.touched[bands] = True
        self._grounds = {seen: ground for seen, ground in self._grounds.items() if not _meets(seen, box)}
        return self._own[box.top : box.bottom, box.left : box.right]

    def ground(self, box: Box) -> Ground:
        """What stands under a box now."""
        if box not in self._grounds:
            under = self.look(max(0, box.top), min(self.height, box.bottom))[:, max(0, box.left) : box.right]
            self._grounds[box] = Ground(sample(under, _SAMPLE_PX))
        return self._grounds[box]

    def _fill(self, bands: slice) -> None:
        for band in np.flatnonzero(~self._filled[bands]) + bands.start:
            rows = slice(band * BAND_PX, (band + 1) * BAND_PX)
            self._own[rows] = self._underlay[rows]
        self._filled[bands] = True


def lay_over(under: np.ndarray, over: np.ndarray, alpha: np.ndarray) -> None:
    """Lay one picture (uint8 H x W x 3) over another, in place; alpha is uint8 H x W."""
    if not alpha.size:
        return
    share = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    rest = cv2.multiply(under, cv2.bitwise_not(share), scale=1 / 255)
    cv2.add(cv2.multiply(over, share, scale=1 / 255), rest, dst=under)


def _bands(top: int, bottom: int) -> slice:
    return slice(top // BAND_PX, -(-bottom // BAND_PX))


def _meets(one: Box, other: Box) -> bool:
    is_beside = one.right <= other.left or other.right <= one.left
    return not (is_beside or one.bottom <= other.top or other.bottom <= one.top)
