"""One decision: which rules fire for one reader at one moment, what they lead to, and why the rest was left out.

Pure and deterministic: the same policy, signals, consent and time give the same decision and the same trace.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.compositor.service import Crop, Look
from services.copywriter.service import Tone
from workflows.brief import Audience
from workflows.policy import (
    AUDIENCE_PREFIX,
    CUSTOMER_PREFIX,
    LEVELS,
    PROFILE_FIELDS,
    Policy,
    Rule,
    reason_sentence,
    sensitive_kind,
)
from workflows.signal_consent import ConsentReport, SignalConsent, judge_consent
from workflows.signals import CONTEXT, PROFILE, Customer, Signals, contradictions, daypart, warmth

_FROZEN = ConfigDict(frozen=True, extra="forbid")
ENOUGH = 0.4  # confidence below which a profile rule gives way to context
HALF_LIFE_D = 14.0  # an interest counts half after this many days
CONTEXT_CONFIDENCE = 0.9
ADULT = 18
LISTED = 20  # ignored attributes shown by name; the rest is counted


class UsedRule(BaseModel):
    """A rule that fired: what made it fire (kinds and categories, never raw personal values), and what it set."""

    model_config = _FROZEN

    name: str
    level: str
    because: dict[str, str]
    sets: tuple[str, ...]
    confidence: float


class Ignored(BaseModel):
    """A signal or a rule that was left out, and why."""

    model_config = _FROZEN

    what: str
    why: str


class Decision(BaseModel):
    """What one reader gets, and the trace of it."""

    model_config = _FROZEN

    policy: str
    policy_version: str
    basis: str
    confidence: float
    scene: str
    lead: tuple[str, ...] = ()
    moment: str = ""
    tone: Tone = "plain"
    offer: str = ""
    look: Look | None = None
    crop: Crop | None = None
    product: str = ""
    room: str = ""
    used: tuple[UsedRule, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    consent: ConsentReport
    sentence: str


class Reader(BaseModel):
    """Everything a variant says about whom and when it is for."""

    model_config = _FROZEN

    audience: Audience
    signals: Signals = Signals()
    customer: Customer | None = None
    consent: SignalConsent | None = None


def decide(policy: Policy, reader: Reader, at: datetime, language: str, paused: Collection[str] = ()) -> Decision:
    """Apply a policy to a reader at a time (with a zone). Rules named in ``paused`` wait for a person."""
    return _Maker(policy, reader, judge_consent(reader.consent, at)).make(language, paused)


class _Maker:
    """Collects what is known and what is left out while a decision is made."""

    def __init__(self, policy: Policy, reader: Reader, consent: ConsentReport) -> None:
        self._policy = policy
        self._reader = reader
        self._consent = self._adults_only(reader, consent)
        self._ignored: list[Ignored] = []
        self._known = dict(self._read())

    @staticmethod
    def _adults_only(reader: Reader, consent: ConsentReport) -> ConsentReport:
        age = reader.customer.attributes.get("age") if reader.customer else None
        is_minor = isinstance(age, (int, float)) and not isinstance(age, bool) and age < ADULT
        return consent.model_copy(update={"profile": False, "reason": "the reader is a minor"}) if is_minor else consent

    def _leave_out(self, what: str, why: str) -> None:
        self._ignored.append(Ignored(what=what, why=why))

    def _read(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Field name of policies -> its values, for everything that may be used."""
        signals = self._reader.signals
        wrong = contradictions(signals)
        for name, why in wrong.items():
            self._leave_out(name, why)
        context = {name: getattr(signals, name) for name in CONTEXT if name not in wrong}
        given: dict[str, str | None] = {
            "weather": context.get("weather"),
            "warmth": warmth(context.get("temperature_c")),
            "season": context.get("season"),
            "daypart": daypart(signals.local_time),
            "region": signals.region,
            "country": signals.region[:2],
            "device": signals.device,
            "segment": self._reader.audience.id,
        }
        for name, value in given.items():
            if value and not self._is_sensitive(name, value):
                yield name, (value,)
        yield from self._segment()
        yield from self._profile(signals)
        yield from self._attributes()

    def _profile(self, signals: Signals) -> Iterator[tuple[str, tuple[str, ...]]]:
        given = [name for name in PROFILE if getattr(signals, name) not in ((), None)]
        if not self._consent.profile:
            for name in given:
                self._leave_out(name, self._consent.reason)
            return
        for name in sorted(PROFILE_FIELDS):
            values = tuple(value for value in getattr(signals, name) if not self._is_sensitive(name, value))
            if values:
                yield name, values

    def _segment(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Attributes of the audience that a rule reads; the advertiser declares them, so they need no consent."""
        attributes = self._reader.audience.attributes
        for name in sorted(set(attributes) & self._policy.attributes_read(AUDIENCE_PREFIX)):
            if not self._is_sensitive(f"audience attribute {name}", attributes[name]):
                yield f"{AUDIENCE_PREFIX}{name}", (attributes[name].lower(),)
        for name in sorted(set(attributes) - self._policy.attributes_read(AUDIENCE_PREFIX)):
            self._leave_out(f"audience attribute {name}", "no rule reads it")

    def _attributes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Attributes that a rule reads; the others are ignored and listed."""
        attributes = self._reader.customer.attributes if self._reader.customer else {}
        read = self._policy.attributes_read(CUSTOMER_PREFIX)
        unknown = sorted(set(attributes) - read - {"age"})
        for name in unknown[:LISTED]:
            self._leave_out(f"customer attribute {name[:60]}", "no rule reads it")
        if len(unknown) > LISTED:
            self._leave_out(f"{len(unknown) - LISTED} more customer attributes", "no rule reads them")
        for name in sorted(set(attributes) & read):
            if not self._consent.profile:
                self._leave_out(f"customer attribute {name}", self._consent.reason)
            elif not self._is_sensitive(f"customer attribute {name}", str(attributes[name])):
                yield f"{CUSTOMER_PREFIX}{name}", (str(attributes[name]).lower(),)

    def _is_sensitive(self, name: str, value: str) -> bool:
        kind = sensitive_kind(name) or sensitive_kind(value)
        if kind:
            self._leave_out(name, f"sensitive ({kind}); never targeted")
        return bool(kind)

    def make(self, language: str, paused: Collection[str]) -> Decision:
        fired = [(rule, confidence) for rule in self._policy.rules if (confidence := self._fires(rule, paused))]
        values, used = self._settle(fired)
        best = max(used, key=lambda rule: (LEVELS.index(rule.level), rule.confidence), default=None)
        basis = "generic" if best is None else "context" if best.level == "context" else "profile"
        reasons = {rule.name: rule.reason for rule in self._policy.rules}
        return Decision.model_validate(
            {
                "policy": self._policy.id,
                "policy_version": self._policy.version,
                "basis": basis,
                "confidence": best.confidence if best else 0.0,
                "scene": self._policy.generic.scene,
                "tone": self._policy.generic.tone,
                "used": used,
                "ignored": self._ignored,
                "consent": self._consent,
                "sentence": reason_sentence(reasons[best.name] if best else "generic", language),
            }
            | values
        )

    def _fires(self, rule: Rule, paused: Collection[str]) -> float:
        """The confidence with which a rule fires, 0 when it does not; says why a fitting one was left out."""
        if not all(set(self._known.get(field, ())) & set(rule.when[field]) for field in rule.fields):
            return 0.0
        confidence = self._confidence(rule)
        if rule.name in paused:
            self._leave_out(f"rule {rule.name}", "paused after feedback, until a person has looked")
        elif LEVELS.index(rule.level) > LEVELS.index(self._policy.intimacy):
            self._leave_out(f"rule {rule.name}", f"more personal than this policy allows ({self._policy.intimacy})")
        elif rule.level != "context" and self._is_weary():
            self._leave_out(f"rule {rule.name}", self._weariness())
        elif confidence < ENOUGH:
            self._leave_out(f"rule {rule.name}", f"too little is known: confidence {confidence:.2f}, needed {ENOUGH}")
        else:
            return confidence
        return 0.0

    def _is_weary(self) -> bool:
        """Whether the reader has met as many personal ads in a day as the policy allows."""
        seen, most = self._reader.signals.personal_impressions, self._policy.personal_per_day
        return seen is not None and most is not None and seen >= most

    def _weariness(self) -> str:
        seen, most = self._reader.signals.personal_impressions, self._policy.personal_per_day
        return f"the reader met {seen} personal ads in 24 hours; this policy allows {most}"

    def _confidence(self, rule: Rule) -> float:
        """How sure an interest is, 0..1: n/(n+1) for n matching events, halved every 14 days; fixed for context."""
        profile = rule.fields & PROFILE_FIELDS
        if not profile:
            return CONTEXT_CONFIDENCE
        events = sum(value in rule.when[field] for field in profile for value in self._known[field])
        days = self._reader.signals.recency_days
        age = 0.5 ** ((days if days is not None else HALF_LIFE_D) / HALF_LIFE_D)
        return round(events / (events + 1) * age, 3)

    def _settle(self, fired: list[tuple[Rule, float]]) -> tuple[dict[str, object], list[UsedRule]]:
        """For each thing that can be set, the first rule that sets it wins."""
        values: dict[str, object] = {}
        used: list[UsedRule] = []
        for rule, confidence in fired:
            sets = {name: value for name, value in rule.then if value not in ("", (), None) and name not in values}
            if not sets:
                self._leave_out(f"rule {rule.name}", "everything it would set was set by a rule above it")
                continue
            values |= sets
            because = {field: ", ".join(sorted({*self._known[field]} & {*rule.when[field]})) for field in rule.fields}
            used.append(
                UsedRule(name=rule.name, level=rule.level, because=because, sets=tuple(sets), confidence=confidence)
            )
        return values, used
