"""Shadows: where they fall, what they never touch."""

import cv2
import numpy as np
import pytest
from PIL import Image

from services.images import Box
from services.product.prompt import Light
from services.product.shading import lit_side
from services.product.shadow import find_ground_line, shade_ground

BOX = Box(left=400, top=400, right=600, bottom=700)


def standing_block() -> np.ndarray:
    """An opaque brown block that fills the box, RGBA."""
    return np.full((BOX.height, BOX.width, 4), (120, 80, 60, 255), np.uint8)


def standing_stool() -> np.ndarray:
    """A seat on two thin legs, RGBA."""
    stool = np.zeros((BOX.height, BOX.width, 4), np.uint8)
    stool[:80], stool[80:, 10:30], stool[80:, -30:-10] = (120, 80, 60, 255), (120, 80, 60, 255), (120, 80, 60, 255)
    return stool


def shade(product: np.ndarray, light: Light, grey: int = 200) -> np.ndarray:
    """How much darker the ground got, as the mean over channels (1000, 1000)."""
    scene = np.full((1000, 1000, 3), grey, np.uint8)
    return grey - shade_ground(scene, product, BOX, light).astype(float).mean(axis=2)


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_the_shadow_falls_away_from_the_light(side, sign):
    """Light from the left darkens the ground on the right, and the other way round."""
    dark = shade(standing_block(), Light(side, 0.7, glossy=False))
    beside = {1: dark[660:695, 605:680].mean(), -1: dark[660:695, 320:395].mean()}
    assert beside[sign] > 10
    assert beside[sign] > 1.5 * beside[-sign]


def test_the_ground_is_darkest_where_the_product_touches_it():
    """Directly under the bottom edge it is dark, and the shade fades out within a short way."""
    dark = shade(standing_block(), Light("left", 0.5, glossy=False))
    assert dark[701, 500] > 45
    assert dark[701, 500] > 3 * dark[730, 500]
    assert dark[850:].max() == 0


def test_legs_touch_the_ground_and_the_seat_between_them_hangs():
    """A stool darkens the ground at its legs far more than halfway between them."""
    dark = shade(standing_stool(), Light("left", 0.2, glossy=False))
    assert dark[701, 420] > 3 * max(dark[701, 500], 1)
    assert dark[690, 500] > 2


def test_the_shadow_has_no_sharp_edge_far_from_the_product():
    """Beyond the contact line the ground changes smoothly from pixel to pixel."""
    dark = shade(standing_block(), Light("left", 0.5, glossy=False))
    beside = dark[400:720, 606:]
    assert max(np.abs(np.diff(beside, axis=0)).max(), np.abs(np.diff(beside, axis=1)).max()) < 14


def test_only_glossy_ground_mirrors_the_product():
    """A white product brightens dark marble below it, and matt ground never gets brighter."""
    product = np.full((BOX.height, BOX.width, 4), 255, np.uint8)
    assert shade(product, Light("left", 0.5, glossy=True), grey=40)[720:735, 480:520].mean() < -5
    assert shade(product, Light("left", 0.5, glossy=False), grey=40).min() >= 0


def test_a_narrow_product_casts_a_visible_shadow():
    """A bottle's shadow is not blurred away, though it is far narrower than high."""
    bottle = np.zeros((BOX.height, BOX.width, 4), np.uint8)
    bottle[:, 75:125] = (120, 80, 60, 255)
    dark = shade(bottle, Light("left", 0.5, glossy=False))
    assert dark[600:700, 560:640].max() > 25


@pytest.mark.parametrize(("ends", "side"), [((200, 120), "left"), ((120, 200), "right"), ((160, 160), None)])
def test_a_product_tells_where_it_was_lit_from(ends, side):
    """The brighter side, whatever a dark handle does to some rows; even light tells nothing."""
    grey = np.tile(np.linspace(*ends, 200).astype(np.uint8), (300, 1))
    grey[100:140, :60] = 20
    assert lit_side(Image.fromarray(np.dstack([grey, grey, grey, np.full_like(grey, 255)]))) == side


def test_the_ground_line_follows_a_round_foot_but_not_a_spout():
    """Ground lies along the curve of a round base; under a spout high above, it lies far below the spout."""
    matte = np.zeros((300, 300), np.float32)
    cv2.ellipse(matte, (150, 250), (60, 15), 0, 0, 360, 1, -1)
    matte[60:250, 90:211] = 1
    matte[60:80, 40:90] = 1
    ground = find_ground_line(matte)
    assert ground[150] == 266
    assert 255 < ground[110] < 266
    assert ground[45] > 200
