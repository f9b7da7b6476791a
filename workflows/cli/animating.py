"""``vitrine animate``: every ad of a request in motion, as files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from workflows.cli import screen
from workflows.cli.campaign import safe_name
from workflows.cli.client import Client, Refused


@dataclass(frozen=True)
class Reel:
    """One creative: its file, or why there is none."""

    creative: str
    file: str
    bytes: int = 0
    failed_checks: tuple[str, ...] = ()
    problem: str = ""


def animate_all(client: Client, job_id: str, file_type: str, out: Path) -> Iterator[Reel]:
    """Animate every creative of a request; one that is refused does not stop the others."""
    for creative in client.get(job_id).creatives:
        try:
            made = client.animate(job_id, creative.id, file_type)
        except Refused as refusal:
            yield Reel(creative.id, "", problem=str(refusal))
            continue
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{safe_name(creative.id)}.{file_type}"
        path.write_bytes(client.animation(job_id, creative.id, file_type))
        failed = tuple(check["id"] for check in made["checks"] if check["outcome"] == "failed")
        yield Reel(creative.id, str(path), made["bytes"], failed)


def reel_table(reels: Sequence[Reel]) -> Table:
    """What was made, for people."""
    rows = screen.table("creative", ">kB", "file", "problem")
    for reel in reels:
        problem = reel.problem or ", ".join(reel.failed_checks)
        rows.add_row(reel.creative, f"{reel.bytes / 1000:.0f}" if reel.file else "", reel.file, escape(problem))
    return rows
