"""Real size: how high the camera was, from what is known, and how far a size in the picture can be wrong."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from services.room.camera import Camera
from services.room.layout import Layout
from services.room.vanishing import View, camera_of

ASSUMED_HEIGHT_M = 1.40
ASSUMED_SPREAD = 0.20
USUAL_CEILING_M, CEILING_SPREAD, CEILING_SEEN = 2.6, 0.24, 0.05
GIVEN_SPREAD = 0.015
CLICK_SPREAD_PX = 1.5
BOUND = 1.96
TRUSTED_BOUND = 0.12

Source = Literal["camera height", "known length", "assumed camera height", "assumed ceiling height"]


@dataclass(frozen=True)
class Measure:
    """A length known in the photo: its two ends in px, and whether it lies on the floor or stands upright on it.

    An upright one starts on the floor.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    length_m: float
    lies: Literal["floor", "upright"]

    def in_camera_heights(self, camera: Camera) -> float:
        """The length as seen by this camera; 0 where an end does not lie on the floor."""
        if camera.drop(np.array(self.start)) <= 0:
            return 0.0
        foot = camera.floor_points(np.array(self.start))
        if self.lies == "floor":
            far = camera.drop(np.array(self.end)) <= 0
            return 0.0 if far else float(np.linalg.norm(camera.floor_points(np.array(self.end)) - foot))
        ray = camera.rays(np.array(self.end))
        (rise, _), *_ = np.linalg.lstsq(np.stack([-camera.up, ray], axis=1), foot, rcond=None)
        return max(0.0, float(rise))


@dataclass(frozen=True)
class Scale:
    """How high the camera was over the floor. spread: relative standard deviation, without the view's own error."""

    source: Source
    camera_height_m: float
    spread: float
    measure: Measure | None = None

    def height_for(self, camera: Camera) -> float:
        """Metres, were this the true camera: a known length ties the height to the view."""
        if self.measure is None:
            return self.camera_height_m
        return self.measure.length_m / max(self.measure.in_camera_heights(camera), 1e-6)


def find_scale(view: View, layout: Layout, *, camera_height_m: float | None, measure: Measure | None) -> Scale:
    """The scale from a known length, else from the camera's height, else from what is usual.

    Usual are the heights at which people hold cameras and, where the ceiling shows, the heights of ceilings.
    """
    if measure is not None:
        seen = measure.in_camera_heights(view.camera)
        if seen > 0:
            length_px = float(np.hypot(measure.end[0] - measure.start[0], measure.end[1] - measure.start[1]))
            spread = CLICK_SPREAD_PX * np.sqrt(2) / max(length_px, 1)
            return Scale("known length", measure.length_m / seen, float(spread), measure)
    if camera_height_m is not None:
        return Scale("camera height", camera_height_m, GIVEN_SPREAD)
    if layout.ceiling_seen < CEILING_SEEN:
        return Scale("assumed camera height", ASSUMED_HEIGHT_M, ASSUMED_SPREAD)
    under_ceiling = USUAL_CEILING_M / (1 + layout.ceiling)
    trust, trust_ceiling = ASSUMED_SPREAD**-2, CEILING_SPREAD**-2
    logs = trust * np.log(ASSUMED_HEIGHT_M) + trust_ceiling * np.log(under_ceiling)
    both = trust + trust_ceiling
    return Scale("assumed ceiling height", float(np.exp(logs / both)), float(both**-0.5))


def upright_px(camera: Camera, camera_height_m: float, foot: tuple[float, float], height_m: float) -> float:
    """How tall, in px, something upright of this height looks when it stands on the floor at the pixel `foot`."""
    base = camera.floor_points(np.array(foot))
    top = camera.project(base + camera.up * height_m / camera_height_m)
    return float(np.hypot(*(top - np.array(foot))))


def size_error(view: View, scale: Scale, foot: tuple[float, float], height_m: float) -> float:
    """The relative error of a size at the pixel `foot` that is exceeded once in twenty times, 0.1 = 10 %."""

    def tall(angles: np.ndarray) -> float:
        camera = camera_of(angles, width=view.camera.width, height=view.camera.height)
        return np.log(max(upright_px(camera, scale.height_for(camera), foot, height_m), 1e-6))

    here, step = tall(view.angles), 1e-4
    slope = np.array([(tall(view.angles + step * unit) - here) / step for unit in np.eye(4)])
    return float(BOUND * np.sqrt(slope @ view.covariance @ slope + scale.spread**2))
