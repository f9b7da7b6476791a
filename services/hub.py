"""The pipeline families that several services use, as on the hub: what a ``Checkpoint`` says besides its engine.

A service adds engine, ``takes``, parts and defaults. The same name in two services is the same weights: they are pulled
once. Revisions were read on 2026-11-22, those of later additions on 2026-11-25, in public repositories that pin them;
`vitrine checkpoints lock` asks the hub itself. Memory is an estimate from the parameter counts at the given dtype plus
one request, not a measurement.
"""

from typing import Any

from services.checkpoint import Optimisations, Weights

OPEN_RAIL = "CreativeML Open RAIL++-M"
MEGAPIXEL = 1024 * 1024
GPU_CONVOLUTIONS = Optimisations(channels_last=True)
GPU_TRANSFORMER = Optimisations(attention="native", compile=True)

SDXL_INPAINT: dict[str, Any] = {
    "name": "sdxl-inpaint",
    "source": "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    "revision": "115134f363124c53c7d878647567d04daf26e41e",
    "variant": "fp16",
    "licence": OPEN_RAIL,
    "device": "cuda",
    "warm_up": True,
    "dtype": "float16",
    "num_gpus": 1,
    "size_multiple": 64,  # at other sizes controlnet-aux would move the edges
    "area_px": MEGAPIXEL,
    "optimisations": GPU_CONVOLUTIONS,
}

FLUX2_KLEIN: dict[str, Any] = {
    "name": "flux2-klein",
    "source": "black-forest-labs/FLUX.2-klein-4B",
    "revision": "e7b7dc27f91deacad38e78976d1f2b499d76a294",
    "licence": "Apache-2.0",
    "device": "cuda",
    "warm_up": True,
    "dtype": "bfloat16",
    "num_gpus": 1,
    "memory_gib": 20,
    "size_multiple": 16,
    "area_px": 1_000_000,
    "optimisations": GPU_TRANSFORMER,
}

QWEN_EDIT: dict[str, Any] = {
    "name": "qwen-edit",
    "source": "Qwen/Qwen-Image-Edit-2511",
    "revision": "6f3ccc0b56e431dc6a0c2b2039706d7d26f22cb9",
    "licence": "Apache-2.0",
    "device": "cuda",
    "warm_up": True,
    "dtype": "bfloat16",
    "num_gpus": 1,
    "memory_gib": 64,
    "size_multiple": 32,
    "area_px": MEGAPIXEL,
    "optimisations": GPU_TRANSFORMER,
}

CONTROLNET_CANNY = Weights(
    source="diffusers/controlnet-canny-sdxl-1.0",
    revision="eb115a19a10d14909256db740ed109532ab1483c",
    variant="fp16",
    licence=OPEN_RAIL,
)
CONTROLNET_DEPTH = Weights(
    source="diffusers/controlnet-depth-sdxl-1.0",
    revision="17bb97973f29801224cd66f192c5ffacf82648b4",
    variant="fp16",
    licence=OPEN_RAIL,
)
CONTROLNET_OPENPOSE = Weights(
    source="xinsir/controlnet-openpose-sdxl-1.0",
    revision="23f966cd5cfdd3f7729c903e243d87152162d2b7",
    licence="Apache-2.0",
)
SDXL_VAE = Weights(
    source="madebyollin/sdxl-vae-fp16-fix",
    revision="207b116dae70ace3637169f1ddd2434b91b3a8cd",
    licence="MIT",
)
IP_ADAPTER = Weights(
    source="h94/IP-Adapter",
    revision="018e402774aeeddd60609b4ecdb7e298259dc729",
    licence="Apache-2.0",
    include=("sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors", "models/image_encoder/*"),
)
