"""Contrast, scrims, camera and encoding, on pixels made for the purpose."""

import io

import numpy as np
import pytest
from drawn_plates import draw_plate, product_box, ref
from PIL import Image

from services.compositor.camera import Shot, develop, product_matte, take_shot
from services.compositor.contrast import contrast, luminance, required, worst_ratio
from services.compositor.encode import BEST_QUALITY, CODECS, RESERVE_BYTES, encode_to_budget
from services.compositor.ground import Ink, make_scrim, paint_scrim
from services.compositor.metadata import read_digital_source, xmp
from services.compositor.service import Plate
from services.compositor.setting import Placed
from services.compositor.template import Camera
from services.errors import TooLarge
from services.images import EXTENSIONS, SHAPES, Box


def test_contrast_of_known_colours():
    """The ratios that WCAG gives: 21 for black on white, 4.54 for #767676 on white."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_worst_ratio_is_of_the_worst_part():
    """A text half on black and half on white reads on neither half alone: the worse one counts."""
    ground = luminance(np.repeat(np.array([[0, 0, 0], [255, 255, 255]], np.uint8), 50, 0))
    assert worst_ratio(1.0, ground) == pytest.approx(1)
    assert worst_ratio(0.216, ground) == 1


@pytest.mark.parametrize(("size_px", "weight", "ratio"), [(24, 400, 3), (19, 600, 3), (19, 400, 4.5), (12, 600, 4.5)])
def test_large_text_needs_less(size_px, weight, ratio):
    """Large is 24 px, or 18.66 px in a bold face."""
    assert required(size_px, weight) == ratio


def test_scrim_spares_the_product_and_fades_without_bands():
    """Full strength behind the words, none on the product or at the far end, and no step of more than two levels."""
    pixels = np.full((400, 300, 3), 120, np.uint8)
    matte = np.zeros((400, 300), np.float32)
    matte[:, 200:] = 1
    canvas, words = Box(left=0, top=0, right=300, bottom=400), [Placed("headline", 20, 20, 100, 60, 40)]
    shot = Shot("square", (0, 0, 300, 400), canvas, Box(left=200, top=0, right=300, bottom=400))
    ink = Ink("#FFFFFF", False, "#000000", 0.5, 0)
    paint_scrim(pixels, make_scrim(canvas, words, "top", ink, shot, ref(draw_plate("square", "white", "tall"))), matte)
    assert pixels[40, 50].max() == pytest.approx(60, abs=1)
    assert (pixels[:, 200:] == 120).all()
    assert (pixels[390] == 120).all()
    means = pixels[:, :200].reshape(100, 4, 200, 3).mean((1, 2, 3))  # one dither tile at a time
    assert np.abs(np.diff(means)).max() < 8


@pytest.mark.parametrize("shape", SHAPES)
def test_shot_keeps_the_product_whole_and_in_place(shape):
    """The projected box frames the product's pixels, and the product stands inside the picture."""
    plate = Plate(image=ref(draw_plate(shape, "white", "tall")), product_box=product_box(shape, "tall"))
    shot = take_shot(Camera(fill=(0.7, 0.7), base=0.85), Box(left=10, top=20, right=210, bottom=270), {shape: plate})
    pixels = develop(shot.window, (200, 250), np.asarray(draw_plate(shape, "white", "tall")))
    assert pixels.shape == (250, 200, 3)
    rows, columns = np.nonzero(pixels[..., 2] < 150)
    found = (columns.min() + 10, rows.min() + 20, columns.max() + 11, rows.max() + 21)
    box = shot.product
    assert found == pytest.approx((box.left, box.top, box.right, box.bottom), abs=2)
    assert 10 <= box.left < box.right <= 210
    assert 20 <= box.top < box.bottom <= 270


def test_feet_are_cut_off_rather_than_heads():
    """A person as tall as the plate, in a wide picture: the top of the product stays, with a little air above it."""
    plate = Plate(
        image=ref(draw_plate("portrait", "white", "tall")), product_box=Box(left=340, top=150, right=740, bottom=1900)
    )
    shot = take_shot(Camera(base=0.9), Box(left=0, top=0, right=1080, bottom=720), {"portrait": plate})
    assert 0 < shot.product.top < 0.1 * 720
    assert shot.product.bottom > 720


def test_matte_is_where_the_product_is():
    """The cut-out's alpha lands in the product's box, clipped to the picture."""
    plate = Plate(image=ref(draw_plate("square", "white", "square")), product_box=product_box("square", "square"))
    shot = take_shot(Camera(), Box(left=0, top=0, right=540, bottom=540), {"square": plate})
    matte = product_matte(shot.product, shot.picture, np.full((50, 50), 255, np.uint8), (540, 540))
    box = shot.product
    assert matte[box.top : box.bottom, box.left : box.right].min() == 1
    assert matte.sum() == box.width * box.height


def noise(width, height):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("file_type", ["jpg", "webp", "avif", "gif"])
@pytest.mark.parametrize("limit", [250_000, 150_000, 90_000])
def test_encoding_keeps_the_limit(limit, file_type):
    """Noise, which no codec likes, still keeps every limit, with the reserve, and says where it comes from."""
    packet = xmp("digitalCreation")
    made, quality = encode_to_budget(noise(400, 300), "noise", limit, file_type, packet)
    assert len(made.data) <= limit - RESERVE_BYTES
    assert quality <= CODECS[file_type].best
    assert EXTENSIONS[made.media_type] == file_type
    assert read_digital_source(made.data) == "digitalCreation"
    image = Image.open(io.BytesIO(made.data))
    image.load()
    assert image.size == (400, 300)


@pytest.mark.parametrize("file_type", CODECS)
def test_encoding_is_repeatable_and_close(file_type):
    """The same pixels give the same bytes, and the file shows them."""
    pixels = np.linspace(40, 220, 300 * 250 * 3).reshape(250, 300, 3).astype(np.uint8)
    one, again = (encode_to_budget(pixels, "calm", 150_000, file_type)[0].data for _ in range(2))
    assert one == again
    shown = np.asarray(Image.open(io.BytesIO(one)).convert("RGB")).astype(int)
    assert np.abs(shown - pixels).mean() < 2


def test_calm_pictures_keep_the_best_quality():
    """A picture that fits is not made worse, and small ones keep full colour resolution."""
    made, quality = encode_to_budget(np.full((250, 300, 3), 200, np.uint8), "calm", 150_000)
    assert quality == BEST_QUALITY
    assert Image.open(io.BytesIO(made.data)).layer[1][1:3] == (1, 1)


def test_impossible_limit_is_refused():
    """When not even the lowest quality fits, the error names the limit."""
    with pytest.raises(TooLarge, match="Format x"):
        encode_to_budget(noise(2000, 2000), "Format x", 20_000)
