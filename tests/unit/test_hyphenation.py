"""Long words: divided where German allows it, and only where a column is too narrow for them."""

import pytest
from drawn_plates import compose_request

from services.compositor.engine import CompositorEngine
from services.compositor.hyphenation import Hyphenator
from services.compositor.line_breaks import Pieces, cut_where_needed
from services.compositor.service import SERVICE, Words
from services.compositor.text_layer import TextLayer
from services.settings import ASSETS
from workflows.format import load_formats


@pytest.fixture(scope="module")
def hyphenator():
    return Hyphenator(ASSETS / "hyphenation")


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Handwerkskunst", "Hand-werks-kunst"),
        ("Geborgenheit", "Gebor-gen-heit"),
        ("Isolierflasche", "Iso-lier-fla-sche"),
        ("Frühstückstisch,", "Früh-stücks-tisch,"),
        ("(Baumwolltasche)", "(Baum-woll-ta-sche)"),
        ("Südtirol", "Süd-tirol"),
        ("Straße", "Straße"),
        ("YouTube-Kanal", "YouTube-Kanal"),
        ("WASSERDICHT", "WASSERDICHT"),
    ],
)
def test_german_words(hyphenator, word, parts):
    """As the patterns say, but no shorter part than three letters before and four after; names stay whole."""
    assert "-".join(hyphenator.divide(word, "de-AT")) == parts


def test_an_unknown_language_divides_nothing(hyphenator):
    assert hyphenator.divide("Handwerkskunst", "en") == ("Handwerkskunst",)


def test_only_the_word_that_is_too_wide_is_divided():
    """The others stay whole, and the line that ends inside it has its hyphen and its width."""
    coarse = Pieces(("Feine", "Handwerkskunst"), ("", " "), (2.5, 7.0), 0.25)
    fine = Pieces(
        ("Feine", "Hand", "werks", "kunst"), ("", " ", "", ""), (2.5, 2, 2.5, 2.5), 0.25, frozenset({1, 2}), 0.3
    )
    pieces = cut_where_needed(coarse, fine, (0, 1, 1, 1), 5.5)
    broken = pieces.breaks.at(5.5, 3)
    assert [pieces.text(*line) for line in broken.lines] == ["Feine Hand-", "werkskunst"]
    assert pieces.width(0, 2) == pytest.approx(2.5 + 0.25 + 2 + 0.3)
    assert cut_where_needed(coarse, fine, (0, 1, 1, 1), 7).texts == coarse.texts


def test_a_headline_is_divided_only_when_nothing_else_fits(engine):
    """A skyscraper too narrow for the word delivers it divided; a wide format never divides it."""
    formats = load_formats()
    narrow, wide = formats["iab_skyscraper_160x600"].canvases()[0], formats["linkedin_landscape"].canvases()[0]
    words = Words(headline="Wintergartenbeleuchtungstechnik", call_to_action="Ansehen")
    request, images = compose_request(narrow, wide, words=words)
    assert set(engine.generate(request, images).images) == {wide.format}
    german = engine.generate(request.model_copy(update={"language": "de"}), images)
    assert set(german.images) == {narrow.format, wide.format}


def test_the_block_says_what_may_be_divided():
    text_layer = TextLayer(ASSETS / "fonts" / "fonts.yaml", ASSETS / "hyphenation")
    style = text_layer.style("Feine Handwerkskunst", "Outfit", 600, 0, "de")
    block = text_layer.measure({"headline": ("Feine Handwerkskunst", style)}, "de")["headline"]
    assert block.can_be_divided
    assert len(list(block.cuts(4, may_divide=False))) == 1
    assert len(list(block.cuts(4, may_divide=True))) == 3
