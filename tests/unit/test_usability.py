"""The usability gate: sound plates pass, planted faults are named, and a failing scene is made again."""

import cv2
import numpy as np
import pytest
from drawn import mug_cutout
from PIL import Image
from skimage import data

from services.images import Box
from services.product.prompt import Light
from services.product.service import USABILITY_LIMITS
from services.product.shadow import shade_ground
from services.product.standing import LAYOUTS, compose_plate, fit_product, stand_box
from services.product.usability import judge

LAYOUT = LAYOUTS["square"]
LIGHT = Light("left", 0.5, False)


def table_scene(edge: float = 0.58) -> np.ndarray:
    """A bluish wall over a wooden table whose back edge is at this share of the height."""
    scene = np.full((LAYOUT.height, LAYOUT.width, 3), (150, 165, 185), np.uint8)
    scene[round(edge * LAYOUT.height) :] = (190, 150, 110)
    return scene


@pytest.fixture(scope="module")
def mug():
    """A red mug at the plate's size, and its box."""
    cutout = mug_cutout(side=700)
    box = stand_box(np.asarray(cutout.getchannel("A")), LAYOUT)
    return fit_product(cutout, box), box


def faults(
    scene: np.ndarray, product: np.ndarray, box: Box, shadow_box: Box | None, bare: np.ndarray | None = None, **options
) -> set[str]:
    shaded = shade_ground(scene, product, shadow_box, LIGHT) if shadow_box else scene
    plate = np.asarray(compose_plate(shaded, product, box))
    scores = judge(plate, product, box, LAYOUT, bare, **options).scores
    return {fault for fault, score in scores.items() if score > USABILITY_LIMITS[fault]}


def test_a_product_standing_on_a_table_passes(mug):
    product, box = mug
    assert faults(table_scene(), product, box, box) == set()


def test_a_product_that_floats_or_has_no_shadow_is_out_of_space(mug):
    """Lifted off its shadow, without any, or in front of a table that begins below its foot."""
    product, box = mug
    up = box.height // 5
    lifted = box.model_copy(update={"top": box.top - up, "bottom": box.bottom - up})
    assert "space_mismatch" in faults(table_scene(), product, lifted, box)
    assert "space_mismatch" in faults(table_scene(), product, box, None)
    assert "space_mismatch" in faults(table_scene(edge=0.86), product, box, box)


def test_dark_ground_below_the_foot_is_no_shadow_where_the_bare_scene_tells(mug):
    """A dark patch further down looks like the shadow of something that floats; the bare scene has it, too."""
    product, box = mug
    mossy = table_scene()
    mossy[box.bottom + 60 : box.bottom + 110, box.left : box.right] = (70, 60, 40)
    assert "space_mismatch" in faults(mossy, product, box, box)
    assert faults(mossy, product, box, box, bare=mossy) == set()
    assert "space_mismatch" in faults(mossy, product, box, None, bare=mossy)
    up = box.height // 5
    lifted = box.model_copy(update={"top": box.top - up, "bottom": box.bottom - up})
    assert "space_mismatch" in faults(mossy, product, lifted, box, bare=mossy)


def test_people_and_writing_are_found_where_a_pipeline_may_invent_them(mug):
    """Beside the product only, and only when asked: what stands on the product itself is its own."""
    product, box = mug
    somebody = table_scene()
    figure = np.asarray(Image.fromarray(data.astronaut()).resize((420, 420)))
    somebody[60:480, 40:460] = figure
    assert faults(somebody, product, box, box, may_invent=True) == {"people"}
    assert "people" not in faults(somebody, product, box, box)
    lettered = table_scene()
    cv2.putText(lettered, "Grolbat", (60, 140), cv2.FONT_HERSHEY_SIMPLEX, 2, (60, 60, 70), 5, cv2.LINE_AA)
    assert faults(lettered, product, box, box, may_invent=True) == {"writing"}
    label = product.copy()
    cv2.putText(label, "Grolbat", (120, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (250, 250, 250, 255), 4, cv2.LINE_AA)
    assert faults(table_scene(), label, box, box, may_invent=True) == set()


def test_only_an_edge_along_the_whole_plate_is_the_back_of_the_ground(mug):
    """A rug's edge below the foot, on one side of the product only, is not: the table goes on beside it."""
    product, box = mug
    rug = table_scene()
    rug[round(0.86 * LAYOUT.height) :, box.right :] = (60, 40, 30)
    assert faults(rug, product, box, box) == set()
    rug[round(0.86 * LAYOUT.height) :] = (60, 40, 30)
    assert "space_mismatch" in faults(rug, product, box, box)


def test_a_tiny_product_is_out_of_size():
    cutout = mug_cutout(side=700)
    box = Box(left=500, top=721, right=590, bottom=821)
    product = fit_product(cutout, box)
    assert "size_mismatch" in faults(table_scene(), product, box, box)


def test_a_product_before_its_own_colour_is_indistinct(mug):
    product, box = mug
    scene = np.full((LAYOUT.height, LAYOUT.width, 3), (138, 42, 36), np.uint8)
    assert "indistinctiveness" in faults(scene, product, box, box)


def test_a_second_product_behind_the_first_is_a_hallucination(mug):
    product, box = mug
    scene = table_scene()
    window = scene[box.top : box.bottom, box.left + 150 : box.right + 150]
    window[:] = np.where(product[..., 3:] > 127, product[..., :3], window)
    assert "shape_hallucination" in faults(scene, product, box, box)
