"""Rooms photographed in a way that cannot be read: a bent lens, and a camera that looks down too far."""

import cv2
import numpy as np
import pytest
from drawn_rooms import draw_room, drawn_camera, drawn_layout
from PIL import Image

from services.errors import InvalidImage
from services.room.bending import MOST_BEND, bend
from services.room.ground import GroundReader
from services.room.lines import find_segments
from services.room.reading import read_room
from services.room.vanishing import estimate_view
from services.settings import ASSETS

READER = GroundReader(str(ASSETS / "models" / "room"))
STUDY = np.asarray(Image.open(ASSETS / "samples" / "rooms" / "study.jpg").convert("RGB"))


def through_a_bent_lens(photo, strength):
    """The photo as a lens with this distortion over half the long side sees it; it fills the frame to the corners."""
    height, width = photo.shape[:2]
    half = max(height, width) / 2
    rows, columns = np.mgrid[0:height, 0:width]
    across, down = (columns - width / 2) / half, (rows - height / 2) / half
    grown = (1 + strength) / (1 + strength * (across**2 + down**2))
    source = (grown * part * half + side / 2 for part, side in ((across, width), (down, height)))
    return cv2.remap(photo, *(part.astype(np.float32) for part in source), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def read(photo):
    return read_room(Image.fromarray(photo), READER, field_of_view=None, camera_height_m=None, measure=None)


@pytest.mark.parametrize(("strength", "least", "most"), [(0, 0, 0.1), (0.1, 0.1, 0.3), (0.3, 0.5, 1.0)])
def test_bending_is_measured(strength, least, most):
    photo = through_a_bent_lens(STUDY, strength)
    segments = find_segments(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    view = estimate_view(segments, width=photo.shape[1], height=photo.shape[0])
    assert least <= bend(segments, view.camera) <= most
    assert (least > MOST_BEND) == (strength == 0.3)


def test_a_fisheye_picture_without_black_corners_is_refused():
    with pytest.raises(InvalidImage, match="upright lines bend"):
        read(through_a_bent_lens(STUDY, 0.3))


@pytest.mark.parametrize("pitch", [-38, -44, -55, -60])
def test_a_camera_that_looks_down_too_far_is_refused(pitch):
    camera = drawn_camera(pitch=pitch)
    with pytest.raises(InvalidImage, match="looks down by"):
        read(np.asarray(draw_room(camera, drawn_layout(camera))))


def test_a_camera_that_looks_down_a_lot_is_read():
    camera = drawn_camera(pitch=-30)
    room = read(np.asarray(draw_room(camera, drawn_layout(camera))))
    assert np.degrees(room.camera.pitch) == pytest.approx(-30, abs=2)
