"""The try-on on a drawn person: what changes, what must not, what is refused."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from dressed_figure import SKIN, TOP, TROUSERS, dress, figure, shirt, shorts, skirt, trousers
from PIL import Image
from skimage import data

from services.contract import load_engine
from services.cutout.saliency import Saliency
from services.errors import InvalidImage
from services.images import ImageRef
from services.people import FOLDER, Joint
from services.tryon import engine as tryon_engine
from services.tryon.body import check_arms, read_body
from services.tryon.garment import read_garment
from services.tryon.packshot import cut_garment
from services.tryon.service import SERVICE, TryOnRequest
from services.tryon.silhouette import check_garment
from services.tryon.skin import paint_limb, see_limb

RED, YELLOW, GREEN = (190, 40, 40), (250, 220, 40), (40, 130, 70)
REF = ImageRef(key=f"images/{64 * '0'}.png", width=64, height=64, media_type="image/png")


SALIENCY = Saliency(str(FOLDER.parent / "matting"))


def is_near(pixels, colour, tolerance=45):
    return np.abs(pixels.astype(int) - colour).max(axis=-1) < tolerance


@pytest.fixture
def try_on(monkeypatch):
    """Run the engine on the drawn person, whose landmarks are known."""

    def run(garment, sleeve=0.5, seed=0, then=(), **drawn):
        pixels, person = figure(sleeve, **drawn)
        monkeypatch.setattr(tryon_engine, "find_people", lambda photo: (person,) if photo.size == (240, 400) else ())
        images = {"person": Image.fromarray(pixels), "garment": garment}
        images |= {f"more_garments.{index}.garment": one for index, one in enumerate(then)}
        request = TryOnRequest(person=REF, garment=REF, seed=seed, more_garments=[{"garment": REF} for _ in then])
        made = load_engine(SERVICE.checkpoints[0]).generate(request, images)
        return pixels, np.asarray(made.images["image"]), made

    return run


def test_the_garment_is_worn_and_the_old_one_is_gone(try_on):
    """Red where blue was; the print is in the middle of the chest and keeps its shape."""
    before, after, _ = try_on(shirt())
    assert is_near(before, TOP).sum() > 5000
    assert is_near(after, TOP).sum() < 40
    assert is_near(after, RED).sum() > 5000
    rows, columns = np.nonzero(is_near(after, YELLOW, 60))
    assert np.median(columns) == pytest.approx(120, abs=4)
    assert 130 < np.median(rows) < 215
    assert np.ptp(rows) / np.ptp(columns) == pytest.approx(1, abs=0.35)


def test_nothing_changes_outside_the_mask(try_on):
    """Face, hands, legs and background are the photo's own pixels; the mask says exactly what changed."""
    before, after, made = try_on(shirt())
    mask = np.asarray(made.images["agnostic_mask"])
    assert set(np.unique(mask)) == {0, 255}
    assert (after[mask == 0] == before[mask == 0]).all()
    assert not mask[30:85].any()  # head
    assert not mask[260:].any()  # legs
    assert made.facts["scores"]["identity"] == 1
    assert made.facts["scores"]["background"] == 1
    assert made.facts["scores"]["garment"] > 0.7


def test_bare_arms_take_the_place_of_sleeves(try_on):
    """A sleeveless garment on a short-sleeved top: the upper arm becomes skin."""
    before, after, _ = try_on(shirt(sleeves=False))
    beside = np.s_[120:150, 70:84]
    assert is_near(before[beside], SKIN).sum() == 0
    assert is_near(after[beside], SKIN, 60).sum() > 60


def test_skin_above_a_cuff_is_that_below_it():
    """Marks of the bare arm are seen again where the sleeve was: no plain fill."""
    pixels, person = figure(0.5)
    arm = np.stack([person.point(joint) for joint in (Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST)])
    seen = is_near(pixels, SKIN).astype(np.float32)
    stripes = pixels.astype(np.float32) + 20 * (np.arange(400)[:, None, None] % 8 < 4)
    limb = see_limb(arm, np.array([9.0, 7.0, 6.0]), seen)
    assert limb.bare[0] == pytest.approx(36, abs=8)
    colours, alpha = paint_limb(stripes, limb, seen, np.full_like(stripes, SKIN))
    assert colours[125:142, 85, 0][alpha[125:142, 85] > 0.9].std() > 4


def test_an_arm_half_behind_the_trunk_goes_on_above_the_cuff():
    """Its line lies under the trunk, so that skin is seen beside the line only; that skin tells where the arm is."""
    seen = np.zeros((200, 100), np.float32)
    seen[80:190, 40:48] = 1
    limb = see_limb(np.array([[52.0, 20.0], [52.0, 110.0], [52.0, 195.0]]), np.array([12.0, 12.0, 9.0]), seen)
    assert limb.bare is not None
    assert limb.bare[0] == pytest.approx(60, abs=8)
    corner = limb.points[1]
    assert corner[0] == pytest.approx(43.5, abs=1)
    assert limb.half_widths[1] == pytest.approx(4, abs=1.5)


def test_sleeves_cover_bare_arms(try_on):
    """Short sleeves on an almost sleeveless top follow the upper arms; the forearms stay bare."""
    before, after, _ = try_on(shirt(), sleeve=0.1)
    arm = np.s_[140:148, 80:86]
    assert is_near(before[arm], SKIN).mean() > 0.9
    assert is_near(after[arm], RED, 60).mean() > 0.8
    assert is_near(after[195:205, 68:75], SKIN).mean() > 0.8


def test_trousers_stay(try_on):
    """The garment ends over the trousers, which keep their own pixels below it."""
    before, after, _ = try_on(shirt())
    assert (
        is_near(after[245:300, 100:140], TROUSERS, 10).mean() == is_near(before[245:300, 100:140], TROUSERS, 10).mean()
    )


def test_trousers_are_worn_under_the_top(try_on):
    """Green where black was, from the hem of the top to both ankles; top, arms and shoes stay; told by outline."""
    before, after, made = try_on(trousers())
    assert made.facts["garment_category"] == "lower_body"
    assert (after[:195] == before[:195]).all()
    for x in (104, 136):
        assert is_near(after[250:360, x], GREEN, 60).mean() > 0.9
    assert (after[375:] == before[375:]).all()
    assert is_near(after[:365], TROUSERS, 12).sum() < 0.05 * is_near(before, TROUSERS, 12).sum()


def test_a_skirt_hangs_over_both_legs(try_on):
    """Cloth between the legs too; below the hem the legs are skin."""
    _, after, made = try_on(skirt())
    assert made.facts["garment_category"] == "lower_body"
    assert is_near(after[260:300, 95:145], GREEN, 60).mean() > 0.9
    assert is_near(after[352:364, [104, 136]], SKIN, 60).mean() > 0.8


def test_shorts_do_not_bare_legs_that_nobody_saw(try_on):
    with pytest.raises(InvalidImage, match="hide legs that the garment would show"):
        try_on(shorts())


def test_a_dress_takes_the_place_of_top_and_trousers(try_on):
    before, after, made = try_on(dress())
    assert made.facts["garment_category"] == "dresses"
    assert is_near(after, TOP).sum() < 0.02 * is_near(before, TOP).sum()
    assert is_near(after[130:300, 110:130], GREEN, 60).mean() > 0.9


def test_an_outfit_is_put_on_in_its_order(try_on):
    """Shirt, then trousers: both are worn, the shirt over the trousers."""
    _, after, made = try_on(shirt(), then=[trousers()])
    assert made.facts["garment_categories"] == ["upper_body", "lower_body"]
    assert is_near(after[130:220, 100:110], RED, 60).mean() > 0.9
    assert is_near(after[260:350, 104], GREEN, 60).mean() > 0.9


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (lambda pixels: cv2.circle(pixels, (180, 145), 90, RED, 25), "ring or a frame"),
        (lambda pixels: [pixels.__setitem__(np.s_[40:250, x : x + 60], RED) for x in (60, 220)], "separate things"),
        (lambda pixels: pixels.__setitem__(np.s_[40:250, 90:250], RED), "plain rectangle"),
    ],
)
def test_what_is_no_garment_is_refused(draw, reason):
    pixels = np.full((290, 360, 3), 255, np.uint8)
    draw(pixels)
    with pytest.raises(InvalidImage, match=reason):
        check_garment(cut_garment(Image.fromarray(pixels), SALIENCY))


def test_the_same_seed_gives_the_same_picture(try_on):
    assert (try_on(shirt(), seed=3)[1] == try_on(shirt(), seed=3)[1]).all()


def test_plates_show_the_dressed_person(try_on):
    """Every shape has its size, and its box lies on the garment."""
    _, _, made = try_on(shirt())
    for shape, size in {"square": (1080, 1080), "landscape": (1320, 720), "portrait": (1080, 1980)}.items():
        plate, box = made.images[shape], made.facts["boxes"][shape]
        assert plate.size == size
        inside = np.asarray(plate)[box["top"] : box["bottom"], box["left"] : box["right"]]
        assert is_near(inside, RED, 60).mean() > 0.2


@pytest.mark.parametrize(("sleeves", "found"), [(True, 2), (False, 0)])
def test_sleeves_are_found(sleeves, found):
    garment = read_garment(cut_garment(shirt(sleeves=sleeves), SALIENCY))
    assert sum(sleeve is not None for sleeve in garment.sleeves) == found
    assert garment.chest == pytest.approx(152, rel=0.1)


def test_the_back_is_not_seen_through_a_v_collar():
    """The front's V begins outside the high points, which lie on the back's collar; it is cut out all the same."""
    pixels = np.asarray(shirt()).copy()
    behind, v = (110, 20, 20), [(138, 27), (180, 92), (222, 27)]
    cv2.polylines(pixels, [np.array(v)], False, (20, 20, 20), 12)
    cv2.fillPoly(pixels, [np.array([(150, 14), (210, 14), *reversed(v)])], behind)
    collar = [(150, 14), (210, 14), (222, 27), (212, 40), (148, 40), (138, 27)]
    cv2.fillPoly(pixels, [np.array(collar)], (250, 250, 250))
    cv2.polylines(pixels, [np.array([(138, 27), (150, 14), (210, 14), (222, 27)])], False, (20, 20, 20), 3)
    garment = read_garment(cut_garment(Image.fromarray(pixels), SALIENCY))
    shows = is_near(garment.colours, behind, 30)
    assert shows.sum() > 1500
    assert (shows & (garment.alpha > 0.5)).sum() < 0.08 * shows.sum()


def test_a_white_garment_on_white_is_cut_out():
    """White cloth differs from a white backdrop by a few levels only."""
    garment = read_garment(cut_garment(shirt(colour=(246, 245, 243)), SALIENCY))
    assert garment.alpha[garment.alpha.shape[0] // 2].sum() > 100


@pytest.mark.parametrize(
    ("moved", "reason"),
    [
        ({"left_shoulder": (90, 120), "right_shoulder": (150, 120)}, "from behind"),
        ({"left_shoulder": (128, 120), "right_shoulder": (112, 120)}, "turned too far"),
        ({"left_hip": (136, 420), "right_hip": (104, 420)}, "cut off above the hips"),
        ({"left_knee": (150, 230), "right_knee": (90, 230)}, "sits"),
        ({"left_wrist": (110, 160)}, "crosses the chest"),
    ],
)
def test_poses_that_cannot_be_dressed_are_refused(moved, reason):
    _, person = figure(**moved)
    with pytest.raises(InvalidImage, match=reason):
        (read_body(person), check_arms(person))


def test_who_is_dressed():
    """Nobody and several people are refused; a garment that somebody wears too."""
    with pytest.raises(InvalidImage, match="no person"):
        tryon_engine.choose_person(Image.new("RGB", (300, 400), "grey"), None)
    astronaut = Image.fromarray(data.astronaut())
    pair = Image.new("RGB", (1024, 512))
    pair.paste(astronaut, (0, 0))
    pair.paste(astronaut, (512, 0))
    with pytest.raises(InvalidImage, match="2 persons"):
        tryon_engine.choose_person(pair, None)
    with pytest.raises(InvalidImage, match="a person is in it"):
        tryon_engine.check_garment_photo(astronaut)


def test_no_torch_is_imported():
    code = "import sys, services.tryon.engine; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_garment_with_an_alpha_channel_is_taken_as_it_is():
    """Packshots that are cut out already keep their outline."""
    cut = shirt().convert("RGBA")
    pixels = np.asarray(cut).copy()
    pixels[..., 3] = np.where((pixels[..., :3] == 255).all(axis=2), 0, 255)
    garment = read_garment(cut_garment(Image.fromarray(pixels), SALIENCY))
    assert garment.chest == pytest.approx(152, rel=0.1)
