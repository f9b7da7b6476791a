"""The training set: rendered and served scenes, mostly with a thing standing in them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from scenes import SHAPES, Facts, light_side, rendered, side_of, stand
from served import served
from things import KINDS, draw_thing

CHECKPOINT = Path(__file__).resolve().parent.parent
PRODUCTS = CHECKPOINT.parents[1] / "samples" / "products"
TRAINED_PRODUCTS = {"bottle": "bottle", "mug": "cup", "tote": "bag", "lamp": "lamp"}
UNSEEN_PRODUCTS = {"flask": "bottle", "floor_lamp": "lamp", "chair": "chair"}
STORED_PX = 160
INPUT_PX = 112
CHUNK = 250
SERVED_EVERY = 9


@dataclass(frozen=True)
class Pictures:
    """The training set in memory: uint8 (count, 160, 160, 3) squashed to a square, and facts."""

    pixels: np.ndarray
    facts: list[Facts]

    def __len__(self) -> int:
        return len(self.facts)


def prepare(work: Path, chunk_count: int) -> Pictures:
    """Read the chunks in the work folder, making the missing ones; every ninth holds scenes as served."""
    work.mkdir(parents=True, exist_ok=True)
    chunks = [prepared_chunk(work, index) for index in range(chunk_count)]
    return Pictures(np.concatenate([pixels for pixels, _ in chunks]), [fact for _, facts in chunks for fact in facts])


def prepared_chunk(work: Path, index: int) -> tuple[np.ndarray, list[Facts]]:
    """Pictures and facts of one chunk, drawn on the first call."""
    kept = work / f"pictures_{index:04d}.npz"
    if not kept.exists():
        pairs = list(chunk(index))
        partial = work / f"partial_{index:04d}.npz"
        np.savez(partial, pixels=np.stack([picture for picture, _ in pairs]), facts=json.dumps([f for _, f in pairs]))
        partial.rename(kept)
    with np.load(kept) as file:
        return file["pixels"], json.loads(str(file["facts"]))


def chunk(index: int) -> Iterator[tuple[np.ndarray, Facts]]:
    """One scene in five stays bare; of the things one in six is a sample product in changed colours."""
    make = served if index % SERVED_EVERY == SERVED_EVERY - 1 else rendered
    for number in range(index * CHUNK, (index + 1) * CHUNK):
        rng = np.random.default_rng([1, number])
        scene, facts = make(number, SHAPES[number % 4 % 3], small=True)
        if rng.random() < 0.8:
            thing, kind = recoloured_product(rng) if rng.random() < 0.16 else drawn_thing(rng)
            scene, facts = stand(scene, thing, facts, rng), facts | {"kind": kind}
        yield squash(scene), facts


def squash(image: np.ndarray) -> np.ndarray:
    """RGB uint8 of any size as (160, 160, 3)."""
    return cv2.resize(image, (STORED_PX, STORED_PX), interpolation=cv2.INTER_AREA)


@cache
def bank() -> list[tuple[np.ndarray, str]]:
    """1,800 drawn things, 200 of a kind: drawing one takes as long as drawing a small scene."""
    return [(draw_thing(np.random.default_rng([2, n]), kind), kind) for n in range(200) for kind in KINDS]


def drawn_thing(rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """A thing of the bank, with its kind."""
    return bank()[rng.integers(len(bank()))]


@cache
def cutout(name: str) -> np.ndarray:
    """A sample product, trimmed, RGBA uint8."""
    image = Image.open(PRODUCTS / f"{name}.png").convert("RGBA")
    return np.asarray(image.crop(image.getchannel("A").getbbox()))


def recoloured_product(rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """One of four sample products in another hue and brightness, perhaps mirrored, a little squeezed; its kind."""
    name = list(TRAINED_PRODUCTS)[rng.integers(len(TRAINED_PRODUCTS))]
    height, width = cutout(name).shape[:2]
    scale = 160 / max(height, width)
    size = (int(width * scale * rng.uniform(0.85, 1.1)), int(height * scale))
    pixels = cv2.resize(cutout(name)[:, :: rng.choice([-1, 1])], size, interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(pixels[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + rng.choice([0, rng.uniform(0, 360)])) % 360
    hsv[..., 1:] = np.clip(hsv[..., 1:] * rng.uniform(0.4, 1.3, 2), 0, 1)
    rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.dstack([np.uint8(rgb * 255), pixels[..., 3]]), TRAINED_PRODUCTS[name]


def training_batch(pictures: Pictures, rng: np.random.Generator, size: int) -> tuple[np.ndarray, list[Facts]]:
    """Random augmented pictures, uint8 (size, 112, 112, 3), with the facts their captions must say."""
    pairs = [augmented(pictures, int(index), rng) for index in rng.integers(len(pictures), size=size)]
    return np.stack([picture for picture, _ in pairs]), [facts for _, facts in pairs]


def augmented(pictures: Pictures, index: int, rng: np.random.Generator) -> tuple[np.ndarray, Facts]:
    """One picture: perhaps mirrored (light side too), cropped, blurred, a little noisy and off in colour."""
    picture, facts = pictures.pixels[index], pictures.facts[index]
    if rng.random() < 0.5:
        picture, facts = picture[:, ::-1], mirrored(facts)
    left, top = rng.integers(0, STORED_PX // 16, 2)
    right, bottom = STORED_PX - rng.integers(0, STORED_PX // 16, 2)
    picture = cv2.resize(picture[top:bottom, left:right], (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA)
    picture = picture.astype(np.float32) / 255
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.5))
    picture = picture * rng.normal(1, 0.02, 3) + rng.normal(0, rng.uniform(0, 0.02), picture.shape)
    return np.uint8(np.clip(picture, 0, 1) * 255 + 0.5), facts


def mirrored(facts: Facts) -> Facts:
    """The facts of the picture seen in a mirror."""
    return facts | {"light_side": side_of({"left": "right", "right": "left"}[light_side(facts)])}
