"""Train the captioner from scratch: a SegFormer encoder and a GPT-2 decoder on rendered scenes, on one CPU core.

    python assets/models/captioner/train/train.py --work .cache/captioner --scenes .cache/scene

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

INPUT_PX = data.STORED_PX // 2
SPECIAL = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
PAD, START, END = 0, 1, 2
WIDTH = 128
CAPTION_WEIGHT = 6.0


def make_tokenizer(wording: Wording) -> PreTrainedTokenizerFast:
    """One token per word of the known sentences, punctuation included, between <s> and </s>."""
    words = sorted({word for caption in wording.captions() for word in caption.split()})
    vocabulary = {word: index for index, word in enumerate([*SPECIAL.values(), *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=32, **SPECIAL)


def make_model(vocabulary_size: int) -> VisionEncoderDecoderModel:
    """Random weights: 24 x 24 overlapping patches, merged to 36 tokens of 128; two decoder layers of 128.

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
    """Linear classifiers of the words on the encoder's 6 x 6 tokens. They teach the encoder and are thrown away."""

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        known = {"family": wording.families, "colour": wording.colours, "mood": wording.moods}
        self.choices = {slot: list(words) for slot, words in known.items()} | {"light_side": ["left", "right"]}
        self.linear = torch.nn.ModuleDict(
            {slot: torch.nn.Linear(9 * WIDTH, len(words)) for slot, words in self.choices.items()}
        )

    def forward(self, tokens: torch.Tensor, words: list[SceneWords]) -> torch.Tensor:
        """Summed cross-entropy in nats; tokens (batch, 36, 128). Light that is not told is not asked."""
        grid = tokens.transpose(1, 2).unflatten(2, (6, 6))
        pooled = torch.nn.functional.avg_pool2d(grid, 2).flatten(1)
        losses = []
        for slot, choices in self.choices.items():
            said = [getattr(one, slot) for one in words]
            target = torch.tensor([choices.index(word) if word else -100 for word in said])
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
            size={"height": INPUT_PX, "width": INPUT_PX}, image_mean=[0.5] * 3, image_std=[0.5] * 3
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
        return [self.wording.words(f["family"], f["colour"], f["mood"], data.light_side(f)) for f in facts]

    def labels(self, words: list[SceneWords]) -> torch.Tensor:
        """Token ids (batch, length) of the captions without <s>, which the model puts in front; -100 after the end."""
        tokens = self.tokenizer([self.wording.caption(one) for one in words], padding=True, return_tensors="pt")
        return tokens.input_ids.masked_fill(tokens.attention_mask == 0, -100)[:, 1:]

    def step(self, pictures: data.Pictures) -> tuple[float, float]:
        """One batch: forward, backward, update, average. Caption loss in nats per token, and that of the heads."""
        rng = np.random.default_rng([self.options.seed, self.done])
        pixels, facts = data.training_batch(pictures, rng, self.options.batch)
        words = self.words(facts)
        inputs = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
        answer = self.model(pixel_values=inputs, labels=self.labels(words))
        taught = self.heads(answer.encoder_last_hidden_state, words)
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
    """Step until done, writing log.csv every 25 steps and run.pt every 200."""
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
        if run.done % 200 == 0:
            run.save()
    run.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/captioner"))
    parser.add_argument("--scenes", type=Path, default=Path(".cache/scene"), help="shards of the scene renderer")
    parser.add_argument("--shards", type=int, default=60, help="of 250 pictures each")
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--lr", type=float, default=1.2e-3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=data.CHECKPOINT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pictures = data.prepare(options.work, options.scenes, options.shards)
    run = Run(options)
    run.resume()
    train(run, pictures)
    run.export(options.out)


if __name__ == "__main__":
    main()
