"""Motion: an artwork becomes frames. The scene settles, words enter one after another, and the still is held.

Nothing flashes. Headline, logo and AI label stand from the first frame on: some places show no other one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.compositor.artwork import Artwork, Layer, Logo, Picture, Type
from services.compositor.painter import Easel, Paints, blend
from services.compositor.press import Order
from services.compositor.sheet import Sheet
from services.images import Box

ENTERING = ("body", "price", "call_to_action")  # in this order
CLOSER = 0.05  # the scene begins this much closer
_FIRST_S, _STEP_S, _ENTRANCE_S = 0.2, 0.4, 0.8
_RISE, _LEAST_RISE_PX, _MOST_RISE_PX = 0.03, 4, 28  # words come up by this share of the canvas's short side


@dataclass(frozen=True)
class Scene:
    """What a motion is painted from: the artwork, what it is painted with, and the mark that every frame gets."""

    artwork: Artwork
    paints: Paints
    order: Order

    @property
    def moving_s(self) -> float:
        """Seconds until everything stands."""
        return _FIRST_S + _STEP_S * (len(self._entering) - 1) + _ENTRANCE_S

    @property
    def _entering(self) -> tuple[str, ...]:
        there = {layer.role for layer in self.artwork.layers}
        return tuple(role for role in ENTERING if role in there)

    def still(self) -> np.ndarray:
        """The creative as it is without motion, marked: uint8 H x W x 3."""
        return self.order.mark(self._paint(self.artwork.layers))

    def frames(self, rate: float, settles: bool) -> Iterator[np.ndarray]:
        """The frames until everything stands; the last is the still. ``settles``: the scene moves too."""
        ground = self._paint([layer for layer in self.artwork.layers if not isinstance(layer, Type | Logo)])
        for number in range(math.ceil(self.moving_s * rate)):
            seconds = number / rate
            closer = 1 + CLOSER * (1 - _ease(seconds / self.moving_s)) if settles else 1.0
            yield self.order.mark(self._frame(self._approach(ground, closer), seconds))
        yield self.still()

    def _paint(self, layers: Sequence[Layer]) -> np.ndarray:
        easel = Easel(self.paints, self.artwork.canvas.width, self.artwork.canvas.height)
        for layer in layers:
            easel.lay(layer)
        return easel.sheet.look(0, easel.height)

    def _approach(self, ground: np.ndarray, closer: float) -> np.ndarray:
        """The ground with its picture enlarged around the product, as far as the picture reaches."""
        box = next((layer.box for layer in self.artwork.layers if isinstance(layer, Picture)), None)
        if box is None or closer == 1:
            return ground
        centre = _centre(self.artwork.product or box, box)
        shift = [(1 - closer) * centre[0], (1 - closer) * centre[1]]
        matrix = np.array([[closer, 0, shift[0]], [0, closer, shift[1]]], np.float32)
        moved = ground.copy()
        part = (slice(box.top, box.bottom), slice(box.left, box.right))
        moved[part] = cv2.warpAffine(
            ground[part], matrix, (box.width, box.height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return moved

    def _frame(self, ground: np.ndarray, seconds: float) -> np.ndarray:
        height, width = ground.shape[:2]
        sheet = Sheet("", width, height, lambda: ground)
        for layer in self.artwork.layers:
            if isinstance(layer, Type):
                share, words = self._share(layer.role, seconds), self.paints.words(layer)
                blend(sheet, layer.box, _entered(words, share, self._rise))
            elif isinstance(layer, Logo):
                blend(sheet, layer.box, self.paints.scaled(layer))
        return sheet.look(0, height)

    def _share(self, role: str, seconds: float) -> float:
        """How far words have entered: 0 = not seen, 1 = standing."""
        if role not in self._entering:
            return 1.0
        begin = _FIRST_S + _STEP_S * self._entering.index(role)
        return _ease((seconds - begin) / _ENTRANCE_S)

    @property
    def _rise(self) -> float:
        side = min(self.artwork.canvas.width, self.artwork.canvas.height)
        return min(max(_RISE * side, _LEAST_RISE_PX), _MOST_RISE_PX)


def _ease(share: float) -> float:
    """Quick at first, then ever slower."""
    return 1 - (1 - min(max(share, 0.0), 1.0)) ** 3


def _centre(product: Box, picture: Box) -> tuple[float, float]:
    """The middle of the product in px of the picture."""
    across, down = (product.left + product.right) / 2, (product.top + product.bottom) / 2
    return across - picture.left, down - picture.top


def _entered(words: np.ndarray, share: float, rise: float) -> np.ndarray:
    """Words on their way: fainter, and lower by what is left of the way."""
    if share == 1:
        return words
    lower = round(rise * (1 - share))
    moved = np.zeros_like(words)
    moved[lower:] = words[: len(words) - lower]
    moved[..., 3] = np.rint(moved[..., 3] * share).astype(np.uint8)
    return moved
