"""The proof of product truth finds what it says it finds."""

import numpy as np
import pytest
from drawn import mug_cutout
from PIL import Image, ImageDraw

from services.product.service import MOST_SHIFT
from services.product.standing import LAYOUTS, compose_plate, fit_product, stand_box
from services.product.truth import MOST_MEAN_SHIFT, harmonise, prove

LAYOUT = LAYOUTS["square"]


@pytest.fixture(scope="module")
def placed():
    """A mug with a printed word: its cut-out, its box, and the honest plate."""
    cutout = mug_cutout(side=700)
    ImageDraw.Draw(cutout).text((60, 120), "TARNEFOLD", fill=(250, 250, 240, 255), font_size=30)
    box = stand_box(np.asarray(cutout.getchannel("A")), LAYOUT)
    scene = np.full((LAYOUT.height, LAYOUT.width, 3), (150, 130, 100), np.uint8)
    return cutout, box, np.asarray(compose_plate(scene, fit_product(cutout, box), box))


def test_an_honest_plate_is_proved_exact(placed):
    """Bit-equal pixels in the core, no colour shift, every edge and letter in its place."""
    cutout, box, plate = placed
    truth = prove(plate, cutout, box, "exact")
    assert truth.core_px > 20_000
    assert (truth.max_difference, truth.delta_e_max, truth.edge_agreement, truth.print_agreement) == (0, 0, 1, 1)
    assert truth.print_tiles > 0


def test_a_repainted_letter_is_found(placed):
    """One letter wiped out on the plate: pixels differ and the print no longer agrees, though the mean hardly moves."""
    cutout, box, plate = placed
    changed = plate.copy()
    scale = box.width / cutout.width
    left, top = round(box.left + 58 * scale), round(box.top + 118 * scale)
    changed[top : top + 30, left : left + 40] = changed[top - 12, left]
    truth = prove(changed, cutout, box, "exact")
    assert truth.max_difference > 60
    assert truth.print_agreement < 0.6
    assert truth.delta_e_mean < 2


def test_a_shifted_product_is_found(placed):
    """The product three pixels from where it is said to be does not agree with its photo."""
    cutout, box, plate = placed
    truth = prove(np.roll(plate, 3, axis=1), cutout, box, "exact")
    assert truth.edge_agreement < 0.9
    assert truth.print_agreement < 0.9


@pytest.mark.parametrize("tone", [(20, 20, 40), (250, 180, 90), (30, 200, 60)])
def test_harmonising_keeps_its_bounds_in_any_scene(placed, tone):
    """However strong the scene's colour, the product's own shifts by no more than documented."""
    cutout, box, _ = placed
    scene = np.full((LAYOUT.height, LAYOUT.width, 3), tone, np.uint8)
    product = fit_product(cutout, box)
    lit = harmonise(product, scene, box, "left")
    truth = prove(np.asarray(compose_plate(scene, lit, box)), cutout, box, "harmonised")
    assert 0.2 < truth.delta_e_mean <= MOST_MEAN_SHIFT
    assert truth.delta_e_max <= MOST_SHIFT
    assert np.array_equal(lit[..., 3], product[..., 3])


def test_a_cut_out_without_a_core_compares_nothing():
    """All pixels half transparent: no pixel is compared and nothing is claimed to differ."""
    ghost = Image.new("RGBA", (80, 80), (200, 10, 10, 120))
    box = stand_box(np.asarray(ghost.getchannel("A")), LAYOUT)
    truth = prove(np.zeros((LAYOUT.height, LAYOUT.width, 3), np.uint8), ghost, box, "exact")
    assert (truth.core_px, truth.max_difference, truth.print_tiles) == (0, 0, 0)
