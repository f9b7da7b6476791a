"""A small typed client of the HTTP API; thread-safe, used by every command that makes creatives."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel, ConfigDict

from services.errors import NotFound, UnsupportedMediaType, VitrineError

MEDIA_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
DELIVERED_TYPES = MEDIA_TYPES | {".avif": "image/avif", ".gif": "image/gif", ".mp4": "video/mp4"}
LONGEST_POLL_S = 1.0
Brief = dict[str, Any]


class Unreachable(VitrineError):
    """(url): nobody answers there."""

    code = "unreachable"
    retryable = True
    sentence = "Nothing answers at {0}. Start the stack with: vitrine up"


class Refused(VitrineError):
    """(status, code, detail, retryable, retry_after_s): the API answered with a problem document."""

    code = "refused"
    sentence = "{2} [{1}]"

    @property
    def problem(self) -> dict[str, Any]:
        return {"status": self.args[0], "code": self.args[1], "detail": self.args[2], "retryable": self.args[3]}

    @property
    def is_temporary(self) -> bool:
        """The same request may succeed later."""
        return bool(self.args[3]) or self.args[0] in (429, 503)

    @property
    def retry_after_s(self) -> float:
        return float(self.args[4])


class TookTooLong(VitrineError):
    """(id, seconds): a job that did not finish while we waited."""

    code = "took_too_long"
    retryable = True
    sentence = "Job {0} was not finished after {1:.0f} s; it goes on, ask again later."


class _Answer(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="ignore")


class Asset(_Answer):
    """An uploaded picture."""

    id: str
    width: int
    height: int
    bytes: int


class FinishedAnimation(_Answer):
    """A creative in motion and where to get it; ``url`` expires."""

    media_type: str
    bytes: int
    url: str


class FinishedCreative(_Answer):
    """One finished file and where to get it; ``url`` expires."""

    id: str
    variant: str
    format: str
    width: int
    height: int
    bytes: int
    media_type: str
    url: str
    alt_text: str = ""
    copy_text: dict[str, str] = {}
    timings_ms: dict[str, float] = {}
    animations: list[FinishedAnimation] = []


class Progress(_Answer):
    done: int = 0
    total: int = 0
    step: str = ""


class JobStatus(_Answer):
    """A creative request as the API describes it."""

    id: str
    status: str
    progress: Progress = Progress()
    creatives: list[FinishedCreative] = []
    error: dict[str, Any] | None = None
    failures: list[dict[str, Any]] = []
    timings_ms: dict[str, float] = {}

    @property
    def is_finished(self) -> bool:
        return self.status in ("succeeded", "partial", "failed")


class Client:
    """The HTTP API at one address."""

    def __init__(self, base_url: str, timeout_s: float = 90) -> None:
        self.base_url = base_url
        self._http = httpx.Client(base_url=base_url, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def upload(self, photo: Path, kind: str = "product") -> Asset:
        """Upload a photo of a product, person or room. Raises UnsupportedMediaType for a file that is no picture."""
        media_type = MEDIA_TYPES.get(photo.suffix.lower())
        if media_type is None:
            raise UnsupportedMediaType(photo.name, f"a {photo.suffix or 'nameless'} file", ", ".join(MEDIA_TYPES))
        if not photo.is_file():
            raise NotFound("file", str(photo))
        path = "/v1/assets" if kind == "product" else f"/v1/assets?kind={kind}"
        response = self._send("POST", path, content=photo.read_bytes(), headers={"Content-Type": media_type})
        return Asset.model_validate(response.json())

    def create(self, brief: Brief, idempotency_key: str = "", wait_s: int = 0) -> JobStatus:
        """Send a brief. With ``wait_s`` the answer is held until the job is finished or the time is over."""
        headers = {"Prefer": f"wait={wait_s}"} if wait_s else {}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        return JobStatus.model_validate(self._send("POST", "/v1/creatives", json=brief, headers=headers).json())

    def get(self, job_id: str) -> JobStatus:
        return JobStatus.model_validate(self._send("GET", f"/v1/creatives/{job_id}").json())

    def wait(
        self, job: JobStatus, on_progress: Callable[[JobStatus], None] = lambda _: None, timeout_s: float = 300
    ) -> JobStatus:
        """Poll until the job is finished. Raises TookTooLong."""
        deadline, pause_s = time.monotonic() + timeout_s, 0.1
        while not job.is_finished:
            if time.monotonic() > deadline:
                raise TookTooLong(job.id, timeout_s)
            on_progress(job)
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_POLL_S)
            job = self.get(job.id)
        on_progress(job)
        return job

    def animate(self, job_id: str, creative_id: str, file_type: str) -> dict[str, Any]:
        """Make one creative move: facts and checks of the file."""
        path = f"/v1/creatives/{job_id}/animations/{creative_id}?type={file_type}"
        return dict(self._send("POST", path).json())

    def animation(self, job_id: str, creative_id: str, file_type: str) -> bytes:
        """An animation that was made."""
        return self._send("GET", f"/v1/creatives/{job_id}/animations/{creative_id}?type={file_type}").content

    def explanation(self, job_id: str) -> dict[str, Any]:
        """``variants``: one trace each."""
        return dict(self._send("GET", f"/v1/creatives/{job_id}/explanation").json())

    def download(self, url: str) -> bytes:
        """The bytes behind a presigned URL."""
        return self._send("GET", url).content

    def services(self) -> list[dict[str, Any]]:
        """Which services are ready, and the checkpoints that a replica of each holds."""
        return list(self._send("GET", "/v1/services").json())

    def verify(self, file: Path) -> dict[str, Any]:
        """What can be known of a picture file or an MP4. Raises UnsupportedMediaType for other file names."""
        media_type = DELIVERED_TYPES.get(file.suffix.lower())
        if media_type is None:
            raise UnsupportedMediaType(file.name, f"a {file.suffix or 'nameless'} file", ", ".join(DELIVERED_TYPES))
        if not file.is_file():
            raise NotFound("file", str(file))
        headers = {"Content-Type": media_type}
        return dict(self._send("POST", "/v1/verify", content=file.read_bytes(), headers=headers).json())

    def workflows(self) -> list[dict[str, Any]]:
        answer = self._send("GET", "/v1/workflows").json()
        return list(answer if isinstance(answer, list) else answer["workflows"])

    def formats(self) -> dict[str, Any]:
        """``formats``: list of formats, ``packs``: pack name -> format ids."""
        return dict(self._send("GET", "/v1/formats").json())

    def _send(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, url, **options)
        except httpx.TimeoutException:
            raise Refused(504, "timeout", f"{self.base_url} took too long to answer", True, 2) from None
        except httpx.TransportError:
            raise Unreachable(self.base_url) from None
        if response.is_error:
            raise _refused(response)
        return response


def _refused(response: httpx.Response) -> Refused:
    """The problem document as an error; an answer of another kind is shortened to its first line."""
    retryable = response.status_code in (429, 502, 503, 504)
    try:
        body = response.json()
        code, detail = str(body["code"]), str(body["detail"])
        retryable = bool(body.get("retryable", retryable))
    except (ValueError, KeyError, TypeError):
        code, detail = "http_error", f"HTTP {response.status_code}: {response.text.strip()[:200]}"
    return Refused(response.status_code, code, detail, retryable, _retry_after_s(response))


def _retry_after_s(response: httpx.Response) -> float:
    try:
        return max(0.0, min(float(response.headers.get("Retry-After", 1)), 60.0))
    except ValueError:
        return 1.0
