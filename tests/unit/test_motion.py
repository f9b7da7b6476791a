"""Animations: within the rules of their format, ending in the still creative, the same each time; and over HTTP."""

import io
import shutil

import numpy as np
import pytest
from drawn_plates import by_key, compose_request
from PIL import Image
from test_ingress import SIGNER, assert_problem, brief, client, scripted, store  # noqa: F401  fixtures

from services.compositor import reel
from services.compositor.animation import MOST_DIFFERENCE, AnimationRequest
from services.compositor.artwork import Artwork
from services.compositor.encode import RESERVE_BYTES
from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE, Canvas
from services.contract import load_engine
from services.errors import EncoderMissing, InvalidInput, TooLarge
from services.storage import store_image
from workflows.verification import verify

WAIT = {"prefer": "wait=5"}
HEADLINE_ROWS = slice(40, 105)  # of the 300x250
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg")


@pytest.fixture(scope="module")
def engine() -> CompositorEngine:
    return load_engine(SERVICE.checkpoint(""))


def animation(engine, file_type, size=(300, 250), max_bytes=150_000, ground="gradient", plays=3):
    """The file, the facts, and the artwork of an ad in motion."""
    canvas = Canvas(format="x", width=size[0], height=size[1], max_bytes=2_000_000, file_type="png")
    request, images = compose_request(canvas, ground=ground)
    made = engine.generate(request.model_copy(update={"label": "AI-generated", "watermark": 0xABCDE1}), images)
    artwork = Artwork.model_validate(made.facts["artworks"]["x"])
    artwork = artwork.model_copy(update={"canvas": canvas.model_copy(update={"max_bytes": max_bytes})})
    asked, pictures = AnimationRequest(artwork=artwork, file_type=file_type, plays=plays), by_key(request, images)
    output = engine.generate(asked, {path: pictures[ref.key] for path, ref in asked.image_refs().items()})
    return output.images["animation"].data, output.facts, made.images["x"].data


@pytest.mark.parametrize("file_type", ["gif", "webp"])
@pytest.mark.parametrize("size", [(300, 250), (728, 90), (160, 600)])
def test_pictures_in_motion_keep_the_rules(engine, file_type, size):
    """Five seconds, three plays, few frames per second, the byte limit; the last frame is the still creative."""
    data, facts, still = animation(engine, file_type, size)
    picture = Image.open(io.BytesIO(data))
    durations = []
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()
        durations.append(picture.info["duration"])
    assert picture.size == size
    assert sum(durations) == 5000 == facts["duration_ms"]
    assert min(durations) >= {"gif": 200, "webp": 100}[file_type]
    assert durations[-1] > 2000
    assert picture.info["loop"] == {"gif": 2, "webp": 3}[file_type]
    assert len(data) <= 150_000 - 6_000
    last, whole = (np.asarray(one.convert("RGB"), float) for one in (picture, Image.open(io.BytesIO(still))))
    assert np.abs(last - whole).mean() < MOST_DIFFERENCE
    assert b"DigitalSourceType" in data


@pytest.mark.parametrize(("file_type", "repeats"), [("gif", {1: None, 2: 1}), ("webp", {1: 1, 2: 2})])
def test_it_plays_as_often_as_was_asked(engine, file_type, repeats):
    """Once is not for ever: a GIF that plays once says nothing of repeating."""
    for plays, repeat in repeats.items():
        data, facts, _ = animation(engine, file_type, plays=plays)
        assert (Image.open(io.BytesIO(data)).info.get("loop"), facts["plays"]) == (repeat, plays)


def test_words_enter_one_after_another(engine):
    """The headline stands in the first frame, which may be all that is shown; what stands does not flicker."""
    data, _, still = animation(engine, "gif")
    picture = Image.open(io.BytesIO(data))
    frames = []
    for number in range(picture.n_frames):
        picture.seek(number)
        frames.append(np.asarray(picture.convert("RGB")))
    changed = [(one != frames[-1]).any(2).mean() for one in frames]
    assert changed == sorted(changed, reverse=True)
    assert changed[0] > 0.01
    assert changed[-1] == 0
    whole = np.asarray(Image.open(io.BytesIO(still)).convert("RGB"), float)
    assert np.abs(frames[0][HEADLINE_ROWS] - whole[HEADLINE_ROWS]).mean() < MOST_DIFFERENCE
    assert np.abs(frames[0] - whole).mean() > np.abs(frames[-1] - whole).mean() + 0.5


@pytest.mark.parametrize("file_type", ["gif", "webp"])
def test_the_same_artwork_makes_the_same_bytes(engine, file_type):
    """Also by an engine that never saw it."""
    assert animation(engine, file_type)[0] == animation(load_engine(SERVICE.checkpoint("")), file_type)[0]


def test_a_busy_scene_loses_quality_before_it_is_refused(engine):
    """Fewer colours fit; where nothing fits, format, type and limit are named."""
    _, facts, _ = animation(engine, "gif", ground="noise", max_bytes=60_000)
    assert facts["quality"] < 256
    with pytest.raises(TooLarge, match=r"Format x as an animated GIF has .* the limit is 9,000"):
        animation(engine, "gif", ground="noise", max_bytes=15_000)


def test_a_tight_gif_gives_up_dots_before_it_gives_up_pictures(engine):
    """Half the bytes: still five pictures per second and many colours, and as like the still creative as before."""
    _, free, _ = animation(engine, "gif", (300, 600), max_bytes=1_000_000)
    _, tight, _ = animation(engine, "gif", (300, 600), max_bytes=round(0.6 * free["bytes"]) + RESERVE_BYTES)
    assert tight["bytes"] < 0.6 * free["bytes"]
    assert (tight["frames_per_second"], tight["quality"] >= 64) == (5, True)
    assert tight["difference"] < MOST_DIFFERENCE


@needs_ffmpeg
def test_films_are_encoded_by_ffmpeg(engine):
    """Five seconds of H.264 whose last frame is the still creative; the same bytes each time."""
    data, facts, _ = animation(engine, "mp4")
    assert data[4:8] == b"ftyp"
    assert (facts["frames"], facts["plays"], facts["scene_moves"]) == (125, 1, True)
    assert facts["difference"] < MOST_DIFFERENCE
    assert animation(engine, "mp4")[0] == data
    with pytest.raises(InvalidInput, match="even sides"):
        animation(engine, "mp4", size=(301, 250))


def test_without_ffmpeg_films_say_so(engine, monkeypatch):
    """One sentence that names what is missing and what works without it."""
    monkeypatch.setattr(reel.shutil, "which", lambda _: None)
    with pytest.raises(EncoderMissing, match="ffmpeg, which is not installed"):
        animation(engine, "mp4")


@pytest.fixture
def moving(engine, scripted):  # noqa: F811
    """Scripted services, but animations are real: the scripted artwork has no pictures."""
    compose = scripted.compositor

    def answer(request):
        if not isinstance(request, AnimationRequest):
            return compose(request)
        made = engine.generate(request, {})
        return {"images": {"animation": store_image(scripted.store, made.images["animation"])}, "facts": made.facts}

    scripted.compositor = answer
    return scripted


TAKEN = {"gif": "iab_mrec_300x250", "webp": "iab_mrec_300x250", "mp4": "meta_feed_1x1"}


@pytest.mark.parametrize("file_type", ["gif", "webp", pytest.param("mp4", marks=needs_ffmpeg)])
async def test_an_ad_is_animated_without_a_model(client, brief, moving, store, file_type):  # noqa: F811
    """Signed, stored beside the still, checked; only the compositor is asked."""
    brief["formats"] = [TAKEN[file_type]]
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    path = job["urls"]["animations"].format(creative_id=job["creatives"][0]["id"]) + f"?type={file_type}"
    moving.calls.clear()
    answer = await client.post(path)
    made = answer.json()
    assert (answer.status_code, moving.calls) == (201, ["compositor"])
    assert {check["outcome"] for check in made["checks"]} == {"passed"}
    data = store.get(made["key"])
    assert SIGNER.read(data, made["media_type"])[0] == "Trusted"
    assert len(data) == made["bytes"]
    assert verify(data, store, SIGNER).made_here == "yes"
    seen = await client.get(path)
    assert (seen.content, seen.headers["cache-control"]) == (data, "no-store")
    assert made["url"].startswith("memory:")


@pytest.mark.parametrize(
    ("format", "file_type", "taken"),
    [
        (
            "iab_interstitial_640x1136",
            "gif",
            "takes no gif that moves. What it takes: webp, and jpg, png, webp as stills.",
        ),
        ("iab_mrec_300x250", "mp4", "takes no mp4 that moves. What it takes: gif or webp, and jpg, png, webp, gif as"),
        (
            "google_display_300x250",
            "webp",
            "takes no webp that moves. What it takes: gif, and jpg, png, gif as stills.",
        ),
        ("amazon_dsp_970x250", "gif", "takes no gif that moves. What it takes: stills (jpg, png)."),
    ],
)
async def test_only_what_a_format_takes_is_animated(client, brief, moving, format, file_type, taken):  # noqa: F811
    """The refusal names the format, the type and what the format takes, before anything is made."""
    brief["formats"] = [format]
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    path = job["urls"]["animations"].format(creative_id=job["creatives"][0]["id"])
    moving.calls.clear()
    refused = await client.post(f"{path}?type={file_type}")
    assert f"Format {format} {taken}" in assert_problem(refused, 422, "animation_not_taken")["detail"]
    assert moving.calls == []


async def test_limits_that_are_not_known_warn(client, brief, moving):  # noqa: F811
    """LinkedIn names the frames of a GIF but not its seconds; a custom format without rules names nothing."""
    brief["formats"] = [
        "linkedin_landscape",
        {"id": "custom_kiosk", "width": 300, "height": 250, "file_types": ["gif"]},
    ]
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    for creative in job["creatives"]:
        path = job["urls"]["animations"].format(creative_id=creative["id"])
        checks = {check["id"]: check for check in (await client.post(path)).json()["checks"]}
        assert checks["motion.rules"]["outcome"] == "warned"
        assert "the longest duration is not known" in checks["motion.rules"]["detail"]
        assert {name for name, check in checks.items() if check["outcome"] == "warned"} == {"motion.rules"}
        assert ("motion.frames" in checks) == (creative["format"] == "linkedin_landscape")


async def test_animations_that_nobody_made_are_not_found(client, brief, moving):  # noqa: F811
    """Nor unknown creatives; what waits for approval has no URL."""
    brief["formats"] = ["iab_mrec_300x250"]
    job = (await client.post("/v1/creatives", json=brief | {"approval": "required"}, headers=WAIT)).json()
    path = job["urls"]["animations"].format(creative_id=job["creatives"][0]["id"])
    assert_problem(await client.post(f"/v1/creatives/{job['id']}/animations/nothing"), 404, "not_found")
    assert_problem(await client.get(path), 404, "not_found")
    assert (await client.post(path)).json()["url"] == ""


async def test_what_was_erased_meanwhile_leaves_no_animation(client, brief, moving, store):  # noqa: F811
    """A photo deleted while the compositor works: nothing made from it is stored afterwards."""
    brief["formats"] = ["iab_mrec_300x250"]
    job = (await client.post("/v1/creatives", json=brief, headers=WAIT)).json()
    animate = moving.compositor

    def erase_first(request):
        store.delete_all(f"creatives/{job['id']}/")
        return animate(request)

    moving.compositor = erase_first
    path = job["urls"]["animations"].format(creative_id=job["creatives"][0]["id"])
    assert_problem(await client.post(path), 404, "not_found")
    assert store.keys(f"creatives/{job['id']}/") == []
