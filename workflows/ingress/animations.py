"""The routes of animations: make one from a stored artwork, and look at it."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.compositor.animation import MEDIA_TYPES, MotionType
from workflows.animation import animate, animation_key
from workflows.creative import Animation
from workflows.ingress.approvals import find_creative
from workflows.ingress.resources import PROBLEMS

router = APIRouter(prefix="/v1", responses=PROBLEMS)
_PATH = "/creatives/{job_id}/animations/{creative_id}"


@router.post(_PATH, status_code=201, operation_id="animate_creative")
async def animate_creative(
    request: Request, response: Response, job_id: str, creative_id: str, type: MotionType = "gif"
) -> Animation:
    """Make a finished ad move, as a type that its format takes; MP4 where ffmpeg is installed."""
    gateway = request.app.state.gateway
    creative = await find_creative(request, job_id, creative_id)
    job = await gateway.desk.get(job_id)
    made = await animate(job.brief, job.id, creative, type, gateway.services, gateway.store, gateway.signer)
    response.headers["Location"] = f"/v1/creatives/{job_id}/animations/{creative_id}?type={type}"
    if not job.approval.is_released:
        return made
    return made.model_copy(update={"url": gateway.store.presign(made.key, gateway.settings.url_ttl_s)})


@router.get(_PATH, operation_id="get_animation", response_class=Response)
async def get_animation(request: Request, job_id: str, creative_id: str, type: MotionType = "gif") -> Response:
    """An animation that was made, through the gateway; it is not cached and has no public address."""
    creative = await find_creative(request, job_id, creative_id)
    store = request.app.state.gateway.store
    data = await asyncio.to_thread(store.get, animation_key(job_id, creative.id, type))
    return Response(data, media_type=MEDIA_TYPES[type], headers={"Cache-Control": "no-store"})
