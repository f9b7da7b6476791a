"""Hyphenation: where long words may be divided. F. M. Liang, Word Hy-phen-a-tion by Com-put-er, 1983."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

LEAST_LETTERS = 8  # shorter words are never divided
LEAST_BEFORE, LEAST_AFTER = 3, 4  # letters on either side of the hyphen
_WORD = re.compile(rf"[^\W\d_]{{{LEAST_LETTERS},}}")
_PATTERNS = re.compile(r"\\patterns\{%?\n(.*?)\n\}", re.S)


class Hyphenator:
    """The pattern files of a folder: ``<language>.tex`` as TeX reads them, one per language."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in folder.glob("*.tex")}

    def divide(self, text: str, language: str) -> tuple[str, ...]:
        """A run of letters and signs, cut where a hyphen may stand; whole where nothing is known of its language.

        Words with capitals inside are names, and stay whole.
        """
        path, word = self._files.get(language[:2]), _WORD.search(text)
        if path is None or word is None or word[0][1:] != word[0][1:].lower():
            return (text,)
        places = [word.start() + place for place in _places(word[0].lower(), _read(path))]
        edges = [0, *places, len(text)]
        return tuple(text[first:last] for first, last in pairwise(edges))


@cache
def _read(path: Path) -> Mapping[str, tuple[int, ...]]:
    """Letters of every pattern, and the numbers between and around them."""
    found = _PATTERNS.search(path.read_text("utf-8"))
    assert found, f"{path.name} has no patterns"
    patterns = (line for line in found[1].split() if not line.startswith("%"))
    return {re.sub(r"\d", "", one): tuple(int(level or 0) for level in re.split(r"\D", one)) for one in patterns}


def _places(word: str, patterns: Mapping[str, tuple[int, ...]]) -> list[int]:
    """Where a word in small letters may be divided: odd numbers win over even ones, the highest counts."""
    dotted = f".{word}."
    levels = [0] * (len(dotted) + 1)
    for start in range(len(dotted)):
        for end in range(start + 1, len(dotted) + 1):
            for offset, level in enumerate(patterns.get(dotted[start:end], ())):
                levels[start + offset] = max(levels[start + offset], level)
    return [place for place in range(LEAST_BEFORE, len(word) - LEAST_AFTER + 1) if levels[place + 1] % 2]
