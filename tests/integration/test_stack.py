"""The embedded stack with a real object store and a real Ray: up, use, crash, heal, down, and no trace afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import httpx
import psutil
import pytest
import yaml

from services.storage import S3Store
from workflows.cli import processes
from workflows.cli.deployer import DeploymentFailed
from workflows.cli.ports import find_block
from workflows.cli.stack import Stack

HERE = Path(__file__).parent
VITRINE = Path(sys.executable).with_name("vitrine")


def config(folder: Path, *apps: str) -> Path:
    applications = [
        {"name": name, "route_prefix": "/" if name == "door" else None, "import_path": f"small_apps:{name}_app"}
        for name in apps
    ]
    path = folder / "serve.yaml"
    path.write_text(yaml.safe_dump({"proxy_location": "HeadOnly", "applications": applications}))
    return path


def traces(stack: Stack, sessions: list[processes.Session], ports: list[int]) -> list[str]:
    """Everything the stack may leave behind, apart from its stored objects."""
    living = [str(member) for session in sessions for member in processes.members(session)]
    sockets = [str(path) for port in ports for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")]
    files = [str(path) for path in (stack.place.scratch, stack.place.logs) if path.exists()]
    private = [name for name in ("stack.json", "credentials.json", "ray_token") if (stack.place.folder / name).exists()]
    return living + sockets + files + private


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replicas find ``small_apps``."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "stack", http_port=find_block(str(tmp_path), 1)[0])
    yield stack
    stack.stop(print, wipe=True)


def test_up_crash_heal_down(own_stack: Stack, tmp_path: Path) -> None:
    serve_yaml, said = config(tmp_path, "door"), []
    assert own_stack.start(said.append, serve_yaml)
    assert [text.split(" ready")[0] for text in said if not text.startswith("…")] == ["object store", "Ray", "services"]
    assert own_stack.state() == "up"
    assert not own_stack.start(print, serve_yaml), "it was up already"

    url = httpx.get(f"{own_stack.base_url}/stored").json()
    assert httpx.get(url).text == "written by a replica"
    assert httpx.get(url.split("?")[0]).status_code == 403, "nobody reads without a signature"
    check_listeners(own_stack)
    check_secrets(own_stack)
    check_serve_deploy(own_stack, serve_yaml)

    store, ray = own_stack.record.sessions
    next(each for each in processes.members(ray) if each.name() == "raylet").kill()
    psutil.Process(store.sid).kill()
    time.sleep(1)
    assert own_stack.state() == "broken"
    assert own_stack.start(print, serve_yaml), "a second up heals"
    assert processes.members(ray) == [], "nothing of the crashed one is left"
    assert S3Store(own_stack.settings()).get("uploads/from-replica.txt") == b"written by a replica"

    record = own_stack.record
    assert own_stack.stop(print)
    assert traces(own_stack, [store, ray, *record.sessions], record.ports) == []
    assert [path.name for path in own_stack.place.folder.iterdir()] == ["objects"]
    own_stack.stop(print, wipe=True)
    assert not own_stack.place.folder.exists()


def check_listeners(stack: Stack) -> None:
    """Everything listens on loopback, except one port of each replica that Serve opens on all interfaces."""
    pids = {each.pid: each for session in stack.record.sessions for each in processes.members(session)}
    listening = [entry for entry in psutil.net_connections() if entry.status == "LISTEN" and entry.pid in pids]
    assert len(listening) > 10
    for entry in listening:
        address = ip_address(entry.laddr.ip)
        is_loopback = address.is_loopback or bool(
            address.version == 6 and address.ipv4_mapped == ip_address("127.0.0.1")
        )
        assert is_loopback or "ServeReplica" in " ".join(pids[entry.pid].cmdline()), entry


def check_secrets(stack: Stack) -> None:
    """Secrets are in two private files and in environments; in no log, no command line, no record."""
    credentials = stack.place.read_credentials()
    secrets = [credentials.s3_secret_key, credentials.ray_token]  # the access key is a name: every URL shows it
    commands = [" ".join(each.cmdline()) for session in stack.record.sessions for each in processes.members(session)]
    logs = [path.read_text(errors="replace") for path in [*stack.place.logs.iterdir(), *ray_logs(stack)]]
    for text in [*commands, *logs, stack.record.model_dump_json()]:
        assert not any(secret in text for secret in secrets)


def ray_logs(stack: Stack) -> list[Path]:
    return [path for path in (stack.place.scratch / "session_latest" / "logs").rglob("*") if path.is_file()]


def check_serve_deploy(stack: Stack, serve_yaml: Path) -> None:
    """The ordinary tool reaches the stack with what ``vitrine env`` prints."""
    command = [str(VITRINE.with_name("serve")), "deploy", str(serve_yaml)]
    ran = subprocess.run(command, env={**os.environ, **stack.ray_env()}, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_a_service_that_fails_leaves_nothing_but_the_reason(own_stack: Stack, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(DeploymentFailed, match="Service broken did not start: FileNotFoundError: no weights here"):
        own_stack.start(said.append, config(tmp_path, "door", "broken"))
    assert own_stack.state() == "down"
    assert "Traceback" in (own_stack.place.logs / "services.log").read_text()
    assert not own_stack.place.scratch.exists()


def hear_ctrl_c() -> None:
    """Shells start background jobs with SIGINT ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_up_cleans_up(own_stack: Stack, tmp_path: Path, number: signal.Signals) -> None:
    env = {**os.environ, "VITRINE_FOLDER": str(own_stack.place.folder), "VITRINE_HTTP_PORT": str(own_stack.http_port)}
    command = [str(VITRINE), "up", "--config", str(config(tmp_path, "door"))]
    starting = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c
    )
    while starting.poll() is None and len(own_stack.record.sessions if own_stack.record else ()) < 2:
        time.sleep(0.05)
    record = own_stack.record
    time.sleep(2)
    starting.send_signal(number)
    _, said = starting.communicate(timeout=60)
    assert starting.returncode == 130, said
    assert "Traceback" not in said
    assert traces(own_stack, record.sessions, record.ports) == [str(own_stack.place.logs)]
