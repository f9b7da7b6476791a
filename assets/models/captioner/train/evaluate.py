"""Measure the captioner on fresh scenes it never saw: bare, with random things, and with the sample products.

    python assets/models/captioner/train/evaluate.py --count 510
    python assets/models/captioner/train/evaluate.py --pictures folder --sheet sheet.png

The first prints the tables of the model card; the second captions the pictures of a folder on a contact sheet.
"""

import argparse
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import data
import numpy as np
import torch
from PIL import Image, ImageDraw

from services.caption.engine import CaptionEngine
from services.caption.service import SERVICE, CaptionRequest
from services.contract import Output
from services.images import ImageRef

SLOTS = ("family", "colour", "mood", "light_side")
PRODUCTS = data.CHECKPOINT.parents[1] / "samples" / "products"
REQUEST = CaptionRequest(image=ImageRef(key=f"images/{'0' * 64}.png", width=1, height=1, media_type="image/png"))
Sample = tuple[Image.Image, data.Facts]


def bare(count: int) -> Iterator[Sample]:
    """Scenes as rendered."""
    for number in range(count):
        image, facts = data.held_out(number, with_thing=False)
        yield Image.fromarray(image), facts


def with_things(count: int) -> Iterator[Sample]:
    """The same scenes with a random silhouette."""
    for number in range(count):
        image, facts = data.held_out(number, with_thing=True)
        yield Image.fromarray(image), facts


def with_products(count: int) -> Iterator[Sample]:
    """The same scenes with the sample products in turn, 30 to 60 % of the height."""
    products = [Image.open(path) for path in sorted(PRODUCTS.glob("*.png"))]
    cutouts = [product.convert("RGBA") for product in products if product.mode in ("RGBA", "LA")]
    for number, (image, facts) in enumerate(bare(count) if cutouts else ()):
        rng = np.random.default_rng(number)
        yield stand(image, cutouts[number % len(cutouts)], data.STAND_X[facts["position"]], rng), facts


def stand(image: Image.Image, cutout: Image.Image, stand_x: float, rng: np.random.Generator) -> Image.Image:
    """The cutout, trimmed and scaled, standing at the stand point on a soft shadow."""
    cutout = cutout.crop(cutout.getchannel("A").getbbox())
    scale = min(rng.uniform(0.3, 0.6) * image.height / cutout.height, 0.7 * image.width / cutout.width)
    cutout = cutout.resize((round(cutout.width * scale), round(cutout.height * scale)), Image.Resampling.LANCZOS)
    left, foot = round(image.width * stand_x - cutout.width / 2), round(image.height * 0.78)
    pixels = np.asarray(image, np.float32) / 255
    pixels = data.silhouettes.shadow(pixels, rng, left + cutout.width / 2, foot, cutout.width)
    placed = Image.fromarray(np.uint8(pixels * 255 + 0.5))
    placed.paste(cutout, (left, foot - cutout.height), cutout)
    return placed


def right_slots(answer: Output, facts: data.Facts) -> dict[str, bool]:
    """Which words are right; nothing about light is asked where none is told."""
    said = answer.facts["words"]
    assert isinstance(said, dict)
    wanted = facts | {"light_side": data.light_side(facts)}
    asked = [slot for slot in SLOTS if facts["family"] != "city_night" or slot in ("family", "colour")]
    return {slot: said[slot] == wanted[slot] for slot in asked}


def measure(engine: CaptionEngine, samples: Iterator[Sample]) -> None:
    """Print accuracy per word and the commonest confusions."""
    rows: list[dict[str, bool]] = []
    confusions: dict[str, Counter[str]] = {slot: Counter() for slot in SLOTS}
    by_family: dict[str, list[bool]] = {}
    for image, facts in samples:
        answer = engine.generate(REQUEST, {"image": image})
        rows.append(right_slots(answer, facts))
        by_family.setdefault(facts["family"], []).append(rows[-1]["colour"])
        for slot in [slot for slot, right in rows[-1].items() if not right]:
            confusions[slot][f"{facts[slot]} -> {answer.facts['words'][slot]}"] += 1  # type: ignore[call-overload,index]
    for slot in SLOTS:
        marks = [row[slot] for row in rows if slot in row]
        common = ", ".join(f"{pair} ({times})" for pair, times in confusions[slot].most_common(6))
        print(f"| {slot} | {np.mean(marks):.1%} | {common} |")
    print(f"| all words | {np.mean([all(row.values()) for row in rows]):.1%} | of {len(rows)} pictures |")
    print("colour by family:", {family: f"{np.mean(marks):.0%}" for family, marks in sorted(by_family.items())})


def sheet(engine: CaptionEngine, pictures: list[Image.Image], out: Path) -> None:
    """Write the pictures, five a row, each above its caption."""
    cells = []
    for picture in pictures:
        text = engine.generate(REQUEST, {"image": picture}).text["caption"]
        cell = Image.new("RGB", (300, 370), "white")
        cell.paste(picture.convert("RGB").resize((300, 300)), (0, 0))
        ImageDraw.Draw(cell).text((4, 304), "\n".join(textwrap.wrap(text, 44)), "black")
        cells.append(np.asarray(cell))
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % 5)
    rows = [np.concatenate(cells[start : start + 5], 1) for start in range(0, len(cells), 5)]
    Image.fromarray(np.concatenate(rows)).save(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=data.CHECKPOINT)
    parser.add_argument("--count", type=int, default=510)
    parser.add_argument("--pictures", type=Path, help="caption these PNG and JPEG files instead of measuring")
    parser.add_argument("--sheet", type=Path, default=Path("sheet.png"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    engine = CaptionEngine()
    engine.load(SERVICE.checkpoints[0].model_copy(update={"source": str(options.checkpoint.resolve())}))
    if options.pictures:
        files = sorted(path for path in options.pictures.iterdir() if path.suffix in (".png", ".jpg"))
        return sheet(engine, [Image.open(path) for path in files], options.sheet)
    for samples in (bare, with_things, with_products):
        print(f"\n{samples.__name__}: {samples.__doc__}")
        measure(engine, samples(options.count))


if __name__ == "__main__":
    main()
