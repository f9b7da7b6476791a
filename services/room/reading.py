"""What a room photo tells: its camera, its walls, its scale and its light; and which photos are refused."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from services.errors import InvalidImage
from services.room.bending import MOST_BEND, bend
from services.room.camera import Camera
from services.room.ground import Ground, GroundReader, judge
from services.room.layout import Layout, estimate_layout
from services.room.light import Look, read_look
from services.room.lines import find_segments
from services.room.scale import Measure, Scale, find_scale
from services.room.vanishing import View, estimate_view

SHORTEST_SIDE_PX = 240
WIDEST_ASPECT = 2.2
DARKEST_LEVEL = 22
LOWEST_HORIZON = 0.86
SKY_SHARE = 0.45
LEAST_SUPPORT = 0.45
LEAST_LINES = 12
STEEPEST_PITCH = np.radians(-36)
NO_ROOM_ADVICE = "Send a straight photo of a room that shows a corner, a window or a door."


@dataclass(frozen=True)
class Reading:
    """rgb: the photo (height, width, 3) uint8. segments: its straight lines (n, 4), px, as the view labels them.

    ground: what the network sees by pixel.
    """

    rgb: np.ndarray
    segments: np.ndarray
    view: View
    layout: Layout
    scale: Scale
    look: Look
    ground: Ground

    @property
    def camera(self) -> Camera:
        return self.view.camera


def read_room(
    photo: Image.Image,
    reader: GroundReader,
    *,
    field_of_view: float | None,
    camera_height_m: float | None,
    measure: Measure | None,
) -> Reading:
    """Everything that placing a product needs. field_of_view: radians across the long side.

    Raises:
        InvalidImage: no room that a product can be placed in; says what was seen and what to send instead.
    """
    rgb = np.ascontiguousarray(np.asarray(photo.convert("RGB")))
    _check_photo(rgb)
    height, width = rgb.shape[:2]
    segments = find_segments(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    view = estimate_view(segments, width=width, height=height, field_of_view=field_of_view)
    _check_bend(segments, view.camera)
    _check_view(rgb, view)
    _check_lines(int((view.labels >= 0).sum()))
    seen = reader.see(rgb, view.camera)
    layout = estimate_layout(segments, view, seen[0])
    scale = find_scale(view, layout, camera_height_m=camera_height_m, measure=measure)
    return Reading(rgb, segments, view, layout, scale, read_look(rgb), judge(seen, rgb, view.camera, layout))


def _check_photo(rgb: np.ndarray) -> None:
    height, width = rgb.shape[:2]
    if min(height, width) < SHORTEST_SIDE_PX:
        problem = f"it is {width} x {height} px; the least is {SHORTEST_SIDE_PX} px on the short side"
        raise InvalidImage("The room photo", problem, "Send a larger one.")
    if max(height, width) > WIDEST_ASPECT * min(height, width):
        problem = f"at {width} x {height} px it is a panorama or a strip, and straight lines bend in it"
        raise InvalidImage("The room photo", problem, "Send one ordinary photo.")
    level = float(np.quantile(rgb[::4, ::4].mean(axis=2), 0.9))
    if level < DARKEST_LEVEL:
        problem = f"it is too dark: nine tenths of it are no brighter than {level:.0f} of 255"
        raise InvalidImage("The room photo", problem, "Switch the light on or take it by day.")
    if _has_round_frame(rgb):
        raise InvalidImage("The room photo", "its corners are black, as in a fisheye picture", "Use an ordinary lens.")


def _has_round_frame(rgb: np.ndarray) -> bool:
    side = max(4, min(rgb.shape[:2]) // 14)
    corners = [
        rgb[rows, columns]
        for rows in (slice(side), slice(-side, None))
        for columns in (slice(side), slice(-side, None))
    ]
    return max(float(corner.mean()) for corner in corners) < 6 and float(rgb[::4, ::4].mean()) > 30


def _check_bend(segments: np.ndarray, camera: Camera) -> None:
    bent = bend(segments, camera)
    if bent > MOST_BEND:
        problem = f"upright lines bend in it as in a fisheye picture (by {bent:.2f}; up to {MOST_BEND} can be read)"
        raise InvalidImage("The room photo", problem, "Use an ordinary lens, or straighten the picture first.")


def _check_view(rgb: np.ndarray, view: View) -> None:
    camera = view.camera
    row = camera.horizon_row(camera.width / 2)
    if row > LOWEST_HORIZON * camera.height:
        problem = f"it shows no floor: eye level is at {row / camera.height:.0%} of its height"
        raise InvalidImage(
            "The room photo", problem, "Point the camera lower, so that the floor fills the lower third."
        )
    if camera.pitch < STEEPEST_PITCH:
        problem = (
            f"it looks down by {-np.degrees(camera.pitch):.0f} degrees; the most is {-np.degrees(STEEPEST_PITCH):.0f}"
        )
        raise InvalidImage("The room photo", problem, "Hold the camera upright, and step back to show the floor.")
    if _sky_share(rgb) > SKY_SHARE and view.support < 0.75:
        raise InvalidImage(
            "The room photo", "it seems to be taken outdoors: sky fills its top", "Send a photo of a room."
        )
    if view.support < LEAST_SUPPORT:
        problem = f"only {view.support:.0%} of its lines run as in a room (upright, or along two walls)"
        raise InvalidImage("The room photo", problem, NO_ROOM_ADVICE)


def _check_lines(count: int) -> None:
    """count: of lines that fit. A page with one square has lines that all agree; rooms have more."""
    if count < LEAST_LINES:
        problem = f"{count} straight lines of a room can be seen in it; the least is {LEAST_LINES}"
        raise InvalidImage("The room photo", problem, NO_ROOM_ADVICE)


def _sky_share(rgb: np.ndarray) -> float:
    """How much of the top quarter is smooth and blue, as a clear or lightly clouded sky is."""
    top = cv2.resize(rgb[: rgb.shape[0] // 4], (64, 24), interpolation=cv2.INTER_AREA).astype(np.float32)
    blue = (top[..., 2] > 1.08 * top[..., 0]) & (top[..., 2] > top[..., 1]) & (top[..., 2] > 110)
    smooth = cv2.blur(np.abs(cv2.Laplacian(top.mean(axis=2), cv2.CV_32F)), (5, 5)) < 6
    return float((blue & smooth).mean())
