"""Why a creative is as it is: signals, consent, rules, scene, words and layout, and what was left out."""

from collections.abc import Mapping
from typing import Any

from workflows.creative import AdCopy, Caption, Composition
from workflows.personalisation import Personal
from workflows.runner import StepResult

CLIENT = "the brief"


def explain(personal: Personal, steps: Mapping[str, StepResult], output: str) -> dict[str, Any]:
    """The trace of one variant as data. It names kinds of information and categories, never a person's raw values."""
    decision = personal.decision
    composition: Composition = steps[output].value
    return {
        "variant": personal.variant.audience.id,
        "sentence": decision.sentence,
        "policy": decision.policy,
        "policy_version": decision.policy_version,
        "basis": decision.basis,
        "confidence": decision.confidence,
        "consent": decision.consent.model_dump(),
        "rules": [rule.model_dump(mode="json") for rule in decision.used],
        "ignored": [one.model_dump() for one in decision.ignored],
        "product": {"id": decision.product, "chosen_for": list(decision.lead) if personal.brief.candidates else []},
        "scene": {"text": decision.scene, "from": _setter(decision.used, "scene")},
        "room": decision.room or "the brief's own, or none",
        "tone": decision.tone,
        "offer": decision.offer or "the product's own",
        "look": decision.look or "the brand's own",
        "crop": decision.crop or "the brand's own",
        "picture": _picture(steps),
        "words": _words(steps, composition) | _on_a_product(personal, composition),
        "layouts": {
            name: {
                "template": layout.facts.get("template", ""),
                "headline": layout.artwork.words.headline if layout.artwork.template else "",
                "left_out": list(layout.facts.get("dropped", ())),
            }
            for name, layout in composition.layouts.items()
        },
    }


def _setter(rules: Any, what: str) -> str:
    return next((f"rule {rule.name}" for rule in rules if what in rule.sets), "the policy's generic scene")


def _picture(steps: Mapping[str, StepResult]) -> dict[str, Any]:
    """What the captioner saw, and where that is not what was asked for."""
    seen = next((step.value for step in steps.values() if isinstance(step.value, Caption)), None)
    return seen.model_dump(include={"caption", "contradictions"}) if seen else {}


def _on_a_product(personal: Personal, composition: Composition) -> dict[str, Any]:
    """The seal and the stars: what is shown besides copy, and whether the offer, the rating or the brief says it."""
    product, locale, seal = personal.brief.product, personal.brief.locale, composition.words.badge or ""
    said_by = {"badge": "offer" if seal == product.offer_line(locale) else CLIENT, "rating": "rating"}
    shown = {"badge": seal, "rating": product.rating_line(locale)}
    return {part: {"text": text, "facts": [said_by[part]]} for part, text in shown.items() if text}


def _words(steps: Mapping[str, StepResult], composition: Composition) -> dict[str, Any]:
    """Each part's text and the facts it came from; what the client wrote or changed comes from the brief."""
    written = next((step.value for step in steps.values() if isinstance(step.value, AdCopy)), None)
    if written is None:
        given = composition.words.model_dump(exclude={"badge"}).items()
        return {part: {"text": text, "facts": [CLIENT]} for part, text in given if text}
    own = {part: {"text": text, "facts": [CLIENT]} for part, text in written.by_client.items()}
    words: dict[str, Any] = {part: one.model_dump(mode="json") for part, one in written.sentences.items()}
    kept = {"refused": dict(written.refused), "disclaimers": list(written.disclaimers), "voice": written.voice}
    return words | own | kept
