"""SDXL inpainting around the product, held by ControlNets, in the style of a picture, with a brand's LoRA."""

from collections.abc import Mapping
from typing import Any

from diffusers import AutoencoderKL, ControlNetModel, StableDiffusionXLControlNetInpaintPipeline
from PIL import Image
from transformers import CLIPVisionModelWithProjection

from services.contract import Checkpoint
from services.images import Shape
from services.pipelines.adapters import styled
from services.pipelines.loading import load_part, make_ready, read_pipeline
from services.product.engine_around import AroundEngine
from services.product.prompt import ScenePrompt
from services.product.service import ProductRequest
from services.product.staging import Staging, draw_depth, draw_edges

CONTROLS = {"controlnet_canny": draw_edges, "controlnet_depth": draw_depth}
IP_ADAPTER = {"subfolder": "sdxl_models", "weight_name": "ip-adapter-plus_sdxl_vit-h.safetensors"}
IP_ADAPTER_ENCODER = "models/image_encoder"


class SDXLInpaintEngine(AroundEngine):
    """An SDXL inpainting checkpoint (9 input channels) with the ControlNets and the IP-Adapter among its parts.

    Parts: ``controlnet_canny``, ``controlnet_depth``, ``ip_adapter``, and ``vae``, one that is sound in float16 (the
    original overflows to black pictures). Each but one ControlNet may be left out.
    """

    def load_pipeline(self, checkpoint: Checkpoint) -> Any:
        """The pipeline with its parts."""
        self._controls = [draw for role, draw in CONTROLS.items() if role in checkpoint.parts]
        controlnets = [load_part(ControlNetModel, checkpoint, role) for role in CONTROLS if role in checkpoint.parts]
        parts: dict[str, Any] = {"controlnet": controlnets}
        if "vae" in checkpoint.parts:
            parts["vae"] = load_part(AutoencoderKL, checkpoint, "vae")
        if "ip_adapter" in checkpoint.parts:  # diffusers would load the encoder at the newest revision
            encoder = load_part(CLIPVisionModelWithProjection, checkpoint, "ip_adapter", subfolder=IP_ADAPTER_ENCODER)
            parts["image_encoder"] = encoder
        pipeline = read_pipeline(StableDiffusionXLControlNetInpaintPipeline, checkpoint, add_watermarker=False, **parts)
        if "ip_adapter" in checkpoint.parts:
            weights = checkpoint.parts["ip_adapter"]
            pipeline.load_ip_adapter(weights.location, **IP_ADAPTER, image_encoder_folder=None, **weights.hub_options)
            pipeline.set_ip_adapter_scale(0.0)
        return make_ready(pipeline, checkpoint)

    def generate_scene(
        self, request: ProductRequest, shape: Shape, prompt: ScenePrompt, images: Mapping[str, Image.Image]
    ) -> Image.Image:
        """One scene, in the style of ``images["style"]`` if the request has one."""
        if not self._has_style:
            return super().generate_scene(request, shape, prompt, images)
        with styled(self._pipeline, request.style_scale if "style" in images else 0.0):
            return super().generate_scene(request, shape, prompt, images)

    @property
    def _has_style(self) -> bool:
        return self._pipeline.components.get("image_encoder") is not None

    def inputs(
        self, request: ProductRequest, prompt: str, staging: Staging, images: Mapping[str, Image.Image]
    ) -> dict[str, Any]:
        """A strength just under 1: the noise keeps a trace of the plain ground's brightness, else scenes turn dark."""
        inputs: dict[str, Any] = {
            "prompt": f"product photography, {prompt}, natural contact shadow",
            "negative_prompt": request.negative_prompt,
            "image": staging.picture,
            "mask_image": staging.mask,
            "control_image": [draw(staging) for draw in self._controls],
            "controlnet_conditioning_scale": [request.controlnet_conditioning_scale] * len(self._controls),
            "width": staging.picture.width,
            "height": staging.picture.height,
            "strength": 0.99,
            "num_inference_steps": request.num_inference_steps,
            "guidance_scale": request.guidance_scale,
        }
        if self._has_style:
            inputs["ip_adapter_image"] = images.get("style", staging.picture)  # at scale 0 any picture says nothing
        return inputs
