"""Stock rooms: every one can be used as it is declared, and words choose between them."""

import numpy as np
import pytest
from PIL import Image

from services.room.ground import GroundReader
from services.room.reading import read_room
from services.room.service import SERVICE
from workflows.brief import Variant
from workflows.stock_rooms import ROOMS, choose_stock_room, load_stock_rooms

READER = GroundReader(SERVICE.checkpoint("").location)


def asked(scene="", audience="anyone", seed=0):
    return Variant.model_validate({"audience": {"id": "a", "description": audience}, "scene": scene, "seed": seed})


@pytest.mark.parametrize("name", load_stock_rooms())
def test_a_stock_room_is_small_and_shows_what_is_declared(name):
    """Its file is light enough for git, and its lines agree with the declared field of view within 12 %."""
    declared = load_stock_rooms()[name]
    path = ROOMS / declared.image
    assert path.stat().st_size < 250_000
    room = read_room(Image.open(path), READER, field_of_view=None, camera_height_m=None, measure=None)
    seen = float(np.degrees(room.camera.field_of_view))
    assert seen == pytest.approx(declared.field_of_view, rel=0.12)


@pytest.mark.parametrize(
    ("scene", "audience", "name"),
    [
        ("bright airy living room, white", "anyone", "loft"),
        ("a calm bedroom, terracotta", "anyone", "bedroom"),
        ("modern living room, navy blue", "families in the city", "parlour"),
        ("", "People who love books and reading", "study"),
        ("a study in sage green", "anyone", "study"),
    ],
)
def test_words_choose_the_room(scene, audience, name):
    assert choose_stock_room(asked(scene, audience)) == name


def test_between_equals_the_seed_chooses():
    """Always the same room for one seed, and every room for some seed."""
    rooms = [choose_stock_room(asked(seed=seed)) for seed in range(40)]
    assert rooms == [choose_stock_room(asked(seed=seed)) for seed in range(40)]
    assert set(rooms) == set(load_stock_rooms())
