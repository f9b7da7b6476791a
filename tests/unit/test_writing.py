"""Where writing is in a picture."""

import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from services.product.sketch.scenes import SIZES, render_scene
from services.settings import ASSETS
from services.writing import find_writing


def sign(size: tuple[int, int] = (900, 600), at: tuple[int, int] = (300, 200)) -> tuple[Image.Image, tuple[int, ...]]:
    """A word on a plain ground, and its box."""
    picture = Image.new("RGB", size, (150, 165, 185))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(next((ASSETS / "fonts").rglob("*.ttf"))), 48)
    draw.text(at, "Grolbat", font=font, fill=(40, 40, 50))
    return picture, draw.textbbox(at, "Grolbat", font=font)


@pytest.mark.parametrize("at", [(300, 200), (20, 20), (600, 500)])
def test_a_word_is_found_where_it_stands(at):
    picture, box = sign(at=at)
    (line,) = find_writing(picture)
    assert (line.box.left, line.box.top, line.box.right, line.box.bottom) == pytest.approx(box, abs=16)
    assert line.score > 0.6


@pytest.mark.parametrize("size", [(1400, 140), (160, 900), (40, 30)])
def test_every_shape_can_be_searched(size):
    """The word of our own under the picture is never part of the answer."""
    assert find_writing(Image.new("RGB", size, (150, 165, 185))) == ()


def test_blurred_shapes_are_no_writing():
    """Without the word under the picture, the network takes parts of all three for some."""
    drawn = [render_scene(seed, SIZES["square"], family)[0] for seed, family in ((1, "garden"), (2, "winter"))]
    for picture in (*drawn, data.coffee()):
        assert find_writing(Image.fromarray(picture)) == ()
