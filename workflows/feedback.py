"""Feedback on creatives: a rule that was too personal or wrong pauses until a person has looked."""

import json
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.errors import InvalidInput, NotFound
from services.lines import Line, Slug
from services.storage import ObjectStore

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Feedback(BaseModel):
    """What somebody says of one variant of a creative request."""

    model_config = _FROZEN

    creative: str = Field(pattern=r"^cr_[0-9a-f]{24}$", description="Id of the creative request")
    variant: Slug = Field(description="The audience id of the variant")
    kind: Literal["too_personal", "wrong"]
    rule: Slug | None = Field(None, description="Left out: the variant's most personal rules")
    note: Line = Field("", max_length=300)


class Pause(BaseModel):
    """One paused rule, and why."""

    model_config = _FROZEN

    policy: Slug
    rule: Slug
    kind: Literal["too_personal", "wrong"]
    creative: str
    note: str = ""
    at: datetime


_PAUSES = TypeAdapter(dict[str, Pause])


def read_pauses(store: ObjectStore, policy: str) -> dict[str, Pause]:
    """The paused rules of a policy by name."""
    try:
        return _PAUSES.validate_json(store.get(_key(policy)))
    except NotFound:
        return {}


def pause_rules(store: ObjectStore, feedback: Feedback, explanation: dict[str, object]) -> list[Pause]:
    """Pause the rule named, or the most personal ones that fired. Raises InvalidInput when none fired."""
    variants = explanation["variants"]
    assert isinstance(variants, list)
    found = next((one for one in variants if one["variant"] == feedback.variant), None)
    if found is None:
        raise InvalidInput("variant", f"the request has no finished variant {feedback.variant!r}")
    used = {rule["name"]: rule["level"] for rule in found["rules"]}
    personal = [name for name, level in used.items() if level != "context"] or list(used)
    names = [feedback.rule] if feedback.rule else personal
    if not names or not set(names) <= set(used):
        raise InvalidInput("rule", f"the variant was made by these rules: {', '.join(used) or 'none'}")
    facts = feedback.model_dump(include={"kind", "creative", "note"}) | {"at": datetime.now(UTC)}
    made = {name: Pause(policy=found["policy"], rule=name, **facts) for name in names}
    _write(store, found["policy"], read_pauses(store, found["policy"]) | made)
    return list(made.values())


def resume_rule(store: ObjectStore, policy: str, rule: str) -> None:
    """Let a rule fire again. Raises NotFound when it is not paused."""
    pauses = read_pauses(store, policy)
    if pauses.pop(rule, None) is None:
        raise NotFound("paused rule", rule)
    _write(store, policy, pauses)


def _write(store: ObjectStore, policy: str, pauses: dict[str, Pause]) -> None:
    data = {name: pause.model_dump(mode="json") for name, pause in pauses.items()}
    store.put(_key(policy), json.dumps(data).encode(), "application/json")


def _key(policy: str) -> str:
    return f"policies/{policy}/paused.json"
