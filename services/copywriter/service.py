"""Declaration of the copywriter service: what it needs to know to write, and what it writes. Imports no torch."""

from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from services.checkpoint import Weights
from services.contract import Checkpoint, GenerateRequest, Service
from services.lines import Line

_FROZEN = ConfigDict(frozen=True, extra="forbid")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Measure = Literal["capacity_ml", "weight_g", "battery_h", "height_cm"]
Part = Literal["headline", "short_headline", "long_headline", "body", "call_to_action"]
PARTS: tuple[Part, ...] = get_args(Part)
Counting = Literal["characters", "display_width"]
Tone = Literal["plain", "warm", "lively"]
MAX_ATTRIBUTES = 40


class Rating(BaseModel):
    """What customers think, as a shop shows it."""

    model_config = _FROZEN

    value: float = Field(ge=0, le=5, description="0 to 5")
    count: int = Field(ge=1, le=10_000_000, description="How many customers")

    @property
    def shown(self) -> Decimal:
        """The value as it is told everywhere: cut off after two decimals, so that it is never more than it was."""
        return Decimal(str(self.value)).quantize(Decimal("0.01"), ROUND_DOWN)


class Offer(BaseModel):
    """What is cheaper, and until when."""

    model_config = _FROZEN

    percent_off: int = Field(0, ge=0, le=95)
    until: date | None = Field(None, description="Last day")
    free_shipping: bool = False


class Facts(BaseModel):
    """All that copy may claim of a product. Attributes that no language file knows are left out and listed."""

    model_config = _FROZEN

    title: Line = Field(min_length=1, max_length=120, description="A name, used in every language as it is")
    description: Line = Field("", max_length=500, description="Read for attributes; never printed as copy")
    language: Language = Field("en", description="Of title and description")
    category: Name = Field("other", description="footwear, clothing, bag, drinkware …: picks fitting phrases")
    attributes: tuple[Name, ...] = Field((), max_length=MAX_ATTRIBUTES, description="waterproof, grip, handmade …")
    measures: dict[Measure, Annotated[float, Field(gt=0, lt=1_000_000)]] = Field(default_factory=dict)
    price: str = Field("", pattern=r"^(\d{1,7}(\.\d{1,2})?)?$")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    rating: Rating | None = None
    offer: Offer | None = None
    claims: dict[Language, tuple[Line, ...]] = Field(
        default_factory=dict, max_length=20, description="Approved sentences per language, used word for word"
    )


class Voice(BaseModel):
    """How a brand speaks, by example and by rule."""

    model_config = _FROZEN

    approved: tuple[Line, ...] = Field((), max_length=500, description="Copy the brand has run")
    rejected: tuple[Line, ...] = Field((), max_length=500, description="Copy the brand would not run")
    language: Language = Field("en", description="Of both; copy in other languages is not scored")
    banned: dict[str, tuple[Line, ...]] = Field(
        default_factory=dict, description="Country code, or * for everywhere -> words never used"
    )
    exclamation_marks: bool = True
    questions: bool = True


class Limits(BaseModel):
    """The longest each part may be, counted as the platform counts."""

    model_config = _FROZEN

    headline: int = Field(60, ge=8, le=300)
    short_headline: int = Field(60, ge=8, le=300, description="Where a longer headline has no room")
    long_headline: int = Field(90, ge=8, le=300)
    body: int = Field(140, ge=20, le=3000)
    call_to_action: int = Field(24, ge=4, le=60)
    counting: Counting = Field("characters", description="display_width: a wide (CJK) character counts as two")


class Angle(BaseModel):
    """What the words are to dwell on for one reader."""

    model_config = _FROZEN

    lead: tuple[Name, ...] = Field((), max_length=10, description="Attributes to lead with, the first one first")
    moment: str = Field("", pattern=r"^[a-z_]{0,20}$", description="rain, heat, evening …: picks an opener")
    seed: int = Field(0, ge=0, lt=2**31)


class CopyRequest(GenerateRequest):
    """Write copy for one product and one reader.

    The answer holds the best copy's texts ``headline``, ``short_headline`` (empty where the headline is short enough),
    ``long_headline``, ``body``, ``call_to_action``, and the facts ``copies`` (every variant: part -> {text, facts}, and
    its score), ``language``, ``voice`` (how it was scored, or why not), ``refused`` (text -> the rule it breaks),
    ``unused`` (attributes no language file knows) and ``disclaimers`` (texts that stand in the body).
    """

    facts: Facts = Field(description="The product: all that may be claimed")
    brand_name: Line = Field("", max_length=60, description="As it may appear in copy")
    voice: Voice = Field(default=Voice(), description="Approved and rejected examples, banned words, marks")
    locale: str = Field("en", pattern=r"^[a-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3}$", description="CLDR locale, e.g. de_AT")
    country: str = Field("", pattern=r"^([A-Z]{2})?$", description="Whose law applies; empty: the locale's territory")
    limits: Limits = Field(default=Limits(), description="Of the formats it is for")
    lead: tuple[Name, ...] = Field((), max_length=10, description="Attributes to lead with, the first one first")
    moment: str = Field("", pattern=r"^[a-z_]{0,20}$", description="rain, heat, evening …: picks an opener")
    tone: Tone = Field("plain", description="Picks the call to action")
    count: int = Field(1, ge=1, le=20, description="How many different variants")
    earlier: tuple[Angle, ...] = Field(
        (), max_length=20, description="Readers before this one in the same brief; their headlines are not used again"
    )


class Sentence(BaseModel):
    """Words, and the names of the facts they came from."""

    model_config = _FROZEN

    text: str
    facts: tuple[str, ...] = ()


class WrittenCopy(BaseModel):
    """One variant. Also the shape that an instruction model has to answer in, as JSON."""

    model_config = _FROZEN

    headline: Sentence
    short_headline: Sentence = Sentence(text="")
    long_headline: Sentence
    body: Sentence
    call_to_action: Sentence
    score: float = Field(0.0, description="Higher is nearer to the brand's voice and to what was asked for")


SERVICE = Service(
    name="copywriter",
    summary="Product facts become headline, body and call to action in eight languages",
    request=CopyRequest,
    checkpoints=(
        Checkpoint(
            name="grammar",
            source="assets/copy",
            revision="8",
            licence="Apache-2.0",
            engine="services.copywriter.engine:CopyEngine",
        ),
        Checkpoint(
            name="qwen3",
            source="Qwen/Qwen3-4B-Instruct-2507",
            revision="cdbee75f17c01a7cc42f958dc650907174af0554",
            licence="Apache-2.0",
            engine="services.copywriter.engine_llm:LLMCopyEngine",
            device="cuda",
            dtype="bfloat16",
            num_gpus=0.5,
            memory_gib=11,
            parts={"rules": Weights(source="assets/copy", revision="8", licence="Apache-2.0")},
        ),
    ),
)
