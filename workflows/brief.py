"""What a client asks for: a brief of one product and any number of variants."""

from datetime import date, timedelta
from typing import Annotated, Literal

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, format_percent, list_currencies
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.compositor.animation import MotionType
from services.copywriter.service import MAX_ATTRIBUTES, Facts, Language, Measure, Name, Offer, Rating
from services.errors import InvalidInput
from services.lines import Line, Slug, without_direction_marks
from services.product.service import SizeCm
from services.room.service import KnownLength, Place, Point, Region
from services.tryon.service import KEEPABLE, MORE_GARMENTS, GarmentCategory, Keepable
from workflows.brand_kit import StyleChange
from workflows.consent import Consent, PhotoId
from workflows.disclosure import Disclosure
from workflows.format import CustomFormat
from workflows.signal_consent import SignalConsent
from workflows.signals import PROFILE, Customer, Signals

_FROZEN = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)
MAX_VARIANTS = 20


def _check_locale(name: str) -> str:
    try:
        return str(Locale.parse(name, sep="-" if "-" in name else "_"))
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"{name!r} is no known locale; write it like en, de-DE or pt-BR") from None


def _check_currency(code: str) -> str:
    if code not in list_currencies():
        raise ValueError(f"{code!r} is no ISO 4217 currency code; write it like EUR")
    return code


UploadId = Annotated[str, Field(pattern=r"^uploads/[0-9a-f]{64}\.(jpg|png|webp)$")]
RoomId = Annotated[str, Field(pattern=r"^(uploads/|rooms/[0-9a-f]{64}/)[0-9a-f]{64}\.(jpg|png|webp)$", max_length=150)]


class Product(BaseModel):
    """The thing that is advertised."""

    model_config = _FROZEN

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    title: Line = Field(min_length=1, max_length=120)
    description: Line = Field("", max_length=500)
    language: Language = Field("en", description="Of title and description")
    category: Name = Field("other", description="footwear, clothing, bag, drinkware, furniture …")
    attributes: tuple[Name, ...] = Field((), max_length=MAX_ATTRIBUTES, description="waterproof, grip, handmade …")
    measures: dict[Measure, Annotated[float, Field(gt=0, lt=1_000_000)]] = Field(default_factory=dict)
    rating: Rating | None = None
    offer: Offer | None = None
    offers: dict[Slug, Offer] = Field(
        default_factory=dict, max_length=10, description="By name; a policy may choose one of them instead of offer"
    )
    claims: dict[Language, tuple[Line, ...]] = Field(
        default_factory=dict, max_length=20, description="Approved sentences per language, used word for word"
    )
    price: str = Field("", pattern=r"^(\d{1,7}(\.\d{1,2})?)?$", description="Amount with a decimal point, e.g. 39.00")
    currency: Annotated[str, AfterValidator(_check_currency)] = "EUR"
    image: UploadId = Field(description="The id that POST /v1/assets answered")
    size_cm: SizeCm | None = Field(None, description="As it stands; scales it in scenes, needed to place it in a room")

    def facts(self) -> Facts:
        """All that copy may claim."""
        return Facts.model_validate(self.model_dump(exclude={"id", "image", "size_cm", "offers"}))

    def price_line(self, locale: str) -> str:
        """The price as people of the locale write it, e.g. ``39,00 €``; empty when there is no price."""
        return format_currency(self.price, self.currency, locale=locale) if self.price else ""

    def rating_line(self, locale: str) -> str:
        """The rating cut off after two decimals, with its count, e.g. ``4,7 (1.284)``; empty when there is none."""
        if self.rating is None:
            return ""
        value, count = format_decimal(self.rating.shown, "0.0#", locale=locale), self.rating.count
        return without_direction_marks(f"{value} ({format_decimal(count, locale=locale)})")

    def offer_line(self, locale: str) -> str:
        """What the offer takes off, e.g. ``−20 %``; empty when there is no such offer."""
        if self.offer is None or not self.offer.percent_off:
            return ""
        percent = format_percent(-self.offer.percent_off / 100, locale=locale)
        return without_direction_marks(percent).replace("-", "\N{MINUS SIGN}")

    def check_offers(self, today: date) -> None:
        """Raise InvalidInput for an offer whose last day is over everywhere: an ad must not promise it."""
        for offer in filter(None, (self.offer, *self.offers.values())):
            if offer.until and offer.until < today - timedelta(days=1):
                raise InvalidInput(
                    "product.offer.until", f"the offer of {self.id} ended on {offer.until}; leave it out"
                )


class Audience(BaseModel):
    """Who a variant is for."""

    model_config = _FROZEN

    id: Slug
    description: Line = Field("", max_length=200)
    attributes: dict[Name, Line] = Field(
        default_factory=dict, max_length=50, description="Of the segment, not of a person: {household: families}"
    )


class Copy(BaseModel):
    """The ad text of one variant."""

    model_config = _FROZEN

    headline: Line = Field(min_length=1, max_length=60)
    body: Line = Field("", max_length=140)
    call_to_action: Line = Field(min_length=1, max_length=24)
    short_headline: Line = Field("", max_length=60, description="For small formats; empty: headline stands there too")
    long_headline: Line = Field("", max_length=90, description="For platforms that ask for one beside the picture")
    badge: Line | None = Field(
        None, max_length=14, description="On a seal beside the product, e.g. New; left out: the offer; empty: none"
    )


class Variant(BaseModel):
    """One creative of the brief, for one audience."""

    model_config = _FROZEN

    audience: Audience
    scene: Line = Field(
        "", max_length=400, description="The scene in words, without the product; left out: the policy chooses"
    )
    signals: Signals = Field(default=Signals(), description="Weather, season, hour, region, interests")
    customer: Customer | None = None
    signal_consent: SignalConsent | None = Field(None, description="Needed for interests and customer attributes")
    words: Copy | None = Field(None, alias="copy", description="Left out: the copywriter writes it")
    seed: int = Field(0, ge=0, lt=2**31)

    def without_profile(self) -> "Variant":
        """What may be kept: no customer, no interests, no consent strings. The decision they led to is kept apart."""
        signals = self.signals.model_copy(update=dict.fromkeys(PROFILE) | {"browsing": (), "purchases": ()})
        return self.model_copy(update={"customer": None, "signal_consent": None, "signals": signals})


class PersonPhoto(BaseModel):
    """The person of a try-on."""

    model_config = _FROZEN

    image: PhotoId = Field(description="The id that POST /v1/assets?kind=person answered")


class Garment(BaseModel):
    """A garment that a try-on puts on after the product."""

    model_config = _FROZEN

    image: UploadId = Field(description="The id that POST /v1/assets answered")
    garment_category: GarmentCategory | None = Field(None, description="Left out: told from its outline")


class RoomPhoto(BaseModel):
    """The room that the product is shown in, and what is known about it. Without a point the place is chosen."""

    model_config = _FROZEN

    image: RoomId = Field(description="The id of POST /v1/assets?kind=room; of a plain upload if it is nobody's room")
    where: Place = "auto"
    point: Point | None = None
    region: Region | None = None
    surface_height_cm: float = Field(74, gt=0, le=300, description="Of a table's top, for where = table")
    mirrored: bool = False
    known_length: KnownLength | None = None
    camera_height_cm: float | None = Field(None, ge=20, le=400)
    field_of_view: float | None = Field(None, ge=20, le=110, description="Degrees across the photo's long side")
    in_front: tuple[Region, ...] = Field((), max_length=6, description="Boxes round things that hide what is behind")
    floor_gloss: float = Field(0, ge=0, le=1)
    replace: Region | None = Field(
        None, description="A box round old furniture and its shadow that is to go, px; for checkpoints that paint"
    )


class Motion(BaseModel):
    """Animations that are made along with the stills, in the formats that may move."""

    model_config = _FROZEN

    types: tuple[MotionType, ...] = Field(
        ("mp4", "webp", "gif"), min_length=1, max_length=3, description="A format gets the first that it takes"
    )


class Brief(BaseModel):
    """A request for creatives: every variant is made in every format."""

    model_config = _FROZEN

    workflow: Slug = "product_ad"
    product: Product
    candidates: tuple[Product, ...] = Field((), max_length=10, description="Products a policy may choose instead")
    brand: Slug
    policy: Slug | None = Field(None, description="Left out: the brand's own, if it has one")
    person: PersonPhoto | None = None
    more_garments: tuple[Garment, ...] = Field(
        (), max_length=MORE_GARMENTS, description="The rest of an outfit, put on after the product in this order"
    )
    preserve: tuple[Keepable, ...] = Field(
        KEEPABLE, max_length=len(KEEPABLE), description="What garments may not cover: any of hair, hands, jewellery"
    )
    room: RoomPhoto | None = Field(None, description="Left out: a stock room that fits scene and audience is chosen")
    consent: Consent | None = Field(None, description="Needed with a photo of a person or of a room")
    locale: Annotated[str, AfterValidator(_check_locale)] = "en"
    generation: dict[Slug, dict[Slug, str | int | float]] = Field(
        {},
        max_length=12,
        description="Service -> checkpoint, fidelity, strength, num_inference_steps … where another is wanted",
    )
    formats: tuple[str | CustomFormat, ...] = Field(
        ("pack:core",), min_length=1, max_length=80, description="Format ids, pack:<name>, or a custom format"
    )
    motion: Motion | None = Field(None, description="Left out: stills only")
    style: StyleChange = Field(StyleChange(), description="Colours, fonts, corners and look of this request only")
    disclosure: Disclosure = Disclosure()
    approval: Literal["brand", "required"] = Field("brand", description="brand: as the brand kit says")
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=MAX_VARIANTS)

    @property
    def language(self) -> str:
        """Of the locale, ISO 639."""
        found: str = Locale.parse(self.locale).language
        return found

    def without_profile(self) -> "Brief":
        """The brief as it is stored."""
        return self.model_copy(update={"variants": tuple(variant.without_profile() for variant in self.variants)})
