"""Repainting a part of a picture: one way to ask every pipeline family for it, and the shell of the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from PIL import Image

from services.checkpoint import Checkpoint
from services.pipelines.adapters import Adapters
from services.pipelines.calling import call_pipeline, image_generator
from services.pipelines.loading import load_pipeline
from services.pipelines.masks import fit_area


@dataclass(frozen=True)
class ImagePrompt:
    """A picture that an IP-Adapter shows the pipeline; scale: 0..1 for all blocks, or per block as in diffusers."""

    picture: Image.Image
    scale: float | dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Painting:
    """One picture to be repainted, at the size that the pipeline paints at.

    picture: RGB to start from. mask: L, 255 = repaint. references: RGB pictures of what must appear. controls: RGB, by
    the role of the ControlNet that reads it. strength: 0..1, how far the picture is left; 1: nothing of it remains.
    A family takes what it can use; ``Painter`` classes say what they leave.
    """

    prompt: str
    picture: Image.Image
    mask: Image.Image
    num_inference_steps: int
    guidance_scale: float
    strength: float = 1.0
    negative_prompt: str = ""
    references: tuple[Image.Image, ...] = ()
    controls: Mapping[str, Image.Image] = field(default_factory=dict)
    controlnet_conditioning_scale: float = 0.6
    image_prompt: ImagePrompt | None = None
    lora: str = ""
    lora_scale: float = 1.0


class Painter:
    """One loaded pipeline that repaints. Nothing changes after ``load``.

    What it returns covers the whole picture: whoever asked lays the kept pixels over it (``masks.paste_kept``).
    """

    pipeline_class: ClassVar[Any]

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the pipeline with the checkpoint's parts, and learn which LoRAs there are."""
        self.pipeline = self.read(checkpoint)
        self._adapters = Adapters(self.pipeline, checkpoint.loras)

    def warm_up(self, checkpoint: Checkpoint) -> None:
        """Paint a grey picture of the trained size, if the checkpoint asks for it: kernels are chosen, blocks compiled.

        For services without an example that a replica could run: a photo of a person or a room is none to ship.
        """
        if not checkpoint.warm_up:
            return
        size = fit_area(1, 1, area_px=checkpoint.area_px, multiple=checkpoint.size_multiple)
        grey = Image.new("RGB", size, "grey")
        task = Painting(
            prompt="grey",
            picture=grey,
            mask=Image.new("L", size, 255),
            references=(grey,),
            controls=dict.fromkeys(checkpoint.parts, grey),
            num_inference_steps=2,
            guidance_scale=2.0,
        )
        self.paint(task, image_generator(0, "warm up"))

    def read(self, checkpoint: Checkpoint) -> Any:
        """The checkpoint as a pipeline of this family."""
        return load_pipeline(self.pipeline_class, checkpoint)

    def paint(self, task: Painting, generator: torch.Generator) -> Image.Image:
        """The repainted picture (RGB), of the size of ``task.picture``. Raises Cancelled between two steps."""
        with self._adapters.using(task.lora, task.lora_scale):
            (painted,) = call_pipeline(self.pipeline, [generator], **self.inputs(task))
        return painted

    def inputs(self, task: Painting) -> dict[str, Any]:
        """What the pipeline's call is given besides its generator."""
        raise NotImplementedError
