"""What composing costs: CPU time of one process, for twelve formats from a ready scene, other words, and all formats.

    python loadtests/compositor.py [--rounds 5] [--json]

Two brands take turns, every round with other words. CPU time depends on what else runs on the machine, so each case
also has its ratio to a yardstick that runs beside it: Pillow alone, encoding the same twelve pictures.
"""

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import cv2
from PIL import Image

from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE, ComposeRequest, Words
from services.contract import Output, load_engine
from services.images import EncodedImage
from services.settings import ASSETS
from workflows.brand_kit import BRANDS, load_brands
from workflows.format import load_formats

sys.path.insert(0, str(ASSETS / "samples"))
import wall

TWELVE = (
    "iab_mrec_300x250",
    "iab_leaderboard_728x90",
    "iab_skyscraper_160x600",
    "iab_billboard_970x250",
    "iab_halfpage_300x600",
    "iab_mobile_320x50",
    "linkedin_landscape",
    "linkedin_vertical",
    "meta_feed_1x1",
    "meta_feed_4x5",
    "meta_story_9x16",
    "pinterest_static_2x3",
)
HEADLINES = (
    "Late evenings end here",
    "A calm start for your day",
    "Made for quiet mornings",
    "Begin the day slowly",
    "Some more time for yourself",
    "Two hands, one warm cup",
)
BODIES = ("Thrown by hand and glazed twice.", "It keeps its warmth while you find your words.")


def request_for(
    brand: str, formats: tuple[str, ...], fields: Mapping[str, Any]
) -> tuple[ComposeRequest, wall.Pictures]:
    """The mug in these formats of a brand, and the pictures it needs."""
    logos = {f"logo_{ink}": Image.open(BRANDS / brand / f"logo_{ink}.png").convert("RGBA") for ink in ("dark", "light")}
    known = load_formats()
    request = ComposeRequest(
        **fields,
        **{name: wall.reference(logo) for name, logo in logos.items()},
        canvases=tuple(canvas for name in formats for canvas in known[name].canvases()),
        words=wall.WORDS["en"],
        style=load_brands()[brand].style,
        watermark=0xABCDE1,
    )
    return request, dict(logos)


def with_words(request: ComposeRequest, number: int, everything: bool) -> ComposeRequest:
    """The same with another headline, or with nothing left of its words."""
    words = request.words.model_copy(update={"headline": HEADLINES[number % len(HEADLINES)]})
    if everything:
        other = {"body": BODIES[number % 2], "call_to_action": ("Try it", "Have a look")[number % 2]}
        words = words.model_copy(update={**other, "price": f"€{25 + number}.00"})
    return request.model_copy(update={"words": Words.model_validate(words.model_dump())})


def cpu_ms(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU time of this process that the work takes, and what it gives."""
    started = time.process_time()
    made = work()
    return 1000 * (time.process_time() - started), made


def yardstick(output: Output) -> Callable[[], None]:
    """Pillow encoding the same pictures at the same quality, with no marker, mark or byte limit."""
    files = [made for made in output.images.values() if isinstance(made, EncodedImage)]
    pictures = [Image.open(io.BytesIO(made.data)).convert("RGB") for made in files]

    def encode_all() -> None:
        for picture in pictures:
            picture.save(io.BytesIO(), "JPEG", quality=92)

    return encode_all


def engine() -> CompositorEngine:
    """One that has made nothing yet, its fonts opened."""
    made = load_engine(SERVICE.checkpoint(""))
    assert isinstance(made, CompositorEngine)
    return made


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Case -> median, least and most CPU ms, and the median ratio to the yardstick of the same round."""
    fields, pictures = wall.make_plates()
    spent: dict[str, list[tuple[float, float]]] = {}
    for brand in load_brands():
        request, logos = request_for(brand, TWELVE, fields)
        everything, _ = request_for(brand, tuple(load_formats()), fields)
        images = pictures | logos
        warm, warm_for_all = engine(), engine()
        encode_all = yardstick(warm.generate(request, images))
        warm_for_all.generate(everything, images)
        for number in range(rounds):
            unit, _ = cpu_ms(encode_all)
            cases = {
                "12 formats from a ready scene": (engine(), request),
                "12 formats, another headline": (warm, with_words(request, number, everything=False)),
                "12 formats, all words new": (warm, with_words(request, number, everything=True)),
                "all formats, another headline": (warm_for_all, with_words(everything, number, everything=False)),
            }
            for name, (used, asked) in cases.items():
                took, output = cpu_ms(partial(used.generate, asked, images))
                assert not output.facts["failures"], output.facts["failures"]
                spent.setdefault(name, []).append((took, took / unit))
            spent.setdefault("yardstick: Pillow encodes the 12 files", []).append((unit, 1.0))
    return {name: summary(found) for name, found in spent.items()}


def summary(found: list[tuple[float, float]]) -> dict[str, float]:
    """Rounded."""
    times = sorted(took for took, _ in found)
    return {
        "median_ms": round(statistics.median(times), 1),
        "least_ms": round(times[0], 1),
        "most_ms": round(times[-1], 1),
        "ratio": round(statistics.median(ratio for _, ratio in found), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="per brand")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    made = measure(asked.rounds)
    if asked.json:
        print(json.dumps(made, indent=1))
        return
    print(f"{'CPU ms':40} {'median':>8} {'least':>8} {'most':>8} {'x yardstick':>12}")
    for name, row in made.items():
        print(f"{name:40} {row['median_ms']:8} {row['least_ms']:8} {row['most_ms']:8} {row['ratio']:12}")


if __name__ == "__main__":
    main()
