"""Pictures that the captioner was never trained on.

    PYTHONPATH=. python assets/models/captioner/train/held_out.py --out folder --count 48 --things

writes them as PNG files beside a facts.json.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from scenes import SHAPES, Facts, light_side, rendered, stand
from things import KINDS, draw_thing

SEED = 50_000_000


def held_out(number: int, with_thing: bool) -> tuple[np.ndarray, Facts]:
    """A full-size picture (RGB uint8) never trained on and its facts; shapes and kinds take turns."""
    scene, facts = rendered(SEED + number, SHAPES[number % 3])
    if not with_thing:
        return scene, facts
    rng = np.random.default_rng([SEED, number])
    kind = list(KINDS)[number % len(KINDS)]
    return stand(scene, draw_thing(rng, kind), facts, rng), facts | {"kind": kind}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for NNNN.png and facts.json")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--things", action="store_true", help="stand a drawn thing in every picture")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    facts = []
    for number in range(options.first, options.first + options.count):
        image, words = held_out(number, options.things)
        cv2.imwrite(str(options.out / f"{number:04d}.png"), image[..., ::-1])
        facts.append(words | {"light_side": light_side(words), "file": f"{number:04d}.png"})
    (options.out / "facts.json").write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
