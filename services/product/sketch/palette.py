"""Colours, light moods and the facts of one scene: what every rendering family shares."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

STAND_Y = 0.76
VOCABULARY = yaml.safe_load((Path(__file__).parents[3] / "assets/models/scene/vocabulary.yaml").read_text())


@dataclass(frozen=True)
class Mood:
    """Light of a scene: linear RGB of the key light, of the ambient light and of a second light from the other side.

    softness: penumbra 0..1; vignette 0..1; flare: light that the lens scatters from the key's side, share of the key.
    """

    key: tuple[float, float, float]
    ambient: tuple[float, float, float]
    softness: float
    vignette: float
    flare: float = 0.0
    second: tuple[float, float, float] = (0.0, 0.0, 0.0)


MOODS = {
    "bright morning": Mood((0.92, 0.79, 0.58), (0.44, 0.46, 0.47), 0.6, 0.06, flare=0.30),
    "golden sunset": Mood((1.35, 0.72, 0.27), (0.27, 0.20, 0.22), 0.4, 0.28, flare=0.16),
    "soft overcast": Mood((0.22, 0.23, 0.25), (0.44, 0.48, 0.53), 1.0, 0.14),
    "dramatic dark": Mood((0.66, 0.57, 0.48), (0.035, 0.04, 0.05), 0.5, 0.60),
    "neon evening": Mood((0.80, 0.07, 0.52), (0.05, 0.07, 0.20), 0.6, 0.30, second=(0.02, 0.38, 0.75)),
    "midday sun": Mood((1.28, 1.24, 1.16), (0.20, 0.27, 0.38), 0.08, 0.05),
}


@dataclass(frozen=True)
class Scene:
    """One picture to render: positions as fractions of width and height, side -1 for light from the left, +1 right."""

    width: int
    height: int
    family: str
    colour: str
    mood: str
    side: int
    stand_x: float
    edge: float
    rng: np.random.Generator

    @property
    def light(self) -> Mood:
        return MOODS[self.mood]

    @property
    def unit_px(self) -> float:
        """Length that objects are measured in, px: the height, less in narrow pictures."""
        return min(self.height, 1.35 * self.width)

    @property
    def tint(self) -> np.ndarray:
        """The scene's colour word as a linear RGB albedo, slightly varied."""
        return jitter(self.rng, linear(VOCABULARY["colours"][self.colour]["rgb"]), 0.06)


@cache
def _linear(code: str) -> tuple[float, ...]:
    return tuple((int(code[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5))


def linear(code: str) -> np.ndarray:
    """sRGB "#rrggbb" as linear float32 RGB."""
    return np.array(_linear(code), np.float32)


def jitter(rng: np.random.Generator, colour: np.ndarray, amount: float) -> np.ndarray:
    """The colour with brightness and channels varied by about the given fraction."""
    return (colour * np.exp(rng.normal(0, amount) + rng.normal(0, amount / 3, 3))).astype(np.float32)


def mix(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    """Linear blend: share 0 gives first, 1 gives second."""
    return first * (1 - share) + second * share


def lightness(colour: np.ndarray) -> float:
    """Luminance of a linear RGB colour, 0..1."""
    return float(colour @ np.array([0.21, 0.72, 0.07], np.float32))
