"""Fonts: the families of assets/fonts, which letters they have, and which of them sets which part of a text."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from fontTools.ttLib import TTFont
from PIL import ImageFont
from pydantic import BaseModel, ConfigDict, ValidationError

from services.errors import InvalidConfiguration, MissingGlyphs, UnknownName

_EM = 1000


class _FontFile(BaseModel):
    """The whole of fonts.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    families: dict[str, dict[int, str]]
    fallbacks: tuple[str, ...]
    first_in: dict[str, str]


@dataclass(frozen=True)
class Face:
    """One weight of a family. All lengths in em; descent is positive below the baseline."""

    family: str
    weight: int
    path: Path

    @cached_property
    def letters(self) -> frozenset[int]:
        """Code points that it has."""
        return frozenset(TTFont(self.path, lazy=True).getBestCmap())

    @cached_property
    def _font(self) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(self.path), _EM)

    @cached_property
    def metrics(self) -> tuple[float, float]:
        """Ascent and descent, as the text engine uses them."""
        font = TTFont(self.path, lazy=True)
        return font["hhea"].ascent / font["head"].unitsPerEm, -font["hhea"].descent / font["head"].unitsPerEm

    @cached_property
    def cap_height(self) -> float:
        """Height of a capital above the baseline."""
        return -self._font.getbbox("H", anchor="ls")[1] / _EM

    @cached_property
    def descender(self) -> float:
        """Depth of g, p, q below the baseline."""
        return self._font.getbbox("gpqy", anchor="ls")[3] / _EM

    @cached_property
    def _bearings(self) -> dict[str, float]:
        """By letter, those that were asked for."""
        return {}

    def bearing(self, text: str) -> float:
        """Empty space left of the first letter's ink, so that lines can be aligned by eye."""
        if text[:1] not in self._bearings:
            self._bearings[text[:1]] = self._font.getbbox(text[:1], anchor="ls")[0] / _EM
        return self._bearings[text[:1]]

    def extent(self, text: str) -> tuple[float, float]:
        """Height above and depth below the baseline of the ink of these letters."""
        if self.is_emoji:
            return 0.8, 0.2
        box = self._font.getbbox(text, anchor="ls")
        return -box[1] / _EM, box[3] / _EM

    @property
    def is_emoji(self) -> bool:
        return "Emoji" in self.family


@dataclass(frozen=True)
class FontChain:
    """A brand's face and those that help out, in the order in which they are asked."""

    faces: tuple[Face, ...]

    def sinks(self, faces: Iterable[Face]) -> float:
        """How far the text engine lowers the baseline of a line in which these faces help out, in em.

        A line box is as high as its highest face asks for, and the baseline is where that face wants it.
        """
        own, others = _middle(self.faces[0]), [_middle(face) for face in faces]
        return max([own, *others]) - own

    def css(self, text: str) -> str:
        """As a CSS font-family list, which ends with the face that completes the letters of a text.

        The engine sets the same without the others, in half the time.
        """
        missing = set(map(ord, text))
        names = []
        for face in self.faces:
            names.append(f"'{face.family}'")
            missing -= face.letters
            if not missing:
                break
        return ", ".join(names)

    def split(self, text: str, layer: str) -> dict[Face, str]:
        """The letters of a text by the face that sets them. Marks, joiners and spaces go with anything.

        Raises:
            MissingGlyphs: letters that no face has.
        """
        parts: dict[Face, str] = {}
        missing = ""
        for letter in dict.fromkeys(text):
            if unicodedata.category(letter) in ("Cf", "Zs", "Mn") or letter == "\ufe0f":
                continue
            face = next((face for face in self.faces if ord(letter) in face.letters), None)
            if face is None:
                missing += letter
            else:
                parts[face] = parts.get(face, "") + letter
        if missing:
            raise MissingGlyphs(layer, missing, ", ".join(face.family for face in self.faces))
        return parts


def _middle(face: Face) -> float:
    ascent, descent = face.metrics
    return (ascent - descent) / 2


class FontBook:
    """Every face of a fonts.yaml."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = _FontFile.model_validate(yaml.safe_load(path.read_text()))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise InvalidConfiguration(f"{path.name} {where}", first["input"], first["msg"]) from None
        self.faces: Mapping[str, Mapping[int, Face]] = {
            family: {weight: Face(family, weight, path.parent / name) for weight, name in weights.items()}
            for family, weights in self._file.families.items()
        }

    def chain(self, family: str, weight: int, language: str) -> FontChain:
        """The family, then what helps out; ideographs as the language (``ja``, ``zh-TW`` …) draws them.

        Raises:
            UnknownName: a family that is not in assets/fonts.
        """
        if family not in self.faces:
            raise UnknownName("font", family, ", ".join(self.faces))
        first = self._file.first_in.get(language[:2])
        names = dict.fromkeys([family, *([first] if first else []), *self._file.fallbacks])
        return FontChain(tuple(_nearest(self.faces[name], weight) for name in names))

    def chain_of(self, families: Sequence[str], weight: int) -> FontChain:
        """The chain of families that an artwork names.

        Raises:
            UnknownName: a family that is not in assets/fonts.
        """
        unknown = next((name for name in families if name not in self.faces), None)
        if unknown is not None:
            raise UnknownName("font", unknown, ", ".join(self.faces))
        return FontChain(tuple(_nearest(self.faces[name], weight) for name in families))


def _nearest(weights: Mapping[int, Face], weight: int) -> Face:
    """The face of this weight or the next heavier one; else the heaviest."""
    heavier = [own for own in sorted(weights) if own >= weight]
    return weights[heavier[0] if heavier else max(weights)]
