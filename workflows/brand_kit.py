"""Brands: folders under assets/brands with a brand.yaml and logos."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from services.compositor.service import Crop, Look, Style
from services.copywriter.service import Voice as SpokenVoice
from services.errors import InvalidConfiguration, UnknownName
from services.images import EncodedImage, ImageRef, decode
from services.settings import ASSETS
from services.storage import ObjectStore, store_image

BRANDS = ASSETS / "brands"
FONTS = ASSETS / "fonts" / "fonts.yaml"
HEX = r"^#[0-9a-fA-F]{6}$"
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Voice(BaseModel):
    """How the brand speaks: for people, and for whoever writes its copy."""

    model_config = _FROZEN

    adjectives: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
    dont: tuple[str, ...] = ()
    approved_headlines: tuple[str, ...] = ()


class Colours(BaseModel):
    """Colours by role, as #RRGGBB."""

    model_config = _FROZEN

    primary: str = Field(pattern=HEX, description="Buttons and strong panels")
    on_primary: str = Field(pattern=HEX, description="Words on primary")
    accent: str = Field(pattern=HEX, description="Price, small marks")
    on_accent: str = Field(pattern=HEX, description="Words on accent")
    background: str = Field(pattern=HEX, description="Quiet panels")
    text: str = Field(pattern=HEX, description="Words on background")


@cache
def known_families() -> tuple[str, ...]:
    """The font families of assets/fonts."""
    return tuple(yaml.safe_load(FONTS.read_text())["families"])


def _check_family(name: str) -> str:
    if name not in known_families():
        raise ValueError(f"there is no font {name!r}; known are {', '.join(known_families())}")
    return name


Family = Annotated[str, AfterValidator(_check_family)]


class Fonts(BaseModel):
    """Families that stand in assets/fonts."""

    model_config = _FROZEN

    headline: Family
    body: Family


class Logos(BaseModel):
    """Two transparent PNG files: ``dark`` ink for light grounds, ``light`` ink for dark grounds."""

    model_config = _FROZEN

    dark: str = Field(pattern=r"^[a-z0-9_-]+\.png$")
    light: str = Field(pattern=r"^[a-z0-9_-]+\.png$")
    clear_space: float = Field(0.25, ge=0, le=1, description="Free space on every side, of the logo's height")
    min_width_px: int = Field(60, ge=16, le=400)


class BrandKit(BaseModel):
    """What a brand.yaml says."""

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")
    name: str = Field(min_length=1, max_length=60)
    tagline: str = ""
    voice: Voice = Voice()
    colours: Colours
    fonts: Fonts
    logos: Logos
    look: Look = Field("quiet", description="The manner of its layouts")
    crop: Crop = Field("usual", description="How near products stand in its layouts")
    approval: Literal["none", "required"] = Field("none", description="required: a person releases every creative")
    button: Literal["pill", "rounded", "square"] = "pill"

    @property
    def style(self) -> Style:
        """The part that layout needs."""
        return Style(
            **self.colours.model_dump(exclude={"on_accent"}),
            headline_font=self.fonts.headline,
            body_font=self.fonts.body,
            look=self.look,
            crop=self.crop,
            corner_radius={"pill": 0.5, "rounded": 0.2, "square": 0.0}[self.button],
        )


class StyleChange(BaseModel):
    """Values of a brand's style that one request sets otherwise; the rest stays as the brand kit says."""

    model_config = _FROZEN

    look: Look | None = None
    crop: Crop | None = None
    primary: str | None = Field(None, pattern=HEX)
    on_primary: str | None = Field(None, pattern=HEX)
    accent: str | None = Field(None, pattern=HEX)
    background: str | None = Field(None, pattern=HEX)
    text: str | None = Field(None, pattern=HEX)
    headline_font: Family | None = None
    body_font: Family | None = None
    corner_radius: float | None = Field(None, ge=0, le=0.5)


class StoredBrand(BaseModel):
    """A brand as a workflow gets it: its style, and its logos by reference."""

    model_config = _FROZEN

    id: str
    name: str
    style: Style
    logo_dark: ImageRef
    logo_light: ImageRef

    def changed(self, change: StyleChange) -> "StoredBrand":
        """The brand with the values that a request sets otherwise."""
        style = self.style.model_copy(update=change.model_dump(exclude_none=True))
        return self.model_copy(update={"style": style})


@cache
def load_brands(folder: Path = BRANDS) -> Mapping[str, BrandKit]:
    """Every brand folder by id. Raises InvalidConfiguration for a brand.yaml that does not fit."""
    kits = [_load_kit(path) for path in sorted(folder.glob("*/brand.yaml"))]
    return {kit.id: kit for kit in kits}


def _load_kit(path: Path) -> BrandKit:
    name = f"{path.parent.name}/brand.yaml"
    try:
        kit = BrandKit.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidConfiguration(f"{name} {where}", first["input"], first["msg"]) from None
    for ink, file in (("dark", kit.logos.dark), ("light", kit.logos.light)):
        if not (path.parent / file).is_file():
            raise InvalidConfiguration(f"{name} logos.{ink}", file, "there is no such file beside it")
    return kit


def find_brand(name: str) -> BrandKit:
    brands = load_brands()
    if name not in brands:
        raise UnknownName("brand", name, ", ".join(brands))
    return brands[name]


@cache
def load_voice(name: str, language: str = "en") -> SpokenVoice:
    """How a brand speaks: the rules of its voice.yaml, and its examples in one language (ISO 639-1).

    English examples stand in voice.yaml and in the approved headlines of brand.yaml, others in voice_<language>.yaml.

    Raises:
        InvalidConfiguration: one of these files does not fit.
    """
    folder = BRANDS / find_brand(name).id
    data = _read_voice(folder / "voice.yaml") | {"language": language}
    if language == "en":
        approved = [*data.get("approved", ()), *find_brand(name).voice.approved_headlines]
        data |= {"approved": list(dict.fromkeys(approved))}
    else:
        data |= {"approved": (), "rejected": ()} | _read_voice(folder / f"voice_{language}.yaml")
    try:
        return SpokenVoice.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidConfiguration(f"{name}: voice in {language}, {where}", first["input"], first["msg"]) from None


def _read_voice(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}


def store_brand(kit: BrandKit, store: ObjectStore) -> StoredBrand:
    """Put the logos in the store (content addresses, so this is cheap to repeat)."""
    return StoredBrand(
        id=kit.id,
        name=kit.name,
        style=kit.style,
        logo_dark=_store_logo(BRANDS / kit.id / kit.logos.dark, store),
        logo_light=_store_logo(BRANDS / kit.id / kit.logos.light, store),
    )


def _store_logo(path: Path, store: ObjectStore) -> ImageRef:
    data = path.read_bytes()
    image = decode(data, f"Logo {path.name}")
    return store_image(store, EncodedImage(data=data, width=image.width, height=image.height, media_type="image/png"))
