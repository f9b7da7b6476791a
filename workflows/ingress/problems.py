"""Errors as RFC 9457 problem documents, and the middleware that every request passes."""

import json
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.errors import TooLarge, VitrineError
from services.lines import without_direction_marks

RETRY_AFTER_S = 2
MAX_SHOWN_CHARS = 120
log = logging.getLogger("vitrine.ingress")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,80}$")


class ProblemResponse(JSONResponse):
    """A problem document with its own media type."""

    media_type = "application/problem+json"


def problem(
    status: int, code: str, detail: str, request_id: str, retryable: bool = False, errors: Sequence[Any] = ()
) -> ProblemResponse:
    """Build the one shape that every error answer of this API has."""
    body = {
        "type": f"urn:vitrine:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
        "request_id": request_id,
        "retryable": retryable,
    }
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status in (429, 503) else {}
    return ProblemResponse(body, status, headers)


def vitrine_problem(error: VitrineError, request_id: str) -> ProblemResponse:
    return problem(error.status, error.code, str(error), request_id, error.retryable)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application as a problem document."""

    @app.exception_handler(VitrineError)
    async def on_vitrine_error(request: Request, error: VitrineError) -> ProblemResponse:
        return vitrine_problem(error, request.state.request_id)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> ProblemResponse:
        return _validation_problem(error, request.state.request_id)

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> ProblemResponse:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return problem(error.status_code, code, str(error.detail), request.state.request_id)

    @app.exception_handler(Exception)
    async def on_bug(request: Request, error: Exception) -> ProblemResponse:
        log.exception("unexpected error, request %s", request.state.request_id)
        return problem(500, "internal_error", "Something failed inside Vitrine; see its log.", request.state.request_id)


def _validation_problem(error: RequestValidationError, request_id: str) -> ProblemResponse:
    details = error.errors()
    if details and details[0]["type"] == "json_invalid":
        return problem(400, "malformed_json", "The body is not JSON.", request_id)
    own = [detail for detail in details if not _follows(detail, details)]
    errors = [_field_error(detail) for detail in own[:20]]
    first = errors[0]
    summary = f"{first['pointer']}: {first['detail']}"
    more = f" (and {len(own) - 1} more)" if len(own) > 1 else ""
    return problem(422, "invalid_input", summary + more, request_id, errors=errors)


def _follows(detail: Mapping[str, Any], details: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is called too short only because an item of it is wrong, which is said by itself."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in details
    )


def _field_error(detail: Mapping[str, Any]) -> dict[str, Any]:
    places = (without_direction_marks(str(part))[:MAX_SHOWN_CHARS] for part in detail["loc"] if part != "body")
    shown = json.dumps(detail.get("input"), default=str)[:MAX_SHOWN_CHARS]
    pointer, said = "/" + "/".join(places), detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "literal_error":
        said = f"{said}, not {shown}"
    return {"pointer": pointer, "code": detail["type"], "detail": said, "actual": shown}


class Border:
    """ASGI middleware: gives each request an id and refuses a body over its limit before anything reads it."""

    def __init__(self, app: ASGIApp, body_limits: Mapping[str, int], default_limit: int) -> None:
        self._app = app
        self._limits = body_limits
        self._default_limit = default_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        limit = self._limits.get(scope["path"], self._default_limit)
        try:
            body = await _read_body(receive, limit)
        except TooLarge as error:
            await vitrine_problem(error, request_id)(scope, receive, send_with_id)
            return
        await self._app(scope, _replay(body, receive), send_with_id)


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if _REQUEST_ID.match(given) else secrets.token_hex(8)


async def _read_body(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise TooLarge("The request body", size, limit, "bytes or more", "Send less in one request.")
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
