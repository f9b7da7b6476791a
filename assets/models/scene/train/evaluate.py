"""Measure a checkpoint on held-out prompts: agreement, variety, distance, seams, time. Writes a table as JSON.

    python assets/models/scene/train/evaluate.py --shapes square landscape portrait --times --out evaluation.json

The judge (`judge.py`) has seen none of the pictures: scenes come from seeds that no shard uses. Sets of pictures:
renderings (what is possible), decoded (the same through the autoencoder: what its decoder loses), noise (the
multi-step teacher with guidance, from noise), student (few steps from noise, without guidance), served (the product
engine with the service's defaults), inpainted (the same, painted around a product, which is then left out), finished
(renderings with the finish of served scenes: what is possible for these two). Light side and position are judged too,
the position where a shape leaves a choice: a landscape. Sets of shapes other than square have the shape in their name.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from captions import canonical
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from judge import load_judge
from metrics import agreement, features, kernel_distance, seams, variety
from PIL import Image

from services.contract import Checkpoint
from services.images import ImageRef, Shape
from services.product import patch_autoencoder  # noqa: F401  (from_pretrained finds its class among imported modules)
from services.product.engine_sketch import SketchProductEngine, photograph
from services.product.engine_sketch_inpaint import InpaintSketchEngine
from services.product.prompt import write_prompt
from services.product.service import SERVICE, ProductRequest
from services.product.sketch.palette import VOCABULARY
from services.product.sketch.scenes import SIZES, facts, render_scene, sample_scene
from services.product.standing import LAYOUTS

HELD_OUT_SEED = 20_000_000
REPEATED, PER_PROMPT = 8, 4
AT_ONCE = 8
PRODUCT = Path("assets/samples/products/mug.png")
WITH_FINISH = ("served", "inpainted", "finished")
NO_PRODUCT = ImageRef(key=f"images/{64 * '0'}.png", width=32, height=32, media_type="image/png")
Facts = dict[str, str]
Sampler = Callable[[Shape, list[Facts], list[int]], list[Image.Image]]


def held_out(count: int, shape: Shape = "square") -> list[Facts]:
    """Facts of scenes that were never rendered, all families in turn."""
    families = list(VOCABULARY["families"])
    return [
        facts(sample_scene(np.random.default_rng(HELD_OUT_SEED + i), SIZES[shape], families[i % len(families)]))
        for i in range(count)
    ]


def rendered(shape: Shape, has_finish: bool, words: Facts, seed: int) -> Image.Image:
    """A rendering with these facts, as drawn or with the finish of served scenes."""
    rng = np.random.default_rng([HELD_OUT_SEED, seed])
    while True:
        number = int(rng.integers(HELD_OUT_SEED, 2**40))
        scene = sample_scene(np.random.default_rng(number), SIZES[shape], words["family"])
        if facts(scene) == words:
            drawn = Image.fromarray(render_scene(number, SIZES[shape], words["family"])[0])
            return photograph(drawn, scene) if has_finish else drawn


def render_all(has_finish: bool, shape: Shape, words: list[Facts], seeds: list[int]) -> list[Image.Image]:
    """Renderings."""
    return [rendered(shape, has_finish, *pair) for pair in zip(words, seeds, strict=True)]


@torch.no_grad()
def decode_all(
    pipeline: StableDiffusionPipeline, shape: Shape, words: list[Facts], seeds: list[int]
) -> list[Image.Image]:
    """Renderings through the autoencoder."""
    images = pipeline.image_processor.preprocess(render_all(False, shape, words, seeds))
    return pipeline.image_processor.postprocess(pipeline.vae.pixels(pipeline.vae.latents(images)))


def sample_all(
    pipeline: StableDiffusionPipeline,
    steps: int,
    guidance_scale: float,
    shape: Shape,
    words: list[Facts],
    seeds: list[int],
) -> list[Image.Image]:
    """Pictures from noise, AT_ONCE at a time."""
    (width, height), made = SIZES[shape], []
    for start in range(0, len(words), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        made += pipeline(
            [canonical(fact) for fact in words[part]], num_inference_steps=steps, guidance_scale=guidance_scale,
            width=width, height=height, generator=[torch.Generator().manual_seed(seed) for seed in seeds[part]],
        ).images  # fmt: skip
    return made


def serve_all(
    engine: SketchProductEngine, settings: dict, shape: Shape, words: list[Facts], seeds: list[int]
) -> list[Image.Image]:
    """Scenes as the product service makes them."""
    return [serve(engine, settings, shape, canonical(fact), seed) for fact, seed in zip(words, seeds, strict=True)]


def serve(engine: SketchProductEngine, settings: dict, shape: Shape, words: str, seed: int) -> Image.Image:
    """One scene of the product engine, which decides itself where the product stands in the shape."""
    request = ProductRequest.model_validate({"product": NO_PRODUCT, "prompt": words, "seed": seed, **settings})
    product = Image.open(PRODUCT)
    return engine.generate_scene(request, shape, write_prompt(words, seed, engine.vocabulary), {"product": product})


def load_engine(folder: Path, kind: type[SketchProductEngine] = SketchProductEngine) -> SketchProductEngine:
    """The engine with the checkpoint of a folder."""
    engine = kind()
    engine.load(Checkpoint(name="trial", source=str(folder.absolute()), revision="-", licence="Apache-2.0", engine="-"))
    return engine


def load_pipeline(folder: Path, unet: Path | None = None) -> StableDiffusionPipeline:
    """The stock text-to-image pipeline of the folder, with another UNet where one is named."""
    parts = {"unet": UNet2DConditionModel.from_pretrained(unet, torch_dtype=torch.float32)} if unet else {}
    pipeline = StableDiffusionPipeline.from_pretrained(
        folder, dtype=torch.float32, safety_checker=None, requires_safety_checker=False, **parts
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def samplers(options: argparse.Namespace) -> dict[str, Sampler]:
    """The sets of pictures to measure, by name."""
    pipeline, engine = load_pipeline(options.model), load_engine(options.model)
    settings = dict(SERVICE.checkpoint("scene").defaults)
    made: dict[str, Sampler] = {
        "renderings": partial(render_all, False),
        "finished": partial(render_all, True),
        "decoded": partial(decode_all, pipeline),
    }
    if options.teacher.exists():
        made["noise"] = partial(sample_all, load_pipeline(options.model, options.teacher), 25, options.guidance_scale)
    made["student"] = partial(sample_all, pipeline, 4, 1.0)
    for strength in options.strengths or [settings["strength"]]:
        made[f"served {strength}"] = partial(serve_all, engine, settings | {"strength": strength})
    made["inpainted"] = partial(serve_all, load_engine(options.model, InpaintSketchEngine), settings)
    return {name: sampler for name, sampler in made.items() if not options.only or name.split()[0] in options.only}


def measure(sampler: Sampler, shape: Shape, words: list[Facts], reference: np.ndarray) -> dict[str, float]:
    """All numbers of one set. ``reference``: features of other renderings of the same prompts."""
    judge, begin = load_judge(), time.process_time()
    pictures = np.stack([np.asarray(picture) for picture in sampler(shape, words, list(range(len(words))))])
    spent_ms = 1000 * (time.process_time() - begin) / len(words)
    few = [fact for fact in words[:REPEATED] for _ in range(PER_PROMPT)]
    repeated = np.stack([np.asarray(picture) for picture in sampler(shape, few, list(range(500, 500 + len(few))))])
    found = features(judge, pictures)
    return {
        **agreement(judge, pictures, words),
        "variety": variety(features(judge, repeated), PER_PROMPT),
        "kernel_distance": kernel_distance(found, reference),
        "seams": seams(pictures),
        "cpu_ms": spent_ms,
    }


def measure_shape(shape: Shape, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """The numbers of every set in one shape; served scenes stand where the shape's layout says."""
    words, found = held_out(options.count, shape), {}
    references = []
    for has_finish in (False, True):
        others = render_all(has_finish, shape, words, list(range(1000, 1000 + len(words))))
        references.append(features(load_judge(), np.stack([np.asarray(picture) for picture in others])))
    standing = [fact | {"position": LAYOUTS[shape].position} for fact in words]
    for plain, sampler in samplers(options).items():
        name, kind = plain if shape == "square" else f"{plain} {shape}", plain.split()[0]
        stood = standing if kind in ("served", "inpainted") else words
        found[name] = measure(sampler, shape, stood, references[kind in WITH_FINISH])
        print(name, {key: round(value, 3) for key, value in found[name].items()}, flush=True)
    return found


def times(folder: Path, threads: int) -> dict[str, float]:
    """Median ms of ten pictures of 512 px on so many threads: wall time, and time of all threads together (cpu)."""
    torch.set_num_threads(threads)
    engine, pipeline = load_engine(folder), load_pipeline(folder)
    settings, (words,) = dict(SERVICE.checkpoint("scene").defaults), held_out(1)
    latents = torch.randn(1, pipeline.vae.config.latent_channels, 32, 32)
    jobs = {
        "served": lambda seed: serve(engine, settings, "square", canonical(words), seed),
        "student": lambda seed: sample_all(pipeline, 4, 1.0, "square", [words], [seed]),
        "decode": lambda seed: torch.inference_mode()(pipeline.vae.pixels)(latents),
    }
    found = {}
    for name, job in jobs.items():
        job(0)
        marks = []
        for seed in range(10):
            wall, spent = time.perf_counter(), time.process_time()
            job(seed)
            marks.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - spent)))
        found[f"{name}_ms"], found[f"{name}_cpu_ms"] = (float(np.median(column)) for column in zip(*marks, strict=True))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("assets/models/scene"))
    parser.add_argument("--teacher", type=Path, default=Path("assets/models/scene/teacher"))
    parser.add_argument("--guidance_scale", type=float, default=2.0)
    parser.add_argument("--strengths", type=float, nargs="*", help="of the served path, instead of its default")
    parser.add_argument("--only", nargs="*", help="names of sets, e.g. served")
    parser.add_argument("--shapes", nargs="+", choices=list(SIZES), default=["square"])
    parser.add_argument("--times", action="store_true", help="measure times as well")
    parser.add_argument("--count", type=int, default=102)
    parser.add_argument("--out", type=Path, default=Path("evaluation.json"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    report: dict[str, Any] = {"prompts": options.count, "sets": {}}
    for shape in options.shapes:
        report["sets"] |= measure_shape(shape, options)
    if options.times:
        report["times"] = {f"{threads} threads": times(options.model, threads) for threads in (1, 2)}
        print(report["times"])
    options.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
