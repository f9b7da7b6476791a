"""The runner: order, sharing, retries, errors, cancellation."""

import asyncio

import pytest
from pydantic import BaseModel

from services.errors import CutOutFailed, ServiceUnavailable, StepFailed
from services.storage import MemoryStore
from workflows import runner
from workflows.graph import NODES, load_workflow, node
from workflows.runner import ResultCache, make_variants, run_workflow

TEXT = """
name: diamond
version: "1"
description: One step feeds two, which feed one.
inputs: {name: text}
steps:
  root: {node: shout, inputs: {text: $name}}
  left: {node: shout, inputs: {text: $root.text, mark: "!"}}
  right: {node: shout, inputs: {text: $root.text, mark: "?"}}
  both: {node: join, inputs: {a: $left, b: $right}}
output: both
"""


class Said(BaseModel):
    text: str


class Log:
    """Counts calls, and makes the next ones fail or wait."""

    def __init__(self):
        self.calls: list[str] = []
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def revision(self, service):
        return "1"


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def diamond(log, monkeypatch):
    monkeypatch.setattr(runner, "BACKOFF_S", 0.001)
    before = dict(NODES)

    @node(version="1")
    async def shout(services, text: str, mark: str = ".") -> Said:
        """Shout."""
        log.calls.append(text + mark)
        await log.gate.wait()
        if log.failures:
            raise log.failures.pop()
        return Said(text=text.upper() + mark)

    @node(version="1")
    async def join(services, a: Said, b: Said) -> Said:
        """Join."""
        return Said(text=a.text + b.text)

    yield load_workflow(TEXT, {"text": str})
    NODES.clear()
    NODES.update(before)


def ignore(step: str) -> None:
    """No one watches."""


async def test_a_graph_runs_each_step_once(diamond, log):
    """A shared step runs once, its result reaches both users, and progress names every step."""
    steps: list[str] = []
    made = await run_workflow(diamond, {"name": "a"}, log, ResultCache(MemoryStore()), steps.append)
    assert made["both"].value.text == "A.!A.?"
    assert sorted(log.calls) == ["A.!", "A.?", "a."]
    assert (steps[0], steps[-1]) == ("root", "both")


async def test_results_are_shared_through_the_store(diamond, log):
    """A second gateway with the same store repeats nothing, and says that it reused."""
    store = MemoryStore()
    await run_workflow(diamond, {"name": "a"}, log, ResultCache(store), ignore)
    made = await run_workflow(diamond, {"name": "a"}, log, ResultCache(store), ignore)
    assert len(log.calls) == 3
    assert all(step.reused for step in made.values())


async def test_simultaneous_runs_share_work(diamond, log):
    """Eight equal variants at once make each step once."""
    results = ResultCache(MemoryStore())
    made = await make_variants(diamond, [{"name": "a"}] * 8, log, results, ignore)
    assert {variant["both"].value.text for variant in made} == {"A.!A.?"}
    assert len(log.calls) == 3


async def test_a_retryable_error_is_tried_again(diamond, log):
    """Two passing failures of a service cost two more calls and nothing else."""
    log.failures = [ServiceUnavailable("product"), ServiceUnavailable("product")]
    made = await run_workflow(diamond, {"name": "a"}, log, ResultCache(MemoryStore()), ignore)
    assert made["both"].value.text == "A.!A.?"
    assert log.calls.count("a.") == 3


async def test_retries_are_bounded(diamond, log):
    """A service that stays away ends in one error that names the step and the attempts."""
    log.failures = [ServiceUnavailable("product")] * 9
    with pytest.raises(StepFailed, match="'root' failed after 3 attempts"):
        await run_workflow(diamond, {"name": "a"}, log, ResultCache(MemoryStore()), ignore)


async def test_a_callers_error_is_not_retried(diamond, log):
    """What the caller must mend is raised at once and as it is; a later run may succeed."""
    log.failures = [CutOutFailed("it is busy", "Send another.")]
    results = ResultCache(MemoryStore())
    with pytest.raises(CutOutFailed, match="busy"):
        await run_workflow(diamond, {"name": "a"}, log, results, ignore)
    assert len(log.calls) == 1
    await run_workflow(diamond, {"name": "a"}, log, results, ignore)


async def test_one_failed_variant_stops_no_other(diamond, log):
    """The error of one variant stands in its place; the others are made."""
    log.failures = [CutOutFailed("it is busy", "Send another.")]
    first, second = await make_variants(
        diamond, [{"name": "a"}, {"name": "b"}], log, ResultCache(MemoryStore()), ignore
    )
    kinds = {type(first), type(second)}
    assert kinds == {CutOutFailed, dict}


async def test_a_cancelled_run_leaves_shared_work_to_the_others(diamond, log):
    """When one of two waiting runs is cancelled, the other still gets its result."""
    log.gate.clear()
    results = ResultCache(MemoryStore())
    runs = [asyncio.create_task(run_workflow(diamond, {"name": "a"}, log, results, ignore)) for _ in range(2)]
    await asyncio.sleep(0.01)
    runs[0].cancel()
    log.gate.set()
    made = await runs[1]
    assert made["both"].value.text == "A.!A.?"
    with pytest.raises(asyncio.CancelledError):
        await runs[0]
