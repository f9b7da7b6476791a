"""The press: finished pixels become marked files. What it printed before is not encoded again.

A baseline JPEG with a restart marker after every row of blocks is a sequence of strips that know nothing of each other.
When a creative differs from one printed before only in some rows (other words on the same picture), only these rows are
marked and encoded, and the file is put together from old and new strips: byte for byte what encoding all of it makes.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from services.compositor.encode import BEST_QUALITY, RESERVE_BYTES, encode_to_budget, save_jpeg, strip_rows
from services.compositor.service import Canvas
from services.compositor.watermark import BLOCK_PX, embed, holds_watermark
from services.images import Box, EncodedImage

MOST_KEPT_BYTES = 48_000_000
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SCAN = b"\xff\xda"
_END = b"\xff\xd9"


@dataclass(frozen=True)
class Print:
    """A creative as it was printed: pixels before the watermark, the file's head, and its strips."""

    pixels: np.ndarray
    head: bytes
    strips: tuple[bytes, ...]


@dataclass(frozen=True)
class Order:
    """What a file is printed for: everything that its bytes depend on besides the pixels.

    ``is_kept`` says whether the print may be remembered; of private pictures nothing stays.
    """

    canvas: Canvas
    identity: int
    spare: Box | None
    xmp: bytes
    is_kept: bool = True

    @property
    def has_watermark(self) -> bool:
        return bool(self.identity) and holds_watermark(width=self.canvas.width, height=self.canvas.height)

    def mark(self, pixels: np.ndarray, top: int = 0) -> np.ndarray:
        """Rows from ``top`` on, with the watermark; the given pixels stay as they are."""
        marked = pixels.copy()
        if self.has_watermark:
            spare = self.spare and self.spare.model_copy(
                update={"top": self.spare.top - top, "bottom": self.spare.bottom - top}
            )
            embed(marked, self.identity, spare, first_row=top // BLOCK_PX)
        return marked


class Press:
    """Encodes to the byte limit and remembers its last prints, at most 48 MB of them."""

    def __init__(self) -> None:
        self._prints: OrderedDict[str, Print] = OrderedDict()

    def print(self, pixels: np.ndarray, order: Order) -> tuple[EncodedImage, int]:
        """The file and its quality. Raises TooLarge when the byte limit cannot be kept."""
        key, canvas = repr(order), order.canvas
        if canvas.file_type == "jpg" and (known := self._prints.get(key)) is not None:
            fresh = _reprint(known, pixels, order)
            data = _join(fresh)
            if len(data) <= canvas.max_bytes - RESERVE_BYTES:
                self._keep(key, fresh)
                made = EncodedImage(data=data, width=canvas.width, height=canvas.height, media_type="image/jpeg")
                return made, BEST_QUALITY
        name = f"Format {canvas.format}"
        image, quality = encode_to_budget(order.mark(pixels), name, canvas.max_bytes, canvas.file_type, order.xmp)
        if canvas.file_type == "jpg" and quality == BEST_QUALITY and order.is_kept:
            self._keep(key, Print(pixels, *_cut(image.data)))
        return image, quality

    def _keep(self, key: str, fresh: Print) -> None:
        self._prints[key] = fresh
        self._prints.move_to_end(key)
        while sum(kept.pixels.nbytes for kept in self._prints.values()) > MOST_KEPT_BYTES:
            self._prints.popitem(last=False)


def _cut(data: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """A JPEG file as everything before its scan's data, and the strips between restart markers."""
    scan = data.index(_SCAN)
    start = scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")
    return data[:start], tuple(_RESTART.split(data[start : -len(_END)]))


def _join(printed: Print) -> bytes:
    parts = [printed.head, printed.strips[0]]
    for index, strip in enumerate(printed.strips[1:]):
        parts += [bytes((0xFF, 0xD0 + index % 8)), strip]
    return b"".join([*parts, _END])


def _reprint(known: Print, pixels: np.ndarray, order: Order) -> Print:
    """The known print with every strip replaced whose pixels differ."""
    strips, rows = list(known.strips), strip_rows(width=order.canvas.width, height=order.canvas.height)
    for top, bottom in _changed(known.pixels, pixels):
        marked = order.mark(pixels[top:bottom], top)
        _, fresh = _cut(save_jpeg(marked, BEST_QUALITY, order.xmp, full_height=order.canvas.height))
        first = top // rows
        strips[first : first + len(fresh)] = fresh
    return Print(pixels, known.head, tuple(strips))


def _changed(before: np.ndarray, after: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of rows that differ, in whole watermark blocks (which are whole strips): (top, bottom) px."""
    height = after.shape[0]
    tops = range(0, height, BLOCK_PX)
    differs = [not np.array_equal(before[top : top + BLOCK_PX], after[top : top + BLOCK_PX]) for top in tops]
    edges = np.flatnonzero(np.diff([False, *differs, False]))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield int(first) * BLOCK_PX, min(int(last) * BLOCK_PX, height)
