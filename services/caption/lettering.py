"""Where words stand in a picture, found without any model: letters are crisp, alike, and stand in a line.

At three sizes of the picture, what is darker or lighter than its surroundings is taken apart into pieces. Those with
the size, the edges and the even strokes of a letter are chained to lines; a line of three letters or more is text.
After Epshtein et al. 2010, "Detecting text in natural scenes with stroke width transform", with distances for rays.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.images import Box

LONG_SIDE_PX = 1000
SIZES = (1.0, 0.5, 0.25)
SURROUNDINGS_PX = 41
LEAST_CONTRAST = 24
LETTER_PX = (7, 36)  # height; taller ones are found at a smaller size
MOST_LETTERS = 3000  # of one size and ink; more is foliage or noise, which is not worth chaining
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Letter:
    """A piece of one ink: edges in px, the width of its stroke in px, its mean grey 0..255."""

    left: int
    top: int
    right: int
    bottom: int
    stroke: float
    grey: float

    @property
    def height(self) -> int:
        return self.bottom - self.top


def find_text(image: Image.Image) -> tuple[Box, ...]:
    """The boxes of lines of words, px, from top to bottom. Letters under 7 px of height are missed."""
    scale = min(2.0, LONG_SIDE_PX / max(image.size))
    grey = np.asarray(image.convert("L"))
    found: list[tuple[float, float, float, float]] = []
    for size in SIZES:
        factor = scale * size
        small = cv2.resize(
            grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        )
        if min(small.shape) < SURROUNDINGS_PX:
            continue
        found += [tuple(edge / factor for edge in line) for line in _lines(small)]  # type: ignore[misc]
    boxes = [_box(edges, image) for edges in _merge(found)]
    return tuple(sorted(boxes, key=lambda box: (box.top, box.left)))


def _lines(grey: Bytes) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each line of text at one size."""
    around = cv2.blur(grey, (SURROUNDINGS_PX, SURROUNDINGS_PX)).astype(np.int16)
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    for sign in (1, -1):
        ink = (sign * (grey.astype(np.int16) - around) > LEAST_CONTRAST).astype(np.uint8)
        for chain in _chains(list(_letters(ink, grey, edges))):
            if _is_line(chain):
                yield (
                    min(letter.left for letter in chain),
                    min(letter.top for letter in chain),
                    max(letter.right for letter in chain),
                    max(letter.bottom for letter in chain),
                )


def _letters(ink: Bytes, grey: Bytes, edges: Bytes) -> Iterator[Letter]:
    """The pieces of a binary picture that could be letters."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    heights, widths, areas = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_AREA]
    fits = (heights >= LETTER_PX[0]) & (heights <= LETTER_PX[1]) & (widths <= 8 * heights)
    fits &= (areas > 0.1 * heights * widths) & (areas > 12)
    fits[0] = False
    if fits.sum() > MOST_LETTERS:
        return
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    for index in np.flatnonzero(fits):
        left, top, width, height = (int(edge) for edge in stats[index, :4])
        window = np.s_[top : top + height, left : left + width]
        own = labels[window] == index
        deep = depth[window][own]
        stroke = 2 * float(deep.max())
        rim = own & (depth[window] < 1.5)
        is_crisp = float(edges[window][rim].mean()) > 2 * LEAST_CONTRAST
        is_even = stroke < 0.55 * height + 2 and float(deep.mean()) > 0.2 * stroke
        if is_crisp and is_even:
            yield Letter(left, top, left + width, top + height, stroke, float(grey[window][own].mean()))


def _chains(letters: list[Letter]) -> list[list[Letter]]:
    """Letters joined to their next ones at the right, as sets from left to right."""
    letters = sorted(letters, key=lambda letter: letter.left)
    lefts = np.array([letter.left for letter in letters])
    chain_of: dict[int, list[Letter]] = {}
    chains: list[list[Letter]] = []
    for number, letter in enumerate(letters):
        chain = chain_of.setdefault(number, [letter])
        if len(chain) == 1:
            chains.append(chain)
        reach = np.searchsorted(lefts, letter.right + 1.2 * letter.height, side="right")
        for after in range(number + 1, int(reach)):
            if after not in chain_of and _are_neighbours(letter, letters[after]):
                chain.append(letters[after])
                chain_of[after] = chain
                break
    return chains


def _are_neighbours(one: Letter, other: Letter) -> bool:
    """Whether two pieces could be letters of one word: of like height, stroke and grey, in one row."""
    taller, lower = max(one.height, other.height), min(one.height, other.height)
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return (
        taller <= 2.2 * lower
        and shared > 0.5 * lower
        and other.left > one.left + 1
        and max(one.stroke, other.stroke) < 2 * min(one.stroke, other.stroke) + 1
        and abs(one.grey - other.grey) < 40
    )


def _is_line(chain: list[Letter]) -> bool:
    """Three letters or more on one base line, of like stroke."""
    if len(chain) < 3:
        return False
    heights = np.array([letter.height for letter in chain])
    strokes = np.array([letter.stroke for letter in chain])
    greys = np.array([letter.grey for letter in chain])
    feet = np.array([letter.bottom for letter in chain])
    on_line = np.abs(feet - np.median(feet)) <= 0.12 * np.median(heights) + 1
    width = chain[-1].right - chain[0].left
    is_alike = strokes.std() < 0.3 * strokes.mean() and greys.std() < 16
    return bool(on_line.mean() >= 0.65 and is_alike and width > 1.5 * np.median(heights))


def _merge(found: list[tuple[float, float, float, float]]) -> list[NDArray[np.float64]]:
    """Lines of several sizes as one each: what overlaps by half of the smaller is united."""
    merged: list[NDArray[np.float64]] = []
    for line in sorted(found, key=lambda edges: -(edges[2] - edges[0])):
        edges = np.array(line)
        for other in merged:
            shared = np.minimum(edges[2:], other[2:]) - np.maximum(edges[:2], other[:2])
            if (shared > 0).all() and shared.prod() > 0.5 * min((e[2:] - e[:2]).prod() for e in (edges, other)):
                other[:2], other[2:] = np.minimum(edges[:2], other[:2]), np.maximum(edges[2:], other[2:])
                break
        else:
            merged.append(edges)
    return merged


def _box(edges: NDArray[np.float64], image: Image.Image) -> Box:
    left, top, right, bottom = (round(float(edge)) for edge in edges)
    return Box(left=max(left, 0), top=max(top, 0), right=min(right, image.width), bottom=min(bottom, image.height))
