"""The plain background of a product photo: its colour everywhere, its noise, and how far each pixel is from it.

All pictures here are Lab float32 (height, width, 3) with L in 0..100, at a reduced working size.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from services.errors import CutOutFailed

RING_SHARE = 0.025
PLAIN_SHARE = 0.7
MAX_TONE_ERROR = 5.0
MAX_NOISE = 4.0
PATCHWORK_SIDE_PX = 360
WALL_AND_TABLE_SHARE = 0.97
PLAIN_ADVICE = "Send the product on an even, single-colour background with space on all sides, or as a PNG with alpha."


Kind = Literal["plain background", "wall and table"]


class NotPlain(CutOutFailed):
    """The background has no even tone. Caught in this package, where the network then looks at the photo."""


@dataclass(frozen=True)
class Backdrop:
    """lab: the background's colour (height, width, 3). noise: its spread, Delta E."""

    lab: np.ndarray
    noise: float
    kind: Kind


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """RGB uint8 to Lab float32, L 0..100."""
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def estimate_backdrop(lab: np.ndarray) -> Backdrop:
    """Fit a smooth surface to the border of the picture, ignoring what does not belong to it.

    A wall and a table of one even tone each are read too.

    Raises:
        NotPlain: the border is neither.
        CutOutFailed: the product covers it.
    """
    ring = ring_mask(lab.shape[0], lab.shape[1])
    terms = _surface_terms(lab.shape[0], lab.shape[1])
    inside = terms[ring], lab[ring]
    step = max(1, len(inside[0]) // 4000)
    coefficients = _fit_robustly(inside[0][::step], inside[1][::step])
    error = np.linalg.norm(inside[1] - inside[0] @ coefficients, axis=1)
    plain = error < MAX_TONE_ERROR
    noise = float(1.48 * np.median(error[plain])) if plain.any() else np.inf
    surface = (terms.reshape(-1, terms.shape[-1]) @ coefficients).reshape(lab.shape).astype(np.float32)
    if _fills_frame(lab, surface, float(plain.mean())):
        problem = "it fills the frame, and background shows in the corners only"
        raise CutOutFailed(problem, "Leave a margin of at least 5 % around the product.")
    if plain.mean() < WALL_AND_TABLE_SHARE and _is_wall_and_table(lab, ring):
        return _patchwork(lab)
    _check_plain(float(plain.mean()), noise)
    return Backdrop(np.clip(surface, (0, -128, -128), (100, 127, 127)), max(noise, 0.4), "plain background")


def _is_wall_and_table(lab: np.ndarray, ring: np.ndarray) -> bool:
    """Whether nine tenths of the border are smooth and of three tones, two of which meet on both its left and right."""
    border = np.ascontiguousarray(lab[ring][::4])
    cv2.setRNGSeed(0)  # k-means draws from a global generator
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.1)
    tones = cv2.kmeans(border, 3, np.empty(0, np.int32), stop, 3, cv2.KMEANS_PP_CENTERS)[2]
    near = np.linalg.norm(border[:, None] - tones, axis=2).min(axis=1) < 12
    columns = [np.linalg.norm(lab[:, x][:, None] - tones, axis=2).argmin(axis=1) for x in (1, -2)]
    shares = np.array([np.bincount(column, minlength=3) / len(column) for column in columns])
    meeting = int((shares.min(axis=0) > 0.15).sum())
    return meeting > 1 and bool(near.mean() > 0.9 and (edge_steps(lab)[ring] < 1.5).mean() > 0.9)


def _patchwork(lab: np.ndarray) -> Backdrop:
    """A backdrop of several tones: what GrabCut (Rother et al. 2004) joins to the border, spread under the rest."""
    size = lab.shape[1::-1]
    scale = PATCHWORK_SIDE_PX / max(size)
    small = cv2.resize(lab * (2.5, 1, 1) + (0, 128, 128), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    labels = np.full(small.shape[:2], cv2.GC_PR_FGD, np.uint8)
    labels[ring_mask(*small.shape[:2])] = cv2.GC_BGD
    cv2.setRNGSeed(0)
    colours = np.clip(small, 0, 255).astype(np.uint8)
    cv2.grabCut(colours, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    other = cv2.resize((labels == cv2.GC_PR_FGD).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    known = cv2.dilate(other, np.ones((9, 9), np.uint8)) == 0
    spread = _spread_sideways(lab, known)
    return Backdrop(np.where(known[..., None], lab, spread), 0.6, "wall and table")


def _spread_sideways(lab: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Fill what is not known from both sides of it, since walls and tables meet in lines across the picture."""
    weight = known.astype(np.float32)
    total, filled = np.zeros_like(lab), np.zeros_like(weight)
    for reach_px in (4, 16, 64, 160, 320, 640):
        window = (2 * reach_px + 1, 2 * (reach_px // 12) + 1)
        share = cv2.blur(weight, window, borderType=cv2.BORDER_ISOLATED)
        colour = cv2.blur(lab * weight[..., None], window, borderType=cv2.BORDER_ISOLATED)
        use = np.where(filled < 1, (1 - filled) * np.clip(share * 20, 0, 1), 0)
        total += colour / np.maximum(share, 1e-6)[..., None] * use[..., None]
        filled += use
    spread: np.ndarray = total / np.maximum(filled, 1e-6)[..., None]
    return spread


def ring_mask(height: int, width: int) -> np.ndarray:
    """True in the border ring (height, width)."""
    thickness = max(2, round(RING_SHARE * min(height, width)))
    ring = np.ones((height, width), bool)
    ring[thickness:-thickness, thickness:-thickness] = False
    return ring


def _surface_terms(height: int, width: int) -> np.ndarray:
    """Polynomial terms (height, width, 8) of the position: cubic down the picture, square across it."""
    v, u = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(u), u, v, u * u, u * v, v * v, u * u * v, v**3], -1)


def _fit_robustly(terms: np.ndarray, colours: np.ndarray, rounds: int = 10) -> np.ndarray:
    """Least squares with Cauchy weights, started from the most common tone; returns (terms, 3)."""
    error = np.linalg.norm(colours - _common_tone(colours), axis=1)
    scale = 6.0
    for _ in range(rounds):
        weighted = terms / (1 + (error / scale) ** 2)[:, None]
        coefficients = np.linalg.solve(weighted.T @ terms + 1e-6 * np.eye(terms.shape[1]), weighted.T @ colours)
        error = np.linalg.norm(colours - terms @ coefficients, axis=1)
        scale = max(0.7 * scale, 1.0)
    return coefficients


def _common_tone(colours: np.ndarray) -> np.ndarray:
    """The mean colour of the fullest 10-unit cell of Lab."""
    cells = np.round(colours / 10).astype(np.int64) @ np.array([1, 100, 10_000])
    values, counts = np.unique(cells, return_counts=True)
    mean: np.ndarray = colours[cells == values[counts.argmax()]].mean(axis=0)
    return mean


def _check_plain(plain_share: float, noise: float) -> None:
    if plain_share < PLAIN_SHARE:
        problem = f"the background is not plain: {plain_share:.0%} of the photo's border has one even tone"
        raise NotPlain(f"{problem}, {PLAIN_SHARE:.0%} is needed", PLAIN_ADVICE)
    if noise > MAX_NOISE:
        problem = f"the background is textured (its colours vary by {noise:.0f} Delta E, at most {MAX_NOISE:.0f})"
        raise NotPlain(problem, PLAIN_ADVICE)


def _fills_frame(lab: np.ndarray, surface: np.ndarray, plain_share: float) -> bool:
    """Whether the corners share a smooth tone that the rest of the border does not have."""
    side = max(4, min(lab.shape[:2]) // 32)
    ends = (slice(side), slice(-side, None))
    corners = [(rows, columns) for rows in ends for columns in ends]
    tones = np.array([lab[corner].reshape(-1, 3).mean(axis=0) for corner in corners])
    uneven = max(float(lab[corner].reshape(-1, 3).std(axis=0).max()) for corner in corners)
    agree = uneven < 3 and float(np.linalg.norm(tones - tones.mean(axis=0), axis=1).max()) < 8
    fitted = np.array([surface[corner].reshape(-1, 3).mean(axis=0) for corner in corners])
    other = float(np.linalg.norm(tones - fitted, axis=1).min()) > 8
    return agree and (other or plain_share < PLAIN_SHARE)


def edge_steps(lab: np.ndarray) -> np.ndarray:
    """The change per px around each pixel, Delta E (height, width)."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    steps: np.ndarray = np.sqrt((across**2 + down**2).sum(axis=2))
    return steps


def tone_distance(lab: np.ndarray, backdrop: Backdrop) -> np.ndarray:
    """Delta E (CIE 1976) from the background (height, width)."""
    distance: np.ndarray = np.linalg.norm(lab - backdrop.lab, axis=2)
    return distance


def shadow_likeness(lab: np.ndarray, backdrop: Backdrop) -> tuple[np.ndarray, np.ndarray]:
    """How a shadow explains each pixel: (brightness as a share of the background's, Delta E of what is left in chroma).

    A shadow scales linear light, so L+16 and chroma scale by the same cube root (CIE 1976).
    """
    scale = (lab[..., 0] + 16) / (backdrop.lab[..., 0] + 16)
    chroma: np.ndarray = np.linalg.norm(lab[..., 1:] - backdrop.lab[..., 1:] * scale[..., None], axis=2)
    return scale**3, chroma
