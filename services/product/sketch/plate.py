"""A small canvas for what lies out of focus behind the surface: lengths in units, up measured from the back edge."""

import cv2
import numpy as np

from services.product.sketch.optics import axes, defocus, enlarge, smoothstep
from services.product.sketch.palette import Scene

SHRINK = 2


class Plate:
    """Albedo and emission at half resolution. x runs 0..span in units, up is the height above the surface's edge."""

    def __init__(self, scene: Scene, colour: np.ndarray) -> None:
        self.scene = scene
        self.height, self.width = scene.height // SHRINK, scene.width // SHRINK
        self.unit = scene.unit_px / SHRINK
        self.span, self.top = self.width / self.unit, scene.edge * self.height / self.unit
        self.albedo = np.empty((self.height, self.width, 3), np.float32)
        self.albedo[:] = colour
        self.emission = np.zeros_like(self.albedo)

    def _box(self, left: float, bottom: float, right: float, top: float) -> tuple[slice, slice]:
        edge = self.scene.edge * self.height
        rows = slice(max(0, int(edge - top * self.unit)), max(0, int(edge - bottom * self.unit)))
        return rows, slice(max(0, int(left * self.unit)), max(0, int(right * self.unit)))

    def rect(
        self, left: float, bottom: float, right: float, top: float, colour: np.ndarray, rounding: float = 0.25
    ) -> None:
        """A box of the colour, rounder where it turns from the light (rounding: share of light lost there)."""
        rows, columns = self._box(left, bottom, right, top)
        patch = self.albedo[rows, columns]
        if patch.size:
            x = np.linspace(-1, 1, patch.shape[1], dtype=np.float32)[None, :, None]
            patch[:] = colour * (1 - rounding * (0.5 + 0.5 * self.scene.side * -x))

    def light(self, left: float, bottom: float, right: float, top: float, colour: np.ndarray) -> None:
        """A box that shines with the linear RGB colour."""
        self.emission[self._box(left, bottom, right, top)] = colour
        self.albedo[self._box(left, bottom, right, top)] *= 0.2

    def disc(
        self, x: float, up: float, radius: float, colour: np.ndarray, squash: float = 1.0, shining: bool = False
    ) -> None:
        """A filled ellipse; squash is its height over its width."""
        target = self.emission if shining else self.albedo
        centre = (int(x * self.unit), int(self.scene.edge * self.height - up * self.unit))
        size = (max(1, int(radius * self.unit)), max(1, int(radius * squash * self.unit)))
        cv2.ellipse(target, centre, size, 0, 0, 360, tuple(float(c) for c in colour), -1)

    def polygon(self, points: list[tuple[float, float]], colour: np.ndarray) -> None:
        """A filled polygon of (x, up) corners."""
        edge = self.scene.edge * self.height
        corners = np.array([(x * self.unit, edge - up * self.unit) for x, up in points], np.int32)
        cv2.fillPoly(self.albedo, [corners], tuple(float(c) for c in colour))

    def foot(self) -> float:
        """How far objects must reach below the edge to be cut by the surface, units."""
        return -0.15

    def expose(self, radius: float, ambient: float = 1.0, spread: float = 0.5) -> np.ndarray:
        """Lit, defocused and enlarged picture (height, width, 3); radius of the lens disc in units."""
        y, x = axes(self.height, self.width)
        toward = 0.5 - 0.5 * self.scene.side + self.scene.side * x
        falloff = (1 - spread + 2 * spread * toward * smoothstep(1.1 - y, -0.2, 1.1))[..., None]
        light = np.float32(self.scene.light.key) * falloff * 0.8 + np.float32(self.scene.light.ambient) * ambient
        light = light + np.float32(self.scene.light.second) * (1 - toward)[..., None]
        lit = self.albedo * light.astype(np.float32) + self.emission
        return enlarge(defocus(lit, radius * self.unit), self.scene.width, self.scene.height)
