"""The embedded engine, painting around the product, which stands in the scene while it is painted.

Stock inpainting pipelines want four latent channels or nine, and the scene checkpoint has three. So the stock
image-to-image pipeline paints, and between its steps the product's patches get their own latents back, with the noise
that belongs to the step: what inpainting pipelines do inside (RePaint without resampling, arXiv:2201.09865).

A patch is 16 px wide, so patches at the product's edge are stained by it. There the sketch is seen, not the painting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps
from torch.nn.functional import adaptive_avg_pool2d
from torchvision.transforms.functional import pil_to_tensor

from services.images import Shape
from services.pipelines.calling import Tensors, image_generator
from services.pipelines.masks import paste_kept
from services.product.engine_sketch import SketchProductEngine, lay_out
from services.product.patch_autoencoder import PATCH_PX
from services.product.prompt import ScenePrompt
from services.product.scale import scale_layout
from services.product.service import ProductRequest
from services.product.sketch.scenes import render
from services.product.staging import stage
from services.product.standing import LAYOUTS

WHOLE = 0.98  # share of a patch that the product must cover for it to be held: others would stain what lies beside it


class InpaintSketchEngine(SketchProductEngine):
    """Scenes painted around the product. Its pixels are laid over last, as in every engine."""

    def generate_scene(
        self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, images: Mapping[str, Image.Image]
    ) -> Image.Image:
        """One scene at its trained size, painted around the product and without it: it is laid over later."""
        size = self.scene_sizes[shape]
        layout = lay_out(prompt, shape, request.seed, size)
        sketch = Image.fromarray(render(layout))
        staging = stage(images["product"], scale_layout(LAYOUTS[shape], request.size_cm, prompt.ground), size)
        start = paste_kept(sketch, staging.picture, ImageOps.invert(staging.matte))
        held = hold(self._pipeline, start, staging.matte, image_generator(request.seed, f"{shape} held"))
        painted = self.paint_over(start, request, shape, prompt, between_steps=held)
        return self.refine(paste_kept(painted, sketch, beyond(staging.matte)), sketch, layout)


def beyond(matte: Image.Image) -> Image.Image:
    """L, 255 = farther from what a matte covers than a patch reaches, with a soft edge."""
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * PATCH_PX + 1, 2 * PATCH_PX + 1))
    return Image.fromarray(255 - cv2.GaussianBlur(cv2.dilate(np.asarray(matte), reach), (0, 0), PATCH_PX / 4))


@dataclass(frozen=True)
class Held:
    """Latents that do not change while others are painted, as diffusers' ``callback_on_step_end``.

    latents, noise: (1, channels, height, width). held: bool (1, 1, height, width).
    """

    latents: torch.Tensor
    noise: torch.Tensor
    held: torch.Tensor

    def __call__(self, pipeline: Any, step: int, timestep: Any, tensors: Tensors) -> Tensors:
        """The step's latents with the held ones as noisy as the next step expects; without noise after the last."""
        scheduler = pipeline.scheduler
        following = scheduler.timesteps[scheduler.timesteps < timestep]
        kept = scheduler.add_noise(self.latents, self.noise, following[:1]) if len(following) else self.latents
        return tensors | {"latents": torch.where(self.held, kept, tensors["latents"])}


@torch.no_grad()
def hold(pipeline: Any, picture: Image.Image, matte: Image.Image, generator: torch.Generator) -> Held:
    """Hold what the matte (L, 255 = product, the picture's size) covers whole patches of."""
    pixels = pipeline.image_processor.preprocess(picture).to(pipeline.device, pipeline.vae.dtype)
    latents = pipeline.vae.config.scaling_factor * pipeline.vae.encode(pixels).latent_dist.mode()
    share = adaptive_avg_pool2d(pil_to_tensor(matte).float()[None] / 255, latents.shape[-2:])
    noise = torch.randn(latents.shape, generator=generator).to(latents)
    return Held(latents, noise, (share > WHOLE).to(latents.device))
