"""The workflow apparel over HTTP with the real try-on service; the other services are scripted."""
# ruff: noqa: F811  pytest passes the imported fixtures by name

import io

import pytest
from dressed_figure import figure, shirt
from PIL import Image
from test_consent import CONSENT
from test_ingress import assert_problem, brief, client, scripted, store  # noqa: F401  fixtures

from services.replica import Replica
from services.settings import Settings


@pytest.fixture
def settings():
    return Settings(max_requests_in_hand=2, deadline_s=90)


async def upload(client, image: Image.Image, kind: str) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    headers = {"content-type": "image/png"}
    response = await client.post("/v1/assets", params={"kind": kind}, content=buffer.getvalue(), headers=headers)
    return response.json()["id"]


async def test_a_person_is_dressed_advertised_and_forgotten(client, scripted, store, monkeypatch):
    """From upload to creatives and to deletion; everything made from the photo lies in the photo's folder."""
    replica, others, made, asked = Replica("tryon", store=store), scripted.generate, [], []

    async def generate(service, request, *rest, **named):
        if service == "tryon":
            asked.append(request)
            made.append(await replica.generate(request))
            return made[-1]
        return await others(service, request, *rest, **named)

    monkeypatch.setattr(scripted, "generate", generate)
    person = Image.fromarray(figure()[0])
    person = person.resize((2 * person.width, 2 * person.height), Image.Resampling.BICUBIC)
    photo, vest = await upload(client, person, "person"), shirt((40, 130, 70), sleeves=False)
    brief = {
        "workflow": "apparel",
        "product": {"id": "tee", "title": "Red tee", "image": await upload(client, shirt(), "product")},
        "person": {"image": photo},
        "more_garments": [{"image": await upload(client, vest, "product"), "garment_category": "upper_body"}],
        "preserve": ["hair", "hands"],
        "consent": CONSENT,
        "brand": "tarnefold",
        "variants": [
            {"audience": {"id": "early"}, "scene": "studio", "copy": {"headline": "Red", "call_to_action": "See it"}}
        ],
    }
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=60"})).json()
    assert job["status"] == "succeeded", job["error"]
    assert job["creatives"][0]["alt_text"] == "Red tee, worn by a person who stands facing the camera."
    assert made[0].facts["garment_categories"] == ["upper_body", "upper_body"]
    assert asked[0].preserve == ("hair", "hands")
    folder = photo.rsplit("/", 1)[0]
    assert len(store.keys(f"{folder}/")) >= 7  # photo, its record, dressed picture, mask, garment, plates
    assert (await client.delete(f"/v1/assets/{photo}")).status_code == 204
    assert not store.keys(f"{folder}/")
    assert not store.keys(f"creatives/{job['id']}/")


async def test_a_workflow_that_dresses_nobody_refuses_an_outfit(client, brief):
    """Garments are never dropped in silence."""
    garment = {"image": brief["product"]["image"]}
    response = await client.post("/v1/creatives", json=brief | {"more_garments": [garment]})
    assert "dresses nobody" in assert_problem(response, 422, "invalid_input")["detail"]
