"""What a gateway measures about its own work, as data: names, labels, and how a finished job becomes samples.

Ray Serve measures requests, latencies, queues and replicas by itself; these are the things that only we know. Labels
have few values (built-in formats, step names, error codes), never an id, a name or words of a request.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from services.errors import VitrineError
from workflows.creative import Creative
from workflows.format import load_formats
from workflows.runner import StepResult

SECONDS = (0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 60.0, 120.0)


@dataclass(frozen=True)
class Metric:
    """One time series: Prometheus sees it as ``ray_<name>``. buckets: upper bounds of a histogram, s."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    description: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


JOBS = Metric("vitrine_jobs_total", "counter", "Finished creative requests", ("workflow", "outcome"))
JOB_SECONDS = Metric(
    "vitrine_job_duration_seconds", "histogram", "From acceptance to the last file, s", ("workflow",), SECONDS
)
JOBS_IN_HAND = Metric("vitrine_jobs_in_hand", "gauge", "Creative requests that run or wait in a gateway")
STEPS = Metric("vitrine_steps_total", "counter", "Steps of workflows, made or reused", ("step", "source"))
STEP_SECONDS = Metric(
    "vitrine_step_duration_seconds", "histogram", "Work of an engine for one step that was made, s", ("step",), SECONDS
)
CREATIVES = Metric("vitrine_creatives_total", "counter", "Files made, or not made", ("format", "outcome"))
CREATIVE_BYTES = Metric("vitrine_creative_bytes_total", "counter", "Bytes of finished files", ("format",))
CHECKS = Metric(
    "vitrine_check_findings_total", "counter", "Checks of files that warned or failed", ("check", "outcome")
)
ERRORS = Metric("vitrine_errors_total", "counter", "Jobs, variants or formats without a result", ("code",))
METRICS = (JOBS, JOB_SECONDS, JOBS_IN_HAND, STEPS, STEP_SECONDS, CREATIVES, CREATIVE_BYTES, CHECKS, ERRORS)


@dataclass(frozen=True)
class Sample:
    """One measurement: added to a counter, put into a histogram, or the gauge's new value."""

    metric: Metric
    labels: tuple[str, ...] = ()
    value: float = 1.0


class Meter(Protocol):
    """Where samples go."""

    def record(self, samples: Iterable[Sample]) -> None: ...


def measure_job(
    workflow: str, outcome: str, seconds: float, creatives: Iterable[Creative], errors: Iterable[tuple[str, str]]
) -> Iterator[Sample]:
    """A finished job: its outcome and time, its files with what their checks found, and its errors.

    errors: (code, format) of each part without a result; the format is empty where the error is not about one.
    """
    yield Sample(JOBS, (workflow, outcome))
    yield Sample(JOB_SECONDS, (workflow,), seconds)
    for creative in creatives:
        yield Sample(CREATIVES, (format_label(creative.format), "made"))
        yield Sample(CREATIVE_BYTES, (format_label(creative.format),), creative.bytes)
        for check in creative.checks:
            if check.outcome != "passed":
                yield Sample(CHECKS, (check.id, check.outcome))
    for code, format in errors:
        yield Sample(ERRORS, (code,))
        if format:
            yield Sample(CREATIVES, (format_label(format), "failed"))


def measure_steps(made: Iterable[Mapping[str, StepResult] | VitrineError]) -> Iterator[Sample]:
    """The steps of all variants: which were reused, and how long the engines worked for the others."""
    for steps in made:
        if isinstance(steps, VitrineError):
            continue
        for name, step in steps.items():
            yield Sample(STEPS, (name, "reused" if step.reused else "made"))
            if not step.reused:
                yield Sample(STEP_SECONDS, (name,), step.value.made_by.timings_ms["generate"] / 1000)


def format_label(format: str) -> str:
    """The id of a built-in format; a request's own formats are one, so that clients cannot add time series."""
    return format if format in load_formats() else "custom"
