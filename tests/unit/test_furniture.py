"""The workflow furniture over HTTP: what a brief must bring, and that a customer's room stays private."""
# ruff: noqa: F811  pytest passes the imported fixtures by name

import pytest
from test_consent import CONSENT
from test_ingress import assert_problem, brief, client, picture_file, scripted, store  # noqa: F401  fixtures

WAIT = {"prefer": "wait=5"}
SIZE = {"width": 70, "height": 78, "depth": 80}


async def upload(client, kind):
    headers = {"content-type": "image/png"}
    response = await client.post("/v1/assets", params={"kind": kind}, content=picture_file(), headers=headers)
    return response.json()["id"]


@pytest.fixture
async def furniture_brief(client, brief):
    """A stock room, which is nobody's, and the product's size."""
    product = brief["product"] | {"size_cm": SIZE}
    return brief | {"workflow": "furniture", "product": product, "room": {"image": await upload(client, "product")}}


async def test_a_product_in_a_stock_room_becomes_ads(client, furniture_brief, scripted):
    """Every format is made, from a room and no scene."""
    job = (await client.post("/v1/creatives", json=furniture_brief, headers=WAIT)).json()
    assert job["status"] == "succeeded", job
    assert len(job["creatives"]) == 6
    assert {made["alt_text"] for made in job["creatives"]} == {"Mug, standing in a room."}
    assert "room" in scripted.calls
    assert "product" not in scripted.calls


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"room": {"image": "people/x"}}, "/room/image"),
        ({"room": {"image": f"uploads/{64 * '0'}.png"}}, "room.image"),
    ],
)
async def test_a_brief_without_its_room_is_refused(client, furniture_brief, scripted, change, words):
    response = await client.post("/v1/creatives", json=furniture_brief | change)
    assert words in assert_problem(response, 422, "invalid_input")["detail"]
    assert scripted.calls == []


async def test_without_a_room_each_audience_gets_a_stock_room(client, furniture_brief, scripted):
    """The scene's words choose it, nobody's consent is needed, and the explanation names it."""
    variants = [
        {**furniture_brief["variants"][0], "audience": {"id": name}, "scene": scene}
        for name, scene in (("readers", "a quiet study with books"), ("city", "a bright airy loft"))
    ]
    changed = furniture_brief | {"room": None, "variants": variants}
    job = (await client.post("/v1/creatives", json=changed, headers=WAIT)).json()
    assert job["status"] == "succeeded", job
    explained = (await client.get(f"/v1/creatives/{job['id']}/explanation")).json()
    assert [one["room"] for one in explained["variants"]] == ["study", "loft"]
    assert scripted.calls.count("room") == 2


async def test_a_product_without_its_size_is_refused(client, furniture_brief, scripted):
    product = furniture_brief["product"] | {"size_cm": None}
    response = await client.post("/v1/creatives", json=furniture_brief | {"product": product})
    assert "product.size_cm" in assert_problem(response, 422, "invalid_input")["detail"]
    assert scripted.calls == []


async def test_a_customers_room_needs_a_consent_and_can_be_deleted(client, furniture_brief, store):
    """A private room: refused without consent; with one (of no age) it is used, and deletion takes the job with it."""
    own = furniture_brief | {"room": {"image": await upload(client, "room")}}
    response = await client.post("/v1/creatives", json=own)
    assert "needs one" in assert_problem(response, 422, "invalid_input")["detail"]
    job = (await client.post("/v1/creatives", json=own | {"consent": CONSENT | {"adult": False}}, headers=WAIT)).json()
    assert job["status"] == "succeeded"
    assert (await client.delete(f"/v1/assets/{own['room']['image']}")).status_code == 204
    assert not store.keys("rooms/")
    assert (await client.get(f"/v1/creatives/{job['id']}")).status_code == 404
