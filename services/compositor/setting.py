"""Setting: texts, buttons, prices and logos in px, alone, side by side and one under the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil
from typing import Any

from services.compositor.artwork import TypeLine
from services.compositor.line_breaks import Pieces, least_roughness
from services.compositor.stars import STAR_GAP, STARS, row_width, star_size
from services.compositor.template import Group, Item, Role, Template
from services.compositor.text_layer import Line, TextBlock
from services.images import Box

LINE_HEIGHT = {"headline": 1.1, "body": 1.42}
BUTTON_HEIGHT = 2.5  # of its type size
BUTTON_PADDING = (0.75, 1.2)  # least and usual space beside the words, of its type size
MARK_WIDTH = 0.16  # the accent mark before a price
MARK_GAP = 0.5
MARK_HEIGHT = 1.45  # of the capitals
LEAST_GAP_PX = 1  # between the ink of two rows
_ALIGNED = {"start": 0.0, "centre": 0.5, "end": 1.0}


@dataclass(frozen=True)
class Copy:
    """What is to be set: measured texts by role, and the logo's width / height. What was set once is remembered."""

    blocks: Mapping[str, TextBlock]
    logo_ratio: float
    known: dict[tuple[Any, ...], "Placed | None"] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def is_mirrored(self) -> bool:
        """Whether the headline is written from right to left, and so the layout too."""
        return self.blocks["headline"].style.direction == "rtl"

    def has(self, role: Role | None) -> bool:
        """Whether there is anything of this role; an item without a role is a row."""
        return role is None or role == "logo" or role in self.blocks


@dataclass(frozen=True)
class Placed:
    """One role set in px: its box, its lines, its type size (for a logo: its height).

    Lines count from its own corner, so that it can be moved without touching them. ``drop`` is how far its script
    reaches below the baseline, in em; ``is_turned`` marks a right-to-left layout.
    """

    role: Role
    left: float
    top: float
    width: float
    height: float
    size_px: float
    lines: tuple[Line, ...] = ()
    roughness: float = 0
    drop: float = 0
    is_turned: bool = False

    def moved(self, right: float, down: float) -> "Placed":
        """The same, elsewhere."""
        if not right and not down:
            return self
        corner, size = (self.left + right, self.top + down), (self.width, self.height, self.size_px)
        return Placed(self.role, *corner, *size, self.lines, self.roughness, self.drop, self.is_turned)

    @cached_property
    def box(self) -> Box:
        """The px it covers, descenders included."""
        right = ceil(round(self.left + self.width, 3))  # a sum of widths may end a millionth of a px too far
        return Box(left=int(self.left), top=int(self.top), right=right, bottom=ceil(self.top + self.depth))

    @cached_property
    def depth(self) -> float:
        """Px from its top to where its deepest ink may be."""
        return max([self.height, *(line.baseline + self.drop * line.size_px for line in self.lines)])

    @property
    def type_lines(self) -> tuple[TypeLine, ...]:
        """Its lines as an artwork has them: on whole px of the canvas."""
        return tuple(line.set_at(self.left, self.top) for line in self.lines)


@dataclass(frozen=True)
class Setting:
    """Everything that setting an item depends on."""

    copy: Copy
    template: Template
    short_px: int
    scale: float
    divides: bool  # whether a headline may be hyphenated; other texts may
    _sizes: dict[Role, float] = field(default_factory=dict, init=False, compare=False, repr=False)

    def size(self, role: Role) -> float:
        """Type size (or logo height) in px at this scale."""
        if role not in self._sizes:
            self._sizes[role] = self.template.size(role).at(self.scale, self.short_px)
        return self._sizes[role]

    def place(self, item: Item, width: float) -> "Placed | None":
        """An item alone, in its own corner; None where ``width`` px are too few."""
        assert item.role
        known, key = self.copy.known, (item.role, item.lines, item.stretch, width, self.size(item.role), self.divides)
        if key not in known:
            known[key] = SETTERS[item.role](item, width, self)
        return known[key]

    def most_appeal(self, role: Role, lines: int) -> float:
        """What an item of this role can appeal at most, however well it is broken: see ``layout``."""
        roughness = least_roughness(self.copy.blocks[role].text, lines) if role in LINE_HEIGHT else 0
        return self.size(role) * (1 - roughness)


def set_column(group: Group, region: Box, setting: Setting, dropped: tuple[Role, ...]) -> list[Placed] | None:
    """A group's items in a region, without those that are dropped; None when they do not fit at this scale."""
    rows: list[tuple[Item, list[Placed]]] = []
    for item in group.items:
        leaves = [leaf for leaf in item.leaves() if setting.copy.has(leaf.role) and leaf.role not in dropped]
        if leaves:
            row = _set_row(leaves, region.width, setting)
            if row is None:
                return None
            rows.append((item, row))
    unit = setting.size("body")
    reaches = [_overhang(row) + LEAST_GAP_PX for _, row in rows]  # deep scripts hang into the gap below
    gaps = [0.0, *(max(item.gap * unit, reach) for (item, _), reach in zip(rows[1:], reaches, strict=False))]
    heights = [max(placed.height for placed in row) for _, row in rows]
    spare = region.height - sum(gaps) - sum(heights) - _overhang(rows[-1][1]) if rows else 0
    return None if spare < 0 else _stack(group, region, rows, gaps, spare)


def _overhang(row: list[Placed]) -> float:
    return max(ceil(placed.top + placed.depth) - placed.top - placed.height for placed in row)


def _stack(
    group: Group, region: Box, rows: list[tuple[Item, list[Placed]]], gaps: list[float], spare: float
) -> list[Placed]:
    pushed = next((index for index, (item, _) in enumerate(rows) if item.push), None)
    top = region.top + {"start": 0.0, "centre": spare / 2, "end": spare}[group.justify if pushed is None else "start"]
    result = []
    for index, (_, row) in enumerate(rows):
        top += gaps[index] + (spare if index == pushed else 0)
        width = max(placed.left + placed.width for placed in row)
        left = region.left + (region.width - width) * _ALIGNED[group.align]
        result += [_at_pixel(_centred(placed, group, width), left, top) for placed in row]
        top += max(placed.height for placed in row)
    return result


def _centred(placed: Placed, group: Group, width: float) -> Placed:
    if group.align == "start" or len(placed.lines) < 2:
        return placed
    share = _ALIGNED[group.align]
    lines = tuple(replace(line, left=line.left + (width - line.width) * share) for line in placed.lines)
    return replace(placed, lines=lines)


def _at_pixel(placed: Placed, left: float, top: float) -> Placed:
    return placed.moved(round(left), round(top))


def on_pixels(placed: Placed) -> Placed:
    """The same with every baseline on a whole px of the canvas."""
    lines = tuple(replace(line, baseline=round(placed.top + line.baseline) - placed.top) for line in placed.lines)
    return replace(placed, lines=lines)


def _set_row(leaves: list[Item], width: float, setting: Setting) -> list[Placed] | None:
    unit = setting.size("body")
    left, row, places = 0.0, [], []
    for index, item in enumerate(leaves):
        left += item.gap * unit if index else 0
        placed = setting.place(item, width - left)
        if placed is None or left + placed.width > width + 0.5:
            return None
        row.append(placed)
        places.append(left)
        left += placed.width
    pushed = next((index for index, item in enumerate(leaves) if item.push and index), len(leaves))
    height = max(placed.height for placed in row)
    shifts = [width - left if index >= pushed else 0.0 for index in range(len(row))]
    return [
        placed.moved(place + shift, (height - placed.height) / 2)
        for placed, place, shift in zip(row, places, shifts, strict=True)
    ]


def _set_text(item: Item, width: float, setting: Setting) -> Placed | None:
    assert item.role
    block, size = setting.copy.blocks[item.role], setting.size(item.role)
    cuts = block.cuts(width / size, setting.divides or item.role != "headline")
    found = ((pieces, pieces.breaks.at(width / size, item.lines)) for pieces in cuts if width > 0)
    pieces, broken = next(((pieces, broken) for pieces, broken in found if broken), (None, None))
    if pieces is None or broken is None:
        return None
    step, cap = round(size * block.leading(LINE_HEIGHT[item.role])), block.rise * size
    lines = tuple(_line(block, pieces, span, size, cap + row * step) for row, span in enumerate(broken.lines))
    height = cap + (len(lines) - 1) * step
    widest = max(line.width for line in lines)
    return Placed(item.role, 0, 0, widest, height, size, lines, broken.roughness, block.drop)


def _line(
    block: TextBlock, pieces: Pieces, span: tuple[int, int], size: float, baseline: float, left: float = 0
) -> Line:
    """The pieces of a span as a line whose ink, not its advance, starts at ``left``."""
    bearing = block.bearings[span[0]] * size if pieces is block.pieces else 0
    width = pieces.width(*span) * size
    return Line(pieces.text(*span), block.style, size, left - bearing, baseline, width, sinks=block.sinks)


def _set_button(item: Item, width: float, setting: Setting) -> Placed | None:
    block, size = setting.copy.blocks["call_to_action"], setting.size("call_to_action")
    text_width = block.pieces.width(0, len(block.pieces.texts)) * size
    least, usual = (float(ceil(text_width + 2 * padding * size)) for padding in BUTTON_PADDING)
    if least > width:
        return None
    own = float(int(width)) if item.stretch else min(usual, float(int(width)))
    height = float(round(size * BUTTON_HEIGHT))
    baseline = (height + _optical_height(block) * size) / 2
    line = Line(block.text, block.style, size, (own - text_width) / 2, baseline, text_width, sinks=block.sinks)
    return Placed("call_to_action", 0, 0, own, height, size, (line,), drop=block.drop)


def _optical_height(block: TextBlock) -> float:
    """What is centred in a button, in em: capitals, or the whole reach of a script that goes well below the line."""
    reaches_below = block.drop - block.style.face.descender > 0.03 or block.rise > 0.8
    return block.rise - block.drop if reaches_below else block.rise


def _set_price(item: Item, width: float, setting: Setting) -> Placed | None:
    block, size = setting.copy.blocks["price"], setting.size("price")
    text_width, cap = block.pieces.width(0, len(block.pieces.texts)) * size, block.rise * size
    indent = mark_width(size) + MARK_GAP * size
    if indent + text_width > width:
        return None
    height = float(round(cap * MARK_HEIGHT))
    line = _line(block, block.pieces, (0, len(block.pieces.texts)), size, (height + cap) / 2, indent)
    return Placed("price", 0, 0, indent + text_width, height, size, (line,), drop=block.drop)


def mark_width(size_px: float) -> float:
    """Width of the accent mark before a price of this type size, px."""
    return float(max(2, round(MARK_WIDTH * size_px)))


def _set_rating(item: Item, width: float, setting: Setting) -> Placed | None:
    """Five stars and their value; one star where five are too wide."""
    block, size = setting.copy.blocks["rating"], setting.size("rating")
    text_width = block.pieces.width(0, len(block.pieces.texts)) * size
    indents = [row_width(count, size) + STAR_GAP * size for count in (STARS, 1)]
    indent = next((indent for indent in indents if indent + text_width <= width), None)
    if indent is None:
        return None
    height = float(round(star_size(size)))
    line = _line(block, block.pieces, (0, len(block.pieces.texts)), size, (height + block.rise * size) / 2, indent)
    return Placed("rating", 0, 0, indent + text_width, height, size, (line,), drop=block.drop)


def _set_logo(item: Item, width: float, setting: Setting) -> Placed | None:
    height = setting.size("logo")
    own = height * setting.copy.logo_ratio
    return Placed("logo", 0, 0, float(round(own)), float(round(height)), height) if own <= width else None


SETTERS: dict[Role, Callable[[Item, float, Setting], Placed | None]] = {
    "headline": _set_text,
    "body": _set_text,
    "call_to_action": _set_button,
    "price": _set_price,
    "rating": _set_rating,
    "logo": _set_logo,
}
