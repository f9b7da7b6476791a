"""From a checkpoint to a pipeline on its device: dtype, revision, optimisations."""

import gc
from typing import Any

import torch

from services.checkpoint import Checkpoint, Optimisations, Weights

DENOISERS = ("transformer", "unet", "controlnet")


def load_pipeline(pipeline_class: Any, checkpoint: Checkpoint, **components: Any) -> Any:
    """The pipeline of a checkpoint, ready on its device. ``components`` replace or add parts, e.g. a controlnet."""
    return make_ready(read_pipeline(pipeline_class, checkpoint, **components), checkpoint)


def read_pipeline(pipeline_class: Any, checkpoint: Checkpoint, **components: Any) -> Any:
    """The pipeline in host memory, for what must be added before it goes to its device (an IP-Adapter).

    What an earlier checkpoint of this process left behind is given back to the device first.
    """
    free_device_memory()
    options = {"quantization_config": quantisation} if (quantisation := quantisation_of(checkpoint)) else {}
    pipeline = pipeline_class.from_pretrained(
        checkpoint.location, dtype=torch_dtype(checkpoint), **checkpoint.hub_options, **options, **components
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def make_ready(pipeline: Any, checkpoint: Checkpoint) -> Any:
    """Put it on its device and apply the checkpoint's optimisations."""
    return optimise(place(pipeline, checkpoint), checkpoint.optimisations)


def load_part(part_class: Any, checkpoint: Checkpoint, role: str, **options: Any) -> Any:
    """One of the checkpoint's further weights (a ControlNet, a VAE) as a diffusers model, in the checkpoint's dtype."""
    weights: Weights = checkpoint.parts[role]
    return part_class.from_pretrained(weights.location, dtype=torch_dtype(checkpoint), **weights.hub_options, **options)


def load_network(network_class: Any, checkpoint: Checkpoint, role: str = "", **options: Any) -> Any:
    """A transformers network of the checkpoint, or of one of its parts, on its device and in its dtype.

    What an earlier checkpoint of this process left behind is given back to the device first.
    """
    free_device_memory()
    weights: Weights = checkpoint.parts[role] if role else checkpoint
    network = network_class.from_pretrained(
        weights.location, dtype=torch_dtype(checkpoint), **weights.hub_options, **options
    )
    return network.to(checkpoint.device).eval()


def torch_dtype(checkpoint: Checkpoint) -> torch.dtype:
    """The torch dtype that the checkpoint names."""
    dtype: torch.dtype = getattr(torch, checkpoint.dtype)
    return dtype


def quantisation_of(checkpoint: Checkpoint) -> Any:
    """The diffusers configuration that quantises the denoiser and the text encoder, or None.

    8 and 4 bits by bitsandbytes; 4 bits are NF4 (arXiv:2305.14314) and compute in the checkpoint's dtype.
    """
    kind = checkpoint.optimisations.quantisation
    if kind == "none":
        return None
    from diffusers.quantizers import PipelineQuantizationConfig

    settings: dict[str, Any] = {"load_in_8bit": True}
    if kind == "nf4":
        settings = {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_compute_dtype": torch_dtype(checkpoint),
        }
    return PipelineQuantizationConfig(
        quant_backend="bitsandbytes_8bit" if kind == "int8" else "bitsandbytes_4bit",
        quant_kwargs=settings,
        components_to_quantize=["transformer", "text_encoder"],
    )


def place(pipeline: Any, checkpoint: Checkpoint) -> Any:
    """Put the pipeline on its device, whole or part by part as it is needed."""
    match checkpoint.optimisations.offload:
        case "model":
            pipeline.enable_model_cpu_offload(device=checkpoint.device)
        case "sequential":
            pipeline.enable_sequential_cpu_offload(device=checkpoint.device)
        case "none":
            pipeline.to(checkpoint.device)
    return pipeline


def optimise(pipeline: Any, wanted: Optimisations) -> Any:
    """Apply the optimisations that change how the loaded weights are run."""
    denoisers = [part for name in DENOISERS if (part := pipeline.components.get(name)) is not None]
    if wanted.channels_last:
        for part in [*denoisers, pipeline.vae]:
            part.to(memory_format=torch.channels_last)
    if wanted.attention:
        for part in denoisers:
            part.set_attention_backend(wanted.attention)
    if wanted.vae_tiling:
        pipeline.vae.enable_tiling()
    if wanted.compile:
        for part in denoisers:
            part.compile_repeated_blocks()
    return pipeline


def free_device_memory() -> None:
    """Collect what nothing refers to any more and give cached device memory back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
