"""Contrast, scrims, camera and encoding, on pixels made for the purpose."""

import io

import numpy as np
import pytest
from drawn_plates import draw_plate, product_box, ref
from PIL import Image

from services.compositor.camera import Shot, develop, product_matte, take_shot
from services.compositor.contrast import contrast, extremes, luminance, required, worst_ratio
from services.compositor.encode import BEST_QUALITY, CODECS, RESERVE_BYTES, encode_to_budget
from services.compositor.ground import Ink
from services.compositor.metadata import read_digital_source, xmp
from services.compositor.scrim import lay_scrim, make_scrim
from services.compositor.service import Plate
from services.compositor.setting import Placed
from services.compositor.sheet import Sheet
from services.compositor.template import Camera
from services.errors import TooLarge
from services.images import EXTENSIONS, SHAPES, Box


def test_contrast_of_known_colours():
    """The ratios that WCAG gives: 21 for black on white, 4.54 for #767676 on white."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_worst_ratio_is_of_the_worst_part():
    """A text half on black and half on white reads on neither half alone: the worse one counts."""
    ground = extremes(luminance(np.repeat(np.array([[0, 0, 0], [255, 255, 255]], np.uint8), 50, 0)))
    assert worst_ratio(1.0, ground) == pytest.approx(1)
    assert worst_ratio(0.216, ground) == 1


@pytest.mark.parametrize(("size_px", "weight", "ratio"), [(24, 400, 3), (19, 600, 3), (19, 400, 4.5), (12, 600, 4.5)])
def test_large_text_needs_less(size_px, weight, ratio):
    """Large is 24 px, or 18.66 px in a bold face."""
    assert required(size_px, weight) == ratio


CUTOUT = ref(draw_plate("square", "white", "tall"))


def grey_sheet(width, height):
    return Sheet("grey", width, height, lambda: np.full((height, width, 3), 120, np.uint8))


@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
def test_scrim_spares_the_product_and_fades_without_bands(side):
    """Full strength behind the words, none on the product or at the far end, and no step of more than two levels."""
    sheet, opaque = grey_sheet(400, 400), np.full((50, 50), 255, np.uint8)
    canvas = Box(left=0, top=0, right=400, bottom=400)
    near = {"left": (20, 150), "top": (150, 20), "right": (320, 150), "bottom": (150, 320)}[side]
    words = [Placed("headline", *near, 60, 60, 40)]
    shot = Shot("square", (0, 0, 400, 400), canvas, Box(left=230, top=230, right=300, bottom=300))
    scrim = make_scrim(canvas, words, side, Ink("#FFFFFF", False, "#000000", 0.5, 0), shot, CUTOUT)
    lay_scrim(sheet, scrim.model_copy(update={"fade": 200}), opaque)
    pixels = sheet.look(0, 400)
    assert pixels[near[1] + 20, near[0] + 20].max() == pytest.approx(60, abs=1)
    assert (pixels[230:300, 230:300] == 120).all()
    far = {"left": pixels[:, -1], "top": pixels[-1], "right": pixels[:, 0], "bottom": pixels[0]}[side]
    assert (far == 120).all()
    profile = pixels[:, :200] if side in ("top", "bottom") else pixels[:200].swapaxes(0, 1)
    means = profile.reshape(100, 4, -1, 3).mean((1, 2, 3))  # one dither tile at a time
    assert np.abs(np.diff(means)).max() < 8


def test_a_sheet_leaves_its_underlay_alone():
    """What is laid on it is seen on it only; grounds are looked at as they are now."""
    underlay = np.full((100, 80, 3), 50, np.uint8)
    sheet = Sheet("plain", 80, 100, lambda: underlay)
    box = Box(left=10, top=20, right=30, bottom=40)
    assert sheet.ground(box).colour == "#323232"
    sheet.touch(box)[:] = 200
    assert sheet.ground(box).colour == "#c8c8c8"
    assert sheet.touched.tolist() == [False, True, True, False, False, False, False]
    assert (underlay == 50).all()
    assert (sheet.look(0, 100) != underlay).any(2).sum() == 20 * 20
    assert (sheet.look(64, 100) == 50).all()


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
    half = Box(left=0, top=0, right=540, bottom=(shot.product.top + shot.product.bottom) // 2)
    place, matte = product_matte(shot.product, shot.picture, np.full((50, 50), 255, np.uint8))
    assert place == shot.product
    assert matte.shape == (place.height, place.width)
    assert matte.min() == 255
    cut_place, cut = product_matte(shot.product, half, np.full((50, 50), 255, np.uint8))
    assert cut_place.bottom == half.bottom
    assert cut.shape == (cut_place.height, cut_place.width)


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
