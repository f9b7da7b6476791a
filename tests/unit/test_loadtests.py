"""The load scenario against a tiny server: it loads at its rate, measures from the planned arrival, and stops."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_api import TinyApi

from workflows.brief import Brief

ROOT = Path(__file__).parents[2]


def locust(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locust", "-f", "loadtests/creatives.py", "--headless", "--only-summary", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_open_loop_arrivals(tiny_api: TinyApi, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ran = locust("--host", tiny_api.base_url, "--rate", "10", "--count", "20", "--report", str(report))
    assert ran.returncode == 0, ran.stderr
    facts = json.loads(report.read_text())
    assert (facts["succeeded"], facts["errors"]) == (20, 0)
    assert 1.8 < facts["elapsed_s"] < 10
    assert 0 < facts["latency_s"]["p50"] <= facts["latency_s"]["p95"] <= facts["latency_s"]["p99"]


def test_other_machines_are_not_loaded_by_accident() -> None:
    ran = locust("--host", "http://192.0.2.1", "--count", "1")
    assert ran.returncode != 0
    assert "192.0.2.1 is not this machine" in ran.stderr + ran.stdout


def test_errors_end_in_exit_code_1(tiny_api: TinyApi, tmp_path: Path) -> None:
    tiny_api.jobs_fail = True
    ran = locust("--host", tiny_api.base_url, "--rate", "20", "--count", "3", "--report", str(tmp_path / "r.json"))
    assert ran.returncode == 1
    assert json.loads((tmp_path / "r.json").read_text())["errors_by_kind"] == {"cut_out_failed": 3}


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_briefs_are_seeded_and_share_scenes_as_asked(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "loadtests"))
    from audiences import Advertiser, sample_products

    images = {product["id"]: f"uploads/{'0' * 64}.png" for product in sample_products()}
    one, other = (Advertiser(images, 3, share, ["pack:core"]) for _ in range(2))
    briefs = [one.brief(number) for number in range(200)]
    assert briefs == [other.brief(number) for number in range(200)]
    scenes = {(brief["product"]["id"], brief["variants"][0]["seed"]) for brief in briefs}
    assert len(scenes) == pytest.approx(6 * (share < 1) + 200 * share, abs=30)
    assert len({json.dumps(brief["variants"][0]["signals"]) for brief in briefs}) > 150
    assert all(Brief.model_validate(brief) for brief in briefs)
