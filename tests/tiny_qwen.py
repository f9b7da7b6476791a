"""Tiny random checkpoints that read and write text: Qwen's language and vision models, Florence-2, BLIP."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLQwenImage,
    FlowMatchEulerDiscreteScheduler,
    QwenImageEditPlusPipeline,
    QwenImageTransformer2DModel,
)
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    BartConfig,
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    BlipProcessor,
    CLIPImageProcessor,
    Florence2Config,
    Florence2ForConditionalGeneration,
    Florence2Processor,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

SPECIAL = ["<|im_start|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% if message.content is string %}"
    "{{ message.content }}{% else %}{% for part in message.content %}{% if part.type == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def qwen_tokenizer() -> Qwen2Tokenizer:
    """Qwen's byte-level tokenizer without merges: one token a byte, and its special tokens."""
    vocabulary = {letter: index for index, letter in enumerate(sorted(ByteLevel.alphabet()))}
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=[], eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL})
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def qwen_vl_processor() -> Qwen2VLProcessor:
    """Tokenizer and image processor together; pictures become at most 16 patches."""
    sizes = {"min_pixels": 28 * 28, "max_pixels": 4 * 28 * 28}
    return Qwen2VLProcessor(
        Qwen2VLImageProcessor(**sizes), qwen_tokenizer(), Qwen2VLVideoProcessor(), chat_template=CHAT_TEMPLATE
    )


def special_ids(tokenizer: Qwen2Tokenizer) -> dict[str, int]:
    """The ids that a Qwen-VL configuration must know."""
    names = {"image_token_id": "<|image_pad|>", "video_token_id": "<|video_pad|>"}
    ends = {"vision_start_token_id": "<|vision_start|>", "vision_end_token_id": "<|vision_end|>"}
    return {name: tokenizer.convert_tokens_to_ids(token) for name, token in (names | ends).items()}


def save_tiny_qwen_edit(folder: Path) -> None:
    """Qwen-Image-Edit-Plus: a Qwen2.5-VL encoder that sees the pictures, a video autoencoder, an MMDiT."""
    torch.manual_seed(0)
    processor = qwen_vl_processor()
    tokenizer = processor.tokenizer
    text = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 2, "vocab_size": len(tokenizer), "max_position_embeddings": 2048,
        "rope_parameters": {"mrope_section": [1, 1, 2], "rope_type": "default", "rope_theta": 1e6},
    }  # fmt: skip
    vision = {"depth": 2, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16}
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **special_ids(tokenizer))
    vae = AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1, 2, 4], num_res_blocks=1, temperal_downsample=[False, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip
    transformer = QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=2, attention_head_dim=16, num_attention_heads=3,
        joint_attention_dim=16, axes_dims_rope=(8, 4, 4),
    )  # fmt: skip
    QwenImageEditPlusPipeline(
        FlowMatchEulerDiscreteScheduler(),
        vae,
        Qwen2_5_VLForConditionalGeneration(config),
        tokenizer,
        processor,
        transformer,
    ).save_pretrained(folder)


def save_tiny_qwen3(folder: Path) -> None:
    """Qwen3, the text model."""
    torch.manual_seed(0)
    tokenizer = qwen_tokenizer()
    config = Qwen3Config(
        vocab_size=len(tokenizer) + 9, hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=8192,
    )  # fmt: skip
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_tiny_qwen_vl(folder: Path) -> None:
    """Qwen3-VL: a vision tower whose early layers also reach the language model."""
    torch.manual_seed(0)
    tokenizer = qwen_tokenizer()
    sizes = {"min_pixels": 32 * 32, "max_pixels": 4 * 32 * 32, "patch_size": 16}
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(**sizes), tokenizer, Qwen3VLVideoProcessor(), chat_template=CHAT_TEMPLATE
    )
    text = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 2, "head_dim": 8, "vocab_size": len(tokenizer), "max_position_embeddings": 2048,
        "rope_parameters": {"mrope_section": [2, 1, 1], "rope_type": "default", "rope_theta": 5e6},
    }  # fmt: skip
    vision = {
        "depth": 2, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16,
        "num_position_embeddings": 16, "deepstack_visual_indexes": [0],
    }  # fmt: skip
    config = Qwen3VLConfig(text_config=text, vision_config=vision, **special_ids(tokenizer))
    Qwen3VLForConditionalGeneration(config).save_pretrained(folder)
    processor.save_pretrained(folder)


def save_tiny_blip(folder: Path) -> None:
    """BLIP: a vision transformer and a BERT decoder that reads it, with a word-piece tokenizer of single letters."""
    torch.manual_seed(0)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]"]
    letters = [f"{joint}{letter}" for joint in ("", "##") for letter in "abcdefghijklmnopqrstuvwxyz"]
    vocabulary = {word: index for index, word in enumerate([*special, *letters])}
    tokenizer = BertTokenizer(vocab=vocabulary)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ids = {"bos_token_id": 5, "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0}
    text = {"vocab_size": len(vocabulary), "encoder_hidden_size": 16, "projection_dim": 16, **sizes, **ids}
    config = BlipConfig(text_config=text, vision_config={"image_size": 32, "patch_size": 8, **sizes})
    BlipForConditionalGeneration(config).save_pretrained(folder)
    BlipProcessor(BlipImageProcessor(size={"height": 32, "width": 32}), tokenizer).save_pretrained(folder)


def save_tiny_florence(folder: Path) -> None:
    """Florence-2: a DaViT encoder and a BART decoder, with a byte-level tokenizer."""
    torch.manual_seed(0)
    letters = {letter: index for index, letter in enumerate(sorted(ByteLevel.alphabet()))}
    plain = Tokenizer(BPE(letters, []))
    plain.pre_tokenizer, plain.decoder = ByteLevel(add_prefix_space=False), ByteLevelDecoder()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        extra_special_tokens={"image_token": "<image>"},
    )  # fmt: skip
    pictures = CLIPImageProcessor(size={"height": 64, "width": 64}, do_center_crop=False)
    pictures.image_seq_length = 5
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    text = BartConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=512,
        pad_token_id=tokenizer.pad_token_id, decoder_start_token_id=tokenizer.eos_token_id, **ids,
    )  # fmt: skip
    vision = {
        "depths": [1, 1, 1, 1], "embed_dim": [8, 8, 8, 16], "num_heads": [2, 2, 2, 2], "num_groups": [2, 2, 2, 2],
        "projection_dim": 16, "window_size": 2,
    }  # fmt: skip
    config = Florence2Config(text_config=text, vision_config=vision, image_token_id=tokenizer.image_token_id)
    Florence2ForConditionalGeneration(config).save_pretrained(folder)
    Florence2Processor(pictures, tokenizer).save_pretrained(folder)
