"""Private photos over HTTP: consent before work, deletion with everything made."""
# ruff: noqa: F811  pytest passes the imported fixtures by name

import asyncio

import pytest
from test_ingress import assert_problem, brief, client, picture_file, scripted, store  # noqa: F401  fixtures

CONSENT = {"id": "agreement-7", "purposes": ["advertising"], "expires_at": "2999-01-01T00:00:00Z", "adult": True}


@pytest.fixture
async def person_brief(client, brief):
    """A brief that names a person's photo, with a consent."""
    response = await client.post(
        "/v1/assets", params={"kind": "person"}, content=picture_file(), headers={"content-type": "image/png"}
    )
    return brief | {"person": {"image": response.json()["id"]}, "consent": CONSENT}


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        (None, "needs one"),
        (CONSENT | {"expires_at": "2020-01-01T00:00:00Z"}, "expired on 2020-01-01"),
        (CONSENT | {"purposes": ["personal_preview"]}, "does not cover ads"),
        (CONSENT | {"adult": False}, "needs adult: true"),
        ({name: value for name, value in CONSENT.items() if name != "adult"}, "needs adult: true"),
        (CONSENT | {"purposes": []}, "/consent/purposes"),
        (CONSENT | {"expires_at": "2999-01-01T00:00:00"}, "/consent/expires_at"),
        (CONSENT | {"id": "Jane Doe, 12 Main St"}, "/consent/id"),
    ],
)
async def test_a_persons_photo_needs_a_valid_consent(client, person_brief, scripted, consent, said):
    """No work starts without one, and the answer says what is wrong with it."""
    response = await client.post("/v1/creatives", json=person_brief | {"consent": consent})
    assert said in assert_problem(response, 422, "invalid_input")["detail"]
    assert scripted.calls == []


async def test_a_private_photo_is_deleted_with_everything_made_from_it(client, person_brief, store, scripted):
    """Photo, job, creatives and notes go; results of the job were never shared, other jobs stay."""
    other = {name: value for name, value in person_brief.items() if name not in ("person", "consent")}
    kept = (await client.post("/v1/creatives", json=other, headers={"prefer": "wait=5"})).json()
    before = set(store.objects)
    job = (await client.post("/v1/creatives", json=person_brief, headers={"prefer": "wait=5"})).json()
    assert job["status"] == "succeeded"
    half = len(scripted.calls) // 2
    assert sorted(scripted.calls[:half]) == sorted(scripted.calls[half:])
    photo = person_brief["person"]["image"]
    assert (await client.delete(f"/v1/assets/{photo}")).status_code == 204
    assert (await client.get(f"/v1/creatives/{job['id']}")).status_code == 404
    assert (await client.get(f"/v1/creatives/{kept['id']}")).status_code == 200
    assert {key for key in store.objects if not key.startswith("images/")} <= before
    assert not store.keys("people/")
    assert (await client.delete(f"/v1/assets/{photo}")).status_code == 204
    response = await client.post("/v1/creatives", json=person_brief)
    assert "person.image" in assert_problem(response, 422, "invalid_input")["detail"]


async def test_deleting_while_the_job_runs_stops_it(client, person_brief, store, scripted):
    """A running job is cancelled; nothing of it is left."""
    scripted.gate.clear()
    job = (await client.post("/v1/creatives", json=person_brief)).json()
    while not scripted.calls:
        await asyncio.sleep(0.01)
    assert (await client.delete(f"/v1/assets/{person_brief['person']['image']}")).status_code == 204
    scripted.gate.set()
    assert (await client.get(f"/v1/creatives/{job['id']}")).status_code == 404
    assert not store.keys("people/")
    assert not store.keys("uses/")


@pytest.mark.parametrize("photo", [f"uploads/{64 * 'a'}.png", "people/../images/a", "people/x/y.png"])
async def test_only_private_photos_are_deleted(client, photo):
    """Anything else is refused by its shape."""
    response = await client.delete(f"/v1/assets/{photo}")
    assert response.status_code in (404, 405, 422)
