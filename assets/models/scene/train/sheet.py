"""Draw the picture sheets of the model card: 64 prompts as served, and a row per family from noise. Nothing is chosen.

python assets/models/scene/train/sheet.py served --out assets/models/scene/samples.jpg
python assets/models/scene/train/sheet.py noise --out assets/models/scene/samples_noise.jpg
"""

import argparse
from pathlib import Path

import torch
import yaml
from captions import canonical
from evaluate import held_out, load_engine, load_pipeline, sample_all, serve
from PIL import Image

from services.product.service import SERVICE

CELL_PX = 160
CANONICAL, FREE = 34, 30


def prompts() -> list[str]:
    """Two canonical prompts per family, then every other wish in free words."""
    wishes = yaml.safe_load((Path("assets/models/scene") / "free_text.yaml").read_text(encoding="utf-8"))
    return [canonical(words) for words in held_out(CANONICAL)] + [wish["words"] for wish in wishes[::2]][:FREE]


def sheet(pictures: list[Image.Image], columns: int) -> Image.Image:
    """Pictures in rows, shrunk to CELL_PX."""
    page = Image.new("RGB", (columns * CELL_PX, -(-len(pictures) // columns) * CELL_PX))
    for index, picture in enumerate(pictures):
        small = picture.resize((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
        page.paste(small, (index % columns * CELL_PX, index // columns * CELL_PX))
    return page


def served(options: argparse.Namespace) -> Image.Image:
    """All prompts through the product engine with the service's settings."""
    engine, settings = load_engine(options.model), dict(SERVICE.checkpoint("scene").defaults)
    return sheet([serve(engine, settings, "square", words, seed) for seed, words in enumerate(prompts())], columns=8)


def from_noise(options: argparse.Namespace) -> Image.Image:
    """A row of the teacher, then the same prompts and seeds by the student; 17 families in three such pairs of rows."""
    words, seeds = held_out(18), list(range(18))
    teacher = sample_all(
        load_pipeline(options.model, options.teacher), 25, options.guidance_scale, "square", words, seeds
    )
    student = sample_all(load_pipeline(options.model), 4, 1.0, "square", words, seeds)
    rows = [made[start : start + 6] for start in range(0, 18, 6) for made in (teacher, student)]
    return sheet([picture for row in rows for picture in row], columns=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["served", "noise"])
    parser.add_argument("--model", type=Path, default=Path("assets/models/scene"))
    parser.add_argument("--teacher", type=Path, default=Path("assets/models/scene/teacher"))
    parser.add_argument("--guidance_scale", type=float, default=2.0)
    parser.add_argument("--out", type=Path, default=Path("samples.jpg"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    (served if options.task == "served" else from_noise)(options).save(options.out, quality=88)


if __name__ == "__main__":
    main()
