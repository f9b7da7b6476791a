"""Pictures and captions for the captioner, from the scene renderer of assets/models/scene/train.

    python assets/models/captioner/train/data.py --out /tmp/held-out --count 48 --things

renders fresh held-out scenes as PNG files beside a facts.json.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

CHECKPOINT = Path(__file__).resolve().parent.parent
sys.path.append(str(CHECKPOINT.parent / "scene" / "train"))

import render  # noqa: E402
import shards  # noqa: E402
import silhouettes  # noqa: E402

from services.product.sketch.palette import VOCABULARY  # noqa: E402
from services.product.sketch.scenes import SIZES, render_scene  # noqa: E402

STORED_PX = 192
HELD_OUT_SEED = 50_000_000
STAND_X = {name: place["x"] for name, place in VOCABULARY["positions"].items()}
Facts = dict[str, str]


@dataclass(frozen=True)
class Pictures:
    """The training set in memory: uint8 (count, 192, 192, 3) squashed to a square, facts and true aspects."""

    pixels: np.ndarray
    facts: list[Facts]
    aspects: np.ndarray

    def __len__(self) -> int:
        return len(self.facts)


def squash(image: np.ndarray) -> np.ndarray:
    """RGB uint8 of any size as (192, 192, 3)."""
    return cv2.resize(image, (STORED_PX, STORED_PX), interpolation=cv2.INTER_AREA)


def prepare(work: Path, scenes: Path, shard_count: int) -> Pictures:
    """Read the first shards of the scene renderer, rendering the missing ones; squashed copies are kept in work."""
    work.mkdir(parents=True, exist_ok=True)
    scenes.mkdir(parents=True, exist_ok=True)
    loaded = [prepared_shard(work, scenes, index) for index in range(shard_count)]
    facts = [fact for _, some in loaded for fact in some]
    sizes = [render.shard_size(index) for index in range(shard_count) for _ in loaded[index][1]]
    aspects = np.float32([width / height for width, height in sizes])
    return Pictures(np.concatenate([pixels for pixels, _ in loaded]), facts, aspects)


def prepared_shard(work: Path, scenes: Path, index: int) -> tuple[np.ndarray, list[Facts]]:
    """Squashed pictures and facts of one shard."""
    kept = work / f"pictures_{index:04d}.npz"
    if not kept.exists():
        render.write_shard(scenes, index)
        shard = shards.Shard(scenes / f"shard_{index:04d}.npz")
        pixels = np.stack([squash(shard.picture(number)) for number in range(len(shard))])
        partial = work / f"partial_{index:04d}.npz"
        np.savez(partial, pixels=pixels, facts=json.dumps(shard.facts))
        partial.rename(kept)
    with np.load(kept) as file:
        return file["pixels"], json.loads(str(file["facts"]))


def training_batch(pictures: Pictures, rng: np.random.Generator, size: int) -> tuple[np.ndarray, list[Facts]]:
    """Random augmented pictures, uint8 (size, 96, 96, 3), with the facts their captions must say."""
    chosen = rng.integers(len(pictures), size=size)
    pairs = [augmented(pictures, int(index), rng) for index in chosen]
    return np.stack([picture for picture, _ in pairs]), [facts for _, facts in pairs]


def augmented(pictures: Pictures, index: int, rng: np.random.Generator) -> tuple[np.ndarray, Facts]:
    """One picture: perhaps with a thing in it, mirrored (light and position too), cropped, blurred, a little noisy."""
    picture, facts = pictures.pixels[index].astype(np.float32) / 255, pictures.facts[index]
    if rng.random() < 0.65:
        picture = silhouettes.place(picture, rng, STAND_X[facts["position"]], float(pictures.aspects[index]))
    if rng.random() < 0.5:
        picture, facts = picture[:, ::-1], mirrored(facts)
    picture = cropped(picture, rng)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 2.5))
    picture = cv2.resize(picture, (STORED_PX // 2, STORED_PX // 2), interpolation=cv2.INTER_AREA)
    picture = picture * rng.normal(1, 0.02, 3) + rng.normal(0, rng.uniform(0, 0.02), picture.shape)
    return np.uint8(np.clip(picture, 0, 1) * 255 + 0.5), facts


def mirrored(facts: Facts) -> Facts:
    """The facts of the picture seen in a mirror."""
    side = {"left": "right", "right": "left"}[light_side(facts)]
    return facts | {"light_side": f"light from the {side}"}


def light_side(facts: Facts) -> str:
    """``left`` or ``right`` of "light from the left"."""
    return facts["light_side"].rsplit(" ", 1)[1]


def cropped(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Up to 12 % of each side cut away, stretched back."""
    left, top = rng.integers(0, STORED_PX // 16, 2)
    right, bottom = STORED_PX - rng.integers(0, STORED_PX // 16, 2)
    return cv2.resize(picture[top:bottom, left:right], (STORED_PX, STORED_PX), interpolation=cv2.INTER_LINEAR)


def held_out(number: int, with_thing: bool) -> tuple[np.ndarray, Facts]:
    """A full-size picture (RGB uint8) never trained on and its facts; the three shapes take turns."""
    size = list(SIZES.values())[number % 3]
    image, facts = render_scene(HELD_OUT_SEED + number, size)
    if with_thing:
        image = with_random_thing(image, STAND_X[facts["position"]], np.random.default_rng([HELD_OUT_SEED, number]))
    return image, facts


def with_random_thing(image: np.ndarray, stand_x: float, rng: np.random.Generator) -> np.ndarray:
    """A full-size picture with a silhouette standing in it; drawn at 384 px, sharp enough for the eye."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (384, 384), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    placed = silhouettes.place(small, rng, stand_x, width / height)
    change = cv2.resize(placed - small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.uint8(np.clip(image / 255 + change, 0, 1) * 255 + 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for NNNN.png and facts.json")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--things", action="store_true", help="stand a random thing in every picture")
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
