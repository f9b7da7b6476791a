"""Measure the cut-out service on rendered products whose alpha is known.

    PYTHONPATH=. python assets/models/matting/train/evaluate.py [--sheet cutouts.png]

Every sample product stands, with a soft shadow, before plain sweeps and before real photographs from `skimage.data`
(coffee: Rachel Michetti, CC0; rocket: NASA, public domain; brick, grass, gravel: CC0), once in focus and once out of
focus as behind a product. SAD in thousands of px, MSE in thousandths, gradient error (Rhemann et al. 2009, central
differences) in thousandths per px, IoU at half alpha; refused photos are counted and not averaged. None of these
pictures was trained on.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data

from services.cutout.cutout import cut_out
from services.cutout.saliency import Saliency
from services.errors import CutOutFailed
from services.settings import ASSETS

SIDE_PX = 800
PHOTOS = {"coffee": (490, 0, 600, 110), "rocket": (0, 100, 240, 427), "brick": None, "grass": None, "gravel": None}


def plain(rng: np.random.Generator) -> np.ndarray:
    """A sweep of one tone, light to mid, darker towards one corner."""
    tone = rng.uniform(0.45, 0.97) + rng.normal(0, 0.03, 3)
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX] / SIDE_PX
    shade = 1 - rng.uniform(0, 0.2) * (x * rng.uniform(0, 1) + y)
    return np.clip(255 * tone * shade[..., None] + rng.normal(0, 1.2, (SIDE_PX, SIDE_PX, 3)), 0, 255)


def photograph(name: str, blur_px: float) -> np.ndarray:
    """A part of a photograph without an object of its own, filling the frame."""
    picture = getattr(data, name)()
    picture = np.dstack([picture] * 3) if picture.ndim == 2 else picture
    if PHOTOS[name]:
        left, top, right, bottom = PHOTOS[name]
        picture = picture[top:bottom, left:right]
    large = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    return (cv2.GaussianBlur(large, (0, 0), blur_px) if blur_px else large).astype(np.float32)


def stand(product: np.ndarray, ground: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The photo (uint8) with the product and its shadow, and the exact alpha (uint8)."""
    size = int(SIDE_PX * rng.uniform(0.55, 0.8))
    left, top = int((SIDE_PX - size) * rng.uniform(0.3, 0.7)), int((SIDE_PX - size) * rng.uniform(0.5, 0.8))
    weighted = np.dstack([product[..., :3] * (product[..., 3:] / 255), product[..., 3]]).astype(np.float32)
    small = cv2.resize(weighted, (size, size), interpolation=cv2.INTER_AREA)
    layer = np.zeros((SIDE_PX, SIDE_PX, 4), np.float32)
    layer[top : top + size, left : left + size] = small
    alpha = layer[..., 3:] / 255
    cast = cv2.GaussianBlur(np.roll(layer[..., 3], (6, 14), (0, 1)), (0, 0), 18)[..., None] / 255
    rows = np.arange(SIDE_PX)[:, None, None]
    cast = cast * np.clip((rows - (top + 0.75 * size)) / (0.2 * size), 0, 1)
    photo = ground * (1 - 0.45 * cast) * (1 - alpha) + layer[..., :3]
    return np.clip(photo, 0, 255).astype(np.uint8), layer[..., 3].astype(np.uint8)


def errors(found: np.ndarray, truth: np.ndarray) -> tuple[float, float, float, float]:
    """(SAD / 1000, MSE * 1000, gradient * 1000, IoU) of two alphas 0..1."""
    difference = np.abs(found - truth)
    slopes = [np.hypot(cv2.Sobel(a, cv2.CV_64F, 1, 0), cv2.Sobel(a, cv2.CV_64F, 0, 1)) / 8 for a in (found, truth)]
    both, either = (found > 0.5) & (truth > 0.5), (found > 0.5) | (truth > 0.5)
    gradient = 1000 * float(((slopes[0] - slopes[1]) ** 2).mean())
    return difference.sum() / 1000, 1000 * float((difference**2).mean()), gradient, both.sum() / either.sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path)
    choice = parser.parse_args()
    cv2.setNumThreads(1)
    saliency, tiles = Saliency(str(ASSETS / "models" / "matting")), []
    products = sorted((ASSETS / "samples" / "products").glob("*.png"))
    print("| background | photos | refused | IoU mean | IoU least | SAD | MSE | gradient | CPU ms |\n|" + "---|" * 9)
    for kind in ("plain", "photograph, out of focus", "photograph, in focus"):
        rows, refused, spent = [], 0, []
        for number, path in enumerate(products):
            product = np.asarray(Image.open(path).convert("RGBA"))
            for turn, name in enumerate(PHOTOS):
                rng = np.random.default_rng([number, turn])
                ground = plain(rng) if kind == "plain" else photograph(name, 0 if "in focus" in kind else 6)
                photo, truth = stand(product, ground, rng)
                started, found = time.process_time(), np.zeros(truth.shape)
                try:
                    cut = cut_out(Image.fromarray(photo), saliency)
                    found[cut.box.top : cut.box.bottom, cut.box.left : cut.box.right] = cut.matte / 255
                    rows.append(errors(found, truth / 255.0))
                    label = f"{path.stem} {name} {rows[-1][3]:.3f} {cut.confidence:.2f}"
                except CutOutFailed as error:
                    refused += 1
                    label = f"{path.stem} {name} refused: {error}"[:70]
                spent.append(1000 * (time.process_time() - started))
                print("  ", kind, label)
                shown = photo * found[..., None] + np.array([230, 60, 200]) * (1 - found[..., None])
                tiles.append(cv2.resize(np.hstack([photo, shown.astype(np.uint8)]), (300, 150)))
        mean, least = np.mean(rows, axis=0), np.min(rows, axis=0)
        figures = f"{mean[3]:.3f} | {least[3]:.3f} | {mean[0]:.2f} | {mean[1]:.2f} | {mean[2]:.3f}"
        print(f"| {kind} | {len(rows) + refused} | {refused} | {figures} | {np.median(spent):.0f} |", flush=True)
    if choice.sheet:
        rows = [np.hstack(tiles[start : start + 5]) for start in range(0, len(tiles), 5)]
        half = (len(rows) + 1) // 2
        rows += [np.zeros_like(rows[0])] * (2 * half - len(rows))
        Image.fromarray(np.hstack([np.vstack(rows[:half]), np.vstack(rows[half:])])).save(choice.sheet)


if __name__ == "__main__":
    main()
