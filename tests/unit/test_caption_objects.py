"""What kind of thing a picture shows: seen by the detector, held against the title, told in caption and alt text."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from services.caption.alt_text import with_kind
from services.caption.detector import find_product, find_things
from services.caption.engine import CaptionEngine
from services.caption.objects import kind_of_product
from services.caption.service import SERVICE, CaptionRequest
from services.contract import load_engine
from services.images import Box, ImageRef
from services.settings import ASSETS

REF = ImageRef(key=f"images/{'0' * 64}.png", width=64, height=64, media_type="image/png")
PRODUCTS = ASSETS / "samples" / "products"
SEEN = {"mug": "cup", "bottle": "bottle", "flask": "bottle", "chair": "chair"}
UNKNOWN = ("lamp", "floor_lamp", "tote")


def packshot(name: str, ground: str = "white") -> Image.Image:
    """A sample product on a plain ground, with a margin."""
    product = Image.open(PRODUCTS / f"{name}.png").convert("RGBA")
    product.thumbnail((360, 360))
    shot = Image.new("RGB", (600, 600), ground)
    shot.paste(product, ((600 - product.width) // 2, 500 - product.height), product)
    return shot


def box_of(name: str) -> Box:
    """Where the product stands in its packshot."""
    rows, columns = np.nonzero(np.asarray(packshot(name).convert("L")) < 245)
    return Box(left=int(columns.min()), top=int(rows.min()), right=int(columns.max()), bottom=int(rows.max()))


@pytest.fixture(scope="module")
def engine() -> CaptionEngine:
    made = load_engine(SERVICE.checkpoints[0])
    assert isinstance(made, CaptionEngine)
    return made


@pytest.mark.parametrize("ground", ["white", "#8a9a80"])
@pytest.mark.parametrize("name", [*SEEN, *UNKNOWN])
def test_sample_products_are_what_they_are(name, ground):
    """The four kinds it knows are seen where they stand, on light and on dull ground; of others it says nothing."""
    found = find_product(packshot(name, ground), box_of(name))
    assert (found.kind if found and found.score >= 0.5 else "") == SEEN.get(name, "")


def test_a_thing_elsewhere_is_not_the_product():
    """A chair at the left is no answer to what stands at the right."""
    scene = Image.new("RGB", (900, 600), "white")
    scene.paste(packshot("chair").resize((450, 450)), (0, 150))
    assert [thing.kind for thing in find_things(scene) if thing.score >= 0.5] == ["chair"]
    assert find_product(scene, Box(left=600, top=200, right=800, bottom=560)) is None


@pytest.mark.parametrize("name", ["coffee", "rocket", "chelsea", "astronaut", "hubble_deep_field", "brick", "grass"])
def test_photographs_without_a_product_show_none(name):
    """A cup of coffee is a cup; a cat, a rocket and a lawn are no products."""
    kind, _ = kind_of_product(Image.fromarray(getattr(data, name)()).convert("RGB"), None, "")
    assert kind == ("cup" if name == "coffee" else "")


def test_the_title_is_believed_of_things_that_the_detector_does_not_know():
    """Only where the product's box is known; of a mug that is not seen nothing is said, whatever the title says."""
    lamp = packshot("lamp")
    assert kind_of_product(lamp, box_of("lamp"), "Ember table lamp") == ("lamp", 1.0)
    assert kind_of_product(lamp, None, "Ember table lamp") == ("", 0.0)
    assert kind_of_product(Image.new("RGB", (300, 300), "white"), box_of("mug"), "Oat mug") == ("", 0.0)


def test_another_thing_than_the_title_says_is_flagged(engine):
    """A chair that is sold as a mug; the right title and one that names no kind are fine."""

    def made(title: str):
        request = CaptionRequest(image=REF, title=title, product_box=box_of("chair"))
        return engine.generate(request, {"image": packshot("chair")})

    assert made("Oat mug").facts["contradictions"] == ["the product is called a cup, the picture shows a chair"]
    assert made("Hollow lounge chair").facts["contradictions"] == []
    assert made("Hollow").facts["contradictions"] == []


def test_captions_and_alt_texts_say_what_it_is(engine):
    """A title that does not say it is completed, in the language of the brief; tags and words have the kind."""
    request = CaptionRequest(image=REF, title="Trail", product_box=box_of("flask"))
    made = engine.generate(request, {"image": packshot("flask")})
    assert made.facts["words"]["kind"] == "bottle"
    assert "a bottle" in made.text["caption"]
    assert made.text["alt_text"].startswith("Trail, a bottle")
    assert "bottle" in made.facts["tags"]
    german = engine.generate(request.model_copy(update={"language": "de"}), {"image": packshot("flask")})
    assert german.text["alt_text"].startswith("Trail, eine Flasche. ")
    assert with_kind("Steingutbecher", "cup", "de") == "Steingutbecher"
    assert with_kind("Trail insulated flask", "bottle", "ja") == "Trail insulated flask"
    assert with_kind("Trail", "bottle", "ja") == "Trail、ボトル"
    assert with_kind("Ember", "lamp", "fr") == "Ember"
    assert with_kind("Shore stoneware mug", "cup") == "Shore stoneware mug"
    assert with_kind("", "cup") == ""
