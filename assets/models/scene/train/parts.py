"""The checkpoint's parts, made new: tokenizer, text encoder, UNet, scheduler, and the pipeline they form."""

import json
from pathlib import Path

import numpy as np
import torch
from captions import caption
from diffusers import DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from services.product.patch_autoencoder import PatchAutoencoder
from services.product.sketch.palette import VOCABULARY
from services.product.sketch.scenes import SIZES, facts, sample_scene

TOKENS = 40
TEXT_WIDTH = 128
MARKERS = ["<|startoftext|>", "<|endoftext|>"]


def corpus(count: int) -> list[str]:
    """Captions of unrendered scenes, to learn the vocabulary from."""
    rng = np.random.default_rng(0)
    return [caption(facts(sample_scene(rng, SIZES["landscape"])), rng) for _ in range(count)]


def make_tokenizer() -> CLIPTokenizer:
    """A byte-level BPE tokenizer whose words are those of the captions; other words fall into letters.

    Ids of equally frequent letters change from call to call: it is made once, by train_text.py, and then loaded.
    """
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = normalizers.Lowercase()
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(" ", "removed"), pre_tokenizers.Punctuation(), pre_tokenizers.ByteLevel(False)]
    )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=1400, initial_alphabet=alphabet, end_of_word_suffix="</w>", special_tokens=MARKERS
    )
    learner.train_from_iterator([*corpus(6000), *every_letter(alphabet)], trainer)
    state = learner.get_vocab()
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    return CLIPTokenizer(vocab=state, merges=merges, model_max_length=TOKENS)


def every_letter(alphabet: list[str]) -> list[str]:
    """Words of one letter, so that every letter can end a word."""
    return [letter for letter in alphabet if letter.isascii() and letter.isalnum() for _ in range(3)]


def make_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Two causal layers; only the last hidden state is used."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=TEXT_WIDTH, intermediate_size=4 * TEXT_WIDTH,
            num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=TOKENS, projection_dim=TEXT_WIDTH,
            bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip


def make_unet(latent_channels: int) -> UNet2DConditionModel:
    """Convolutions on the 32x32 and 16x16 grids (of a 512 px picture), convolutions and attention on the 8x8 grid.

    The text also reaches every layer pooled, with the timestep; cross-attention alone learns it much more slowly.
    """
    return UNet2DConditionModel(
        sample_size=VOCABULARY["sizes_px"]["square"][0] // 16,
        in_channels=latent_channels, out_channels=latent_channels,
        block_out_channels=(48, 96, 160), layers_per_block=1, norm_num_groups=16,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        cross_attention_dim=TEXT_WIDTH, attention_head_dim=8,
        addition_embed_type="text", addition_embed_type_num_heads=4,
    )  # fmt: skip


def make_scheduler() -> DDIMScheduler:
    """Prediction of v (Salimans and Ho 2022), from pure noise on (zero terminal SNR, Lin et al. 2023)."""
    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
        rescale_betas_zero_snr=True, timestep_spacing="trailing", clip_sample=False, set_alpha_to_one=True,
        steps_offset=1,
    )  # fmt: skip


def make_pipeline(
    vae: PatchAutoencoder, tokenizer: CLIPTokenizer, text_encoder: CLIPTextModel, unet: UNet2DConditionModel
) -> StableDiffusionPipeline:
    """A stock pipeline of the parts."""
    return StableDiffusionPipeline(
        vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet, scheduler=make_scheduler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def save_half(pipeline: StableDiffusionPipeline, folder: Path) -> None:
    """Write the pipeline with float16 weights, without the folder that its autoencoder came from."""
    pipeline.vae.register_to_config(_name_or_path="")
    pipeline.to(dtype=torch.float16).save_pretrained(folder, safe_serialization=True)
