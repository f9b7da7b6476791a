"""Where a stack lives on disk, and what is written down about a running one."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.cli.processes import Session


class StackRecord(BaseModel):
    """A stack that was started: enough to find it, use it and stop it. Holds no secret."""

    model_config = ConfigDict(frozen=True)

    http_port: int
    dashboard_port: int
    metrics_port: int
    s3_endpoint: str
    embedded_store: bool
    ports: list[int]
    started_at: str
    sessions: list[Session] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def metrics_url(self) -> str:
        """What Prometheus scrapes: the metrics of Ray, Serve and the gateway."""
        return f"http://127.0.0.1:{self.metrics_port}/metrics"


class Credentials(BaseModel):
    """The random keys of one stack; kept in a file that only its owner can read, never printed."""

    model_config = ConfigDict(frozen=True)

    s3_access_key: str
    s3_secret_key: str
    ray_token: str


@dataclass(frozen=True)
class Place:
    """The folder of a stack (``.vitrine`` by default) and the short scratch folder that Ray's sockets need."""

    folder: Path

    @property
    def objects(self) -> Path:
        return self.folder / "objects"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def ray_token(self) -> Path:
        return self.folder / "ray_token"

    @property
    def scratch(self) -> Path:
        """Socket paths are limited to 107 bytes, so this is not below the folder."""
        name = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir() if len(tempfile.gettempdir()) < 20 else "/tmp") / f"vitrine-{name}"

    def read(self) -> StackRecord | None:
        """The record of the last start, or None; a torn one counts as none."""
        try:
            return StackRecord.model_validate_json((self.folder / "stack.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, record: StackRecord) -> None:
        write_private(self.folder / "stack.json", record.model_dump_json(indent=2))

    def read_credentials(self) -> Credentials | None:
        try:
            return Credentials.model_validate_json((self.folder / "credentials.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write_credentials(self, credentials: Credentials) -> None:
        write_private(self.folder / "credentials.json", credentials.model_dump_json())
        write_private(self.ray_token, credentials.ray_token)

    def forget(self) -> None:
        for name in ("stack.json", "credentials.json", "ray_token"):
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Only one start or stop of this stack at a time; the folder itself is the lock."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    draft = path.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
