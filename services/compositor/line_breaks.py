"""Line breaks: the fewest lines that fit, then made even, without words left alone or little words left hanging."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np

from services.compositor.writing import phrases

_HANGING_LETTERS = 3
_HANGING = 0.1
_ALONE = 0.1
_PAUSE = -0.12
_PAUSES = ",.;:!?–—、。，！？؟،"
_DIVIDED = 0.5
_HEADLINE_PIECES = 14  # longer texts are only evened out


@dataclass(frozen=True)
class Pieces:
    """A text cut where lines may break. Widths are in em; ``joins[i]`` is what stands before piece i on its line.

    A line that ends after one of ``hyphens`` ends in a hyphen.
    """

    texts: tuple[str, ...]
    joins: tuple[str, ...]
    widths: tuple[float, ...]
    space: float
    hyphens: frozenset[int] = frozenset()
    hyphen: float = 0

    def width(self, start: int, end: int) -> float:
        """Width in em of pieces start to end (exclusive) on one line."""
        pieces, spaces = self._reach
        return pieces[end] - pieces[start] + (spaces[end] - spaces[start + 1]) * self.space + self.tail(end - 1)

    def tail(self, last: int) -> float:
        """Width in em of the hyphen after the last piece of a line, if there is one."""
        return self.hyphen if last in self.hyphens else 0.0

    @cached_property
    def _reach(self) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """Widths and spaces of all pieces before each place."""
        spaces = (len(join) for join in self.joins)
        return tuple(accumulate(self.widths, initial=0.0)), tuple(accumulate(spaces, initial=0))

    @cached_property
    def breaks(self) -> "Breaks":
        """Where its lines break, for any width of a column."""
        return Breaks(self)

    def text(self, start: int, end: int) -> str:
        """Pieces start to end (exclusive) as written."""
        joined = (join + text for join, text in zip(self.joins[start:end], self.texts[start:end], strict=True))
        return "".join(joined).strip() + ("-" if end - 1 in self.hyphens else "")


def cut_where_needed(coarse: Pieces, fine: Pieces, origins: tuple[int, ...], limit: float) -> Pieces:
    """The coarse pieces, but those wider than ``limit`` em in their fine parts."""
    sources: list[tuple[Pieces, int]] = []
    for number, width in enumerate(coarse.widths):
        parts = [(fine, place) for place, origin in enumerate(origins) if origin == number]
        sources += [(coarse, number)] if width <= limit else parts
    return Pieces(
        tuple(pieces.texts[place] for pieces, place in sources),
        tuple(pieces.joins[place] for pieces, place in sources),
        tuple(pieces.widths[place] for pieces, place in sources),
        coarse.space,
        frozenset(index for index, (pieces, place) in enumerate(sources) if place in pieces.hyphens),
        fine.hyphen,
    )


def cut(text: str, language: str = "en") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pieces between which a line may break, and what joins them.

    Lines break at spaces, after hyphens and dashes, and between the phrases of scripts that have no spaces.
    """
    texts: list[str] = []
    joins: list[str] = []
    for word in text.split(" "):
        hyphenated = [part for part in re.split(r"(?<=[^\W\d][-–])(?=\w)", word) if part]
        parts = [phrase for part in hyphenated for phrase in phrases(part, language)]
        texts += parts
        joins += [" ", *[""] * (len(parts) - 1)][: len(parts)]
    return tuple(texts), tuple(joins)


@dataclass(frozen=True)
class Broken:
    """Lines as (start, end) of pieces, and how far from well broken they are (about -0.2 to 1)."""

    lines: tuple[tuple[int, int], ...]
    roughness: float = 0


@dataclass(frozen=True)
class _Way:
    """One way to break a text, and the width of its widest line in em."""

    widest: float
    broken: Broken


class Breaks:
    """Every column width at which a text is broken otherwise: found once, then only looked up.

    With as few lines as a column allows, all that matters about its width is which lines fit into it. So the answers
    for all widths are few, and they are the same in every format.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._widths = _line_widths(pieces)
        self._narrowest: list[np.ndarray] = []  # by count - 1: least width that so many lines need, for each end
        self._ways: dict[int, list[_Way]] = {}

    def at(self, limit: float, most: int) -> Broken | None:
        """At most ``most`` lines, none wider than ``limit`` em; None if impossible."""
        for count in range(1, min(most, len(self._pieces.texts)) + 1):
            if self._least_width(count) <= limit:
                ways = self._ways_of(count)
                return ways[bisect_right(ways, limit, key=lambda way: way.widest) - 1].broken
        return None

    def _least_width(self, count: int) -> float:
        """Of a column that holds the text in ``count`` lines."""
        while len(self._narrowest) < count:
            before = self._narrowest[-1] if self._narrowest else np.array([0.0] + [np.inf] * len(self._pieces.texts))
            self._narrowest.append(np.maximum(before[:, None], self._widths).min(0))
        return float(self._narrowest[count - 1][-1])

    def _ways_of(self, count: int) -> list[_Way]:
        """Ways to break the text into ``count`` lines, each wider than the one before it and better broken."""
        if count not in self._ways:
            is_long = len(self._pieces.texts) > _HEADLINE_PIECES
            self._ways[count] = self._evened_out(count) if is_long else self._by_sense(count)
        return self._ways[count]

    def _evened_out(self, count: int) -> list[_Way]:
        """The narrowest lines, filled from the first to the last."""
        limit, start, lines = self._least_width(count), 0, []
        while start < len(self._pieces.texts):
            end = int(np.flatnonzero(self._widths[start] <= limit)[-1])
            lines.append((start, end))
            start = end
        return [_Way(limit, Broken(tuple(lines)))]

    def _by_sense(self, count: int) -> list[_Way]:
        """Broken where the words pause: least sum of unevenness, hanging words and missed pauses."""
        total, target = len(self._pieces.texts), self._least_width(count)
        limit = self._least_width(count - 1) if count > 1 else target
        ways: dict[int, list[_Way]] = {0: [_Way(0.0, Broken(()))]}
        for row in range(count):
            longer: dict[int, list[_Way]] = {}
            for start, found in ways.items():
                for end in range(start + 1, total + 1) if row < count - 1 else (total,):
                    width = float(self._widths[start, end])
                    fitting = found if width <= limit else []
                    longer.setdefault(end, []).extend(self._append(way, (start, end), width, target) for way in fitting)
            ways = {end: _only_better(found) for end, found in longer.items()}
        return ways[total]

    def _append(self, way: _Way, line: tuple[int, int], width: float, target: float) -> _Way:
        start, end = line
        price = (1 - width / target) ** 2 + (_ALONE if end == start + 1 else 0)
        price += _break_cost(self._pieces, end - 1) if end < len(self._pieces.texts) else 0
        return _Way(max(way.widest, width), Broken((*way.broken.lines, line), way.broken.roughness + price))


@lru_cache(1000)
def least_roughness(text: str, most: int) -> float:
    """No way to break a text into ``most`` lines or fewer is better broken than this."""
    return _PAUSE * min(most - 1, sum(letter in _PAUSES for letter in text))


def _line_widths(pieces: Pieces) -> np.ndarray:
    """Width in em of a line from piece i to piece j (exclusive), as ``Pieces.width``; infinite where j <= i."""
    count = len(pieces.texts)
    reach = np.array([0.0, *accumulate(pieces.widths)])
    spaces = np.array([0, *accumulate(len(join) for join in pieces.joins)])
    tails = np.array([0.0, *(pieces.tail(index) for index in range(count))])
    widths = np.full((count + 1, count + 1), np.inf)
    within = reach - reach[:-1, None] + (spaces - spaces[1:, None]) * pieces.space + tails
    widths[:-1] = np.where(np.arange(count + 1) > np.arange(count)[:, None], within, np.inf)
    return widths


def _only_better(ways: list[_Way]) -> list[_Way]:
    """By width, without those that are no better broken than a narrower one."""
    kept: list[_Way] = []
    for way in sorted(ways, key=lambda way: (way.widest, way.broken.roughness)):
        if not kept or way.broken.roughness < kept[-1].broken.roughness:
            kept.append(way)
    return kept


def _break_cost(pieces: Pieces, last: int) -> float:
    word = pieces.texts[last]
    if last in pieces.hyphens:
        return _DIVIDED
    if word[-1] in _PAUSES:
        return _PAUSE
    return _HANGING if word.isalpha() and word.isascii() and len(word) <= _HANGING_LETTERS else 0.0
