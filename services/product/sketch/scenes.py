"""Scenes to draw: chosen at random for training, or by the words of a prompt for a sketch."""

import numpy as np

from services.product.sketch import interiors, outdoors, studio
from services.product.sketch.optics import develop
from services.product.sketch.palette import MOODS, VOCABULARY, Scene

SIZES = {name: tuple(size) for name, size in VOCABULARY["sizes_px"].items()}
FAMILIES = {
    "studio_sweep": studio.studio_sweep, "kitchen": interiors.kitchen, "cafe": interiors.cafe,
    "garden": outdoors.garden, "marble": interiors.marble, "podium": studio.podium,
    "wall_shadow": studio.wall_shadow, "beach": outdoors.beach, "forest": outdoors.forest,
    "mountain": outdoors.mountain, "city_night": outdoors.city_night, "living_room": interiors.living_room,
    "spa": interiors.spa, "track": outdoors.track, "autumn": outdoors.autumn, "winter": outdoors.winter,
    "festive": interiors.festive,
}  # fmt: skip
POSITIONS = {fact["x"]: name for name, fact in VOCABULARY["positions"].items()}
SIDES = {-1: "light from the left", 1: "light from the right"}


def sample_scene(rng: np.random.Generator, size: tuple[int, int], family: str | None = None) -> Scene:
    """Draw what to render: family, colour, mood, light side, stand point and the surface's back edge."""
    family = family or str(rng.choice(list(FAMILIES)))
    allowed = VOCABULARY["families"][family]["colours"]
    colour = str(rng.choice(list(VOCABULARY["colours"]) if allowed == "any" else allowed))
    moods = VOCABULARY["families"][family]["moods"]
    mood = str(rng.choice(list(MOODS) if moods == "any" else moods))
    wide = size[0] > size[1]
    stand_x = float(rng.choice([0.3, 0.5, 0.7])) if wide else 0.5
    side, edge = int(rng.choice([-1, 1])), float(rng.uniform(0.52, 0.64))
    return Scene(*size, family, colour, mood, side, stand_x, edge, rng)


def facts(scene: Scene) -> dict[str, str]:
    """The words a caption may use for the scene."""
    return {
        "family": scene.family, "colour": scene.colour, "mood": scene.mood,
        "light_side": SIDES[scene.side], "position": POSITIONS[scene.stand_x],
    }  # fmt: skip


def render(scene: Scene) -> np.ndarray:
    """The scene as sRGB uint8 (height, width, 3)."""
    return develop(scene, FAMILIES[scene.family](scene))


def render_scene(
    seed: int, size: tuple[int, int] = (512, 512), family: str | None = None
) -> tuple[np.ndarray, dict[str, str]]:
    """One seeded picture (RGB uint8) of size (width, height) px and its facts."""
    scene = sample_scene(np.random.default_rng(seed), size, family)
    return render(scene), facts(scene)
