"""Writing systems: which way a text runs, and where lines of scripts without spaces may break."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from budoux import (
    Parser,
    load_default_japanese_parser,
    load_default_simplified_chinese_parser,
    load_default_thai_parser,
    load_default_traditional_chinese_parser,
)

Direction = Literal["ltr", "rtl"]
_NOT_FIRST = "、。，．・：；？！ー）」』】〉》’”…‥々ぁぃぅぇぉっゃゅょァィゥェォッャュョ％〜!?,.:;)]}%"
_NOT_LAST = "（「『【〈《‘“([{¥€$£"


def direction_of(text: str) -> Direction:
    """The direction of the first letter that has one (Unicode bidirectional algorithm, rule P2)."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L")
    return "ltr" if first == "L" else "rtl"


def phrases(word: str, language: str) -> list[str]:
    """A run without spaces cut into phrases, where its script writes without spaces; else the run itself."""
    if any(0x0E00 <= ord(letter) < 0x0E80 for letter in word):
        return _parser("th").parse(word)
    if not any(_is_ideographic(letter) for letter in word):
        return [word]
    has_kana = any(0x3040 <= ord(letter) < 0x3100 for letter in word)
    return _parser("ja" if has_kana else language if language.startswith("zh") else "ja").parse(word)


@cache
def _parser(language: str) -> Parser:
    if language == "th":
        return load_default_thai_parser()
    if language == "ja":
        return load_default_japanese_parser()
    is_traditional = any(part in ("TW", "HK", "MO", "Hant") for part in language.replace("_", "-").split("-"))
    return load_default_traditional_chinese_parser() if is_traditional else load_default_simplified_chinese_parser()


def _is_ideographic(letter: str) -> bool:
    point = ord(letter)
    return 0x3040 <= point < 0x3100 or 0x3400 <= point < 0xA000 or 0xF900 <= point < 0xFB00


@dataclass(frozen=True)
class FineCut:
    """Pieces cut at more places. ``origins``: the coarse piece of each; ``hyphens``: those that may end in one."""

    texts: tuple[str, ...]
    joins: tuple[str, ...]
    origins: tuple[int, ...]
    hyphens: frozenset[int]


def fine_cut(
    texts: tuple[str, ...], joins: tuple[str, ...], divide: Callable[[str], tuple[str, ...]]
) -> FineCut | None:
    """The same pieces cut finer: ideographs and kana one by one (kinsoku kept), long words where ``divide`` says.

    None when that changes nothing.
    """
    divided = [divide(text) for text in texts]
    finer = [parts if len(parts) > 1 else tuple(_letters(parts[0])) for parts in divided]
    flat = [(number, index) for number, parts in enumerate(finer) for index in range(len(parts))]
    if len(flat) == len(texts):
        return None
    return FineCut(
        texts=tuple(finer[number][index] for number, index in flat),
        joins=tuple(joins[number] if index == 0 else "" for number, index in flat),
        origins=tuple(number for number, _ in flat),
        hyphens=frozenset(place for place, (number, index) in enumerate(flat) if index + 1 < len(divided[number])),
    )


def _letters(text: str) -> list[str]:
    parts = [text[0]]
    for before, letter in pairwise(text):
        may_break = _is_ideographic(letter) or _is_ideographic(before)
        if may_break and letter not in _NOT_FIRST and before not in _NOT_LAST:
            parts.append(letter)
        else:
            parts[-1] += letter
    return parts
