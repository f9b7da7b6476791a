"""The try-on where a look tells whether it is believed: hands at the hem, cuffs, outlines of packshots."""

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from dressed_figure import SKIN, TOP, TROUSERS, dress, figure, shirt
from PIL import Image

from services.cutout.saliency import Saliency
from services.images import Box
from services.people import FOLDER
from services.tryon.arrays import blur, wide_blur
from services.tryon.body import ARM, read_body
from services.tryon.drape import draw_sleeve, fit_garment
from services.tryon.dressing import dress as dress_up
from services.tryon.garment import Garment, read_garment
from services.tryon.kept import find_front
from services.tryon.packshot import cut_garment
from services.tryon.plates import make_plate
from services.tryon.regions import _as_thick, find_regions
from services.tryon.service import KEEPABLE
from services.tryon.silhouette import find_category

SALIENCY = Saliency(str(FOLDER.parent / "matting"))
WHITE = (236, 235, 232)


def in_white(**moved: tuple[int, int]):
    """The drawn person in white from neck to feet, enlarged; hands in the shade."""
    pixels, person = figure(0.1, **moved)
    for worn in (TOP, TROUSERS):
        pixels[(pixels == worn).all(axis=2)] = WHITE
    shade = np.zeros(pixels.shape[:2], bool)
    shade[218:] = True
    hands = (pixels == SKIN).all(axis=2) & shade
    pixels[hands] = np.array(SKIN) * 0.5
    return pixels, person, hands


def test_a_hand_in_the_shade_is_a_hand():
    """Darker than any skin that was seen, beside white cloth, it is no cloth that a new garment may cover."""
    pixels, person, hands = in_white()
    _, regions = find_regions(pixels, person, read_body(person))
    core = cv2.erode(hands.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert core.sum() > 40
    assert (np.maximum(*regions.arms)[core] > 0.5).mean() > 0.9
    assert (regions.top[core] > 0.5).mean() < 0.05


def test_no_backdrop_is_left_in_a_packshot():
    """However a garment is stretched, nothing white can shine at the outline of a dark one."""
    colours = cut_garment(shirt((30, 30, 34), False, (30, 30, 34)), SALIENCY).colours
    assert colours.max() < 60


def slanted(rise: int) -> Garment:
    """A shirt whose sleeves point down and are cut aslant: the outer edge ends ``rise`` px lower than the inner one."""
    pixels = np.full((330, 360, 3), 255, np.uint8)
    cv2.fillPoly(
        pixels, [np.array([(142, 24), (218, 24), (258, 44), (254, 290), (106, 290), (102, 44)])], (30, 60, 140)
    )
    for sign in (-1, 1):
        sleeve = [(70, 40), (132, 190 + rise), (98, 190 - rise), (70, 112)]
        cv2.fillPoly(pixels, [np.array([(180 + sign * x, y) for x, y in sleeve])], (30, 60, 140))
    cv2.ellipse(pixels, (180, 22), (30, 26), 0, 0, 180, (255, 255, 255), -1)
    return read_garment(cut_garment(Image.fromarray(pixels), SALIENCY))


@pytest.mark.parametrize("rise", [-14, 0, 14])
def test_a_cuff_that_is_cut_aslant_runs_straight_across_the_arm(rise):
    """Its lowest points on both sides of the drawn sleeve lie equally far down the arm."""
    garment = slanted(rise)
    pixels, person = figure(0.1)
    pixels = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    person.landmarks[:, :3] *= 2
    person = person.__class__(person.box, 1.0, person.landmarks, cv2.resize(person.mask, None, fx=2, fy=2))
    body, regions = find_regions(pixels, person, read_body(person))
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    drawn = draw_sleeve(fit_garment(garment, body, regions), 1, columns, rows)
    seen = (drawn.alpha > 0.5) & (drawn.share > 0.5)
    arm = body.arms[1]
    line = (arm.wrist - arm.elbow) / np.hypot(*(arm.wrist - arm.elbow))
    points = np.argwhere(seen)[:, ::-1] - arm.elbow
    down, beside = points @ line, points @ np.array([-line[1], line[0]])
    ends = [down[(beside >= low) & (beside < low + 3)].max() for low in np.percentile(beside, [25, 50, 75])]
    assert np.ptp(ends) < 9


def test_a_slim_top_is_no_dress():
    """A ghost mannequin fills a slim top: it is 1.9 times as long as its trunk is broad, and has no skirt."""
    pixels = np.full((420, 360, 3), 255, np.uint8)
    side = [(210, 30), (250, 52), (244, 120), (240, 240), (244, 272)]
    trunk = [*side, *((360 - x, y) for x, y in reversed(side))]
    cv2.fillPoly(pixels, [np.array(trunk)], (160, 40, 50))
    assert find_category(cut_garment(Image.fromarray(pixels), SALIENCY)) == "upper_body"
    assert find_category(cut_garment(dress(), SALIENCY)) == "dresses"


def worn_length(slim: float) -> float:
    """From neck to hem on the drawn person, px, of a shirt that is photographed ``slim`` times as broad."""
    photo = shirt()
    garment = read_garment(cut_garment(photo.resize((round(slim * photo.width), photo.height)), SALIENCY))
    pixels, person = figure(0.1)
    body, regions = find_regions(pixels, person, read_body(person))
    fit = fit_garment(garment, body, regions)
    return fit.hem - fit.neck_along


def test_a_garment_on_a_ghost_mannequin_is_as_long_as_lying_flat():
    """Filled, it looks a fifth narrower; scaled by its chest alone it would come out a quarter too long."""
    assert worn_length(0.78) == pytest.approx(worn_length(1.0), rel=0.08)


def test_the_hem_of_a_top_keeps_to_the_body():
    """A top that flares under the waist does not stand off the hips in corners."""
    pixels, person = figure(0.5)
    body, regions = find_regions(pixels, person, read_body(person))
    flared = np.full((290, 360, 3), 255, np.uint8)
    side = [(218, 24), (258, 44), (252, 130), (250, 200), (300, 256)]
    cv2.fillPoly(flared, [np.array([*side, *((360 - x, y) for x, y in reversed(side))])], (190, 40, 40))
    garment = read_garment(cut_garment(Image.fromarray(flared), SALIENCY))
    front = find_front(pixels, body, regions, KEEPABLE)
    dressed = dress_up(pixels, body, regions, front, fit_garment(garment, body, regions), 0)
    widths = (dressed.garment > 0.5).sum(axis=1)
    hem = np.flatnonzero(widths)[-1]
    assert widths[hem - 12 : hem - 2].max() < 1.25 * widths[hem - 40 : hem - 30].mean()


@pytest.mark.parametrize("sigma", [2.0, 20.0, 60.0])
def test_a_wide_blur_at_a_small_size_is_that_at_full_size(sigma):
    """On noise with an edge, both differ by less than a fiftieth of the edge, also in odd sizes."""
    picture = np.random.default_rng(3).uniform(0, 0.2, (301, 203)).astype(np.float32)
    picture[:, 90:] += 0.8
    assert np.abs(wide_blur(picture, sigma) - blur(picture, sigma)).max() < 0.02


def test_places_of_the_frame_are_those_of_the_picture():
    """Places across the body come back for a turned person, and many at once are as one by one."""
    _, person = figure(0.1)
    turn = np.array([[0.98, -0.2], [0.2, 0.98]])
    person.landmarks[:, :2] = person.landmarks[:, :2] @ turn.T
    body = read_body(person)
    across, along = np.array([-30.0, 0.0, 12.0]), np.array([-8.0, 40.0, 90.0])
    points = body.from_frame(across, along)
    single = [body.from_frame(float(x), float(y)) for x, y in zip(across, along, strict=True)]
    assert np.allclose(points, single)
    assert np.allclose(points[1], body.top + 40 * body.down)
    assert np.allclose(body.to_frame(*points.T)[0], across)


def test_faces_are_followed_onto_every_plate():
    """Also a bystander's; a face outside a plate is not on it."""
    picture = np.full((800, 900, 3), 200, np.uint8)
    faces = [Box(left=430, top=90, right=500, bottom=170), Box(left=560, top=150, right=600, bottom=200)]
    for face in faces:
        picture[face.top : face.bottom, face.left : face.right] = (255, 0, 0)
    away = Box(left=0, top=700, right=30, bottom=740)
    focus = Box(left=380, top=60, right=550, bottom=460)
    for shape in ("square", "landscape", "portrait"):
        plate = make_plate(picture, focus, Box(left=380, top=60, right=550, bottom=760), shape, [*faces, away])
        reds = (np.asarray(plate.image).astype(int) - (200, 200, 200))[..., 0] > 30
        inside = np.zeros_like(reds)
        for face in plate.faces:
            inside[face.top - 3 : face.bottom + 3, face.left - 3 : face.right + 3] = True
        assert len(plate.faces) == 2, shape
        assert reds.sum() > 1000
        assert not (reds & ~inside).any()


@pytest.mark.parametrize("quality", [60, 85])
def test_the_ripples_of_jpeg_are_no_cloth(quality):
    """Beside a strong edge JPEG draws faint ripples on the backdrop; an outline that takes them in shows white bits."""
    buffer = io.BytesIO()
    shirt((150, 30, 40), True, (150, 30, 40)).resize((540, 435), Image.Resampling.LANCZOS).save(
        buffer, "JPEG", quality=quality
    )
    packshot = cut_garment(Image.open(buffer).convert("RGB"), SALIENCY)
    pale = (packshot.alpha > 0.3) & (packshot.colours.min(axis=2) > 150)
    assert pale.sum() < 60  # without the search for ripples: 7069 and 2196


def test_white_cloth_beside_dark_stays():
    """A white band that ends a dark sleeve differs from the white backdrop by a few levels only, and is no ripple."""
    pixels = np.asarray(shirt((60, 30, 20), True, (60, 30, 20)).resize((720, 580), Image.Resampling.LANCZOS)).copy()
    pixels[440:520, 200:520][(pixels[440:520, 200:520] < 128).all(axis=2)] = (245, 246, 246)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    packshot = cut_garment(Image.open(buffer).convert("RGB"), SALIENCY)
    white = (packshot.alpha > 0.5) & (packshot.colours.min(axis=2) > 200)
    assert white.sum() > 0.8 * 80 * 290


def test_cloth_lies_on_the_shoulders():
    """Short sleeves, broad as they lie flat, stand off the arm a little, and off the shoulder hardly at all."""
    pixels, person = figure(0.5)
    body, regions = find_regions(pixels, person, read_body(person))
    front = find_front(pixels, body, regions, KEEPABLE)
    garment = read_garment(cut_garment(shirt(), SALIENCY))
    worn = dress_up(pixels, body, regions, front, fit_garment(garment, body, regions), 0).garment > 0.5
    outline = cv2.distanceTransform((person.mask < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    assert outline[:112][worn[:112]].max() < 0.06 * body.width
    assert outline[worn].max() < 0.13 * body.width


def test_an_arm_in_a_sleeve_is_as_thick_as_the_bare_one():
    _, person = figure(0.5)
    one, other = (replace(read_body(person).arms[0], half_widths=np.array(widths)) for widths in (ARM, (9.0, 8.0, 6.0)))
    assert (_as_thick(one, other).half_widths == other.half_widths).all()
    assert (_as_thick(other, one).half_widths == other.half_widths).all()
