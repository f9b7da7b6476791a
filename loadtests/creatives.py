"""Locust scenario: creative requests arrive at fixed times, whether or not earlier ones are finished (open loop).

    locust -f loadtests/creatives.py --headless --rate 0.5 --count 60 --run-time 5m

Latency counts from the planned arrival, so a slow server cannot hide behind a waiting client (no coordinated omission).
"""

import json
import logging
import time
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import gevent
from audiences import SAMPLES, Advertiser, sample_products
from locust import User, constant, events, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import WorkerRunner

from services.errors import VitrineError
from workflows.cli.client import Client

logging.getLogger("httpx").setLevel(logging.WARNING)
DRAIN_S = 150
WAIT_S = 60


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    parser.set_defaults(host="http://127.0.0.1:8000", num_users=1, spawn_rate=1)
    parser.add_argument("--rate", type=float, default=0.5, help="arrivals per second")
    parser.add_argument("--count", type=int, default=60, help="stop after this many requests")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same briefs in the same order")
    parser.add_argument(
        "--new-scenes", type=float, default=0.2, help="share of requests with a scene nobody had before"
    )
    parser.add_argument("--format", action="append", help="format id or pack:<name>; repeatable (pack:core)")
    parser.add_argument("--report", default="", help="write the result as JSON to this file")
    parser.add_argument("--max-p95-s", type=float, default=0, help="exit with 1 when p95 is above this (0: any)")
    parser.add_argument("--allow-remote", action="store_true", help="load a host that is not this machine")


@events.init.add_listener
def check_host(environment: Environment, **_: Any) -> None:
    if isinstance(environment.runner, WorkerRunner):
        raise SystemExit("error: run this scenario in one process; --count and --rate are for the whole test")
    host = urlsplit(environment.host or "").hostname or ""
    options: Any = environment.parsed_options
    if not _is_loopback(host) and not options.allow_remote:
        raise SystemExit(f"error: {host} is not this machine; add --allow-remote if you may load it")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Arrivals(User):
    """One source of all requests: it starts each at its time in a greenlet of its own."""

    wait_time = constant(0)
    fixed_count = 1

    def on_start(self) -> None:
        options = self.environment.parsed_options
        self.client = Client(self.host, timeout_s=WAIT_S + 30)
        images = {product["id"]: self.client.upload(SAMPLES / product["image"]).id for product in sample_products()}
        self.advertiser = Advertiser(images, options.seed, options.new_scenes, options.format or ["pack:core"])

    @task
    def arrive(self) -> None:
        """Launch ``--count`` requests at ``--rate``, wait for the last, end the test."""
        options = self.environment.parsed_options
        started = time.monotonic()
        launched = []
        for number in range(options.count):
            planned = started + number / options.rate
            gevent.sleep(max(0.0, planned - time.monotonic()))
            launched.append(gevent.spawn(self.make, number, planned))
        gevent.joinall(launched, timeout=DRAIN_S)
        gevent.killall([one for one in launched if not one.dead])
        self.environment.runner.quit()
        raise StopUser

    def make(self, number: int, planned: float) -> None:
        """One request from its planned arrival to its last finished creative."""
        error: BaseException | None = None
        size_bytes = 0
        try:
            job = self.client.wait(self.client.create(self.advertiser.brief(number), wait_s=WAIT_S), timeout_s=DRAIN_S)
            size_bytes = sum(creative.bytes for creative in job.creatives)
            if job.status != "succeeded":
                error = RuntimeError((job.error or {}).get("code", "failed"))
        except (VitrineError, gevent.GreenletExit) as caught:
            error = caught
        finished = time.monotonic()
        RESULTS.append((planned, finished, "" if error is None else str(error) or type(error).__name__))
        self.environment.events.request.fire(
            request_type="creative",
            name="arrival to last file",
            response_time=1000 * (finished - planned),
            response_length=size_bytes,
            exception=error,
        )


RESULTS: list[tuple[float, float, str]] = []


@events.quitting.add_listener
def report(environment: Environment, **_: Any) -> None:
    """Print the facts, write them if asked to, and set the exit code."""
    options: Any = environment.parsed_options
    facts = summary(options)
    print(json.dumps(facts, indent=2))
    if options.report:
        path = Path(options.report)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(facts, indent=2) + "\n")
    too_slow = options.max_p95_s and facts["latency_s"]["p95"] > options.max_p95_s
    environment.process_exit_code = 1 if facts["errors"] or not facts["succeeded"] or too_slow else 0


def summary(options: Any) -> dict[str, Any]:
    """Latencies of the successful requests in seconds from planned arrival, throughput, errors by kind."""
    good = sorted(finished - planned for planned, finished, error in RESULTS if not error)
    bad = [error for _, _, error in RESULTS if error]
    elapsed_s = max((end for _, end, _ in RESULTS), default=0) - min((start for start, _, _ in RESULTS), default=0)
    cuts = quantiles(good, n=100, method="inclusive") if len(good) > 1 else [0.0] * 99
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rate_per_s": options.rate,
        "requested": options.count,
        "succeeded": len(good),
        "errors": len(bad),
        "errors_by_kind": {kind: bad.count(kind) for kind in set(bad)},
        "new_scene_share": options.new_scenes,
        "latency_s": {name: round(cuts[at - 1], 3) for name, at in (("p50", 50), ("p95", 95), ("p99", 99))},
        "longest_s": round(good[-1], 3) if good else 0,
        "throughput_per_s": round(len(good) / elapsed_s, 3) if elapsed_s else 0,
        "elapsed_s": round(elapsed_s, 1),
    }
