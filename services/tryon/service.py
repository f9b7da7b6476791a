"""Declaration of the try-on service. Imports no torch."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from services.contract import Checkpoint, GenerateRequest, Service
from services.images import Box, ImageRef
from services.tryon.hub import HUB_CHECKPOINTS

GarmentCategory = Literal["upper_body", "lower_body", "dresses"]
Keepable = Literal["hair", "hands", "jewellery"]
KEEPABLE: tuple[Keepable, ...] = get_args(Keepable)
MORE_GARMENTS = 2
LEAST_REMOVED = 0.997  # of the worn clothes; under it, bits of them are seen


class NextGarment(BaseModel):
    """A garment that is put on after the one before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    garment: ImageRef = Field(description="As in the request")
    garment_category: GarmentCategory | None = Field(None, description="As in the request")


class TryOnRequest(GenerateRequest):
    """Dress the person of one photo in the garments of others.

    The answer holds the images ``image`` (RGB, the photo with the new garment; pixels outside the mask are the photo's
    own), ``agnostic_mask`` (L, 255 = may differ from the photo; the same for all checkpoints), ``garment`` (RGBA, the
    first garment alone) and one RGB plate per shape, and the facts ``boxes`` (shape -> the dressed person in px),
    ``faces`` (shape -> every face in px), ``keypoints`` (name -> x, y px, visibility 0..1), ``scores`` (identity,
    background, garment, removed, confidence, each 0..1, 1 best), ``notes`` (what to look at before the result is
    used), ``garment_category`` of the first and ``garment_categories`` of all.
    Photos over 2048 px on their long side are scaled down first.
    """

    person: ImageRef = Field(
        description="One person standing, seen from the front to the hips; for legwear and dresses to the feet"
    )
    garment: ImageRef = Field(description="One garment, flat or on a ghost mannequin, on a plain background")
    garment_category: GarmentCategory | None = Field(
        None, description="What the garment covers; absent: told from its outline"
    )
    more_garments: tuple[NextGarment, ...] = Field(
        (), max_length=MORE_GARMENTS, description="Put on after it, in this order"
    )
    preserve: tuple[Keepable, ...] = Field(
        KEEPABLE,
        max_length=len(KEEPABLE),
        description="What stays before the garments; left out of the list: they may cover it",
    )
    person_box: Box | None = Field(None, description="Where the person is, when there are several; else the largest")
    num_inference_steps: int = Field(30, ge=1, le=50, description="Denoising steps")
    guidance_scale: float = Field(4.0, ge=1, le=20, description="1 switches guidance off")
    strength: float = Field(0.6, gt=0, le=1, description="How far the painted garment leaves the draped one")
    garment_scale: float = Field(0.6, ge=0, le=1, description="How strongly the garment's photo speaks while painting")
    controlnet_conditioning_scale: float = Field(0.6, ge=0, le=2, description="How strictly the pose is kept")

    def outfit(self) -> list[tuple[str, GarmentCategory | None]]:
        """(path among the pictures, category) of every garment, in the order in which they are put on."""
        more = [
            (f"more_garments.{index}.garment", one.garment_category) for index, one in enumerate(self.more_garments)
        ]
        return [("garment", self.garment_category), *more]


SERVICE = Service(
    name="tryon",
    summary="The person of one photo in the garment of another",
    request=TryOnRequest,
    tunable=("num_inference_steps", "guidance_scale", "strength", "garment_scale", "controlnet_conditioning_scale"),
    checkpoints=(
        Checkpoint(
            name="drape",
            source="assets/models/people",
            revision="2026-11-28.6",
            licence="Apache-2.0",
            engine="services.tryon.engine:DrapeEngine",
        ),
        *HUB_CHECKPOINTS,
    ),
)
