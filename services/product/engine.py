"""The product engine: generate a scene per shape, stand the cut-out product in it, prove that it is unchanged."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from diffusers import StableDiffusionPipeline
from PIL import Image
from pydantic import JsonValue

from services.contract import Checkpoint, Output
from services.errors import CutOutFailed
from services.images import Box, EncodedImage, Shape
from services.pipelines.calling import call_pipeline, image_generator
from services.pipelines.loading import load_pipeline
from services.pipelines.masks import fit_area
from services.product import patch_autoencoder  # noqa: F401  (from_pretrained finds its class among imported modules)
from services.product.prompt import Light, ScenePrompt, Vocabulary, write_prompt
from services.product.scale import is_furniture, real_share, scale_layout
from services.product.service import Fidelity, ProductRequest
from services.product.shading import lit_side
from services.product.shadow import shade_ground
from services.product.standing import LAYOUTS, PlateLayout, compose_plate, enlarge_scene, fit_product, stand_box
from services.product.truth import Truth, harmonise, prove
from services.product.usability import Usability, judge


class ProductEngine:
    """One loaded Stable Diffusion checkpoint and its vocabulary. Nothing changes after ``load``.

    Another pipeline family with the same call is a subclass with its pipeline class. Scenes have the size that the
    checkpoint was trained on: its area_px, or else scene_sizes (px). paints_shadows: whether its scenes already hold
    the product and its shadows. may_invent: whether its scenes may hold what no word asked for, people and writing.
    """

    pipeline_class: ClassVar[Any] = StableDiffusionPipeline
    pipeline_options: ClassVar[dict[str, Any]] = {"safety_checker": None, "requires_safety_checker": False}
    paints_shadows: ClassVar[bool] = False
    may_invent: ClassVar[bool] = True
    scene_sizes: dict[Shape, tuple[int, int]] = {
        "square": (512, 512),
        "landscape": (704, 384),
        "portrait": (384, 704),
    }

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the pipeline from a folder or hub id onto the checkpoint's device."""
        self._pipeline = self.load_pipeline(checkpoint)
        self.vocabulary = Vocabulary.load(checkpoint.location)
        if checkpoint.area_px:
            self.scene_sizes = {
                shape: fit_area(
                    layout.width, layout.height, area_px=checkpoint.area_px, multiple=checkpoint.size_multiple
                )
                for shape, layout in LAYOUTS.items()
            }

    def load_pipeline(self, checkpoint: Checkpoint) -> Any:
        """The checkpoint as a pipeline of this engine's family."""
        return load_pipeline(self.pipeline_class, checkpoint, **self.pipeline_options)

    def generate(self, request: ProductRequest, images: Mapping[str, Image.Image]) -> Output:
        """One plate per shape, each with its proof. A picture without alpha fails before any scene is made."""
        clock = Clock()
        check_cutout(images["product"])
        prompt = write_prompt(
            request.prompt,
            request.seed,
            self.vocabulary,
            avoid=request.negative_prompt,
            on_floor=is_furniture(request.size_cm),
            lit=lit_side(images["product"]),
        )
        plates: dict[Shape, Standing] = {}
        for shape in request.shapes:
            plates[shape] = self._make_usable(request, shape, prompt, images, clock)
        pictures: dict[str, Image.Image | EncodedImage] = {shape: made.plate for shape, made in plates.items()}
        return Output(images=pictures, facts=_facts(request, prompt, plates), timings_ms=clock.spent_ms)

    def _make_usable(
        self,
        request: ProductRequest,
        shape: Shape,
        prompt: ScenePrompt,
        images: Mapping[str, Image.Image],
        clock: "Clock",
    ) -> "Standing":
        """The first plate that passes the usability gate, else the best of all attempts; each has a seed of its own."""
        tried: list[Standing] = []
        layout = scale_layout(LAYOUTS[shape], request.size_cm, prompt.ground)
        for attempt in range(request.attempts):
            seed = attempt_seed(request.seed, attempt)
            again = request.model_copy(update={"seed": seed})
            scene = self.generate_scene(again, shape, prompt, images)
            clock.lap("denoise")
            placed = stand_product(
                scene, images["product"], layout, prompt.light, request.fidelity, casts_shadow=not self.paints_shadows
            )
            clock.lap("place")
            standing = examine(placed, images["product"], layout, request.fidelity, may_invent=self.may_invent)
            tried.append(replace(standing, seed=seed))
            clock.lap("prove")
            if tried[-1].usability.passes:
                break
        best = min(tried, key=lambda standing: standing.usability.excess)
        return replace(best, attempts=len(tried))

    def generate_scene(
        self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, images: Mapping[str, Image.Image]
    ) -> Image.Image:
        """One scene at its trained size, from its own generator and scheduler: other shapes and calls do not matter."""
        width, height = self.scene_sizes[shape]
        return self._run(request, shape, prompt, width=width, height=height)

    def words(self, request: ProductRequest, prompt: str) -> dict[str, Any]:
        """What the pipeline's call is told in words."""
        return {"prompt": prompt, "negative_prompt": request.negative_prompt}

    def _run(self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, **start: Any) -> Image.Image:
        """Call the pipeline; ``start`` is what it starts from: a size, or a picture with a strength."""
        (scene,) = call_pipeline(
            self._pipeline,
            [image_generator(request.seed, shape)],
            **self.words(request, prompt.for_position(LAYOUTS[shape].position)),
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            **start,
        )
        return scene


@dataclass(frozen=True)
class Placed:
    """A plate (RGB) with the product at its box (px). bare: its scene before shadows, or None if it came with them."""

    plate: Image.Image
    box: Box
    bare: np.ndarray | None


@dataclass(frozen=True)
class Standing:
    """A plate (RGB), the product's box in it (px), its proof, and how usable it is.

    seed: its scene's own; attempts: how many scenes were tried.
    """

    plate: Image.Image
    box: Box
    truth: Truth
    usability: Usability
    seed: int = 0
    attempts: int = 1

    @property
    def verdict(self) -> dict[str, JsonValue]:
        """The gate's findings as facts."""
        scores: dict[str, JsonValue] = dict(self.usability.scores)
        found: dict[str, JsonValue] = {"passes": self.usability.passes, "reason": self.usability.reason}
        return {**found, "scores": scores, "attempts": self.attempts, "seed": self.seed}


def attempt_seed(seed: int, attempt: int) -> int:
    """The seed of an attempt: the request's own first, then ones far from it."""
    return (seed + attempt * 0x3C6EF372) % 2**31


def check_cutout(picture: Image.Image) -> None:
    """Raise CutOutFailed for a picture without alpha: it is a photo, not a cut-out."""
    if picture.mode != "RGBA":
        raise CutOutFailed("the picture has no alpha channel", "Send what the cutout service answered.")


def examine(
    placed: Placed, cutout: Image.Image, layout: PlateLayout, fidelity: Fidelity, *, may_invent: bool
) -> Standing:
    """Prove and judge a finished plate."""
    pixels, product = np.asarray(placed.plate), fit_product(cutout, placed.box)
    usability = judge(pixels, product, placed.box, layout, placed.bare, may_invent=may_invent)
    return Standing(placed.plate, placed.box, prove(pixels, cutout, placed.box, fidelity), usability)


def _facts(request: ProductRequest, prompt: ScenePrompt, plates: Mapping[Shape, Standing]) -> dict[str, JsonValue]:
    return {
        "boxes": {shape: made.box.model_dump() for shape, made in plates.items()},
        "truth": {shape: dict(made.truth.facts) for shape, made in plates.items()},
        "usability": {shape: made.verdict for shape, made in plates.items()},
        "prompt": prompt.for_position(LAYOUTS[next(iter(plates))].position),
        "light": prompt.light.side,
        "unused_words": list(prompt.unused),
        "scale": {
            "ground": prompt.ground,
            "share": round(real_share(request.size_cm, prompt.ground), 3),
            "moved_from": prompt.moved_from,
        },
    }


class Clock:
    """Milliseconds spent per named part."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.spent_ms[part] = self.spent_ms.get(part, 0.0) + 1000 * (now - self._last)
        self._last = now


def stand_product(
    scene: Image.Image,
    cutout: Image.Image,
    layout: PlateLayout,
    light: Light,
    fidelity: Fidelity = "exact",
    *,
    casts_shadow: bool = True,
) -> Placed:
    """The plate of one shape; casts_shadow: whether shadows are laid on its scene."""
    box = stand_box(np.asarray(cutout.getchannel("A")), layout)
    product, ground = fit_product(cutout, box), enlarge_scene(scene, layout)
    if fidelity == "harmonised":
        product = harmonise(product, ground, box, light.side)
    shaded = shade_ground(ground, product, box, light) if casts_shadow else ground
    return Placed(compose_plate(shaded, product, box), box, ground if casts_shadow else None)
