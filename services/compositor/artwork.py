"""Artwork: a creative as data. Layers from back to front, with their words, colours and references to pictures.

Whoever has the pictures paints the same pixels again without any model: every file is painted from its artwork.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.compositor.metadata import DigitalSource
from services.compositor.service import Canvas, Style, Words
from services.images import Box, ImageRef

Role = Literal[
    "ground", "scene", "scrim", "headline", "body", "call_to_action", "price", "rating", "badge", "logo", "disclosure"
]
_FROZEN = ConfigDict(frozen=True, extra="forbid")
_HEX = r"^#[0-9a-fA-F]{6}$"


class _Layer(BaseModel):
    model_config = _FROZEN

    role: Role
    box: Box = Field(description="What it may touch, px of the creative")


class Fill(_Layer):
    """One colour, maybe with an edge of 1 px in another."""

    kind: Literal["fill"] = "fill"
    colour: str = Field(pattern=_HEX)
    edge: str = Field("", pattern=rf"{_HEX}|^$")


class Picture(_Layer):
    """A window (left, top, width, height in px) of a picture, scaled to the box."""

    kind: Literal["picture"] = "picture"
    image: ImageRef
    window: tuple[float, float, float, float]


class Scrim(_Layer):
    """A veil that is full from ``side`` to ``reach`` px away from it, then fades out over ``fade`` px.

    It stays behind the product: the cut-out at ``product``, as far as that lies in ``picture``.
    """

    kind: Literal["scrim"] = "scrim"
    side: Literal["left", "top", "right", "bottom"]
    colour: str = Field(pattern=_HEX)
    strength: float = Field(ge=0, le=1)
    reach: float
    fade: float = Field(gt=0)
    cutout: ImageRef
    product: Box
    picture: Box


class Logo(_Layer):
    """A logo, trimmed and scaled to the box."""

    kind: Literal["logo"] = "logo"
    image: ImageRef


class Font(BaseModel):
    """Families in the order in which they are asked for a letter; tracking in em."""

    model_config = _FROZEN

    families: tuple[str, ...] = Field(min_length=1)
    weight: int
    tracking: float = 0
    direction: Literal["ltr", "rtl"] = "ltr"


class TypeLine(BaseModel):
    """One line of words: px of the creative; ``sinks`` is what helping fonts lower the baseline by, in em."""

    model_config = _FROZEN

    text: str
    size_px: float = Field(gt=0)
    left: float
    baseline: float
    width: float
    sinks: float = 0


class Plaque(BaseModel):
    """A filled rounded rectangle under the words, in px of the creative."""

    model_config = _FROZEN

    left: float
    top: float
    width: float
    height: float
    radius: float
    colour: str = Field(pattern=_HEX)


class Stars(BaseModel):
    """A row of stars in px of the creative, ``value`` of them filled from where reading begins, the others faint."""

    model_config = _FROZEN

    left: float
    top: float
    size_px: float = Field(gt=0)
    count: int = Field(ge=1, le=5)
    value: float = Field(ge=0, le=5)
    is_turned: bool = Field(False, description="Filled from the right")
    colour: str = Field(pattern=_HEX)


class Type(_Layer):
    """Words in one font and colour, over their plaques."""

    kind: Literal["type"] = "type"
    font: Font
    colour: str = Field(pattern=_HEX)
    lines: tuple[TypeLine, ...]
    plaques: tuple[Plaque, ...] = ()
    stars: Stars | None = None


Layer = Annotated[Fill | Picture | Scrim | Logo | Type, Field(discriminator="kind")]


class Artwork(BaseModel):
    """One creative as layers, from back to front, and all else that its file's bytes depend on."""

    model_config = _FROZEN

    version: Literal[1] = 1
    canvas: Canvas
    template: str = Field("", description="Empty for a clean picture or a logo")
    language: str
    words: Words
    style: Style
    digital_source: DigitalSource
    watermark: int = Field(0, ge=0, lt=2**24)
    product: Box | None = Field(None, description="Where the product is; the watermark spares it")
    layers: tuple[Layer, ...] = Field(min_length=1)

    def image_refs(self) -> list[ImageRef]:
        """The pictures that its layers name."""
        shown = [layer for layer in self.layers if isinstance(layer, Picture | Logo | Scrim)]
        return [layer.cutout if isinstance(layer, Scrim) else layer.image for layer in shown]
