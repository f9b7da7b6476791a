"""Failures: why a job, a variant of it, or a format of a variant has no creative or no animation."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from services.errors import VitrineError
from workflows.animation import reels_of
from workflows.graph import Workflow
from workflows.runner import StepResult


class Failure(BaseModel):
    """Why a job, one variant of it, or one format of a variant has no creative."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    status: int
    retryable: bool
    variant: str = ""
    format: str = ""

    @classmethod
    def of(cls, error: VitrineError, variant: str = "") -> "Failure":
        return cls(code=error.code, detail=str(error), status=error.status, retryable=error.retryable, variant=variant)


def find_failures(
    variants: Sequence[str], made: Sequence[Mapping[str, StepResult] | VitrineError], workflow: Workflow
) -> tuple[Failure, ...]:
    """What is missing: whole variants first, then formats and animations of the others."""
    pairs = list(zip(variants, made, strict=True))
    return tuple(
        [Failure.of(result, name) for name, result in pairs if isinstance(result, VitrineError)]
        + [
            Failure(**dict(failure), retryable=False, variant=name, format=format)
            for name, result in pairs
            if not isinstance(result, VitrineError)
            for part in (result[workflow.output].value, reels_of(workflow, result))
            for format, failure in part.failures.items()
        ]
    )
