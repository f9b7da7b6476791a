"""Teach the text encoder what captions mean before the UNet sees them: it names the facts of the caption.

Learnt together with the UNet from nothing, the text encoder took most of the training to tell families apart. The facts
become readable at the end marker and at every padding token, which is where the UNet's attention finds them.

    python assets/models/scene/train/train_text.py --work .cache/scene
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from captions import caption
from parts import TEXT_WIDTH, make_text_encoder, make_tokenizer
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import CLIPTokenizer

from services.product.sketch.palette import MOODS, VOCABULARY
from services.product.sketch.scenes import SIZES, facts, sample_scene

FACTS = {
    "family": list(VOCABULARY["families"]), "colour": list(VOCABULARY["colours"]), "mood": list(MOODS),
    "light_side": list(VOCABULARY["light_sides"]), "position": list(VOCABULARY["positions"]),
}  # fmt: skip


def examples(rng: np.random.Generator, tokenizer: CLIPTokenizer, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids (count, TOKENS) and indices of the facts (count, 5)."""
    chosen = [facts(sample_scene(rng, SIZES["landscape"])) for _ in range(count)]
    texts = [caption(words, rng) for words in chosen]
    ids = tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return ids, torch.tensor([[names.index(words[fact]) for fact, names in FACTS.items()] for words in chosen])


def losses(hidden: torch.Tensor, ids: torch.Tensor, heads: nn.Module, targets: torch.Tensor, end: int) -> torch.Tensor:
    """Sum of cross-entropies of all facts at the end marker and at the padding behind it."""
    places = ids == end
    owner = places.nonzero()[:, 0]
    logits = heads(hidden[places]).split([len(names) for names in FACTS.values()], dim=1)
    return torch.stack([cross_entropy(part, targets[owner, i]) for i, part in enumerate(logits)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--steps", type=int, default=1200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng, tokenizer = np.random.default_rng(11), make_tokenizer()
    tokenizer.save_pretrained(options.work / "tokenizer")
    encoder, heads = make_text_encoder(tokenizer), nn.Linear(TEXT_WIDTH, sum(map(len, FACTS.values())))
    optimizer = torch.optim.AdamW([*encoder.parameters(), *heads.parameters()], lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, options.steps, pct_start=0.1)
    for step in range(options.steps):
        ids, targets = examples(rng, tokenizer, 48)
        parts = losses(encoder(ids).last_hidden_state, ids, heads, targets, tokenizer.eos_token_id)
        optimizer.zero_grad()
        parts.sum().backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step + 1 == options.steps:
            print(step, dict(zip(FACTS, parts.detach().numpy().round(3), strict=True)), flush=True)
    torch.save(encoder.state_dict(), options.work / "text_encoder.pt")


if __name__ == "__main__":
    main()
