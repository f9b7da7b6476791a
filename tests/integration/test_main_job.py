"""The main job on a real local Serve and a real S3 server: from a product photo to stored creatives."""

import io
import json
import re
import time

import httpx
import numpy as np
import pytest
import yaml
from monitored import queries, series_in
from PIL import Image

from services.catalog import services
from services.images import decode
from services.settings import ASSETS
from services.storage import S3Store
from workflows.format import load_formats

SAMPLES = ASSETS / "samples"
BRIEFS = yaml.safe_load((SAMPLES / "campaign.yaml").read_text())["briefs"]
WAIT = {"prefer": "wait=60"}


@pytest.fixture(scope="module")
def client(stack):
    with httpx.Client(base_url=stack.base_url, timeout=90) as made:
        yield made


def upload(client: httpx.Client, name: str) -> str:
    kind = "image/jpeg" if name.endswith("jpg") else "image/png"
    response = client.post("/v1/assets", content=(SAMPLES / name).read_bytes(), headers={"content-type": kind})
    assert response.status_code == 201, response.text
    return response.json()["id"]


@pytest.fixture(scope="module")
def brief(client):
    entry = BRIEFS[0]
    return entry | {"product": entry["product"] | {"image": upload(client, entry["product"]["image"])}}


@pytest.fixture(scope="module")
def job(client, brief):
    response = client.post("/v1/creatives", json=brief, headers=WAIT)
    assert response.status_code == 201, response.text
    made = response.json()
    assert made["status"] == "succeeded", made["error"]
    return made


def test_every_variant_in_every_format(job, brief):
    """Two audiences in six formats are twelve creatives, each with its alt text."""
    assert len(job["creatives"]) == 6 * len(brief["variants"])
    assert all(brief["product"]["title"] in creative["alt_text"] for creative in job["creatives"])


def test_files_are_what_the_formats_ask_for(job):
    """Behind each URL is a JPEG of exactly the format's size, within its byte limit, as the job says."""
    for creative in job["creatives"]:
        data = httpx.get(creative["url"]).content
        wanted = load_formats()[creative["format"]]
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == ("JPEG", (wanted.width, wanted.height))
        assert len(data) == creative["bytes"] <= wanted.max_bytes


def test_words_stand_inside_the_picture_and_off_the_product(job):
    """Every text box is inside its canvas, and no words lie on the product."""
    for creative in job["creatives"]:
        boxes = {box["role"]: box for box in creative["boxes"]}
        assert {"headline", "call_to_action", "logo"} <= set(boxes)
        for role, box in boxes.items():
            if role in ("headline", "body", "call_to_action", "price"):
                assert 0 <= box["left"] < box["right"] <= creative["width"], (creative["id"], role)
                assert 0 <= box["top"] < box["bottom"] <= creative["height"], (creative["id"], role)
                assert not overlap(box, boxes["product"]), (creative["id"], role)


def overlap(a: dict, b: dict) -> bool:
    return min(a["right"], b["right"]) > max(a["left"], b["left"]) and min(a["bottom"], b["bottom"]) > max(
        a["top"], b["top"]
    )


def test_the_product_is_the_product(job, stack):
    """Inside the matte core of each plate stand the cut-out's own pixels, resampled once and otherwise untouched."""
    manifest = json.loads(httpx.get(job["urls"]["manifest"]).content)
    imagery = manifest["variants"][0]["steps"]["imagery"]
    store = S3Store(stack.settings)
    cutout = decode(store.get(imagery["cutout"]["key"]))
    for plate in imagery["plates"].values():
        box = plate["product_box"]
        size = (box["right"] - box["left"], box["bottom"] - box["top"])
        picture = decode(store.get(plate["image"]["key"]))
        placed = picture.crop((box["left"], box["top"], box["right"], box["bottom"]))
        expected = np.asarray(cutout.resize(size, Image.Resampling.LANCZOS))
        core = expected[..., 3] == 255
        assert core.mean() > 0.2
        assert np.array_equal(np.asarray(placed)[core], expected[..., :3][core])


def test_the_scene_changes_with_the_words(job):
    """Different scenes for different audiences are different pictures."""
    squares = [c for c in job["creatives"] if c["format"] == "meta_feed_1x1"]
    pictures = [
        np.asarray(Image.open(io.BytesIO(httpx.get(c["url"]).content)).resize((32, 32)), float) for c in squares
    ]
    assert np.abs(pictures[0] - pictures[1]).mean() > 5


def test_the_same_brief_again_makes_nothing_again(client, brief, job):
    """A repeated brief is answered from stored results: no step spends time, and every pixel is equal.

    The bytes differ, because each job signs its own files.
    """
    again = client.post("/v1/creatives", json=brief, headers=WAIT).json()
    assert again["status"] == "succeeded"
    assert {c["timings_ms"]["imagery"] for c in again["creatives"]} == {0.0}
    first = {c["id"]: Image.open(io.BytesIO(httpx.get(c["url"]).content)).tobytes() for c in job["creatives"]}
    second = {c["id"]: Image.open(io.BytesIO(httpx.get(c["url"]).content)).tobytes() for c in again["creatives"]}
    assert first == second


def test_a_delivered_file_can_be_verified(client, job):
    """A file as delivered is trusted; recompressed, its watermark still leads to the job."""
    square = next(c for c in job["creatives"] if c["format"] == "meta_feed_1x1")
    data = httpx.get(square["url"]).content
    found = client.post("/v1/verify", content=data, headers={"content-type": "image/jpeg"}).json()
    assert (found["made_here"], found["signature"]["origin"]["job"]) == ("yes", job["id"])
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).save(buffer, "JPEG", quality=60)
    found = client.post("/v1/verify", content=buffer.getvalue(), headers={"content-type": "image/jpeg"}).json()
    assert found["made_here"] == "likely"
    assert square["id"] in found["watermark"]["creatives"][job["id"]]


def test_a_packshot_without_alpha_works(client, brief):
    """A photo on a plain background is cut out as well."""
    packshots = sorted(SAMPLES.glob("products/*_packshot.jpg"))
    assert packshots
    name = str(packshots[0].relative_to(SAMPLES))
    one = brief | {"product": brief["product"] | {"image": upload(client, name)}, "variants": brief["variants"][:1]}
    made = client.post("/v1/creatives", json=one, headers=WAIT).json()
    assert made["status"] == "succeeded", made["error"]


def test_a_photo_that_cannot_be_cut_out_is_refused_with_advice(client, brief):
    """A picture of noise has no product: the job fails with a reason and what to send instead."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8))
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    asset = client.post("/v1/assets", content=buffer.getvalue(), headers={"content-type": "image/png"}).json()["id"]
    made = client.post(
        "/v1/creatives", json=brief | {"product": brief["product"] | {"image": asset}}, headers=WAIT
    ).json()
    assert made["status"] == "failed"
    assert made["error"]["code"] == "cut_out_failed"
    assert len(made["error"]["detail"]) < 300
    assert "Traceback" not in made["error"]["detail"]


def test_ready_and_documented(client):
    """The stack is ready, and its documentation loads from itself."""
    assert client.get("/readyz").json()["ready"] == dict.fromkeys([*services(), "storage"], True)
    page = client.get("/docs").text
    assets = [part.split('"')[0] for part in page.split("/docs-assets/")[1:]]
    assert assets
    assert all(client.get(f"/docs-assets/{asset}").status_code == 200 for asset in assets)


def test_metrics_of_the_job_can_be_scraped(stack, job):
    """Prometheus finds what the gateway measured, and every series of Ray's that dashboard and alerts read."""
    wanted = {name for query in queries() for name in series_in(query) if not name.startswith("ray_vitrine")}
    counted = (
        r'^ray_vitrine_jobs_total\{.*outcome="succeeded".*\} [1-9]',
        r'^ray_vitrine_creatives_total\{.*format="meta_story_9x16".*outcome="made".*\} [1-9]',
    )
    for _ in range(60):  # Ray's agents report every few seconds, and not every series at once
        text = httpx.get(stack.stack.record.metrics_url).text
        missing = wanted - set(re.findall(r"^(ray_\w+)\{", text, re.MULTILINE))
        missing |= {pattern for pattern in counted if not re.search(pattern, text, re.MULTILINE)}
        if not missing:
            break
        time.sleep(1)
    assert missing == set()
    assert job["id"] not in text


def test_an_ad_of_the_job_can_be_animated(client, job):
    """From stored layers and pictures, by the compositor's replica; the file is fetched by its URL."""
    creative = next(made for made in job["creatives"] if made["format"].startswith("iab_"))
    path = job["urls"]["animations"].format(creative_id=creative["id"])
    made = client.post(path, params={"type": "gif"}).json()
    assert {check["outcome"] for check in made["checks"]} == {"passed"}
    picture = Image.open(io.BytesIO(httpx.get(made["url"]).content))
    assert picture.size == (creative["width"], creative["height"])
    assert picture.n_frames > 5
