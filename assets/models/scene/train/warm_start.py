"""Make a work folder that goes on from a finished checkpoint: its autoencoder, tokenizer, text encoder and teacher.

It takes the place of train_text.py and train_autoencoder.py. Then train.py fits the teacher to the folder's shards.

python assets/models/scene/train/warm_start.py --work .cache/scene --model assets/models/scene
"""

import argparse
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from train import Objective, start
from transformers import CLIPTextModel, CLIPTokenizer

from services.product.patch_autoencoder import PatchAutoencoder


def warm_start(model: Path, work: Path) -> None:
    """Write what train.py starts from, float32: parts of the model, and a run at step 0 with the teacher's weights."""
    vae = PatchAutoencoder.from_pretrained(model / "vae", torch_dtype=torch.float32)
    vae.save_pretrained(work / "autoencoder")
    CLIPTokenizer.from_pretrained(model / "tokenizer").save_pretrained(work / "tokenizer")
    text_encoder = CLIPTextModel.from_pretrained(model / "text_encoder", dtype=torch.float32)
    torch.save(text_encoder.state_dict(), work / "text_encoder.pt")
    run = start(Objective(work, is_bfloat16=False), vae.config.latent_channels, rate=0.0, work=work)
    teacher = UNet2DConditionModel.from_pretrained(model / "teacher", torch_dtype=torch.float32).state_dict()
    for weights in (run.model, run.averaged):
        weights["unet"].load_state_dict(teacher)
    run.save(work / "run.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".cache/scene"))
    parser.add_argument("--model", type=Path, default=Path("assets/models/scene"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    warm_start(options.model, options.work)


if __name__ == "__main__":
    main()
