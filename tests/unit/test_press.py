"""The press: files put together from strips are byte for byte those that are encoded whole."""

import io

import numpy as np
import pytest
from drawn_plates import WORDS, compose_request
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.compositor.encode import BEST_QUALITY, FULL_COLOUR_AREA
from services.compositor.engine import CompositorEngine
from services.compositor.metadata import xmp
from services.compositor.press import Order, Press
from services.compositor.service import SERVICE, Canvas
from services.images import Box

PACKET = xmp("compositeWithTrainedAlgorithmicMedia")
SIZES = [(300, 250), (211, 203), (720, 704), (801, 645)]  # full colour, then subsampled; odd sizes too


def noise(width, height, seed=0):
    small = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)).copy()


def order(width, height):
    canvas = Canvas(format="x", width=width, height=height, max_bytes=5_000_000)
    spare = Box(left=width // 2, top=height // 3, right=width - 10, bottom=2 * height // 3)
    return Order(canvas, 0xABCDE1, spare, PACKET)


@settings(max_examples=25, deadline=None)
@given(
    size=st.sampled_from(SIZES),
    boxes=st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=0, max_size=4),
    colour=st.integers(0, 255),
)
def test_reprinted_files_equal_whole_ones(size, boxes, colour):
    """Whatever rectangles change, the spliced file is the one that a new press makes of all pixels."""
    width, height = size
    press, asked, before = Press(), order(width, height), noise(width, height)
    press.print(before, asked)
    after = before.copy()
    for left, top, right, bottom in boxes:
        rows = slice(*sorted((int(top * height), int(bottom * height))))
        after[rows, slice(*sorted((int(left * width), int(right * width))))] = colour
    spliced, quality = press.print(after, asked)
    whole, _ = Press().print(after, asked)
    assert quality == BEST_QUALITY
    assert spliced.data == whole.data


@pytest.mark.parametrize("size", SIZES)
def test_sizes_cover_both_kinds_of_colour(size):
    """The file opens, is baseline, and has its full size."""
    image = Image.open(io.BytesIO(Press().print(noise(*size), order(*size))[0].data))
    image.load()
    assert image.size == size
    is_full = size[0] * size[1] <= FULL_COLOUR_AREA
    assert image.layer[0][1:3] == ((1, 1) if is_full else (2, 2))


def test_a_tight_limit_is_kept_by_reprints_too():
    """Where new words no longer fit at best quality, the whole file is encoded anew, as by a new press."""
    width, height = 300, 250
    calm = np.full((height, width, 3), 128, np.uint8)
    canvas = Canvas(format="x", width=width, height=height, max_bytes=30_000)
    asked = Order(canvas, 0, None, PACKET)
    press = Press()
    press.print(calm, asked)
    wild = np.random.default_rng(1).integers(0, 256, calm.shape, np.uint8)
    made, quality = press.print(wild, asked)
    assert quality < BEST_QUALITY
    assert made.data == Press().print(wild, asked)[0].data


def test_variants_in_words_equal_their_own_renders():
    """Through the whole engine: words changed on the same picture give the same bytes as a fresh engine."""
    canvases = [
        Canvas(format="story", width=540, height=960, max_bytes=400_000),
        Canvas(format="tile", width=300, height=250, max_bytes=150_000),
    ]
    other = WORDS.model_copy(update={"headline": "Late evenings end here"})
    used, fresh = CompositorEngine(), CompositorEngine()
    for engine in (used, fresh):
        engine.load(SERVICE.checkpoint(""))
    used.generate(*compose_request(*canvases))
    again = used.generate(*compose_request(*canvases, words=other))
    alone = fresh.generate(*compose_request(*canvases, words=other))
    for canvas in canvases:
        assert again.images[canvas.format].data == alone.images[canvas.format].data
