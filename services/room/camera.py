"""The camera of a room photo: a level-seeking pinhole, its horizon, and where pixels meet the floor.

Camera coordinates: x right, y down, z forward, the camera at the origin. Lengths are in camera heights until a scale
is known: the floor is the plane ``up . X = -1``. Pixels are (x, y) of the photo.
"""

from dataclasses import dataclass, replace

import numpy as np

LEAST_BELOW_HORIZON = 0.02


@dataclass(frozen=True)
class Camera:
    """One photo's camera.

    focal_px: focal length. up: unit vector against gravity. axis: unit vector along one pair of walls, level.
    """

    width: int
    height: int
    focal_px: float
    up: np.ndarray
    axis: np.ndarray

    @classmethod
    def from_angles(
        cls, *, width: int, height: int, focal_px: float, pitch: float, roll: float, yaw: float
    ) -> "Camera":
        """Angles in radians: pitch > 0 looks up, roll > 0 leans right; yaw turns the walls about the vertical."""
        up = np.array([np.sin(roll) * np.cos(pitch), -np.cos(roll) * np.cos(pitch), np.sin(pitch)])
        across, ahead = level_basis(up)
        return cls(width, height, focal_px, up, np.cos(yaw) * across + np.sin(yaw) * ahead)

    @property
    def pitch(self) -> float:
        """Radians; negative looks down."""
        return float(np.arcsin(np.clip(self.up[2], -1, 1)))

    @property
    def roll(self) -> float:
        """Radians; positive leans to the right."""
        return float(np.arctan2(self.up[0], -self.up[1]))

    @property
    def field_of_view(self) -> float:
        """Across the long side, radians."""
        return float(2 * np.arctan(max(self.width, self.height) / 2 / self.focal_px))

    @property
    def depth_axis(self) -> np.ndarray:
        """The other level wall direction, unit vector."""
        return np.cross(self.up, self.axis)

    def resized(self, width: int, height: int) -> "Camera":
        """The same camera for the same photo at another size."""
        return replace(self, width=width, height=height, focal_px=self.focal_px * width / self.width)

    def rays(self, pixels: np.ndarray) -> np.ndarray:
        """Directions (…, 3) through pixels (…, 2); z is 1."""
        centred = np.asarray(pixels, float) - (self.width / 2, self.height / 2)
        return np.concatenate([centred / self.focal_px, np.ones((*centred.shape[:-1], 1))], axis=-1)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (…, 2) of points (…, 3) before the camera."""
        points = np.asarray(points, float)
        return points[..., :2] / points[..., 2:] * self.focal_px + (self.width / 2, self.height / 2)

    def drop(self, pixels: np.ndarray) -> np.ndarray:
        """How steeply each pixel looks down: > 0 below the horizon, 0 on it."""
        return -self.rays(pixels) @ self.up

    def floor_points(self, pixels: np.ndarray) -> np.ndarray:
        """Where pixels meet the floor, in camera heights. Pixels at or above the horizon meet it very far away."""
        rays = self.rays(pixels)
        return rays / np.maximum(-rays @ self.up, 1e-6)[..., None]

    def horizon_row(self, x: float) -> float:
        """The row of the horizon in the column x, px."""
        across = (x - self.width / 2) * self.up[0] + self.focal_px * self.up[2]
        return float(self.height / 2 - across / self.up[1])

    def vanishing_point(self, direction: np.ndarray) -> np.ndarray:
        """Homogeneous pixel (3,) where lines along the direction meet."""
        x, y, z = direction
        return np.array([self.focal_px * x + self.width / 2 * z, self.focal_px * y + self.height / 2 * z, z])

    def is_before(self, pixel: tuple[float, float]) -> bool:
        """Whether the pixel looks down enough to stand on: clearly below the horizon."""
        return bool(self.drop(np.array(pixel)) > LEAST_BELOW_HORIZON)


def level_basis(up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two level unit vectors: to the camera's right, and ahead of it."""
    across = np.cross(np.array([0.0, 0.0, 1.0]), up)
    across = -across / np.linalg.norm(across)
    return -across if across[0] < 0 else across, _ahead(up)


def _ahead(up: np.ndarray) -> np.ndarray:
    flat = np.array([0.0, 0.0, 1.0]) - up[2] * up
    unit: np.ndarray = flat / np.linalg.norm(flat)
    return unit
