"""Personalisation policies: readable rules from signals to scene and words, as data, checked when they are loaded."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.compositor.service import Crop, Look
from services.copywriter.service import Name, Tone
from services.errors import InvalidConfiguration, UnknownName
from services.lines import Slug
from services.settings import ASSETS

POLICIES = ASSETS / "policies"
LEVELS = ("context", "interest", "returning")  # how personal a rule is, the least first
Level = Literal["context", "interest", "returning"]
Reason = Literal[
    "browsing", "purchases", "profile", "weather", "season", "time", "region", "device", "segment", "generic"
]
CONTEXT_FIELDS = {"weather", "warmth", "season", "daypart", "region", "country", "device", "segment"}
PROFILE_FIELDS = {"browsing", "purchases"}
CUSTOMER_PREFIX = "customer."
AUDIENCE_PREFIX = "audience."
NO_OFFER = "none"
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Outcome(BaseModel):
    """What a rule sets; whatever is left empty is left to the rules below it."""

    model_config = _FROZEN

    scene: str = Field("", max_length=400)
    lead: tuple[Name, ...] = Field((), max_length=10, description="Attributes to lead with; also picks the product")
    moment: str = Field("", pattern=r"^[a-z_]{0,20}$")
    tone: Tone | None = None
    offer: Slug | None = Field(None, description="One of the product's offers by name; none: show no offer")
    look: Look | None = Field(None, description="The manner of the layouts")
    crop: Crop | None = Field(None, description="How near the product stands: close, usual or wide")


class Rule(BaseModel):
    """One condition and what follows. Every field of ``when`` must have one of its values."""

    model_config = _FROZEN

    name: Slug
    level: Level
    when: dict[str, tuple[str, ...]] = Field(min_length=1)
    then: Outcome
    reason: Reason = Field(description="What the customer is told it was chosen by")

    @property
    def fields(self) -> set[str]:
        return set(self.when)

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        for field in self.fields:
            is_personal = field in PROFILE_FIELDS or field.startswith(CUSTOMER_PREFIX)
            if not (is_personal or field in CONTEXT_FIELDS or field.startswith(AUDIENCE_PREFIX)):
                raise ValueError(f"rule {self.name}: there is no signal {field!r}")
            if is_personal and self.level == "context":
                raise ValueError(f"rule {self.name}: {field} is of a person, so its level is interest or returning")
            for word in (field.removeprefix(CUSTOMER_PREFIX).removeprefix(AUDIENCE_PREFIX), *self.when[field]):
                kind = sensitive_kind(word)
                if kind:
                    raise ValueError(f"rule {self.name}: {word!r} is sensitive ({kind}) and is never targeted")
        return self


class Generic(BaseModel):
    """What everyone gets when nothing is known."""

    model_config = _FROZEN

    scene: str = Field(min_length=1, max_length=400)
    tone: Tone = "plain"


class Policy(BaseModel):
    """One brand's or campaign's rules."""

    model_config = _FROZEN

    id: Slug
    version: str = Field(pattern=r"^[0-9]+$")
    intimacy: Level = Field("interest", description="The most personal level of rule that may fire")
    personal_per_day: int | None = Field(
        None,
        ge=0,
        le=1000,
        description="So many ads chosen by interests a reader may meet in a day; more are contextual",
    )
    may_say: tuple[str, ...] = Field((), max_length=20, description="Customer attributes that copy may hold, e.g. name")
    generic: Generic
    rules: tuple[Rule, ...] = Field((), max_length=200)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [rule.name for rule in self.rules]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f"two rules are called {twice!r}")
        return self

    def attributes_read(self, prefix: str) -> set[str]:
        """The attributes of the customer or the audience that some rule reads."""
        fields = {field for rule in self.rules for field in rule.fields}
        return {field.removeprefix(prefix) for field in fields if field.startswith(prefix)}


@cache
def _sensitive() -> dict[str, tuple[re.Pattern[str], ...]]:
    words: dict[str, list[str]] = yaml.safe_load((POLICIES / "sensitive.yaml").read_text("utf-8"))
    return {kind: tuple(re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])") for word in words[kind]) for kind in words}


def sensitive_kind(text: str) -> str:
    """Which sensitive category a word belongs to, e.g. health; empty for none."""
    plain = re.sub(r"[_-]+", " ", text.lower())
    return next((kind for kind, found in _sensitive().items() if any(one.search(plain) for one in found)), "")


@cache
def load_policies(folder: Path = POLICIES) -> Mapping[str, Policy]:
    """Every policy by id. Raises InvalidConfiguration, naming file and rule."""
    files = [path for path in sorted(folder.glob("*.yaml")) if path.stem not in ("sensitive", "reasons")]
    policies = [_load(path) for path in files]
    return {policy.id: policy for policy in policies}


def _load(path: Path) -> Policy:
    try:
        policy = Policy.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidConfiguration(f"{path.name} {'.'.join(map(str, first['loc']))}", path.stem, first["msg"]) from None
    if policy.id != path.stem:
        raise InvalidConfiguration(path.name, policy.id, "a policy is called like its file")
    return policy


NO_POLICY = Policy(
    id="none", version="1", generic=Generic(scene="seamless studio backdrop, beige, soft overcast light"), rules=()
)


def find_policy(name: str, brand: str) -> Policy:
    """The policy a brief names, else its brand's own, else one without rules. Raises UnknownName."""
    policies = load_policies()
    if not name:
        return policies.get(brand, NO_POLICY)
    if name not in policies:
        raise UnknownName("policy", name, ", ".join(policies))
    return policies[name]


@cache
def _reasons() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = yaml.safe_load((POLICIES / "reasons.yaml").read_text("utf-8"))
    return data


def reason_sentence(reason: str, language: str) -> str:
    """The sentence for the customer; English where the language has none."""
    sentences = _reasons()[reason]
    return sentences.get(language, sentences["en"])
