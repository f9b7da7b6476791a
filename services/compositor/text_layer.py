"""Type: the only module that knows the text engine. Fonts are registered once; then it measures and draws."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pytakumi import Renderer

from services.compositor.artwork import Font, Plaque, Type, TypeLine
from services.compositor.fonts import Face, FontBook, FontChain
from services.compositor.hyphenation import Hyphenator
from services.compositor.line_breaks import Pieces, cut, cut_where_needed
from services.compositor.stars import draw_stars
from services.compositor.writing import Direction, FineCut, direction_of, fine_cut
from services.images import Box

_MEASURE_PX = 100.0
_RULERS = ("n n", "nn", "-")  # measured with every text, for its spaces and hyphens
_KEPT_WIDTHS = 4_000  # of runs that were measured last
_LEADING = 0.14  # least space between the ink of two lines, in em


@dataclass(frozen=True)
class TextStyle:
    """How a role is set: its fonts, its tracking in em, and the way it is written."""

    fonts: FontChain
    tracking: float = 0.0
    direction: Direction = "ltr"

    @property
    def face(self) -> Face:
        """The brand's own face, which sets the rhythm of lines."""
        return self.fonts.faces[0]

    @property
    def font(self) -> Font:
        """As an artwork names it."""
        families = tuple(face.family for face in self.fonts.faces)
        return Font(families=families, weight=self.face.weight, tracking=self.tracking, direction=self.direction)


@dataclass(frozen=True)
class TextBlock:
    """A text with its style, cut and measured. All lengths in em.

    ``fine`` cuts the same text at more places (``origins``: of which of the pieces each is a part). ``bearings`` is the
    empty space before each piece's ink. ``rise`` and ``drop`` are how far the script reaches above and below the
    baseline (for Latin: the capitals and the descenders), ``sinks`` how far helping fonts lower the baseline of the
    engine's lines.
    """

    text: str
    style: TextStyle
    pieces: Pieces
    bearings: tuple[float, ...]
    rise: float
    drop: float
    sinks: float
    families: tuple[str, ...]
    fine: Pieces | None = None
    origins: tuple[int, ...] = ()

    @property
    def can_be_divided(self) -> bool:
        """Whether a word of it may end in a hyphen."""
        return self.fine is not None and bool(self.fine.hyphens)

    def cuts(self, limit: float, may_divide: bool) -> Iterator[Pieces]:
        """Ways to cut it for a column of ``limit`` em, coarse to fine; words are divided only if that is allowed."""
        yield self.pieces
        if self.fine and (may_divide or not self.fine.hyphens):
            yield cut_where_needed(self.pieces, self.fine, self.origins, limit)
            yield self.fine

    def leading(self, usual: float) -> float:
        """Distance of baselines: the usual one, or more for scripts that reach further."""
        return max(usual, self.rise + self.drop + _LEADING)


@dataclass(frozen=True)
class Line:
    """One line to draw: left and baseline in px of what it is a part of."""

    text: str
    style: TextStyle
    size_px: float
    left: float
    baseline: float
    width: float
    sinks: float = 0

    def set_at(self, left: float, top: float) -> TypeLine:
        """As an artwork has it, its baseline on a whole px; its style stands beside it there."""
        return TypeLine(
            text=self.text,
            size_px=self.size_px,
            left=left + self.left,
            baseline=float(round(top + self.baseline)),
            width=self.width,
            sinks=self.sinks,
        )


class TextLayer:
    """The registered fonts, and the renderer that measures and draws with them."""

    def __init__(self, fonts: Path, patterns: Path) -> None:
        """``fonts`` is the fonts.yaml, ``patterns`` the folder of hyphenation patterns."""
        self._renderer = Renderer()
        self._hyphenator = Hyphenator(patterns)
        self._book = FontBook(fonts)
        self._widths: OrderedDict[tuple[str, Font], float] = OrderedDict()
        for face in (face for weights in self._book.faces.values() for face in weights.values()):
            self._renderer.register_font(face.path.read_bytes(), name=face.family, weight=face.weight)

    def style(self, text: str, family: str, weight: int, tracking: float, language: str = "en") -> TextStyle:
        """How a text is set. Tracking is for letters that stand apart; joined scripts lose theirs.

        Raises:
            UnknownName: a family that is not in assets/fonts.
        """
        fonts = self._book.chain(family, weight, language)
        is_plain = all(ord(letter) < 0x590 or 0x2000 <= ord(letter) < 0x2C00 for letter in text)
        return TextStyle(fonts, tracking if is_plain else 0.0, direction_of(text))

    def measure(self, texts: Mapping[str, tuple[str, TextStyle]], language: str = "en") -> dict[str, TextBlock]:
        """Cut every text where it may break and measure its pieces, all in one call of the engine.

        Raises:
            MissingGlyphs: letters that no font has.
        """
        coarse = {name: cut(text, language) for name, (text, _) in texts.items()}
        fine = {name: self._cut_fine(*parts, language) for name, parts in coarse.items()}
        parts = coarse | {f"{name} fine": (found.texts, found.joins) for name, found in fine.items() if found}
        styles = {name: texts[name.removesuffix(" fine")][1] for name in parts}
        flat = [(piece, styles[name]) for name, (pieces, _) in parts.items() for piece in (*pieces, *_RULERS)]
        widths = iter(self._measure_widths(flat))
        measured = {}
        for name, (pieces, joins) in parts.items():
            own = tuple(next(widths) for _ in pieces)
            with_space, alone, hyphen = (next(widths) for _ in _RULERS)
            found = fine[name.removesuffix(" fine")] if name.endswith(" fine") else None
            hyphens = found.hyphens if found else frozenset()
            measured[name] = Pieces(pieces, joins, own, with_space - alone, hyphens, hyphen)
        return {
            name: _block(name, text, style, measured[name], measured.get(f"{name} fine"), fine[name])
            for name, (text, style) in texts.items()
        }

    def _cut_fine(self, texts: tuple[str, ...], joins: tuple[str, ...], language: str) -> FineCut | None:
        return fine_cut(texts, joins, lambda text: self._hyphenator.divide(text, language))

    def _measure_widths(self, texts: Sequence[tuple[str, TextStyle]]) -> list[float]:
        """Widths in em; a run that was measured before is not measured again."""
        keys = [(text, style.font) for text, style in texts]
        fresh = {key: run for key, run in zip(keys, texts, strict=True) if key not in self._widths}
        nodes = [_text_node(text, style, _MEASURE_PX) for text, style in fresh.values()]
        measured = self._renderer.measure(_root(nodes, 8000, 400), width=8000, height=400)["children"] if nodes else []
        for key, node in zip(fresh, measured, strict=True):
            self._widths[key] = sum(run["width"] for run in node["runs"]) / _MEASURE_PX
        found = [self._widths[key] for key in keys]
        for key in keys:
            self._widths.move_to_end(key)
        while len(self._widths) > _KEPT_WIDTHS:
            self._widths.popitem(last=False)
        return found

    def draw(self, layer: Type) -> np.ndarray:
        """The words and plaques of a layer, for its box: uint8 H x W x 4, straight alpha."""
        box, font = layer.box, layer.font
        style = TextStyle(self._book.chain_of(font.families, font.weight), font.tracking, font.direction)
        nodes = [_plaque_node(plaque, box) for plaque in layer.plaques]
        nodes += [_line_node(line, style, layer.colour, box) for line in layer.lines]
        raw = self._renderer.render(
            _root(nodes, box.width, box.height), width=box.width, height=box.height, format="raw"
        )
        drawn = np.frombuffer(raw, np.uint8).reshape(box.height, box.width, 4)
        return draw_stars(drawn, layer.stars, box) if layer.stars else drawn


def _root(children: list[dict[str, Any]], width: int, height: int) -> dict[str, Any]:
    style = {"display": "flex", "position": "relative", "width": width, "height": height}
    return {"type": "container", "style": style, "children": children}


def _block(
    name: str, text: str, style: TextStyle, pieces: Pieces, fine: Pieces | None, fine_parts: FineCut | None
) -> TextBlock:
    parts = style.fonts.split(text, name)
    helpers = [face for face in parts if face != style.face]
    reaches = [face.extent(letters) for face, letters in parts.items() if face in helpers and letters.strip()]
    return TextBlock(
        text,
        style,
        pieces,
        tuple(_bearing(style, piece) for piece in pieces.texts),
        rise=max([style.face.cap_height, *(rise for rise, _ in reaches)]),
        drop=max([style.face.descender, *(drop for _, drop in reaches)]),
        sinks=style.fonts.sinks(helpers),
        families=tuple(face.family for face in parts) or (style.face.family,),
        fine=fine,
        origins=fine_parts.origins if fine_parts else (),
    )


def _bearing(style: TextStyle, piece: str) -> float:
    is_own = style.direction == "ltr" and ord(piece[0]) in style.face.letters
    return style.face.bearing(piece) if is_own else 0.0


def _text_node(text: str, style: TextStyle, size_px: float, **extra: Any) -> dict[str, Any]:
    face = style.face
    ascent, descent = (round(share * size_px) for share in face.metrics)  # as the engine rounds them
    css = {
        "position": "absolute",
        "fontSize": size_px,
        "fontFamily": style.fonts.css(text),
        "fontWeight": face.weight,
        "lineHeight": f"{ascent + descent}px",
        "letterSpacing": f"{style.tracking}em",
        "whiteSpace": "nowrap",
        "direction": style.direction,
        **extra,
    }
    return {"type": "text", "text": text, "style": css}


def _line_node(line: TypeLine, style: TextStyle, colour: str, box: Box) -> dict[str, Any]:
    above = round(style.face.metrics[0] * line.size_px) + round(line.sinks * line.size_px)
    place = {"left": line.left - box.left, "top": line.baseline - above - box.top, "color": colour}
    return _text_node(line.text, style, line.size_px, **place)


def _plaque_node(plaque: Plaque, box: Box) -> dict[str, Any]:
    css = {
        "position": "absolute",
        "left": plaque.left - box.left,
        "top": plaque.top - box.top,
        "width": plaque.width,
        "height": plaque.height,
        "borderRadius": plaque.radius,
        "backgroundColor": plaque.colour,
    }
    return {"type": "container", "style": css, "children": []}
