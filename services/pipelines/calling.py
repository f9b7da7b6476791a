"""One call of a pipeline that leaves no trace: own scheduler, own generators, stoppable between denoising steps."""

import copy
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from PIL import Image

from services.cancellation import stop_if_cancelled

Tensors = dict[str, Any]
BetweenSteps = Callable[[Any, int, Any, Tensors], Tensors]


def image_generator(seed: int, name: str) -> torch.Generator:
    """The CPU generator of one picture, from the request's seed and the picture's name within it (e.g. its shape).

    On the CPU so that noise does not depend on the device; one per picture so that it does not depend on the batch.
    """
    return torch.Generator("cpu").manual_seed(seed ^ zlib.crc32(name.encode()))


def change_nothing(pipeline: Any, step: int, timestep: Any, tensors: Tensors) -> Tensors:
    """What happens between two denoising steps where nothing is asked for."""
    return tensors


def call_pipeline(
    pipeline: Any,
    generators: Sequence[torch.Generator],
    *,
    between_steps: BetweenSteps = change_nothing,
    **inputs: Any,
) -> list[Image.Image]:
    """The pictures of one call, one per generator, in order.

    between_steps: diffusers' ``callback_on_step_end``, called after every step; it may change the latents.

    Schedulers keep state between steps and pipelines keep their last settings, so the call runs on a copy that shares
    only the weights. Raises Cancelled between two steps when nobody waits for the pictures any more.
    """
    once = copy.copy(pipeline)
    once.scheduler = copy.deepcopy(pipeline.scheduler)
    generator = generators[0] if len(generators) == 1 else list(generators)
    made = once(generator=generator, callback_on_step_end=_stoppable(between_steps), **inputs)
    pictures: list[Image.Image] = made.images
    return pictures


def _stoppable(between_steps: BetweenSteps) -> BetweenSteps:
    def after_step(pipeline: Any, step: int, timestep: Any, tensors: Tensors) -> Tensors:
        stop_if_cancelled()
        return between_steps(pipeline, step, timestep, tensors)

    return after_step
