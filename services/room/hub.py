"""The hub checkpoints of the room service, for clusters. Imports no torch; ``services/hub.py`` has the families."""

from services import hub
from services.checkpoint import Checkpoint

NUMBERS = ("replace", "num_inference_steps", "guidance_scale")

FLUX2_KLEIN = Checkpoint(
    **hub.FLUX2_KLEIN,
    engine="services.room.engine_klein:KleinRoomEngine",
    takes=(*NUMBERS, "strength"),
    defaults={"num_inference_steps": 4, "guidance_scale": 1.0, "strength": 0.6},
)

SDXL_INPAINT = Checkpoint(
    **hub.SDXL_INPAINT,
    engine="services.room.engine_sdxl_inpaint:SDXLRoomEngine",
    memory_gib=13,
    takes=(*NUMBERS, "strength", "controlnet_conditioning_scale"),
    defaults={"num_inference_steps": 30, "guidance_scale": 6.0, "strength": 0.45},
    parts={"controlnet_depth": hub.CONTROLNET_DEPTH, "vae": hub.SDXL_VAE},
)

QWEN_EDIT = Checkpoint(
    **hub.QWEN_EDIT,
    engine="services.room.engine_qwen_edit:QwenRoomEngine",
    takes=NUMBERS,
    defaults={"num_inference_steps": 40, "guidance_scale": 4.0},
)

HUB_CHECKPOINTS = (FLUX2_KLEIN, SDXL_INPAINT, QWEN_EDIT)
