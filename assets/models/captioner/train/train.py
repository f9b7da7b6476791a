"""Train the captioner from scratch: a SegFormer encoder and a GPT-2 decoder on rendered scenes, on one CPU core.

    PYTHONPATH=. python assets/models/captioner/train/train.py --work .cache/captioner

Seeded per step and resumable: run the same command again after a stop. At the end the averaged weights are written to
the checkpoint folder as fp16, with tokenizer, image processor and generation settings.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import data
import numpy as np
import torch
from scenes import light_side
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    GenerationConfig,
    GPT2Config,
    PreTrainedTokenizerFast,
    SegformerConfig,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTImageProcessor,
)

from services.caption.words import SceneWords, Wording, load_wording

SPECIAL = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
PAD, START, END = 0, 1, 2
WIDTH = 128
CAPTION_WEIGHT = 6.0


def make_tokenizer(wording: Wording) -> PreTrainedTokenizerFast:
    """One token per word of the known sentences, punctuation included, between <s> and </s>."""
    said = [*wording.heads, *wording.tails(lit=True), *wording.tails(lit=False)]
    words = sorted({word for part in said for word in part.split()})
    vocabulary = {word: index for index, word in enumerate([*SPECIAL.values(), *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=32, **SPECIAL)


def make_model(vocabulary_size: int) -> VisionEncoderDecoderModel:
    """Random weights: 28 x 28 overlapping patches, merged to 49 tokens of 128; two decoder layers of 128.

    SegFormer because its overlapping convolutions learn from few pictures. It has no ``hidden_size`` of its own, which
    VisionEncoderDecoderModel asks for.
    """
    encoder = SegformerConfig(
        num_encoder_blocks=3, patch_sizes=[7, 3, 3], strides=[4, 2, 2], hidden_sizes=[32, 64, WIDTH], depths=[1, 2, 3],
        num_attention_heads=[1, 2, 4], sr_ratios=[4, 2, 1], mlp_ratios=[3, 3, 3], drop_path_rate=0.0,
        reshape_last_stage=False, hidden_size=WIDTH,
    )  # fmt: skip
    decoder = GPT2Config(
        vocab_size=vocabulary_size, n_positions=32, n_embd=WIDTH, n_layer=2, n_head=4, add_cross_attention=True,
        bos_token_id=START, eos_token_id=END, pad_token_id=PAD, attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0,
    )  # fmt: skip
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        encoder, decoder, pad_token_id=PAD, decoder_start_token_id=START, eos_token_id=END
    )
    return VisionEncoderDecoderModel(config)


class Heads(torch.nn.Module):
    """Linear classifiers of the words on the encoder's 7 x 7 tokens. They teach the encoder and are thrown away."""

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self.choices = {
            "kind": ["", *wording.kinds], "family": [*wording.families], "colour": [*wording.colours],
            "mood": [*wording.moods], "light_side": [*wording.light_sides],
        }  # fmt: skip
        self.linear = torch.nn.ModuleDict(
            {slot: torch.nn.Linear(9 * WIDTH, len(words)) for slot, words in self.choices.items()}
        )

    def forward(self, tokens: torch.Tensor, words: list[SceneWords]) -> torch.Tensor:
        """Summed cross-entropy in nats; tokens (batch, 49, 128). Light that is not told is not asked."""
        grid = tokens.transpose(1, 2).unflatten(2, (7, 7))
        pooled = torch.nn.functional.adaptive_avg_pool2d(grid, 3).flatten(1)
        losses = []
        for slot, choices in self.choices.items():
            said = [getattr(one, slot) for one in words]
            target = torch.tensor([choices.index(word) if word in choices else -100 for word in said])
            losses.append(torch.nn.functional.cross_entropy(self.linear[slot](pooled), target))
        return torch.stack(losses).sum()


class Run:
    """Model, heads, running average and optimizer, kept together in one resumable file."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.wording = load_wording(data.CHECKPOINT)
        self.tokenizer = make_tokenizer(self.wording)
        self.processor = ViTImageProcessor(
            size={"height": data.INPUT_PX, "width": data.INPUT_PX}, image_mean=[0.5] * 3, image_std=[0.5] * 3
        )
        self.model = make_model(len(self.tokenizer))
        self.heads = Heads(self.wording)
        self.average = copy.deepcopy(self.model)
        learned = [*self.model.parameters(), *self.heads.parameters()]
        self.optimizer = torch.optim.AdamW(learned, weight_decay=0.05, betas=(0.9, 0.98))
        self.done = 0

    @property
    def path(self) -> Path:
        return self.options.work / "run.pt"

    def parts(self) -> dict[str, torch.nn.Module | torch.optim.Optimizer]:
        return {"model": self.model, "heads": self.heads, "average": self.average, "optimizer": self.optimizer}

    def save(self) -> None:
        states = {name: part.state_dict() for name, part in self.parts().items()}
        torch.save(states | {"done": self.done}, self.path.with_suffix(".partial"))
        self.path.with_suffix(".partial").rename(self.path)

    def resume(self) -> None:
        if self.path.exists():
            states = torch.load(self.path)
            self.done = states["done"]
            for name, part in self.parts().items():
                part.load_state_dict(states[name])

    def learning_rate(self) -> float:
        """Linear warm-up, then half a cosine down to 1 %."""
        progress = self.done / self.options.steps
        return self.options.lr * min(1.0, (self.done + 1) / 100) * (0.505 + 0.495 * math.cos(math.pi * progress))

    def words(self, facts: list[data.Facts]) -> list[SceneWords]:
        return [self.wording.words(f["kind"], f["family"], f["colour"], f["mood"], light_side(f)) for f in facts]

    def labels(self, words: list[SceneWords]) -> torch.Tensor:
        """Token ids (batch, length) of the captions without <s>, which the model puts in front; -100 after the end."""
        tokens = self.tokenizer([one.sentence for one in words], padding=True, return_tensors="pt")
        return tokens.input_ids.masked_fill(tokens.attention_mask == 0, -100)[:, 1:]

    def step(self, pictures: data.Pictures) -> tuple[float, float]:
        """One batch: forward, backward, update, average. Caption loss in nats per token, and that of the heads."""
        rng = np.random.default_rng([self.options.seed, self.done])
        pixels, facts = data.training_batch(pictures, rng, self.options.batch)
        words = self.words(facts)
        inputs = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16):
            answer = self.model(pixel_values=inputs, labels=self.labels(words))
        taught = self.heads(answer.encoder_last_hidden_state.float(), words)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        (CAPTION_WEIGHT * answer.loss + taught).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.done += 1
        self.follow()
        return answer.loss.item(), taught.item()

    @torch.no_grad()
    def follow(self) -> None:
        """Move the running average toward the model, faster at the beginning."""
        keep = min(0.997, self.done / (self.done + 10))
        for mean, new in zip(self.average.parameters(), self.model.parameters(), strict=True):
            mean.lerp_(new, 1 - keep)

    def export(self, folder: Path) -> None:
        """Write the averaged weights as fp16 and everything from_pretrained needs."""
        model = copy.deepcopy(self.average).half().eval()
        model.generation_config = GenerationConfig(
            max_new_tokens=31, decoder_start_token_id=START, bos_token_id=START, eos_token_id=END, pad_token_id=PAD
        )
        model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        self.processor.save_pretrained(folder)


def train(run: Run, pictures: data.Pictures) -> None:
    """Step until done, writing log.csv every 25 steps and run.pt every 100."""
    losses: list[tuple[float, float]] = []
    started = time.perf_counter()
    while run.done < run.options.steps:
        losses.append(run.step(pictures))
        if run.done % 25 == 0:
            caption, heads = np.mean(losses, 0)
            line = f"{run.done},{caption:.4f},{heads:.4f},{run.learning_rate():.6f},{time.perf_counter() - started:.0f}"
            with (run.options.work / "log.csv").open("a") as log:
                log.write(line + "\n")
            losses.clear()
        if run.done % 100 == 0:
            run.save()
    run.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/captioner"))
    parser.add_argument("--chunks", type=int, default=60, help="of 250 pictures each")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--lr", type=float, default=1.2e-3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--bfloat16", action="store_true", help="a fifth faster on CPUs with AVX-512 BF16")
    parser.add_argument("--out", type=Path, default=data.CHECKPOINT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pictures = data.prepare(options.work, options.chunks)
    run = Run(options)
    run.resume()
    train(run, pictures)
    run.export(options.out)


if __name__ == "__main__":
    main()
