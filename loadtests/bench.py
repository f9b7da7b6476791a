"""Benchmark of a running stack, or of one of its own: a new scene, new words, a new reader, a repeat, an upload.

    python loadtests/bench.py --own-stack --rounds 5 --out out/bench.json

Cases are interleaved round by round. Every answer is checked; wrong output ends the run.
"""

import argparse
import hashlib
import io
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from audiences import SAMPLES, Advertiser, sample_products
from PIL import Image

from workflows.cli import processes, screen
from workflows.cli.client import Client, JobStatus
from workflows.cli.ports import find_block
from workflows.cli.stack import Stack

FORMATS = {"pack:core": 6, "meta_feed_1x1": 1}  # what is asked for -> how many files come
READER = {  # without scene and copy: the policy leads to the scene and to what the words say
    "audience": {"id": "rainy-hiker"},
    "signals": {"weather": "rain", "temperature_c": 7, "device": "phone", "browsing": ["hiking"], "recency_days": 1},
    "signal_consent": {"granted": ["profile"]},
    "seed": 7,
}
Brief = dict[str, Any]


class WrongOutput(Exception):
    """An answer that is not what was asked for."""


class Bench:
    """One client, one product, and a clock over wall and CPU time."""

    def __init__(self, client: Client, stack: Stack | None) -> None:
        self._client = client
        self._stack = stack
        self._photo = SAMPLES / sample_products()[0]["image"]
        self._advertiser = Advertiser(
            {sample_products()[0]["id"]: client.upload(self._photo).id}, 7, 1.0, ["pack:core"]
        )
        self._number = self._customers = int(time.time()) % 9_000_000
        self._cpu_seen: dict[psutil.Process, float] = {}
        self.samples: dict[str, list[dict[str, Any]]] = {}

    def round(self) -> None:
        """Every case once. New scene, other words on it, a reader on a known one, exactly the first request again."""
        self._number += 1
        brief = self._advertiser.brief(self._number)
        with self._new_photo() as photo:
            self._measure("upload", lambda: self._client.upload(photo))
        first = self._measure("new scene, 6 formats", lambda: self._make(brief))
        self._measure("other words on it", lambda: self._make(self._reworded(brief)))
        self._measure("new reader, known scene, 6 formats", lambda: self._make(self._personal(brief, "pack:core")))
        self._measure("new reader, known scene, 1 format", lambda: self._make(self._personal(brief, "meta_feed_1x1")))
        again = self._measure("exact repeat", lambda: self._make(brief))
        if self._digests(first) != self._digests(again):
            raise WrongOutput("the repeat has other pixels than the first answer")

    def _measure(self, name: str, run: Callable[[], Any]) -> Any:
        cpu_s, started = self._cpu_s(), time.perf_counter()
        result = run()
        wall_s = time.perf_counter() - started
        sample = {"wall_ms": round(1000 * wall_s, 1), "cpu_ms": round(1000 * (self._cpu_s() - cpu_s), 1)}
        if isinstance(result, JobStatus):
            sample["job_ms"] = result.timings_ms
        self.samples.setdefault(name, []).append(sample)
        return result

    def _make(self, brief: Brief) -> JobStatus:
        job = self._client.wait(self._client.create(brief, wait_s=60))
        if job.status != "succeeded" or len(job.creatives) != FORMATS[brief["formats"][0]]:
            raise WrongOutput(f"{job.status} with {len(job.creatives)} creatives: {job.error}")
        return job

    def _reworded(self, brief: Brief) -> Brief:
        words = {"headline": f"Words number {self._number}", "body": "Other words.", "call_to_action": "See it"}
        return {**brief, "variants": [{**brief["variants"][0], "copy": words}]}

    def _personal(self, brief: Brief, formats: str) -> Brief:
        """A reader whose scene is known since the first round, and whose words are not: one more customer has rated."""
        self._customers += 1
        product = {**brief["product"], "rating": {"value": 4.8, "count": self._customers}}
        return {**brief, "product": product, "formats": [formats], "variants": [READER]}

    @contextmanager
    def _new_photo(self) -> Iterator[Path]:
        """A picture nobody uploaded before: the sample photo with one pixel changed."""
        with Image.open(self._photo) as photo:
            picture = photo.convert("RGB")
        picture.putpixel((0, 0), (self._number % 256, self._number // 256 % 256, self._number // 65536 % 256))
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            picture.save(file, "PNG")
            file.flush()
            yield Path(file.name)

    def _digests(self, job: JobStatus) -> list[tuple[str, str]]:
        """Format and pixels of every file (signatures differ); also proves that each opens at its promised size."""
        found = []
        for creative in job.creatives:
            data = self._client.download(creative.url)
            with Image.open(io.BytesIO(data)) as image:
                if image.size != (creative.width, creative.height) or len(data) != creative.bytes:
                    raise WrongOutput(f"{creative.format} is {image.size} and {len(data)} bytes")
                found.append((creative.format, hashlib.sha256(image.tobytes()).hexdigest()))
        return found

    def _cpu_s(self) -> float:
        """CPU seconds of the whole stack so far, of replicas that were stopped too; 0 when it is not ours to see."""
        record = self._stack.record if self._stack else None
        for each in (
            member for session in (record.sessions if record else ()) for member in processes.members(session)
        ):
            with suppress(psutil.Error):
                self._cpu_seen[each] = sum(each.cpu_times()[:2])
        return sum(self._cpu_seen.values())


def summary(samples: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Median, least and most of each case, in ms."""
    return {
        name: {
            f"{what}_{kind}": round(function(sample[f"{what}_ms"] for sample in taken), 1)
            for what in ("wall", "cpu")
            for kind, function in (("median", statistics.median), ("min", min), ("max", max))
        }
        for name, taken in samples.items()
    }


def machine() -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "cpus": os.cpu_count(),
        "cpu": _cpu_name(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "load_average": os.getloadavg()[0],
        "python": platform.python_version(),
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


@contextmanager
def find_stack(own: bool) -> Iterator[Stack]:
    """The running stack, or a fresh one that is stopped and deleted afterwards."""
    if not own:
        yield Stack()
        return
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "stack", http_port=find_block("bench", 1)[0])
        try:
            stack.start(screen.say)
            yield stack
        finally:
            stack.stop(screen.say, wipe=True)


def show(result: dict[str, Any]) -> None:
    rows = screen.table("case", ">wall ms", ">least", ">most", ">CPU ms")
    for name, facts in result["cases"].items():
        wall = (f"{facts[f'wall_{kind}']:.0f}" for kind in ("median", "min", "max"))
        rows.add_row(name, *wall, f"{facts['cpu_median']:.0f}")
    screen.out.print(rows)
    screen.out.print(f"idle stack: {result['idle_memory_mib']} MiB PSS; after: {result['memory_after_mib']} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--own-stack", action="store_true", help="start a stack of its own on free ports")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"))
    options = parser.parse_args()
    with screen.errors_as_sentences(), find_stack(options.own_stack) as stack, Client(stack.base_url) as client:
        idle = stack.memory_bytes()
        bench = Bench(client, stack)
        bench.round()  # not counted: first use of every code path
        bench.samples.clear()
        for _ in range(options.rounds):
            bench.round()
        result = {"machine": machine(), "rounds": options.rounds, "cases": summary(bench.samples)}
        result |= {"idle_memory_mib": idle // 2**20, "memory_after_mib": stack.memory_bytes() // 2**20}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({**result, "samples": bench.samples}, indent=2) + "\n")
    show(result)


if __name__ == "__main__":
    main()
