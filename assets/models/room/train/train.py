"""Train the floor network on drawn photos, on one CPU core.

    OMP_NUM_THREADS=1 PYTHONPATH=. python assets/models/room/train/train.py --banks DIR --out DIR [--minutes 25]

Takes every bank_*.npz that lies in DIR, and looks for more every 50 steps. Writes OUT/network.pt; started again
it goes on from there.
"""

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from network import FloorNetwork
from torch.nn import functional

SIDE_PX = 128
BATCH = 16
RATE = 2.5e-3
SPREAD_PITCH, SPREAD_FOCAL = 0.02, 0.04
Bank = dict[str, np.ndarray]


def load_banks(paths: list[Path]) -> Bank:
    """All photos drawn so far, stacked."""
    banks = [np.load(path) for path in paths]
    return {name: np.concatenate([bank[name] for bank in banks]) for name in ("rgb", "label", "near", "drop")}


def batch_of(bank: Bank, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(pixels, label, near): mirrored, cut, recoloured, and with a camera that is read a little wrong."""
    chosen = rng.integers(len(bank["rgb"]), size=BATCH)
    pixels, labels, nears = [], [], []
    for number in chosen:
        rgb, drop = bank["rgb"][number], bank["drop"][number]
        label, near = bank["label"][number], bank["near"][number].astype(np.float32)
        rgb, drop, label, near = _cut(rng, rgb, drop, label, near)
        seen = np.concatenate([_recoloured(rng, rgb), _misread(rng, drop)[..., None]], axis=2)
        pixels.append(seen.transpose(2, 0, 1))
        labels.append(label)
        nears.append(near)
    seen, label, near = (torch.from_numpy(np.ascontiguousarray(np.stack(part))) for part in (pixels, labels, nears))
    return seen.contiguous(memory_format=torch.channels_last), label, near


def _cut(rng: np.random.Generator, rgb, drop, label, near):
    """A part of the photo at SIDE_PX, perhaps mirrored; a cut photo is that of a longer lens, off its axis."""
    side = rgb.shape[0]
    if rng.random() < 0.5:
        rgb, drop, label, near = (part[:, ::-1] for part in (rgb, drop, label, near))
    size = int(side * (rng.uniform(0.65, 1.0) if rng.random() < 0.6 else 1.0)) // 2
    top, left = rng.integers(0, side // 2 - size + 1, 2)
    whole = slice(2 * top, 2 * (top + size)), slice(2 * left, 2 * (left + size))
    half = slice(top, top + size), slice(left, left + size)
    rgb, drop = (
        cv2.resize(np.ascontiguousarray(part[whole]), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        for part in (rgb, drop)
    )
    label, near = (
        cv2.resize(np.ascontiguousarray(part[half]), (SIDE_PX // 2,) * 2, interpolation=cv2.INTER_NEAREST)
        for part in (label, near)
    )
    return rgb, drop, label.astype(np.int64), near


def _recoloured(rng: np.random.Generator, rgb: np.ndarray) -> np.ndarray:
    pixels = rgb.astype(np.float32) / 255
    if rng.random() < 0.6:
        turn = np.eye(3) + rng.normal(0, 0.12, (3, 3))
        pixels = pixels @ (turn / turn.sum(axis=1, keepdims=True)).T.astype(np.float32)
    if rng.random() < 0.1:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    pixels = np.clip(pixels * rng.uniform(0.75, 1.2) + rng.uniform(-0.06, 0.06), 0, 1) ** rng.uniform(0.75, 1.3)
    return pixels.astype(np.float32)


def _misread(rng: np.random.Generator, drop: np.ndarray) -> np.ndarray:
    return np.float32(drop * np.exp(rng.normal(0, SPREAD_FOCAL)) + rng.normal(0, SPREAD_PITCH))


def loss_of(answer: torch.Tensor, label: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """Cross entropy, soft IoU of floor and things, and the error of the logarithm of nearness where it is known."""
    logits, ours = answer[:, :3], answer[:, 3]
    entropy = functional.cross_entropy(logits, label, label_smoothing=0.02)
    share = logits.softmax(1)
    overlap = torch.zeros(())
    for number in (0, 1):
        true, guess = (label == number).float(), share[:, number]
        both, either = (true * guess).sum((1, 2)), (true + guess - true * guess).sum((1, 2))
        overlap = overlap + 1 - ((both + 50) / (either + 50)).mean()
    known = near > 0.02
    depth = (ours - near.clamp(0.02, 8).log2()).abs()[known].mean()
    return entropy + 0.3 * overlap + 0.25 * depth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--banks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=25, help="CPU time for this run")
    parser.add_argument("--seed", type=int, default=1)
    choice = parser.parse_args()
    choice.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(choice.seed)
    network, kept = FloorNetwork().to(memory_format=torch.channels_last), choice.out / "network.pt"
    if kept.exists():
        network.load_state_dict(torch.load(kept)["raw"])
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995), use_buffers=True
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=3e-3)
    rng, started, step, spent, losses = np.random.default_rng(choice.seed), time.process_time(), 0, 0.0, []
    paths = sorted(choice.banks.glob("bank_*.npz"))
    bank = load_banks(paths)
    while spent < 1:
        spent = (time.process_time() - started) / (60 * choice.minutes)
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(spent, 1))))
        pixels, label, near = batch_of(bank, rng)
        loss = loss_of(network(pixels), label, near)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        average.update_parameters(network)
        losses.append(loss.item())
        step += 1
        if step % 50 == 0 or spent >= 1:
            print(f"{step} {spent:.3f} photos {len(bank['rgb'])} loss {np.mean(losses[-50:]):.4f}", flush=True)
            torch.save({"raw": network.state_dict(), "average": average.module.state_dict()}, kept)
            if (now := sorted(choice.banks.glob("bank_*.npz"))) != paths:
                paths, bank = now, load_banks(now)


if __name__ == "__main__":
    main()
