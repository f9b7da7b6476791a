"""People in a picture, on the one real photograph of a person that a dependency brings: skimage's astronaut."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from skimage import data

from services.people import Joint, find_faces, find_people


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    """512 x 512, one person to the hips. NASA, public domain."""
    return Image.fromarray(data.astronaut())


def test_the_face_is_found(astronaut):
    (face,) = find_faces(astronaut)
    assert face.score > 0.8
    assert (face.box.left, face.box.top) == pytest.approx((173, 67), abs=15)
    assert (face.box.right, face.box.bottom) == pytest.approx((278, 172), abs=15)


def test_landmarks_and_mask_are_in_pixels_of_the_picture(astronaut):
    (person,) = find_people(astronaut)
    assert person.point(Joint.NOSE) == pytest.approx((225, 118), abs=12)
    assert person.point(Joint.RIGHT_SHOULDER)[0] < person.point(Joint.LEFT_SHOULDER)[0]
    assert person.mask.shape == (512, 512)
    assert person.mask[400, 200] > 0.9  # suit
    assert person.mask[40, 480] < 0.1  # background
    assert 0.3 < person.mask.mean() < 0.7


def test_the_answer_follows_the_picture(astronaut):
    """Half as large, turned by 30 degrees and moved: the same places on the body."""
    turned = astronaut.resize((256, 256)).rotate(30, expand=True, fillcolor=(120, 120, 120))
    canvas = Image.new("RGB", (700, 500), (120, 120, 120))
    canvas.paste(turned, (300, 80))
    (person,) = find_people(canvas)
    (straight,) = find_people(astronaut)
    offset = (straight.point(Joint.NOSE) - 256) / 2
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    centre = np.array([300 + turned.width / 2, 80 + turned.height / 2])
    expected = centre + np.array([cos * offset[0] + sin * offset[1], -sin * offset[0] + cos * offset[1]])
    assert person.point(Joint.NOSE) == pytest.approx(expected, abs=10)


def test_two_people_are_two(astronaut):
    pair = Image.new("RGB", (1024, 512))
    pair.paste(astronaut, (0, 0))
    pair.paste(astronaut, (512, 0))
    assert len(find_faces(pair)) == 2
    assert len(find_people(pair)) == 2


@pytest.mark.parametrize("picture", ["coffee", "rocket"])
def test_things_are_no_people(picture):
    image = Image.fromarray(getattr(data, picture)())
    assert find_faces(image) == ()
    assert find_people(image) == ()


def test_an_empty_picture_has_nobody():
    blank = Image.new("RGB", (64, 300), "white")
    assert find_faces(blank) == ()
    assert find_people(blank) == ()


def test_no_torch_is_imported():
    code = "import sys, services.people; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
