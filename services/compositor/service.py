"""Declaration of the compositor service: what it needs to lay out one variant in all its formats."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.compositor.metadata import DigitalSource
from services.contract import Checkpoint, GenerateRequest, Service
from services.images import Box, ImageRef, Shape

_FROZEN = ConfigDict(frozen=True, extra="forbid")
AD_CHOICES_PX = (20, 16)  # top right corner that ad servers draw their icon into
NORMAL_TEXT = 4.5  # least contrast of words (WCAG 2 AA)
LOGO_CONTRAST = 3.0
SMALL_PX = 200  # a canvas with a side below this has room for few words
MOST_CLUTTER = 0.05  # of the ground under words: 0 = plain, 1 = hard edges everywhere
_HEX = r"^#[0-9a-fA-F]{6}$"


class Plate(BaseModel):
    """Product imagery without words, where the product is on it, and what else no word may cover."""

    model_config = _FROZEN

    image: ImageRef
    product_box: Box
    keep_clear: tuple[Box, ...] = Field((), max_length=50, description="Faces, persons, texts in the picture: px")


Look = Literal["quiet", "bold", "price", "editorial", "card", "split", "minimal", "poster"]
Crop = Literal["close", "usual", "wide"]
FileType = Literal["jpg", "png", "webp", "avif", "gif"]


class Canvas(BaseModel):
    """One picture to make: a finished ad, the clean picture without words, or the logo alone. Safe zones are
    fractions of the side that must stay free of words and logo (in a clean picture: of the product).
    """

    model_config = _FROZEN

    format: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    width: int = Field(ge=50, le=4096, description="px")
    height: int = Field(ge=50, le=4096, description="px")
    max_bytes: int = Field(ge=10_000, description="Byte limit of the file")
    shows: Literal["ad", "picture", "logo"] = "ad"
    file_type: FileType = "jpg"
    safe_top: float = Field(0, ge=0, lt=0.5)
    safe_bottom: float = Field(0, ge=0, lt=0.5)
    safe_left: float = Field(0, ge=0, lt=0.5)
    safe_right: float = Field(0, ge=0, lt=0.5)

    @property
    def is_small(self) -> bool:
        """Whether a short headline stands better on it."""
        return min(self.width, self.height) < SMALL_PX


class Words(BaseModel):
    """The words of one variant, as they are to appear."""

    model_config = _FROZEN

    headline: str = Field(min_length=1, max_length=60)
    body: str = Field("", max_length=140)
    call_to_action: str = Field(min_length=1, max_length=24)
    price: str = Field("", max_length=24, description="Formatted, with its currency")
    short_headline: str = Field("", max_length=60, description="For small canvases; empty: headline stands there too")
    stars: float = Field(0, ge=0, le=5, description="As many of the five stars before the rating are filled")
    rating: str = Field("", max_length=24, description="Its value and count, formatted, e.g. 4.7 (1,284)")
    badge: str = Field("", max_length=14, description="An offer or news, e.g. -20% or New")

    def on(self, canvas: Canvas) -> "Words":
        """The words as they stand on one canvas."""
        headline = self.short_headline if canvas.is_small and self.short_headline else self.headline
        return self.model_copy(update={"headline": headline, "short_headline": ""})


class Style(BaseModel):
    """The part of a brand kit that layout needs."""

    model_config = _FROZEN

    primary: str = Field(pattern=_HEX, description="Buttons and strong panels")
    on_primary: str = Field(pattern=_HEX, description="Words on primary")
    accent: str = Field(pattern=_HEX, description="Price, small marks")
    background: str = Field(pattern=_HEX, description="Quiet panels")
    text: str = Field(pattern=_HEX, description="Words on background")
    headline_font: str = "Outfit"
    body_font: str = "Inter"
    look: Look = Field("quiet", description="The manner of the layouts")
    crop: Crop = Field("usual", description="How near the product stands, as far as picture and words allow")
    corner_radius: float = Field(0.5, ge=0, le=0.5, description="Of the button, as a fraction of its height")


class ComposeRequest(GenerateRequest):
    """Lay out one variant in every canvas, in one hop.

    The answer holds one file per canvas under its format id, and the fact ``creatives``: format id ->
    {template, boxes: [{role, left, top, right, bottom}], product: box, dropped: [role], contrast: {role: ratio},
    clutter: {role: 0 to 1}, covering: [role], fonts: {role: [family]}, watermark: hex, "none" or "skipped_small",
    quality, bytes, compose_ms, encode_ms}. Boxes are px of the creative; contrast is WCAG's ratio on the real pixels;
    clutter is how busy the picture is under them; covering names what stands on something that is to be kept clear.
    A canvas that could not be made stands in the fact ``failures`` instead: format id -> {code, detail, status}.
    """

    plates: dict[Shape, Plate] = Field(min_length=1, description="Product imagery without words, by shape")
    cutout: ImageRef = Field(description="The product alone, RGBA")
    canvases: tuple[Canvas, ...] = Field(min_length=1, max_length=500, description="The formats to make")
    words: Words = Field(description="The words as they are to appear")
    language: str = Field("en", pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", description="Of the words, e.g. ja")
    digital_source: DigitalSource = Field(
        "compositeWithTrainedAlgorithmicMedia", description="IPTC digital source type, written into every file"
    )
    label: str = Field("", max_length=40, description="Visible AI label; a finished ad without room for it fails")
    watermark: int = Field(0, ge=0, lt=2**24, description="Identity of the invisible watermark; 0 = none")
    style: Style = Field(description="Colours, fonts and corners of the brand")
    logo_dark: ImageRef = Field(description="The logo in dark ink, for light grounds; RGBA")
    logo_light: ImageRef = Field(description="The logo in light ink, for dark grounds; RGBA")


SERVICE = Service(
    name="compositor",
    summary="Plates, words and brand become finished creatives",
    request=ComposeRequest,
    checkpoints=(
        Checkpoint(
            name="templates",
            source="assets/templates",
            revision="10",
            licence="Apache-2.0",
            engine="services.compositor.engine:CompositorEngine",
        ),
    ),
)
