"""What workflows make: imagery, captions, and finished creatives. Every result says who made it."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue

from services.compositor.artwork import Artwork
from services.contract import Generation
from services.copywriter.service import Sentence
from services.images import Box, ImageRef, Shape
from workflows.brief import Copy
from workflows.checks import Check
from workflows.provenance import Provenance

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class MadeBy(BaseModel):
    """The origin of one result: enough to make it again."""

    model_config = _FROZEN

    service: str
    checkpoint: str
    seed: int
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, generation: Generation) -> Self:
        return cls(**generation.model_dump(include={"service", "checkpoint", "seed", "timings_ms"}))


class Result(BaseModel):
    """Base of everything a node returns."""

    model_config = _FROZEN

    made_by: MadeBy


class ProductCutOut(Result):
    """The product alone (RGBA), and how clearly it was cut."""

    image: ImageRef
    facts: dict[str, JsonValue]


class PlacedProduct(BaseModel):
    """A plate: a scene with the product standing in it, no words; and faces that no word may cover."""

    model_config = _FROZEN

    image: ImageRef
    product_box: Box
    keep_clear: tuple[Box, ...] = ()


class Imagery(Result):
    """The plates of one product in one scene."""

    plates: dict[Shape, PlacedProduct]
    cutout: ImageRef
    preview: ImageRef
    preview_box: Box | None = None
    facts: dict[str, JsonValue]


class Caption(Result):
    """What a picture shows."""

    caption: str
    alt_text: str
    description: str = ""
    tags: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    colour_names: tuple[str, ...] = ()
    focal: dict[str, float] = {}
    boxes: tuple[dict[str, Any], ...] = ()
    contradictions: tuple[str, ...] = ()


class AdCopy(Result):
    """The words of one variant: the client's own, or written from the product's facts."""

    words: Copy
    sentences: dict[str, Sentence] = {}
    refused: dict[str, str] = {}
    unused: tuple[str, ...] = ()
    disclaimers: tuple[str, ...] = ()
    voice: str = ""

    @property
    def by_client(self) -> dict[str, str]:
        """Part -> its text, for every part that was not written here or was changed since."""
        given = self.words.model_dump(exclude={"badge"}).items()
        written = {part: one.text for part, one in self.sentences.items()}
        return {part: text for part, text in given if text and text != written.get(part)}


class Layout(BaseModel):
    """One finished file: of which format and for what in it, what stands where on it, and its layers."""

    model_config = _FROZEN

    image: ImageRef
    format: str
    role: str
    facts: dict[str, Any]
    artwork: Artwork


class FormatFailure(BaseModel):
    """Why one format of a variant could not be made."""

    model_config = _FROZEN

    code: str
    detail: str
    status: int


class Composition(Result):
    """All files of one variant: canvas -> file, or why there is none. A format has one canvas or several."""

    layouts: dict[str, Layout]
    failures: dict[str, FormatFailure] = {}
    alt_text: str
    words: Copy


class Reel(BaseModel):
    """An animation as the compositor made it: not yet signed or kept."""

    model_config = _FROZEN

    image: ImageRef
    facts: dict[str, Any]
    max_bytes: int
    checks: tuple[Check, ...]
    spent_ms: float


class Reels(Result):
    """The animations of one variant: canvas -> reel, or why there is none."""

    reels: dict[str, Reel] = {}
    failures: dict[str, FormatFailure] = {}


class Animation(BaseModel):
    """One animated file of a creative. ``url`` expires, and is empty while the creative waits for approval."""

    model_config = _FROZEN

    creative: str
    key: str
    media_type: str
    width: int
    height: int
    bytes: int
    duration_ms: int
    plays: int
    frames: int
    frames_per_second: float
    scene_moves: bool
    checks: tuple[Check, ...]
    c2pa: str
    url: str = ""


class Creative(BaseModel):
    """One finished ad as the client sees it."""

    model_config = _FROZEN

    id: str
    variant: str
    scene: str = ""
    format: str
    role: str = "ad"
    key: str
    width: int
    height: int
    bytes: int
    media_type: str
    alt_text: str
    copy_text: dict[str, str]
    fields: dict[str, str] = {}
    boxes: list[dict[str, Any]]
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None
    timings_ms: dict[str, float]
    animations: tuple[Animation, ...] = ()
    url: str = ""
    artwork_url: str = ""


def artwork_key(job_id: str, creative_id: str) -> str:
    """Where a creative's layers are kept, beside its file."""
    return f"creatives/{job_id}/{creative_id}.artwork.json"
