"""Measure the try-on on rendered persons whose truth is known: each was also rendered in the new garment.

    PYTHONPATH=. python assets/evaluation/tryon/evaluate.py

Reads pairs/, writes figures.json and worst.jpg: the ten results least like their truths; photo, garment, result, truth.
The photograph ``skimage.data.astronaut`` is tried with every garment, too.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage.data
import torch
from PIL import Image
from skimage.metrics import structural_similarity
from transformers import AutoImageProcessor, VisionEncoderDecoderModel

from services.contract import load_engine
from services.cutout.saliency import Saliency
from services.errors import VitrineError
from services.images import ImageRef
from services.people import Joint, find_people
from services.tryon.dressing import Dressed
from services.tryon.engine import choose_person
from services.tryon.leak import share_left
from services.tryon.packshot import cut_garment
from services.tryon.service import KEEPABLE, LEAST_REMOVED, SERVICE, TryOnRequest
from services.tryon.wardrobe import PUT_ON

FOLDER = Path(__file__).parent
MODELS = FOLDER.parents[1] / "models"
CAPTIONER = MODELS / "captioner"
REF = ImageRef(key=f"images/{64 * '0'}.png", width=480, height=640, media_type="image/png")
TOP = 180  # grey level of the top in the label maps
MARGIN_PX = 6
SHOWN = 40.0  # difference of two colours (0..255, largest channel) that is seen
WORST = 10
BITS_PX = (3, 5, 8, 12, 20, 30)
LARGE_BIT = 0.005  # of the old top
LEAST_OFF_PX = 150  # that were covered by the old top and are no more
JOINTS = (
    *(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER),
    *(Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW),
    *(Joint.LEFT_HIP, Joint.RIGHT_HIP),
)


@dataclass(frozen=True)
class Pair:
    """A person's photo, the garment's, and the same person in it; RGB. Label maps: uint8, as rendered."""

    name: str
    photo: Image.Image
    garment: Image.Image
    truth: Image.Image
    photo_labels: np.ndarray
    truth_labels: np.ndarray


def read_pairs(folder: Path) -> list[Pair]:
    """Every truth with its photo and garment."""
    found = []
    for path in sorted(folder.glob("*_*.jpg")):
        person, _, garment = path.stem.partition("_")
        if person == "garment":
            continue
        files = folder / f"{person}.jpg", folder / f"garment_{garment}.jpg", path
        maps = folder / f"{person}.png", path.with_suffix(".png")
        pictures = (Image.open(file).convert("RGB") for file in files)
        labels = (np.asarray(Image.open(file).convert("L")) for file in maps)
        found.append(Pair(path.stem, *pictures, *labels))
    return found


class Features:
    """Perceptual distance in the features of our captioner's encoder, as LPIPS is in those of other networks."""

    def __init__(self) -> None:
        self._processor = AutoImageProcessor.from_pretrained(CAPTIONER)
        model = VisionEncoderDecoderModel.from_pretrained(CAPTIONER, dtype=torch.float32)
        self._encoder = model.encoder.eval()

    @torch.no_grad()
    def distance(self, one: Image.Image, other: Image.Image, region: np.ndarray) -> float:
        """Mean over all layers and the region of 1 - cosine: 0 is the same, 1 has nothing in common."""
        pixels = self._processor([one, other], return_tensors="pt")["pixel_values"]
        stages = self._encoder(pixels, output_hidden_states=True).hidden_states
        layers = [stage for stage in stages if stage.ndim == 4]
        return float(np.mean([_apart(layer, region) for layer in layers]))


def _apart(layer: torch.Tensor, region: np.ndarray) -> float:
    apart = 1 - torch.cosine_similarity(layer[0], layer[1], dim=0).numpy()
    share = cv2.resize(region.astype(np.float32), apart.shape[::-1], interpolation=cv2.INTER_AREA)
    return float((apart * share).sum() / max(share.sum(), 1e-6))


def measure(pair: Pair, result: Image.Image, features: Features) -> dict[str, float]:
    """How like the truth a result is, where photo or truth show a top.

    ssim: structural similarity of luminance. perceptual: see ``Features``. colour: mean difference of colours, 0..255.
    old_left: share of what the new top should have uncovered that still shows the old one. outside: share of all other
    pixels that changed. pose: mean distance of shoulders, elbows and hips, in shoulder widths.
    """
    before, after, truth = (np.asarray(picture, np.float32) for picture in (pair.photo, result, pair.truth))
    was, shall = pair.photo_labels == TOP, pair.truth_labels == TOP
    region = cv2.dilate((was | shall).astype(np.uint8), np.ones((2 * MARGIN_PX + 1,) * 2, np.uint8)) > 0
    grey = [cv2.cvtColor(one.astype(np.uint8), cv2.COLOR_RGB2GRAY) for one in (after, truth)]
    alike = structural_similarity(*grey, full=True, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)[1]
    error, kept = _difference(after, truth), _difference(after, before)
    uncovered = was & ~shall & (_difference(before, truth) > SHOWN)
    return {
        "ssim": float(alike[region].mean()),
        "perceptual": features.distance(result, pair.truth, region),
        "colour": float(np.abs(after - truth)[region].mean()),
        "old_left": float((kept < error)[uncovered].mean()) if uncovered.sum() > 50 else 0.0,
        "outside": float((kept > 0)[~region].mean()),
        "pose": pose_distance(result, pair.truth),
    }


def _difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one - other).max(axis=2)


def pose_distance(one: Image.Image, other: Image.Image) -> float:
    """Mean distance of JOINTS, as a share of the shoulders' width; 1 where nobody is found."""
    people = [find_people(picture, 1) for picture in (one, other)]
    if not all(people):
        return 1.0
    first, second = (np.array([found[0].point(joint) for joint in JOINTS]) for found in people)
    return float(np.linalg.norm(first - second, axis=1).mean() / np.linalg.norm(second[0] - second[1]))


def summary(rows: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Median and worst tenth of every number."""
    made = {}
    for name in rows[0]:
        worst = 10 if name in ("ssim", "removed") else 90
        middle, far = np.percentile([row[name] for row in rows], [50, worst])
        made[name] = {"median": round(float(middle), 4), f"p{worst}": round(float(far), 4)}
    return made


def sheet(shown: Sequence[tuple[Pair, Image.Image]]) -> Image.Image:
    """Photo, garment, result and truth of each, one row each, two rows side by side."""
    size = (240, 320)
    made = Image.new("RGB", (8 * size[0], -(-len(shown) // 2) * size[1]), "white")
    for number, (pair, result) in enumerate(shown):
        for column, picture in enumerate((pair.photo, pair.garment, result, pair.truth)):
            corner = ((number % 2 * 4 + column) * size[0], number // 2 * size[1])
            made.paste(picture.resize(size, Image.Resampling.LANCZOS), corner)
    return made


@dataclass(frozen=True)
class Result:
    """A picture, and the engine's own score of how much of the old top is gone."""

    image: Image.Image
    removed: float


class Fitting:
    """The engine with its usual settings, one garment at a time."""

    def __init__(self) -> None:
        self._engine = load_engine(SERVICE.checkpoints[0])
        self._saliency = Saliency(str(MODELS / "matting"))
        self.cpu_s: list[float] = []

    def try_on(self, photo: Image.Image, garment: Image.Image) -> Result | str:
        """The result, or the reason why there is none."""
        request, started = TryOnRequest(person=REF, garment=REF, seed=0), time.process_time()
        try:
            made = self._engine.generate(request, {"person": photo, "garment": garment})
        except VitrineError as error:
            return str(error)
        self.cpu_s.append(time.process_time() - started)
        image = made.images["image"]
        assert isinstance(image, Image.Image)
        return Result(image, made.facts["scores"]["removed"])

    def dress(self, pair: Pair) -> Dressed:
        """What was put on, with the masks that answers do not show."""
        person = choose_person(pair.photo, None)
        packshot = cut_garment(pair.garment, self._saliency)
        return PUT_ON["upper_body"](np.asarray(pair.photo), person, packshot, KEEPABLE, 0)


@dataclass(frozen=True)
class Bit:
    """A square of the old top put back into a result. share: of the old top's area. seen: how much the score saw."""

    share: float
    seen: float


def put_back(pair: Pair, dressed: Dressed) -> list[Bit]:
    """Bits of several sizes where the old top came off; what the score sees without them is taken from it."""
    photo, result = np.asarray(pair.photo), np.clip(dressed.pixels + 0.5, 0, 255).astype(np.uint8)
    person = choose_person(pair.photo, None).mask
    off = (dressed.old > 0.9) & (dressed.garment < 0.5) & (_difference(photo.astype(float), result) > SHOWN)
    if off.sum() < LEAST_OFF_PX:
        return []
    rows, columns = np.nonzero(off)
    clean, bits = share_left(photo, result, dressed.old, dressed.garment, person), []
    for size, index in zip(BITS_PX, np.random.default_rng(0).integers(len(rows), size=len(BITS_PX)), strict=True):
        bit = np.zeros(off.shape, np.uint8)
        corner = int(columns[index]) - size // 2, int(rows[index]) - size // 2
        shown = (cv2.rectangle(bit, (*corner, size, size), 1, -1) > 0) & off
        mixed = np.where(shown[..., None], photo, result)
        seen = share_left(photo, mixed, dressed.old, dressed.garment, person)
        bits.append(Bit(float(shown.sum() / (dressed.old > 0.5).sum()), seen - clean))
    return bits


def judge_removed(bits: Sequence[Bit], removed: Sequence[float], left: Sequence[float]) -> dict[str, float]:
    """How well the score ``removed`` knows: on bits put back, and on the results against their ``old_left``."""
    shares, seen = (np.array([getattr(bit, name) for bit in bits]) for name in ("share", "seen"))
    large = shares >= LARGE_BIT
    return {
        "bits": len(bits),
        "seen_share": round(float(seen.sum() / shares.sum()), 3),
        "correlation": round(float(np.corrcoef(shares, seen)[0, 1]), 3),
        "large_bits": int(large.sum()),
        "large_bits_flagged": int((1 - seen[large] < LEAST_REMOVED).sum()),
        "clean_results_flagged": int((np.array(removed) < LEAST_REMOVED).sum()),
        "correlation_with_old_left": round(float(np.corrcoef(1 - np.array(removed), left)[0, 1]), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=FOLDER / "pairs")
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    fitting, features = Fitting(), Features()
    refused: dict[str, str] = {}
    dressed: list[tuple[Pair, Image.Image, dict[str, float]]] = []
    bits: list[Bit] = []
    for pair in read_pairs(options.pairs):
        result = fitting.try_on(pair.photo, pair.garment)
        if isinstance(result, str):
            refused[pair.name] = result
            continue
        numbers = measure(pair, result.image, features) | {"removed": result.removed}
        dressed.append((pair, result.image, numbers))
        bits += put_back(pair, fitting.dress(pair))
        print(pair.name, {name: round(value, 3) for name, value in dressed[-1][2].items()}, flush=True)
    astronaut = Image.fromarray(skimage.data.astronaut())
    tried = {path.stem: fitting.try_on(astronaut, Image.open(path)) for path in options.pairs.glob("garment_*.jpg")}
    figures = {
        "pairs": len(dressed) + len(refused),
        "refused": refused,
        "cpu_s_median": round(float(np.median(fitting.cpu_s)), 2),
        "result": summary([row for _, _, row in dressed]),
        "removed": judge_removed(bits, *([row[name] for _, _, row in dressed] for name in ("removed", "old_left"))),
        "photo_as_it_was": summary([measure(pair, pair.photo, features) for pair, _, _ in dressed]),
        "astronaut": {name: made if isinstance(made, str) else "dressed" for name, made in sorted(tried.items())},
        "cases": {pair.name: {key: round(value, 4) for key, value in row.items()} for pair, _, row in dressed},
    }
    (options.out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    worst = sorted(dressed, key=lambda one: one[2]["ssim"])[:WORST]
    sheet([(pair, result) for pair, result, _ in worst]).save(options.out / "worst.jpg", quality=88)


if __name__ == "__main__":
    main()
