"""Alt texts in the languages of briefs: whole phrases for all that the captioner can say and measure."""

import re

import pytest
from PIL import Image

from services.caption.alt_text import KNOWN, MAX_CHARACTERS, alt_text, known_alt_text, measured_alt_text
from services.caption.colours import NAMES
from services.caption.detector import KNOWN as SEEN_KINDS
from services.caption.free_words import answer
from services.caption.phrases import PHRASES, load_phrases
from services.caption.service import CaptionRequest
from services.caption.words import load_wording
from services.images import ImageRef
from services.settings import ASSETS

WORDING = load_wording(ASSETS / "models" / "captioner")
SPOKEN = sorted(path.stem for path in PHRASES.glob("*.yaml"))
SCENE = WORDING.words("", "cafe", "beige", "bright morning", "left")
REF = ImageRef(key=f"images/{'0' * 64}.png", width=64, height=64, media_type="image/png")


def test_all_languages_of_the_copywriter_are_spoken():
    assert {"en", *SPOKEN} == {path.stem for path in (ASSETS / "copy").glob("[a-z][a-z].yaml")}


@pytest.mark.parametrize("language", SPOKEN)
def test_everything_has_a_phrase(language):
    """Every family, colour, light and measured colour; no phrase twice but where English has it, too."""
    phrases = load_phrases(language)
    assert set(phrases.places) == set(WORDING.families)
    assert set(phrases.tones) == set(WORDING.colours)
    assert set(phrases.lights) == set(WORDING.moods)
    assert set(phrases.colours) == set(NAMES)
    assert set(phrases.known) == set(KNOWN)
    assert set(phrases.kinds) == SEEN_KINDS
    for table in (phrases.known, phrases.places, phrases.tones, phrases.lights, phrases.colours):
        assert len(set(table.values())) == len(table)


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("title", ["", "Mug", "Steingut-Becher " * 7])
def test_alt_texts_fit_and_begin_with_the_title(language, title):
    """At most 125 characters for every scene, without English words."""
    for family in WORDING.families:
        for mood in WORDING.moods:
            text = alt_text(title, WORDING.words("", family, "blush pink", mood, "left"), language)
            assert len(text) <= MAX_CHARACTERS
            assert text.startswith(title.strip()[:10])
            assert not re.search(r"\b(the|with|wooden|light|blurred)\b", text.removeprefix(title))
    for shown in KNOWN:
        text = known_alt_text(title, shown, language)
        assert len(text) <= MAX_CHARACTERS
        assert text.startswith(title.strip()[:10])
        assert load_phrases(language).known[shown][1:] in text


def test_a_sentence_in_each_script():
    assert alt_text("Becher", SCENE, "de") == (
        "Becher auf einem dunklen Holztisch vor einem unscharfen Café in Beigetönen, helles Morgenlicht."
    )
    assert alt_text("マグ", SCENE, "ja") == (
        "マグ、ぼかしたカフェを背にした濃い色の木のテーブルの上、ベージュ系の色合い、明るい朝の光。"
    )
    assert alt_text("كوب", SCENE, "ar") == "كوب على طاولة خشبية داكنة أمام مقهى ضبابي بدرجات البيج، ضوء صباح ساطع."
    assert measured_alt_text("Taza", ["white", "beige", "brown"], "es") == "Taza. Sobre todo blanco, beis y marrón."
    assert measured_alt_text("マグ", ["white", "brown"], "ja") == "マグ。主な色は白と茶色。"


def test_rooms_and_try_ons_are_told_in_the_language_of_the_brief():
    assert known_alt_text("Sessel", "floor", "de") == "Sessel auf dem Boden eines Zimmers."
    assert known_alt_text("セーター", "worn", "ja") == "セーター、カメラに向かって立つ人が着用。"
    assert known_alt_text("Armchair", "floor") == "Armchair, standing in a room."


def test_other_languages_are_told_in_english():
    assert alt_text("Mok", SCENE, "nl") == alt_text("Mok", SCENE)


def test_captioners_of_english_words_tell_other_languages_what_is_measured():
    """A free English caption is no German alt text."""
    image = Image.new("RGB", (64, 64), "white")
    told = answer("The image shows a cup", CaptionRequest(image=REF, title="Becher", language="de"), image)
    assert told.text["alt_text"] == "Becher. Vor allem Weiß."
    assert told.text["caption"] == "a cup"
