"""Train the judge, a small classifier that names what a prompt says of a picture. It measures, it never teaches.

It sees renderings only, plain and with the finish of served scenes, at a quarter of their size, half of them without
texture finer than 16 px, so that it judges layout, colour and light and not how the picture was made. Shard 0 is held
out, as everywhere. It goes on from the weights that it finds.

    python assets/models/scene/train/judge.py --work .cache/scene
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from captions import swap_sides
from PIL import Image
from safetensors.torch import load_file, save_file
from shards import Shard, shard_paths
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, cross_entropy, interpolate, relu

from services.product.finish import finish_scene
from services.product.sketch.palette import MOODS, VOCABULARY

FACTS = {"family": list(VOCABULARY["families"]), "colour": list(VOCABULARY["colours"]), "mood": list(MOODS)}
PLACES = {"light_side": list(VOCABULARY["light_sides"]), "position": list(VOCABULARY["positions"])}
WORDS = FACTS | PLACES
SHRINK, COLUMNS = 4, 6
EDGES = (0.50, 0.66)  # of the renderings: back edge of the surface, share of the height
WEIGHTS = Path(__file__).with_name("judge.safetensors")


class Layer(nn.Module):
    """A residual convolution with batch normalisation, which learns much in few steps."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.spatial = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden + relu(self.norm(self.spatial(hidden)))


class Judge(nn.Module):
    """Pictures (n, 3, h, w), -1..1, to features (n, 256) and to one row of logits per fact.

    Facts of place are read from the means of upright strips, which know left from right.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 48, SHRINK, stride=SHRINK, bias=False), nn.BatchNorm2d(48), nn.ReLU(), Layer(48),
            nn.Conv2d(48, 96, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(96), nn.ReLU(), Layer(96), Layer(96),
            nn.Conv2d(96, 128, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU(), Layer(128),
        )  # fmt: skip
        self.heads = nn.ModuleDict({fact: nn.Linear(256, len(names)) for fact, names in FACTS.items()})
        self.places = nn.ModuleDict({fact: nn.Linear(128 * COLUMNS, len(names)) for fact, names in PLACES.items()})

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Mean and maximum over the picture of what the last layer sees."""
        return pool(self.body(images))

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        hidden = self.body(images)
        features, strips = pool(hidden), adaptive_avg_pool2d(hidden, (1, COLUMNS)).flatten(1)
        named = {fact: head(features) for fact, head in self.heads.items()}
        return named | {fact: head(strips) for fact, head in self.places.items()}


def pool(hidden: torch.Tensor) -> torch.Tensor:
    """Mean and maximum (n, 2 c) over the picture."""
    return torch.cat([hidden.mean((2, 3)), hidden.amax((2, 3))], 1)


def load_judge(path: Path = WEIGHTS) -> Judge:
    """The trained judge, float32."""
    judge = Judge()
    judge.load_state_dict(load_file(path))
    return judge.eval()


def small(shard: Shard, index: int) -> np.ndarray:
    """A picture of a shard at a quarter of its size, RGB uint8."""
    data = shard.data[shard.offsets[index] : shard.offsets[index + 1]]
    return cv2.imdecode(data, cv2.IMREAD_REDUCED_COLOR_4)[..., ::-1]


def finished(shard: Shard, index: int) -> np.ndarray:
    """A picture of a shard with the finish of served scenes, at a quarter of its size; its edge is a guess."""
    words, edge = shard.facts[index], float(np.random.default_rng(index).uniform(*EDGES))
    blur = VOCABULARY["families"][words["family"]].get("blur", 0.0)
    side = -1 if words["light_side"] == "left" else 1
    graded = finish_scene(Image.fromarray(shard.picture(index)), edge=edge, side=side, blur=blur)
    return np.asarray(graded.reduce(SHRINK))


def to_judge(pictures: np.ndarray) -> torch.Tensor:
    """uint8 (n, h, w, 3), already at a quarter of the size, to what the judge takes."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def targets(facts: list[dict[str, str]]) -> torch.Tensor:
    """Indices (n, facts) of the words in WORDS."""
    return torch.tensor([[names.index(words[fact]) for fact, names in WORDS.items()] for words in facts])


class Pictures:
    """Small pictures, each plain and finished, and targets of the shards, one group per shape."""

    def __init__(self, paths: list[Path], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        groups: dict[tuple[int, ...], list[tuple[np.ndarray, torch.Tensor, torch.Tensor]]] = {}
        for path in paths:
            shard = Shard(path)
            pictures = np.stack([look(shard, index) for look in (small, finished) for index in range(len(shard))])
            mirrored = targets([swap_sides(words) for words in 2 * shard.facts])
            groups.setdefault(pictures.shape[1:], []).append((pictures, targets(2 * shard.facts), mirrored))
        self.groups = [
            (np.concatenate(pictures), torch.cat(wanted), torch.cat(mirrored))
            for pictures, wanted, mirrored in (zip(*parts, strict=True) for parts in groups.values())
        ]

    def batch(self, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures, mirrored or not, half of them with texture averaged away, and their targets."""
        pictures, wanted, mirrored = self.groups[int(self.rng.integers(len(self.groups)))]
        chosen = self.rng.integers(0, len(pictures), size)
        images = to_judge(pictures[chosen])
        if self.rng.random() < 0.5:
            images, wanted = images.flip(-1), mirrored
        coarse = interpolate(avg_pool2d(images[::2], SHRINK), scale_factor=SHRINK, mode="bilinear")
        return torch.cat([coarse, images[1::2]]), torch.cat([wanted[chosen[::2]], wanted[chosen[1::2]]])


@torch.no_grad()
def accuracy(judge: Judge, shard: Shard, look: Callable[[Shard, int], np.ndarray]) -> dict[str, float]:
    """Share of a shard's facts that the judge names in its pictures of this look: `small` or `finished`."""
    logits = judge.eval()(to_judge(np.stack([look(shard, index) for index in range(len(shard))])))
    wanted = targets(shard.facts)
    return {fact: float((logits[fact].argmax(1) == wanted[:, i]).float().mean()) for i, fact in enumerate(WORDS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--shards", type=int, default=32, help="read one shard after the held-out one, and so on")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--rate", type=float, default=2.0e-3)
    parser.add_argument("--bfloat16", action="store_true", help="pays on CPUs with AVX-512 BF16 only")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    paths, judge = shard_paths(options.work), Judge()
    if options.out.exists():
        judge = load_judge(options.out)
    data = Pictures(paths[1 : 1 + options.shards], seed=5)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=options.rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, options.steps, pct_start=0.1)
    for step in range(options.steps):
        judge.train()
        images, wanted = data.batch(32)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
            logits = judge(images)
        loss = sum(cross_entropy(logits[fact].float(), wanted[:, i]) for i, fact in enumerate(WORDS))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 200 == 0 or step + 1 == options.steps:
            found = {look.__name__: accuracy(judge, Shard(paths[0]), look) for look in (small, finished)}
            print(step + 1, round(float(loss.detach()), 3), found, flush=True)
            save_file(
                {
                    name: tensor.half() if tensor.is_floating_point() else tensor
                    for name, tensor in judge.state_dict().items()
                },
                options.out,
            )


if __name__ == "__main__":
    main()
