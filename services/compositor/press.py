"""The press: finished sheets become marked files. What it printed before is not encoded again.

A baseline JPEG with a restart marker after every row of blocks is a sequence of strips that know nothing of each other.
Creatives that differ in words have the same underlay, so only the rows that words touch are marked and encoded, and the
file is put together from known and new strips: byte for byte what encoding all of it makes.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from services.compositor.encode import CODECS, encode_to_budget, fit_to_budget, save_jpeg, strip_rows
from services.compositor.service import Canvas
from services.compositor.sheet import BAND_PX, Sheet
from services.compositor.watermark import embed, holds_watermark
from services.images import Box, EncodedImage

MOST_KEPT_BYTES = 24_000_000
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SCAN = b"\xff\xda"
_END = b"\xff\xd9"


@dataclass(frozen=True)
class Strips:
    """What is known of a underlay's file: its head, and the strips of every band of rows that was encoded bare."""

    head: bytes
    bands: tuple[tuple[bytes, ...], ...]  # empty where words stood until now

    @property
    def size_bytes(self) -> int:
        return len(self.head) + sum(len(strip) for strips in self.bands for strip in strips)


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
        if not self.has_watermark:
            return pixels
        marked = pixels.copy()
        spare = self.spare and self.spare.model_copy(
            update={"top": self.spare.top - top, "bottom": self.spare.bottom - top}
        )
        embed(marked, self.identity, spare, first_row=top // BAND_PX)
        return marked


class Press:
    """Encodes to the byte limit and remembers the strips of its last underlays, at most 24 MB of them."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Strips] = OrderedDict()
        self._bytes = 0

    def print(self, sheet: Sheet, order: Order) -> tuple[EncodedImage, int]:
        """The file and its quality. Raises TooLarge when the byte limit cannot be kept."""
        canvas, name = order.canvas, f"Format {order.canvas.format}"
        if canvas.file_type != "jpg":
            marked = order.mark(sheet.look(0, sheet.height))
            return encode_to_budget(marked, name, canvas.max_bytes, canvas.file_type, order.xmp)
        mark = cache(lambda top, bottom: order.mark(sheet.look(top, bottom), top))
        data, quality = fit_to_budget(
            lambda quality: self._splice(sheet, order, quality, mark), name, canvas.max_bytes, "jpg"
        )
        media_type = CODECS["jpg"].media_type
        return EncodedImage(data=data, width=canvas.width, height=canvas.height, media_type=media_type), quality

    def _splice(self, sheet: Sheet, order: Order, quality: int, mark: Callable[[int, int], np.ndarray]) -> bytes:
        """The file, of which only those bands are encoded that words touch or that are not known."""
        key = f"{quality} {order!r} {sheet.key}"
        known = self._known.get(key) or Strips(b"", ((),) * len(sheet.touched))
        bands, head = list(known.bands), known.head
        for first, last in _runs([touched or not strips for touched, strips in zip(sheet.touched, bands, strict=True)]):
            marked = mark(first * BAND_PX, min(last * BAND_PX, sheet.height))
            own_head, strips = _cut(save_jpeg(marked, quality, order.xmp, full_height=sheet.height))
            head = head or own_head  # the first time, all bands are encoded
            each = BAND_PX // strip_rows(width=sheet.width, height=sheet.height)
            bands[first:last] = [strips[at : at + each] for at in range(0, len(strips), each)]
        if order.is_kept:
            pairs = zip(sheet.touched, known.bands, bands, strict=True)
            self._keep(key, Strips(head, tuple(before if touched else now for touched, before, now in pairs)))
        return _join(head, [strip for strips in bands for strip in strips])

    def _keep(self, key: str, strips: Strips) -> None:
        before = self._known.pop(key, None)
        self._known[key] = strips
        self._bytes += strips.size_bytes - (before.size_bytes if before else 0)
        while self._bytes > MOST_KEPT_BYTES:
            self._bytes -= self._known.popitem(last=False)[1].size_bytes


def _cut(data: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """A JPEG file as everything before its scan's data, and the strips between restart markers."""
    scan = data.index(_SCAN)
    start = scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")
    return data[:start], tuple(_RESTART.split(data[start : -len(_END)]))


def _join(head: bytes, strips: list[bytes]) -> bytes:
    parts = [head, strips[0]]
    for index, strip in enumerate(strips[1:]):
        parts += [bytes((0xFF, 0xD0 + index % 8)), strip]
    return b"".join([*parts, _END])


def _runs(wanted: list[bool]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff([False, *wanted, False]))
    return ((int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True))
