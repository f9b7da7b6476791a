"""Measure the captioner on pictures it never saw, word by word, and where it abstains.

    PYTHONPATH=. python assets/models/captioner/train/evaluate.py --count 102
    PYTHONPATH=. python assets/models/captioner/train/evaluate.py --pictures folder --sheet sheet.jpg

The first prints the tables of the model card; the second captions the pictures of a folder on a contact sheet and says
how many of them the captioner takes for its own world.
"""

import argparse
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import data
import held_out
import numpy as np
import scenes
import served
import torch
from PIL import Image, ImageDraw

from services.caption.engine import CaptionEngine
from services.caption.service import SERVICE, CaptionRequest
from services.contract import Output

SLOTS = ("family", "kind", "colour", "mood", "light_side")
REQUEST = CaptionRequest(image=served.REF)
Sample = tuple[np.ndarray, scenes.Facts]


def bare(count: int) -> Iterator[Sample]:
    """Scenes as rendered."""
    for number in range(count):
        yield scenes.rendered(held_out.SEED + number, scenes.SHAPES[number % 3])


def with_things(count: int) -> Iterator[Sample]:
    """Renderings with a new drawn thing of each kind in turn."""
    for number in range(count):
        yield held_out.held_out(number, with_thing=True)


def with_seen_products(count: int) -> Iterator[Sample]:
    """Renderings with the sample products whose shapes it was trained on (bottle, mug, tote, lamp)."""
    yield from _with_products(count, data.TRAINED_PRODUCTS)


def with_new_products(count: int) -> Iterator[Sample]:
    """Renderings with sample products it never saw (flask, floor lamp, armchair)."""
    yield from _with_products(count, data.UNSEEN_PRODUCTS)


def _with_products(count: int, products: dict[str, str]) -> Iterator[Sample]:
    for number, (scene, facts) in enumerate(bare(count)):
        name = list(products)[number % len(products)]
        rng = np.random.default_rng([held_out.SEED, number])
        yield scenes.stand(scene, data.cutout(name), facts, rng), facts | {"kind": products[name]}


def as_served(count: int) -> Iterator[Sample]:
    """Square scenes as the product service serves them for fresh words, with each of the seven products in turn."""
    products = data.TRAINED_PRODUCTS | data.UNSEEN_PRODUCTS
    for number in range(count):
        scene, facts = served.served(held_out.SEED + number, "square")
        name = list(products)[number % len(products)]
        rng = np.random.default_rng([held_out.SEED, number])
        yield scenes.stand(scene, data.cutout(name), facts, rng), facts | {"kind": products[name]}


SETS = (bare, with_things, with_seen_products, with_new_products, as_served)


def measure(engine: CaptionEngine, samples: Iterator[Sample]) -> None:
    """Print, per word: how often it is said, how often it is right where said, and the commonest confusions."""
    asked, said, right = Counter[str](), Counter[str](), Counter[str]()
    confusions: dict[str, Counter[str]] = {slot: Counter() for slot in SLOTS}
    for image, facts in samples:
        words = answer(engine, Image.fromarray(image)).facts["words"]
        assert isinstance(words, dict)
        wanted = facts | {"light_side": scenes.light_side(facts)}
        for slot in slots(facts):
            asked[slot] += 1
            said[slot] += bool(words[slot])
            right[slot] += bool(words[slot]) and words[slot] == wanted[slot]
            if words[slot] != wanted[slot] and words["family"]:
                confusions[slot][f"{wanted[slot] or 'none'} -> {words[slot] or 'unsaid'}"] += 1
    for slot in SLOTS:
        common = ", ".join(f"{pair} ({times})" for pair, times in confusions[slot].most_common(8))
        share = f"{right[slot] / said[slot]:.1%}" if said[slot] else "–"
        print(f"| {slot} | {said[slot] / asked[slot]:.0%} | {share} | {common} |")


def slots(facts: scenes.Facts) -> list[str]:
    """The words that a caption of these facts can say: of a night scene no light."""
    return [slot for slot in SLOTS if facts["family"] != "city_night" or slot in ("family", "kind", "colour")]


def answer(engine: CaptionEngine, image: Image.Image) -> Output:
    """What the engine says of a picture when nothing else is known."""
    return engine.generate(REQUEST, {"image": image})


def sheet(engine: CaptionEngine, pictures: list[Image.Image], out: Path) -> None:
    """Write the pictures, five a row, each above its caption."""
    cells, known = [], 0
    for picture in pictures:
        said = answer(engine, picture)
        known += float(str(said.facts["confidence"])) > 0
        cell = Image.new("RGB", (300, 370), "white")
        cell.paste(picture.convert("RGB").resize((300, 300)), (0, 0))
        ImageDraw.Draw(cell).text((4, 304), "\n".join(textwrap.wrap(said.text["caption"], 44)), "black")
        cells.append(np.asarray(cell))
    print(f"{known} of {len(pictures)} pictures are taken for scenes")
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % 5)
    rows = [np.concatenate(cells[start : start + 5], 1) for start in range(0, len(cells), 5)]
    Image.fromarray(np.concatenate(rows)).save(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=data.CHECKPOINT)
    parser.add_argument("--count", type=int, default=102)
    parser.add_argument("--sets", nargs="*", default=[samples.__name__ for samples in SETS])
    parser.add_argument("--pictures", type=Path, help="caption these PNG and JPEG files instead of measuring")
    parser.add_argument("--sheet", type=Path, default=Path("sheet.jpg"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    engine = CaptionEngine()
    engine.load(SERVICE.checkpoints[0].model_copy(update={"source": str(options.checkpoint.resolve())}))
    if options.pictures:
        files = sorted(path for path in options.pictures.iterdir() if path.suffix in (".png", ".jpg"))
        return sheet(engine, [Image.open(path) for path in files], options.sheet)
    for samples in [samples for samples in SETS if samples.__name__ in options.sets]:
        print(f"\n{samples.__name__}: {samples.__doc__}")
        measure(engine, samples(options.count))


if __name__ == "__main__":
    main()
