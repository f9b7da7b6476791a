"""Text from transformers' language models: stoppable between two tokens, and JSON that cannot come out malformed."""

from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from services.cancellation import stop_if_cancelled
from services.checkpoint import Checkpoint
from services.pipelines.loading import load_network


def load_speaker(model_class: Any, checkpoint: Checkpoint) -> Any:
    """A transformers model that writes text, on the checkpoint's device and in its dtype."""
    attention = {"attn_implementation": one} if (one := checkpoint.optimisations.attention) else {}
    return load_network(model_class, checkpoint, **attention)


class StopIfCancelled(StoppingCriteria):
    """Raises Cancelled between two tokens when nobody waits for the text any more; never stops by itself."""

    def __call__(self, input_ids: torch.LongTensor, scores: Any, **_: Any) -> torch.BoolTensor:
        stop_if_cancelled()
        unfinished: Any = torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)
        return unfinished


@torch.inference_mode()
def write_tokens(model: Any, inputs: Any, max_new_tokens: int, **options: Any) -> torch.Tensor:
    """The token ids that a model writes, (batch, tokens): the likeliest ones unless options say otherwise."""
    cancelled = StoppingCriteriaList([StopIfCancelled()])
    wanted = {"do_sample": False, "max_new_tokens": max_new_tokens, "stopping_criteria": cancelled} | options
    tokens: torch.Tensor = model.generate(**inputs, **wanted)
    return tokens
