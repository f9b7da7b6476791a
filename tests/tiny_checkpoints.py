"""Tiny random checkpoints of the real architectures, saved as folders that ``from_pretrained`` loads like hub ones.

The sizes follow diffusers' own tests. Pictures come out as noise; everything else is as in a cluster.
"""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    ControlNetModel,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    StableDiffusionXLInpaintPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from diffusers.models.attention_processor import IPAdapterAttnProcessor2_0
from diffusers.models.embeddings import IPAdapterPlusImageProjection
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from tiny_qwen import qwen_tokenizer
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from services.settings import ROOT


def clip_tokenizer() -> CLIPTokenizer:
    """The small CLIP tokenizer of this repository's scene checkpoint."""
    return CLIPTokenizer.from_pretrained(ROOT / "assets/models/scene/tokenizer")


def sdxl_unet(in_channels: int = 4) -> UNet2DConditionModel:
    """SDXL's kinds of blocks with some thousand weights; 9 channels for inpainting."""
    return UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=2, sample_size=16, in_channels=in_channels, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4), use_linear_projection=True, addition_embed_type="text_time",
        addition_time_embed_dim=8, transformer_layers_per_block=(1, 2), projection_class_embeddings_input_dim=80,
        cross_attention_dim=64, norm_num_groups=1,
    )  # fmt: skip


def sdxl_parts(in_channels: int = 4) -> dict:
    """The components of an SDXL pipeline, with both text encoders."""
    tokenizer = clip_tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=37, num_hidden_layers=3, num_attention_heads=4,
        projection_dim=32, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, max_position_embeddings=tokenizer.model_max_length,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=[32, 64], in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=1,
        down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
    )  # fmt: skip
    return {
        "vae": vae,
        "text_encoder": CLIPTextModel(text),
        "text_encoder_2": CLIPTextModelWithProjection(text),
        "tokenizer": tokenizer,
        "tokenizer_2": tokenizer,
        "unet": sdxl_unet(in_channels),
        "scheduler": EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
    }


def save_tiny_sdxl(folder: Path) -> None:
    """SDXL text-to-image."""
    torch.manual_seed(0)
    StableDiffusionXLPipeline(**sdxl_parts()).save_pretrained(folder)


def save_tiny_sdxl_inpaint(folder: Path) -> None:
    """SDXL inpainting, 9 input channels."""
    torch.manual_seed(0)
    StableDiffusionXLInpaintPipeline(**sdxl_parts(in_channels=9)).save_pretrained(folder)


def save_tiny_controlnet(folder: Path, seed: int) -> None:
    """A ControlNet for it, of an ordinary SDXL UNet's shape; its outputs are not zero as in a fresh one."""
    torch.manual_seed(seed)
    controlnet = ControlNetModel.from_unet(sdxl_unet(), conditioning_embedding_out_channels=(16, 32))
    for parameter in controlnet.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    controlnet.save_pretrained(folder)


def save_tiny_ip_adapter(folder: Path) -> None:
    """IP-Adapter Plus in its authors' file layout, with a CLIP vision encoder."""
    torch.manual_seed(3)
    encoder = CLIPVisionConfig(
        hidden_size=32, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4, projection_dim=32,
        image_size=32, patch_size=8,
    )  # fmt: skip
    CLIPVisionModelWithProjection(encoder).save_pretrained(folder / "models/image_encoder")
    projection = IPAdapterPlusImageProjection(32, 64, hidden_dims=64, depth=4, heads=1, num_queries=4).state_dict()
    unet, attention = sdxl_unet(), {}
    layers = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    for index, name in enumerate(layers):
        width = unet.get_submodule(name.removesuffix(".processor")).to_q.in_features
        part = IPAdapterAttnProcessor2_0(width, cross_attention_dim=64).state_dict()
        attention[f"ip_adapter.{2 * index + 1}.to_k_ip.weight"] = part["to_k_ip.0.weight"]
        attention[f"ip_adapter.{2 * index + 1}.to_v_ip.weight"] = part["to_v_ip.0.weight"]
    (folder / "sdxl_models").mkdir(parents=True)
    save_file(
        {f"image_proj.{name}": value for name, value in _authors_names(projection).items()} | attention,
        folder / "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors",
    )


def _authors_names(projection: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """diffusers' names of the resampler's weights as its authors wrote them."""
    renamed = {}
    for name, value in projection.items():
        for ours, theirs in (
            (".ln0", ".0.norm1"), (".ln1", ".0.norm2"), (".attn.to_out.0", ".0.to_out"), (".attn.to_q", ".0.to_q"),
            (".ff.0", ".1.0"), (".ff.1.net.0.proj", ".1.1"), (".ff.1.net.2", ".1.3"),
        ):  # fmt: skip
            name = name.replace(ours, theirs)
        if name.endswith("attn.to_k.weight"):
            values = projection[name.replace("to_k", "to_v")]
            renamed[name.replace("attn.to_k", "0.to_kv")] = torch.cat([value, values])
        elif not name.endswith("attn.to_v.weight"):
            renamed[name] = value
    return renamed


def save_tiny_lora(folder: Path, pipeline_class: type, base: Path, part: str, modules: list[str], seed: int) -> Path:
    """A LoRA of rank 2 on the named modules of one part of a saved pipeline; strong enough to be seen."""
    pipeline = pipeline_class.from_pretrained(base)
    model = pipeline.components[part]
    model.add_adapter(LoraConfig(r=2, lora_alpha=2, target_modules=modules, init_lora_weights=False))
    torch.manual_seed(seed)
    layers = get_peft_model_state_dict(model)
    layers = {name: torch.randn_like(value) for name, value in layers.items()}
    pipeline_class.save_lora_weights(folder, **{f"{part}_lora_layers": layers})
    return folder / "pytorch_lora_weights.safetensors"


def save_tiny_klein(folder: Path) -> None:
    """FLUX.2 [klein]: a Qwen3 text encoder of 28 layers (three of them are read), sides in multiples of 4 px."""
    torch.manual_seed(0)
    tokenizer = qwen_tokenizer()
    text = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=28, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=512,
    )  # fmt: skip
    transformer = Flux2Transformer2DModel(
        patch_size=1, in_channels=8, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=48, timestep_guidance_channels=32, axes_dims_rope=(4, 4, 4, 4), guidance_embeds=False,
    )  # fmt: skip
    vae = AutoencoderKLFlux2(
        sample_size=32, in_channels=3, out_channels=3, block_out_channels=(4, 8), layers_per_block=1, latent_channels=2,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, norm_num_groups=1,
    )  # fmt: skip
    Flux2KleinPipeline(
        FlowMatchEulerDiscreteScheduler(), vae, Qwen3ForCausalLM(text), tokenizer, transformer, is_distilled=True
    ).save_pretrained(folder)
