"""How well the voice score separates copy, by language: AUC on held-out examples, and on another brand.

Run from the repository root: python assets/copy/evaluation/evaluate.py [--folds 8] [--seeds 5]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from services.copywriter.service import Voice  # noqa: E402
from services.copywriter.voice import find_judge  # noqa: E402
from workflows.brand_kit import load_voice  # noqa: E402

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "ja", "ar")
Scores = NDArray[np.float64]


def area_under_curve(positive: Scores, negative: Scores) -> float:
    """The chance that a random positive scores above a random negative; ties count half (Mann-Whitney)."""
    higher = (positive[:, None] > negative[None, :]).mean()
    return float(higher + 0.5 * (positive[:, None] == negative[None, :]).mean())


def scores_of(texts: Sequence[str], voice: Voice) -> Scores:
    """What a voice that has learned its examples says of texts."""
    judge = find_judge(voice, voice.language)
    assert judge is not None
    return np.asarray(judge.scores(texts), float)


def held_out_scores(voice: Voice, folds: int, seed: int) -> tuple[Scores, Scores]:
    """Scores of approved and rejected texts, each by a voice that has not seen its fold."""
    rng = np.random.default_rng(seed)
    texts = {"approved": voice.approved, "rejected": voice.rejected}
    scores = {kind: np.zeros(len(own)) for kind, own in texts.items()}
    fold_of = {kind: rng.permutation(len(own)) % folds for kind, own in texts.items()}
    for fold in range(folds):
        seen = {kind: tuple(texts[kind][index] for index in np.flatnonzero(fold_of[kind] != fold)) for kind in texts}
        for kind, own in texts.items():
            held = np.flatnonzero(fold_of[kind] == fold)
            scores[kind][held] = scores_of([own[index] for index in held], voice.model_copy(update=seen))
    return scores["approved"], scores["rejected"]


def evaluate(language: str, folds: int, seeds: int) -> tuple[list[float], list[float]]:
    """AUC per seed against rejected copy, and against another brand's."""
    voice = load_voice("tarnefold", language)
    other = yaml.safe_load((Path(__file__).parent / "northgear.yaml").read_text("utf-8"))[language]
    foreign = scores_of(other, voice)
    held_out = [held_out_scores(voice, folds, seed) for seed in range(seeds)]
    return [area_under_curve(*pair) for pair in held_out], [area_under_curve(pair[0], foreign) for pair in held_out]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    for language in LANGUAGES:
        voice = load_voice("tarnefold", language)
        columns = (
            f"{np.mean(own):.2f} ({min(own):.2f} to {max(own):.2f})"
            for own in evaluate(language, options.folds, options.seeds)
        )
        print(language, len(voice.approved), len(voice.rejected), *columns, sep=" | ")


if __name__ == "__main__":
    main()
