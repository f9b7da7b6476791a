"""Scripts beyond Latin: fonts that help out, direction, line breaks without spaces, mirrored layouts."""

import numpy as np
import pytest
from drawn_plates import compose_request, type_layer

from services.compositor.engine import CompositorEngine
from services.compositor.line_breaks import cut
from services.compositor.service import SERVICE, Canvas, Words
from services.compositor.text_layer import Line, TextLayer
from services.compositor.writing import direction_of, fine_cut
from services.errors import MissingGlyphs
from services.settings import ASSETS

HEADLINES = {
    "el": "Ήρεμα πρωινά",
    "ru": "Спокойное утро",
    "ar": "صباح هادئ يبدأ من هنا",
    "he": "בקרים שקטים מתחילים כאן",
    "hi": "सुकून भरी सुबह यहीं से",
    "th": "เช้าวันสบายเริ่มต้นที่นี่",
    "ja": "静かな朝は、ここから始まる",
    "zh": "静谧清晨，从这里开始",
    "ko": "고요한 아침은 여기서",
    "en": "Cocoa weather ☕✨",
}


@pytest.fixture(scope="module")
def text_layer():
    return TextLayer(ASSETS / "fonts" / "fonts.yaml", ASSETS / "hyphenation")


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


@pytest.mark.parametrize("language", HEADLINES)
def test_every_script_is_drawn_on_its_baseline(text_layer, language):
    """Whatever fonts help out, an H set behind the text still stands on the baseline that was asked for."""
    text = f"{HEADLINES[language]} H"
    style = text_layer.style(text, "Outfit", 600, 0, language)
    block = text_layer.measure({"headline": (text, style)}, language)["headline"]
    line = Line(text, style, 50, 20, 120, 0, block.sinks)
    alpha = text_layer.draw(type_layer(line, (900, 180)))[..., 3]
    columns = np.flatnonzero((alpha > 100).any(0))
    edge = slice(columns[0], columns[0] + 4) if style.direction == "rtl" else slice(columns[-1] - 3, columns[-1] + 1)
    assert np.flatnonzero((alpha[:, edge] > 100).any(1))[-1] + 1 == pytest.approx(120, abs=1)


def test_missing_letters_are_refused_by_name(text_layer):
    """Letters that no font has are never drawn as empty boxes."""
    style = text_layer.style("ᚠᚢᚦ", "Outfit", 600, 0)
    with pytest.raises(MissingGlyphs, match=r"ᚠᚢᚦ.*headline.*Outfit"):
        text_layer.measure({"headline": ("ᚠᚢᚦ", style)})


def test_direction_is_of_the_first_letter():
    """Digits and signs have no direction; the first letter decides."""
    assert direction_of("50% מבצע") == "rtl"
    assert direction_of("Bag سعر") == "ltr"
    assert direction_of("24.00 €") == "ltr"


def test_phrases_are_places_to_break():
    """Japanese, Chinese and Thai break between phrases, Korean at its spaces."""
    assert cut("静かな朝は、ここから始まる", "ja")[0] == ("静かな", "朝は、", "ここから", "始まる")
    assert len(cut("静谧清晨，从这里开始", "zh")[0]) > 1
    assert len(cut("เช้าวันสบายเริ่มต้นที่นี่", "th")[0]) > 1
    assert cut("고요한 아침은", "ko")[0] == ("고요한", "아침은")


def test_fine_cuts_keep_punctuation_with_its_letter():
    """In narrow columns ideographs part, but no line begins with a comma or ends with an opening bracket."""
    found = fine_cut(("「静か」、", "mug"), ("", ""), whole)
    assert found is not None
    assert found.texts == ("「静", "か」、", "mug")
    assert (found.origins, found.hyphens) == ((0, 0, 1), frozenset())
    assert fine_cut(("mug",), ("",), whole) is None


def whole(text):
    """No hyphenation."""
    return (text,)


def test_right_to_left_layouts_are_mirrored(engine):
    """An Arabic headline ends where an English one starts; picture and words change sides; AdChoices stays right."""
    canvas = Canvas(format="x", width=300, height=250, max_bytes=150_000)
    words = {
        "en": Words(headline="Slow mornings", call_to_action="See the mug"),
        "ar": Words(headline=HEADLINES["ar"], call_to_action="شاهد الكوب"),
    }
    boxes = {}
    for language, own in words.items():
        made = engine.generate(*compose_request(canvas, words=own)).facts["creatives"]["x"]
        boxes[language] = {box["role"]: box for box in made["boxes"]} | {"product": made["product"]}
    assert boxes["en"]["headline"]["left"] == 300 - boxes["ar"]["headline"]["right"]
    assert boxes["en"]["headline"]["left"] < boxes["en"]["product"]["left"]
    assert boxes["ar"]["headline"]["left"] > boxes["ar"]["product"]["left"]
    assert all(box["right"] <= 280 or box["top"] >= 16 for box in boxes["ar"].values())


@pytest.mark.parametrize("size", [(320, 100), (414, 125), (728, 90), (970, 250)])
def test_arabic_stands_beside_the_icon(engine, size):
    """Words that begin on the right keep off the ad server's corner and still fit."""
    canvas = Canvas(format="x", width=size[0], height=size[1], max_bytes=150_000)
    words = Words(headline=HEADLINES["ar"], call_to_action="شاهد الكوب")
    made = engine.generate(*compose_request(canvas, words=words))
    assert not made.facts["failures"]
