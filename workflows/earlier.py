"""What a revision takes over from the job that it revises: decisions, and results that the change does not touch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json

from services.contract import walk_refs
from services.errors import InvalidInput
from services.storage import ObjectStore
from workflows.brief import Brief, Copy
from workflows.creative import AdCopy
from workflows.decision import Decision
from workflows.graph import NODES, Workflow
from workflows.runner import StepResult

_TOUCHED = ("brand", "words")  # the inputs of a workflow that a revision sets otherwise


@dataclass(frozen=True)
class Earlier:
    """One variant as the manifest records it: its decision, and the results of its steps as JSON, by name."""

    workflow: Mapping[str, Any]
    decision: Decision
    steps: Mapping[str, Mapping[str, Any]]


def read_earlier(store: ObjectStore, job_id: str) -> tuple[Earlier, ...]:
    """The variants of a finished job that have creatives, in their order."""
    manifest = from_json(store.get(f"creatives/{job_id}/manifest.json"))
    return tuple(
        Earlier(manifest["workflow"], Decision.model_validate(one["decision"]), one["steps"])
        for one in manifest["variants"]
    )


def check_disclaimers(earlier: Sequence[Earlier], brief: Brief) -> None:
    """Raise InvalidInput where a revised body has lost a sentence that the law asks for."""
    for one, variant in zip(earlier, brief.variants, strict=True):
        for step in one.steps.values():
            before = step.get("words", {}).get("body", "")
            lost = [
                line
                for line in step.get("disclaimers", ())
                if line in before and variant.words and line not in variant.words.body
            ]
            if lost:
                raise InvalidInput(f"copy.{variant.audience.id}.body", f"it must keep what the law asks for: {lost[0]}")


def keep_results(
    store: ObjectStore, workflow: Workflow, earlier: Sequence[Earlier], brief: Brief
) -> list[dict[str, StepResult]]:
    """Per variant, the results that need not be made again; none where the workflow or a picture is gone."""
    kept = [
        _keep(workflow, one, variant.words) if one.workflow == workflow.model_dump(mode="json") else {}
        for one, variant in zip(earlier, brief.variants, strict=True)
    ]
    return [known if _has_pictures(store, known) else {} for known in kept]


def _keep(workflow: Workflow, earlier: Earlier, words: Copy | None) -> dict[str, StepResult]:
    """Copy gets the revised words; what depends on it, or on the brand, is made again."""
    touched, known = set(_TOUCHED), {}
    for name in workflow.order():
        step = workflow.steps[name]
        output = NODES[step.node].output
        needs = {path[0] for path in step.references().values()}
        if output is not AdCopy and needs & touched:
            touched.add(name)
            continue
        recorded = {field: value for field, value in earlier.steps[name].items() if field != "reused"}
        value = TypeAdapter(output).validate_python(recorded)
        if isinstance(value, AdCopy):
            touched.add(name)
            value = value.model_copy(update={"words": words})
        known[name] = StepResult(value, reused=True)
    return known


def _has_pictures(store: ObjectStore, known: Mapping[str, StepResult]) -> bool:
    keys = {ref.key for step in known.values() for _, ref in walk_refs("", step.value)}
    return all(store.exists(key) for key in keys)
