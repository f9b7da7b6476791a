"""Words and personalisation over HTTP: copy that is written, scenes that are chosen, explanations, feedback."""

import pytest
import test_ingress
from test_ingress import assert_problem

store, scripted, client, brief = test_ingress.store, test_ingress.scripted, test_ingress.client, test_ingress.brief


async def test_without_copy_the_copywriter_writes_it(client, brief, scripted):
    """A variant without copy gets the copywriter's, and its creatives say which words they bear."""
    del brief["variants"][0]["copy"]
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    assert "copywriter" in scripted.calls
    assert {creative["copy_text"]["headline"] for creative in job["creatives"]} == {"Mug"}


async def test_a_format_without_room_for_a_disclaimer_is_not_made(client, brief):
    """Where the law asks for words and the layout drops them, the format fails and says so."""
    del brief["variants"][0]["copy"]
    brief["product"] |= {"title": "Crowded", "category": "alcohol"}
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    assert job["creatives"] == []
    assert {failure["code"] for failure in job["failures"]} == {"disclaimer_has_no_room"}


RAINY_HIKER = {
    "signals": {"weather": "rain", "browsing": ["hiking", "camping"], "recency_days": 1},
    "customer": {"id": "c-17", "attributes": {"street": "Elm Street 5"}},
}


async def explained(client, job: dict) -> dict:
    return (await client.get(job["urls"]["explanation"])).json()["variants"][0]


async def test_without_a_scene_the_policy_chooses_and_the_explanation_says_why(client, brief, store):
    """Rain leads to the forest; interests without consent are not used; nothing personal is kept."""
    brief["variants"][0] |= RAINY_HIKER
    del brief["variants"][0]["scene"]
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    trace = await explained(client, job)
    assert "forest" in trace["scene"]["text"]
    assert trace["scene"]["from"] == "rule rain"
    assert (trace["basis"], trace["consent"]["profile"]) == ("context", False)
    assert {"what": "browsing", "why": "no consent was sent"} in trace["ignored"]
    assert trace["sentence"] == "Chosen for the weather where this is shown."
    for name in ("manifest", "explanation", "job"):
        kept = store.get(f"creatives/{job['id']}/{name}.json").decode()
        assert "Elm Street" not in kept
        assert "c-17" not in kept
    assert "camping" not in store.get(f"creatives/{job['id']}/job.json").decode()


async def test_the_look_and_crop_that_a_policy_chooses_reach_the_picture(client, brief, scripted):
    """A reader who shops for offers, on a phone: price layouts with the product close; the explanation says so."""
    brief["variants"][0] |= {"signals": {"device": "phone"}}
    brief["variants"][0]["audience"] |= {"attributes": {"shopping": "offers"}}
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    style = scripted.requests["compositor"].style
    assert (style.look, style.crop) == ("price", "close")
    trace = await explained(client, job)
    assert (trace["look"], trace["crop"]) == ("price", "close")
    assert {"bargain-hunters", "small-screen"} <= {rule["name"] for rule in trace["rules"]}


async def test_feedback_pauses_a_rule_until_a_person_resumes_it(client, brief):
    """Too personal: the rule stops for everyone; resumed, it runs again."""
    brief["variants"][0] |= RAINY_HIKER | {"signal_consent": {"granted": ["profile"]}}
    del brief["variants"][0]["scene"]
    wait = {"prefer": "wait=5"}
    job = (await client.post("/v1/creatives", json=brief, headers=wait)).json()
    assert (await explained(client, job))["rules"][0]["name"] == "outdoor-browsing"
    word = {"creative": job["id"], "variant": "early", "kind": "too_personal"}
    answer = await client.post("/v1/feedback", json=word)
    assert [pause["rule"] for pause in answer.json()] == ["outdoor-browsing"]
    trace = await explained(client, (await client.post("/v1/creatives", json=brief, headers=wait)).json())
    assert [rule["name"] for rule in trace["rules"]] == ["rain"]
    assert any("paused after feedback" in one["why"] for one in trace["ignored"])
    assert (await client.get("/v1/policies")).json()[0]["paused"][0]["kind"] == "too_personal"
    path = "/v1/policies/tarnefold/paused/outdoor-browsing"
    assert (await client.delete(path)).status_code == 204
    assert_problem(await client.delete(path), 404, "not_found")
    trace = await explained(client, (await client.post("/v1/creatives", json=brief, headers=wait)).json())
    assert trace["rules"][0]["name"] == "outdoor-browsing"


async def test_feedback_on_nothing_is_refused(client, brief):
    word = {"creative": "cr_" + 24 * "0", "variant": "early", "kind": "wrong"}
    assert_problem(await client.post("/v1/feedback", json=word), 404, "not_found")
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    other = word | {"creative": job["id"], "variant": "nobody"}
    assert_problem(await client.post("/v1/feedback", json=other), 422, "invalid_input")
    ruled = word | {"creative": job["id"], "rule": "no-such-rule"}
    assert "none" in assert_problem(await client.post("/v1/feedback", json=ruled), 422, "invalid_input")["detail"]


async def test_an_explanation_of_a_running_job_is_a_conflict(client, brief, scripted):
    scripted.gate.clear()
    job = (await client.post("/v1/creatives", json=brief)).json()
    assert_problem(await client.get(f"/v1/creatives/{job['id']}/explanation"), 409, "conflict")
    scripted.gate.set()


async def test_the_weather_chooses_among_candidates(client, brief):
    """Of two products the one that suits the day is advertised, with its own words."""
    rain_coat = brief["product"] | {"id": "coat", "title": "Rain coat", "attributes": ["waterproof"]}
    brief["candidates"] = [rain_coat]
    brief["variants"][0] |= {"signals": {"weather": "rain"}}
    del brief["variants"][0]["copy"]
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    assert {creative["copy_text"]["headline"] for creative in job["creatives"]} == {"Rain coat"}
    assert (await explained(client, job))["product"]["id"] == "coat"


@pytest.mark.parametrize(
    ("attributes", "refused"),
    [
        ({"first name": "Marion"}, True),
        ({"balance": 1250}, True),
        ({"street": "Elm Street"}, True),
        ({"club": "gold"}, False),
        ({"likes": True, "n": 7}, False),
    ],
)
async def test_words_that_are_too_personal_are_refused(client, brief, attributes, refused):
    """A client's own copy may not hold a raw fact of its customer."""
    words = {
        "headline": "MARION, still 1250 left",
        "body": "Elm Street waits. True, 7 times.",
        "call_to_action": "See it",
    }
    brief["variants"][0] |= {"copy": words, "customer": {"attributes": attributes}}
    answer = await client.post("/v1/creatives", json=brief)
    assert answer.status_code == (422 if refused else 202)
    if refused:
        assert next(iter(attributes)) in assert_problem(answer, 422, "invalid_input")["detail"]


@pytest.mark.parametrize(("badge", "said"), [(None, {"text": "\N{MINUS SIGN}20%", "facts": ["offer"]}),
                                             ("New", {"text": "New", "facts": ["the brief"]}), ("", None)])  # fmt: skip
async def test_the_explanation_names_badge_and_rating(client, brief, badge, said):
    """Where the seal comes from, and that the stars are the product's rating."""
    brief["product"] |= {"offer": {"percent_off": 20}, "rating": {"value": 4.7, "count": 1284}}
    brief["variants"][0]["copy"] |= {} if badge is None else {"badge": badge}
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    words = (await explained(client, job))["words"]
    assert words.get("badge") == said
    assert words["rating"] == {"text": "4.7 (1,284)", "facts": ["rating"]}
