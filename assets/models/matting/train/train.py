"""Train the matting network on drawn photos, on one CPU core.

    OMP_NUM_THREADS=1 PYTHONPATH=. python assets/models/matting/train/train.py --out DIR [--minutes 12]

Writes DIR/network.pt every 50 steps; started again it goes on from there (warm_start.py: from the published network).
"""

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from network import MattingNetwork
from photos import PhotoMaker
from torch.nn import functional

SIDE_PX = 160
BATCH = 16
RATE = 2e-3  # of a new network; a third of it for one that goes on


def loss_of(logits: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Cross entropy, soft IoU per photo, and the gradient error that keeps outlines crisp."""
    guess = logits.sigmoid()
    entropy = functional.binary_cross_entropy_with_logits(logits, alpha)
    both, either = (guess * alpha).sum((1, 2, 3)), (guess + alpha - guess * alpha).sum((1, 2, 3))
    overlap = 1 - ((both + 20) / (either + 20)).mean()
    edges = sum((guess.diff(dim=axis) - alpha.diff(dim=axis)).abs().mean() for axis in (2, 3))
    return entropy + 0.5 * overlap + 0.5 * edges


def batch_of(maker: PhotoMaker, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    photos, alphas = zip(*(maker.make(rng) for _ in range(BATCH)), strict=True)
    half = maker.side // 2, maker.side // 2
    small = [cv2.resize(alpha, half, interpolation=cv2.INTER_AREA) for alpha in alphas]
    pixels = torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).float() / 255
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    return pixels, torch.from_numpy(np.stack(small))[:, None].float() / 255


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=12, help="CPU time for this run")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--products", type=int, default=1200)
    parser.add_argument("--scenes", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    choice = parser.parse_args()
    choice.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(choice.seed)
    network, kept = MattingNetwork().to(memory_format=torch.channels_last), choice.out / "network.pt"
    if kept.exists():
        network.load_state_dict(torch.load(kept)["raw"])
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99), use_buffers=True
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    maker = PhotoMaker(SIDE_PX, choice.products, choice.scenes, choice.seed)
    rng, started, step, spent, losses = np.random.default_rng(choice.seed), time.process_time(), 0, 0.0, []
    print(f"banks made, {started:.0f} s", flush=True)
    while spent < 1:
        spent = (time.process_time() - started) / (60 * choice.minutes)
        fall = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(spent, 1)))
        for group in optimiser.param_groups:
            group["lr"] = choice.rate * min(1, (step + 1) / 50) * fall
        pixels, alpha = batch_of(maker, rng)
        loss = loss_of(network(pixels), alpha)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        average.update_parameters(network)
        losses.append(loss.item())
        step += 1
        if step % 50 == 0 or spent >= 1:
            print(f"{step} {spent:.3f} loss {np.mean(losses[-50:]):.4f}", flush=True)
            torch.save({"raw": network.state_dict(), "average": average.module.state_dict()}, kept)


if __name__ == "__main__":
    main()
