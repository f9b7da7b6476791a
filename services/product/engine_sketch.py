"""The embedded engine: image-to-image diffusion that starts from a drawn sketch of the scene.

A small checkpoint paints light, colour and blur well and invents layouts badly. So the layout (back edge, podium, what
stands behind) is drawn from the prompt's words and the seed; diffusion paints over it as far as ``strength`` allows.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from PIL import Image

from services.images import Shape
from services.product.engine import ProductEngine
from services.product.finish import finish_scene
from services.product.prompt import ScenePrompt
from services.product.service import ProductRequest
from services.product.sketch.palette import VOCABULARY, Scene
from services.product.sketch.scenes import render
from services.product.standing import LAYOUTS
from services.product.texture import restore_texture

BACK_EDGE = (0.54, 0.62)
FAMILY_OF_PROMPT = {entry["prompt"]: family for family, entry in VOCABULARY["families"].items()}


class SketchProductEngine(ProductEngine):
    """A Stable Diffusion checkpoint that was trained on the sketches' own vocabulary."""

    pipeline_class: ClassVar[Any] = StableDiffusionImg2ImgPipeline
    may_invent: ClassVar[bool] = False

    def generate_scene(
        self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, images: Mapping[str, Image.Image]
    ) -> Image.Image:
        """One scene at its trained size, painted over its sketch."""
        layout = lay_out(prompt, shape, request.seed, self.scene_sizes[shape])
        sketch = Image.fromarray(render(layout))
        return self.refine(self.paint_over(sketch, request, shape, prompt), sketch, layout)

    def paint_over(
        self, start: Image.Image, request: ProductRequest, shape: Shape, prompt: ScenePrompt, **call: Any
    ) -> Image.Image:
        """What the pipeline paints over the picture; call: more that it is told."""
        one_step = 1.001 / request.num_inference_steps  # pipelines round down, and fail without a step
        strength = min(1.0, max(request.strength, one_step))
        return self._run(request, shape, prompt, image=start, strength=strength, **call)

    def refine(self, painted: Image.Image, sketch: Image.Image, layout: Scene) -> Image.Image:
        """The painting with its finish; what stayed of the sketch keeps its texture."""
        repaint = VOCABULARY["families"][layout.family].get("repaint", 1.0)
        plain = self._without_texture(sketch)
        return photograph(restore_texture(painted, sketch, plain, edge=layout.edge, repaint=repaint), layout)

    @torch.no_grad()
    def _without_texture(self, sketch: Image.Image) -> Image.Image:
        """The sketch after the autoencoder, which loses what is finer than its patches."""
        pipeline = self._pipeline
        pixels = pipeline.image_processor.preprocess(sketch).to(pipeline.device, pipeline.vae.dtype)
        kept = pipeline.vae.decode(pipeline.vae.encode(pixels).latent_dist.mode()).sample
        plain: Image.Image = pipeline.image_processor.postprocess(kept)[0]
        return plain


def lay_out(prompt: ScenePrompt, shape: Shape, seed: int, size: tuple[int, int]) -> Scene:
    """What to sketch in size (width, height) px. All shapes of a seed show the same choices: stone, arch, window."""
    rng = np.random.default_rng(seed)
    return Scene(
        *size,
        family=FAMILY_OF_PROMPT[prompt.named["family"]],
        colour=prompt.named["colour"],
        mood=prompt.named["mood"],
        side=-1 if prompt.light.side == "left" else 1,
        stand_x=LAYOUTS[shape].stand_x,
        edge=float(rng.uniform(*BACK_EDGE)),
        rng=rng,
    )


def photograph(scene: Image.Image, layout: Scene) -> Image.Image:
    """A scene of this layout with its finish: what is far away is out of focus where the vocabulary says so."""
    blur = VOCABULARY["families"][layout.family].get("blur", 0.0)
    return finish_scene(scene, edge=layout.edge, side=layout.side, blur=blur)


def draw_sketch(prompt: ScenePrompt, shape: Shape, seed: int, size: tuple[int, int]) -> Image.Image:
    """The scene's layout as an RGB picture of size (width, height) px, with its finish but not painted."""
    layout = lay_out(prompt, shape, seed, size)
    return photograph(Image.fromarray(render(layout)), layout)
