"""Declaration of the room service. Imports no torch."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contract import Checkpoint, GenerateRequest, Service
from services.images import MAX_SIDE_PX, ImageRef
from services.room.hub import HUB_CHECKPOINTS

_FROZEN = ConfigDict(frozen=True, extra="forbid")
Place = Literal["auto", "floor", "wall", "table"]


class Point(BaseModel):
    """A place in the room photo, px from its top left."""

    model_config = _FROZEN

    x: float = Field(ge=0, le=MAX_SIDE_PX)
    y: float = Field(ge=0, le=MAX_SIDE_PX)


class Region(BaseModel):
    """A rectangle in the room photo, px. Its lower edge is where what it holds stands."""

    model_config = _FROZEN

    left: float = Field(ge=0, le=MAX_SIDE_PX)
    top: float = Field(ge=0, le=MAX_SIDE_PX)
    right: float = Field(ge=0, le=MAX_SIDE_PX)
    bottom: float = Field(ge=0, le=MAX_SIDE_PX)

    @model_validator(mode="after")
    def _check_sides(self) -> "Region":
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("left must be less than right, and top less than bottom")
        return self


class KnownLength(BaseModel):
    """Something of known length in the room photo. An upright one, such as a door's edge, starts on the floor."""

    model_config = _FROZEN

    start: Point
    end: Point
    length_cm: float = Field(gt=1, le=2000)
    lies: Literal["floor", "upright"] = "upright"


class RoomProduct(BaseModel):
    """One product and where it is to be."""

    model_config = _FROZEN

    image: ImageRef = Field(description="The product cut out: RGBA")
    width_cm: float = Field(gt=1, le=1000, description="As it stands")
    height_cm: float = Field(gt=1, le=1000, description="As it stands")
    depth_cm: float = Field(0, ge=0, le=1000, description="Front to back; 0 when unknown or flat")
    where: Place = Field("auto", description="auto and floor: on the floor; table: on a surface, give its height")
    point: Point | None = Field(None, description="Where it stands; on a wall, its middle. Without it a place is found")
    region: Region | None = Field(None, description="A box to stand it in, instead of a point")
    surface_height_cm: float = Field(74, gt=0, le=300, description="How high a table's top is, for where = table")
    mirrored: bool = Field(False, description="Show it from the other side, by mirroring: the only turn a photo allows")


class RoomRequest(GenerateRequest):
    """Place products in a photo of a room at their real size.

    The answer holds the images ``room`` (RGB, of the photo's size) and ``mask`` (L, 255 = may differ from the photo;
    every other pixel is the photo's own), and the facts ``products`` (per product: box, corners and foot in px,
    distance_cm, place, px_per_cm, size_error: 0.1 = 10 %, free: 0..1, how surely all the floor under it is free, or how
    much of the wall behind it is of one colour, hidden: 0..1, notes), ``scale`` (camera_height_cm, source, size_error,
    confidence 0..1, ask_for_length), ``view`` (horizon as two points in px, focal length in px, pitch and roll in
    degrees, support 0..1), ``planes`` (walls with their distance in cm), ``light`` (where it comes from, certainty
    0..1), ``faces`` (boxes of people's faces, px) and ``limits`` (what it cannot do).
    """

    room: ImageRef = Field(description="The photo of the room, taken upright or nearly so")
    products: tuple[RoomProduct, ...] = Field(min_length=1, max_length=6, description="Drawn in order of their depth")
    known_length: KnownLength | None = Field(
        None, description="Makes the scale sure: two points and the length between"
    )
    camera_height_cm: float | None = Field(None, ge=20, le=400, description="Lens over the floor")
    field_of_view: float | None = Field(None, ge=20, le=110, description="Degrees across the photo's long side")
    in_front: tuple[Region, ...] = Field(
        (), max_length=6, description="Boxes round things that stand in front: they hide what stands farther away"
    )
    in_front_mask: ImageRef | None = Field(
        None, description="L, of the photo's size, 255 where something is in front of every product"
    )
    floor_gloss: float = Field(0, ge=0, le=1, description="How much the floor mirrors; 0 matt, 0.5 polished")
    replace: Region | ImageRef | None = Field(
        None,
        description="What is to go, with its shadow: a box, or a mask of the photo's size (light: goes). The first "
        "product stands there unless it has a place",
    )
    num_inference_steps: int = Field(30, ge=1, le=50, description="Denoising steps")
    guidance_scale: float = Field(4.0, ge=1, le=20, description="1 switches guidance off")
    strength: float = Field(0.5, gt=0, le=1, description="How far the painted contact zone leaves the drawn one")
    controlnet_conditioning_scale: float = Field(0.6, ge=0, le=2, description="How strictly the room's depth is kept")


SERVICE = Service(
    name="room",
    summary="Products stand in a photo of a room at their real size",
    request=RoomRequest,
    tunable=("num_inference_steps", "guidance_scale", "strength", "controlnet_conditioning_scale"),
    checkpoints=(
        Checkpoint(
            name="geometry",
            source="assets/models/room",
            revision="10",
            licence="Apache-2.0",
            engine="services.room.engine:RoomEngine",
        ),
        *HUB_CHECKPOINTS,
    ),
)
