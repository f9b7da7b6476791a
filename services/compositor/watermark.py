"""An invisible watermark: 32 bits in the blue-difference chroma, found again after recompression and halving.

Quantisation index modulation (Chen and Wornell, 2001) of block means. It is what DWT-DCT-SVD marking (Navas et al.,
2008) comes to on smooth blocks, where the largest singular value is the mean, without its decompositions: one pass
over the pixels. Luma stays as it is, so contrast and edges do not change.

The payload is 24 bits of identity and their CRC-8. Every block carries one bit; its blocks vote on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from services.images import Box

BLOCK_PX = 16  # a chroma block of a 4:2:0 JPEG
STEP = 6.0  # levels of chroma; a bit moves a block's mean by 2.6 at most
BITS = 32
SLACK = 0.4  # levels by which a mean may miss its place: what is not changed is not seen
MIN_AREA_PX = 40_000
LEAST_CERTAINTY = 0.2
_ROW_SHIFT = 11  # so that a bit's blocks lie scattered
_NEAR_WHITE = 245.0  # there blue can only be taken away
_CHROMA = np.array([-0.168736, -0.331264, 0.5], np.float32)  # of R, G, B (JFIF)
_PER_LEVEL = np.array([0.0, -0.344136, 1.772], np.float32)  # R, G, B for one level of chroma


@dataclass(frozen=True)
class Found:
    """A watermark: its identity (24 bits), and how clear the votes were, 0 to 1."""

    identity: int
    certainty: float


def holds_watermark(*, width: int, height: int) -> bool:
    """Whether a picture of this size has room for a watermark that can be read again."""
    return width * height >= MIN_AREA_PX and min(width, height) >= 4 * BLOCK_PX


def embed(pixels: np.ndarray, identity: int, spare: Box | None = None, first_row: int = 0) -> None:
    """Mark the pixels (uint8 H x W x 3, RGB) in place, but not those of the box; ``identity`` has 24 bits.

    ``first_row`` is the row of blocks that the pixels begin with, when they are a part of a picture.
    """
    colours = _block_means(pixels)
    means = colours @ _CHROMA
    across, down = means.shape[1], means.shape[0]
    bits = _payload(identity)[_bit_of_block(down, across, first_row)] ^ _whitening(down, across, first_row)
    cells = means / STEP - _offset(bits)
    cells = np.where(colours[..., 2] > _NEAR_WHITE, np.floor(cells), np.round(cells))
    away = (cells + _offset(bits)) * STEP - means
    change = np.sign(away) * np.maximum(np.abs(away) - SLACK, 0)
    if spare:
        first = (max(0, spare.top) // BLOCK_PX, max(0, spare.left) // BLOCK_PX)
        change[first[0] : max(0, -(-spare.bottom // BLOCK_PX)), first[1] : -(-spare.right // BLOCK_PX)] = 0
    levels = np.rint(change[..., None] * _PER_LEVEL)
    for step, sign in ((cv2.add, 1), (cv2.subtract, -1)):
        step(pixels, _per_pixel(np.clip(sign * levels, 0, 255).astype(np.uint8), pixels.shape), dst=pixels)


def _per_pixel(blocks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values of whole blocks (rows x columns x 3) for every pixel of a picture; 0 where there is no whole block."""
    padded = np.zeros((blocks.shape[0] + 1, blocks.shape[1] + 1, 3), np.uint8)
    padded[:-1, :-1] = blocks
    wide = np.repeat(padded, BLOCK_PX, axis=1)[:, : shape[1]]
    return np.repeat(wide, BLOCK_PX, axis=0)[: shape[0]]


def detect(pixels: np.ndarray, sizes: Iterable[tuple[int, int]] = ()) -> Found | None:
    """The watermark of a picture, also when it was made smaller from one of these sizes (width, height) or halved."""
    height, width = pixels.shape[:2]
    larger = [size for size in sizes if size[0] >= width and _has_ratio(size, width, height)]
    for size in dict.fromkeys([(width, height), (2 * width, 2 * height), *larger]):
        if holds_watermark(width=size[0], height=size[1]) and (found := _read(pixels, size)):
            return found
    return None


def _has_ratio(size: tuple[int, int], width: int, height: int) -> bool:
    return abs(size[0] / size[1] / (width / height) - 1) < 0.02


def _read(pixels: np.ndarray, size: tuple[int, int]) -> Found | None:
    resized = pixels if size == pixels.shape[1::-1] else cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    means = _block_means(resized) @ _CHROMA
    signs = np.where(_whitening(*means.shape), 1, -1)
    votes = (signs * np.cos(2 * np.pi * means / STEP)).ravel()  # 1 for a mean on a 1's lattice, -1 on a 0's
    index = _bit_of_block(*means.shape).ravel()
    score = np.bincount(index, votes, BITS) / np.bincount(index, minlength=BITS)
    bits = score > 0
    identity = int(sum(1 << place for place, bit in enumerate(bits[:24]) if bit))
    certainty = float(np.abs(score).mean())
    is_whole = bool((_payload(identity) == bits).all())
    return Found(identity, round(certainty, 3)) if is_whole and certainty >= LEAST_CERTAINTY else None


def _block_means(pixels: np.ndarray) -> np.ndarray:
    """Mean colour of every whole block: float32 rows x columns x 3."""
    rows, columns = pixels.shape[0] // BLOCK_PX, pixels.shape[1] // BLOCK_PX
    part = pixels[: rows * BLOCK_PX, : columns * BLOCK_PX]
    for side in (8, 4):  # halving is what OpenCV does fastest; its rounding is the same in all channels
        part = cv2.resize(part, (columns * side, rows * side), interpolation=cv2.INTER_AREA)
    return cv2.resize(part.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)


def _bit_of_block(rows: int, columns: int, first_row: int = 0) -> np.ndarray:
    row = np.arange(first_row, first_row + rows)[:, None]
    return (np.arange(columns)[None, :] + _ROW_SHIFT * row) % BITS


def _whitening(rows: int, columns: int, first_row: int = 0) -> np.ndarray:
    """Which blocks carry their bit inverted, so that a plain picture does not look like a watermark of zeros."""
    mixed = np.arange(columns)[None, :] * 0x9E3779B1 + np.arange(first_row, first_row + rows)[:, None] * 0x85EBCA77
    return (mixed * (mixed >> 13) >> 7) & 1 == 1


def _offset(bits: np.ndarray) -> np.ndarray:
    """A 0 is told by means at whole cells, a 1 by means half a cell further."""
    return np.where(bits, np.float32(0.5), np.float32(0.0))


@lru_cache(100)
def _payload(identity: int) -> np.ndarray:
    whole = identity | _crc8(identity) << 24
    return np.array([whole >> place & 1 for place in range(BITS)], bool)


def _crc8(identity: int) -> int:
    """CRC-8 with polynomial x^8 + x^2 + x + 1."""
    crc = 0
    for byte in identity.to_bytes(3, "big"):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc
