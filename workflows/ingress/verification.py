"""The route of verification."""

import asyncio

from fastapi import APIRouter, Request

from services.images import DELIVERED
from workflows.ingress.resources import PROBLEMS
from workflows.verification import Verification, verify

router = APIRouter(prefix="/v1", responses=PROBLEMS)
_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": dict.fromkeys([*DELIVERED.values(), "video/mp4"], _PICTURE),
    }
}


@router.post("/verify", operation_id="verify_file", openapi_extra=_BODY)
async def verify_file(request: Request) -> Verification:
    """Examine a picture or an MP4 (the raw body): was it made here, was it changed, what does it say of its origin."""
    gateway = request.app.state.gateway
    data = await request.body()
    return await asyncio.to_thread(verify, data, gateway.store, gateway.signer)
