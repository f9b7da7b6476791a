"""Writing systems: which way a text runs, and where lines of scripts without spaces may break."""

import unicodedata
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


def fine_pieces(texts: tuple[str, ...], joins: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The same pieces with ideographs and kana cut one by one (kinsoku kept); None when that changes nothing."""
    finer = [_letters(text) for text in texts]
    if all(len(parts) == 1 for parts in finer):
        return None
    texts_out = tuple(part for parts in finer for part in parts)
    joins_out = tuple(
        join if index == 0 else "" for parts, join in zip(finer, joins, strict=True) for index in range(len(parts))
    )
    return texts_out, joins_out


def _letters(text: str) -> list[str]:
    parts = [text[0]]
    for before, letter in pairwise(text):
        may_break = _is_ideographic(letter) or _is_ideographic(before)
        if may_break and letter not in _NOT_FIRST and before not in _NOT_LAST:
            parts.append(letter)
        else:
            parts[-1] += letter
    return parts
