"""The press: files put together from strips are byte for byte those that are encoded whole."""

import io
from dataclasses import replace

import numpy as np
import pytest
from drawn_plates import STYLE, WORDS, compose_request
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.compositor.encode import BEST_QUALITY, FULL_COLOUR_AREA
from services.compositor.engine import CompositorEngine
from services.compositor.metadata import xmp
from services.compositor.press import Order, Press
from services.compositor.service import SERVICE, Canvas
from services.compositor.sheet import Sheet
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


def sheet(pixels, boxes=(), colour=0):
    """A sheet before these pixels, with boxes painted in one colour."""
    made = Sheet("noise", pixels.shape[1], pixels.shape[0], lambda: pixels)
    for box in boxes:
        made.touch(box)[:] = colour
    return made


def whole(made, asked):
    """The file of a sheet that nothing is known of."""
    return Press().print(Sheet("", made.width, made.height, lambda: made.look(0, made.height).copy()), asked)


@st.composite
def boxes_in(draw, size):
    """Up to four boxes."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        across, down = (sorted(draw(st.tuples(st.integers(0, side), st.integers(0, side)))) for side in size)
        found.append(Box(left=across[0], top=down[0], right=across[1], bottom=down[1]))
    return found


@settings(max_examples=25, deadline=None)
@given(size=st.sampled_from(SIZES), data=st.data())
def test_spliced_files_equal_whole_ones(size, data):
    """Whatever is laid on a known underlay, one after the other: the file is the one that encoding all of it makes."""
    pixels, press, asked = noise(*size), Press(), order(*size)
    for colour in (0, 255, 90):
        made = sheet(pixels, data.draw(boxes_in(size)), colour)
        spliced, quality = press.print(made, asked)
        assert (spliced, quality) == whole(made, asked)
        assert quality == BEST_QUALITY


@pytest.mark.parametrize("size", SIZES)
def test_sizes_cover_both_kinds_of_colour(size):
    """The file opens, is baseline, and has its full size."""
    image = Image.open(io.BytesIO(Press().print(sheet(noise(*size)), order(*size))[0].data))
    image.load()
    assert image.size == size
    is_full = size[0] * size[1] <= FULL_COLOUR_AREA
    assert image.layer[0][1:3] == ((1, 1) if is_full else (2, 2))


def test_a_tight_limit_is_kept_by_splices_too():
    """Where new words no longer fit at best quality, the file is the one that a new press makes at a lower one."""
    calm = np.full((250, 300, 3), 128, np.uint8)
    asked = Order(Canvas(format="x", width=300, height=250, max_bytes=30_000), 0, None, PACKET)
    press = Press()
    press.print(sheet(calm), asked)
    wild = sheet(calm)
    wild.touch(Box(left=0, top=10, right=300, bottom=240))[:] = np.random.default_rng(1).integers(0, 256, (230, 300, 3))
    made, quality = press.print(wild, asked)
    assert quality < BEST_QUALITY
    assert (made, quality) == whole(wild, asked)


def test_nothing_of_a_private_picture_is_kept():
    """Its underlay is asked for each time."""
    asked, times = replace(order(300, 250), is_kept=False), []
    press, pixels = Press(), noise(300, 250)
    for _ in range(2):
        made = Sheet("private", 300, 250, lambda: times.append(1) or pixels)
        press.print(made, asked)
    assert len(times) == 2
    press.print(sheet(pixels), order(300, 250))
    press.print(Sheet("noise", 300, 250, lambda: pytest.fail("known, so it need not be painted")), order(300, 250))


CANVASES = [
    Canvas(format="story", width=540, height=960, max_bytes=400_000),
    Canvas(format="tile", width=300, height=250, max_bytes=40_000),
    Canvas(format="strip", width=728, height=90, max_bytes=60_000, file_type="png"),
    Canvas(format="clean", width=320, height=168, max_bytes=400_000, shows="picture"),
    Canvas(format="mark", width=320, height=320, max_bytes=400_000, shows="logo"),
]


def fresh_engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


USED = fresh_engine()


@settings(max_examples=10, deadline=None)
@given(
    headline=st.sampled_from(["Late evenings end here", "Slow", "One, two, three, and the whole day is yours"]),
    body=st.sampled_from(["", WORDS.body]),
    price=st.sampled_from(["", "€24.00"]),
    ground=st.sampled_from(["gradient", "noise", "black"]),
    colours=st.sampled_from([("#F6F1E8", "#1B1B1B"), ("#101828", "#FFFFFF")]),
    look=st.sampled_from(["quiet", "bold", "split", "poster"]),
    label=st.sampled_from(["", "AI-generated"]),
)
def test_a_used_engine_makes_what_a_fresh_one_makes(headline, body, price, ground, colours, look, label):
    """Whatever it made before: other words, brands and plates, in any order."""
    words = WORDS.model_copy(update={"headline": headline, "body": body, "price": price})
    style = STYLE.model_copy(update={"background": colours[0], "text": colours[1], "look": look})
    request, images = compose_request(*CANVASES, words=words, ground=ground, style=style)
    request = request.model_copy(update={"label": label, "watermark": 0xABCDE1})
    used, fresh = USED.generate(request, images), fresh_engine().generate(request, images)
    assert used.facts["failures"] == fresh.facts["failures"]
    assert used.images == fresh.images
