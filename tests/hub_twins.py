"""The tiny twin of every hub product checkpoint: the same declaration, random weights, small pictures."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
from PIL import Image, ImageDraw
from tiny_checkpoints import (
    save_tiny_controlnet,
    save_tiny_ip_adapter,
    save_tiny_klein,
    save_tiny_lora,
    save_tiny_sdxl,
    save_tiny_sdxl_inpaint,
)
from tiny_qwen import save_tiny_qwen_edit

from services.checkpoint import Checkpoint, Optimisations
from services.contract import Service
from services.product.service import SERVICE

SDXL_ATTENTION = ["to_q", "to_k", "to_v"]
BUILDERS = {
    "services.product.engine_sdxl:SDXLProductEngine": save_tiny_sdxl,
    "services.product.engine_sdxl_inpaint:SDXLInpaintEngine": save_tiny_sdxl_inpaint,
    "services.product.engine_klein:KleinAroundEngine": save_tiny_klein,
    "services.product.engine_klein:KleinSceneEngine": save_tiny_klein,
    "services.product.engine_qwen_edit:QwenEditEngine": save_tiny_qwen_edit,
}
PARTS = {
    "controlnet_canny": lambda folder: save_tiny_controlnet(folder, 1),
    "controlnet_depth": lambda folder: save_tiny_controlnet(folder, 2),
    "ip_adapter": save_tiny_ip_adapter,
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
    """Build and save the twin of a hub checkpoint with all its parts and two LoRAs, and declare it."""
    BUILDERS[checkpoint.engine](folder / "base")
    parts: dict[str, Any] = {}
    for role, weights in checkpoint.parts.items():
        if role in PARTS:
            PARTS[role](folder / role)
            parts[role] = weights.model_copy(update={"source": str(folder / role), "variant": ""})
    return checkpoint.model_copy(
        update={
            "source": str(folder / "base"),
            "variant": "",
            "device": "cpu",
            "dtype": "float32",
            "num_gpus": 0,
            "area_px": 64 * 64,
            "optimisations": Optimisations(),
            "parts": parts,
            "loras": _save_loras(checkpoint.name, folder),
            "defaults": checkpoint.defaults | {"num_inference_steps": 2},
        }
    )


def _save_loras(name: str, folder: Path) -> dict[str, str]:
    if name not in LORAS:
        return {}
    kind = LORAS[name]
    made = {
        brand: save_tiny_lora(
            folder / brand, getattr(diffusers, kind.pipeline), folder / "base", kind.part, kind.modules, seed
        )
        for seed, brand in enumerate(("tarnefold", "other"))
    }
    return {brand: str(file) for brand, file in made.items()}


def product_photo() -> Image.Image:
    """A ball, 160 px, cut out (RGBA) with a soft edge and some drawing on it."""
    colours = np.linspace([40, 90, 160], [220, 180, 60], 200).astype(np.uint8)
    ball = Image.fromarray(np.broadcast_to(colours[:, None], (200, 200, 3)).copy())
    ImageDraw.Draw(ball).rectangle((80, 80, 120, 120), fill=(250, 250, 250))
    matte = Image.new("L", (800, 800), 0)
    ImageDraw.Draw(matte).ellipse((80, 80, 720, 720), fill=255)
    ball.putalpha(matte.resize((200, 200), Image.Resampling.BOX))
    return ball


def service_of(*twins: Checkpoint) -> Service:
    """The product service with these checkpoints only."""
    return replace(SERVICE, checkpoints=twins)
