"""One call of a pipeline that leaves no trace: own scheduler, own generators, stoppable between denoising steps."""

import copy
import zlib
from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image

from services.cancellation import stop_if_cancelled


def image_generator(seed: int, name: str) -> torch.Generator:
    """The CPU generator of one picture, from the request's seed and the picture's name within it (e.g. its shape).

    On the CPU so that noise does not depend on the device; one per picture so that it does not depend on the batch.
    """
    return torch.Generator("cpu").manual_seed(seed ^ zlib.crc32(name.encode()))


def call_pipeline(pipeline: Any, generators: Sequence[torch.Generator], **inputs: Any) -> list[Image.Image]:
    """The pictures of one call, one per generator, in order.

    Schedulers keep state between steps and pipelines keep their last settings, so the call runs on a copy that shares
    only the weights. Raises Cancelled between two steps when nobody waits for the pictures any more.
    """
    once = copy.copy(pipeline)
    once.scheduler = copy.deepcopy(pipeline.scheduler)
    generator = generators[0] if len(generators) == 1 else list(generators)
    made = once(generator=generator, callback_on_step_end=_between_steps, **inputs)
    pictures: list[Image.Image] = made.images
    return pictures


def _between_steps(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
    """diffusers calls this after every denoising step; it changes nothing."""
    stop_if_cancelled()
    return tensors
