"""What product imagery costs without the rest of the platform: a cut-out, and a further scene of the same product.

    PYTHONPATH=. python loadtests/imagery.py [--rounds 5 --threads 2]

Each case is run once to warm up, then --rounds times in this process; the table has medians. CPU seconds count all
threads. The goals on two cores are 1.5 s for the cut-out of a 1024 px photo and 1 s for a further scene.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import cv2
import torch
from PIL import Image

from services.catalog import find_service
from services.contract import Engine, load_engine
from services.cutout.service import CutOutRequest
from services.images import SHAPES, ImageRef
from services.product.service import ProductRequest
from services.settings import ASSETS

PHOTO = ASSETS / "samples" / "products" / "mug_packshot.jpg"
SIDE_PX = 1024
REF = ImageRef(key=f"images/{'0' * 64}.png", width=SIDE_PX, height=SIDE_PX, media_type="image/png")


def cases() -> Iterator[tuple[str, Callable[[int], object]]]:
    """Names, and what to run for a round's number."""
    cutter, product = load("cutout"), load("product")
    photo = Image.open(PHOTO).convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    yield "cut-out, 1024 px", lambda _: cutter.generate(CutOutRequest(photo=REF), {"photo": photo})
    images = {"product": cutter.generate(CutOutRequest(photo=REF), {"photo": photo}).images["cutout"]}
    defaults = find_service("product").checkpoint("").defaults
    for name, shapes in (("a further scene, square", ("square",)), ("a further scene, three shapes", SHAPES)):
        asked = {**defaults, "product": REF, "prompt": "wooden table, blurred kitchen", "shapes": shapes, "attempts": 1}
        yield (
            name,
            lambda seed, asked=asked: product.generate(ProductRequest.model_validate({**asked, "seed": seed}), images),
        )


def load(service: str) -> Engine:
    """The service's first checkpoint, loaded."""
    return load_engine(find_service(service).checkpoint(""))


def measure(run: Callable[[int], object], rounds: int) -> tuple[float, float]:
    """Median (CPU s, wall s) of the rounds after one to warm up."""
    run(0)
    spent = []
    for number in range(1, rounds + 1):
        cpu, wall = time.process_time(), time.perf_counter()
        run(number)
        spent.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu_s, wall_s = (statistics.median(column) for column in zip(*spent, strict=True))
    return cpu_s, wall_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    choice = parser.parse_args()
    torch.set_num_threads(choice.threads)
    cv2.setNumThreads(choice.threads)
    print("| case | CPU s | wall s |\n|---|---|---|")
    for name, run in cases():
        cpu_s, wall_s = measure(run, choice.rounds)
        print(f"| {name} | {cpu_s:.2f} | {wall_s:.2f} |", flush=True)


if __name__ == "__main__":
    main()
