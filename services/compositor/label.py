"""The visible label of AI-made pictures: small, on its own dark plaque, in the first free place at a side."""

from collections.abc import Sequence

from services.compositor.artwork import Plaque, Type, TypeLine
from services.compositor.service import AD_CHOICES_PX, Canvas
from services.compositor.text_layer import TextBlock
from services.images import Box

LEAST_HEIGHT = 0.03  # of the canvas's height: below that a label is not conspicuous
LEAST_TYPE_PX = 9.0
MOST_TYPE_PX = 30.0
PADDING = 0.55  # beside and around the words, of their size
LEAST_SPACE_PX = 3  # to anything else
GROUND, INK = "#111111", "#FFFFFF"  # 18.9:1, whatever is behind


def find_place(block: TextBlock, canvas: Canvas, taken: Sequence[Box]) -> Box | None:
    """Where the label stands: a corner, bottom left first, else along the sides; None when all is taken."""
    size = _type_size(block, canvas)
    width = round(block.pieces.width(0, len(block.pieces.texts)) * size + 2 * PADDING * size)
    height = round((block.rise + block.drop + PADDING) * size)
    free = free_area(canvas)
    icon = Box(left=canvas.width - AD_CHOICES_PX[0], top=0, right=canvas.width, bottom=AD_CHOICES_PX[1])
    tops = [free.bottom - height, free.top, *range(free.bottom - 2 * height, free.top, -height)]
    spots = [(left, top) for top in tops for left in (free.left, free.right - width)]
    boxes = [Box(left=left, top=top, right=left + width, bottom=top + height) for left, top in spots]
    inside = [box for box in boxes if box.left >= free.left and box.top >= free.top and box.bottom <= free.bottom]
    for space in (round(0.6 * height), LEAST_SPACE_PX):
        found = next((box for box in inside if not any(meets(box, other, space) for other in [*taken, icon])), None)
        if found:
            return found
    return None


def free_area(canvas: Canvas) -> Box:
    """The canvas inside its safe zones and a narrow edge."""
    inset = max(4, round(0.015 * min(canvas.width, canvas.height)))
    return Box(
        left=max(inset, round(canvas.safe_left * canvas.width)),
        top=max(inset, round(canvas.safe_top * canvas.height)),
        right=canvas.width - max(inset, round(canvas.safe_right * canvas.width)),
        bottom=canvas.height - max(inset, round(canvas.safe_bottom * canvas.height)),
    )


def _type_size(block: TextBlock, canvas: Canvas) -> float:
    asked = LEAST_HEIGHT * canvas.height / (block.rise + block.drop + PADDING)
    return min(max(asked, LEAST_TYPE_PX), MOST_TYPE_PX)


def meets(one: Box, other: Box, space: int) -> bool:
    """Whether two boxes are nearer to each other than ``space`` px."""
    apart = one.right + space <= other.left or other.right + space <= one.left
    return not (apart or one.bottom + space <= other.top or other.bottom + space <= one.top)


def make_label(box: Box, block: TextBlock, canvas: Canvas) -> Type:
    """The label as a layer."""
    size = _type_size(block, canvas)
    width = block.pieces.width(0, len(block.pieces.texts)) * size
    return Type(
        role="disclosure",
        box=box,
        font=block.style.font,
        colour=INK,
        lines=(
            TypeLine(
                text=block.text,
                size_px=size,
                left=box.left + PADDING * size,
                baseline=round(box.top + (box.height + (block.rise - block.drop) * size) / 2),
                width=width,
                sinks=block.sinks,
            ),
        ),
        plaques=(
            Plaque(
                left=box.left, top=box.top, width=box.width, height=box.height, radius=0.25 * box.height, colour=GROUND
            ),
        ),
    )
