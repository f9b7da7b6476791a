"""SDXL inpainting as a painter: held by ControlNets, shown a picture by an IP-Adapter."""

from typing import Any, ClassVar

import torch
from diffusers import AutoencoderKL, ControlNetModel, StableDiffusionXLControlNetInpaintPipeline
from PIL import Image
from transformers import CLIPVisionModelWithProjection

from services.checkpoint import Checkpoint
from services.pipelines.adapters import shown
from services.pipelines.loading import load_part, make_ready, read_pipeline
from services.pipelines.painting import Painter, Painting

CONTROLNET = "controlnet_"
IP_ADAPTER = {"subfolder": "sdxl_models", "weight_name": "ip-adapter-plus_sdxl_vit-h.safetensors"}
IP_ADAPTER_ENCODER = "models/image_encoder"


class SDXLInpaintPainter(Painter):
    """An SDXL inpainting checkpoint (9 input channels) with the ControlNets and the IP-Adapter among its parts.

    Parts: one ``controlnet_…`` or more, ``ip_adapter``, and ``vae``, one that is sound in float16 (the original
    overflows to black pictures). All but one ControlNet may be left out.
    """

    pipeline_class: ClassVar[Any] = StableDiffusionXLControlNetInpaintPipeline

    def read(self, checkpoint: Checkpoint) -> Any:
        """The pipeline with its parts."""
        self.controls = [role for role in checkpoint.parts if role.startswith(CONTROLNET)]
        self._sees_pictures = "ip_adapter" in checkpoint.parts
        parts: dict[str, Any] = {"controlnet": [load_part(ControlNetModel, checkpoint, role) for role in self.controls]}
        if "vae" in checkpoint.parts:
            parts["vae"] = load_part(AutoencoderKL, checkpoint, "vae")
        if self._sees_pictures:  # diffusers would load the encoder at the newest revision
            encoder = load_part(CLIPVisionModelWithProjection, checkpoint, "ip_adapter", subfolder=IP_ADAPTER_ENCODER)
            parts["image_encoder"] = encoder
        pipeline = read_pipeline(self.pipeline_class, checkpoint, add_watermarker=False, **parts)
        if self._sees_pictures:
            weights = checkpoint.parts["ip_adapter"]
            pipeline.load_ip_adapter(weights.location, **IP_ADAPTER, image_encoder_folder=None, **weights.hub_options)
            pipeline.set_ip_adapter_scale(0.0)
        return make_ready(pipeline, checkpoint)

    def paint(self, task: Painting, generator: torch.Generator) -> Image.Image:
        """The repainted picture, in the sight of the image prompt if there is one."""
        if not self._sees_pictures:
            return super().paint(task, generator)
        with shown(self.pipeline, task.image_prompt.scale if task.image_prompt else 0.0):
            return super().paint(task, generator)

    def inputs(self, task: Painting) -> dict[str, Any]:
        """Strength is just under 1 at most: the noise keeps a trace of the picture's brightness, else it turns dark.

        And it is at least what one step needs, since the pipeline leaves out the steps before it.
        """
        one_step = min(1.01 / task.num_inference_steps, 1.0)
        inputs: dict[str, Any] = {
            "prompt": task.prompt,
            "negative_prompt": task.negative_prompt,
            "image": task.picture,
            "mask_image": task.mask,
            "control_image": [task.controls[role] for role in self.controls],
            "controlnet_conditioning_scale": [task.controlnet_conditioning_scale] * len(self.controls),
            "width": task.picture.width,
            "height": task.picture.height,
            "strength": max(min(task.strength, 0.99), one_step),
            "num_inference_steps": task.num_inference_steps,
            "guidance_scale": task.guidance_scale,
        }
        if self._sees_pictures:  # at scale 0 any picture says nothing
            inputs["ip_adapter_image"] = task.image_prompt.picture if task.image_prompt else task.picture
        return inputs
