"""The product engine with real pipeline classes, made tiny, and with the embedded checkpoint where it exists."""

import json

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from drawn import mug_cutout
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from services.contract import Checkpoint, load_engine
from services.errors import CutOutFailed
from services.images import SHAPES, ImageRef
from services.product.patch_autoencoder import PatchAutoencoder
from services.product.prompt import Vocabulary, write_prompt
from services.product.service import MOST_SHIFT, SERVICE, ProductRequest
from services.product.standing import LAYOUTS, fit_product, stand_box
from services.product.truth import MOST_MEAN_SHIFT
from services.settings import ROOT

REF = ImageRef(key=f"images/{'0' * 64}.png", width=400, height=400, media_type="image/png")
VOCABULARY = Vocabulary.load(str(ROOT / "assets" / "models" / "scene"))


def save_tiny_pipeline(folder) -> None:
    """A Stable Diffusion checkpoint of a few thousand random weights, and the real autoencoder, untrained."""
    torch.manual_seed(0)
    letters = "abcdefghijklmnopqrstuvwxyz,"
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)
    text = CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    autoencoder = PatchAutoencoder()
    unet = UNet2DConditionModel(
        in_channels=autoencoder.config.latent_channels, out_channels=autoencoder.config.latent_channels,
        block_out_channels=(8, 8), layers_per_block=1, sample_size=16, cross_attention_dim=16, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2,
    )  # fmt: skip
    StableDiffusionPipeline(
        autoencoder, CLIPTextModel(text), tokenizer, unet, DDIMScheduler(clip_sample=False, steps_offset=1), None, None,
        requires_safety_checker=False,
    ).save_pretrained(folder / "checkpoint")  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The product engine with a tiny checkpoint loaded."""
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny_pipeline(folder)
    torch.set_num_threads(1)  # as in a replica; threads that wait for each other only slow down so small a network
    return load_engine(
        Checkpoint(
            name="tiny",
            source=str(folder / "checkpoint"),
            revision="1",
            licence="Apache-2.0",
            engine="services.product.engine:ProductEngine",
        )
    )


def ask(**fields) -> ProductRequest:
    """A request of two denoising steps."""
    return ProductRequest(**{"product": REF, "prompt": "a sandy beach", "num_inference_steps": 2, "seed": 5} | fields)


def test_a_request_gives_a_plate_per_shape_and_its_facts(engine):
    """The answer holds what the request's documentation promises."""
    made = engine.generate(ask(), {"product": mug_cutout()})
    assert set(made.images) == set(SHAPES)
    assert {name: made.images[name].size for name in SHAPES} == {
        "square": (1080, 1080),
        "landscape": (1320, 720),
        "portrait": (1080, 1980),
    }
    assert set(made.facts["boxes"]) == set(SHAPES)
    assert made.facts["light"] == "left"
    assert made.facts["prompt"] == "a sandy beach, light from the left, product in the centre"
    assert set(made.timings_ms) == {"denoise", "place", "prove"}


def test_a_plate_depends_on_seed_and_shape_alone(engine):
    """The same seed gives the same square plate alone, with others and after other requests; another seed does not."""
    together = engine.generate(ask(), {"product": mug_cutout()}).images["square"]
    engine.generate(ask(seed=9, shapes=("portrait",), num_inference_steps=3), {"product": mug_cutout()})
    alone = engine.generate(ask(shapes=("square",)), {"product": mug_cutout()}).images["square"]
    other = engine.generate(ask(shapes=("square",), seed=7), {"product": mug_cutout()}).images["square"]
    assert together.tobytes() == alone.tobytes()
    assert together.tobytes() != other.tobytes()


def test_product_pixels_reach_the_plate_unchanged(engine):
    """Inside the matte core the plate equals the cut-out resampled once, whatever the scene."""
    made = engine.generate(ask(shapes=("landscape",)), {"product": mug_cutout()})
    box = stand_box(np.asarray(mug_cutout().getchannel("A")), LAYOUTS["landscape"])
    product = fit_product(mug_cutout(), box)
    plate = np.asarray(made.images["landscape"])[box.top : box.bottom, box.left : box.right]
    core = product[..., 3] == 255
    assert made.facts["boxes"]["landscape"] == box.model_dump()
    assert np.array_equal(plate[core], product[core][:, :3])
    assert made.facts["truth"]["landscape"]["max_difference"] == 0


def test_a_harmonised_product_shifts_within_its_bounds_and_says_so(engine):
    """Relighting changes the product a little, never more than documented, and the proof reports it."""
    made = engine.generate(ask(shapes=("square",), fidelity="harmonised"), {"product": mug_cutout()})
    truth = made.facts["truth"]["square"]
    assert truth["fidelity"] == "harmonised"
    assert 0 < truth["delta_e_mean"] <= MOST_MEAN_SHIFT
    assert truth["delta_e_max"] <= MOST_SHIFT
    assert truth["edge_agreement"] > 0.9


def test_a_picture_without_alpha_fails_before_a_scene_is_made(engine):
    """Nothing is spent on scenes for a product that was not cut out."""
    with pytest.raises(CutOutFailed, match="no alpha channel"):
        engine.generate(ask(num_inference_steps=50), {"product": Image.new("RGB", (300, 300), "white")})


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("wooden table, blurred kitchen, cream, neon", "wooden table, blurred kitchen, cream, neon evening light"),
        ("A coffee shop table at golden hour!", "dark wooden table, blurred cafe, white, golden sunset light"),
        ("a forest green podium", "round podium, arch behind, emerald green, bright morning light"),
        ("snowy landscape, light blue, cloudy day", "fresh snow, blurred winter forest, sky blue, soft overcast light"),
        ("an alpine lodge", "flat rock, blurred mountains, sky blue, bright morning light"),
        ("quantum entanglement", "seamless studio backdrop, white, bright morning light"),
    ],
)  # fmt: skip
def test_free_words_become_the_words_the_checkpoint_knows(words, text):
    """Synonyms are replaced, order does not matter, and what is left open gets its usual words."""
    assert write_prompt(words, 0, VOCABULARY).text == text


def test_words_that_were_not_understood_are_told():
    """The answer can say which words had no effect."""
    assert write_prompt("beach with zebras", 0, VOCABULARY).unused == ("zebra",)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Tokyo after dark", "city lights at night"),
        ("mysterious wilderness of ferns", "blurred forest"),
        ("shower gel by the bathtub", "blurred bathroom"),
        ("sprinters at the starting line", "running track"),
        ("new year's eve champagne", "festive golden lights"),
    ],
)
def test_words_outside_the_vocabulary_are_taken_by_their_meaning(words, place):
    """No word of these is in the vocabulary; their meaning picks the scene, and nothing is reported as unused."""
    prompt = write_prompt(words, 0, VOCABULARY)
    assert place in prompt.text
    assert not prompt.unused


@pytest.mark.parametrize("words", ["pink podium", "autumn park", "red kitchen", "beach"])
def test_a_place_and_a_colour_ask_for_no_mood(words):
    """Nothing is left to tell a mood, so it is the usual one."""
    assert write_prompt(words, 0, VOCABULARY).named["mood"] == "bright morning"


def test_light_side_comes_from_the_words_or_the_seed():
    """A named side wins; otherwise even seeds light from the left and odd ones from the right."""
    assert write_prompt("beach, light from the right", 0, VOCABULARY).light.side == "right"
    assert [write_prompt("beach", seed, VOCABULARY).light.side for seed in (2, 3)] == ["left", "right"]


def test_a_checkpoint_without_vocabulary_reads_free_text(tmp_path):
    """A hub checkpoint gets the caller's own words."""
    prompt = write_prompt("Rainy Tokyo street.", 0, Vocabulary.load(str(tmp_path)))
    assert (
        prompt.for_position("product in the centre") == "Rainy Tokyo street, light from the left, product in the centre"
    )


EMBEDDED = SERVICE.checkpoints[0]


@pytest.mark.skipif(
    not (ROOT / EMBEDDED.source / "model_index.json").is_file(), reason="the scene checkpoint is not trained yet"
)
def test_the_embedded_checkpoint_makes_plates():
    """The trained checkpoint loads with the stock pipeline and paints different scenes for different words."""
    engine = load_engine(EMBEDDED)
    plates = [
        engine.generate(ask(prompt=words, shapes=("square",), num_inference_steps=8), {"product": mug_cutout()}).images[
            "square"
        ]
        for words in ("sandy beach, blurred sea, sky blue", "wooden table, festive golden lights, red")
    ]
    beach, festive = (np.asarray(plate.resize((16, 16))).astype(float) for plate in plates)
    assert beach[:6].mean() > festive[:6].mean() + 20


def test_a_scene_that_fails_the_gate_is_made_again_with_another_seed(engine, monkeypatch):
    """The first scene swallows the product, the second does not: the second is kept, and the facts say so."""
    seeds = []

    def scene(request, shape, prompt, images):
        seeds.append(request.seed)
        wall = (138, 42, 36) if len(seeds) == 1 else (120, 140, 150)
        return Image.new("RGB", (512, 512), wall)

    monkeypatch.setattr(engine, "generate_scene", scene)
    made = engine.generate(ask(shapes=("square",), attempts=3), {"product": mug_cutout()})
    verdict = made.facts["usability"]["square"]
    assert (verdict["passes"], verdict["reason"], verdict["attempts"]) == (True, "", 2)
    assert len(set(seeds)) == 2
    assert verdict["seed"] == seeds[1]


def test_when_no_scene_passes_the_best_is_kept_and_the_reason_told(engine, monkeypatch):
    """Bounded: the asked number of attempts, then the least bad plate with its reason."""
    monkeypatch.setattr(engine, "generate_scene", lambda *_: Image.new("RGB", (512, 512), (138, 42, 36)))
    made = engine.generate(ask(shapes=("square",), attempts=2), {"product": mug_cutout()})
    verdict = made.facts["usability"]["square"]
    assert (verdict["passes"], verdict["attempts"]) == (False, 2)
    assert "differs" in verdict["reason"]


@pytest.mark.parametrize(("steps", "strength"), [(1, 0.01), (4, 0.1), (7, 1.0)])
def test_any_strength_paints_at_least_one_step(steps, strength):
    """Few steps and little strength do not add up to none."""
    engine = load_engine(EMBEDDED)
    request = ask(prompt="beach", shapes=("landscape",), num_inference_steps=steps, strength=strength)
    plate = engine.generate(request, {"product": mug_cutout()}).images["landscape"]
    assert np.asarray(plate).std() > 10
