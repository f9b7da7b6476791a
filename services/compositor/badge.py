"""The badge: an offer or a piece of news, as a seal in a free corner of the picture. Where there is no room, none."""

from collections.abc import Iterator, Sequence

from services.compositor.artwork import Plaque, Type, TypeLine
from services.compositor.contrast import contrast
from services.compositor.ground import badge_colours
from services.compositor.label import free_area, meets
from services.compositor.layout import Layout
from services.compositor.painter import Easel
from services.compositor.service import AD_CHOICES_PX, Style
from services.compositor.text_layer import TextBlock
from services.images import Box

SIZES = (0.056, 0.047, 0.039)  # of the type, of the canvas's short side
LEAST_TYPE_PX, MOST_TYPE_PX = 12.0, 60.0
ROUND_EM = 3.2  # what is not wider stands in a circle, the rest in a pill
_CIRCLE, _PILL = 1.5, (1.7, 2.1)  # added to the width in em; the pill: added to the width, and its height
_APART = 0.2  # least space to anything else, of its height
_INSET, _MOST_INSET = 0.7, 0.06  # from the edges of the picture: of the template's margin, of its own short side


def make_badge(easel: Easel, layout: Layout, block: TextBlock, style: Style) -> Type | None:
    """The badge as a layer, the largest for which there is a free corner."""
    short_px = min(layout.canvas.width, layout.canvas.height)
    sizes = [min(max(share * short_px, LEAST_TYPE_PX), MOST_TYPE_PX) for share in SIZES]
    taken = [(item.box, item.role == "logo") for group in layout.groups for item in group]
    others = [*(layer.box for layer in easel.layers if layer.role == "disclosure"), layout.shot.product]
    for size_px in dict.fromkeys(sizes):
        width, height = _size(block, size_px)
        for box in _spots(layout, width, height):
            if not _is_taken(box, taken, [*others, *layout.shot.keep_clear], layout.canvas.width):
                fill, ink = badge_colours(easel.sheet.ground(box).colour, style)
                return _type(box, block, size_px, fill, ink)
    return None


def ratio_of(badge: Type) -> float:
    """Contrast of its words with its own ground."""
    return contrast(badge.colour, badge.plaques[0].colour)


def _size(block: TextBlock, size_px: float) -> tuple[int, int]:
    width = block.pieces.width(0, len(block.pieces.texts))
    if width <= ROUND_EM:
        side = round((width + _CIRCLE) * size_px)
        return side, side
    return round((width + _PILL[0]) * size_px), round(_PILL[1] * size_px)


def _spots(layout: Layout, width: int, height: int) -> Iterator[Box]:
    """Places in the picture: at the side where fewer words are, from the top down, then at the other side."""
    free, picture = free_area(layout.canvas), layout.shot.picture
    short_px = min(layout.canvas.width, layout.canvas.height)
    margin = max(layout.template.margin_px, layout.template.margin * short_px)
    inset = round(min(_INSET * margin, _MOST_INSET * min(picture.width, picture.height)))
    left, right = max(free.left, picture.left + inset), min(free.right, picture.right - inset) - width
    top, bottom = max(free.top, picture.top + inset), min(free.bottom, picture.bottom - inset) - height
    if right < left or bottom < top:
        return
    columns = sorted((right, left), key=lambda column: _words_near(layout, column + width / 2))
    tops = [*range(top, top + (bottom - top) // 2, max(1, height // 4)), bottom]
    for column in columns:
        for row in tops:
            yield Box(left=column, top=row, right=column + width, bottom=row + height)


def _words_near(layout: Layout, across: float) -> float:
    """How much type stands on the half of the canvas that ``across`` is in: px of its boxes' area."""
    middle = layout.canvas.width / 2
    boxes = [item.box for group in layout.groups for item in group]
    same = [box for box in boxes if ((box.left + box.right) / 2 < middle) == (across < middle)]
    return sum(box.width * box.height for box in same)


def _is_taken(box: Box, taken: Sequence[tuple[Box, bool]], others: Sequence[Box], canvas_width: int) -> bool:
    """A logo keeps its height clear around it."""
    space = max(3, round(_APART * box.height))
    icon = Box(left=canvas_width - AD_CHOICES_PX[0], top=0, right=canvas_width, bottom=AD_CHOICES_PX[1])
    if meets(box, icon, 0) or any(meets(box, other, space) for other in others):
        return True
    return any(meets(box, other, max(space, other.height if is_logo else 0)) for other, is_logo in taken)


def _type(box: Box, block: TextBlock, size_px: float, fill: str, ink: str) -> Type:
    width = block.pieces.width(0, len(block.pieces.texts)) * size_px
    line = TypeLine(
        text=block.text,
        size_px=size_px,
        left=box.left + (box.width - width) / 2,
        baseline=float(round(box.top + (box.height + block.rise * size_px) / 2)),
        width=width,
        sinks=block.sinks,
    )
    plaque = Plaque(left=box.left, top=box.top, width=box.width, height=box.height, radius=box.height / 2, colour=fill)
    return Type(role="badge", box=box, font=block.style.font, colour=ink, lines=(line,), plaques=(plaque,))
