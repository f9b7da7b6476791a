"""Lines of words in pictures: found on creatives, not found where there are none."""

import io

import numpy as np
import pytest
from drawn_plates import STYLE, compose_request
from PIL import Image, ImageDraw, ImageFont

from services.caption.lettering import find_text
from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE, Canvas
from services.images import Box
from services.product.sketch.scenes import FAMILIES, render_scene
from services.settings import ASSETS

FONT = ASSETS / "fonts" / "inter" / "Inter_600SemiBold.ttf"


@pytest.fixture(scope="module")
def compositor() -> CompositorEngine:
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


def covered(role_box: dict[str, int], lines: tuple[Box, ...]) -> float:
    """The share of a box's columns that lines of text cross."""
    across = np.zeros(role_box["right"], bool)
    for line in lines:
        if line.top < role_box["bottom"] and line.bottom > role_box["top"]:
            across[max(line.left, 0) : line.right] = True
    return float(across[role_box["left"] :].mean())


@pytest.mark.parametrize(("width", "height"), [(300, 250), (728, 90), (1080, 1080)])
@pytest.mark.parametrize("look", ["quiet", "editorial"])
def test_the_words_of_a_creative_are_found(compositor, width, height, look):
    """Headline, price and button, at the size and compression they are delivered in."""
    canvas = Canvas(format="ad", width=width, height=height, max_bytes=150_000)
    made = compositor.generate(*compose_request(canvas, style=STYLE.model_copy(update={"look": look})))
    lines = find_text(Image.open(io.BytesIO(made.images["ad"].data)))
    boxes = {box["role"]: box for box in made.facts["creatives"]["ad"]["boxes"]}
    for role in ("headline", "call_to_action"):
        assert covered(boxes[role], lines) > 0.5, role


@pytest.mark.parametrize("family", FAMILIES)
def test_scenes_have_no_words(family):
    """Bricks, lanes, bokeh and leaves are no letters."""
    assert find_text(Image.fromarray(render_scene(5, (384, 384), family)[0])) == ()


def test_words_keep_their_place_when_the_picture_is_larger():
    """The same words drawn twice as large give a box twice as large; a picture of one colour gives none."""
    boxes = []
    for scale in (1, 2):
        page = Image.new("RGB", (600 * scale, 200 * scale), "#204030")
        font = ImageFont.truetype(FONT, 32 * scale)
        ImageDraw.Draw(page).text((100 * scale, 80 * scale), "Made to last", "white", font)
        (line,) = find_text(page)
        boxes.append(np.array([line.left, line.top, line.right, line.bottom]) / scale)
    assert np.abs(boxes[0] - boxes[1]).max() <= 3
    assert find_text(Image.new("RGB", (64, 64), "red")) == ()
