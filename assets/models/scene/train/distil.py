"""Distil the trained UNet into one that needs 4 steps and no guidance: progressive distillation (arXiv:2202.00512).

In each stage the student learns to do in one step what its teacher does in two. The first teacher is the trained UNet
with guidance, later ones are the student as it was. Stages share the time evenly; it resumes from `distil.pt`. Where
time is short, one stage (--stages 4) spends all of it on the steps that are served.

    python assets/models/scene/train/distil.py --work .cache/scene --minutes 25 --bfloat16
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from encode import encoded_paths
from parts import make_pipeline, save_half
from torch import nn
from torch.nn.functional import mse_loss
from train import BATCH, TIMESTEPS, Latents, Objective, Run, join, share_gradients, spawn, start

from services.product.patch_autoencoder import PatchAutoencoder

WARM_UP_STEPS = 50


class Grid:
    """The timesteps of a sampler with trailing spacing, and deterministic steps between them (arXiv:2010.02502)."""

    def __init__(self, alphas_cumprod: torch.Tensor) -> None:
        clean = torch.cat([torch.ones(1), alphas_cumprod])  # index 0: no noise; index t + 1: timestep t
        self.signal, self.noise = clean.sqrt(), (1 - clean).sqrt()

    @staticmethod
    def index(position: torch.Tensor, steps: int) -> torch.Tensor:
        """Index into signal and noise of a position 0..steps, steps being pure noise."""
        return (position * TIMESTEPS / steps).round().long()

    def scales(self, index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Share of signal and of noise, (n, 1, 1, 1)."""
        return self.signal[index][:, None, None, None], self.noise[index][:, None, None, None]

    def step(
        self, noisy: torch.Tensor, velocity: torch.Tensor, here: torch.Tensor, there: torch.Tensor
    ) -> torch.Tensor:
        """What the sampler makes of the noisy latents in one step."""
        (signal, noise), (next_signal, next_noise) = self.scales(here), self.scales(there)
        clean, error = signal * noisy - noise * velocity, signal * velocity + noise * noisy
        return next_signal * clean + next_noise * error

    def velocity(self, noisy: torch.Tensor, end: torch.Tensor, here: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """The velocity whose one step leads from the noisy latents to ``end``: ``step`` solved for it."""
        (signal, noise), (next_signal, next_noise) = self.scales(here), self.scales(there)
        kept, moved = next_signal * signal + next_noise * noise, next_noise * signal - next_signal * noise
        return (end - kept * noisy) / moved


class Distillation:
    """The loss of one stage: the student's one step against the teacher's two."""

    def __init__(self, objective: Objective, stages: list[int], guidance_scale: float) -> None:
        self.objective, self.stages, self.guidance_scale = objective, stages, guidance_scale
        self.grid = Grid(objective.scheduler.alphas_cumprod)

    def text(self, model: nn.ModuleDict, captions: list[str]) -> torch.Tensor:
        """What the UNet reads of the captions."""
        return model["text_encoder"](self.objective.tokens(captions)).last_hidden_state

    def guided(
        self, unet: nn.Module, noisy: torch.Tensor, index: torch.Tensor, texts: list[torch.Tensor]
    ) -> torch.Tensor:
        """The teacher's velocity; with the text of no caption as well, pushed away from it."""
        repeats = len(texts)
        both = unet(noisy.repeat(repeats, 1, 1, 1), (index - 1).repeat(repeats), torch.cat(texts)).sample.float()
        told, *untold = both.chunk(repeats)
        return untold[0] + self.guidance_scale * (told - untold[0]) if untold else told

    @torch.no_grad()
    def lesson(
        self, run: Run, stage: int, latents: torch.Tensor, captions: list[str]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Noisy latents, their timesteps, the text, and the velocity to learn."""
        steps = self.stages[stage]
        position = torch.randint(1, steps + 1, (len(latents),))
        here, middle, there = (Grid.index(2 * position - k, 2 * steps) for k in (0, 1, 2))
        signal, noise = self.grid.scales(here)
        noisy = signal * latents + noise * torch.randn_like(latents)
        texts = [self.text(run.averaged, captions)]
        if stage == 0:
            texts.append(self.text(run.averaged, [""] * len(captions)))
        velocity = self.guided(run.averaged["unet"], noisy, here, texts)
        half = self.grid.step(noisy, velocity, here, middle)
        end = self.grid.step(half, self.guided(run.averaged["unet"], half, middle, texts), middle, there)
        return noisy, here - 1, texts[0], self.grid.velocity(noisy, end, here, there)

    def loss(self, run: Run, stage: int, latents: torch.Tensor, captions: list[str]) -> torch.Tensor:
        """Mean squared error of the velocity."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.objective.is_bfloat16):
            noisy, timesteps, text, velocity = self.lesson(run, stage, latents, captions)
            predicted = run.model["unet"](noisy, timesteps, text).sample.float()
        return mse_loss(predicted, velocity)


def stage_of(run: Run, stages: int, budget_s: float) -> tuple[int, float]:
    """The stage that the clock says, and the progress in it, 0..1."""
    passed = min(run.elapsed_s / budget_s, 0.999999) * stages
    return int(passed), passed % 1


def set_rate(run: Run, rate: float, progress: float, steps_in_stage: int) -> None:
    """A short warm-up, then linear decay to zero in each stage."""
    for group in run.optimizer.param_groups:
        group["lr"] = rate * min(1.0, (steps_in_stage + 1) / WARM_UP_STEPS) * (1 - progress)


def promote(run: Run) -> None:
    """The student becomes the teacher; its optimizer forgets."""
    run.averaged["unet"].load_state_dict(run.model["unet"].state_dict())
    run.optimizer.state.clear()


def export(run: Run, objective: Objective, vae: PatchAutoencoder, folder: Path) -> None:
    """Write the student as a pipeline folder."""
    parts = copy.deepcopy(run.model).eval()
    save_half(make_pipeline(copy.deepcopy(vae), objective.tokenizer, parts["text_encoder"], parts["unet"]), folder)


def fit(run: Run, lessons: Distillation, options: argparse.Namespace, vae: PatchAutoencoder, rank: int) -> None:
    """Distil until the time budget is used; the first worker reports and saves now and then."""
    data = Latents(encoded_paths(options.work)[1:], seed=70_000 + 2 * run.step + rank, drop_caption=0.0)
    budget_s, recent, mark, begun = 60 * options.minutes, [], time.time(), run.step
    stage, progress = stage_of(run, len(lessons.stages), budget_s)
    while run.elapsed_s < budget_s:
        set_rate(run, options.rate, progress, run.step - begun)
        loss = lessons.loss(run, stage, *data.batch(BATCH))
        run.optimizer.zero_grad()
        loss.backward()
        share_gradients(run)
        nn.utils.clip_grad_norm_(run.model["unet"].parameters(), 1.0)
        run.optimizer.step()
        run.step, run.elapsed_s, mark = run.step + 1, run.elapsed_s + time.time() - mark, time.time()
        recent.append(loss.item())
        before, (stage, progress) = stage, stage_of(run, len(lessons.stages), budget_s)
        if stage != before:
            promote(run)
            begun = run.step
        if rank == 0 and (run.step % 50 == 0 or stage != before or run.elapsed_s >= budget_s):
            print(
                run.step,
                f"{lessons.stages[before]} steps",
                round(float(np.mean(recent)), 4),
                f"{run.elapsed_s:.0f} s",
                flush=True,
            )
            recent.clear()
            run.save(options.work / "distil.pt")
            export(run, lessons.objective, vae, options.work / "student")


def work(rank: int, options: argparse.Namespace) -> None:
    """One worker, with the same weights as the others and its own data and noise."""
    join(rank, options.work)
    vae = PatchAutoencoder.from_pretrained(options.work / "autoencoder").eval()
    objective = Objective(options.work, options.bfloat16)
    run = start(objective, vae.config.latent_channels, options.rate, options.work)
    teacher = torch.load(options.work / "run.pt", weights_only=False)["averaged"]
    run.model.load_state_dict(teacher)
    run.averaged.load_state_dict(teacher)
    if (options.work / "distil.pt").exists():
        run.load(options.work / "distil.pt")
    torch.manual_seed(70_000 + 2 * run.step + rank)
    fit(run, Distillation(objective, options.stages, options.guidance_scale), options, vae, rank)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--rate", type=float, default=3.0e-4)
    parser.add_argument("--stages", type=int, nargs="+", default=[8, 4], help="steps of the student in each stage")
    parser.add_argument("--guidance_scale", type=float, default=2.0)
    parser.add_argument("--bfloat16", action="store_true", help="faster on CPUs with avx512_bf16, slower elsewhere")
    spawn(work, parser.parse_args())


if __name__ == "__main__":
    main()
