"""Declaration of the cut-out service. Imports no torch."""

from typing import Literal

from pydantic import Field

from services.checkpoint import Weights
from services.contract import Checkpoint, GenerateRequest, Service
from services.images import ImageRef

Material = Literal["opaque", "glass"]


class CutOutRequest(GenerateRequest):
    """Cut one product out of its photo.

    The answer holds the image ``cutout`` (RGBA, trimmed to the product; where alpha is 255 its pixels are the photo's
    own) and the facts ``method`` (what it was cut from), ``confidence`` (0..1, how clearly the outline shows), ``box``
    (where it was in the photo, px) and ``touches`` (the photo's sides that the product reaches).
    """

    photo: ImageRef = Field(description="The product photo, with or without an alpha channel")
    material: Material = Field(
        "opaque", description="glass: half-transparent parts of an alpha channel are the product's, not a shadow"
    )


SERVICE = Service(
    name="cutout",
    summary="A product photo becomes the product alone, with a soft matte",
    request=CutOutRequest,
    checkpoints=(
        Checkpoint(
            name="matting",
            source="assets/models/matting",
            revision="2026-11-28",
            licence="Apache-2.0",
            engine="services.cutout.engine:CutOutEngine",
        ),
        Checkpoint(
            name="vitmatte",
            source="hustvl/vitmatte-small-composition-1k",
            revision="6a58ad7646403c1df626fbd746900aec7361ea1d",
            licence="Apache-2.0",
            engine="services.cutout.engine_vitmatte:VitMatteEngine",
            device="cuda",
            num_gpus=0.25,
            memory_gib=3,
            parts={"saliency": Weights(source="assets/models/matting", revision="2026-11-22", licence="Apache-2.0")},
        ),
    ),
)
