"""Nodes and workflows: declare, load, check. A workflow that loads will run: every mistake is found here."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from services.contract import GenerateRequest, Generation
from services.errors import InvalidWorkflow, UnknownName

MAX_STEPS = 50


class ServiceState(BaseModel):
    """One service for who runs it. problem: why it is not ready, if it said so. checkpoints: what a replica holds."""

    name: str
    ready: bool
    problem: str = ""
    checkpoints: list[dict[str, JsonValue]] = []


class Services(Protocol):
    """How a node reaches the services; injected by the runner."""

    async def generate(self, service: str, request: GenerateRequest) -> Generation: ...

    async def revision(self, service: str) -> str: ...

    async def ready(self) -> dict[str, bool]: ...

    async def states(self) -> list[ServiceState]: ...


@dataclass(frozen=True)
class Node:
    """One typed async function: its parameters are its inputs, its return type its output."""

    name: str
    version: str
    service: str
    function: Callable[..., Awaitable[Any]]
    inputs: Mapping[str, Any]
    required: frozenset[str]
    output: Any
    summary: str


NODES: dict[str, Node] = {}


def node(*, version: str, service: str = "") -> Callable[[Callable[..., Awaitable[Any]]], Node]:
    """Register an async function ``f(services, *, ...)`` as a node. Raise the version when its result changes."""

    def register(function: Callable[..., Awaitable[Any]]) -> Node:
        hints = get_type_hints(function)
        parameters = list(inspect.signature(function).parameters.values())[1:]
        made = Node(
            name=function.__name__,
            version=version,
            service=service,
            function=function,
            inputs={parameter.name: hints[parameter.name] for parameter in parameters},
            required=frozenset(p.name for p in parameters if p.default is inspect.Parameter.empty),
            output=hints["return"],
            summary=(inspect.getdoc(function) or "").split("\n")[0],
        )
        NODES[made.name] = made
        return made

    return register


class Step(BaseModel):
    """One use of a node: each input is a constant, or a reference such as ``$scene`` or ``$imagery.preview``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    node: str
    inputs: dict[str, Any] = {}

    def references(self) -> dict[str, list[str]]:
        """Input name -> path, e.g. ``{"image": ["imagery", "preview"]}``."""
        return {name: value[1:].split(".") for name, value in self.inputs.items() if _is_reference(value)}


class Workflow(BaseModel):
    """A graph as data. Build one with ``load_workflow``, which checks it completely."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    version: str = Field(pattern=r"^[0-9]+$")
    description: str = Field(min_length=1, max_length=300)
    inputs: dict[str, str] = Field(description="Name -> type name")
    steps: dict[str, Step] = Field(min_length=1, max_length=MAX_STEPS)
    output: str = Field(description="The step whose result is the result of the workflow")
    animations: str = Field("", description="The step that makes its creatives move; empty: none does")

    def order(self) -> list[str]:
        """Step names, each after the steps it needs."""
        graph = {name: {path[0] for path in step.references().values()} for name, step in self.steps.items()}
        return [name for name in TopologicalSorter(graph).static_order() if name in self.steps]


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def load_workflow(text: str, types: Mapping[str, Any]) -> Workflow:
    """Parse and check a workflow; ``types`` maps the type names of its inputs to types.

    Raises:
        InvalidWorkflow: naming the workflow and the step, for anything that would not run.
    """
    try:
        data = yaml.safe_load(text)
        workflow = Workflow.model_validate(data)
    except yaml.YAMLError as error:
        raise InvalidWorkflow("?", "-", f"it is not YAML: {str(error).splitlines()[0]}") from None
    except ValidationError as error:
        name = data.get("name", "?") if isinstance(data, dict) else "?"
        first = error.errors()[0]
        raise InvalidWorkflow(name, ".".join(map(str, first["loc"])) or "-", first["msg"]) from None
    _check(workflow, types)
    return workflow


def load_workflows(folder: Path, types: Mapping[str, Any]) -> dict[str, Workflow]:
    """Every ``*.yaml`` of a folder by workflow name."""
    loaded = [load_workflow(path.read_text(), types) for path in sorted(folder.glob("*.yaml"))]
    return {workflow.name: workflow for workflow in loaded}


def find_workflow(workflows: Mapping[str, Workflow], name: str) -> Workflow:
    if name not in workflows:
        raise UnknownName("workflow", name, ", ".join(workflows))
    return workflows[name]


def _check(workflow: Workflow, types: Mapping[str, Any]) -> None:
    available = _input_types(workflow, types)
    for name, step in workflow.steps.items():
        if step.node not in NODES:
            raise InvalidWorkflow(workflow.name, name, f"there is no node {step.node!r}; known: {', '.join(NODES)}")
        if name in available:
            raise InvalidWorkflow(workflow.name, name, "a workflow input has the same name")
    available |= {name: NODES[step.node].output for name, step in workflow.steps.items()}
    for name, step in workflow.steps.items():
        _check_inputs(workflow, name, step, available)
    _check_shape(workflow)


def _input_types(workflow: Workflow, types: Mapping[str, Any]) -> dict[str, Any]:
    for name, type_name in workflow.inputs.items():
        if type_name not in types:
            problem = f"input {name!r} has unknown type {type_name!r}; known: {', '.join(types)}"
            raise InvalidWorkflow(workflow.name, "-", problem)
    return {name: types[type_name] for name, type_name in workflow.inputs.items()}


def _check_inputs(workflow: Workflow, name: str, step: Step, available: Mapping[str, Any]) -> None:
    wanted = NODES[step.node]
    missing = sorted(wanted.required - set(step.inputs))
    extra = sorted(set(step.inputs) - set(wanted.inputs))
    if missing or extra:
        problem = f"node {step.node!r} " + (f"needs {missing[0]!r}" if missing else f"has no input {extra[0]!r}")
        raise InvalidWorkflow(workflow.name, name, problem)
    for input_name, value in step.inputs.items():
        target = wanted.inputs[input_name]
        if _is_reference(value):
            source = _reference_type(workflow, name, value, available)
            if not _fits(source, target):
                problem = f"{input_name!r} wants {_type_name(target)}, but {value} is {_type_name(source)}"
                raise InvalidWorkflow(workflow.name, name, problem)
        else:
            _check_constant(workflow, name, input_name, value, target)


def _reference_type(workflow: Workflow, step: str, reference: str, available: Mapping[str, Any]) -> Any:
    head, *fields = reference[1:].split(".")
    if head not in available:
        raise InvalidWorkflow(workflow.name, step, f"{reference} names no input and no step")
    found = available[head]
    for field in fields:
        if not (isinstance(found, type) and issubclass(found, BaseModel) and field in found.model_fields):
            raise InvalidWorkflow(workflow.name, step, f"{reference}: {_type_name(found)} has no field {field!r}")
        found = found.model_fields[field].annotation
    return found


def _check_constant(workflow: Workflow, step: str, name: str, value: Any, target: Any) -> None:
    try:
        TypeAdapter(target).validate_python(value)
    except ValidationError as error:
        problem = f"{name!r} = {value!r} is no {_type_name(target)}: {error.errors()[0]['msg']}"
        raise InvalidWorkflow(workflow.name, step, problem) from None


def _fits(source: Any, target: Any) -> bool:
    return source == target or (get_origin(target) in (Union, UnionType) and source in get_args(target))


def _type_name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)


def _check_shape(workflow: Workflow) -> None:
    try:
        workflow.order()
    except CycleError as error:
        raise InvalidWorkflow(workflow.name, error.args[1][0], f"a cycle: {' -> '.join(error.args[1])}") from None
    results = {"output": workflow.output} | ({"animations": workflow.animations} if workflow.animations else {})
    for what, name in results.items():
        if name not in workflow.steps:
            raise InvalidWorkflow(workflow.name, what, f"{name!r} is not a step")
    used = {path[0] for step in workflow.steps.values() for path in step.references().values()} | {*results.values()}
    for name in [*workflow.steps, *workflow.inputs]:
        if name not in used:
            raise InvalidWorkflow(workflow.name, name, "nothing uses it")
