"""Motion asked for in a brief: films are made, kept and shown along with the stills, in the formats that may move."""

import pytest
from test_ingress import SIGNER, assert_problem, brief, client, scripted, store  # noqa: F401  fixtures
from test_motion import engine, moving  # noqa: F401  fixtures

from services.compositor import reel
from services.errors import InvalidWorkflow
from services.settings import ROOT
from services.storage import TEMPORARY_PREFIXES
from workflows.cli.campaign import SavedJob
from workflows.cli.client import JobStatus
from workflows.cli.contact_sheet import write_contact_sheet
from workflows.graph import load_workflow
from workflows.inputs import TYPES

WAIT = {"prefer": "wait=20"}
FORMATS = ["iab_mrec_300x250", "google_display_300x250", "amazon_dsp_970x250", "google_rda"]


async def test_formats_that_may_move_get_the_first_type_that_they_take(client, brief, moving, store):  # noqa: F811
    """Signed, checked, with URLs that expire; banners that stand still and pictures without words are stills only."""
    wanted = brief | {"formats": FORMATS, "motion": {"types": ["webp", "gif"]}}
    job = (await client.post("/v1/creatives", json=wanted, headers=WAIT)).json()
    assert job["status"] == "succeeded", job["failures"]
    made = {creative["format"]: creative["animations"] for creative in job["creatives"]}
    kinds = {name: [one["media_type"] for one in animations] for name, animations in made.items()}
    assert kinds == {
        "iab_mrec_300x250": ["image/webp"],
        "google_display_300x250": ["image/gif"],
        "amazon_dsp_970x250": [],
        "google_rda": [],
    }
    (animation,) = made["iab_mrec_300x250"]
    data = store.get(animation["key"])
    assert (len(data), SIGNER.read(data, "image/webp")[0]) == (animation["bytes"], "Trusted")
    assert {check["outcome"] for check in animation["checks"]} == {"passed"}
    assert animation["url"].startswith("memory:")
    path = job["urls"]["animations"].format(creative_id=animation["creative"])
    assert (await client.get(f"{path}?type=webp")).content == data
    waiting = (await client.post("/v1/creatives", json=wanted | {"approval": "required"}, headers=WAIT)).json()
    assert {one["url"] for creative in waiting["creatives"] for one in creative["animations"]} == {""}


async def test_a_revision_makes_its_own_animations(client, brief, moving, store):  # noqa: F811
    """Other words move, too; of a known scene only the compositor is asked."""
    wanted = brief | {"formats": FORMATS[:1], "motion": {"types": ["gif"]}}
    first = (await client.post("/v1/creatives", json=wanted, headers=WAIT)).json()
    moving.calls.clear()
    change = {"copy": {"early": {"call_to_action": "Look"}}}
    revised = (await client.patch(f"/v1/creatives/{first['id']}", json=change, headers=WAIT)).json()
    (before,), (after,) = (job["creatives"][0]["animations"] for job in (first, revised))
    assert (after["key"] != before["key"], store.exists(after["key"])) == (True, True)
    assert moving.calls == ["compositor", "compositor"]


async def test_an_ad_moves_also_when_its_pictures_expired(client, brief, moving, store):  # noqa: F811
    """They are put back where its layers name them."""
    job = (await client.post("/v1/creatives", json=brief | {"formats": FORMATS[:1]}, headers=WAIT)).json()
    shown = set(store.keys("images/"))
    for prefix in TEMPORARY_PREFIXES:
        store.delete_all(prefix)
    path = job["urls"]["animations"].format(creative_id=job["creatives"][0]["id"])
    assert (await client.post(f"{path}?type=gif")).status_code == 201
    kept = {key.split("/pictures/")[1] for key in store.keys(f"creatives/{job['id']}/pictures/images/")}
    assert kept <= set(store.keys("images/"))
    assert kept & shown


async def test_motion_that_no_format_takes_is_refused_at_once(client, brief, moving):  # noqa: F811
    """Before anything is made, with what the first format takes."""
    wanted = brief | {"formats": FORMATS, "motion": {"types": ["mp4"]}}
    problem = assert_problem(await client.post("/v1/creatives", json=wanted), 422, "animation_not_taken")
    assert "Format iab_mrec_300x250 takes no mp4 that moves" in problem["detail"]
    assert moving.calls == []


async def test_what_cannot_be_encoded_falls_back_or_says_so(client, brief, moving, monkeypatch):  # noqa: F811
    """Without ffmpeg a feed gets its GIF; where only a film would do, the still is there and the reason beside it."""
    monkeypatch.setattr(reel.shutil, "which", lambda _: None)
    wanted = brief | {"formats": ["linkedin_vertical", "pinterest_static_1x1"], "motion": {}}
    job = (await client.post("/v1/creatives", json=wanted, headers=WAIT)).json()
    kinds = {one["format"]: [made["media_type"] for made in one["animations"]] for one in job["creatives"]}
    assert kinds == {"linkedin_vertical": ["image/gif"], "pinterest_static_1x1": []}
    assert job["status"] == "partial"
    (failure,) = job["failures"]
    assert (failure["code"], failure["format"]) == ("encoder_missing", "pinterest_static_1x1")


async def test_workflows_that_make_stills_only_say_so(client, brief, moving, monkeypatch):  # noqa: F811
    """A workflow of one's own need not animate; asking it to is refused."""
    desk = client._transport.app.state.gateway.desk
    still = desk._workflows["product_ad"].model_dump(exclude={"animations"})
    still["steps"].pop("animations")
    still["inputs"].pop("motion")
    monkeypatch.setitem(desk._workflows, "product_ad", type(desk._workflows["product_ad"]).model_validate(still))
    refused = await client.post("/v1/creatives", json=brief | {"motion": {}})
    assert "makes stills only" in assert_problem(refused, 422, "invalid_input")["detail"]
    assert (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()["status"] == "succeeded"


def test_the_contact_sheet_plays_films_over_their_stills(tmp_path):
    """A film has its still as poster; a moving picture stands in the still's place; stills stay."""
    names = {"film": ["video/mp4"], "loop": ["image/gif"], "still": []}
    film = {"bytes": 12000, "url": ""}
    still = {"variant": "all", "width": 300, "height": 250, "bytes": 9000, "media_type": "image/jpeg", "url": ""}
    creatives = [
        still | {"id": f"01-all-{name}", "format": name, "animations": [{**film, "media_type": kind} for kind in kinds]}
        for name, kinds in names.items()
    ]
    job = JobStatus.model_validate({"id": "cr_1", "status": "succeeded", "creatives": creatives})
    files = {one.id: tmp_path / f"{one.id}.jpg" for one in job.creatives}
    animations = {"01-all-film": [tmp_path / "film.animated.mp4"], "01-all-loop": [tmp_path / "loop.animated.gif"]}
    words = {"product": {"title": "Mug"}, "variants": [{"audience": {"id": "all"}}]}
    page = write_contact_sheet([SavedJob(words, None, job, files, animations)], tmp_path).read_text()
    assert 'video src="film.animated.mp4" poster="01-all-film.jpg"' in page
    assert 'img src="loop.animated.gif"' in page
    assert 'img src="01-all-still.jpg"' in page
    assert page.count("<video ") == 1
    assert "9 kB, mp4 12 kB" in page
    assert "media-src 'self' file:" in page


def test_a_workflow_that_names_no_step_for_motion_is_refused():
    """The mistake is found when it is loaded."""
    text = (
        (ROOT / "workflows" / "ads" / "product_ad.yaml").read_text().replace("animations: animations", "animations: x")
    )
    with pytest.raises(InvalidWorkflow, match="'x' is not a step"):
        load_workflow(text.replace("animations: animations", "animations: x"), TYPES)
