"""The routes. One request is read from top to bottom: upload_image, create_creatives, get_creatives."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, Header, Request, Response
from fastapi_offline import FastAPIOffline
from pydantic import TypeAdapter, ValidationError

from services.errors import InvalidInput, UnsupportedMediaType
from services.images import MAX_IMAGE_BYTES
from services.settings import Settings
from services.storage import ObjectStore
from workflows.assets import AssetKind, store_asset
from workflows.brief import Brief
from workflows.consent import PhotoId
from workflows.format import load_formats, load_packs
from workflows.graph import Services, ServiceState, Workflow
from workflows.ingress import animations, approvals, explanations, revisions, verification
from workflows.ingress.explanations import check_job_id
from workflows.ingress.problems import Border, add_problem_handlers
from workflows.ingress.resources import PROBLEMS, AssetResource, FormatList, JobResource, WorkflowResource
from workflows.jobs import JobDesk
from workflows.signing import Signer

MAX_JSON_BYTES = 256_000
MULTIPART_OVERHEAD_BYTES = 16_000
POLL_AFTER_S = 1
EXAMPLE_BRIEF = {
    "workflow": "product_ad",
    "product": {
        "id": "mug-01",
        "title": "Stoneware mug",
        "price": "24.00",
        "currency": "EUR",
        "image": "uploads/" + 64 * "0" + ".png",
    },
    "brand": "tarnefold",
    "locale": "en",
    "formats": ["pack:core"],
    "variants": [
        {
            "audience": {"id": "early-risers", "description": "people who start the day slowly"},
            "scene": "wooden table, blurred kitchen, warm beige, bright morning light",
            "copy": {
                "headline": "Slow mornings",
                "body": "Hand-thrown, holds 350 ml.",
                "call_to_action": "See the mug",
            },
            "seed": 7,
        }
    ],
}


@dataclass(frozen=True)
class Gateway:
    """What the routes need; built once per gateway replica."""

    settings: Settings
    store: ObjectStore
    services: Services
    workflows: Mapping[str, Workflow]
    desk: JobDesk
    signer: Signer


router = APIRouter(prefix="/v1", responses=PROBLEMS)
health = APIRouter()


def build_ingress(gateway: Gateway) -> FastAPI:
    """The whole HTTP application around one gateway."""
    app = FastAPIOffline(
        title="Vitrine",
        version="1",
        summary="Complete ad creatives from a product photo.",
        static_url="/docs-assets",
    )
    app.state.gateway = gateway
    app.include_router(router)
    app.include_router(explanations.router)
    app.include_router(verification.router)
    app.include_router(revisions.router)
    app.include_router(approvals.router)
    app.include_router(animations.router)
    app.include_router(health)
    add_problem_handlers(app)
    limits = {"/v1/assets": MAX_IMAGE_BYTES + MULTIPART_OVERHEAD_BYTES, "/v1/verify": MAX_IMAGE_BYTES}
    app.add_middleware(Border, body_limits=limits, default_limit=MAX_JSON_BYTES)
    return app


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "image/jpeg": _PICTURE,
            "image/png": _PICTURE,
            "image/webp": _PICTURE,
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}


@router.post("/assets", status_code=201, operation_id="upload_image", openapi_extra=_UPLOAD_BODY)
async def upload_image(request: Request, kind: AssetKind = "product") -> AssetResource:
    """Upload a photo as the raw body, or as the multipart field ``file``.

    Photos of a ``person`` or a ``room`` are private: they live for a day, need a consent, and can be deleted.
    """
    data = await _picture_bytes(request)
    ref = await asyncio.to_thread(store_asset, _gateway(request).store, data, kind)
    return AssetResource(id=ref.key, width=ref.width, height=ref.height, media_type=ref.media_type, bytes=len(data))


@router.delete("/assets/{photo:path}", status_code=204, operation_id="delete_photo")
async def delete_photo(request: Request, photo: str) -> None:
    """Delete a photo of a person or a room with everything made from it: pictures, jobs and their creatives."""
    try:
        TypeAdapter(PhotoId).validate_python(photo)
    except ValidationError:
        raise InvalidInput("id", f"{photo[:160]!r} is not the id of a photo of a person or a room") from None
    await _gateway(request).desk.erase(photo)


async def _picture_bytes(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=4) as form:
            part = form.get("file")
            if part is None or isinstance(part, str):
                raise InvalidInput("file", "the form has no file field called 'file'")
            return await part.read()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return await request.body()
    raise UnsupportedMediaType("The upload", kind or "of no declared type", "image/jpeg, image/png, image/webp")


@router.post(
    "/creatives",
    status_code=202,
    operation_id="create_creatives",
    responses={201: {"model": JobResource, "description": "Finished within Prefer: wait"}},
)
async def create_creatives(
    request: Request,
    response: Response,
    brief: Annotated[Brief, Body(examples=[EXAMPLE_BRIEF])],
    prefer: Annotated[str, Header(max_length=200, description="wait=N: hold the answer up to N seconds")] = "",
    idempotency_key: Annotated[str, Header(max_length=200, description="Same key and brief: same job")] = "",
) -> JobResource:
    """Make every variant of a brief in every format. Answers 202 at once, or 201 with ``Prefer: wait=N``."""
    gateway = _gateway(request)
    wait_s = _wait_seconds(prefer, gateway.settings.wait_limit_s)
    await gateway.desk.check(brief)
    job, replayed = await gateway.desk.accept(brief, idempotency_key)
    if wait_s:
        job = await gateway.desk.wait(job.id, wait_s)
        response.headers["Preference-Applied"] = f"wait={wait_s:g}"
    if job.is_finished:
        response.status_code = 201
    else:
        response.headers["Retry-After"] = str(POLL_AFTER_S)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    response.headers["Location"] = f"/v1/creatives/{job.id}"
    return JobResource.of(job, gateway.store, gateway.settings)


def _wait_seconds(prefer: str, limit_s: float) -> float:
    match = re.search(r"\bwait=(\d{1,4})\b", prefer)
    return min(float(match[1]), limit_s) if match else 0.0


@router.get("/creatives/{job_id}", operation_id="get_creatives")
async def get_creatives(request: Request, job_id: str) -> JobResource:
    """The state of a creative request, with fresh URLs when it is finished."""
    gateway = _gateway(request)
    return JobResource.of(await gateway.desk.get(check_job_id(job_id)), gateway.store, gateway.settings)


@router.get("/workflows", operation_id="list_workflows")
async def list_workflows(request: Request) -> list[WorkflowResource]:
    """The workflows a brief can name."""
    return [WorkflowResource.of(workflow) for workflow in _gateway(request).workflows.values()]


@router.get("/services", operation_id="list_services")
async def list_services(request: Request) -> list[ServiceState]:
    """The services: which are ready, why one is not, and the checkpoints that a replica of each holds."""
    return await _gateway(request).services.states()


@router.get("/formats", operation_id="list_formats")
async def list_formats() -> FormatList:
    """The ad formats a brief can name, and the packs."""
    return FormatList(formats=list(load_formats().values()), packs={k: list(v) for k, v in load_packs().items()})


@health.get("/healthz", operation_id="is_alive")
async def is_alive() -> dict[str, str]:
    """The gateway runs."""
    return {"status": "ok"}


@health.get("/readyz", operation_id="is_ready")
async def is_ready(request: Request, response: Response) -> dict[str, dict[str, bool]]:
    """200 when every service and the object store answer, else 503; says which."""
    gateway = _gateway(request)
    answers = await gateway.services.ready()
    answers["storage"] = await asyncio.to_thread(_store_answers, gateway.store)
    response.status_code = 200 if all(answers.values()) else 503
    return {"ready": answers}


def _store_answers(store: ObjectStore) -> bool:
    try:
        store.exists("uploads/ready")
    except Exception:  # any failure means not ready; the answer says so
        return False
    return True
