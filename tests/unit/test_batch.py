"""Batches: resume, torn lines, bad lines, failures, back-off, Ctrl-C. Against a real, tiny server."""

import json
import threading
from pathlib import Path

import pytest
from PIL import Image
from tiny_api import TinyApi
from typer.testing import CliRunner

from services.errors import InvalidInput
from workflows.cli import main
from workflows.cli.batch import read_lines, read_results, run_batch
from workflows.cli.client import Client, Unreachable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (8, 8)).save(tmp_path / "mug.png")
    return tmp_path


def line(custom_id: str, scene: str = "beach") -> str:
    variant = {"audience": {"id": "all"}, "scene": scene, "copy": {"headline": "Hi\u2028", "call_to_action": "Go"}}
    brief = {"product": {"id": "mug", "image": "mug.png"}, "brand": "tarnefold", "variants": [variant]}
    return json.dumps({"custom_id": custom_id, "brief": brief}, ensure_ascii=False)


def write(folder: Path, *lines: str) -> Path:
    (folder / "briefs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "briefs.jsonl"


def run(api: TinyApi, source: Path, retry_failed: bool = False, concurrency: int = 3):
    with Client(api.base_url) as client:
        return run_batch(client, source, source.with_name("results.jsonl"), concurrency, retry_failed)


def results(folder: Path) -> dict[str, dict]:
    return read_results(folder / "results.jsonl")


def test_every_line_gets_a_result_and_the_photo_is_uploaded_once(tiny_api: TinyApi, folder: Path) -> None:
    tally = run(tiny_api, write(folder, *(line(f"row-{n}") for n in range(7))))
    assert (tally.total, tally.succeeded, tally.failed) == (7, 7, 0)
    assert set(results(folder)) == {f"row-{n}" for n in range(7)}
    assert len(results(folder)["row-0"]["creatives"]) == 2
    assert sum(tiny_api.uploads.values()) == 1


def test_concurrency_is_bounded(tiny_api: TinyApi, folder: Path) -> None:
    run(tiny_api, write(folder, *(line(f"row-{n}") for n in range(9))), concurrency=2)
    assert tiny_api.most_in_hand == 2


def test_a_second_run_makes_nothing(tiny_api: TinyApi, folder: Path) -> None:
    source = write(folder, line("a"), line("b"))
    run(tiny_api, source)
    before = (folder / "results.jsonl").read_bytes()
    tally = run(tiny_api, source)
    assert (tally.succeeded, tally.skipped) == (2, 2)
    assert (folder / "results.jsonl").read_bytes() == before
    assert set(tiny_api.made.values()) == {1}


def test_a_torn_last_line_is_made_again_and_found_again(tiny_api: TinyApi, folder: Path) -> None:
    source = write(folder, line("a"), line("b"))
    run(tiny_api, source, concurrency=1)
    out = folder / "results.jsonl"
    out.write_bytes(out.read_bytes()[:-20])
    tally = run(tiny_api, source)
    assert (tally.succeeded, tally.skipped) == (2, 1)
    assert [json.loads(text)["custom_id"] for text in out.read_text().splitlines()] == ["a", "b"]
    assert set(tiny_api.made.values()) == {1}, "the idempotency key finds the finished job"


def test_bad_lines_are_named_and_do_not_stop_the_rest(tiny_api: TinyApi, folder: Path) -> None:
    source = write(folder, line("a"), "{", '{"brief": {}}', "", line("a"), '{"custom_id": "c", "brief": []}', line("z"))
    tally = run(tiny_api, source)
    assert (tally.succeeded, tally.failed) == (2, 4)
    assert [text.split(":")[0] for text in tally.bad_lines] == ["line 2", "line 3", "line 5", "line 6"]
    assert "appears twice" in tally.bad_lines[2]
    assert results(folder)["line-2"]["error"]["code"] == "invalid_line"
    assert results(folder)["c"]["status"] == "failed"


def test_failures_are_results_and_are_retried_only_on_request(tiny_api: TinyApi, folder: Path) -> None:
    source = write(folder, line("good"), line("bad", "fail"), line("wrong", "refuse"))
    assert run(tiny_api, source).failed == 2
    assert results(folder)["bad"]["error"]["code"] == "cut_out_failed"
    assert results(folder)["wrong"]["error"]["code"] == "invalid_input"
    assert run(tiny_api, source).failed == 2
    tiny_api.healed = True
    tally = run(tiny_api, source, retry_failed=True)
    assert (tally.succeeded, tally.failed, tally.skipped) == (3, 0, 1)
    assert results(folder)["bad"]["status"] == "succeeded"


def test_a_busy_gateway_is_asked_again(tiny_api: TinyApi, folder: Path) -> None:
    assert run(tiny_api, write(folder, line("a", "busy 2"), line("b"))).succeeded == 2
    assert sum(tiny_api.refusals.values()) == 2


def test_a_vanished_api_stops_the_batch_without_failing_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.cli.batch.ATTEMPTS", 1)
    source = write(folder, line("a"), line("b"))
    with Client("http://127.0.0.1:9") as client, pytest.raises(Unreachable):
        run_batch(client, source, folder / "results.jsonl", 2, retry_failed=False)
    assert results(folder) == {}


def test_leaving_early_stops_the_workers_and_loses_no_result(tiny_api: TinyApi, folder: Path) -> None:
    source = write(folder, *(line(f"row-{n}") for n in range(12)))

    def interrupt(tally) -> None:
        if tally.succeeded == 3:
            raise KeyboardInterrupt

    with Client(tiny_api.base_url) as client, pytest.raises(KeyboardInterrupt):
        run_batch(client, source, folder / "results.jsonl", 2, retry_failed=False, on_change=interrupt)
    assert len(results(folder)) == 3
    assert not [thread for thread in threading.enumerate() if "ThreadPoolExecutor" in thread.name]
    assert run(tiny_api, source).succeeded == 12
    assert set(tiny_api.made.values()) == {1}


def test_a_foreign_out_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    with pytest.raises(InvalidInput, match=r"notes\.txt, line 1: is no batch result"):
        read_results(tmp_path / "notes.txt")


def test_line_separators_inside_text_do_not_split_a_line(folder: Path) -> None:
    assert [read.problem for read in read_lines(write(folder, line("a"), line("b")))] == ["", ""]


@pytest.mark.parametrize(("scene", "code"), [("beach", 0), ("fail", 1)])
def test_exit_codes(tiny_api: TinyApi, folder: Path, monkeypatch: pytest.MonkeyPatch, scene: str, code: int) -> None:
    monkeypatch.setenv("VITRINE_FOLDER", str(folder / "stack"))
    monkeypatch.setattr(main.Stack, "base_url", tiny_api.base_url)
    command = ["batch", "run", str(write(folder, line("a", scene))), "--out", str(folder / "out.jsonl"), "--json"]
    ran = CliRunner().invoke(main.app, command)
    assert ran.exit_code == code, ran.output
    assert json.loads(ran.stdout)["failed"] == code


def test_a_missing_file_is_a_usage_error(folder: Path) -> None:
    ran = CliRunner().invoke(main.app, ["batch", "run", "nowhere.jsonl", "--out", str(folder / "out.jsonl")])
    assert ran.exit_code == 2
    assert "there is no file nowhere.jsonl" in ran.stderr
