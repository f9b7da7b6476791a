"""What every service is. Neither Ray nor torch is imported here, so declarations stay cheap to read.

A service is a folder: ``service.py`` declares a ``Service`` (its request and the checkpoints it can run) and
``engine.py`` holds plain classes that follow ``Engine``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.checkpoint import Checkpoint
from services.errors import InvalidInput, UnknownName
from services.images import EncodedImage, ImageRef


class GenerateRequest(BaseModel):
    """What every request to a service shares. Fields of type ImageRef, however deep, are fetched by the replica."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checkpoint: str = Field(
        "", pattern=r"^([a-z][a-z0-9-]*)?$", max_length=60, description="One that the replica holds; empty: its first"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="The only source of randomness; the same seed, the same result")

    def image_refs(self) -> dict[str, ImageRef]:
        """Every picture of this request by its dotted path, e.g. ``product`` or ``plates.square.image``."""
        return dict(walk_refs("", self))


def walk_refs(path: str, value: Any) -> Iterator[tuple[str, ImageRef]]:
    """Every ImageRef in a value, however deep, with its dotted path below ``path``."""
    if isinstance(value, ImageRef):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from walk_refs(f"{path}.{name}".lstrip("."), getattr(value, name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from walk_refs(f"{path}.{name}", item)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from walk_refs(f"{path}.{index}", item)


@dataclass(frozen=True)
class Output:
    """What an engine makes: named pictures, named texts, and named facts (boxes, scores, settings used)."""

    images: Mapping[str, Image.Image | EncodedImage] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


class Generation(BaseModel):
    """The only answer a service gives: references and words, never pixels."""

    model_config = ConfigDict(frozen=True)

    service: str
    checkpoint: str
    seed: int
    images: dict[str, ImageRef] = {}
    text: dict[str, str] = {}
    facts: dict[str, JsonValue] = {}
    timings_ms: dict[str, float] = {}


class Engine(Protocol):
    """A loaded checkpoint. Knows neither Ray, HTTP, S3, settings nor ImageRef; nothing changes after ``load``.

    Dropping the last reference to an engine frees its weights.
    """

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the weights; once per replica."""

    def generate(self, request: Any, images: Mapping[str, Image.Image]) -> Output:
        """Make the output for one request; ``images`` holds its pictures by dotted path, mode RGB or RGBA.

        Long work calls ``services.cancellation.stop_if_cancelled`` between its parts.
        """


@dataclass(frozen=True)
class Service:
    """The declaration of one service.

    tunable: request fields that a brief may set. example: a small request with its pictures, to warm up with.
    """

    name: str
    summary: str
    request: type[GenerateRequest]
    checkpoints: tuple[Checkpoint, ...]
    tunable: tuple[str, ...] = ()
    example: Callable[[], tuple[GenerateRequest, Mapping[str, Image.Image]]] | None = None

    def checkpoint(self, name: str) -> Checkpoint:
        """The named checkpoint; the empty name means the first, the embedded default."""
        known = {checkpoint.name: checkpoint for checkpoint in self.checkpoints}
        if not name:
            return self.checkpoints[0]
        if name not in known:
            raise UnknownName(f"checkpoint of service {self.name}", name, ", ".join(known))
        return known[name]

    def fill_defaults(
        self, request: GenerateRequest, checkpoint: Checkpoint, operators: Mapping[str, JsonValue] | None = None
    ) -> GenerateRequest:
        """The request with what it leaves open from the operator's defaults, else from the checkpoint's."""
        given = request.model_dump(exclude_unset=True)
        return type(request).model_validate(checkpoint.defaults | dict(operators or {}) | given)

    def check_takes(self, checkpoint: Checkpoint, request: GenerateRequest) -> None:
        """Raise InvalidInput for a field that was given and that this checkpoint, unlike others, would ignore."""
        for name in sorted({taken for other in self.checkpoints for taken in other.takes} - set(checkpoint.takes)):
            default = type(request).model_fields[name].get_default()
            if getattr(request, name) != default:
                able = ", ".join(other.name for other in self.checkpoints if name in other.takes)
                raise InvalidInput(name, f"checkpoint {checkpoint.name} does not take it; these do: {able}")


def load_engine(checkpoint: Checkpoint) -> Engine:
    """Import the checkpoint's engine class and load it."""
    module, _, name = checkpoint.engine.partition(":")
    engine: Engine = getattr(import_module(module), name)()
    engine.load(checkpoint)
    return engine
