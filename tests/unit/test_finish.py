"""The finish of scenes: depth, contrast and colour, without moving anything."""

import cv2
import numpy as np
import pytest
from PIL import Image

from services.product.finish import finish_scene

EDGE = 0.5


def finished(pixels: np.ndarray, side: int = -1, blur: float = 0.0) -> np.ndarray:
    return np.asarray(finish_scene(Image.fromarray(pixels.astype(np.uint8)), edge=EDGE, side=side, blur=blur))


def lab(pixels: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def pale_room() -> np.ndarray:
    """A wall with darker and lighter cupboards over a table, all pale."""
    picture = np.full((256, 256, 3), (228, 226, 220), np.uint8)
    picture[40:110, ::64], picture[40:110, 20:60], picture[40:110, 150:190] = 200, (214, 210, 206), (240, 240, 238)
    picture[128:] = (232, 214, 190)
    return picture


def test_a_pale_scene_gets_contrast_depth_and_colour():
    """It is darker, its tones lie further apart, and its colours are richer."""
    before, after = lab(pale_room()), lab(finished(pale_room()))
    assert after[..., 0].mean() < before[..., 0].mean() - 5
    assert after[..., 0].std() > 1.3 * before[..., 0].std()
    assert np.hypot(*after[140:, :, 1:].mean(axis=(0, 1))) > 1.1 * np.hypot(*before[140:, :, 1:].mean(axis=(0, 1)))


@pytest.mark.parametrize("side", [-1, 1])
def test_light_falls_off_away_from_its_side(side):
    """The lit end of an even wall is the brighter one."""
    light = lab(finished(np.full((128, 128, 3), 150, np.uint8), side=side))[..., 0]
    near, far = light[:, :16].mean(), light[:, -16:].mean()
    assert (near - far) * -side > 5


@pytest.mark.parametrize("colour", ["#b81c30", "#ec7a26", "#178b95", "#23386b", "#126a48", "#f0c536"])
def test_strong_colours_keep_their_hue(colour):
    """Red stays red: no hue turns by more than 12 degrees."""
    tone = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)
    before, after = (
        lab(picture)[64, 64] for picture in (np.full((128, 128, 3), tone), finished(np.full((128, 128, 3), tone)))
    )
    turn = np.degrees(np.arctan2(after[2], after[1]) - np.arctan2(before[2], before[1]))
    assert abs((turn + 180) % 360 - 180) < 12


def test_only_what_is_behind_the_edge_goes_out_of_focus():
    """A chequered picture loses its squares behind the edge, and keeps them where a product stands."""
    squares = 60 + 120 * (np.indices((256, 256)).sum(axis=0) // 4 % 2)[..., None].repeat(3, 2)
    sharp, soft = lab(finished(squares))[..., 0], lab(finished(squares, blur=0.03))[..., 0]
    assert soft[20:120].std() < 0.3 * sharp[20:120].std()
    assert np.abs(soft[200:] - sharp[200:]).max() < 1


def test_dark_scenes_stay_dark():
    """A night is not lifted."""
    night = np.full((128, 128, 3), (12, 14, 22), np.uint8)
    assert finished(night).mean() <= night.mean() + 2


def test_yellow_in_the_shade_is_amber():
    """A yellow wall, half in the sun: its shade leans towards orange, where a darker yellow would be olive."""
    wall = np.full((128, 128, 3), (240, 222, 60), np.uint8)
    wall[:, :64] = (96, 89, 24)
    after = lab(finished(wall))
    shade, sun = (
        np.degrees(np.arctan2(part[..., 2].mean(), part[..., 1].mean())) for part in (after[:, 8:56], after[:, 72:120])
    )
    assert shade < 85 < sun
