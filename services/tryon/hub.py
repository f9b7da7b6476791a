"""The hub checkpoints of the try-on service, for clusters. Imports no torch; ``services/hub.py`` has the families."""

from services import hub
from services.checkpoint import Checkpoint

SDXL_INPAINT = Checkpoint(
    **hub.SDXL_INPAINT,
    engine="services.tryon.engine_sdxl_inpaint:SDXLTryOnEngine",
    memory_gib=15,
    takes=("num_inference_steps", "guidance_scale", "strength", "garment_scale", "controlnet_conditioning_scale"),
    defaults={"num_inference_steps": 30, "guidance_scale": 5.0, "strength": 0.6, "garment_scale": 0.6},
    parts={
        "controlnet_openpose": hub.CONTROLNET_OPENPOSE,
        "vae": hub.SDXL_VAE,
        "ip_adapter": hub.IP_ADAPTER,
    },
)

QWEN_EDIT = Checkpoint(
    **hub.QWEN_EDIT,
    engine="services.tryon.engine_qwen_edit:QwenTryOnEngine",
    takes=("num_inference_steps", "guidance_scale"),
    defaults={"num_inference_steps": 40, "guidance_scale": 4.0},
)

HUB_CHECKPOINTS = (QWEN_EDIT, SDXL_INPAINT)
