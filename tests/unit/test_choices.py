"""Checkpoints chosen over HTTP, and what the services say of those that they hold."""

import pytest
from test_ingress import assert_problem, brief, client, scripted, store

__all__ = ["brief", "client", "scripted", "store"]  # fixtures


async def test_a_brief_chooses_its_checkpoints(client, brief, scripted):
    """The chosen one is asked for, is made anew, and an unknown one is refused with the known ones."""
    headers = {"prefer": "wait=5"}
    await client.post("/v1/creatives", json=brief, headers=headers)
    assert set(scripted.asked.values()) == {""}
    chosen = {**brief, "generation": {"product": {"checkpoint": "flux2-klein", "lora": "tarnefold"}}}
    made = await client.post("/v1/creatives", json=chosen, headers=headers)
    assert made.json()["status"] == "succeeded"
    assert scripted.asked["product"] == "flux2-klein"
    assert scripted.requests["product"].lora == "tarnefold"
    assert scripted.calls.count("product") == 2


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"product": {"checkpoint": "nothing"}}, "unknown_name", "flux2-klein"),
        ({"nothing": {}}, "unknown_name", "product"),
        ({"product": {"seed": 3}}, "invalid_input", "generation.product.seed"),
        ({"product": {"num_inference_steps": 5000}}, "invalid_input", "less than or equal to 50"),
        ({"compositor": {"lora": "x"}}, "invalid_input", "these can: checkpoint"),
    ],
)
async def test_a_wrong_choice_is_refused_at_once(client, brief, scripted, wanted, code, said):
    """Service, checkpoint, field and value are looked at before any work."""
    refused = await client.post("/v1/creatives", json={**brief, "generation": wanted})
    assert said in assert_problem(refused, 422, code)["detail"]
    assert scripted.calls == []


async def test_services_say_what_they_hold(client):
    """For operators: ready or not, and the checkpoints of a replica."""
    found = (await client.get("/v1/services")).json()
    assert found[0] == {
        "name": "product",
        "ready": True,
        "problem": "",
        "checkpoints": [{"checkpoint": "scripted@1", "loaded": True}],
    }
