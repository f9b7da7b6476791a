"""A form that a language model fills in: names, braces and quotes are ours, only the values are the model's.

So the answer is always the JSON that was asked for, whatever the model would have said around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from services.pipelines.speaking import write_tokens

FORBIDDEN = '"\\\n\r\t{}<>'
MOST_CHOSEN = 2
TEMPERATURE = 0.8


@dataclass(frozen=True)
class Value:
    """What the model wrote for one field, and which of the offered names it says it rests on."""

    text: str
    names: tuple[str, ...]


class OnlyAllowed(LogitsProcessor):
    """Leaves the tokens of a mask (vocabulary,) and no others."""

    def __init__(self, allowed: torch.Tensor) -> None:
        self._allowed = allowed

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> Any:
        return scores.masked_fill(~self._allowed.to(scores.device), -torch.inf)


class FormWriter:
    """Fills ``{"<field>": {"text": "…", "facts": […]}, …}`` with one causal language model."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._quote: int = tokenizer.encode('"', add_special_tokens=False)[0]
        self._in_text = self._tokens_of_text(model.config.get_text_config().vocab_size)

    def _tokens_of_text(self, size: int) -> torch.Tensor:
        """Which tokens may stand inside a JSON string: no quotes, escapes, line breaks, markup or special tokens."""
        special = set(self._tokenizer.all_special_ids)
        known = min(size, len(self._tokenizer))
        words = self._tokenizer.batch_decode([[index] for index in range(known)])
        fine = [index not in special and not any(c in FORBIDDEN for c in word) for index, word in enumerate(words)]
        return torch.tensor(fine + [False] * (size - known))

    def fill(
        self, messages: Sequence[dict[str, str]], fields: Mapping[str, int], names: Sequence[str], seed: int
    ) -> dict[str, Value]:
        """The values of all fields (name -> most tokens), each resting on one or two of the names.

        The same seed gives the same answer on the same device.
        """
        ids = self._tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, tokenize=True, return_dict=True
        )["input_ids"]
        answers: dict[str, Value] = {}
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for number, (field, most) in enumerate(fields.items()):
                ids = ids + self._encode(f'{"," if number else "{"}"{field}": {{"text": "')
                text = self._write_text(ids, most)
                ids = ids + text + self._encode(', "facts": [')
                chosen = self._choose(ids, names)
                ids = ids + self._encode(", ".join(f'"{name}"' for name in chosen) + "]}")
                said = self._tokenizer.decode(text).removesuffix('"').strip()
                answers[field] = Value(said, chosen)
        return answers

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids

    def _write_text(self, ids: list[int], most: int) -> list[int]:
        """Tokens up to and with the closing quote, which is added where the model did not come to an end."""
        allowed = self._in_text.clone()
        allowed[self._quote] = True
        processors = LogitsProcessorList([OnlyAllowed(allowed)])
        made = self._generate(
            ids, most, do_sample=True, temperature=TEMPERATURE, logits_processor=processors, eos_token_id=self._quote
        )
        return made if made[-1:] == [self._quote] else [*made, self._quote]

    def _choose(self, ids: list[int], names: Sequence[str]) -> tuple[str, ...]:
        """The likeliest one or two names."""
        options = [names_ for count in range(1, MOST_CHOSEN + 1) for names_ in permutations(names, count)]
        end = self._tokenizer.eos_token_id
        by_tokens = {(*self._encode(", ".join(f'"{one}"' for one in option) + "]"), end): option for option in options}
        follow = continuations(list(by_tokens))
        made = self._generate(
            ids,
            max(map(len, by_tokens)),
            prefix_allowed_tokens_fn=lambda _, tokens: follow[tuple(tokens.tolist()[len(ids) :])],
            eos_token_id=end,
        )
        return by_tokens[tuple(made)]

    def _generate(self, ids: list[int], most: int, **options: Any) -> list[int]:
        given = torch.tensor([ids], device=self._model.device)
        inputs = {"input_ids": given, "attention_mask": torch.ones_like(given)}
        tokens = write_tokens(self._model, inputs, most, pad_token_id=self._tokenizer.eos_token_id, **options)
        made: list[int] = tokens[0, len(ids) :].tolist()
        return made


def continuations(sequences: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], list[int]]:
    """For every beginning of a sequence, the empty one too, the tokens that may come next."""
    known: dict[tuple[int, ...], dict[int, None]] = {}
    for sequence in sequences:
        for length in range(len(sequence)):
            known.setdefault(sequence[:length], {})[sequence[length]] = None
    return {beginning: list(tokens) for beginning, tokens in known.items()}
