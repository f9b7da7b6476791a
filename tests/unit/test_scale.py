"""Real sizes: how large products stand, that furniture leaves the table, and what a brief may set of it over HTTP."""
# ruff: noqa: F811  pytest passes the imported fixtures by name

import numpy as np
import pytest
from drawn import mug_cutout
from test_ingress import brief, client, scripted, store  # noqa: F401  fixtures

from services.images import SHAPES
from services.product.engine import examine, stand_product
from services.product.engine_sketch import draw_sketch
from services.product.prompt import Vocabulary, write_prompt
from services.product.scale import LEAST_SHARE, is_furniture, real_share, scale_layout
from services.product.service import SizeCm
from services.product.standing import LAYOUTS, stand_box
from services.settings import ASSETS

VOCABULARY = Vocabulary.load(str(ASSETS / "models" / "scene"))
LIPSTICK, MUG = SizeCm(width=2, height=7), SizeCm(width=12, height=10)
ARMCHAIR, LAMP = SizeCm(width=70, height=78, depth=80), SizeCm(width=40, height=155)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mug_and_an_armchair_do_not_stand_equally_large(shape):
    """The same matte on the same ground: the chair is clearly taller, the floor lamp taller still, the mug legible."""
    matte = np.full((400, 400), 255, np.uint8)
    sizes = (LIPSTICK, MUG, ARMCHAIR, LAMP)
    heights = [stand_box(matte, scale_layout(LAYOUTS[shape], size, "open")).height for size in sizes]
    assert heights == sorted(heights)
    assert heights[2] > 1.1 * heights[1]
    assert heights[0] > 0.5 * stand_box(matte, LAYOUTS[shape]).height


def test_an_unknown_size_changes_nothing():
    assert scale_layout(LAYOUTS["square"], None, "table") == LAYOUTS["square"]
    assert not is_furniture(None)


def test_shares_keep_to_their_limits():
    """From the smallest size that a brief takes to the largest."""
    assert real_share(SizeCm(width=1.1, height=1.1), "table") == LEAST_SHARE
    assert real_share(SizeCm(width=1000, height=1000), "open") == 1.0


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("wooden table, blurred kitchen, cream", "plaster wall, leaf shadows, cream"),
        ("round podium", "seamless studio backdrop, white"),
        ("sandy beach", "sandy beach, blurred sea, sky blue"),
    ],
)
def test_furniture_gets_a_scene_with_a_floor(words, place):
    """Tables and podiums are exchanged, with colour and mood; open ground stays; what was asked for is told."""
    prompt = write_prompt(words, 0, VOCABULARY, on_floor=True)
    assert prompt.text.startswith(place)
    assert prompt.ground == "open"
    asked = write_prompt(words, 0, VOCABULARY)
    assert (prompt.moved_from or prompt.named["family"]) == asked.named["family"]


def test_free_text_is_told_of_the_floor():
    prompt = write_prompt("A loft in Lisbon.", 0, Vocabulary({}, {}), on_floor=True)
    assert (prompt.text, prompt.ground) == ("A loft in Lisbon, standing on the floor", "open")


def test_what_a_scene_must_not_show_is_not_used():
    """Neither by name, nor as the usual words; of a kind that is barred as a whole everything stays open."""
    found = write_prompt("red podium", 0, VOCABULARY, avoid="podium, white, red")
    assert found.text == "seamless studio backdrop, cream, bright morning light"
    everything = ", ".join(VOCABULARY.kinds["mood"])
    assert write_prompt("beach", 0, VOCABULARY, avoid=everything).named["mood"] == "bright morning"


def test_a_small_product_passes_the_gate_at_its_own_size():
    """The gate measures against the room that a product of this size has, not against the largest."""
    layout = scale_layout(LAYOUTS["square"], MUG, "open")
    prompt = write_prompt("seamless studio backdrop, sky blue", 0, VOCABULARY)
    scene = draw_sketch(prompt, "square", 0, (512, 512))
    drawn = mug_cutout()
    large = drawn.resize((2 * drawn.width, 2 * drawn.height))  # products are enlarged twice at most
    placed = stand_product(scene, large, layout, prompt.light)
    found = examine(placed, large, layout, "exact", may_invent=False)
    assert found.usability.scores["size_mismatch"] < 0.1


async def test_a_brief_sets_size_fidelity_and_the_rest_for_several_scenes(client, brief, scripted):
    """All over HTTP: one cut-out, two scenes, the product's size and the choices in each request for a scene."""
    first = brief["variants"][0]
    asked = brief | {
        "product": brief["product"] | {"size_cm": {"width": 12, "height": 10}},
        "variants": [first, first | {"scene": "sandy beach", "audience": {"id": "late"}}],
        "generation": {"product": {"fidelity": "harmonised", "negative_prompt": "red", "strength": 0.3, "attempts": 3}},
    }
    job = (await client.post("/v1/creatives", json=asked, headers={"prefer": "wait=5"})).json()
    assert job["status"] == "succeeded", job
    assert (scripted.calls.count("cutout"), scripted.calls.count("product")) == (1, 2)
    request = scripted.requests["product"]
    assert (request.size_cm.width, request.fidelity, request.strength) == (12, "harmonised", 0.3)
    assert (request.negative_prompt, request.attempts) == ("red", 3)


async def test_an_unknown_fidelity_is_refused(client, brief, scripted):
    wanted = {"product": {"fidelity": "pretty"}}
    refused = await client.post("/v1/creatives", json=brief | {"generation": wanted})
    assert refused.status_code == 422
    assert "exact" in refused.json()["detail"]
