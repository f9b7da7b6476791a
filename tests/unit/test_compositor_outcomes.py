"""Input that cannot become an ad: every outcome names the layer and the format, and spoils no other format."""

import pytest
from drawn_plates import compose_request, with_logos

from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE, Canvas, Words
from services.errors import MissingGlyphs
from workflows.format import load_formats

SQUARE = load_formats()["meta_feed_1x1"].canvases()[0]
TILE = load_formats()["iab_mrec_300x250"].canvases()[0]
TINY = Canvas(format="custom_stamp", width=60, height=60, max_bytes=20_000)


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


def test_a_format_smaller_than_its_content(engine):
    """A stamp has no room for words and a button; the square is delivered."""
    made = engine.generate(*compose_request(SQUARE, TINY))
    assert set(made.images) == {SQUARE.format}
    failure = made.facts["failures"]["custom_stamp"]
    assert failure["code"] == "format_has_no_layout"
    assert "custom_stamp of 60 x 60 px" in failure["detail"]


def test_a_logo_that_drowns(engine):
    """A pale grey logo does not read on the pale panel of a tile; on the picture of the square a veil mends it."""
    request, images = compose_request(SQUARE, TILE)
    made = engine.generate(*with_logos(request, images, dark="#C4C4C4", light="#C4C4C4"))
    assert set(made.images) == {SQUARE.format}
    assert made.facts["creatives"][SQUARE.format]["contrast"]["logo"] >= 3
    failure = made.facts["failures"][TILE.format]
    assert failure["code"] == "logo_has_no_contrast"
    assert TILE.format in failure["detail"]


def test_the_contrast_of_a_logo_is_its_own(engine):
    """What counts is the logo's ink, not the ink of the words beside it."""
    request, images = compose_request(TILE)
    grey = engine.generate(*with_logos(request, images, dark="#6E6E6E")).facts["creatives"][TILE.format]
    black = engine.generate(request, images).facts["creatives"][TILE.format]
    assert 3 <= grey["contrast"]["logo"] < 5.5 < black["contrast"]["logo"]
    assert grey["contrast"]["headline"] == black["contrast"]["headline"]


def test_a_font_without_the_letters(engine):
    """Runes that no font has are refused with the layer they stand in."""
    words = Words(headline="Slow mornings", body="ᚠᚢᚦ", call_to_action="Go")
    with pytest.raises(MissingGlyphs, match=r"ᚠᚢᚦ.*body"):
        engine.generate(*compose_request(SQUARE, words=words))


def test_a_small_canvas_takes_the_short_headline(engine):
    """The longer one stands where it has room; each artwork holds the words that stand on it."""
    canvases = [
        Canvas(format="square", width=600, height=600, max_bytes=900_000),
        Canvas(format="board", width=728, height=90, max_bytes=900_000),
    ]
    words = Words(headline="Wet out there? Step after sure step", short_headline="Sure steps", call_to_action="See it")
    request, images = compose_request(canvases[0], words=words)
    made = engine.generate(request.model_copy(update={"canvases": tuple(canvases)}), images)
    stands = {}
    for name, artwork in made.facts["artworks"].items():
        lines = next(layer["lines"] for layer in artwork["layers"] if layer["role"] == "headline")
        stands[name] = " ".join(line["text"] for line in lines)
        assert artwork["words"]["headline"] == stands[name]
    assert stands == {"square": words.headline, "board": words.short_headline}


@pytest.mark.parametrize("size", [(600, 600), (540, 960), (1200, 628), (728, 90), (160, 600)])
@pytest.mark.parametrize("shows", ["ad", "picture"])
def test_a_crop_brings_the_product_nearer_and_keeps_it_whole(engine, size, shows):
    """Closer is larger, wider is never larger; nothing is cut off and no word gives way."""
    canvas = Canvas(format="x", width=size[0], height=size[1], max_bytes=900_000, shows=shows)
    made = {}
    for crop in ("wide", "usual", "close"):
        request, images = compose_request(canvas)
        style = request.style.model_copy(update={"crop": crop})
        made[crop] = engine.generate(request.model_copy(update={"style": style}), images).facts["creatives"]["x"]
    widths = {crop: facts["product"]["right"] - facts["product"]["left"] for crop, facts in made.items()}
    assert widths["wide"] <= widths["usual"] <= widths["close"]
    assert widths["wide"] < widths["close"] or shows == "picture"  # narrow pictures show all that is sharp already
    if shows == "ad" or size[0] < 2 * size[1]:  # a strip without words cannot show a plate's product whole anyway
        product = made["close"]["product"]
        assert min(product["left"], product["top"]) >= 0
        assert product["right"] <= size[0]
        assert product["bottom"] <= size[1]
    assert made["close"]["dropped"] == made["usual"]["dropped"]
