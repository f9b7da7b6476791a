"""Sketches: every family of the vocabulary can be drawn in every shape, and the same words give the same layout."""

from itertools import combinations

import cv2
import numpy as np
import pytest

from services.images import SHAPES
from services.product.engine import ProductEngine
from services.product.engine_sketch import draw_sketch
from services.product.prompt import Vocabulary, write_prompt
from services.product.sketch.palette import MOODS, VOCABULARY, Scene
from services.product.sketch.scenes import FAMILIES, render
from services.product.sketch.textures import VARIANTS, texture
from services.settings import ROOT

WORDS = Vocabulary.load(str(ROOT / "assets/models/scene"))


def sketch(words: str, seed: int = 3, shape: str = "square") -> np.ndarray:
    prompt = write_prompt(words, seed, WORDS)
    return np.asarray(draw_sketch(prompt, shape, seed, ProductEngine.scene_sizes[shape]))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_drawn_in_every_shape(family):
    """A family's own words draw it: right size, a real picture, and different from a plain studio."""
    words = VOCABULARY["families"][family]["prompt"]
    for shape in SHAPES:
        drawn = sketch(words, shape=shape)
        assert drawn.shape[1::-1] == ProductEngine.scene_sizes[shape]
        assert drawn.std() > 3
        if family != "studio_sweep":
            assert np.abs(drawn.astype(int) - sketch("plain studio", shape=shape)).mean() > 4


def test_vocabulary_and_drawings_agree():
    """The vocabulary names exactly the families and moods that can be drawn."""
    assert set(VOCABULARY["families"]) == set(FAMILIES)
    assert set(VOCABULARY["moods"]) == set(MOODS)


def test_a_sketch_depends_on_words_seed_and_nothing_else():
    """Same words and seed, same sketch; another seed, colour or side of light, another."""
    first = sketch("kitchen, sage green, light from the left")
    assert np.array_equal(first, sketch("kitchen, sage green, light from the left"))
    for other in (
        sketch("kitchen, sage green, light from the left", seed=5),
        sketch("kitchen, red, light from the left"),
        sketch("kitchen, sage green, light from the right"),
    ):
        assert not np.array_equal(first, other)


def test_colour_words_colour_the_sketch():
    """A red studio is redder than a blue one."""
    red, blue = (sketch(f"plain studio, {colour}").mean((0, 1)) for colour in ("red", "navy blue"))
    assert red[0] - red[2] > 40
    assert blue[2] - blue[0] > 20


def patches(family: str, colour: str, mood: str) -> np.ndarray:
    """Mean colours (32, 32, 3) of the 16 px patches of one layout: what the checkpoint's latents hold, 0..255."""
    scene = Scene(512, 512, family, colour, mood, -1, 0.5, 0.58, np.random.default_rng(1))
    return cv2.resize(render(scene), (32, 32), interpolation=cv2.INTER_AREA).astype(float)


def least_difference(pictures: list[np.ndarray]) -> float:
    """Mean absolute difference of the two pictures that are most alike."""
    return min(float(np.abs(one - other).mean()) for one, other in combinations(pictures, 2))


@pytest.mark.parametrize("family", FAMILIES)
def test_moods_can_be_told_apart(family):
    """Light that a prompt asks for shows in coarse patches already; no two moods look alike."""
    words = VOCABULARY["families"][family]
    colour = next(iter(VOCABULARY["colours"] if words["colours"] == "any" else words["colours"]))
    moods = MOODS if words["moods"] == "any" else words["moods"]
    assert least_difference([patches(family, colour, mood) for mood in moods]) > 4


@pytest.mark.parametrize("family", ["kitchen", "garden", "beach", "living_room"])
def test_colours_can_be_told_apart(family):
    """A scene whose colour is only a part of it still shows which of two similar words was said."""
    named = VOCABULARY["families"][family]["colours"]
    colours = VOCABULARY["colours"] if named == "any" else named
    assert least_difference([patches(family, colour, "soft overcast") for colour in colours]) > 2


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_moss_has_no_black_holes(variant):
    """Moss is shaded softly: its darkest spots have at least a third of its usual light."""
    light = texture("moss", variant, side=-1)[0].mean(-1)
    assert np.percentile(light, 1) > np.median(light) / 3
