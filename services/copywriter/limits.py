"""How long a text is, as platforms count it."""

import unicodedata
from itertools import pairwise

from services.copywriter.service import Counting, Limits, Part

ZERO_WIDTH_JOINER = "\u200d"


def length(text: str, counting: Counting) -> int:
    """Characters as a reader sees them (marks and joined emoji count once), or their width, where CJK counts twice."""
    if counting == "characters":
        return sum(_starts_character(before, char) for before, char in pairwise("\0" + text))
    return sum(
        1 + (unicodedata.east_asian_width(char) in "WF")
        for before, char in pairwise("\0" + text)
        if _starts_character(before, char)
    )


def _starts_character(before: str, char: str) -> bool:
    joins = char == ZERO_WIDTH_JOINER or before == ZERO_WIDTH_JOINER
    return not joins and unicodedata.category(char) not in ("Mn", "Me") and not 0x1F3FB <= ord(char) <= 0x1F3FF


def fits(text: str, part: Part, limits: Limits) -> bool:
    maximum: int = getattr(limits, part)
    return length(text, limits.counting) <= maximum
