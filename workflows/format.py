"""Formats: what must be delivered where. The data is assets/formats/formats.yaml; a brief may bring its own."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.compositor.animation import MotionType
from services.compositor.service import Canvas, FileType
from services.errors import InvalidConfiguration, UnknownName
from services.settings import ASSETS
from workflows.animation_rules import AnimationRules, unknown_rules

FORMATS = ASSETS / "formats" / "formats.yaml"
PACK_PREFIX = "pack:"
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class SafeZone(BaseModel):
    """Fractions of the height (top, bottom) and width (left, right) that stay free of words and logo."""

    model_config = _FROZEN

    top: float = Field(0, ge=0, lt=0.5)
    bottom: float = Field(0, ge=0, lt=0.5)
    left: float = Field(0, ge=0, lt=0.5)
    right: float = Field(0, ge=0, lt=0.5)


class TextLimit(BaseModel):
    """Characters of a field beside the picture: what is accepted, what the feed shows, how many texts."""

    model_config = _FROZEN

    max: int | None = Field(None, gt=0)
    visible: int | None = Field(None, gt=0)
    count: tuple[int, int] = Field((1, 1), description="Least and most texts")


class Part(BaseModel):
    """One picture of a format that takes several: its role there, its size, and whether it shows scene or logo."""

    model_config = _FROZEN

    role: str = Field(pattern=r"^[a-z0-9_]{1,30}$")
    shows: Literal["picture", "logo"] = "picture"
    width: int = Field(ge=50, le=4096, description="px")
    height: int = Field(ge=50, le=4096, description="px")
    min_width: int = Field(50, ge=16, description="Smallest accepted")
    min_height: int = Field(50, ge=16, description="Smallest accepted")
    max_bytes: int | None = Field(None, ge=10_000, description="Where it differs from the format's")
    count: tuple[int, int] = Field((1, 1), description="Least and most pictures of this role")


class Format(BaseModel):
    """One deliverable: its size or its pictures, its byte limit, and where that knowledge comes from."""

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    family: str = "custom"
    kind: Literal["image", "asset", "native"] = "image"
    width: int | None = Field(None, ge=50, le=4096, description="px; of a finished ad")
    height: int | None = Field(None, ge=50, le=4096, description="px; of a finished ad")
    images: tuple[Part, ...] = Field((), description="The pictures of an asset or native format")
    ratio: str = Field("", description="Where the slot scales: what stays the same")
    max_bytes: int = Field(ge=10_000, description="Byte limit of a file; kilobytes counted as 1000")
    file_types: tuple[FileType, ...] = Field(("jpg",), min_length=1, description="The first is delivered")
    animations: dict[MotionType, AnimationRules] = Field({}, description="What may move there; empty: stills only")
    safe_zone: SafeZone = SafeZone()
    text: dict[str, TextLimit] = Field(default_factory=dict, description="Limits of the fields beside the picture")
    counting: Literal["graphemes", "double_width"] = "graphemes"
    source: str = "request"
    confidence: Literal["high", "medium", "low"] = "high"
    note: str = ""

    @model_validator(mode="after")
    def _check(self) -> "Format":
        has_size = self.width is not None and self.height is not None
        if has_size != (self.kind == "image") or bool(self.images) == (self.kind == "image"):
            raise ValueError("an image format has width and height; an asset or native format lists its images")
        if self.animations and self.kind != "image":
            raise ValueError("only finished ads move: an asset or native format has no animations")
        return self

    def canvases(self) -> tuple[Canvas, ...]:
        """What the compositor makes for this format: one finished ad, or one canvas per picture."""
        safe = {f"safe_{side}": share for side, share in self.safe_zone}
        shared = {"file_type": self.file_types[0], **safe}
        if self.width and self.height:
            return (Canvas(format=self.id, width=self.width, height=self.height, max_bytes=self.max_bytes, **shared),)
        return tuple(
            Canvas(
                format=f"{self.id}_{part.role}",
                shows=part.shows,
                width=part.width,
                height=part.height,
                max_bytes=part.max_bytes or self.max_bytes,
                **shared,
            )
            for part in self.images
        )


class CustomFormat(BaseModel):
    """A finished ad of a size that a request brings itself."""

    model_config = _FROZEN

    id: str = Field(pattern=r"^custom_[a-z0-9_]{1,50}$", description="Begins with custom_")
    width: int = Field(ge=50, le=4096, description="px")
    height: int = Field(ge=50, le=4096, description="px")
    max_bytes: int = Field(150_000, ge=10_000, le=20_000_000)
    file_types: tuple[FileType, ...] = Field(("jpg",), min_length=1, max_length=4, description="The first is delivered")
    animations: dict[MotionType, AnimationRules] | None = Field(
        None, description="What may move there; left out: mp4, and gif and webp where it takes them still"
    )
    safe_zone: SafeZone = SafeZone()

    def format(self) -> Format:
        """As any other format."""
        rules = unknown_rules(self.file_types) if self.animations is None else self.animations
        return Format(**(dict(self) | {"animations": rules}))


class _FormatFile(BaseModel):
    """The whole of formats.yaml."""

    model_config = _FROZEN

    file_types: dict[str, tuple[FileType, ...]]
    animations: dict[str, dict[MotionType, AnimationRules]]
    sources: dict[str, str]
    formats: tuple[Format, ...]
    packs: dict[str, tuple[str, ...]]

    @model_validator(mode="before")
    @classmethod
    def _fill_from_family(cls, data: Any) -> Any:
        shared = ("file_types", "animations")
        filled = [{name: data[name][entry["family"]] for name in shared} | entry for entry in data["formats"]]
        return {**data, "formats": filled}


@cache
def _load_file(path: Path = FORMATS) -> _FormatFile:
    try:
        return _FormatFile.model_validate(yaml.safe_load(path.read_text()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidConfiguration(f"{path.name} {where}", first["input"], first["msg"]) from None


def load_formats() -> Mapping[str, Format]:
    """Every format by id, in the order of the file."""
    return {format.id: format for format in _load_file().formats}


def load_packs() -> Mapping[str, tuple[str, ...]]:
    """Every pack by name (without ``pack:``): the ids it stands for."""
    return _load_file().packs


def find_formats(asked: Sequence[str | CustomFormat]) -> tuple[Format, ...]:
    """The formats for ids, ``pack:<name>`` and custom formats, each once, in the order asked for.

    Raises:
        UnknownName: an id or a pack that is not in formats.yaml.
    """
    known = load_formats()
    found = {format.id: format for entry in asked for format in _expand(entry, known)}
    return tuple(found.values())


def _expand(entry: str | CustomFormat, known: Mapping[str, Format]) -> Iterable[Format]:
    if isinstance(entry, CustomFormat):
        return (entry.format(),)
    is_pack = entry.startswith(PACK_PREFIX)
    ids = load_packs().get(entry.removeprefix(PACK_PREFIX), (entry,)) if is_pack else (entry,)
    unknown = next((id for id in ids if id not in known), None)
    if unknown is not None:
        packs = [f"{PACK_PREFIX}{pack}" for pack in load_packs()]
        raise UnknownName("format", unknown, ", ".join([*known, *packs]))
    return (known[id] for id in ids)
