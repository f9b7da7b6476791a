"""The hub checkpoints of the room service, for clusters. Imports no torch; ``services/hub.py`` has the families."""

from services import hub
from services.checkpoint import Checkpoint, Weights

DEPTH = Weights(
    source="depth-anything/Depth-Anything-V2-Small-hf",
    revision="5426e4f0f36572d16453bbda7a8389317b1bef99",
    licence="Apache-2.0",
)
GROUND = Weights(source="assets/models/room", revision="1", licence="Apache-2.0")
PARTS = {"depth": DEPTH, "ground": GROUND}
TAKEN = ("replace", "num_inference_steps")

FLUX2_KLEIN = Checkpoint(
    **hub.FLUX2_KLEIN,
    engine="services.room.engine_klein:KleinRoomEngine",
    takes=(*TAKEN, "strength"),
    defaults={"num_inference_steps": 4, "strength": 0.6},
    parts=PARTS,
)

SDXL_INPAINT = Checkpoint(
    **hub.SDXL_INPAINT,
    engine="services.room.engine_sdxl_inpaint:SDXLRoomEngine",
    memory_gib=13,
    takes=(*TAKEN, "guidance_scale", "strength", "controlnet_conditioning_scale"),
    defaults={"num_inference_steps": 30, "guidance_scale": 6.0, "strength": 0.45},
    parts={"controlnet_depth": hub.CONTROLNET_DEPTH, "vae": hub.SDXL_VAE, **PARTS},
)

QWEN_EDIT = Checkpoint(
    **hub.QWEN_EDIT,
    engine="services.room.engine_qwen_edit:QwenRoomEngine",
    takes=(*TAKEN, "guidance_scale"),
    defaults={"num_inference_steps": 40, "guidance_scale": 4.0},
    parts=PARTS,
)

GEOMETRY_DEPTH = Checkpoint(
    **DEPTH.model_dump(),
    name="geometry-depth",
    engine="services.room.engine_depth:DepthRoomEngine",
    device="cuda",
    num_gpus=0.1,
    memory_gib=1,
    parts={"ground": GROUND},
)

HUB_CHECKPOINTS = (FLUX2_KLEIN, SDXL_INPAINT, QWEN_EDIT, GEOMETRY_DEPTH)
