"""Scenes with their facts as the renderer draws them, and things standing in them as the product service does it."""

from functools import cache

import numpy as np
from PIL import Image

from services.images import Box
from services.product.prompt import ScenePrompt, Vocabulary, write_prompt
from services.product.service import SERVICE
from services.product.shadow import shade_ground
from services.product.sketch.palette import VOCABULARY
from services.product.sketch.scenes import SIZES, render_scene
from services.product.standing import LAYOUTS, STAND_Y, compose_plate

SHAPES = list(SIZES)
Facts = dict[str, str]


def light_side(facts: Facts) -> str:
    """``left`` or ``right`` of "light from the left"."""
    return facts["light_side"].rsplit(" ", 1)[1]


def side_of(side: str) -> str:
    """The renderer's words for a side."""
    return f"light from the {side}"


def rendered(seed: int, shape: str, small: bool = False) -> tuple[np.ndarray, Facts]:
    """A drawn scene, RGB uint8, and its facts; half as large it looks the same and takes a fifth of the time."""
    width, height = SIZES[shape]
    size = (width // 2, height // 2) if small else (width, height)
    image, facts = render_scene(seed, size)
    return image, facts | {"kind": "", "shape": shape}


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary.load(SERVICE.checkpoints[0].location)


def prompt_of(facts: Facts) -> ScenePrompt:
    """What the product engine reads from the words of these facts."""
    place = VOCABULARY["families"][facts["family"]]["prompt"]
    return write_prompt(f"{place}, {facts['colour']}, {facts['mood']} light, {facts['light_side']}", 0, vocabulary())


def stand(scene: np.ndarray, thing: np.ndarray, facts: Facts, rng: np.random.Generator) -> np.ndarray:
    """The scene with a cut-out (RGBA uint8) and its shadows, as the product service does it; sizes and feet vary."""
    layout, (height, width) = LAYOUTS[facts["shape"]], scene.shape[:2]  # type: ignore[index]
    scale = min(layout.widest * width / thing.shape[1], layout.tallest * height / thing.shape[0]) * rng.uniform(0.65, 1)
    drawn_width, drawn_height = max(4, round(thing.shape[1] * scale)), max(4, round(thing.shape[0] * scale))
    left = round(VOCABULARY["positions"][facts["position"]]["x"] * width - drawn_width / 2)
    foot = round((STAND_Y + rng.normal(0, 0.01)) * height)
    box = Box(left=left, top=foot - drawn_height, right=left + drawn_width, bottom=foot)
    product = np.asarray(Image.fromarray(thing).resize((drawn_width, drawn_height), Image.Resampling.LANCZOS))
    shaded = shade_ground(scene, product, box, prompt_of(facts).light)
    return np.asarray(compose_plate(shaded, product, box))
