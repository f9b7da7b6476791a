"""An explanation as a table for people."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from workflows.cli import screen


def trace_table(trace: dict[str, Any]) -> Table:
    """One variant: what led where."""
    made = screen.table(f"variant {trace['variant']}", "")
    for name, text in _lines(trace):
        made.add_row(name, escape(text))
    return made


def _lines(trace: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "for the customer", trace["sentence"]
    yield "rests on", f"{trace['basis']}, confidence {trace['confidence']:.2f}"
    consent = trace["consent"]
    yield "consent", f"{'interests may be used' if consent['profile'] else consent['reason']} ({consent['basis']})"
    for rule in trace["rules"]:
        because = ", ".join(f"{field}: {value}" for field, value in rule["because"].items())
        yield f"rule {rule['name']}", f"{because} -> {', '.join(rule['sets'])}"
    yield "scene", f"{trace['scene']['text']} ({trace['scene']['from']})"
    for problem in trace.get("picture", {}).get("contradictions", ()):
        yield "look at it", problem
    for part, one in trace["words"].items():
        if isinstance(one, dict) and "text" in one:
            yield part.replace("_", " "), f"{one['text']} ({', '.join(one['facts'])})"
    for one in trace["ignored"]:
        yield "ignored", f"{one['what']}: {one['why']}"
