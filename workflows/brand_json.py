"""Brands from an AdCP ``brand.json``: identity as a house publishes it becomes a brand kit of ours.

Schema: Ad Context Protocol 3, ``/schemas/brand.json`` (Apache-2.0). Read are names, tagline, logos, colours, fonts and
tone, and of the visual guidelines corner radius, colourways and the logo's clear space; the rest is left alone.
"""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.compositor.contrast import contrast
from services.errors import InvalidInput, UnknownName
from services.images import EncodedImage
from workflows.brand_kit import HEX, BrandKit, Colours, Fonts, Logos, Voice

READABLE = 4.5  # least contrast of words (WCAG 2 AA)
_OPEN = ConfigDict(frozen=True, extra="ignore")  # the schema lets every object carry more
_INKS = ("#FFFFFF", "#111111")
_Model = TypeVar("_Model", bound=BaseModel)


def _first(value: Any) -> Any:
    """A role may have several colours; the first leads."""
    return value[0] if isinstance(value, list) and value else value


Colour = Annotated[str, BeforeValidator(_first), Field(pattern=HEX)]


class Palette(BaseModel):
    """``colors``."""

    model_config = _OPEN

    primary: Colour
    secondary: Colour | None = None
    accent: Colour | None = None
    background: Colour = "#FFFFFF"
    text: Colour = "#111111"


class LogoFile(BaseModel):
    """One of ``logos``; ``name`` is the last part of its address without the ending."""

    model_config = _OPEN

    url: str = Field(max_length=2000)
    background: Literal["dark-bg", "light-bg", "transparent-bg"] = "transparent-bg"
    variant: Literal["primary", "secondary", "icon", "wordmark", "full-lockup"] = "primary"

    @property
    def name(self) -> str:
        return PurePosixPath(urlsplit(self.url).path).stem


class Tone(BaseModel):
    """``tone``; a plain string is its voice."""

    model_config = _OPEN

    voice: str = ""
    attributes: tuple[str, ...] = ()
    dos: tuple[str, ...] = ()
    donts: tuple[str, ...] = ()


class Typefaces(BaseModel):
    """``fonts``."""

    model_config = _OPEN

    primary: str = "Inter"
    secondary: str | None = None


class Entry(BaseModel):
    """One of ``brands``."""

    model_config = _OPEN

    id: str = Field(pattern=r"^[a-z0-9_]+$", max_length=60)
    names: tuple[dict[str, str], ...] = Field(min_length=1)
    tagline: str = ""
    logos: tuple[LogoFile, ...] = ()
    colors: Palette
    fonts: Typefaces = Typefaces()
    tone: Annotated[Tone, BeforeValidator(lambda tone: {"voice": tone} if isinstance(tone, str) else tone)] = Tone()
    visual_guidelines: dict[str, Any] = {}


class House(BaseModel):
    """The whole file: a house with its brands, or a pointer to where they are."""

    model_config = _OPEN

    authoritative_location: str = ""
    house: str | dict[str, Any] = ""
    brands: tuple[dict[str, Any], ...] = ()


def read_brand_json(data: Any, brand: str = "") -> Entry:
    """The brand of that id; without one, the only brand of the house.

    Raises:
        InvalidInput: a pointer to another file, or a field that does not fit, with its place.
        UnknownName: no such brand.
    """
    house = _check(House, data, "brand.json")
    target = house.authoritative_location or (house.house if isinstance(house.house, str) else "")
    if target:
        raise InvalidInput("brand.json", f"it points to {target!r}; fetch that file and import it")
    entries = {str(entry.get("id")): entry for entry in house.brands}
    wanted = brand or (next(iter(entries)) if len(entries) == 1 else "")
    if wanted not in entries:
        raise UnknownName("brand", wanted, ", ".join(entries))
    return _check(Entry, entries[wanted], f"brand {wanted}")


def _check(model: type[_Model], data: Any, name: str) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{name} {'.'.join(map(str, first['loc']))}".strip(), first["msg"]) from None


def make_kit(entry: Entry, families: Iterable[str]) -> BrandKit:
    """Our brand kit. What brand.json does not say is chosen so that words can be read.

    Raises:
        UnknownName: a font that is not among ``families`` (assets/fonts/fonts.yaml).
        InvalidInput: colours on which no words can be read.
    """
    headline, body = entry.fonts.primary, entry.fonts.secondary or entry.fonts.primary
    known = tuple(families)
    for font in (headline, body):
        if font not in known:
            raise UnknownName("font", font, ", ".join(known))
    placement = entry.visual_guidelines.get("logo_placement") or {}
    return BrandKit(
        id=entry.id,
        name=_name(entry),
        tagline=entry.tagline,
        voice=Voice(adjectives=_adjectives(entry.tone), do=entry.tone.dos, dont=entry.tone.donts),
        colours=_colours(entry),
        fonts=Fonts(headline=headline, body=body),
        logos=Logos(dark="logo_dark.png", light="logo_light.png", clear_space=_times(placement.get("min_clear_space"))),
        button=_button(entry),
    )


def _name(entry: Entry) -> str:
    names = [(language, name) for localised in entry.names for language, name in localised.items()]
    return dict(reversed(names)).get("en", names[0][1])


def _adjectives(tone: Tone) -> tuple[str, ...]:
    return tone.attributes or tuple(part.strip() for part in tone.voice.split(",") if part.strip())


def _colours(entry: Entry) -> Colours:
    colors = entry.colors
    colourways: list[dict[str, Any]] = entry.visual_guidelines.get("colorways") or [{}]
    if contrast(colors.text, colors.background) < READABLE:
        ratio = round(contrast(colors.text, colors.background), 2)
        raise InvalidInput("colors.text", f"its contrast with colors.background is {ratio}; words need {READABLE}")
    accent = colors.accent or colors.secondary or colors.primary
    wish = str(colourways[0].get("cta_foreground") or colourways[0].get("foreground") or colors.background)
    return Colours(
        primary=colors.primary,
        on_primary=_readable_on(colors.primary, (wish, colors.background, *_INKS)),
        accent=accent,
        on_accent=_readable_on(accent, (colors.text, colors.background, *_INKS)),
        background=colors.background,
        text=colors.text,
    )


def _readable_on(ground: str, wishes: Iterable[str]) -> str:
    """The first wish that reads on the ground; black or white always does."""
    return next(ink for ink in wishes if re.match(HEX, ink) and contrast(ink, ground) >= READABLE)


def _times(text: Any) -> float:
    """``0.5x`` as 0.5, at most 1."""
    found = re.match(r"^(\d*\.?\d+)x$", str(text))
    return min(1.0, float(found[1])) if found else 0.25


def _button(entry: Entry) -> Literal["pill", "rounded", "square"]:
    radius = str((entry.visual_guidelines.get("graphic_style") or {}).get("corner_radius", ""))
    if radius in ("sharp", "0", "0px", "none"):
        return "square"
    return "rounded" if re.match(r"^\d+px$", radius) else "pill"


def write_brand(kit: BrandKit, logos: dict[str, EncodedImage], folder: Path) -> None:
    """A brand folder: brand.yaml and both logos."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, logo in logos.items():
        (folder / name).write_bytes(logo.data)
    text = yaml.safe_dump(kit.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    (folder / "brand.yaml").write_text(text, "utf-8")
