"""What every caption is completed with: description, tags, focal point, boxes, and where it contradicts the request."""

import pytest
import yaml
from PIL import Image, ImageDraw
from skimage import data

from services.caption.account import complete
from services.caption.agreement import PLACES, contradictions, is_borne_out, place_of, tags
from services.caption.attention import focal_point
from services.caption.colours import colour_name, distance_to_name, named_colours
from services.caption.objects import kind_of_title
from services.caption.service import CaptionRequest
from services.contract import Output
from services.images import Box, ImageRef
from services.settings import ASSETS

REF = ImageRef(key=f"images/{'0' * 64}.png", width=200, height=100, media_type="image/png")
VOCABULARY = yaml.safe_load((ASSETS / "models" / "scene" / "vocabulary.yaml").read_text())
FOREST = "mossy ground in front of a blurred forest in emerald green tones"
BEACH = "a sandy beach in front of a blurred sea in beige tones"
BOX = Box(left=140, top=20, right=180, bottom=90)


def picture(colour: str = "red") -> Image.Image:
    """A thing of one colour at the right of a plain ground."""
    made = Image.new("RGB", (200, 100), "#e8e4da")
    ImageDraw.Draw(made).rectangle((BOX.left, BOX.top, BOX.right - 1, BOX.bottom - 1), fill=colour)
    return made


def account(image: Image.Image, caption: str = FOREST, **request) -> Output:
    return complete(Output(text={"caption": caption}), CaptionRequest(image=REF, **request), image, told=caption)


def test_another_place_is_a_contradiction():
    """Asked for a beach, got a forest; the same place in other words is fine."""
    wrong = account(picture(), scene="seaside in summer, blue, midday sun").facts["contradictions"]
    assert wrong == ["asked for beach, the picture shows forest"]
    assert account(picture(), scene="woodland clearing, green").facts["contradictions"] == []
    assert list(contradictions(FOREST, "beach", "", (), confidence=0.1)) == []


def test_people_are_told_a_place_only_where_the_request_bears_it_out():
    """Nothing asked, nothing borne out; a place may be told in other words, but not another place."""
    assert is_borne_out(FOREST, "woodland clearing, green")
    assert not is_borne_out(FOREST, "")
    assert not is_borne_out(FOREST, "seaside in summer, blue, midday sun")


def test_false_alarms_are_rare():
    """Each trained wording of a place against its own caption: at most 2 % are called contradictions."""
    own = dict(zip(VOCABULARY["families"], PLACES.values(), strict=True))
    asked = [(own[name], words) for name, one in VOCABULARY["families"].items() for words in one["synonyms"]]
    alarms = [words for caption, words in asked if list(contradictions(caption, words, "", (), confidence=1))]
    assert len(alarms) <= len(asked) * 0.02, alarms


def test_another_colour_of_the_product_is_a_contradiction():
    """A mug that is called red and is blue; without a box, or without a colour in its title, nothing is said."""
    blue = account(picture("#2040c0"), title="Red mug", product_box=BOX).facts["contradictions"]
    assert blue == ["the product is called red, its picture is mostly blue"]
    assert account(picture("#b02028"), title="Red mug", product_box=BOX).facts["contradictions"] == []
    assert account(picture("#2040c0"), title="Red mug").facts["contradictions"] == []
    assert account(picture("#2040c0"), title="Bored mug", product_box=BOX).facts["contradictions"] == []
    assert account(picture("#9fb18d"), title="Sage mug", product_box=BOX).facts["contradictions"] == []
    assert distance_to_name("black", "#ffffff") == pytest.approx(85, abs=1)


@pytest.mark.parametrize("colour", VOCABULARY["colours"])
def test_colours_are_called_as_people_call_them(colour):
    """Every colour of the scene vocabulary gets a name that its own word means, or at least contains."""
    entry = VOCABULARY["colours"][colour]
    said = {name for words in (colour, *entry["synonyms"]) for name in [*named_colours(words), words]}
    assert colour_name(entry["rgb"]) in said


def test_another_object_is_a_contradiction():
    """A mug that the captioner calls a bottle; what it cannot name, or a title without a kind, is no contradiction."""
    seen = "a bottle on a marble table in front of a plain wall"
    assert list(contradictions(seen, "", "Oat mug", (), 1)) == [
        "the product is called a cup, the picture shows a bottle"
    ]
    for title in ("Steel flask", "Hand wash", "Bottle with cup", "Jam jar"):
        assert list(contradictions(seen, "", title, (), 1)) == []
    assert list(contradictions("a product on a marble table", "", "Oat mug", (), 1)) == []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Stoneware mug, 300 ml", "cup"),
        ("Bottle bag for two mugs", "bag"),
        ("Trail boots", "shoe"),
        ("Trail flask 600", "bottle"),
        ("Bike helmet", ""),
        ("Lightning", ""),
    ],
)
def test_titles_name_kinds(title, kind):
    assert kind_of_title(title) == kind


def test_the_description_says_where_the_product_stands():
    made = account(picture(), title="Red mug", product_box=BOX)
    assert made.text["description"] == (
        "Mossy ground in front of a blurred forest in emerald green tones. "
        "Red mug stands on the right and fills 70% of the height. The main colours are cream and red."
    )
    assert made.facts["colour_names"] == ["cream", "red"]
    assert made.facts["boxes"] == [{"role": "product", "left": 140, "top": 20, "right": 180, "bottom": 90}]
    assert made.facts["focal"] == {"x": 0.8, "y": 0.55}


def test_without_a_box_the_focal_point_is_what_stands_out():
    found = focal_point(picture(), None)
    assert found["x"] == pytest.approx(0.8, abs=0.06)
    assert focal_point(Image.new("RGB", (40, 40), "white"), None)["x"] <= 1


def test_tags_are_words_without_filler():
    assert tags(FOREST, {"family": "forest", "colour": "emerald green"})[:3] == ["forest", "emerald", "green"]
    assert len(tags("one two " + " ".join(f"word{chr(97 + n)}" for n in range(20)), {})) == 8
    assert place_of(BEACH) == "beach"


def test_persons_are_found_where_they_are_looked_for():
    """skimage's astronaut has a box; nobody is looked for unasked."""
    astronaut = Image.fromarray(data.astronaut())
    roles = [one["role"] for one in account(astronaut, find_people=True).facts["boxes"]]
    assert roles == ["person"]
    assert account(astronaut).facts["boxes"] == []
