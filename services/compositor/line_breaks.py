"""Line breaks: the fewest lines that fit, then made even, without words left alone or little words left hanging."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from services.compositor.writing import phrases

_HANGING_LETTERS = 3
_HANGING = 0.1
_ALONE = 0.1
_PAUSE = -0.12
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

    lines: list[tuple[int, int]]
    roughness: float = 0


def break_lines(pieces: Pieces, limit: float, most: int) -> Broken | None:
    """At most ``most`` lines, none wider than ``limit`` em; None if impossible."""
    lines = _fill(pieces, limit)
    if lines is None or len(lines) > most:
        return None
    even = _even_out(pieces, lines, limit)
    return Broken(even) if len(pieces.texts) > _HEADLINE_PIECES else _by_sense(pieces, even, limit)


def _fill(pieces: Pieces, limit: float) -> list[tuple[int, int]] | None:
    lines: list[tuple[int, int]] = []
    start, width = 0, 0.0
    for index, own in enumerate(pieces.widths):
        tail = pieces.tail(index)
        if own + tail > limit:
            return None
        joined = width + len(pieces.joins[index]) * pieces.space + own
        if index > start and joined + tail > limit:
            lines.append((start, index))
            start, width = index, own
        else:
            width = joined if index > start else own
    return [*lines, (start, len(pieces.widths))]


def _even_out(pieces: Pieces, lines: list[tuple[int, int]], limit: float) -> list[tuple[int, int]]:
    low, high = max(pieces.widths), limit
    for _ in range(8):
        middle = (low + high) / 2
        narrower = _fill(pieces, middle)
        if narrower is not None and len(narrower) == len(lines):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


def _by_sense(pieces: Pieces, even: list[tuple[int, int]], limit: float) -> Broken:
    """As many lines, broken where the words pause: least sum of unevenness, hanging words and missed pauses."""
    target = max(pieces.width(*line) for line in even)
    count, total = len(even), len(pieces.texts)
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
    for row in range(count):
        longer: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        for start, (cost, lines) in best.items():
            for end in range(start + 1, total - (count - row - 1) + 1):
                width = pieces.width(start, end)
                if width > limit:
                    break
                price = cost + (1 - width / target) ** 2 + (_ALONE if end == start + 1 else 0)
                price += _break_cost(pieces, end - 1) if end < total else 0
                if end not in longer or price < longer[end][0]:
                    longer[end] = (price, [*lines, (start, end)])
        best = longer
    cost, lines = best[total]
    return Broken(lines, cost)


def _break_cost(pieces: Pieces, last: int) -> float:
    word = pieces.texts[last]
    if last in pieces.hyphens:
        return _DIVIDED
    if word[-1] in ",.;:!?–—、。，！？؟،":
        return _PAUSE
    return _HANGING if word.isalpha() and word.isascii() and len(word) <= _HANGING_LETTERS else 0.0
