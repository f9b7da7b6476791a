"""Teach the trained captioner when to abstain: writes familiarity.safetensors beside its weights.

    PYTHONPATH=. python assets/models/captioner/train/abstain.py --work .cache/captioner

Own pictures (augmented as in training) against drawn ones unlike any scene (outliers.py). A fifth of both is held out;
the bias is set so that 97 in 100 of the own held-out pictures are familiar.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import data
import numpy as np
import torch
from outliers import outlier
from safetensors.torch import save_file
from transformers import VisionEncoderDecoderModel

from services.caption.familiarity import FILE, Familiarity, features

KEPT = 0.97
STEPS = 400
BATCH = 32


def drawn_outliers(work: Path, pictures: data.Pictures, count: int) -> np.ndarray:
    """uint8 (count, 160, 160, 3), kept in the work folder."""
    kept = work / f"outliers_{count}.npy"
    if not kept.exists():
        made = [outlier(number, lambda rng: pictures.pixels[rng.integers(len(pictures))]) for number in range(count)]
        np.save(kept, np.stack(made))
    return np.load(kept)


def own_batches(pictures: data.Pictures, count: int) -> Iterator[np.ndarray]:
    """Augmented pictures as the captioner gets them in training."""
    for number in range(0, count, BATCH):
        yield data.training_batch(pictures, np.random.default_rng([4, number]), BATCH)[0]


def other_batches(outliers: np.ndarray) -> Iterator[np.ndarray]:
    """The outliers at the captioner's size."""
    size = (data.INPUT_PX, data.INPUT_PX)
    for start in range(0, len(outliers), BATCH):
        yield np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in outliers[start : start + BATCH]])


@torch.inference_mode()
def encode(model: VisionEncoderDecoderModel, batches: Iterator[np.ndarray]) -> torch.Tensor:
    """Features (count, 448) of uint8 batches."""
    rows = []
    for batch in batches:
        pixels = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 127.5 - 1
        rows.append(features(model.encoder(pixels, output_hidden_states=True).hidden_states))
    return torch.cat(rows)


def teach(own: torch.Tensor, other: torch.Tensor) -> Familiarity:
    """A network that tells the rows of ``own`` from those of ``other``; both weigh the same."""
    torch.manual_seed(7)
    network = Familiarity()
    every = torch.cat([own, other])
    network.mean.copy_(every.mean(0))
    network.scale.copy_(every.std(0) + 1e-6)
    targets = torch.cat([torch.ones(len(own)), torch.zeros(len(other))])
    weights = torch.cat([torch.full((len(own),), 0.5 / len(own)), torch.full((len(other),), 0.5 / len(other))])
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.5)
    for _ in range(STEPS):
        losses = torch.nn.functional.binary_cross_entropy_with_logits(network(every), targets, reduction="none")
        optimizer.zero_grad()
        (losses * weights).sum().backward()
        optimizer.step()
    return network


@torch.no_grad()
def set_limit(network: Familiarity, own: torch.Tensor) -> None:
    """Move the bias so that KEPT of the rows are over 0."""
    network.layers[-1].bias -= torch.quantile(network(own), 1 - KEPT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/captioner"))
    parser.add_argument("--checkpoint", type=Path, default=data.CHECKPOINT)
    parser.add_argument("--chunks", type=int, default=60)
    parser.add_argument("--outliers", type=int, default=1500)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pictures = data.prepare(options.work, options.chunks)
    outliers = drawn_outliers(options.work, pictures, options.outliers)
    model = VisionEncoderDecoderModel.from_pretrained(options.checkpoint, dtype=torch.float32).eval()
    own, other = encode(model, own_batches(pictures, 2 * len(outliers))), encode(model, other_batches(outliers))
    shuffled = other[torch.randperm(len(other), generator=torch.Generator().manual_seed(7))]
    own_train, own_test = own[: -len(own) // 5], own[-len(own) // 5 :]
    other_train, other_test = shuffled[: -len(other) // 5], shuffled[-len(other) // 5 :]
    network = teach(own_train, other_train)
    set_limit(network, own_test)
    with torch.no_grad():
        kept, caught = (network(own_test) > 0).float().mean(), (network(other_test) <= 0).float().mean()
    print(f"own held-out pictures that are familiar: {kept:.1%}; unlike ones that are not: {caught:.1%}")
    state = {name: values.half().contiguous() for name, values in network.state_dict().items()}
    save_file(state, options.checkpoint / FILE)


if __name__ == "__main__":
    main()
