"""Synthetic readers and the fairness report over what a policy gives them."""

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workflows.brief import Variant
from workflows.cli import main
from workflows.cli.audit import persona_outcomes
from workflows.fairness import Outcome, compare
from workflows.personas import CONSENT_SHARE, DEVICES, SEGMENTS, make_persona, make_personas, season
from workflows.policy import find_policy

TARNEFOLD = find_policy("tarnefold", "")


def outcome(segment: str, scene: str) -> Outcome:
    return Outcome(
        segment=segment, scene=scene, tone="plain", offer="", look="", crop="", product="mug", basis="context"
    )


def test_readers_are_the_same_everywhere_and_fit_a_brief():
    """Number n of a seed is always the same reader, whoever asks, and a valid variant."""
    readers = list(make_personas(300, seed=4))
    assert readers[17] == make_persona(17, seed=4)
    assert readers[17] != make_persona(17, seed=5)
    assert all(Variant.model_validate(reader) for reader in readers)


def test_shares_are_the_documented_ones():
    readers = list(make_personas(4000, seed=1))
    segments = Counter(reader["audience"]["id"] for reader in readers)
    devices = Counter(reader["signals"]["device"] for reader in readers)
    assert {name: segments[name] / 4000 for name in SEGMENTS} == pytest.approx(SEGMENTS, abs=0.03)
    assert {name: devices[name] / 4000 for name in DEVICES} == pytest.approx(DEVICES, abs=0.03)
    assert sum("signal_consent" in reader for reader in readers) / 4000 == pytest.approx(CONSENT_SHARE, abs=0.03)
    assert (season("DE-BE", 1), season("BR-SP", 1), season("BR-SP", 7)) == ("winter", "summer", "winter")


def test_equal_readers_are_treated_alike_and_leaning_ones_show():
    """No difference is found where interests do not lean with age; where they do, the scene differs significantly."""
    even = compare(list(persona_outcomes(TARNEFOLD, 1500, 0, 0.0)))
    leaning = compare(list(persona_outcomes(TARNEFOLD, 3000, 0, 1.0)))
    assert [one.outcome for one in even.differences if one.significant] == []
    assert "scene" in [one.outcome for one in leaning.differences if one.significant]
    assert sum(even.readers.values()) == 1500


def test_a_plain_difference_is_found_and_measured():
    """All of one segment in one scene, all of the other in another: V is 1; few readers are tested by shuffling."""
    many = compare([outcome("a", "beach")] * 40 + [outcome("b", "forest")] * 40).differences[0]
    assert (many.strength, many.significant, many.method) == (1.0, True, "chi-squared")
    few = compare([outcome("a", "beach")] * 3 + [outcome("b", "forest")] * 3).differences[0]
    assert few.method == "2000 shuffles"
    assert not few.significant
    assert compare([]).readers == {}
    assert compare([outcome("a", "beach")]).differences[0].p == 1.0


def test_many_outcomes_do_not_make_chance_significant():
    """Holm's correction: a lone p just under 5 % among seven tests is not called significant."""
    readers = [outcome("a", "beach")] * 30 + [outcome("a", "forest")] * 20 + [outcome("b", "beach")] * 20
    one = compare([*readers, *[outcome("b", "forest")] * 30]).differences[0]
    assert one.p == pytest.approx(7 * 0.0455, abs=0.001)
    assert not one.significant


def test_the_commands(tmp_path: Path):
    """personas prints variants; fairness audits a policy, or reads explanations, or says what is wrong with them."""
    run = CliRunner()
    lines = run.invoke(main.app, ["personas", "--count", "3", "--seed", "9"]).stdout.splitlines()
    assert json.loads(lines[2]) == make_persona(2, seed=9)
    report = json.loads(run.invoke(main.app, ["fairness", "--count", "200", "--json"]).stdout)
    assert sum(report["readers"].values()) == 200
    trace = {
        "variant": "a",
        "scene": {"text": "beach"},
        "product": {"id": "m"},
        "tone": "plain",
        "offer": "",
        "look": "",
        "crop": "",
    }
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"variants": [trace | {"basis": "context"}]}))
    assert "scene" in run.invoke(main.app, ["fairness", str(path)]).stdout
    path.write_text("[]")
    assert "is not an explanation" in " ".join(run.invoke(main.app, ["fairness", str(path)]).stderr.split())
