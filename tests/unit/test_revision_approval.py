"""Revisions and approval over HTTP; services are scripted, store is in memory."""

import pytest
from test_ingress import assert_problem, brief, client, picture_file, scripted, store  # noqa: F401  fixtures

from services.storage import TEMPORARY_PREFIXES

WAIT = {"prefer": "wait=5"}


@pytest.fixture
async def job(client, brief):  # noqa: F811
    """A finished request."""
    return (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()


@pytest.fixture
async def private(client, brief):  # noqa: F811
    """A brief with the photo of a person, and a consent."""
    headers = {"content-type": "image/png"}
    photo = (await client.post("/v1/assets?kind=person", content=picture_file(), headers=headers)).json()["id"]
    consent = {"id": "c-1", "purposes": ["advertising"], "expires_at": "2999-01-01T00:00:00Z", "adult": True}
    return brief | {"person": {"image": photo}, "consent": consent}


async def test_a_revision_changes_words_and_runs_no_model(client, job, scripted):  # noqa: F811
    """One word changed: a linked request that says the difference and costs one composition."""
    scripted.calls.clear()
    change = {"copy": {"early": {"headline": "Late evenings"}}}
    answer = await client.patch(f"/v1/creatives/{job['id']}", json=change)
    made = answer.json()
    assert answer.status_code == 201
    assert made["revises"] == job["id"] != made["id"]
    assert made["differences"] == [
        {"path": "copy.early.headline", "before": "Slow mornings", "after": "Late evenings"},
    ]
    assert {creative["copy_text"]["headline"] for creative in made["creatives"]} == {"Late evenings"}
    assert {creative["copy_text"]["body"] for creative in made["creatives"]} == {"Holds 350 ml."}
    assert scripted.calls == ["compositor"]


async def test_a_revision_changes_a_colour(client, job, scripted):  # noqa: F811
    """A colour reaches the compositor; the difference names it."""
    scripted.calls.clear()
    made = (await client.patch(f"/v1/creatives/{job['id']}", json={"style": {"primary": "#AA0000"}})).json()
    assert made["differences"] == [{"path": "style.primary", "before": None, "after": "#AA0000"}]
    assert scripted.calls == ["compositor"]


async def test_a_revision_changes_the_badge(client, brief, scripted):  # noqa: F811
    """It comes from the offer; other words replace it, empty ones take it away for good."""
    offer = brief | {"product": brief["product"] | {"offer": {"percent_off": 20}}}
    job = (await client.post("/v1/creatives", json=offer, headers=WAIT)).json()
    shown = [{creative["copy_text"]["badge"] for creative in job["creatives"]}]
    for badge in ("New", ""):
        change = {"copy": {"early": {"badge": badge}}}
        job = (await client.patch(f"/v1/creatives/{job['id']}", json=change)).json()
        shown.append({creative["copy_text"]["badge"] for creative in job["creatives"]})
    assert shown == [{"\N{MINUS SIGN}20%"}, {"New"}, {""}]


async def test_a_private_job_is_revised_within_its_consent(client, private, scripted):  # noqa: F811
    """From its own pictures, which stay in the photo's folder; deleting the photo deletes the revision too."""
    job = (await client.post("/v1/creatives", json=private, headers=WAIT)).json()
    scripted.calls.clear()
    change = {"copy": {"early": {"headline": "Late evenings"}}}
    made = (await client.patch(f"/v1/creatives/{job['id']}", json=change)).json()
    assert scripted.calls == ["compositor"]
    assert {creative["copy_text"]["headline"] for creative in made["creatives"]} == {"Late evenings"}
    await client.delete(f"/v1/assets/{private['person']['image']}")
    for gone in (job, made):
        assert_problem(await client.get(f"/v1/creatives/{gone['id']}"), 404, "not_found")
    assert_problem(await client.patch(f"/v1/creatives/{job['id']}", json=change), 404, "not_found")


async def test_a_consent_that_ran_out_ends_revisions(client, private, store):  # noqa: F811
    """What was agreed to for a time is not used after it."""
    job = (await client.post("/v1/creatives", json=private, headers=WAIT)).json()
    key = f"creatives/{job['id']}/job.json"
    store.put(key, store.get(key).replace(b"2999-01-01", b"2020-01-01"), "application/json")
    answer = await client.patch(f"/v1/creatives/{job['id']}", json={"style": {"primary": "#AA0000"}})
    assert "expired" in assert_problem(answer, 422, "invalid_input")["detail"]


async def test_a_revision_keeps_the_chosen_product(client, brief, scripted):  # noqa: F811
    """The weather is not asked again: the product that was chosen stays, with the words that were written."""
    coat = brief["product"] | {"id": "coat", "title": "Rain coat", "attributes": ["waterproof"]}
    brief["candidates"] = [coat]
    brief["variants"][0] |= {"signals": {"weather": "rain"}}
    del brief["variants"][0]["copy"]
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    scripted.calls.clear()
    made = (await client.patch(f"/v1/creatives/{job['id']}", json={"style": {"primary": "#AA0000"}})).json()
    assert scripted.calls == ["compositor"]
    assert {creative["copy_text"]["headline"] for creative in made["creatives"]} == {"Rain coat"}
    told = (await client.get(f"/v1/creatives/{made['id']}/explanation")).json()
    assert told["variants"][0]["product"]["id"] == "coat"


def expire(store):  # noqa: F811
    """What the bucket's lifecycle deletes after some days."""
    for prefix in TEMPORARY_PREFIXES:
        store.delete_all(prefix)


async def test_a_revision_needs_no_model_when_uploads_and_plates_expired(client, job, scripted, store):  # noqa: F811
    """They are kept beside the creatives, also for the revision of the revision; nothing private is copied."""
    for headline in ("Late evenings", "Later evenings"):
        expire(store)
        scripted.calls.clear()
        change = {"copy": {"early": {"headline": headline}}}
        job = (await client.patch(f"/v1/creatives/{job['id']}", json=change)).json()
        assert (job["status"], scripted.calls) == ("succeeded", ["compositor"])


async def test_private_pictures_are_not_kept_beside_creatives(client, private, store):  # noqa: F811
    """They go when their day is over, wherever a copy would have been."""
    job = (await client.post("/v1/creatives", json=private, headers=WAIT)).json()
    kept = store.keys(f"creatives/{job['id']}/pictures/")
    assert any("/images/" in key for key in kept)
    assert [key for key in kept if "people/" in key] == []


async def test_pictures_that_are_gone_are_made_again(client, private, scripted, store):  # noqa: F811
    """Of a job from before they were kept; its revision runs the workflow."""
    job = (await client.post("/v1/creatives", json=private, headers=WAIT)).json()
    store.delete_all("images/")
    store.delete_all(f"creatives/{job['id']}/pictures/")
    scripted.calls.clear()
    change = {"copy": {"early": {"headline": "Late evenings"}}}
    made = (await client.patch(f"/v1/creatives/{job['id']}", json=change)).json()
    assert made["status"] == "succeeded"
    assert "product" in scripted.calls


async def test_a_new_headline_stands_in_small_formats_too(client, brief):  # noqa: F811
    """A short or long headline of before would say something else, so it goes unless it is given anew."""
    brief["variants"][0]["copy"] |= {"short_headline": "Slow", "long_headline": "Mug: slow mornings"}
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    assert job["creatives"][0]["copy_text"]["short_headline"] == "Slow"

    async def revised(**change):
        answer = await client.patch(f"/v1/creatives/{job['id']}", json={"copy": {"early": change}}, headers=WAIT)
        words = answer.json()["creatives"][0]["copy_text"]
        return words["short_headline"], words["long_headline"]

    assert await revised(headline="Late evenings") == ("", "")
    assert await revised(headline="Late evenings", short_headline="Late") == ("Late", "")
    assert await revised(body="Another body.") == ("Slow", "Mug: slow mornings")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({}, 409, "conflict"),
        ({"copy": {"early": {"headline": "Slow mornings"}}}, 409, "conflict"),
        ({"copy": {"nobody": {"headline": "x"}}}, 422, "unknown_name"),
        ({"style": {"primary": "red"}}, 422, "invalid_input"),
        ({"copy": {"early": {"headline": ""}}}, 422, "invalid_input"),
    ],
)
async def test_senseless_revisions_are_refused(client, job, change, status, code):  # noqa: F811
    """Nothing to change, unknown variants and bad values say so."""
    assert_problem(await client.patch(f"/v1/creatives/{job['id']}", json=change), status, code)


async def test_nothing_is_public_before_it_is_approved(client, brief):  # noqa: F811
    """Creatives that wait have no URL, but can be looked at through the gateway; approved, they get theirs."""
    job = (await client.post("/v1/creatives", json=brief | {"approval": "required"}, headers=WAIT)).json()
    assert job["approval"]["state"] == "pending_approval"
    assert {creative["url"] for creative in job["creatives"]} == {""}
    assert "manifest" not in job["urls"]
    seen = await client.get(f"/v1/creatives/{job['id']}/files/{job['creatives'][0]['id']}")
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
    decided = await client.post(f"/v1/creatives/{job['id']}/approval", json={"decision": "approve"})
    assert all(creative["url"] for creative in decided.json()["creatives"])
    again = await client.post(f"/v1/creatives/{job['id']}/approval", json={"decision": "approve"})
    assert_problem(again, 409, "conflict")


async def test_layers_are_kept_beside_their_file(client, brief):  # noqa: F811
    """The artwork has an address of its own; while the creative waits for approval, only the gateway shows it."""
    job = (await client.post("/v1/creatives", json=brief | {"approval": "required"}, headers=WAIT)).json()
    made = job["creatives"][0]
    assert made["artwork_url"] == ""
    path = job["urls"]["artworks"].format(creative_id=made["id"])
    seen = await client.get(path)
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
    assert seen.json()["words"]["headline"] == "Slow mornings"
    decided = await client.post(f"/v1/creatives/{job['id']}/approval", json={"decision": "approve"})
    assert all(creative["artwork_url"].startswith("memory:") for creative in decided.json()["creatives"])
    assert_problem(await client.get(f"/v1/creatives/{job['id']}/artworks/nothing"), 404, "not_found")


async def test_a_rejection_says_why_and_releases_nothing(client, brief):  # noqa: F811
    """Without a reason it is refused; with one it is kept beside the job."""
    job = (await client.post("/v1/creatives", json=brief | {"approval": "required"}, headers=WAIT)).json()
    path = f"/v1/creatives/{job['id']}/approval"
    assert_problem(await client.post(path, json={"decision": "reject"}), 422, "invalid_input")
    await client.post(path, json={"decision": "reject", "reason": "The mug is the old model."})
    kept = (await client.get(f"/v1/creatives/{job['id']}")).json()
    assert (kept["approval"]["state"], kept["approval"]["reason"]) == ("rejected", "The mug is the old model.")
    assert {creative["url"] for creative in kept["creatives"]} == {""}


async def test_what_needs_no_approval_takes_no_decision(client, job):  # noqa: F811
    """Only creatives that wait can be decided on."""
    answer = await client.post(f"/v1/creatives/{job['id']}/approval", json={"decision": "approve"})
    assert_problem(answer, 409, "conflict")
