"""What a painter may change in a room, and what it is told of it; no pipeline is run."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_rooms import draw_room, drawn_camera, drawn_layout, drawn_stool
from PIL import Image

from services.errors import InvalidInput
from services.images import ImageRef
from services.pipelines.windows import Window
from services.room import zone
from services.room.engine import Drawing
from services.room.ground import GroundReader
from services.room.places import find_place
from services.room.placing import Size
from services.room.reading import read_room
from services.room.service import SERVICE, Region, RoomProduct, RoomRequest
from services.room.site import Site

CAMERA = drawn_camera(roll=0.5)
READER = GroundReader(SERVICE.checkpoint("").location)
REF = ImageRef(key=f"images/{64 * '0'}.png", width=100, height=100, media_type="image/png")
STOOL = RoomProduct(image=REF, width_cm=60, height_cm=60, point={"x": 250, "y": 300})


@pytest.fixture(scope="module")
def room():
    photo = draw_room(CAMERA, drawn_layout(CAMERA))
    return read_room(photo, READER, field_of_view=None, camera_height_m=1.4, measure=None)


@pytest.fixture(scope="module")
def placed(room):
    return [find_place(room, STOOL, Size(0.6, 0.6, 0), drawn_stool(), [])]


def test_the_contact_zone_is_soft_and_ends_near_the_product(room, placed):
    """Full on what was drawn, nothing farther than a tenth of the product's height beyond it."""
    picture = room.rgb.copy()
    picture[200:300, 220:280] = 0
    mask = np.asarray(zone.contact_zone(Drawing(room, placed, [], picture)))
    reach = round(0.1 * placed[0].standing.box.height)
    assert (mask[200:300, 220:280] == 255).all()
    assert not mask[: 200 - reach].any()
    assert not mask[:, 280 + reach :].any()
    assert ((mask > 0) & (mask < 255)).any()


def test_furniture_beside_the_product_is_not_painted_over(room, placed):
    """What surely is a thing stays the photo's, but for the part that a shadow fell on."""
    picture = room.rgb.copy()
    picture[200:300, 220:280] = 0
    things = np.zeros((picture.shape[0], picture.shape[1]), np.float32)
    things[:, 250:] = 1
    beside = replace(room, ground=replace(room.ground, things=things))
    mask = np.asarray(zone.contact_zone(Drawing(beside, placed, [], picture)))
    free = np.asarray(zone.contact_zone(Drawing(room, placed, [], picture)))
    assert (free[:, 281:] > 0).any()
    assert not mask[:, 281:].any()
    assert (mask[210:290, 230:270] == 255).all()


def test_products_take_on_broad_light_only():
    """A painter that darkens by half and repaints the pattern moves tones by a fifth at most, and no pattern."""
    drawn = np.full((80, 80, 3), 160, np.uint8)
    drawn[::2] = 120
    painted = np.full_like(drawn, 70)
    matte = np.zeros((80, 80), np.float32)
    matte[20:60, 20:60] = 1
    lit = zone.relight(drawn, painted, matte).astype(int)
    assert np.array_equal(lit[matte == 0], drawn[matte == 0])
    inside = lit[20:60, 20:60]
    assert inside[0, 0, 0] == pytest.approx(120 / 1.25, abs=1)
    assert inside[1, 0, 0] == pytest.approx(160 / 1.25, abs=1)
    assert np.array_equal(zone.relight(drawn, drawn, matte), drawn)


def test_what_is_replaced_cannot_be_seen_any_more(room):
    """A red box is gone from the filled region; the room around it is untouched."""
    photo = room.rgb.copy()
    photo[200:280, 200:300] = (255, 0, 0)
    region = zone.marked_region(Region(left=195, top=195, right=305, bottom=285), photo)
    bare = zone.smear(photo, region)
    assert np.array_equal(bare[~region], photo[~region])
    assert (bare[..., 0].astype(int) - bare[..., 1])[region].max() < 120


def test_marks_outside_the_photo_are_refused(room):
    with pytest.raises(InvalidInput, match="100 x 80 px, and the room photo 480 x 360 px"):
        zone.marked_region(Image.new("L", (100, 80), 255), room.rgb)
    with pytest.raises(InvalidInput, match="marks nothing in the photo of 480 x 360 px"):
        zone.marked_region(Region(left=500, top=10, right=600, bottom=20), room.rgb)


def test_drawn_depth_is_the_rooms_and_the_products(room, placed):
    """Near floor is brighter than far floor; the product is as near as its feet, all of it."""
    window = Window.around(Image.new("L", (480, 360), 255), area_px=480 * 360, multiple=8)
    depth = np.asarray(Site(room, Image.fromarray(room.rgb), window, tuple(placed)).draw_depth())[..., 0].astype(int)
    assert depth.shape == (360, 480)
    assert depth[355, 60] > depth[300, 60] > depth[240, 60]
    box = placed[0].standing.box
    seat = depth[box.top + 8, (box.left + box.right) // 2]
    assert seat == pytest.approx(depth[302, box.left - 6], abs=12)
    empty = np.asarray(Site(room, Image.fromarray(room.rgb), window).draw_depth())[..., 0].astype(int)
    assert abs(empty[box.top + 8, (box.left + box.right) // 2] - seat) > 15


def test_the_embedded_checkpoint_says_who_can_replace():
    """Geometry cannot paint what was behind: one sentence names the checkpoints that can."""
    request = RoomRequest(room=REF, products=[STOOL], replace={"left": 1, "top": 1, "right": 9, "bottom": 9})
    with pytest.raises(InvalidInput, match="replace: checkpoint geometry does not take it; these do: flux2-klein"):
        SERVICE.check_takes(SERVICE.checkpoint(""), request)
