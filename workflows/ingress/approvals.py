"""The routes of approval: look at what waits, and decide."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.compositor.artwork import Artwork
from services.errors import NotFound
from workflows.approval import Decision
from workflows.creative import Creative, artwork_key
from workflows.ingress.explanations import check_job_id
from workflows.ingress.resources import PROBLEMS, JobResource

router = APIRouter(prefix="/v1", responses=PROBLEMS)


@router.post("/creatives/{job_id}/approval", operation_id="decide_creatives")
async def decide_creatives(request: Request, job_id: str, decision: Decision) -> JobResource:
    """Approve or reject creatives that wait for it; a rejection says why. Decided once, they stay as they are."""
    gateway = request.app.state.gateway
    check_job_id(job_id)
    job = await gateway.desk.decide(job_id, decision)
    return JobResource.of(job, gateway.store, gateway.settings)


@router.get("/creatives/{job_id}/files/{creative_id}", operation_id="get_file", response_class=Response)
async def get_file(request: Request, job_id: str, creative_id: str) -> Response:
    """One file through the gateway, for those who decide; it is not cached and has no public address."""
    found = await find_creative(request, job_id, creative_id)
    data = await asyncio.to_thread(request.app.state.gateway.store.get, found.key)
    return Response(data, media_type=found.media_type, headers={"Cache-Control": "no-store"})


@router.get("/creatives/{job_id}/artworks/{creative_id}", operation_id="get_artwork")
async def get_artwork(request: Request, response: Response, job_id: str, creative_id: str) -> Artwork:
    """The layers of one creative: words, boxes, fonts, colours, and pictures by key."""
    found = await find_creative(request, job_id, creative_id)
    response.headers["Cache-Control"] = "no-store"
    key = artwork_key(job_id, found.id)
    return Artwork.model_validate_json(await asyncio.to_thread(request.app.state.gateway.store.get, key))


async def find_creative(request: Request, job_id: str, creative_id: str) -> Creative:
    """One creative of a finished request; raises NotFound."""
    check_job_id(job_id)
    job = await request.app.state.gateway.desk.get(job_id)
    found: Creative | None = next((creative for creative in job.creatives if creative.id == creative_id), None)
    if found is None:
        raise NotFound("creative", creative_id[:120])
    return found
