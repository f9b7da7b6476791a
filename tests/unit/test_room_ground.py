"""Free floor and things in the stock rooms: a rug is floor, a bed is not, and products stand on free floor only."""

import numpy as np
import pytest
from drawn_rooms import draw_room, drawn_camera, drawn_layout
from PIL import Image

from services.images import ImageRef
from services.room.engine import RoomEngine
from services.room.ground import GroundReader
from services.room.reading import read_room
from services.room.service import SERVICE, RoomRequest
from services.room.spots import find_spot, footprint_free
from services.settings import ASSETS

SAMPLES = ASSETS / "samples"
REF = ImageRef(key=f"images/{64 * '0'}.png", width=100, height=100, media_type="image/png")
LAMP = {"image": REF, "width_cm": 45, "height_cm": 150, "depth_cm": 45}
FLOOR = {
    "loft": [(720, 570), (130, 620), (420, 610)],
    "study": [(500, 630), (240, 600), (700, 560)],
    "bedroom": [(640, 660), (620, 560)],
    "parlour": [(300, 620), (700, 660)],
}
THINGS = {
    "loft": [(540, 430), (190, 460)],
    "study": [(380, 470), (755, 470)],
    "bedroom": [(240, 500), (650, 450)],
    "parlour": [(260, 420)],
}


@pytest.fixture(scope="module")
def engine():
    engine = RoomEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


@pytest.fixture(scope="module")
def rooms():
    reader = GroundReader(SERVICE.checkpoint("").location)
    options = {"field_of_view": None, "camera_height_m": 1.4, "measure": None}
    return {name: read_room(open_room(name), reader, **options) for name in FLOOR}


def open_room(name):
    return Image.open(SAMPLES / "rooms" / f"{name}.jpg")


def render(engine, name, product=LAMP):
    request = RoomRequest(room=REF, products=[product], camera_height_cm=140)
    cutout = Image.open(SAMPLES / "products" / "floor_lamp.png")
    return engine.generate(request, {"room": open_room(name), "products.0.image": cutout}).facts["products"][0]


@pytest.mark.parametrize("name", FLOOR)
def test_boards_and_rugs_are_floor_and_furniture_is_not(rooms, name):
    room = rooms[name]
    assert room.ground.floor_at(room.camera, np.array(FLOOR[name], float)).min() > 0.5
    assert room.ground.floor_at(room.camera, np.array(THINGS[name], float)).max() < 0.5


def test_a_footprint_in_the_bed_is_not_free_and_one_on_the_rug_is(rooms):
    """The bed under a product 80 cm wide and deep counts, and the rug beside it does not."""
    room = rooms["bedroom"]
    feet = np.array([(300.0, 520.0), (640.0, 655.0)])
    inside, clear = footprint_free(room.ground, room.camera, 1.4, feet, (0.8, 0.8))
    assert inside < 0.3 < 0.6 < clear


@pytest.mark.parametrize("name", ["loft", "parlour"])
def test_a_product_stands_where_the_camera_sees_it_as_its_photo_did(rooms, name):
    """A photo from 10 degrees above wants a place farther off than one from 32 degrees above."""
    room, chair = rooms[name], (1.2, 1.1, 0.8)
    (low, _), (high, _) = (find_spot(room, 1.4, chair, [], np.radians(seen)) for seen in (10, 32))
    looks_down = np.degrees(np.arctan(room.camera.drop(np.array([low, high]))))
    assert looks_down[0] < looks_down[1] - 3


@pytest.mark.parametrize("name", FLOOR)
def test_found_places_are_surely_free(engine, name):
    facts = render(engine, name)
    assert facts["free"] >= 0.5


def test_an_empty_room_is_doubted_but_not_refused(engine):
    """Flat drawn boards without furniture are like nothing that the network has seen."""
    camera = drawn_camera(roll=0.5)
    request = RoomRequest(room=REF, products=[LAMP | {"width_cm": 40, "height_cm": 60}], camera_height_cm=140)
    cutout = Image.open(SAMPLES / "products" / "floor_lamp.png")
    photo = draw_room(camera, drawn_layout(camera))
    facts = engine.generate(request, {"room": photo, "products.0.image": cutout}).facts["products"][0]
    assert drawn_layout(camera).surfaces(camera, np.array(facts["foot"])) == 0
    assert (facts["free"] < 0.7) == any("Something may stand" in note for note in facts["notes"])


def test_a_place_that_was_asked_for_in_a_bed_is_flagged(engine):
    facts = render(engine, "bedroom", LAMP | {"point": {"x": 300, "y": 520}})
    assert facts["free"] < 0.3
    assert any("Something may stand where it stands" in note for note in facts["notes"])
