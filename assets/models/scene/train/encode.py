"""Encode every shard once: latents_NNNN.npy, float16 (pictures, channels, rows, columns), beside the shards.

python assets/models/scene/train/encode.py --work .cache/scene
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from shards import Shard, shard_paths
from train_autoencoder import to_tensor

from services.product.patch_autoencoder import PatchAutoencoder

BATCH = 10


def latent_path(shard: Path) -> Path:
    """Where a shard's latents lie."""
    return shard.with_name(shard.stem.replace("shard", "latents") + ".npy")


def encoded_paths(work: Path) -> list[Path]:
    """The shards whose latents exist, in order."""
    return [path for path in shard_paths(work) if latent_path(path).exists()]


@torch.no_grad()
def encode_shard(model: PatchAutoencoder, path: Path) -> np.ndarray:
    """Latents of all pictures of one shard, float16."""
    shard = Shard(path)
    starts = range(0, len(shard), BATCH)
    batches = (np.stack([shard.picture(i) for i in range(s, min(s + BATCH, len(shard)))]) for s in starts)
    return torch.cat([model.latents(to_tensor(batch)) for batch in batches]).half().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    options = parser.parse_args()
    torch.set_num_threads(2)
    model = PatchAutoencoder.from_pretrained(options.work / "autoencoder").eval()
    for path in shard_paths(options.work):
        if not latent_path(path).exists():
            np.save(latent_path(path), encode_shard(model, path))


if __name__ == "__main__":
    main()
