"""Readers that do not exist, and whether they are treated alike: ``vitrine personas`` and ``vitrine fairness``."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from services.errors import InvalidInput
from workflows.brief import Variant
from workflows.cli import screen
from workflows.decision import Reader, decide
from workflows.fairness import FairnessReport, Outcome, compare
from workflows.personas import make_personas
from workflows.policy import Policy, find_policy

AT = datetime(2026, 1, 1, tzinfo=UTC)  # synthetic consents do not expire, so any time will do
Count = Annotated[int, typer.Option(min=1, max=100_000, help="How many readers.")]
Seed = Annotated[int, typer.Option(help="Same seed, same readers.")]
Lean = Annotated[float, typer.Option(min=0, max=1, help="How far interests lean with the segment, 0 to 1.")]


def personas(count: Count = 100, seed: Seed = 0, lean: Lean = 0.0) -> None:
    """Print synthetic readers, one variant of a brief per line; the distributions stand in workflows/personas.py."""
    for persona in make_personas(count, seed, lean):
        sys.stdout.write(json.dumps(persona) + "\n")


def fairness(
    explanations: Annotated[list[Path] | None, typer.Argument(help="JSON of vitrine explain; none: personas.")] = None,
    policy: Annotated[str, typer.Option(help="The policy to audit with synthetic readers.")] = "tarnefold",
    count: Count = 2000,
    seed: Seed = 0,
    lean: Lean = 0.0,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say which segments got which scenes, tones, offers and products, and whether the differences are significant."""
    with screen.errors_as_sentences():
        if explanations:
            outcomes = [one for path in explanations for one in read_outcomes(path)]
        else:
            outcomes = list(persona_outcomes(find_policy(policy, ""), count, seed, lean))
        report = compare(outcomes, seed)
    if json_out:
        return screen.print_json(report.model_dump())
    screen.out.print(_table(report))


def persona_outcomes(policy: Policy, count: int, seed: int, lean: float) -> Iterator[Outcome]:
    """What a policy decides for synthetic readers; no picture is made."""
    for persona in make_personas(count, seed, lean):
        variant = Variant.model_validate(persona)
        reader = Reader(audience=variant.audience, signals=variant.signals, consent=variant.signal_consent)
        made = decide(policy, reader, AT, "en")
        yield Outcome(
            segment=variant.audience.id, scene=made.scene, tone=made.tone, offer=made.offer, look=made.look or "",
            crop=made.crop or "", product="", basis=made.basis,
        )  # fmt: skip


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """The outcomes in an explanation as ``vitrine explain --json`` prints it."""
    try:
        traces: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["variants"]
        for trace in traces:
            yield Outcome(
                segment=trace["variant"],
                scene=trace["scene"]["text"],
                product=trace["product"]["id"],
                **{name: trace[name] for name in ("tone", "offer", "look", "crop", "basis")},
            )
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(str(path), "it is not an explanation; make one with vitrine explain ID --json") from None


def _table(report: FairnessReport) -> Table:
    made = screen.table("outcome", ">Cramér's V", ">p (Holm)", "differs?", "method", "largest difference")
    for one in report.differences:
        verdict = "yes" if one.significant else "no"
        made.add_row(one.outcome, f"{one.strength:.3f}", f"{one.p:.4f}", verdict, one.method, _largest(one.shares))
    return made


def _largest(shares: dict[str, dict[str, float]]) -> str:
    """The value whose share differs most between two segments."""
    values = {value for row in shares.values() for value in row}
    spread = {value: [row.get(value, 0.0) for row in shares.values()] for value in values}
    value = max(sorted(spread), key=lambda one: max(spread[one]) - min(spread[one]), default="")
    if not value or max(spread[value]) == min(spread[value]):
        return ""
    most, least = (pick(shares, key=lambda name: shares[name].get(value, 0.0)) for pick in (max, min))
    return f"{value[:48]}: {least} {shares[least].get(value, 0):.0%}, {most} {shares[most].get(value, 0):.0%}"
