"""Painting around the product with the embedded scene checkpoint."""

import numpy as np
import pytest
import torch
from drawn import mug_cutout
from PIL import Image

from services.contract import load_engine
from services.images import ImageRef
from services.pipelines.calling import call_pipeline, image_generator
from services.product.engine_sketch_inpaint import Held, beyond, hold
from services.product.prompt import write_prompt
from services.product.service import SERVICE, ProductRequest
from services.product.staging import stage
from services.product.standing import LAYOUTS

REF = ImageRef(key=f"images/{'0' * 64}.png", width=400, height=400, media_type="image/png")
WORDS = "sandy beach, blurred sea, sky blue"


@pytest.fixture(scope="module")
def engine():
    torch.set_num_threads(1)
    return load_engine(SERVICE.checkpoint("scene-inpaint"))


def ask(**fields) -> ProductRequest:
    defaults = SERVICE.checkpoint("scene-inpaint").defaults
    return ProductRequest(**{"product": REF, "prompt": WORDS, "seed": 5, "shapes": ("square",), **defaults} | fields)


def staged(colour: tuple[int, int, int]):
    """The mug in one colour, as it stands in a square scene."""
    cutout = mug_cutout()
    cutout.paste(Image.new("RGB", cutout.size, colour), (0, 0))
    return stage(cutout, LAYOUTS["square"], (512, 512))


def paint(engine, picture: Image.Image, held: Held, strength: float) -> np.ndarray:
    """The latents after the last step, as an array (3, 32, 32)."""
    seen = []

    def watch(pipeline, step, timestep, tensors):
        made = held(pipeline, step, timestep, tensors)
        seen.append(made["latents"])
        return made

    call_pipeline(
        engine._pipeline, [image_generator(5, "square")], between_steps=watch, prompt=WORDS, image=picture,
        strength=strength, num_inference_steps=4, guidance_scale=1.0,
    )  # fmt: skip
    return seen[-1][0].numpy()


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_what_is_held_keeps_its_latents(engine, strength):
    """After the last step the product's patches have exactly the latents of the picture; others are painted."""
    staging = staged((180, 40, 40))
    held = hold(engine._pipeline, staging.picture, staging.matte, image_generator(5, "held"))
    inside = held.held[0, 0].numpy()
    made, meant = paint(engine, staging.picture, held, strength), held.latents[0].numpy()
    assert inside.sum() > 30
    assert np.array_equal(made[:, inside], meant[:, inside])
    assert np.abs(made[:, ~inside] - meant[:, ~inside]).mean() > 0.1


def test_the_scene_is_painted_for_the_product(engine):
    """Far from the product, too, the painting knows what stands in it: another colour there gives other latents."""
    made = []
    for colour in ((180, 40, 40), (30, 60, 160)):
        staging = staged(colour)
        plain = Image.composite(staging.picture, Image.new("RGB", (512, 512), "#ccd"), staging.matte)
        held = hold(engine._pipeline, plain, staging.matte, image_generator(5, "held"))
        made.append(paint(engine, plain, held, 0.5))
    far = np.asarray(beyond(staged((0, 0, 0)).matte).resize((32, 32))) == 255
    assert np.abs(made[0] - made[1])[:, far].max() > 0.05


def test_the_product_leaves_no_stain_in_the_scene(engine):
    """The scene behind the product is the same for a red mug and a blue one: the product is laid over it later."""
    prompt = write_prompt(WORDS, 5, engine.vocabulary)
    scenes = []
    for colour in ((200, 20, 20), (20, 20, 200)):
        cutout = mug_cutout()
        cutout.paste(Image.new("RGB", cutout.size, colour), (0, 0))
        scenes.append(np.asarray(engine.generate_scene(ask(), "square", prompt, {"product": cutout}), int))
    behind = np.asarray(staged((0, 0, 0)).matte) > 0
    assert np.abs(scenes[0] - scenes[1])[behind].max() < 16


def test_a_plate_keeps_the_product_exactly(engine):
    """The answer is one of the product service: product pixels unchanged, a proof, a verdict."""
    made = engine.generate(ask(), {"product": mug_cutout()})
    assert made.facts["truth"]["square"]["max_difference"] == 0
    assert made.facts["usability"]["square"]["passes"]
    assert made.images["square"].size == (1080, 1080)
