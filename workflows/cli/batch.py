"""Batches: a JSONL file of briefs in, a JSONL file of results out. Stops and resumes without doing work twice."""

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from services.errors import InvalidInput, NotFound, VitrineError
from workflows.cli.campaign import PhotoShelf, check_brief
from workflows.cli.client import Brief, Client, JobStatus, Refused, Unreachable

ATTEMPTS = 8
LONGEST_PAUSE_S = 60.0
Result = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of the input: a brief under the caller's own id, or what is wrong with the line."""

    number: int
    custom_id: str
    brief: Brief
    problem: str = ""

    @property
    def idempotency_key(self) -> str:
        """The same line has the same key on every run, so the API makes it once."""
        text = json.dumps([self.custom_id, self.brief], sort_keys=True)
        return f"batch-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


@dataclass
class Tally:
    """How a batch stands."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    bad_lines: list[str] = field(default_factory=list)


def read_lines(path: Path) -> list[Line]:
    """All lines of the input. Bad ones are kept with their problem; blank ones are left out.

    Raises:
        NotFound, InvalidInput: the file is missing or is not text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound("file", str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(path), f"cannot be read ({type(error).__name__})") from None
    seen: set[str] = set()
    numbered = enumerate(text.split("\n"), 1)  # not splitlines: JSON strings may hold U+2028
    return [_read_line(number, raw, seen) for number, raw in numbered if raw.strip()]


def _read_line(number: int, raw: str, seen: set[str]) -> Line:
    try:
        entry = json.loads(raw)
    except ValueError as error:
        return Line(number, f"line-{number}", {}, f"not JSON ({error})")
    custom_id = entry.get("custom_id") if isinstance(entry, dict) else None
    if not isinstance(custom_id, str) or not custom_id:
        return Line(number, f"line-{number}", {}, "needs a custom_id (text) and a brief")
    if custom_id in seen:
        return Line(number, f"line-{number}", {}, f"custom_id {custom_id!r} appears twice")
    seen.add(custom_id)
    try:
        check_brief(entry.get("brief"), "brief")
    except InvalidInput as error:
        return Line(number, custom_id, {}, str(error))
    return Line(number, custom_id, entry["brief"])


def read_results(path: Path) -> dict[str, Result]:
    """Earlier results by custom_id, the last line winning. A torn last line is cut off the file."""
    if not path.exists():
        return {}
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        with path.open("rb+") as file:
            file.truncate(len(whole))
    return {entry["custom_id"]: entry for entry in _entries(whole, path)}


def _entries(data: bytes, path: Path) -> Iterator[Result]:
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            continue
        try:
            entry = json.loads(raw)
            entry["custom_id"], entry["status"]
        except (ValueError, KeyError, TypeError):
            raise InvalidInput(f"{path}, line {number}", "is no batch result; choose another --out") from None
        yield entry


def run_batch(
    client: Client,
    source: Path,
    target: Path,
    concurrency: int,
    retry_failed: bool,
    on_change: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Make every line that has no result yet and append one result line for each, as soon as it is there.

    Raises:
        Unreachable: the API went away; lines in hand have no result and are made on the next run.
    """
    lines, earlier = read_lines(source), read_results(target)
    todo = [line for line in lines if _is_open(earlier.get(line.custom_id), retry_failed)]
    tally = _first_tally(lines, todo, earlier)
    on_change(tally)
    target.parent.mkdir(parents=True, exist_ok=True)
    shelf = PhotoShelf(client, source.parent)
    with target.open("a", encoding="utf-8") as out:
        for result in _results(client, shelf, todo, concurrency):
            out.write(json.dumps(result) + "\n")
            out.flush()
            tally.succeeded += result["status"] == "succeeded"
            tally.failed += result["status"] != "succeeded"
            on_change(tally)
    return tally


def _is_open(earlier: Result | None, retry_failed: bool) -> bool:
    return earlier is None or (retry_failed and earlier["status"] != "succeeded")


def _first_tally(lines: list[Line], todo: list[Line], earlier: dict[str, Result]) -> Tally:
    """Earlier results count, so that the exit code speaks of the whole file."""
    open_ids = {line.custom_id for line in todo}
    done = [earlier[line.custom_id] for line in lines if line.custom_id not in open_ids]
    succeeded = sum(result["status"] == "succeeded" for result in done)
    return Tally(
        total=len(lines),
        succeeded=succeeded,
        failed=len(done) - succeeded,
        skipped=len(done),
        bad_lines=[f"line {line.number}: {line.problem}" for line in lines if line.problem],
    )


def _results(client: Client, shelf: PhotoShelf, todo: list[Line], concurrency: int) -> Iterator[Result]:
    """Results in the order in which they finish. Leaving the loop early stops all workers."""
    stop = threading.Event()
    maker = _Maker(client, shelf, stop)
    queue = iter(todo)
    with ThreadPoolExecutor(concurrency) as pool:
        try:
            running = {pool.submit(maker.make, line) for _, line in zip(range(concurrency), queue, strict=False)}
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(maker.make, line) for _, line in zip(finished, queue, strict=False)}
                yield from _values(finished)
        finally:
            stop.set()


def _values(finished: set[Future[Result]]) -> Iterator[Result]:
    """Results first, then a failure, so that nothing finished is lost."""
    failures = [future.exception() for future in finished if future.exception()]
    yield from (future.result() for future in finished if not future.exception())
    for failure in failures:
        if failure is not None:
            raise failure


class _Stopped(Exception):
    """The batch ends; this line has no result."""


class _Maker:
    """Makes one line at a time, in any thread."""

    def __init__(self, client: Client, shelf: PhotoShelf, stop: threading.Event) -> None:
        self._client = client
        self._shelf = shelf
        self._stop = stop
        self._upload = threading.Lock()

    def make(self, line: Line) -> Result:
        """The result line of one brief. Refusals are results; a vanished API is not."""
        if line.problem:
            return _failure(line, {"code": "invalid_line", "detail": f"line {line.number}: {line.problem}"})
        started = time.monotonic()
        try:
            job = self._patiently(partial(self._create, line))
            while not job.is_finished:
                self._sleep(0.5)
                job = self._patiently(partial(self._client.get, job.id))
        except Unreachable:
            raise
        except Refused as error:
            return _failure(line, error.problem)
        except VitrineError as error:
            return _failure(line, {"code": error.code, "detail": str(error)})
        return _result(line, job, time.monotonic() - started)

    def _create(self, line: Line) -> JobStatus:
        with self._upload:
            brief = self._shelf.fill(line.brief)
        return self._client.create(brief, line.idempotency_key)

    def _patiently(self, call: Callable[[], JobStatus]) -> JobStatus:
        """Repeat while the API is busy or away, waiting as long as it asks to, at most ``ATTEMPTS`` times."""
        for attempt in range(ATTEMPTS - 1):
            try:
                return call()
            except Unreachable:
                asked_s = 0.5
            except Refused as error:
                if not error.is_temporary:
                    raise
                asked_s = error.retry_after_s
            self._sleep(min(asked_s + random.uniform(0, 2**attempt / 2), LONGEST_PAUSE_S))
        return call()

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise _Stopped


def _result(line: Line, job: JobStatus, seconds: float) -> Result:
    if job.status == "failed":
        return {**_failure(line, job.error or {"code": "unknown", "detail": ""}), "id": job.id}
    creatives = [creative.model_dump(mode="json") for creative in job.creatives]
    facts = {"custom_id": line.custom_id, "status": job.status, "id": job.id, "seconds": round(seconds, 2)}
    return {**facts, "creatives": creatives, "failures": job.failures}


def _failure(line: Line, error: dict[str, Any]) -> Result:
    return {"custom_id": line.custom_id, "status": "failed", "error": error}
