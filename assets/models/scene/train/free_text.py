"""Measure how free text is understood (free_text.yaml), and write the meanings of the vocabulary's phrases.

python assets/models/scene/train/free_text.py meanings
python assets/models/scene/train/free_text.py measure
"""

import argparse
from pathlib import Path

import numpy as np
import yaml

from services.product.meaning import FILE, embed_phrases
from services.product.prompt import Vocabulary, write_prompt
from services.product.sketch.palette import VOCABULARY
from services.sentences import load_encoder

FOLDER = Path("assets/models/scene")


def understood(words: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Family, colour and mood that the product service takes the words for."""
    family_of = {entry["prompt"]: name for name, entry in VOCABULARY["families"].items()}
    named = write_prompt(words, 0, vocabulary).named
    return {**named, "family": family_of[named["family"]]}


def measure(vocabulary: Vocabulary, wishes: list[dict]) -> dict[str, tuple[int, int]]:
    """Right answers and questions per fact; wrong ones are printed."""
    counts = dict.fromkeys(("family", "colour", "mood"), (0, 0))
    for wish in wishes:
        found = understood(wish["words"], vocabulary)
        for fact in counts.keys() & wish.keys():
            is_right = found[fact] in wish[fact]
            counts[fact] = (counts[fact][0] + is_right, counts[fact][1] + 1)
            if not is_right:
                print(f"{wish['words']}: {found[fact]}, not {' or '.join(wish[fact])}")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["meanings", "measure"])
    task, vocabulary = parser.parse_args().task, Vocabulary.load(str(FOLDER))
    if task == "meanings":
        return np.save(FOLDER / FILE, embed_phrases(vocabulary.phrases, load_encoder()))
    print(measure(vocabulary, yaml.safe_load((FOLDER / "free_text.yaml").read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
