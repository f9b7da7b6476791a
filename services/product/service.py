"""Declaration of the product service. Imports no torch."""

from typing import Literal

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from services.contract import Checkpoint, GenerateRequest, Service
from services.images import SHAPES, ImageRef, Shape
from services.product.hub import HUB_CHECKPOINTS

Fidelity = Literal["exact", "harmonised"]
MOST_SHIFT = 7.0  # Delta E (CIE 1976) of any product pixel, harmonised
USABILITY_LIMITS = dict.fromkeys(
    ("space_mismatch", "size_mismatch", "indistinctiveness", "shape_hallucination", "people", "writing"), 0.5
)


class SizeCm(BaseModel):
    """How large a product is as it stands, in cm. depth: front to back, 0 when unknown or flat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: float = Field(gt=1, le=1000)
    height: float = Field(gt=1, le=1000)
    depth: float = Field(0, ge=0, le=1000)


class ProductRequest(GenerateRequest):
    """Place a product in generated scenes, one plate per shape.

    The answer holds one RGB plate per shape, and the facts ``boxes`` (shape -> product box in px), ``truth`` (shape ->
    how far the product is from its photo: ``services/product/truth.py``), ``usability`` (shape -> whether the plate
    would do as an ad, and its scores: ``services/product/usability.py``), ``prompt`` (as given to the pipeline for the
    first shape), ``light`` (left or right), ``unused_words`` (of the prompt, not understood) and ``scale`` (``ground``:
    table or open; ``share``: the product's size, of the largest there is room for; ``moved_from``: the scene that was
    asked for, where furniture got one with a floor).
    """

    product: ImageRef = Field(description="The product cut out (RGBA), as the cutout service answers it")
    size_cm: SizeCm | None = Field(
        None, description="The real size: it scales the product, and keeps furniture off tables"
    )
    fidelity: Fidelity = Field(
        "exact",
        description="exact: the product's pixels stay the photo's; harmonised: a bounded shift to the scene's light",
    )
    prompt: str = Field(min_length=1, max_length=400, description="The scene in words, without the product")
    attempts: int = Field(
        2, ge=1, le=5, description="Scenes to try per shape until one passes the usability gate; the best one is kept"
    )
    negative_prompt: str = Field(
        "",
        max_length=400,
        description="What the scene must not show: no place, colour or mood that it names is chosen; "
        "pipelines with a guidance_scale over 1 are told it, too",
    )
    shapes: tuple[Shape, ...] = Field(SHAPES, min_length=1, max_length=3, description="Plates to make")
    num_inference_steps: int = Field(8, ge=1, le=50, description="Denoising steps")
    guidance_scale: float = Field(2.0, ge=1, le=20, description="1 switches guidance off")
    style: ImageRef | None = Field(None, description="A picture whose colours and mood the scene shall have")
    style_scale: float = Field(0.6, ge=0, le=2, description="How strongly the style picture speaks")
    lora: str = Field("", pattern=r"^([a-z0-9][a-z0-9_-]{0,59})?$", description="Name of a LoRA, e.g. of the brand")
    lora_scale: float = Field(1.0, ge=0, le=2, description="Strength of the LoRA")
    controlnet_conditioning_scale: float = Field(
        0.6, ge=0, le=2, description="How strictly edges and depth of the layout are kept"
    )
    strength: float = Field(
        0.5, gt=0, le=1, description="How far a scene leaves its sketch, for engines that start from one; 1: ignore it"
    )


def example() -> tuple[ProductRequest, dict[str, Image.Image]]:
    """A grey square on a plain scene: enough to run every part of an engine once."""
    product = Image.new("RGBA", (64, 64), (120, 120, 120, 255))
    ref = ImageRef(key=f"images/{64 * '0'}.png", width=64, height=64, media_type="image/png")
    return ProductRequest(product=ref, prompt="plain studio", shapes=("square",)), {"product": product}


SCENE = Checkpoint(
    name="scene",
    source="assets/models/scene",
    revision="2026-11-28.1",
    licence="Apache-2.0",
    engine="services.product.engine_sketch:SketchProductEngine",
    defaults={"num_inference_steps": 4, "guidance_scale": 1.0, "strength": 0.5},
)
SCENE_INPAINT = SCENE.model_copy(
    update={"name": "scene-inpaint", "engine": "services.product.engine_sketch_inpaint:InpaintSketchEngine"}
)

SERVICE = Service(
    name="product",
    summary="A product photo becomes product imagery in a generated scene",
    request=ProductRequest,
    tunable=(
        "fidelity",
        "attempts",
        "num_inference_steps",
        "guidance_scale",
        "negative_prompt",
        "lora",
        "lora_scale",
        "controlnet_conditioning_scale",
        "strength",
    ),
    example=example,
    checkpoints=(
        SCENE,
        SCENE_INPAINT,
        *HUB_CHECKPOINTS,
    ),
)
