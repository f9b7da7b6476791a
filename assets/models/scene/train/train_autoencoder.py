"""Train the decoder of the patch autoencoder on the shards; the encoder is arithmetic and only measured.

    python assets/models/scene/train/train_autoencoder.py --work .cache/scene --minutes 15

It resumes from `autoencoder/` in the work folder. `encode.py` needs only the measured encoder, so latents can be made
and the UNet trained while the decoder is still learning.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from shards import Shard, shard_paths
from torch.nn.functional import avg_pool2d

from services.product.patch_autoencoder import PATCH_PX, PatchAutoencoder

CROP_PX = 256
NOISE = 0.12
MEASURED = 10


def to_tensor(pictures: np.ndarray) -> torch.Tensor:
    """uint8 (n, h, w, 3) to float (n, 3, h, w) in -1..1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous()


class Crops:
    """Random square crops on the grid of patches; a new shard replaces the oldest of a few now and then."""

    def __init__(self, paths: list[Path], seed: int, kept: int = 16) -> None:
        self.rng, self.paths = np.random.default_rng(seed), paths
        self.shards = [self._any() for _ in range(kept)]

    def _any(self) -> Shard:
        return Shard(self.paths[int(self.rng.integers(len(self.paths)))])

    def batch(self, count: int) -> torch.Tensor:
        """(count, 3, CROP_PX, CROP_PX); two crops of each picture."""
        if self.rng.random() < 0.1:
            self.shards = [*self.shards[1:], self._any()]
        crops = []
        for _ in range(count // 2):
            shard = self.shards[int(self.rng.integers(len(self.shards)))]
            picture = shard.picture(int(self.rng.integers(len(shard))))
            for _ in range(2):
                room = [(size - CROP_PX) // PATCH_PX + 1 for size in picture.shape[:2]]
                top, left = (PATCH_PX * int(self.rng.integers(0, steps)) for steps in room)
                crops.append(picture[top : top + CROP_PX, left : left + CROP_PX])
        return to_tensor(np.stack(crops))


@torch.no_grad()
def measure(model: PatchAutoencoder, images: torch.Tensor) -> None:
    """Give the latents of these pictures mean zero and variance one."""
    latents = model.latents(images)
    model.latent_mean.copy_(latents.mean((0, 2, 3))[:, None, None])
    model.latent_std.copy_(latents.std((0, 2, 3))[:, None, None])


def reconstruction_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L1 at two scales plus L1 of the first differences, which keeps edges sharp."""
    error = output - target
    across, down = error[..., 1:] - error[..., :-1], error[..., 1:, :] - error[..., :-1, :]
    coarse = avg_pool2d(error, 4).abs().mean()
    return error.abs().mean() + 0.5 * coarse + 1.0 * (across.abs().mean() + down.abs().mean())


def train_step(model: PatchAutoencoder, images: torch.Tensor) -> torch.Tensor:
    """Loss with noise on the latents of half the batch, so that the decoder smooths imperfect ones."""
    latents = model.latents(images)
    amount = NOISE * torch.rand(len(images), 1, 1, 1) * (torch.rand(len(images), 1, 1, 1) < 0.5)
    with torch.autocast("cpu", torch.bfloat16):
        output = model.pixels(latents + amount * torch.randn_like(latents))
    return reconstruction_loss(output.float(), images)


@torch.no_grad()
def peak_signal_to_noise(model: PatchAutoencoder, images: torch.Tensor) -> float:
    """PSNR of clean reconstructions, dB."""
    error = (model.pixels(model.latents(images)).clamp(-1, 1) - images).square().mean()
    return float(10 * torch.log10(4 / error))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1.0e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    paths, folder = shard_paths(options.work), options.work / "autoencoder"
    crops, held_out = Crops(paths[1:], seed=1), Crops(paths[:1], seed=2, kept=1).batch(24)
    model = PatchAutoencoder.from_pretrained(folder) if folder.exists() else PatchAutoencoder()
    if not folder.exists():
        measure(model, torch.cat([crops.batch(32) for _ in range(MEASURED)]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0)
    begin, step = time.time(), 0
    while (progress := (time.time() - begin) / (60 * options.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 50) * (0.02 + 0.98 * (1 - progress))
        loss = train_step(model, crops.batch(options.batch))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 100 == 0:
            quality = peak_signal_to_noise(model, held_out)
            print(f"{step} loss {loss.item():.4f} psnr {quality:.2f} dB {time.time() - begin:.0f} s", flush=True)
            model.save_pretrained(folder)
    model.save_pretrained(folder)


if __name__ == "__main__":
    main()
