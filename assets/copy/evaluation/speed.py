"""CPU time of the words and the decision for one variant, by language. The first reader of a brand is not counted.

Run from the repository root: OMP_NUM_THREADS=1 python assets/copy/evaluation/speed.py [--rounds 1]
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "loadtests")]

from audiences import sample_products  # noqa: E402

from services.contract import Engine, load_engine  # noqa: E402
from services.copywriter.service import SERVICE  # noqa: E402
from workflows.brief import Brief  # noqa: E402
from workflows.format import find_formats  # noqa: E402
from workflows.inputs import angles, ask_for_copy  # noqa: E402
from workflows.personalisation import personalise  # noqa: E402
from workflows.personas import make_persona  # noqa: E402

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "ja", "ar")
MOST_READERS = 20
PHOTO = f"uploads/{'0' * 64}.png"


def timed(run: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    """What a call gives, and its CPU time in ms."""
    started = time.process_time()
    result = run(*given)
    return result, 1000 * (time.process_time() - started)


def brief_of(product: dict[str, Any], language: str, first: int) -> Brief:
    """A product for twenty synthetic readers."""
    readers = [make_persona(first + number, seed=1) for number in range(MOST_READERS)]
    return Brief.model_validate(
        {"product": {**product, "image": PHOTO}, "brand": "tarnefold", "locale": language, "variants": readers}
    )


def measure(engine: Engine, brief: Brief) -> dict[str, list[float]]:
    """CPU ms of every decision, of every reader's words alone, and of the last one's, who differs from all others."""
    decided = [timed(personalise, brief, one, datetime.now(UTC), ()) for one in brief.variants]
    personal = [one for one, _ in decided]
    formats = find_formats(brief.formats)
    requests = [
        ask_for_copy(one.brief, one.variant, formats, one.decision, earlier)
        for one, earlier in zip(personal, angles(personal), strict=True)
    ]
    alone = [one.model_copy(update={"earlier": ()}) for one in requests]
    return {
        "decision": [ms for _, ms in decided],
        "words": [timed(engine.generate, one, {})[1] for one in alone],
        "words of the twentieth": [timed(engine.generate, requests[-1], {})[1]],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="of twenty readers for each product")
    options = parser.parse_args()
    engine = load_engine(SERVICE.checkpoints[0])
    for language in LANGUAGES:
        spent: dict[str, list[float]] = {}
        for number in range(options.rounds + 1):
            for product in sample_products():
                for what, found in measure(engine, brief_of(product, language, MOST_READERS * number)).items():
                    spent[what] = spent.get(what, []) + (found if number else [])  # the first round reads examples
        row = (f"{what} {np.median(ms):.1f}, {np.percentile(ms, 95):.1f}, {max(ms):.1f}" for what, ms in spent.items())
        print(language, *row, sep=" | ")


if __name__ == "__main__":
    main()
