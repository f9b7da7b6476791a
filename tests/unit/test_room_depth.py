"""Depth of a room photo: fitted to the floor, refused where it does not fit, and what it lets stand in front."""

import numpy as np
import pytest
from drawn_rooms import draw_room, drawn_camera, drawn_layout, drawn_stool
from tiny_matting import save_tiny_depth

from services.contract import load_engine
from services.images import ImageRef
from services.room import engine_depth
from services.room.depth import DepthReader, find_standing, measure
from services.room.ground import GroundReader
from services.room.reading import read_room
from services.room.service import SERVICE, RoomRequest

CAMERA = drawn_camera(roll=0.5)
READER = GroundReader(SERVICE.checkpoint("").location)
REF = ImageRef(key=f"images/{64 * '0'}.png", width=100, height=100, media_type="image/png")
POST = slice(150, 330), slice(255, 285)


@pytest.fixture(scope="module")
def photo():
    return draw_room(CAMERA, drawn_layout(CAMERA))


@pytest.fixture(scope="module")
def room(photo):
    return read_room(photo, READER, field_of_view=None, camera_height_m=1.4, measure=None)


@pytest.fixture(scope="module")
def near():
    """Inverse depth of the drawn room in a scale of its own, with a post that stands 1.6 camera heights away."""
    rows, columns = np.mgrid[0 : CAMERA.height, 0 : CAMERA.width] + 0.5
    depths = drawn_layout(CAMERA).depths(CAMERA, np.stack([columns, rows], axis=-1)).min(axis=-1)
    depths[POST] = 1.6
    return (700 / depths + 90).astype(np.float32)


def test_depth_follows_from_the_floor(near, room):
    """Scale and offset are found: the post is 1.6 camera heights away, within a tenth."""
    depth = measure(near, room)
    assert np.median(depth[160:200, 262:278]) == pytest.approx(1.6, rel=0.1)


@pytest.mark.parametrize("broken", [lambda near: -near, lambda near: np.random.default_rng(0).normal(size=near.shape)])
def test_depth_that_contradicts_the_floor_is_not_used(near, room, broken):
    assert find_standing(broken(near).astype(np.float32), room) is None


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("depth")
    save_tiny_depth(folder)
    return SERVICE.checkpoint("geometry-depth").model_copy(update={"source": str(folder), "device": "cpu"})


def test_the_tiny_network_is_read_at_the_photos_size(twin, room):
    """A random network of the real architecture: a number per pixel, the same every time."""
    reader = DepthReader(twin)
    seen = reader.read(room.rgb)
    assert seen.shape == room.rgb.shape[:2]
    assert np.isfinite(seen).all()
    assert np.array_equal(reader.read(room.rgb), seen)


def test_what_stands_in_front_hides_the_product(twin, photo, near, monkeypatch):
    """The post stays the photo's own pixels before a far stool, and is covered by a near one."""
    engine = load_engine(twin)
    monkeypatch.setattr(engine_depth.DepthReader, "read", lambda self, rgb: near)
    made = {}
    for name, foot in (("far", (270, 262)), ("near", (270, 345))):
        stool = {"image": REF, "width_cm": 90, "height_cm": 90, "point": {"x": foot[0], "y": foot[1]}}
        request = RoomRequest(room=REF, products=[stool], camera_height_cm=140)
        made[name] = engine.generate(request, {"room": photo, "products.0.image": drawn_stool()})
    before = np.asarray(photo)
    post = before[POST][4:-90, 4:-4]
    assert np.array_equal(np.asarray(made["far"].images["room"])[POST][4:-90, 4:-4], post)
    assert not np.array_equal(np.asarray(made["near"].images["room"]), before)
    assert made["far"].facts["products"][0]["hidden"] > 0.05
    assert made["near"].facts["products"][0]["hidden"] < 0.05
