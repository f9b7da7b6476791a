"""What every caption is completed with: description, tags, focal point, boxes, and where it contradicts the request."""

import pytest
import yaml
from PIL import Image, ImageDraw
from skimage import data

from services.caption.account import complete
from services.caption.agreement import PLACES, contradictions, distance, place_of, tags
from services.caption.attention import focal_point
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
    return complete(Output(text={"caption": caption}), CaptionRequest(image=REF, **request), image)


def test_another_place_is_a_contradiction():
    """Asked for a beach, got a forest; the same place in other words is fine."""
    wrong = account(picture(), scene="seaside in summer, blue, midday sun").facts["contradictions"]
    assert wrong == ["asked for beach, the picture shows forest"]
    assert account(picture(), scene="woodland clearing, green").facts["contradictions"] == []
    assert list(contradictions(FOREST, "beach", "", (), confidence=0.1)) == []


def test_false_alarms_are_rare():
    """Each trained wording of a place against its own caption: at most 2 % are called contradictions."""
    own = dict(zip(VOCABULARY["families"], PLACES.values(), strict=True))
    asked = [(own[name], words) for name, one in VOCABULARY["families"].items() for words in one["synonyms"]]
    alarms = [words for caption, words in asked if list(contradictions(caption, words, "", (), confidence=1))]
    assert len(alarms) <= len(asked) * 0.02, alarms


def test_another_colour_of_the_product_is_a_contradiction():
    """A mug that is called red and is blue; without a box, or without a colour in its title, nothing is said."""
    blue = account(picture("#2040c0"), title="Red mug", product_box=BOX).facts["contradictions"]
    assert blue == ["the product is called red, its picture is mostly #2040c0"]
    assert account(picture("#b02028"), title="Red mug", product_box=BOX).facts["contradictions"] == []
    assert account(picture("#2040c0"), title="Red mug").facts["contradictions"] == []
    assert account(picture("#2040c0"), title="Bored mug", product_box=BOX).facts["contradictions"] == []
    assert distance("000000", "#ffffff") == pytest.approx(100, abs=0.5)


def test_the_description_says_where_the_product_stands():
    made = account(picture(), title="Red mug", product_box=BOX)
    assert made.text["description"].endswith("Red mug stands on the right and fills 70% of the height.")
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
