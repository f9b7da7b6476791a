"""The tiny twin of every hub checkpoint that paints: the same declaration, random weights, small pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus
from PIL import Image, ImageDraw
from tiny_checkpoints import (
    save_tiny_controlnet,
    save_tiny_ip_adapter,
    save_tiny_klein,
    save_tiny_lora,
    save_tiny_sdxl,
    save_tiny_sdxl_inpaint,
)
from tiny_matting import save_tiny_depth
from tiny_qwen import save_tiny_qwen_edit

from services.checkpoint import Checkpoint, Optimisations

SDXL_ATTENTION = ["to_q", "to_k", "to_v"]
BUILDERS = {
    "stabilityai/stable-diffusion-xl-base-1.0": save_tiny_sdxl,
    "stabilityai/sdxl-turbo": save_tiny_sdxl,
    "diffusers/stable-diffusion-xl-1.0-inpainting-0.1": save_tiny_sdxl_inpaint,
    "black-forest-labs/FLUX.2-klein-4B": save_tiny_klein,
    "Qwen/Qwen-Image-Edit-2511": save_tiny_qwen_edit,
}
PARTS = {
    "controlnet_canny": lambda folder: save_tiny_controlnet(folder, 1),
    "controlnet_depth": lambda folder: save_tiny_controlnet(folder, 2),
    "controlnet_openpose": lambda folder: save_tiny_controlnet(folder, 3),
    "ip_adapter": save_tiny_ip_adapter,
    "depth": save_tiny_depth,
}


@dataclass(frozen=True)
class LoraKind:
    """Where a LoRA of a pipeline family sits."""

    pipeline: str
    part: str
    modules: list[str]


LORAS = {
    "sdxl-inpaint": LoraKind("StableDiffusionXLInpaintPipeline", "unet", SDXL_ATTENTION),
    "flux2-klein": LoraKind("Flux2KleinPipeline", "transformer", SDXL_ATTENTION),
    "qwen-edit": LoraKind("QwenImageEditPlusPipeline", "transformer", SDXL_ATTENTION),
}


def save_twin(checkpoint: Checkpoint, folder: Path) -> Checkpoint:
    """Build and save the twin of a hub checkpoint with all its parts and two LoRAs, and declare it.

    Twins in one folder share what their checkpoints share.
    """
    base = folder / checkpoint.source.replace("/", "--")
    _save_once(base, BUILDERS[checkpoint.source])
    parts: dict[str, Any] = {}
    for role, weights in checkpoint.parts.items():
        if weights.is_embedded:
            parts[role] = weights
        if role in PARTS:
            _save_once(folder / role, PARTS[role])
            parts[role] = weights.model_copy(update={"source": str(folder / role), "variant": ""})
    return checkpoint.model_copy(
        update={
            "source": str(base),
            "variant": "",
            "device": "cpu",
            "dtype": "float32",
            "num_gpus": 0,
            "area_px": 64 * 64,
            "optimisations": Optimisations(),
            "parts": parts,
            "loras": _save_loras(checkpoint.name, base) if "lora" in checkpoint.takes else {},
            "defaults": checkpoint.defaults | {"num_inference_steps": 2},
        }
    )


def _save_once(folder: Path, save: Callable[[Path], None]) -> None:
    if not folder.exists():
        save(folder)


def _save_loras(name: str, base: Path) -> dict[str, str]:
    kind = LORAS[name]
    made = {
        brand: save_tiny_lora(
            base / "loras" / brand, getattr(diffusers, kind.pipeline), base, kind.part, kind.modules, seed
        )
        for seed, brand in enumerate(("tarnefold", "other"))
    }
    return {brand: str(file) for brand, file in made.items()}


@contextmanager
def small_pictures() -> Iterator[None]:
    """Qwen's pipeline shows the autoencoder every picture at one megapixel; here at 64 x 64 px."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline_qwenimage_edit_plus, "VAE_IMAGE_SIZE", 64 * 64)
        patch.setattr(pipeline_qwenimage_edit_plus, "CONDITION_IMAGE_SIZE", 64 * 64)
        yield


def product_photo() -> Image.Image:
    """A ball, 160 px, cut out (RGBA) with a soft edge and some drawing on it."""
    colours = np.linspace([40, 90, 160], [220, 180, 60], 200).astype(np.uint8)
    ball = Image.fromarray(np.broadcast_to(colours[:, None], (200, 200, 3)).copy())
    ImageDraw.Draw(ball).rectangle((80, 80, 120, 120), fill=(250, 250, 250))
    matte = Image.new("L", (800, 800), 0)
    ImageDraw.Draw(matte).ellipse((80, 80, 720, 720), fill=255)
    ball.putalpha(matte.resize((200, 200), Image.Resampling.BOX))
    return ball
