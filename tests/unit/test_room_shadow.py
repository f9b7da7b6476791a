"""The shadow that a product lays on a room's floor: where it is, how soft, and that it is smooth."""

from dataclasses import replace

import cv2
import numpy as np
from drawn_rooms import CAMERA_HEIGHT_M, draw_room, drawn_camera, drawn_layout

from services.room.camera import level_basis
from services.room.light import WINDOW_SHARE, find_key
from services.room.shadow import KeyLight, floor_shadow

CAMERA = drawn_camera(pitch=-14, roll=0)
CORNER, SIDE = (190, 170), 100


def key(aside=1.0, certainty=0.85):
    right, ahead = level_basis(CAMERA.up)
    towards = aside * right + np.sqrt(1 - aside**2) * ahead
    return KeyLight(towards, np.radians(48), 0.22, 0.6, certainty)


def shade(matte, light, depth_m=0.5):
    return floor_shadow(CAMERA, matte.astype(np.float32), CORNER, CAMERA_HEIGHT_M, depth_m, light)


def table():
    """A board on two legs, SIDE px wide and high."""
    matte = np.zeros((SIDE, SIDE))
    matte[30:42], matte[30:, :6], matte[30:, -6:] = 1, 1, 1
    return matte


def lamp():
    """A shade on a thin stand with a foot."""
    matte = np.zeros((SIDE, SIDE))
    matte[:30, 25:75], matte[:, 48:52], matte[-6:, 35:65] = 1, 1, 1
    return matte


def test_it_is_darkest_at_the_feet_and_dark_under_the_board():
    dark = shade(table(), key())
    foot = dark[CORNER[1] + SIDE - 3 : CORNER[1] + SIDE + 2, CORNER[0] : CORNER[0] + 6].max()
    under = dark[CORNER[1] + SIDE - 10, CORNER[0] + SIDE // 2]
    assert foot > 0.8
    assert 0.25 < under < foot
    assert dark[:100].max() == 0


def test_light_from_behind_leaves_it_dark_under_the_board():
    """A window behind throws the shadow to the camera; what the room's own light lacks is seen below all the same."""
    key_light = replace(key(0.0), share=WINDOW_SHARE)
    dark = shade(table(), key_light)
    under = dark[CORNER[1] + SIDE - 22 : CORNER[1] + SIDE - 8, CORNER[0] + SIDE // 2].mean()
    assert under > 0.33


def test_it_falls_away_from_the_light():
    lit_from_right, lit_from_left = shade(table(), key(1.0)), shade(table(), key(-1.0))
    left, right = slice(0, CORNER[0]), slice(CORNER[0] + SIDE, None)
    assert lit_from_right[:, left].sum() > 2 * lit_from_right[:, right].sum()
    assert lit_from_left[:, right].sum() > 2 * lit_from_left[:, left].sum()


def test_the_shadow_of_a_lamp_has_no_blotches():
    """Beyond its foot nothing in it is smaller than the light is wide."""
    dark = shade(lamp(), key())
    dark[CORNER[1] + SIDE - 20 : CORNER[1] + SIDE + 20, CORNER[0] + 20 : CORNER[0] + 80] = 0
    far = dark[:, : CORNER[0] + 15]
    assert far.max() > 0.05
    assert np.abs(far - cv2.GaussianBlur(far, (0, 0), 1.5)).max() < 0.06


def test_white_paper_is_no_window_and_a_window_is_one():
    layout = drawn_layout(CAMERA)
    room = np.asarray(draw_room(CAMERA, layout)).copy()
    room[:] = np.minimum(room, 200)
    room[20:90, 200:300] = 228
    assert find_key(room, CAMERA, layout, (240, 300)).certainty == 0
    room[20:90, 200:300] = 255
    assert find_key(room, CAMERA, layout, (240, 300)).certainty > 0.5
