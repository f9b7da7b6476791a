"""Draw the photos that the floor network learns from.

    OMP_NUM_THREADS=1 PYTHONPATH=. python assets/models/room/train/bank.py --out DIR --count 2400

Writes DIR/bank_SEED.npz: rgb, label, near, drop as ``photos.Photo`` has them, stacked.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from photos import make_photo

SIDE_PX = 192


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    choice = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(choice.seed)
    photos = [make_photo(rng, SIDE_PX) for _ in range(choice.count)]
    stacked = {name: np.stack([getattr(photo, name) for photo in photos]) for name in ("rgb", "label", "near", "drop")}
    choice.out.mkdir(parents=True, exist_ok=True)
    np.savez(choice.out / f"bank_{choice.seed}.npz", **stacked)


if __name__ == "__main__":
    main()
