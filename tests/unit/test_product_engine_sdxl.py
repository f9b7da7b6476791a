"""The SDXL engine with the real pipeline class at a tiny size: the path that a cluster runs, without its weights."""

import numpy as np
import pytest
from drawn import mug_cutout
from tiny_checkpoints import save_tiny_sdxl

from services.contract import Checkpoint
from services.images import SHAPES, ImageRef
from services.product.engine_sdxl import SDXLProductEngine
from services.product.service import SERVICE, ProductRequest

REF = ImageRef(key=f"images/{'0' * 64}.png", width=400, height=400, media_type="image/png")


class SmallSDXLEngine(SDXLProductEngine):
    """The same engine at sizes that a test can wait for."""

    scene_sizes = {"square": (64, 64), "landscape": (88, 48), "portrait": (48, 88)}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdxl")
    save_tiny_sdxl(folder)
    made = SmallSDXLEngine()
    made.load(Checkpoint(name="tiny", source=str(folder), revision="", licence="Apache-2.0", engine="-"))
    return made


def ask(**fields) -> ProductRequest:
    return ProductRequest(product=REF, prompt="a sandy beach", num_inference_steps=2, guidance_scale=5.0, **fields)


def test_plates_are_made_and_depend_on_nothing_but_the_request(engine):
    """Every shape has its plate; the same seed gives the same picture alone and among others, another seed another."""
    made = engine.generate(ask(seed=3), {"product": mug_cutout()})
    assert set(made.images) == set(SHAPES)
    alone = engine.generate(ask(seed=3, shapes=("portrait",)), {"product": mug_cutout()})
    other = engine.generate(ask(seed=4, shapes=("portrait",)), {"product": mug_cutout()})
    pixels = [np.asarray(output.images["portrait"]) for output in (made, alone, other)]
    assert np.array_equal(pixels[0], pixels[1])
    assert not np.array_equal(pixels[0], pixels[2])


def test_a_negative_prompt_changes_the_scene(engine):
    """Words that the scene must not show reach the pipeline."""
    squares = [
        np.asarray(
            engine.generate(ask(shapes=("square",), negative_prompt=words), {"product": mug_cutout()}).images["square"]
        )
        for words in ("", "forest")
    ]
    assert not np.array_equal(*squares)


def test_the_hub_checkpoint_is_pinned():
    """What a cluster loads is one commit in half precision on a GPU, and never a folder of this repository."""
    checkpoint = SERVICE.checkpoint("sdxl")
    assert not checkpoint.is_embedded
    assert checkpoint.location == checkpoint.source
    assert checkpoint.hub_options == {"revision": checkpoint.revision, "variant": "fp16"}
    assert len(checkpoint.revision) == 40
    assert (checkpoint.device, checkpoint.dtype) == ("cuda", "float16")
