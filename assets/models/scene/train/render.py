"""Render the training set as JPEG shards, or a contact sheet of the scene families.

PYTHONPATH=. python assets/models/scene/train/render.py sheet --out sheet.png --seed 1
PYTHONPATH=. python assets/models/scene/train/render.py shards --work .cache/scene --first 0 --last 93
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from services.product.sketch.scenes import FAMILIES, SIZES, render_scene

SHARD = 250


def shard_size(index: int) -> tuple[int, int]:
    """Aspect bucket of a shard: half of them square, a quarter each landscape and portrait."""
    return SIZES[("square", "landscape", "square", "portrait")[index % 4]]


def write_shard(folder: Path, index: int) -> None:
    """SHARD pictures as one file of JPEG bytes (quality 93) plus their facts; skipped when it exists."""
    target = folder / f"shard_{index:04d}.npz"
    if target.exists():
        return
    pictures, captions = [], []
    for number in range(SHARD):
        image, words = render_scene(index * SHARD + number, shard_size(index))
        pictures.append(cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 93])[1])
        captions.append(words)
    partial = folder / f"partial_{index:04d}.npz"
    sizes = np.cumsum([0] + [len(p) for p in pictures])
    np.savez(partial, data=np.concatenate(pictures), offsets=sizes, facts=json.dumps(captions))
    partial.rename(target)


def sheet(out: Path, seed: int, families: list[str], shape: str) -> None:
    """A contact sheet: one row per family."""
    rows = []
    for family in families:
        cells = [render_scene(seed * 1000 + 17 * len(rows) + column, SIZES[shape], family)[0] for column in range(6)]
        rows.append(
            np.concatenate([cv2.resize(c, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for c in cells], 1)
        )
    cv2.imwrite(str(out), np.concatenate(rows)[..., ::-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["sheet", "shards"])
    parser.add_argument("--out", type=Path, default=Path("sheet.png"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--families", nargs="*", default=list(FAMILIES))
    parser.add_argument("--shape", choices=list(SIZES), default="square")
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=60)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.task == "sheet":
        return sheet(options.out, options.seed, options.families, options.shape)
    options.work.mkdir(parents=True, exist_ok=True)
    for index in range(options.first, options.last):
        write_shard(options.work, index)


if __name__ == "__main__":
    main()
