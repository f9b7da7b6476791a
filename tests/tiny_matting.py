"""Tiny random networks of the real architectures that read one picture: ViTMatte, Depth-Anything."""

from pathlib import Path

import torch
from transformers import (
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    DPTImageProcessor,
    VitDetConfig,
    VitMatteConfig,
    VitMatteForImageMatting,
    VitMatteImageProcessor,
)


def save_tiny_vitmatte(folder: Path) -> None:
    """A ViTDet backbone with window attention on four channels (picture and trimap), and the detail decoder."""
    torch.manual_seed(0)
    backbone = VitDetConfig(
        num_channels=4, image_size=128, pretrain_image_size=64, hidden_size=16, num_hidden_layers=2,
        num_attention_heads=2, use_relative_position_embeddings=True, window_block_indices=[0],
        residual_block_indices=[1], window_size=4, out_features=["stage2"],
    )  # fmt: skip
    config = VitMatteConfig(
        backbone_config=backbone, hidden_size=16, convstream_hidden_sizes=[8, 8, 8], fusion_hidden_sizes=[16, 8, 8, 8]
    )
    VitMatteForImageMatting(config).save_pretrained(folder)
    VitMatteImageProcessor().save_pretrained(folder)


def save_tiny_depth(folder: Path) -> None:
    """A DINOv2 backbone and the DPT neck; pictures become about 56 px."""
    torch.manual_seed(0)
    backbone = Dinov2Config(
        image_size=28, patch_size=14, hidden_size=16, num_hidden_layers=4, num_attention_heads=2,
        out_indices=[1, 2, 3, 4], reshape_hidden_states=False,
    )  # fmt: skip
    config = DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, neck_hidden_sizes=[8, 8, 8, 8], fusion_hidden_size=8,
        head_hidden_size=4,
    )  # fmt: skip
    DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    DPTImageProcessor(
        size={"height": 56, "width": 56}, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3
    ).save_pretrained(folder)
