"""Scenes as the embedded product engine serves them."""

from functools import cache

import cv2
import numpy as np
from scenes import Facts, prompt_of

from services.images import ImageRef
from services.product.engine_sketch import SketchProductEngine
from services.product.service import SERVICE, ProductRequest
from services.product.sketch.scenes import SIZES, sample_scene
from services.product.sketch.scenes import facts as scene_facts
from services.product.standing import LAYOUTS

CHECKPOINT = SERVICE.checkpoints[0]
REF = ImageRef(key=f"images/{'0' * 64}.png", width=1, height=1, media_type="image/png")


def served(seed: int, shape: str, small: bool = False) -> tuple[np.ndarray, Facts]:
    """A scene as the embedded product engine makes it for random words of its vocabulary, and the facts asked for."""
    width, height = SIZES[shape]
    drawn = scene_facts(sample_scene(np.random.default_rng(seed), (width, height)))
    position = LAYOUTS[shape].position  # type: ignore[index]
    facts = drawn | {"position": position, "kind": "", "shape": shape}
    request = ProductRequest(product=REF, prompt="-", seed=seed, **CHECKPOINT.defaults)
    image = np.asarray(scene_engine().generate_scene(request, shape, prompt_of(facts), {}))  # type: ignore[arg-type]
    size = (width // 2, height // 2)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA) if small else image, facts


@cache
def scene_engine() -> SketchProductEngine:
    engine = SketchProductEngine()
    engine.load(CHECKPOINT)
    return engine
