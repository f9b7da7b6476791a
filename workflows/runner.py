"""Runs workflows: starts what is ready, shares results between runs, retries, reports progress."""

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from services.errors import NotFound, StepFailed, VitrineError
from services.storage import ObjectStore
from workflows.graph import NODES, Node, Services, Step, Workflow

ATTEMPTS = 3
BACKOFF_S = 0.3
Report = Callable[[str], None]
Make = Callable[[], Awaitable[Any]]
log = logging.getLogger("vitrine.runner")


@dataclass(frozen=True)
class StepResult:
    """What a step gave, and whether an earlier or simultaneous run had already made it."""

    value: Any
    reused: bool


async def make_variants(
    workflow: Workflow,
    variants: Sequence[Mapping[str, Any]],
    services: Services,
    results: "ResultCache",
    report: Report,
    known: Sequence[Mapping[str, StepResult]] = (),
) -> list[dict[str, StepResult] | VitrineError]:
    """Run the workflow once per variant, side by side. A failed variant gives its error and stops no other.

    ``known`` are results by variant that need not be made.
    """

    async def run_one(
        inputs: Mapping[str, Any], given: Mapping[str, StepResult]
    ) -> dict[str, StepResult] | VitrineError:
        try:
            return await run_workflow(workflow, inputs, services, results, report, given)
        except VitrineError as error:
            return error

    pairs = zip(variants, known or [{}] * len(variants), strict=True)
    return list(await asyncio.gather(*(run_one(inputs, given) for inputs, given in pairs)))


async def run_workflow(
    workflow: Workflow,
    inputs: Mapping[str, Any],
    services: Services,
    results: "ResultCache",
    report: Report,
    known: Mapping[str, StepResult] | None = None,
) -> dict[str, StepResult]:
    """Run every step as soon as its inputs are there, but those that are known; return all step results by name.

    ``report`` is called with the name of each finished step. The first error cancels the rest and is raised.
    """
    tasks: dict[str, asyncio.Task[StepResult]] = {}
    given = known or {}

    async def value_of(path: list[str]) -> Any:
        head, *fields = path
        value = inputs[head] if head in inputs else (await tasks[head]).value
        for field in fields:
            value = getattr(value, field)
        return value

    async def run_step(name: str, step: Step) -> StepResult:
        if name in given:
            report(name)
            return given[name]
        wired = {input_name: await value_of(path) for input_name, path in step.references().items()}
        result = await _run_node(name, NODES[step.node], {**step.inputs, **wired}, services, results)
        report(name)
        return result

    try:
        async with asyncio.TaskGroup() as group:
            for name in workflow.order():
                tasks[name] = group.create_task(run_step(name, workflow.steps[name]))
    except BaseExceptionGroup as group_error:
        raise _first(group_error) from None
    return {name: task.result() for name, task in tasks.items()}


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _run_node(
    step: str, node: Node, values: Mapping[str, Any], services: Services, results: "ResultCache"
) -> StepResult:
    inputs = {name: TypeAdapter(node.inputs[name]).validate_python(value) for name, value in values.items()}
    revision = await services.revision(node.service) if node.service else ""
    key = result_key(node, inputs, revision)

    async def make() -> Any:
        return await _with_retries(step, lambda: node.function(services, **inputs))

    return await results.get_or_make(key, TypeAdapter(node.output), make)


def result_key(node: Node, inputs: Mapping[str, Any], revision: str) -> str:
    """sha256(node, version, inputs, checkpoint revision): the same work has the same key everywhere."""
    facts = [node.name, node.version, to_jsonable_python(inputs), revision]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


async def _with_retries(step: str, call: Make) -> Any:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await call()
        except VitrineError as error:
            if not error.retryable:
                raise
            log.warning("step %s, attempt %d: %s", step, attempt, error.code)
            if attempt == ATTEMPTS:
                raise StepFailed(step, ATTEMPTS, error.code) from error
            await asyncio.sleep(BACKOFF_S * 2**attempt)
    raise AssertionError("unreachable")


class ResultCache:
    """Step results by key: in memory, in the store under ``results/``, and while they are being made.

    Without a store nothing outlives this object: for work on private photos.
    """

    def __init__(self, store: ObjectStore | None, size: int = 512) -> None:
        self._store = store
        self._size = size
        self._memory: OrderedDict[str, Any] = OrderedDict()
        self._in_flight: dict[str, asyncio.Task[StepResult]] = {}

    async def get_or_make(self, key: str, adapter: TypeAdapter[Any], make: Make) -> StepResult:
        """The result under ``key``; ``make`` runs at most once at a time, however many callers wait for it.

        Work that someone else still waits for goes on when one caller is cancelled.
        """
        if key in self._memory:
            self._memory.move_to_end(key)
            return StepResult(self._memory[key], reused=True)
        if key in self._in_flight:
            return StepResult((await asyncio.shield(self._in_flight[key])).value, reused=True)
        task = asyncio.create_task(self._load_or_make(key, adapter, make))
        self._in_flight[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: str, done: asyncio.Task[StepResult]) -> None:
        self._in_flight.pop(key)
        if not done.cancelled():
            done.exception()  # marks it as seen, should every waiter be gone

    async def _load_or_make(self, key: str, adapter: TypeAdapter[Any], make: Make) -> StepResult:
        if self._store:
            result = await self._load_from(self._store, f"results/{key}.json", adapter, make)
        else:
            result = StepResult(await make(), reused=False)
        self._memory[key] = result.value
        while len(self._memory) > self._size:
            self._memory.popitem(last=False)
        return result

    async def _load_from(
        self, store: ObjectStore, object_key: str, adapter: TypeAdapter[Any], make: Make
    ) -> StepResult:
        try:
            stored = await asyncio.to_thread(store.get, object_key)
            return StepResult(adapter.validate_json(stored), reused=True)
        except NotFound:
            result = StepResult(await make(), reused=False)
            await asyncio.to_thread(store.put, object_key, adapter.dump_json(result.value), "application/json")
            return result
