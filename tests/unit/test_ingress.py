"""The HTTP API against hostile and careless clients; services are scripted, store is in memory, no network."""

import asyncio
import io

import httpx
import pytest
from ledger import Ledger
from PIL import Image

import workflows.nodes  # noqa: F401  registers the nodes
from services.compositor.artwork import Artwork, Fill
from services.contract import Generation
from services.errors import CutOutFailed, ServiceUnavailable
from services.images import Box, encode
from services.settings import ROOT
from services.storage import MemoryStore, store_image
from workflows import runner
from workflows.graph import ServiceState, load_workflows
from workflows.ingress.routes import Gateway, build_ingress
from workflows.inputs import TYPES
from workflows.jobs import JobDesk
from workflows.signing import Signer, make_development_certificate

SPENT = {"generate": 1}
SIGNER = Signer(make_development_certificate())
PLATE_SIZES = {"square": (108, 108), "landscape": (132, 72), "portrait": (108, 198)}


class ScriptedServices:
    """Answers like the services would, with plain pictures; can be told to fail or to wait."""

    def __init__(self, store):
        self.store = store
        self.calls: list[str] = []
        self.asked: dict[str, str] = {}
        self.requests: dict = {}
        self.failure: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def revision(self, service):
        return "1"

    async def ready(self):
        return {"product": True, "caption": self.failure is None}

    async def states(self):
        held = [{"checkpoint": "scripted@1", "loaded": True}]
        return [ServiceState(name=name, ready=ready, checkpoints=held) for name, ready in (await self.ready()).items()]

    async def generate(self, service, request):
        self.calls.append(service)
        self.asked[service] = request.checkpoint
        self.requests[service] = request
        await self.gate.wait()
        if self.failure:
            raise self.failure
        made = getattr(self, service)(request)
        return Generation(service=service, checkpoint="scripted@1", seed=request.seed, timings_ms=SPENT, **made)

    def product(self, request):
        images = {shape: self.picture(size) for shape, size in PLATE_SIZES.items()}
        box = {"left": 10, "top": 10, "right": 50, "bottom": 60}
        facts = {"boxes": dict.fromkeys(PLATE_SIZES, box)}
        return {"images": images, "facts": facts}

    def cutout(self, request):
        return {"images": {"cutout": self.picture((40, 50))}}

    def room(self, request):
        product = {"box": {"left": -5, "top": 10, "right": 50, "bottom": 60}, "place": "floor"}
        return {"images": {"room": self.picture((96, 64))}, "facts": {"products": [product], "faces": []}}

    def caption(self, request):
        facts = {"tags": ["table"], "colours": [], "colour_names": [], "focal": {}, "boxes": [], "contradictions": []}
        texts = {"caption": "a table", "alt_text": f"{request.title} on a table", "description": "A table."}
        return {"text": texts, "facts": facts}

    def copywriter(self, request):
        words = {"headline": request.facts.title, "body": "", "call_to_action": "See it"}
        words |= {"short_headline": "", "long_headline": ""}
        copy = {part: {"text": text, "facts": ["title"]} for part, text in words.items()}
        wanted = ["By law."] if request.facts.category == "alcohol" else []
        facts = {"copies": [copy], "refused": {}, "unused": [], "disclaimers": wanted, "voice": "not judged"}
        return {"text": words, "facts": facts}

    def compositor(self, request):
        facts = {
            "dropped": ["body"] if request.words.headline == "Crowded" else [],
            "bytes": 10,
            "boxes": [],
            "product": {},
            **{name: {} for name in ("contrast", "clutter", "fonts")},
            "covering": [],
            "watermark": "0000ff",
            "compose_ms": 1,
            "encode_ms": 1,
        }
        images = {canvas.format: self.picture((canvas.width, canvas.height)) for canvas in request.canvases}
        artworks = {canvas.format: self.artwork(request, canvas) for canvas in request.canvases}
        return {
            "images": images,
            "facts": {"creatives": dict.fromkeys(images, facts), "artworks": artworks, "failures": {}},
        }

    def artwork(self, request, canvas):
        box = Box(left=0, top=0, right=canvas.width, bottom=canvas.height)
        layers = (Fill(role="ground", box=box, colour=request.style.background),)
        known = request.model_dump(include={"language", "words", "style", "digital_source"})
        return Artwork(canvas=canvas, layers=layers, **known).model_dump(mode="json")

    def picture(self, size):
        return store_image(self.store, encode(Image.new("RGB", size, "teal")))


def picture_file(kind: str = "PNG", size=(64, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "tomato").save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def scripted(store, monkeypatch):
    monkeypatch.setattr(runner, "BACKOFF_S", 0.001)
    return ScriptedServices(store)


@pytest.fixture
async def client(store, scripted, settings):
    graphs = load_workflows(ROOT / "workflows" / "ads", TYPES)
    desk = JobDesk(settings, store, scripted, graphs, SIGNER, Ledger())
    app = build_ingress(Gateway(settings, store, scripted, graphs, desk, SIGNER))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://vitrine") as made:
        yield made


@pytest.fixture
async def brief(client):
    """A brief that works; tests break it in one place."""
    upload = await client.post("/v1/assets", content=picture_file(), headers={"content-type": "image/png"})
    return {
        "product": {"id": "mug", "title": "Mug", "price": "24.00", "currency": "EUR", "image": upload.json()["id"]},
        "brand": "tarnefold",
        "variants": [
            {
                "audience": {"id": "early"},
                "scene": "wooden table",
                "copy": {"headline": "Slow mornings", "body": "Holds 350 ml.", "call_to_action": "See it"},
            }
        ],
    }


def assert_problem(response: httpx.Response, status: int, code: str) -> dict:
    """The one shape of every error: RFC 9457 with a code, a request id and nothing of our insides."""
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    assert "/services/" not in response.text
    return problem


async def test_the_main_job(client, brief, store):
    """Upload, create and wait: every format of every variant is stored, with a manifest."""
    response = await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})
    job = response.json()
    assert response.status_code == 201, job
    assert job["status"] == "succeeded"
    assert len(job["creatives"]) == 6
    assert job["progress"] == {"done": 6, "total": 6, "step": "animations"}
    for creative in job["creatives"]:
        assert creative["alt_text"] == "Mug on a table"
        assert creative["url"].startswith(f"memory://creatives/{job['id']}/")
        assert store.exists(creative["key"])
    assert store.exists(f"creatives/{job['id']}/manifest.json")
    assert (await client.get(response.headers["location"])).json()["creatives"] == job["creatives"]


async def test_without_prefer_the_answer_is_202_and_polling_ends(client, brief, scripted):
    """The answer comes while the work goes on; polling sees it finish."""
    scripted.gate.clear()
    response = await client.post("/v1/creatives", json=brief)
    assert response.status_code == 202
    assert response.headers["retry-after"] == "1"
    assert response.json()["status"] in ("queued", "running")
    scripted.gate.set()
    for _ in range(100):
        job = (await client.get(response.headers["location"])).json()
        if job["status"] == "succeeded":
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"still {job['status']}")


async def test_variants_share_what_they_share(client, brief, scripted):
    """A second variant with other words on the same scene costs one more composition only."""
    other = brief["variants"][0] | {"copy": {"headline": "Late evenings", "call_to_action": "See it"}}
    brief["variants"].append(other)
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    assert len(job["creatives"]) == 12
    assert len({creative["id"] for creative in job["creatives"]}) == 12
    assert sorted(scripted.calls) == ["caption", "compositor", "compositor", "cutout", "product"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("formats",), ["iab_mrec_301x250"], "iab_mrec_301x250"),
        (("formats",), ["pack:nothing"], "pack:nothing"),
        (("formats",), [], "/formats"),
        (("workflow",), "nothing", "nothing"),
        (("policy",), "nothing", "nothing"),
        (("candidates",), [{"id": "x", "title": "x", "image": f"uploads/{64 * '0'}.png"}], "candidates.0.image"),
        (("variants", 0, "signals"), {"region": "12 Elm Street"}, "/variants/0/signals/region"),
        (("variants", 0, "signals"), {"temperature_c": 900}, "/variants/0/signals/temperature_c"),
        (("variants", 0, "customer"), {"attributes": {f"a{n}": 1 for n in range(10_001)}}, "attributes"),
        (("brand",), "nobody", "nobody"),
        (("brand",), "../../etc", "/brand"),
        (("locale",), "xx-YY", "xx-YY"),
        (("colour",), "red", "/colour"),
        (("product", "price"), "a lot", "/product/price"),
        (("product", "currency"), "EURO", "EURO"),
        (("product", "title"), "", "/product/title"),
        (("product", "title"), "x" * 121, "/product/title"),
        (("product", "image"), "uploads/../../secret.png", "/product/image"),
        (("product", "image"), f"uploads/{64 * 'a'}.png", "no asset"),
        (("product", "image"), "http://169.254.169.254/latest", "/product/image"),
        (("variants",), [], "/variants"),
        (("variants", 0, "seed"), -1, "/variants/0/seed"),
        (("variants", 0, "scene"), "table\x00", "control characters"),
        (("variants", 0, "scene"), "table \u202e elbat", "control characters"),
        (("variants", 0, "copy", "headline"), "two\nlines", "control characters"),
        (("variants", 0, "copy", "headline"), "   ", "/variants/0/copy/headline"),
        (("variants", 0, "copy", "call_to_action"), "x" * 25, "/variants/0/copy/call_to_action"),
    ],
)
async def test_bad_briefs_are_refused_at_once(client, brief, scripted, path, value, said):
    """Each bad value is named in a 422, and no service is called."""
    place = brief
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    problem = (await client.post("/v1/creatives", json=brief)).json()
    assert problem["status"] == 422
    assert said in problem["detail"]
    assert not scripted.calls


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"[" * 100_000, 400, None),
        (b'"text"', 422, "invalid_input"),
        (b"{}", 422, "invalid_input"),
        (b'{"product": "' + b"x" * 300_000 + b'"}', 413, "too_large"),
    ],
    ids=["cut", "nested", "text", "empty", "huge"],
)
async def test_bad_bodies(client, body, status, code):
    """A body that is not a brief at all is refused with its own status."""
    response = await client.post("/v1/creatives", content=body, headers={"content-type": "application/json"})
    assert_problem(response, status, code or response.json()["code"])


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", "image/png", 422, "invalid_image"),
        (b"not a picture", "image/png", 415, "unsupported_media_type"),
        (picture_file()[:60], "image/png", 422, "invalid_image"),
        (picture_file("GIF"), "image/gif", 415, "unsupported_media_type"),
        (picture_file(), "text/plain", 415, "unsupported_media_type"),
        (b"x" * 20_100_000, "image/png", 413, "too_large"),
    ],
    ids=["empty", "text", "cut", "gif", "undeclared", "huge"],
)
async def test_bad_uploads(client, store, content, kind, status, code):
    """An unusable upload is refused and nothing of it is stored."""
    response = await client.post("/v1/assets", content=content, headers={"content-type": kind})
    assert_problem(response, status, code)
    assert not store.objects


async def test_a_failure_of_the_product_is_told_as_it_is(client, brief, scripted):
    """The job fails with the service's own sentence, and can be sent again."""
    scripted.failure = CutOutFailed("the background is not plain", "Send a photo on white.")
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    assert job["status"] == "failed"
    assert job["error"]["code"] == "cut_out_failed"
    assert "Send a photo on white." in job["error"]["detail"]
    assert job["error"]["variant"] == "early"


async def test_a_missing_service_is_a_retryable_failure(client, brief, scripted):
    """When a service stays away the job says so, and that trying again makes sense."""
    scripted.failure = ServiceUnavailable("product")
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    assert job["error"]["retryable"] is True
    assert job["error"]["code"] == "step_failed"


async def test_idempotency(client, brief, scripted):
    """One key, one job: replayed for the same brief, refused for another, run again after a failure."""
    headers = {"prefer": "wait=5", "idempotency-key": "row-1"}
    scripted.failure = ServiceUnavailable("product")
    assert (await client.post("/v1/creatives", json=brief, headers=headers)).json()["status"] == "failed"
    scripted.failure = None
    first = await client.post("/v1/creatives", json=brief, headers=headers)
    assert first.json()["status"] == "succeeded"
    second = await client.post("/v1/creatives", json=brief, headers=headers)
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json()["id"] == first.json()["id"]
    brief["locale"] = "de"
    assert_problem(await client.post("/v1/creatives", json=brief, headers=headers), 409, "conflict")


async def test_one_key_twice_at_the_same_moment_is_one_job(client, brief):
    """Of two simultaneous requests with one key, one starts the job and the other finds it."""
    headers = {"prefer": "wait=5", "idempotency-key": "row-2"}
    both = await asyncio.gather(*(client.post("/v1/creatives", json=brief, headers=headers) for _ in range(2)))
    assert [answer.json()["status"] for answer in both] == ["succeeded", "succeeded"]
    assert [answer.headers.get("idempotency-replayed") for answer in both].count("true") == 1


async def test_a_full_gateway_says_so(client, brief, scripted):
    """Over the limit a request is refused with 503 and Retry-After instead of waiting for ever."""
    scripted.gate.clear()
    for seed in (1, 2):
        brief["variants"][0]["seed"] = seed
        assert (await client.post("/v1/creatives", json=brief)).status_code == 202
    brief["variants"][0]["seed"] = 3
    refused = await client.post("/v1/creatives", json=brief)
    assert_problem(refused, 503, "overloaded")
    assert refused.headers["retry-after"]
    scripted.gate.set()


@pytest.mark.parametrize("job_id", ["cr_x", "../secrets", "cr_" + 24 * "g"])
async def test_bad_job_ids(client, job_id):
    """An id that cannot be one is refused before the store is asked."""
    assert (await client.get(f"/v1/creatives/{job_id}")).status_code in (404, 422)


async def test_unknown_job_and_route(client):
    """What is not there is a 404 problem."""
    assert_problem(await client.get("/v1/creatives/cr_" + 24 * "0"), 404, "not_found")
    assert_problem(await client.get("/v1/nothing"), 404, "not_found")


async def test_an_interrupted_job_is_not_running_for_ever(client, brief, store):
    """A job whose gateway died is reported as failed and retryable after its deadline."""
    job = (await client.post("/v1/creatives", json=brief, headers={"prefer": "wait=5"})).json()
    key = f"creatives/{job['id']}/job.json"
    record = store.get(key).replace(b'"status":"succeeded"', b'"status":"running"')
    record = record.replace(job["created_at"][:4].encode(), b"2020")
    store.put(key, record, "application/json")
    seen = (await client.get(f"/v1/creatives/{job['id']}")).json()
    assert (seen["status"], seen["error"]["retryable"]) == ("failed", True)


async def test_readiness_names_what_is_missing(client, scripted):
    """Ready only when everything answers; otherwise 503 and which part does not."""
    assert (await client.get("/readyz")).status_code == 200
    scripted.failure = ServiceUnavailable("caption")
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["ready"]["caption"] is False
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_the_lists(client):
    """Workflows and formats can be read by machines and people."""
    workflows_list = (await client.get("/v1/workflows")).json()
    assert {"furniture", "product_ad"} <= {workflow["name"] for workflow in workflows_list}
    assert all(step["summary"] for step in workflows_list[0]["steps"])
    formats = (await client.get("/v1/formats")).json()
    assert len(formats["packs"]["core"]) == 6


async def test_the_documentation_needs_no_outside_address(client):
    """The docs page and everything it loads come from this server; the schema is OpenAPI 3.1 with an example."""
    schema = (await client.get("/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    body = schema["paths"]["/v1/creatives"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["examples"][0]["brand"] == "tarnefold"
    page = (await client.get("/docs")).text
    assert "http://" not in page.replace("http://vitrine", "")
    assert "https://" not in page
