"""Windows of a picture: sizes, and that only the mask changes."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from services.pipelines.masks import match_kept
from services.pipelines.windows import Window


def photo(width: int = 300, height: int = 200) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(40, 200, (height, width, 3), np.uint8))


def mask_of(box: tuple[int, int, int, int], width: int = 300, height: int = 200) -> Image.Image:
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rectangle(box, fill=255)
    return mask


@pytest.mark.parametrize("box", [(100, 60, 139, 99), (0, 0, 299, 199), (290, 190, 299, 199), (140, 0, 150, 199)])
def test_a_window_holds_the_mask_and_lies_in_the_picture(box):
    """At corners and edges too; it has about the trained area, and is no strip."""
    window = Window.around(mask_of(box), area_px=128 * 128, multiple=16)
    inner = window.box
    assert inner.left <= box[0] < box[2] < inner.right
    assert inner.top <= box[1] < box[3] < inner.bottom
    assert inner.left >= 0 <= inner.top
    assert inner.right <= 300
    assert inner.bottom <= 200
    assert 0.45 <= inner.width / inner.height <= 2.2
    assert window.size[0] % 16 == window.size[1] % 16 == 0
    assert window.size[0] * window.size[1] == pytest.approx(128 * 128, rel=0.3)


def test_what_is_put_back_changes_the_mask_only():
    """Bit-equal outside, painted inside, blended where the mask is between."""
    before, mask = photo(), mask_of((100, 60, 139, 99))
    mask.putpixel((90, 80), 128)
    window = Window.around(mask, area_px=128 * 128, multiple=16)
    after = np.asarray(window.put_back(Image.new("RGB", window.size, "black"), before, mask)).astype(int)
    kept, painted = np.asarray(mask) == 0, np.asarray(mask) == 255
    assert np.array_equal(after[kept], np.asarray(before)[kept])
    assert after[painted].max() < np.asarray(before)[painted].min()
    assert after[80, 90] == pytest.approx(np.asarray(before)[80, 90] / 2, abs=14)


def test_points_and_pictures_are_cut_alike():
    """A white dot lies where its place says."""
    picture = Image.new("RGB", (300, 200))
    ImageDraw.Draw(picture).rectangle((118, 78, 121, 81), fill="white")
    window = Window.around(mask_of((100, 60, 139, 99)), area_px=128 * 128, multiple=16)
    rows, columns = np.nonzero(np.asarray(window.cut(picture).convert("L")) > 128)
    x, y = window.place(120, 80)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((x, y), abs=1.5)


def test_tones_that_a_painter_shifts_come_back():
    """A darker, flatter picture is mended by what was to stay; what was painted otherwise stays otherwise."""
    before, mask = photo(), mask_of((100, 60, 139, 99))
    shifted = Image.fromarray(np.clip(np.asarray(before) * 0.95 - 6, 0, 255).astype(np.uint8))
    mended = np.asarray(match_kept(shifted, before, mask)).astype(int)
    assert np.abs(mended - np.asarray(before)).mean() < 1
    black = Image.new("RGB", before.size)
    assert np.asarray(match_kept(black, before, mask)).max() <= 24
    assert np.array_equal(match_kept(black, before, Image.new("L", before.size, 255)), black)
