"""How well the voice score separates copy: AUC on held-out approved and rejected examples, and on another brand.

Run from the repository root: python assets/copy/evaluation/evaluate.py [--folds 8] [--seed 0]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from services.copywriter.service import Voice  # noqa: E402
from services.copywriter.voice import voice_scores  # noqa: E402
from services.sentences import load_encoder  # noqa: E402


def area_under_curve(positive: np.ndarray, negative: np.ndarray) -> float:
    """The chance that a random positive scores above a random negative; ties count half (Mann-Whitney)."""
    higher = (positive[:, None] > negative[None, :]).mean()
    return float(higher + 0.5 * (positive[:, None] == negative[None, :]).mean())


def held_out_scores(voice: dict, folds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of approved and rejected texts, each by a voice that has not seen its fold."""
    rng = np.random.default_rng(seed)
    encoder = load_encoder()
    scores = {kind: np.zeros(len(voice[kind])) for kind in ("approved", "rejected")}
    fold_of = {kind: rng.permutation(len(voice[kind])) % folds for kind in scores}
    for fold in range(folds):
        kept = {kind: [voice[kind][index] for index in np.flatnonzero(fold_of[kind] != fold)] for kind in scores}
        seen = Voice(**kept)
        for kind in scores:
            held = np.flatnonzero(fold_of[kind] == fold)
            scores[kind][held] = voice_scores([voice[kind][index] for index in held], seen, encoder)
    return scores["approved"], scores["rejected"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    voice = yaml.safe_load((ROOT / "assets/brands/tarnefold/voice.yaml").read_text())
    other = yaml.safe_load((Path(__file__).parent / "northgear.yaml").read_text())["approved"]
    approved, rejected = held_out_scores(voice, options.folds, options.seed)
    whole = Voice(approved=voice["approved"], rejected=voice["rejected"])
    foreign = voice_scores(other, whole, load_encoder())
    rows = {
        "held-out approved against rejected": area_under_curve(approved, rejected),
        "held-out approved against the other brand's approved": area_under_curve(approved, foreign),
    }
    for name, value in rows.items():
        print(f"{name}: AUC {value:.3f}")
    print(f"mean score: approved {approved.mean():.3f}, rejected {rejected.mean():.3f}, other {foreign.mean():.3f}")
    print(f"n: {len(approved)} approved, {len(rejected)} rejected, {len(foreign)} of the other brand")


if __name__ == "__main__":
    main()
