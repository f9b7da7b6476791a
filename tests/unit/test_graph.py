"""Workflow graphs: every mistake is found when the graph is loaded, and names its step."""

import pytest
from pydantic import BaseModel

from services.errors import InvalidWorkflow
from workflows.graph import NODES, load_workflow, node

TYPES = {"text": str, "integer": int}


class Parcel(BaseModel):
    label: str
    weight: int


@pytest.fixture(autouse=True)
def parcel_nodes():
    """Two small nodes of this test, gone after it."""
    before = dict(NODES)

    @node(version="1")
    async def pack(services, label: str, weight: int = 1) -> Parcel:
        """Pack."""
        return Parcel(label=label, weight=weight)

    @node(version="1")
    async def send(services, parcel: Parcel, note: str | None = None) -> str:
        """Send."""
        return parcel.label

    yield
    NODES.clear()
    NODES.update(before)


def graph(steps: str, inputs: str = "{name: text}", output: str = "sent") -> str:
    return f"name: trial\nversion: '1'\ndescription: A trial.\ninputs: {inputs}\nsteps:\n{steps}\noutput: {output}\n"


PACK = "  packed: {node: pack, inputs: {label: $name}}\n"
GOOD = PACK + "  sent: {node: send, inputs: {parcel: $packed}}"


def test_a_good_graph_loads_in_order():
    """Steps come after what they need, however they are written down."""
    turned = "  sent: {node: send, inputs: {parcel: $packed, note: $packed.label}}\n" + PACK
    assert load_workflow(graph(turned), TYPES).order() == ["packed", "sent"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (graph(GOOD.replace("node: send", "node: sned")), "'sent': there is no node 'sned'"),
        (graph(GOOD.replace("label: $name", "")), "'packed': node 'pack' needs 'label'"),
        (graph(GOOD.replace("label: $name", "label: $name, size: 3")), "has no input 'size'"),
        (graph(GOOD.replace("$packed}", "$name}")), "'parcel' wants Parcel, but \\$name is str"),
        (graph(GOOD.replace("$packed}", "$packed.box}")), "Parcel has no field 'box'"),
        (graph(GOOD.replace("$packed}", "$parked}")), "\\$parked names no input and no step"),
        (graph(GOOD.replace("label: $name", "label: $name, weight: heavy")), "'weight' = 'heavy' is no int"),
        (graph(GOOD, inputs="{name: text, age: integer}"), "'age': nothing uses it"),
        (graph(GOOD, inputs="{name: colour}"), "unknown type 'colour'"),
        (graph(GOOD, output="posted"), "'posted' is not a step"),
        (graph(GOOD + "\n  extra: {node: pack, inputs: {label: $name}}"), "'extra': nothing uses it"),
        (graph(PACK.replace("$name", "$sent") + "  sent: {node: send, inputs: {parcel: $packed}}", "{}"), "a cycle"),
        (graph("  name: {node: pack, inputs: {label: $name}}", output="name"), "same name"),
        ("name: [", "not YAML"),
        ("just a string", "-"),
        (graph(GOOD).replace("trial", "../trial"), "name"),
        (graph(GOOD) + "loop: true\n", "loop"),
        ("!!python/object/apply:os.system ['echo hi']", "not YAML"),
    ],
)
def test_mistakes_name_the_step(text, problem):
    """Each kind of mistake is one clear error."""
    with pytest.raises(InvalidWorkflow, match=problem):
        load_workflow(text, TYPES)
