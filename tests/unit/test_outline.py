"""The outline at the photo's own size: it follows even ground, and leaves shadows and rough ground alone."""

import numpy as np
import pytest

from services.cutout.outline import follow_outline

BAND_PX = 3.0
SIDE_PX = 160


def disc(radius_px: float, wave_px: float = 0.0) -> np.ndarray:
    """A disc (bool), its edge wavy by so much."""
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] - SIDE_PX / 2
    return np.hypot(x, y) < radius_px + wave_px * np.sin(7 * np.arctan2(y, x))


def photo(ground: float, rim: tuple[float, float, float], inside: float, noise: float = 0.7) -> np.ndarray:
    """A disc of 50 px radius with a rim of 4 px before even ground, uint8, with noise (RGB levels)."""
    picture = np.full((SIDE_PX, SIDE_PX, 3), ground)
    picture[disc(50)] = rim
    picture[disc(46)] = inside
    return np.clip(picture + np.random.default_rng(1).normal(0, noise, picture.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("rim", "inside"), [((252, 246, 232), 180), ((180, 90, 60), 40), ((246, 247, 249), 200)])
def test_the_outline_follows_even_ground_on_both_sides(rim, inside):
    """A mask up to 3 px too large here and too small there is mended at pale, coloured and bright rims."""
    rough = disc(50, wave_px=3)
    found = follow_outline(photo(235, rim, inside), rough, BAND_PX)
    assert (found ^ disc(50)).sum() < 0.3 * (rough ^ disc(50)).sum()


def test_a_shadow_beside_the_product_is_not_taken_in():
    """Ground that is darker along one side of the disc keeps out of the mask."""
    picture = photo(235, (200, 90, 40), 190)
    shaded = picture.copy()
    below = disc(58) & ~disc(50) & (np.arange(SIDE_PX)[:, None] > SIDE_PX / 2)
    shaded[below] = (0.8 * shaded[below]).astype(np.uint8)
    assert (follow_outline(shaded, disc(50), BAND_PX) & below).sum() < 0.03 * below.sum()


def test_a_concave_corner_is_opened():
    """Two bars that meet: the ground in their corner, which a smoothed mask fills, goes."""
    truth = np.zeros((SIDE_PX, SIDE_PX), bool)
    truth[20:140, 40:80] = truth[20:60, 40:140] = True
    picture = np.where(truth[..., None], (90, 60, 40), (240, 238, 235)).astype(np.uint8)
    filled = truth.copy()
    filled[60:67, 80:87] = np.add.outer(np.arange(7), np.arange(7)) < 7
    found = follow_outline(picture, filled, BAND_PX)
    assert (found & ~truth).sum() < 0.5 * (filled & ~truth).sum()


def test_on_rough_ground_the_mask_stays():
    """Where the ground varies, nothing can be told from it."""
    mask = disc(50, wave_px=3)
    assert np.array_equal(follow_outline(photo(150, (150, 90, 40), 190, noise=40), mask, BAND_PX), mask)
