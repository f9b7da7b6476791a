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
    """Light of a scene: linear RGB of the key light and of the ambient light, penumbra 0..1, vignette 0..1."""

    key: tuple[float, float, float]
    ambient: tuple[float, float, float]
    softness: float
    vignette: float


MOODS = {
    "bright morning": Mood((1.00, 0.93, 0.82), (0.62, 0.66, 0.71), 0.5, 0.08),
    "golden sunset": Mood((1.35, 0.74, 0.30), (0.36, 0.28, 0.30), 0.4, 0.25),
    "soft overcast": Mood((0.42, 0.43, 0.45), (0.72, 0.75, 0.79), 1.0, 0.10),
    "dramatic dark": Mood((0.80, 0.68, 0.55), (0.045, 0.05, 0.06), 0.5, 0.60),
    "neon evening": Mood((0.62, 0.10, 0.50), (0.07, 0.12, 0.34), 0.6, 0.40),
    "midday sun": Mood((1.30, 1.24, 1.12), (0.42, 0.49, 0.60), 0.1, 0.05),
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
        return jitter(self.rng, linear(VOCABULARY["colours"][self.colour]["rgb"]), 0.10)


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
