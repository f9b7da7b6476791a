"""Make creatives from briefs over HTTP, show progress, save the files: what ``make`` and ``demo`` share."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rich.progress import Progress as ProgressBar
from rich.progress import TaskID
from rich.table import Table

from services.errors import VitrineError
from workflows.cli import screen
from workflows.cli.campaign import PhotoShelf, SavedJob, save
from workflows.cli.client import Brief, Client, FinishedCreative, JobStatus

IN_HAND = 2
ATTEMPTS = 3


class MakingFailed(VitrineError):
    """(product, code, detail): a job that ended as failed."""

    code = "making_failed"
    sentence = "{0} could not be made: {2} [{1}]"


@dataclass(frozen=True)
class _Started:
    """A brief that was sent, its job, and its line in the progress display."""

    brief: Brief
    job: JobStatus
    task: TaskID


class _Maker:
    """Makes briefs one after the other, with the next one already in the queue."""

    def __init__(self, client: Client, photos: Path, folder: Path, bar: ProgressBar) -> None:
        self._client = client
        self._shelf = PhotoShelf(client, photos)
        self._folder = folder
        self._bar = bar

    def start(self, brief: Brief) -> _Started:
        task = self._bar.add_task(name_of(brief), total=None, note="sent")
        return _Started(brief, self._client.create(self._shelf.fill(brief)), task)

    def finish(self, started: _Started) -> SavedJob:
        """Wait, send again what failed for want of time or of a service, and save the files."""
        job = self._wait(started.job, started.task)
        for _ in range(ATTEMPTS - 1):
            if not any(failure.get("retryable") for failure in job.failures or [job.error or {}]):
                break
            job = self._wait(self._client.create(self._shelf.fill(started.brief)), started.task)
        check_made(started.brief, job)
        saved = save(self._client, started.brief, self._shelf.find(started.brief), job, self._folder)
        self._bar.update(started.task, note="saved")
        return saved

    def _wait(self, job: JobStatus, task: TaskID) -> JobStatus:
        def show(state: JobStatus) -> None:
            done = state.progress
            self._bar.update(task, total=done.total or None, completed=done.done, note=done.step)

        return self._client.wait(job, show)


def make_all(client: Client, briefs: Sequence[Brief], photos: Path, folder: Path) -> list[SavedJob]:
    """Make all briefs, ``IN_HAND`` at a time: the deadline of a job includes its wait. Raises at the first failure."""
    saved: list[SavedJob] = []
    with screen.progress_bar() as bar:
        maker = _Maker(client, photos, folder, bar)
        waiting = iter(briefs)
        in_hand = deque(maker.start(brief) for brief in islice(waiting, IN_HAND))
        while in_hand:
            saved.append(maker.finish(in_hand.popleft()))
            in_hand.extend(maker.start(brief) for brief in islice(waiting, 1))
    return saved


def check_made(brief: Brief, job: JobStatus) -> None:
    """Raise MakingFailed when nothing was made; name the variants that are missing."""
    if not job.creatives:
        error = job.error or {}
        raise MakingFailed(name_of(brief), error.get("code", "unknown"), error.get("detail", "no reason given"))
    for failure in job.failures:
        screen.say(f"{name_of(brief)}, variant {failure.get('variant', '')}: {failure.get('detail', '')}")


def creatives_table(jobs: Sequence[SavedJob]) -> Table:
    """One row per creative: what it is, how large, how long each stage took, and its URL."""
    made = screen.table("creative", "format", ">size", ">kB", "ms per stage", "URL", shrink_last=True)
    for saved in jobs:
        for creative in saved.job.creatives:
            made.add_row(
                f"{saved.brief['product'].get('id', '')}/{creative.variant}",
                creative.format,
                f"{creative.width}x{creative.height}",
                f"{creative.bytes / 1000:.0f}",
                stages(creative),
                f"[link={creative.url}]{creative.url.split('?')[0]}[/link]",
            )
    return made


def stages(creative: FinishedCreative) -> str:
    return " ".join(f"{name} {ms:.0f}" for name, ms in creative.timings_ms.items())


def as_json(jobs: Sequence[SavedJob], sheet: Path) -> dict[str, Any]:
    """The same as data, with file paths."""
    creatives = [
        {
            **creative.model_dump(mode="json"),
            "file": str(saved.files[creative.id]),
            "animation_files": [str(path) for path in saved.animations.get(creative.id, ())],
            "job": saved.job.id,
        }
        for saved in jobs
        for creative in saved.job.creatives
    ]
    return {"contact_sheet": str(sheet), "creatives": creatives}


def name_of(brief: Brief) -> str:
    return str(brief["product"].get("title") or brief["product"].get("id") or "product")
