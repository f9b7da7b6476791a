"""The hub checkpoints of the product service, for clusters. Imports no torch; ``services/hub.py`` has the families."""

from services import hub
from services.checkpoint import Checkpoint

SDXL = Checkpoint(
    name="sdxl",
    source="stabilityai/stable-diffusion-xl-base-1.0",
    revision="462165984030d82259a11f4367a4eed129e94a7b",
    variant="fp16",
    licence=hub.OPEN_RAIL,
    engine="services.product.engine_sdxl:SDXLProductEngine",
    device="cuda",
    warm_up=True,
    dtype="float16",
    num_gpus=1,
    memory_gib=11,
    size_multiple=32,
    area_px=hub.MEGAPIXEL,
    optimisations=hub.GPU_CONVOLUTIONS,
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

SDXL_INPAINT = Checkpoint(
    **hub.SDXL_INPAINT,
    engine="services.product.engine_sdxl_inpaint:SDXLInpaintEngine",
    memory_gib=18,
    takes=("style", "style_scale", "lora", "lora_scale", "controlnet_conditioning_scale"),
    defaults={"num_inference_steps": 30, "guidance_scale": 7.0},
    parts={
        "controlnet_canny": hub.CONTROLNET_CANNY,
        "controlnet_depth": hub.CONTROLNET_DEPTH,
        "vae": hub.SDXL_VAE,
        "ip_adapter": hub.IP_ADAPTER,
    },
)

FLUX2_KLEIN = Checkpoint(
    **hub.FLUX2_KLEIN,
    engine="services.product.engine_klein:KleinAroundEngine",
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
    **hub.QWEN_EDIT,
    engine="services.product.engine_qwen_edit:QwenEditEngine",
    takes=("style", "lora", "lora_scale"),
    defaults={"num_inference_steps": 40, "guidance_scale": 4.0},
)

HUB_CHECKPOINTS = (SDXL_INPAINT, FLUX2_KLEIN, FLUX2_KLEIN_SCENE, QWEN_EDIT, SDXL, SDXL_TURBO)
