"""SDXL checkpoints, also distilled ones: the product engine with another pipeline class."""

from typing import Any, ClassVar

from diffusers import StableDiffusionXLPipeline

from services.product.engine import ProductEngine


class SDXLProductEngine(ProductEngine):
    """Scenes from text (arXiv:2307.01952). A few-step checkpoint (arXiv:2311.17042) differs by its data alone:
    guidance 1, few steps, a smaller trained area, and the scheduler in its folder."""

    pipeline_class: ClassVar[Any] = StableDiffusionXLPipeline
    pipeline_options: ClassVar[dict[str, Any]] = {"add_watermarker": False}
