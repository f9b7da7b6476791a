"""The hub checkpoints of the product service, for clusters. Imports no torch.

Revisions were read on 2026-11-22 in public repositories that pin them; `vitrine checkpoints lock` asks the hub itself.
Memory is an estimate from the parameter counts at the given dtype plus one request, not a measurement.
"""

from services.checkpoint import Checkpoint, Optimisations, Weights

OPEN_RAIL = "CreativeML Open RAIL++-M"
MEGAPIXEL = 1024 * 1024
GPU_CONVOLUTIONS = Optimisations(channels_last=True)
GPU_TRANSFORMER = Optimisations(attention="native", compile=True)

SDXL = Checkpoint(
    name="sdxl",
    source="stabilityai/stable-diffusion-xl-base-1.0",
    revision="462165984030d82259a11f4367a4eed129e94a7b",
    variant="fp16",
    licence=OPEN_RAIL,
    engine="services.product.engine_sdxl:SDXLProductEngine",
    device="cuda",
    warm_up=True,
    dtype="float16",
    num_gpus=1,
    memory_gib=11,
    size_multiple=32,
    area_px=MEGAPIXEL,
    optimisations=GPU_CONVOLUTIONS,
    defaults={"num_inference_steps": 30, "guidance_scale": 6.0},
)

SDXL_TURBO = SDXL.model_copy(
    update={
        "name": "sdxl-turbo",
        "source": "stabilityai/sdxl-turbo",
        "revision": "71153311d3dbb46851df1931d3ca6e939de83304",
        "licence": "Stability AI non-commercial research community licence",
        "use": "non-commercial",
        "area_px": 512 * 512,
        "memory_gib": 9,
        "defaults": {"num_inference_steps": 4, "guidance_scale": 1.0},
    }
)

SDXL_INPAINT = SDXL.model_copy(
    update={
        "name": "sdxl-inpaint",
        "source": "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        "revision": "115134f363124c53c7d878647567d04daf26e41e",
        "engine": "services.product.engine_sdxl_inpaint:SDXLInpaintEngine",
        "memory_gib": 18,
        "size_multiple": 64,  # at other sizes controlnet-aux would move the edges
        "takes": ("style", "style_scale", "lora", "lora_scale", "controlnet_conditioning_scale"),
        "defaults": {"num_inference_steps": 30, "guidance_scale": 7.0},
        "parts": {
            "controlnet_canny": Weights(
                source="diffusers/controlnet-canny-sdxl-1.0",
                revision="eb115a19a10d14909256db740ed109532ab1483c",
                variant="fp16",
                licence=OPEN_RAIL,
            ),
            "controlnet_depth": Weights(
                source="diffusers/controlnet-depth-sdxl-1.0",
                revision="17bb97973f29801224cd66f192c5ffacf82648b4",
                variant="fp16",
                licence=OPEN_RAIL,
            ),
            "vae": Weights(
                source="madebyollin/sdxl-vae-fp16-fix",
                revision="207b116dae70ace3637169f1ddd2434b91b3a8cd",
                licence="MIT",
            ),
            "ip_adapter": Weights(
                source="h94/IP-Adapter",
                revision="018e402774aeeddd60609b4ecdb7e298259dc729",
                licence="Apache-2.0",
                include=("sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors", "models/image_encoder/*"),
            ),
        },
    }
)

FLUX2_KLEIN = Checkpoint(
    name="flux2-klein",
    source="black-forest-labs/FLUX.2-klein-4B",
    revision="e7b7dc27f91deacad38e78976d1f2b499d76a294",
    licence="Apache-2.0",
    engine="services.product.engine_klein:KleinAroundEngine",
    device="cuda",
    warm_up=True,
    dtype="bfloat16",
    num_gpus=1,
    memory_gib=20,
    size_multiple=16,
    area_px=1_000_000,
    optimisations=GPU_TRANSFORMER,
    takes=("lora", "lora_scale"),
    defaults={"num_inference_steps": 4, "guidance_scale": 1.0},
)

FLUX2_KLEIN_SCENE = FLUX2_KLEIN.model_copy(
    update={
        "name": "flux2-klein-scene",
        "engine": "services.product.engine_klein:KleinSceneEngine",
        "takes": (),
    }
)

QWEN_EDIT = Checkpoint(
    name="qwen-edit",
    source="Qwen/Qwen-Image-Edit-2511",
    revision="6f3ccc0b56e431dc6a0c2b2039706d7d26f22cb9",
    licence="Apache-2.0",
    engine="services.product.engine_qwen_edit:QwenEditEngine",
    device="cuda",
    warm_up=True,
    dtype="bfloat16",
    num_gpus=1,
    memory_gib=64,
    size_multiple=32,
    area_px=MEGAPIXEL,
    optimisations=GPU_TRANSFORMER,
    takes=("style", "lora", "lora_scale"),
    defaults={"num_inference_steps": 40, "guidance_scale": 4.0},
)

HUB_CHECKPOINTS = (SDXL_INPAINT, FLUX2_KLEIN, FLUX2_KLEIN_SCENE, QWEN_EDIT, SDXL, SDXL_TURBO)
