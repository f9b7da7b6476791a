"""Train the UNet on the latents of encode.py and the texts of train_text.py; resumes from its checkpoint.

Each of WORKERS processes computes the gradients of BATCH pictures on one thread; that loses less time on a busy machine
than threads that wait for each other in every layer.

python assets/models/scene/train/train.py --work .cache/scene --minutes 85
"""

import argparse
import copy
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from captions import canonical, caption, swap_sides
from diffusers.models.attention_processor import AttnProcessor
from encode import encoded_paths, latent_path
from parts import make_pipeline, make_scheduler, make_text_encoder, make_unet, save_half
from shards import Shard
from torch import distributed, nn
from torch.nn.functional import mse_loss
from transformers import CLIPTokenizer

from services.product.patch_autoencoder import PatchAutoencoder

WORKERS = 2
BATCH = 8
DROP_CAPTION = 0.1
WARM_UP_STEPS = 150
TIMESTEPS = 1000


class Latents:
    """All latents and facts, grouped by picture size so that a batch has one size."""

    def __init__(self, paths: list[Path], seed: int, drop_caption: float = DROP_CAPTION) -> None:
        self.rng, self.drop_caption = np.random.default_rng(seed), drop_caption
        groups: dict[tuple[int, ...], list[Path]] = {}
        for path in paths:
            groups.setdefault(np.load(latent_path(path), mmap_mode="r").shape[1:], []).append(path)
        self.arrays = [np.concatenate([np.load(latent_path(path)) for path in group]) for group in groups.values()]
        self.facts = [[words for path in group for words in Shard(path).facts] for group in groups.values()]
        counts = np.array([len(words) for words in self.facts])
        self.shares = counts / counts.sum()

    def batch(self, size: int) -> tuple[torch.Tensor, list[str]]:
        """Latents (size, channels, rows, columns), half of the batches mirrored, and captions, some of them empty."""
        group = int(self.rng.choice(len(self.arrays), p=self.shares))
        chosen = self.rng.integers(0, len(self.facts[group]), size)
        latents, facts = torch.from_numpy(self.arrays[group][chosen]).float(), [self.facts[group][i] for i in chosen]
        if self.rng.random() < 0.5:
            latents, facts = latents.flip(-1), [swap_sides(words) for words in facts]
        texts = [caption(words, self.rng) for words in facts]
        return latents, [text if self.rng.random() >= self.drop_caption else "" for text in texts]


@dataclass
class Run:
    """What training changes, and what a checkpoint keeps."""

    model: nn.ModuleDict
    averaged: nn.ModuleDict
    optimizer: torch.optim.Optimizer
    step: int = 0
    elapsed_s: float = 0.0
    curve: list[tuple[int, float, float]] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write atomically."""
        state = {name: getattr(self, name).state_dict() for name in ("model", "averaged", "optimizer")}
        partial = path.with_suffix(".partial")
        torch.save({**state, "step": self.step, "elapsed_s": self.elapsed_s, "curve": self.curve}, partial)
        partial.rename(path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint."""
        state = torch.load(path, weights_only=False)
        for name in ("model", "averaged", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.elapsed_s, self.curve = state["step"], state["elapsed_s"], state["curve"]


class Objective:
    """The loss of predicting v from noised latents under captions."""

    def __init__(self, work: Path, is_bfloat16: bool) -> None:
        self.tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
        self.scheduler, self.is_bfloat16 = make_scheduler(), is_bfloat16

    def tokens(self, captions: list[str]) -> torch.Tensor:
        """Token ids (n, TOKENS), padded as the pipeline pads."""
        return self.tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids

    def loss(
        self,
        model: nn.ModuleDict,
        latents: torch.Tensor,
        captions: list[str],
        timesteps: torch.Tensor,
        noise: torch.Tensor,
    ) -> torch.Tensor:
        """Mean squared error of v (Salimans and Ho 2022, equation 14)."""
        noisy = self.scheduler.add_noise(latents, noise, timesteps)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.is_bfloat16):
            with torch.no_grad():
                text = model["text_encoder"](self.tokens(captions)).last_hidden_state
            predicted = model["unet"](noisy, timesteps, text).sample.float()
        return mse_loss(predicted, self.scheduler.get_velocity(latents, noise, timesteps))


def start(objective: Objective, latent_channels: int, rate: float, work: Path) -> Run:
    """A new run with the trained text encoder."""
    text_encoder = make_text_encoder(objective.tokenizer)
    text_encoder.load_state_dict(torch.load(work / "text_encoder.pt"))
    unet = make_unet(latent_channels).train()
    unet.set_attn_processor(AttnProcessor())  # a fused kernel's backward pass costs 25 % of a step at 64 tokens
    model = nn.ModuleDict({"text_encoder": text_encoder.eval(), "unet": unet})
    averaged = copy.deepcopy(model).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(unet.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    return Run(model, averaged, optimizer)


def stratified_timesteps(count: int) -> torch.Tensor:
    """Timesteps (count,) spread evenly over the schedule."""
    spread = (torch.randperm(count) + torch.rand(count)) / count
    return (spread * TIMESTEPS).long().clamp(0, TIMESTEPS - 1)


@torch.no_grad()
def share_gradients(run: Run) -> None:
    """Average the gradients over the workers, and the clock, so that all stop at the same step."""
    gradients = [parameter.grad for parameter in run.model["unet"].parameters()]
    flat = torch.cat([*(gradient.flatten() for gradient in gradients), torch.tensor([run.elapsed_s])])
    distributed.all_reduce(flat)
    flat /= WORKERS
    run.elapsed_s = flat[-1].item()
    for gradient, mean in zip(gradients, flat[:-1].split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


@torch.no_grad()
def average(run: Run, decay: float) -> None:
    """Move the averaged weights toward the trained ones."""
    decay = min(decay, (1 + run.step) / (10 + run.step))
    torch._foreach_lerp_(list(run.averaged.parameters()), list(run.model.parameters()), 1 - decay)


def set_rate(run: Run, rate: float, budget_s: float) -> None:
    """Linear warm-up, then cosine decay over the time budget."""
    progress = min(1.0, run.elapsed_s / budget_s)
    factor = min(1.0, (run.step + 1) / WARM_UP_STEPS) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
    for group in run.optimizer.param_groups:
        group["lr"] = rate * factor


def train_step(run: Run, objective: Objective, data: Latents) -> float:
    """One optimizer step; returns the loss."""
    latents, captions = data.batch(BATCH)
    loss = objective.loss(run.model, latents, captions, stratified_timesteps(BATCH), torch.randn_like(latents))
    run.optimizer.zero_grad()
    loss.backward()
    share_gradients(run)
    nn.utils.clip_grad_norm_(run.model["unet"].parameters(), 1.0)
    run.optimizer.step()
    run.step += 1
    return loss.item()


@torch.no_grad()
def held_out_loss(run: Run, objective: Objective, path: Path) -> float:
    """Loss of the averaged weights on a shard that is not trained on; always the same noise."""
    latents = torch.from_numpy(np.load(latent_path(path))[:96]).float()
    words = [canonical(facts) for facts in Shard(path).facts[: len(latents)]]
    fixed = torch.Generator().manual_seed(1)
    noise = torch.randn(latents.shape, generator=fixed)
    timesteps = torch.linspace(20, TIMESTEPS - 1, len(words)).long()[torch.randperm(len(words), generator=fixed)]
    return objective.loss(run.averaged, latents, words, timesteps, noise).item()


def export(run: Run, objective: Objective, vae: PatchAutoencoder, folder: Path) -> None:
    """Write the averaged weights as a pipeline folder."""
    parts = copy.deepcopy(run.averaged)
    save_half(make_pipeline(copy.deepcopy(vae), objective.tokenizer, parts["text_encoder"], parts["unet"]), folder)


def report(run: Run, objective: Objective, vae: PatchAutoencoder, work: Path, loss: float) -> None:
    """Measure, print, and write the checkpoint and the export."""
    run.curve.append((run.step, loss, held_out_loss(run, objective, encoded_paths(work)[0])))
    print(*(round(value, 4) for value in run.curve[-1]), f"{run.elapsed_s:.0f} s", flush=True)
    run.save(work / "run.pt")
    export(run, objective, vae, work / "export")


def fit(run: Run, objective: Objective, options: argparse.Namespace, vae: PatchAutoencoder, rank: int) -> None:
    """Train until the time budget is used; the first worker reports now and then."""
    data, recent = Latents(encoded_paths(options.work)[1:], seed=WORKERS * run.step + rank), []
    mark = time.time()
    while run.elapsed_s < 60 * options.minutes:
        set_rate(run, options.rate, 60 * options.minutes)
        recent.append(train_step(run, objective, data))
        average(run, options.decay)
        run.elapsed_s, mark = run.elapsed_s + time.time() - mark, time.time()
        if rank == 0 and run.step % 250 == 0:
            report(run, objective, vae, options.work, float(np.mean(recent)))
            recent.clear()
    if rank == 0:
        report(run, objective, vae, options.work, float(np.mean(recent)))


def join(rank: int, folder: Path) -> None:
    """Make this process one of the workers."""
    store = distributed.FileStore(str(folder / f"workers-{os.getppid()}"), WORKERS)
    distributed.init_process_group("gloo", store=store, rank=rank, world_size=WORKERS)
    torch.set_num_threads(1)
    torch.manual_seed(0)


def spawn(worker: Callable[[int, argparse.Namespace], None], options: argparse.Namespace) -> None:
    """Run the worker in WORKERS processes."""
    torch.multiprocessing.spawn(worker, (options,), nprocs=WORKERS)


def work(rank: int, options: argparse.Namespace) -> None:
    """One worker, with the same weights as the others and its own data and noise."""
    join(rank, options.work)
    vae = PatchAutoencoder.from_pretrained(options.work / "autoencoder").eval()
    objective = Objective(options.work, options.bfloat16)
    run = start(objective, vae.config.latent_channels, options.rate, options.work)
    if (options.work / "run.pt").exists():
        run.load(options.work / "run.pt")
    torch.manual_seed(WORKERS * run.step + rank)
    fit(run, objective, options, vae, rank)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--minutes", type=float, default=85)
    parser.add_argument("--rate", type=float, default=8.0e-4)
    parser.add_argument("--decay", type=float, default=0.998)
    parser.add_argument("--bfloat16", action="store_true", help="faster on CPUs with avx512_bf16, slower elsewhere")
    options = parser.parse_args()
    spawn(work, options)


if __name__ == "__main__":
    main()
