"""Declaration of the caption service. Imports no torch."""

from PIL import Image
from pydantic import Field

from services.contract import Checkpoint, GenerateRequest, Service
from services.images import Box, ImageRef


class CaptionRequest(GenerateRequest):
    """Describe a picture.

    The answer holds the texts ``caption`` (what the model sees), ``alt_text`` (at most 125 characters, in
    ``language``) and ``description``, and the facts ``colours`` (hex, the most common first), ``colour_names`` (the
    same in words), ``tags``, ``focal`` ({x, y} as fractions), ``boxes`` ([{role: product, text or person, left, top,
    right, bottom}] px; a text is a line of words) and ``contradictions`` (sentences).
    """

    image: ImageRef = Field(description="The picture to describe")
    title: str = Field("", max_length=120, description="What the product is called; joined with the caption")
    scene: str = Field("", max_length=400, description="What the picture was asked to show; the caption is held to it")
    language: str = Field(
        "en", pattern=r"^[a-z]{2,3}$", description="Of the alt text, ISO 639; English where we have no phrases for it"
    )
    product_box: Box | None = Field(None, description="Where the product stands, px")
    find_people: bool = Field(False, description="Look for persons and give their boxes")


def example() -> tuple[CaptionRequest, dict[str, Image.Image]]:
    """A grey picture, to warm up with."""
    ref = ImageRef(key=f"images/{64 * '0'}.png", width=256, height=256, media_type="image/png")
    return CaptionRequest(image=ref), {"image": Image.new("RGB", (256, 256), "grey")}


SERVICE = Service(
    name="caption",
    summary="A picture becomes a caption and an alt text",
    request=CaptionRequest,
    example=example,
    checkpoints=(
        Checkpoint(
            name="captioner",
            source="assets/models/captioner",
            revision="7",
            licence="Apache-2.0",
            engine="services.caption.engine:CaptionEngine",
        ),
        Checkpoint(
            name="florence",
            source="florence-community/Florence-2-large",
            revision="4271c66b88cdbc05735372ec13b2360108de5317",
            licence="MIT",
            engine="services.caption.engine_florence:FlorenceEngine",
            device="cuda",
            dtype="float16",
            num_gpus=0.25,
            memory_gib=4,
            warm_up=True,
        ),
        Checkpoint(
            name="blip",
            source="Salesforce/blip-image-captioning-large",
            revision="353689b859fcf0523410b1806dace5fb46ecdf41",
            licence="BSD-3-Clause",
            engine="services.caption.engine_blip:BlipEngine",
            device="cuda",
            dtype="float16",
            num_gpus=0.25,
            memory_gib=3,
            warm_up=True,
        ),
        Checkpoint(
            name="qwen-vl",
            source="Qwen/Qwen3-VL-4B-Instruct",
            revision="ebb281ec70b05090aa6165b016eac8ec08e71b17",
            licence="Apache-2.0",
            engine="services.caption.engine_qwen_vl:QwenVLEngine",
            device="cuda",
            dtype="bfloat16",
            num_gpus=0.5,
            memory_gib=12,
            warm_up=True,
        ),
    ),
)
