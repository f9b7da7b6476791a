"""Words that a client sends: refused where law or brand forbid them, on a badge also where no fact bears them out."""

import pytest
from test_ingress import assert_problem, brief, client, scripted, store  # noqa: F401  fixtures

WAIT = {"prefer": "wait=5"}
LAW = "L'abus d'alcool est dangereux pour la santé, à consommer avec modération."


async def refused(client, brief, **words) -> str:  # noqa: F811
    """What the answer says of a variant with these words; empty when they may run."""
    brief["variants"][0]["copy"] |= words
    answer = await client.post("/v1/creatives", json=brief, headers=WAIT)
    return assert_problem(answer, 422, "invalid_input")["detail"] if answer.status_code == 422 else ""


@pytest.mark.parametrize(
    ("badge", "why"),
    [
        ("FREE", "claim (free)"),
        ("Best in class", "claim (superlative)"),
        ("Guaranteed", "claim (guarantee)"),
        ("Bestseller", "claim (success)"),
        ("Eco-friendly", "claim (environment)"),
        ("-30%", "the number 30 is not in the facts"),
        ("No. 1", "not in the facts"),
        ("Summer sale", "the brand does not say 'sale'"),
        ("New!", "exclamation marks"),
        ("<b>New</b>", "speaks to a machine"),
    ],
)
async def test_a_badge_says_only_what_the_facts_say(client, brief, badge, why):  # noqa: F811
    """The answer names the field, the word and what to do."""
    detail = await refused(client, brief, badge=badge)
    assert detail.startswith("variants.0.copy.badge: ")
    assert why in detail
    assert "state it among the product's facts" in detail


@pytest.mark.parametrize(
    ("badge", "facts"),
    [
        ("New", {}),
        ("-20%", {"offer": {"percent_off": 20}}),
        ("-20%", {"offers": {"family": {"percent_off": 20}}}),
        ("Free shipping", {"offer": {"free_shipping": True}}),
        ("Free returns", {"claims": {"en": ["Free returns for 30 days."]}}),
        ("4.8 / 5", {"rating": {"value": 4.8, "count": 12}}),
        ("70 cm wide", {"size_cm": {"width": 70, "height": 78}}),
    ],
)
async def test_a_badge_that_a_fact_bears_out_runs(client, brief, badge, facts):  # noqa: F811
    """Offers, approved claims, ratings and sizes are facts."""
    brief["product"] |= facts
    assert await refused(client, brief, badge=badge) == ""


async def test_a_badge_is_judged_in_the_language_of_the_brief_and_in_english(client, brief):  # noqa: F811
    """GRATIS and FREE are both known in Germany."""
    brief["locale"] = "de-DE"
    assert "'gratis' is a claim" in await refused(client, brief, badge="GRATIS")
    assert "'free' is a claim" in await refused(client, brief, badge="FREE")
    assert await refused(client, brief, badge="Neu") == ""


async def test_what_law_and_brand_forbid_is_refused_in_every_part(client, brief):  # noqa: F811
    """The brand's banned words, and those of the country of the locale; also with a locale nobody writes copy for."""
    assert "variants.0.copy.body: the brand does not say 'luxury'" in await refused(client, brief, body="Pure luxury.")
    brief["locale"] = "nl-NL"
    assert "does not say 'luxury'" in await refused(client, brief, body="Luxury, nu.")
    brief["locale"] = "de-DE"
    assert "'klimaneutral' is not allowed in DE" in await refused(client, brief, body="Klimaneutral.")


async def test_a_body_must_hold_what_the_law_asks_for(client, brief):  # noqa: F811
    """French wine, by category or by title, with the client's own words."""
    brief["product"] |= {"title": "Vin rouge", "language": "fr", "category": "alcohol"}
    brief["locale"] = "fr-FR"
    detail = await refused(client, brief, headline="Un soir", body="Un rouge du sud.")
    assert detail == f"variants.0.copy.body: it must hold what the law asks for: {LAW}"
    assert await refused(client, brief, body=f"Un rouge du sud. {LAW}") == ""


async def test_a_claim_in_a_headline_is_warned_of(client, brief):  # noqa: F811
    """The client answers for it; the check says what is not in the facts."""
    brief["variants"][0]["copy"] |= {"headline": "The best mug", "body": "Holds 350 ml."}
    brief["product"] |= {"description": "A mug for 350 ml"}
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    checks = {check["id"]: check for check in job["creatives"][0]["checks"]}
    assert checks["claims.headline"]["outcome"] == "warned"
    assert checks["claims.headline"]["detail"] == "'best' is a claim (superlative) that is not in the facts"
    assert checks["claims.body"]["outcome"] == "passed"


async def test_written_copy_is_not_judged_twice(client, brief):  # noqa: F811
    """The copywriter's own words kept the rules when they were written; a revised one is the client's."""
    del brief["variants"][0]["copy"]
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    assert [one for one in job["creatives"][0]["checks"] if one["id"].startswith("claims.")] == []
    change = {"copy": {"early": {"body": "Gets you there for free."}}}
    made = (await client.patch(f"/v1/creatives/{job['id']}", json=change)).json()
    claims = [one for one in made["creatives"][0]["checks"] if one["id"].startswith("claims.")]
    assert [(one["id"], one["outcome"]) for one in claims] == [("claims.body", "warned")]
    told = (await client.get(f"/v1/creatives/{made['id']}/explanation")).json()["variants"][0]["words"]
    assert told["body"] == {"text": "Gets you there for free.", "facts": ["the brief"]}
    assert told["headline"]["facts"] == ["title"]


async def test_a_revision_keeps_the_rules(client, brief):  # noqa: F811
    """A badge that is set later is judged like one of the brief."""
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    answer = await client.patch(f"/v1/creatives/{job['id']}", json={"copy": {"early": {"badge": "FREE"}}})
    assert "claim (free)" in assert_problem(answer, 422, "invalid_input")["detail"]
