"""The proof that a plate shows the product as photographed, and the bounded relighting of a harmonised one.

What is compared: the plate inside the product's box, and the photo's cut-out resampled once to that box. Everything is
measured in the matte core (alpha 255) only, where nothing of the scene may show.
"""

from dataclasses import asdict, dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from services.images import Box
from services.product.service import MOST_SHIFT, Fidelity
from services.product.standing import fit_product

MOST_MEAN_SHIFT = 3.0
PRINT_TILE_PX = 24
PRINT_CONTRAST = 12.0
EDGE_THRESHOLDS = (60, 150)


@dataclass(frozen=True)
class Truth:
    """How far the product on a plate is from the product in the photo.

    core_px: pixels compared. max_difference: of any channel, 0..255. delta_e: CIE 1976, of all core pixels.
    edge_agreement: F1 of Canny edges within a pixel, 0..1. print_agreement: correlation of the worst tile of text,
    logo or other fine pattern, 1 when identical, and 1 where there is no print. scale: px of the plate per px of photo.
    """

    fidelity: Fidelity
    core_px: int
    max_difference: int
    delta_e_mean: float
    delta_e_p95: float
    delta_e_max: float
    edge_agreement: float
    print_agreement: float
    print_tiles: int
    scale: float

    @property
    def facts(self) -> dict[str, str | int | float]:
        """The numbers by name."""
        return asdict(self)


def prove(plate: np.ndarray, cutout: Image.Image, box: Box, fidelity: Fidelity) -> Truth:
    """Compare the plate (RGB uint8) with the cut-out (RGBA), which is resampled again here, at the product's box."""
    product = fit_product(cutout, box)
    shown = plate[box.top : box.bottom, box.left : box.right]
    core, meant = product[..., 3] == 255, np.ascontiguousarray(product[..., :3])
    apart = np.maximum.reduce(cv2.split(cv2.absdiff(shown, meant))) * core
    shift = _shift(meant, shown, core, apart > 0)
    worst, tiles = _print_agreement(_grey(meant), _grey(shown), core)
    return Truth(
        fidelity=fidelity,
        core_px=int(core.sum()),
        max_difference=int(apart.max()),
        delta_e_mean=round(float(shift.mean()), 3),
        delta_e_p95=round(float(np.percentile(shift, 95)), 3),
        delta_e_max=round(float(shift.max()), 3),
        edge_agreement=_edge_agreement(_grey(meant), _grey(shown), core),
        print_agreement=worst,
        print_tiles=tiles,
        scale=round(box.width / cutout.width, 3),
    )


def _shift(meant: np.ndarray, shown: np.ndarray, core: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Delta E of each core pixel, in no order, or one zero for no core; only pixels that moved cost time."""
    shift = np.zeros(max(int(core.sum()), 1), np.float32)
    if moved.any():
        change = _lab(shown[moved][:, None]) - _lab(meant[moved][:, None])
        shift[: len(change)] = np.linalg.norm(change, axis=2)[:, 0]
    return shift


def _lab(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def _grey(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)


def _edge_agreement(meant: np.ndarray, shown: np.ndarray, core: np.ndarray) -> float:
    """F1 of the two pictures' edges inside the core; an edge a pixel away still agrees."""
    near, inner = np.ones((3, 3), np.uint8), cv2.erode(core.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    first, second = (np.where(inner, cv2.Canny(picture, *EDGE_THRESHOLDS), 0) for picture in (meant, shown))
    if not first.any() and not second.any():
        return 1.0
    kept = (cv2.dilate(second, near) > 0)[first > 0]
    real = (cv2.dilate(first, near) > 0)[second > 0]
    agreed, counted = int(kept.sum()) + int(real.sum()), kept.size + real.size
    return round(agreed / counted, 4)


def _print_agreement(meant: np.ndarray, shown: np.ndarray, core: np.ndarray) -> tuple[float, int]:
    """The lowest correlation of any finely patterned tile (1 without such), and how many tiles have a pattern."""
    rows, columns = (size // PRINT_TILE_PX for size in core.shape)

    def tiles(picture: np.ndarray) -> np.ndarray:
        whole = picture[: rows * PRINT_TILE_PX, : columns * PRINT_TILE_PX]
        split = whole.reshape(rows, PRINT_TILE_PX, columns, PRINT_TILE_PX).swapaxes(1, 2)
        return split.reshape(rows * columns, -1).astype(np.float32)

    full = tiles(core).min(axis=1, initial=1) > 0
    first, second = tiles(meant)[full], tiles(shown)[full]
    fine = tiles(cv2.Laplacian(meant, cv2.CV_32F))[full].std(axis=1, ddof=0) > PRINT_CONTRAST
    if not fine.any():
        return 1.0, 0
    first, second = (part[fine] - part[fine].mean(axis=1, keepdims=True) for part in (first, second))
    size = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    correlation = (first * second).sum(axis=1) / np.maximum(size, 1e-6)
    return round(float(correlation.min()), 4), int(fine.sum())


def harmonise(product: np.ndarray, scene: np.ndarray, box: Box, side: Literal["left", "right"]) -> np.ndarray:
    """The product (RGBA) with a little of the scene's light: its tint, its level, and a fall-off from the light side.

    The change is bounded: on average at most MOST_MEAN_SHIFT and nowhere more than MOST_SHIFT Delta E (CIE 1976).
    """
    wanted = _lit(product[..., :3], scene, box, side)
    before, core = _lab(product[..., :3]), product[..., 3] == 255
    change = _lab(np.clip(wanted, 0, 255)) - before
    length = np.linalg.norm(change, axis=2)
    mean = float(length[core].mean()) if core.any() else 0.0
    share = min(1.0, 0.95 * MOST_MEAN_SHIFT / max(mean, 1e-6))
    bounded = change * np.minimum(share, 0.9 * MOST_SHIFT / np.maximum(length, 1e-6))[..., None]
    rgb = cv2.cvtColor((before + bounded).astype(np.float32), cv2.COLOR_Lab2RGB)
    return np.dstack([np.round(255 * np.clip(rgb, 0, 1)).astype(np.uint8), product[..., 3]])


def _lit(rgb: np.ndarray, scene: np.ndarray, box: Box, side: Literal["left", "right"]) -> np.ndarray:
    """Grey-world light of the scene around the box, at a third of its strength, stronger on the light's side."""
    reach = box.height // 2
    around = scene[max(0, box.top - reach) : box.bottom + reach, max(0, box.left - reach) : box.right + reach]
    light = around[::4, ::4].reshape(-1, 3).astype(np.float32).mean(axis=0) + 1
    tint = (light / light.mean()) ** 0.33
    level = float(np.clip((light.mean() / 150) ** 0.25, 0.9, 1.06))
    across = np.linspace(1.05, 0.93, rgb.shape[1], dtype=np.float32)
    fall = across if side == "left" else across[::-1]
    lit: np.ndarray = rgb * (tint * level)[None, None] * fall[None, :, None]
    return lit
