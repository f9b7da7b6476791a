"""Checks of finished files: each finds what it is for, and says the limit."""

import pytest

from services.compositor.service import Canvas
from services.images import ImageRef
from workflows.brand_kit import find_brand
from workflows.brief import Copy
from workflows.checks import check_creative, check_fields, count_letters, fill_fields
from workflows.format import load_formats

KIT = find_brand("tarnefold")
FORMAT = load_formats()["iab_mrec_300x250"]
CANVAS = FORMAT.canvases()[0]
IMAGE = ImageRef(key=f"images/{'0' * 64}.jpg", width=300, height=250, media_type="image/jpeg")


def box(role, left, top, right, bottom):
    return {"role": role, "left": left, "top": top, "right": right, "bottom": bottom}


GOOD = {
    "bytes": 9_000,
    "boxes": [box("headline", 20, 30, 140, 80), box("logo", 20, 110, 140, 134)],
    "product": {"left": 170, "top": 60, "right": 280, "bottom": 200},
    "contrast": {"headline": 9.0, "logo": 9.0},
    "clutter": {"headline": 0.01, "logo": 0.0},
    "covering": [],
    "fonts": {"headline": ["Outfit"]},
}


def outcomes(facts=GOOD, image=IMAGE, format=FORMAT, canvas=CANVAS):
    return {check.id: check for check in check_creative(format, canvas, image, facts, KIT)}


def test_a_good_file_passes_everything():
    """Nothing fails or warns, and every check says value and limit."""
    found = outcomes()
    assert {check.outcome for check in found.values()} == {"passed"}
    assert (found["bytes"].value, found["bytes"].limit) == (9_000, 150_000)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"bytes": 150_001}, "bytes"),
        ({"boxes": [box("headline", 150, 80, 200, 120)]}, "overlap"),
        ({"boxes": [box("headline", 200, 2, 290, 20)]}, "ad_choices_corner"),
        ({"covering": ["badge"]}, "faces"),
        ({"boxes": [box("headline", -5, 30, 100, 80)]}, "safe_zone"),
        ({"contrast": {"headline": 4.4}}, "contrast.headline"),
        ({"boxes": [box("logo", 20, 110, 50, 116)]}, "brand.logo_width"),
        ({"boxes": [box("logo", 20, 110, 140, 134), box("price", 20, 135, 80, 150)]}, "brand.logo_clear_space"),
    ],
)
def test_what_is_wrong_fails(change, check):
    """Each fault fails its own check."""
    assert outcomes({**GOOD, **change})[check].outcome == "failed"


def test_wrong_size_and_type_fail():
    """A file of another size or kind than its canvas is found."""
    other = IMAGE.model_copy(update={"width": 299, "media_type": "image/png"})
    found = outcomes(image=other)
    assert (found["size"].outcome, found["file_type"].outcome) == ("failed", "failed")


def test_helping_fonts_warn():
    """Letters set in a font that is not the brand's are said, not refused."""
    found = outcomes({**GOOD, "fonts": {"headline": ["Outfit", "Noto Sans JP"]}})
    assert found["brand.font.headline"].outcome == "warned"


def test_low_confidence_only_warns():
    """A limit that nobody could confirm does not fail a file."""
    format = FORMAT.model_copy(update={"confidence": "low"})
    assert outcomes({**GOOD, "bytes": 150_001}, format=format)["bytes"].outcome == "warned"


def test_letters_are_counted_as_readers_and_platforms_do():
    """Marks belong to their letter; East Asian letters count twice where the platform says so."""
    assert count_letters("Grüße", "graphemes") == count_letters("Gru\u0308ße", "graphemes") == 5
    assert count_letters("静かな朝", "graphemes") == 4
    assert count_letters("静かな朝 A", "double_width") == 10


def test_fields_take_the_names_of_the_format():
    """An asset format gets its words as fields; too long fails, what the feed cuts warns."""
    rda, pin = load_formats()["google_rda"], load_formats()["pinterest_static_2x3"]
    words = Copy(headline="Slow mornings start here, every day", call_to_action="Go")
    fields = fill_fields(rda, words, "", "Tarnefold")
    assert fields["business_name"] == "Tarnefold"
    assert {check.id: check.outcome for check in check_fields(rda, fields)}["text.headline"] == "failed"
    long = Copy(headline="x" * 50, call_to_action="Go")
    found = check_fields(pin, fill_fields(pin, long, "", ""))
    assert [check.outcome for check in found if check.id == "text.title"] == ["passed", "warned"]


def test_a_field_without_room_for_the_headline_gets_the_short_one():
    """The first text that the platform accepts is taken; a long headline goes where one is asked for."""
    words = Copy(
        headline="Slow mornings start here, every day",
        short_headline="Slow mornings",
        long_headline="Shore stoneware mug: slow mornings start here, every day",
        body="x" * 120,
        call_to_action="Go",
    )
    fields = fill_fields(load_formats()["google_rda"], words, "", "Tarnefold")
    assert fields["headline"] == "Slow mornings"
    assert fields["long_headline"] == words.long_headline
    assert fields["description"] == words.headline


def test_clean_pictures_are_not_checked_for_words():
    """A picture without words has no places to check."""
    canvas = Canvas(format="x", width=300, height=250, max_bytes=150_000, shows="picture")
    assert "safe_zone" not in outcomes({**GOOD, "boxes": [], "contrast": {}, "fonts": {}}, canvas=canvas)


def test_busy_ground_warns_and_names_the_words():
    """Words on a picture frame are legible perhaps, but not good."""
    found = outcomes(GOOD | {"clutter": {"headline": 0.21, "logo": 0.0}})["calm_ground"]
    assert (found.outcome, found.value, found.limit, found.detail) == ("warned", 0.21, 0.05, "headline")
