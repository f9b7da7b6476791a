"""A tiny real HTTP server that speaks Vitrine's API, for tests of its clients. It makes nothing: files are grey."""

import hashlib
import io
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image

WORDS = {"headline": "Grey", "body": "", "call_to_action": "See it"}  # where a brief leaves them to the copywriter
FORMATS = {"meta_feed_1x1": (1080, 1080), "iab_leaderboard_728x90": (728, 90)}


@dataclass
class TinyApi:
    """The scene of a brief steers what happens: ``fail``, ``late N``, ``refuse``, ``busy N``; all else works."""

    base_url: str = ""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)
    uploads: Counter[str] = field(default_factory=Counter)
    in_hand: int = 0
    most_in_hand: int = 0
    polls_until_done: int = 1
    refusals: Counter[str] = field(default_factory=Counter)
    healed: bool = False
    jobs_fail: bool = False

    def make(self, brief: dict[str, Any], key: str) -> Response:
        scene = brief["variants"][0]["scene"]
        if scene == "refuse" and not self.healed:
            return problem(422, "invalid_input", "/variants/0/scene: not like this")
        if scene.startswith("busy") and self.refusals[key] < int(scene.split()[1]):
            self.refusals[key] += 1
            return problem(503, "overloaded", "try later", {"Retry-After": "0"})
        job_id = "cr_" + hashlib.sha256(key.encode()).hexdigest()[:24]
        job = self.jobs.get(job_id)
        if scene.startswith("late"):
            self.healed = sum(self.made.values()) >= int(scene.split()[1])
        if job is None or (job["status"] == "failed" and self.healed):
            self.made[key] += 1
            self.in_hand += 1
            self.most_in_hand = max(self.most_in_hand, self.in_hand)
            fails = self.jobs_fail or (scene.startswith(("fail", "late")) and not self.healed)
            job = self.jobs[job_id] = self.new_job(job_id, brief, fails)
        return JSONResponse(public(job), 202, {"Location": f"/v1/creatives/{job_id}", "Retry-After": "1"})

    def new_job(self, job_id: str, brief: dict[str, Any], fails: bool) -> dict[str, Any]:
        creatives = [
            self.creative(number, variant, name)
            for number, variant in enumerate(brief["variants"], 1)
            for name in FORMATS
        ]
        return {
            "id": job_id,
            "status": "running",
            "progress": {"done": 0, "total": 4, "step": ""},
            "creatives": [],
            "error": None,
            "failures": [],
            "timings_ms": {},
            "_polls": 0,
            "_scene": brief["variants"][0]["scene"],
            "_end": ("failed", []) if fails else ("succeeded", creatives),
        }

    def creative(self, number: int, variant: dict[str, Any], name: str) -> dict[str, Any]:
        audience = variant["audience"]["id"]
        width, height = FORMATS[name]
        return {
            "id": f"{number:02d}-{audience}-{name}",
            "variant": audience,
            "format": name,
            "width": width,
            "height": height,
            "bytes": 1234,
            "media_type": "image/png",
            "url": f"{self.base_url}/files/{name}.png?X-Amz-Signature=0",
            "alt_text": 'A mug <b>"grey"</b>',
            "copy_text": variant.get("copy", WORDS),
            "timings_ms": {"imagery": 12.5, "compose": 3.0},
        }

    def poll(self, job_id: str) -> dict[str, Any]:
        job = self.jobs[job_id]
        job["_polls"] += 1
        if job["status"] == "running" and job["_polls"] >= self.polls_until_done:
            self.in_hand -= 1
            job["status"], job["creatives"] = job["_end"]
            job["progress"] = {"done": 4, "total": 4, "step": "creatives"}
            if job["status"] == "failed":
                job["error"] = self.failure(job["_scene"])
        return public(job)

    def failure(self, scene: str) -> dict[str, Any]:
        if scene.startswith("late"):
            return {"code": "deadline_exceeded", "detail": "too late", "retryable": True}
        return {"code": "cut_out_failed", "detail": "no product there", "retryable": False}


def public(job: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in job.items() if not name.startswith("_")}


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    body = {
        "title": "x",
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "r1",
        "retryable": status > 499,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def build(api: TinyApi) -> FastAPI:
    app = FastAPI()

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.post("/v1/assets", status_code=201)
    async def upload(request: Request) -> dict[str, Any]:
        data = await request.body()
        asset = f"uploads/{hashlib.sha256(data).hexdigest()}.png"
        api.uploads[asset] += 1
        return {"id": asset, "width": 8, "height": 8, "media_type": request.headers["content-type"], "bytes": len(data)}

    @app.post("/v1/creatives")
    async def create(request: Request) -> Response:
        brief = await request.json()
        return api.make(brief, request.headers.get("idempotency-key") or str(time.monotonic_ns()))

    @app.get("/v1/creatives/{job_id}")
    def get(job_id: str) -> Response:
        if job_id not in api.jobs:
            return problem(404, "not_found", f"There is no job {job_id!r}.")
        return JSONResponse(api.poll(job_id))

    @app.get("/v1/creatives/{job_id}/explanation")
    def explanation(job_id: str) -> dict[str, Any]:
        rule = {
            "name": "rain",
            "level": "context",
            "because": {"weather": "rain"},
            "sets": ["scene"],
            "confidence": 0.9,
        }
        trace = {
            "variant": "early",
            "sentence": "Chosen for the weather.",
            "basis": "context",
            "confidence": 0.9,
            "consent": {"profile": False, "basis": "none", "reason": "no consent was sent"},
            "rules": [rule],
            "scene": {"text": "a [wet] forest", "from": "rule rain"},
            "words": {"headline": {"text": "Let it rain", "facts": ["waterproof"]}, "refused": {}},
            "ignored": [{"what": "browsing", "why": "no consent was sent"}],
        }
        return {"id": job_id, "variants": [trace]}

    @app.get("/files/{name}")
    def file(name: str) -> Response:
        buffer = io.BytesIO()
        Image.new("RGB", FORMATS[name.removesuffix(".png")], "grey").save(buffer, "PNG")
        return Response(buffer.getvalue(), media_type="image/png")

    @app.get("/v1/workflows")
    def workflows() -> list[dict[str, Any]]:
        return [{"name": "product_ad", "version": "1", "description": "d", "steps": [{"name": "imagery"}]}]

    @app.get("/v1/formats")
    def formats() -> dict[str, Any]:
        rows = [{"id": name, "width": w, "height": h, "max_bytes": 150_000} for name, (w, h) in FORMATS.items()]
        return {"formats": rows, "packs": {"core": list(FORMATS)}}

    return app


@contextmanager
def serve_tiny_api() -> Iterator[TinyApi]:
    """Serve it on a free loopback port, in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        api = TinyApi(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(build(api), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield api
        server.should_exit = True
        thread.join()
