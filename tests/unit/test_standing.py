"""Where products stand, how they are scaled, and that their pixels survive."""

import numpy as np
import pytest
from drawn import mug_cutout
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.images import SHAPES
from services.product.engine import ProductEngine
from services.product.engine_sdxl import SDXLProductEngine
from services.product.standing import LAYOUTS, compose_plate, enlarge_scene, fit_product, stand_box


@given(width=st.integers(64, 4000), height=st.integers(64, 4000), shape=st.sampled_from(SHAPES))
def test_every_product_stands_on_the_ground_inside_its_room(width, height, shape):
    """Any size of cut-out ends at the stand point, keeps its proportions and leaves the headline's room free."""
    layout = LAYOUTS[shape]
    box = stand_box(np.full((height, width), 255, np.uint8), layout)
    assert box.bottom == round(0.76 * layout.height)
    assert abs((box.left + box.right) / 2 - layout.stand_x * layout.width) <= 1
    assert box.top >= 0.19 * layout.height
    assert box.width <= layout.widest * layout.width + 1
    assert abs(box.width * height - box.height * width) <= (width + height) / 2 + 1


def test_the_left_half_of_landscape_stays_free():
    """Even the widest product leaves the left half for text."""
    layout = LAYOUTS["landscape"]
    assert stand_box(np.full((400, 4000), 255, np.uint8), layout).left >= layout.width // 2


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mugs_body_stands_on_the_stand_point_not_the_middle_of_mug_and_handle(shape):
    """A narrow product is placed by its centre of mass, and still inside its room."""
    matte = np.zeros((400, 150), np.uint8)
    matte[:, :100] = 255
    layout = LAYOUTS[shape]
    box = stand_box(matte, layout)
    assert abs(box.left + box.width / 3 - layout.stand_x * layout.width) <= 1
    assert box.right <= (layout.stand_x + layout.widest / 2) * layout.width + 1


@pytest.mark.parametrize("engine", [ProductEngine, SDXLProductEngine])
@pytest.mark.parametrize("shape", SHAPES)
def test_scenes_are_enlarged_to_the_plate_without_stretching(shape, engine):
    """Scene and plate have the same proportions, whatever the pipeline family."""
    layout = LAYOUTS[shape]
    width, height = engine.scene_sizes[shape]
    scene = Image.new("RGB", (width, height), (90, 120, 150))
    large = enlarge_scene(scene, layout)
    assert large.shape == (layout.height, layout.width, 3)
    assert np.array_equal(large.min(axis=(0, 1)), (90, 120, 150))
    assert np.array_equal(large.max(axis=(0, 1)), (90, 120, 150))
    assert abs(layout.width / width / (layout.height / height) - 1) < 0.01


def test_the_plate_shows_exactly_the_resampled_product():
    """Inside the matte core the plate equals the cut-out, resampled once."""
    cutout, layout = mug_cutout(), LAYOUTS["square"]
    box = stand_box(np.asarray(cutout.getchannel("A")), layout)
    product = fit_product(cutout, box)
    scene = np.full((layout.height, layout.width, 3), 77, np.uint8)
    plate = np.asarray(compose_plate(scene, product, box))
    core = product[..., 3] == 255
    assert core.mean() > 0.4
    assert np.array_equal(plate[box.top : box.bottom, box.left : box.right][core], product[core][:, :3])


def test_resampling_keeps_the_wiped_colours_out():
    """A pure red cut-out stays pure red at its half-transparent edge, though black lies under zero alpha."""
    pixels = np.zeros((200, 200, 4), np.uint8)
    pixels[40:160, 40:160] = (255, 0, 0, 255)
    layout = LAYOUTS["portrait"]
    product = fit_product(Image.fromarray(pixels), stand_box(pixels[..., 3], layout))
    seen = product[..., 3] > 16
    assert product[seen][:, 0].min() > 235
