"""Products in drawn rooms: real size, real place, the photo untouched elsewhere, and clear refusals."""

import cv2
import numpy as np
import pytest
from drawn_rooms import CAMERA_HEIGHT_M, draw_room, drawn_camera, drawn_layout, drawn_stool
from PIL import Image, ImageOps
from skimage import data

from services.errors import CutOutFailed, InvalidImage, InvalidInput
from services.images import ImageRef
from services.room.engine import RoomEngine
from services.room.scale import upright_px
from services.room.service import SERVICE, RoomRequest
from services.settings import ASSETS

REF = ImageRef(key=f"images/{64 * '0'}.png", width=100, height=100, media_type="image/png")
CAMERA = drawn_camera(roll=0.5)
LAYOUT = drawn_layout(CAMERA)


@pytest.fixture(scope="module")
def engine():
    engine = RoomEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


@pytest.fixture(scope="module")
def photo():
    return draw_room(CAMERA, LAYOUT)


def render(engine, photo, *products, **options):
    stool = {"image": REF, "width_cm": 60, "height_cm": 60}
    request = RoomRequest(room=REF, products=[stool | product for product in products or ({},)], **options)
    pictures = {f"products.{number}.image": drawn_stool() for number in range(len(request.products))}
    return engine.generate(request, {"room": photo, **pictures})


def at(x, y):
    return {"point": {"x": x, "y": y}}


@pytest.fixture(scope="module")
def stood(engine, photo):
    return render(engine, photo, at(250, 300), camera_height_cm=100 * CAMERA_HEIGHT_M)


def test_the_product_has_its_real_size_and_stands_where_it_was_asked(stood):
    """Within 5 % of the exact projection, feet on the given row, and the answer knows its error."""
    product = stood.facts["products"][0]
    exact = upright_px(CAMERA, CAMERA_HEIGHT_M, (250, 300), 0.6)
    assert 60 * product["px_per_cm"] == pytest.approx(exact, rel=0.05)
    corners = np.array(product["corners"])
    assert corners[2:].mean(axis=0) == pytest.approx((250, 300), abs=1)
    assert product["size_error"] < 0.12
    assert stood.facts["scale"]["ask_for_length"] == ""


def test_outside_the_mask_the_photo_is_untouched(stood, photo):
    before, after, mask = (np.asarray(picture) for picture in (photo, stood.images["room"], stood.images["mask"]))
    assert (before[mask == 0] == after[mask == 0]).all()
    assert 0.01 < (mask > 0).mean() < 0.5


def test_the_floor_beside_the_feet_is_darker(stood, photo):
    before, after = (np.asarray(picture).astype(float) for picture in (photo, stood.images["room"]))
    box = stood.facts["products"][0]["box"]
    beside = (slice(290, 308), slice(box["left"] - 12, box["right"] + 12))
    ratio = cv2.blur((after[beside] / before[beside]).mean(axis=2), (3, 3))
    assert ratio.min() < 0.8


def test_the_same_seed_gives_the_same_picture(engine, photo, stood):
    again = render(engine, photo, at(250, 300), camera_height_cm=100 * CAMERA_HEIGHT_M)
    assert again.images["room"].tobytes() == stood.images["room"].tobytes()


def test_an_assumed_camera_height_asks_for_a_length(engine, photo):
    """Nothing known: the size is a guess, and the answer says so. A known door makes it sure and right."""
    guess = render(engine, photo, at(250, 300)).facts["scale"]
    assert guess["source"] == "assumed ceiling height"
    assert "known length" in guess["ask_for_length"]
    base = CAMERA.floor_points(np.array((250.0, 300.0)))
    top = CAMERA.project(base + CAMERA.up * 1.0 / CAMERA_HEIGHT_M)
    ends = {"start": {"x": 250, "y": 300}, "end": {"x": float(top[0]), "y": float(top[1])}, "length_cm": 100}
    known = render(engine, photo, at(250, 300), known_length=ends).facts["scale"]
    assert known["camera_height_cm"] == pytest.approx(100 * CAMERA_HEIGHT_M, rel=0.05)
    assert known["size_error"] < guess["size_error"] / 2


def test_a_place_is_found_on_the_floor(engine, photo):
    facts = render(engine, photo, camera_height_cm=140).facts["products"][0]
    assert LAYOUT.surfaces(CAMERA, np.array(facts["foot"])) == 0
    assert facts["box"]["left"] >= 0
    assert facts["box"]["right"] <= CAMERA.width


def test_a_farther_product_is_smaller_and_drawn_first(engine, photo):
    far, near = render(engine, photo, at(230, 240), at(250, 300), camera_height_cm=140).facts["products"]
    assert far["px_per_cm"] < near["px_per_cm"]
    assert far["distance_cm"] > near["distance_cm"]


def test_wall_art_lies_in_the_plane_of_its_wall(engine, photo):
    """On the back wall its level edges run to the same vanishing point as the wall's."""
    facts = render(engine, photo, {"where": "wall", **at(300, 110)}, camera_height_cm=140).facts["products"][0]
    corners = np.array(facts["corners"])
    assert facts["place"] == "wall"
    assert corners[:, 0].mean() == pytest.approx(300, abs=3)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in ((corners[0], corners[1]), (corners[3], corners[2]))]
    assert slopes[0] != pytest.approx(slopes[1], abs=0.005)


def test_wall_art_over_something_else_is_flagged(engine, photo):
    """The back wall has a picture between x = -0.6 and 0.1, 0.9 to 1.4 over the floor (camera heights)."""
    bare = {"where": "wall", "width_cm": 60, "height_cm": 60}
    middle = CAMERA.project(3.5 * CAMERA.depth_axis - 0.25 * CAMERA.axis + 0.15 * CAMERA.up)
    over, found = (
        render(engine, photo, bare | place, camera_height_cm=140).facts["products"][0]
        for place in ({**at(*middle), "width_cm": 120, "height_cm": 120}, {})
    )
    assert over["free"] < 0.7
    assert "Something else may be where it hangs" in over["notes"][0]
    assert found["free"] > 0.9
    assert found["notes"] == []


def test_a_table_top_is_over_the_floor(engine, photo):
    low = render(engine, photo, at(250, 300), camera_height_cm=140).facts["products"][0]
    on_table = {"where": "table", "surface_height_cm": 70, **at(250, 300)}
    high = render(engine, photo, on_table, camera_height_cm=140).facts["products"][0]
    assert high["px_per_cm"] == pytest.approx(2 * low["px_per_cm"], rel=0.03)


@pytest.mark.parametrize(
    ("product", "options", "words"),
    [
        (at(240, 20), {}, "not on the floor"),
        (
            {**at(250, 300), "height_cm": 420, "width_cm": 420},
            {"camera_height_cm": 140},
            "outside the photo|higher than",
        ),
        ({"where": "table"}, {}, "give the point"),
        (
            {"where": "table", "surface_height_cm": 150, **at(250, 300)},
            {"camera_height_cm": 140},
            "not seen from above",
        ),
        ({"where": "wall", **at(250, 350)}, {}, "on the floor"),
        ({"width_cm": 800, "height_cm": 800}, {"camera_height_cm": 140}, "no free floor|higher than"),
    ],
)
def test_what_cannot_be_placed_is_refused(engine, photo, product, options, words):
    with pytest.raises(InvalidInput, match=words):
        render(engine, photo, product, **options)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda photo: photo.resize((200, 150)), "short side"),
        (lambda photo: photo.resize((1200, 360)), "panorama"),
        (lambda photo: photo.point(lambda value: value // 14), "too dark"),
        (
            lambda _: draw_room(drawn_camera(pitch=20), drawn_layout(drawn_camera(pitch=20))),
            "no floor",
        ),
        (lambda photo: Image.effect_noise((480, 360), 90).convert("RGB"), "lines run as in a room"),
        (lambda photo: ImageOps.expand(Image.new("RGB", (120, 120), "red"), 140, "white"), "straight lines"),
    ],
)
def test_photos_that_show_no_room_are_refused(engine, photo, change, words):
    with pytest.raises(InvalidImage, match=words):
        render(engine, change(photo))


def test_a_picture_that_is_no_cut_out_is_refused(engine, photo):
    request = RoomRequest(room=REF, products=[{"image": REF, "width_cm": 60, "height_cm": 60}])
    with pytest.raises(CutOutFailed, match="alpha"):
        engine.generate(request, {"room": photo, "products.0.image": drawn_stool().convert("RGB")})


CRATE = {"left": 225, "top": 255, "right": 275, "bottom": 330}


@pytest.fixture(scope="module")
def photo_with_a_crate(photo):
    """A crate whose foot is in row 325, nearer than row 300."""
    crowded = photo.copy()
    crowded.paste((40, 70, 160), (230, 260, 270, 325))
    return crowded


def test_what_stands_in_front_hides_what_is_behind_it(engine, photo_with_a_crate):
    """The crate's pixels stay the photo's own behind which the stool stands; a nearer stool covers them."""
    crate = (slice(264, 321), slice(234, 266))
    before = np.asarray(photo_with_a_crate)[crate]
    behind, nearer = (
        render(engine, photo_with_a_crate, at(228, row), camera_height_cm=140, in_front=[CRATE]) for row in (290, 355)
    )
    assert (np.asarray(behind.images["room"])[crate] == before).mean() > 0.98
    assert 0.03 < behind.facts["products"][0]["hidden"] < 0.6
    assert (np.asarray(nearer.images["room"])[crate] != before).mean() > 0.2
    assert nearer.facts["products"][0]["hidden"] == 0


def test_a_mask_hides_every_product(engine, photo):
    left = Image.new("L", photo.size)
    left.paste(255, (0, 0, 250, photo.height))
    request = RoomRequest(
        room=REF, products=[{"image": REF, "width_cm": 60, "height_cm": 60, **at(250, 300)}], in_front_mask=REF
    )
    pictures = {"room": photo, "products.0.image": drawn_stool(), "in_front_mask": left}
    made = engine.generate(request, pictures)
    assert (np.asarray(made.images["room"])[:, :250] == np.asarray(photo)[:, :250]).all()
    assert made.facts["products"][0]["hidden"] == pytest.approx(0.5, abs=0.05)
    with pytest.raises(InvalidInput, match="the photo is 480 x 360"):
        engine.generate(request, pictures | {"in_front_mask": left.resize((100, 100))})


def test_a_box_outside_the_photo_is_refused(engine, photo):
    outside = {"left": 600, "top": 10, "right": 700, "bottom": 90}
    with pytest.raises(InvalidInput, match="outside the photo of 480 x 360"):
        render(engine, photo, at(250, 300), in_front=[outside])


def test_a_place_is_not_found_on_or_behind_a_table(engine):
    """The stool is moved away from the middle of the floor when legs stand there."""
    study = Image.open(ASSETS / "samples" / "rooms" / "study.jpg").convert("RGB")
    free = render(engine, study, camera_height_cm=140).facts["products"][0]["foot"]
    crowded, pen = study.copy(), (90, 50, 20)
    left, top = round(free[0]) - 60, round(free[1]) - 8
    for leg in (left, left + 108):
        crowded.paste(pen, (leg, top, leg + 12, crowded.height))
    crowded.paste((130, 84, 50), (left, top - 32, left + 120, top))
    moved = render(engine, crowded, camera_height_cm=140).facts["products"][0]["foot"]
    assert abs(moved[0] - free[0]) > 60


def test_an_unseen_light_comes_from_above(engine, photo):
    facts = render(engine, photo.point(lambda value: value // 2), at(250, 300), camera_height_cm=140).facts
    assert (facts["light"]["from"], facts["light"]["certainty"]) == ("above", 0)


def test_a_found_place_shows_the_whole_product(engine, photo):
    """Also at the sides, where a wide lens stretches it."""
    box = render(engine, photo, camera_height_cm=140).facts["products"][0]["box"]
    assert 0 < box["left"] < box["right"] < photo.width
    assert 0 < box["top"] < box["bottom"] < photo.height


def test_without_free_floor_a_place_is_refused_and_not_guessed(engine, photo):
    """Sixth of six wide benches: better no picture than one that stands on another product."""
    benches = [{"width_cm": 180, "height_cm": 90, "depth_cm": 80} for _ in range(6)]
    with pytest.raises(InvalidInput, match="no free floor"):
        render(engine, photo, *benches, camera_height_cm=140)


def test_a_face_in_the_room_is_told(engine, photo, stood):
    """Of a portrait on the wall, say: words are kept off it. An empty room has none."""
    face = Image.fromarray(data.astronaut()[0:200, 130:330]).resize((120, 120))
    with_face = photo.copy()
    with_face.paste(face, (40, 10))
    (found,) = render(engine, with_face, at(250, 300), camera_height_cm=140).facts["faces"]
    assert (40 <= found["left"] < found["right"] <= 160, 10 <= found["top"] < found["bottom"] <= 130) == (True, True)
    assert stood.facts["faces"] == []
