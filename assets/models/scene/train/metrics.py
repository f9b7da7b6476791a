"""Numbers for sets of pictures: agreement with their prompts, variety, distance between sets, artefacts of the patches.

Pictures are uint8 (n, h, w, 3). Each number is computed for renderings too: that is what it can be compared with.
"""

import cv2
import numpy as np
import torch
from judge import FACTS, SHRINK, WORDS, Judge, targets, to_judge

from services.product.patch_autoencoder import PATCH_PX


def shrink(pictures: np.ndarray) -> torch.Tensor:
    """What the judge takes, at a quarter of the size."""
    size = (pictures.shape[2] // SHRINK, pictures.shape[1] // SHRINK)
    return to_judge(np.stack([cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures]))


@torch.no_grad()
def features(judge: Judge, pictures: np.ndarray) -> np.ndarray:
    """The judge's features (n, 256) of the pictures, each of length one."""
    found = judge.features(shrink(pictures)).numpy()
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@torch.no_grad()
def agreement(judge: Judge, pictures: np.ndarray, facts: list[dict[str, str]]) -> dict[str, float]:
    """Share of the pictures in which the judge sees each word of the prompt; mean: of family, colour and mood."""
    logits, wanted = judge(shrink(pictures)), targets(facts)
    shares = {fact: float((logits[fact].argmax(1) == wanted[:, i]).float().mean()) for i, fact in enumerate(WORDS)}
    return {**shares, "mean": float(np.mean([shares[fact] for fact in FACTS]))}


def variety(found: np.ndarray, per_prompt: int) -> float:
    """Mean distance between pictures of one prompt: 0 is collapse. The sets are found[0:k], found[k:2k] ..."""
    groups = found.reshape(-1, per_prompt, found.shape[1])
    distances = np.linalg.norm(groups[:, :, None] - groups[:, None], axis=-1)
    return float(distances.sum() / (len(groups) * per_prompt * (per_prompt - 1)))


def kernel_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Distance between two sets of features, times 1000: KID (arXiv:1801.01401), which is unbiased for small sets.

    Row i of both sets is of one prompt; such pairs do not count, as a picture does not count with itself.
    """

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a @ b.T + 1) ** 3

    def without_diagonal(square: np.ndarray) -> float:
        return (square.sum() - np.trace(square)) / (len(square) * (len(square) - 1))

    inside = without_diagonal(kernel(first, first)) + without_diagonal(kernel(second, second))
    return float(1000 * (inside - 2 * without_diagonal(kernel(first, second))))


def seams(pictures: np.ndarray) -> float:
    """How much stronger steps between neighbouring pixels are at the worst place in a patch than in the median one.

    0: no seam can be told; 0.1: the grid of patches carries 10 % more gradient.
    """
    grey = pictures.astype(np.float32).mean(3)
    across, down = np.abs(np.diff(grey, axis=2)).mean((0, 1)), np.abs(np.diff(grey, axis=1)).mean((0, 2))
    phases = [[line[phase::PATCH_PX].mean() for phase in range(PATCH_PX)] for line in (across, down)]
    return float(max(max(phase) / np.median(phase) for phase in phases) - 1)
