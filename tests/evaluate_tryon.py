"""Measure the try-on on drawn persons whose landmarks, mask and clothes are known.

``PYTHONPATH=.:tests python tests/evaluate_tryon.py OUT``: poses x old sleeves x garments x colours. Writes
OUT/numbers.json and OUT/worst.png (before, after, mask; lowest garment score first). The cases are a fixed list,
without randomness. Drawings say whether parts are where they belong, not whether a shopper would believe the
picture: for that, look at photographs.
"""

import json
import sys
import time
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from dressed_figure import TOP, figure, shirt
from PIL import Image

from services.cutout.saliency import Saliency
from services.people import FOLDER, Person
from services.tryon.body import read_body
from services.tryon.drape import fit_garment
from services.tryon.dressing import dress
from services.tryon.garment import read_garment
from services.tryon.kept import find_front
from services.tryon.packshot import cut_garment
from services.tryon.regions import find_regions
from services.tryon.scores import score
from services.tryon.service import KEEPABLE

POSES = {
    "arms down": {},
    "arms away": {
        "left_elbow": (184, 160),
        "left_wrist": (204, 200),
        "right_elbow": (56, 160),
        "right_wrist": (36, 200),
    },
    "one arm bent": {"left_elbow": (176, 165), "left_wrist": (152, 212)},
    "leaning": {"left_shoulder": (154, 126), "right_shoulder": (92, 114), "left_elbow": (170, 176)},
}
OLD_SLEEVES = (0.1, 0.5, 0.95)
COLOURS = {"red": (190, 40, 40), "white": (244, 243, 240), "black": (32, 32, 36)}
PRINT = (250, 220, 40)
SCALE = 2
SHEET_ROWS = 10
SALIENCY = Saliency(str(FOLDER.parent / "matting"))


def main(out: Path) -> None:
    """Run all cases and write what was measured."""
    out.mkdir(parents=True, exist_ok=True)
    cases = [
        measure(pose, sleeve, colour, has_sleeves)
        for pose, sleeve, colour, has_sleeves in product(POSES, OLD_SLEEVES, COLOURS, (True, False))
    ]
    rows = [row for row, _ in cases]
    summary = {name: _summary([row[name] for row in rows]) for name in rows[0] if name != "case"}
    worst = sorted(cases, key=lambda case: case[0]["garment"])[:SHEET_ROWS]
    Image.fromarray(np.concatenate([picture for _, picture in worst], axis=1)).save(out / "worst.png", optimize=True)
    numbers = {"cases": len(rows), "summary": summary, "worst": [row for row, _ in worst]}
    (out / "numbers.json").write_text(json.dumps(numbers, indent=1))
    print(json.dumps({"cases": len(rows), **summary}, indent=1))


def measure(pose: str, sleeve: float, colour: str, has_sleeves: bool) -> tuple[dict[str, float | str], np.ndarray]:
    """One case: leak of the old top, print shape and place, what changed outside clothes and arms, CPU seconds."""
    pixels, person = _enlarged(*figure(sleeve, **POSES[pose]))
    garment_photo = shirt(COLOURS[colour], has_sleeves, PRINT)
    started = time.process_time()
    body, regions = find_regions(pixels, person, read_body(person))
    packshot = cut_garment(garment_photo, SALIENCY)
    garment = read_garment(packshot)
    dressed = dress(
        pixels, body, regions, find_front(pixels, body, regions, KEEPABLE), fit_garment(garment, body, regions), 0
    )
    spent = time.process_time() - started
    after = np.clip(dressed.pixels + 0.5, 0, 255).astype(np.uint8)
    old = np.abs(pixels.astype(int) - TOP).max(axis=2) < 20
    left = old & (np.abs(after.astype(int) - TOP).max(axis=2) < 45)
    changed = (after != pixels).any(axis=2)
    clothes = cv2.dilate((old | (dressed.garment > 0.1)).astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
    row: dict[str, float | str] = {
        "case": f"{pose}, old sleeve {sleeve:g}, {colour} {'tee' if has_sleeves else 'vest'}",
        "leak": round(float(left.sum() / old.sum()), 4),
        "changed_elsewhere": round(float((changed & ~clothes).mean()), 5),
        "cpu_s": round(spent, 2),
        **_print(after),
        **{name: float(value) for name, value in score(pixels, after, person, [packshot], [dressed]).items()},
    }
    picture = np.concatenate([pixels, after, np.repeat(np.uint8(255 * changed)[..., None], 3, axis=2)])
    return row, cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)


def _enlarged(pixels: np.ndarray, person: Person) -> tuple[np.ndarray, Person]:
    landmarks = person.landmarks.copy()
    landmarks[:, :3] *= SCALE
    box = person.box.model_copy(update={side: SCALE * value for side, value in person.box.model_dump().items()})
    larger = {"fx": SCALE, "fy": SCALE, "interpolation": cv2.INTER_LINEAR}
    return cv2.resize(pixels, None, **larger), Person(box, 1.0, landmarks, cv2.resize(person.mask, None, **larger))


def _print(after: np.ndarray) -> dict[str, float]:
    """Width over height of the square print, and how far it is from the body's axis in px."""
    rows, columns = np.nonzero(np.abs(after.astype(int) - PRINT).max(axis=2) < 70)
    if rows.size < 30:
        return {"print_aspect": 0.0, "print_shift_px": 99.0}
    wide, high = (np.percentile(axis, 98) - np.percentile(axis, 2) for axis in (columns, rows))
    return {
        "print_aspect": round(float(wide / high), 3),
        "print_shift_px": round(abs(float(np.median(columns)) - 240), 1),
    }


def _summary(values: list[float]) -> dict[str, float]:
    low, middle, high = np.percentile(values, [0, 50, 100])
    return {"least": round(float(low), 4), "median": round(float(middle), 4), "most": round(float(high), 4)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
