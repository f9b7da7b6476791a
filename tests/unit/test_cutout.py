"""Cut-outs: from alpha, from plain backgrounds, and what is refused."""

import cv2
import numpy as np
import pytest
from drawn import draw_mug_matte, mug_cutout, mug_photo, overlap
from PIL import Image, ImageDraw
from skimage import data

from services.catalog import find_service
from services.contract import load_engine
from services.cutout import cutout
from services.cutout.backdrop import Backdrop
from services.cutout.cutout import CutOut
from services.cutout.mending import mend
from services.cutout.saliency import Saliency
from services.cutout.service import CutOutRequest
from services.errors import CutOutFailed
from services.images import ImageRef
from services.settings import ASSETS

SALIENCY = Saliency(str(ASSETS / "models" / "matting"))
PACKSHOTS = sorted((ASSETS / "samples" / "products").glob("*_packshot.jpg"))


def cut_out(photo: Image.Image, **how) -> CutOut:
    """The photo's cut-out with the embedded network."""
    return cutout.cut_out(photo, SALIENCY, **how)


def in_photo(cut: CutOut, side: tuple[int, int]) -> np.ndarray:
    """The cut-out's matte back at its place in the photo (width, height)."""
    matte = np.zeros(side[::-1], np.uint8)
    matte[cut.box.top : cut.box.bottom, cut.box.left : cut.box.right] = cut.matte
    return matte


@pytest.mark.parametrize(
    ("colour", "background"),
    [
        ((200, 60, 50), (230, 229, 227)),
        ((120, 120, 125), (230, 229, 227)),
        ((35, 35, 38), (235, 235, 235)),
        ((60, 120, 180), (255, 255, 255)),
        ((40, 140, 140), (240, 190, 195)),
    ],
)
def test_a_product_is_cut_from_a_graded_background_without_its_shadow(colour, background):
    """Red, grey, black, blue and teal mugs come off white and pink backgrounds, shadows left behind."""
    photo, truth = mug_photo(colour=colour, background=background)
    cut = cut_out(photo)
    assert cut.method == "plain background"
    assert overlap(in_photo(cut, photo.size), truth) > 0.97


def test_a_product_before_a_wall_and_a_table_is_cut_out():
    """Two even tones behind the product, meeting on both sides of it, are read as wall and table."""
    photo, truth = mug_photo(wall=(120, 130, 140), graded=0.05)
    cut = cut_out(photo)
    assert cut.method == "wall and table"
    assert overlap(in_photo(cut, photo.size), truth) > 0.96


def test_a_product_of_the_backgrounds_own_tone_is_refused():
    """White on white without shading: the outline cannot be found, and nothing is made up."""
    photo = Image.new("RGB", (400, 400), (250, 250, 250))
    photo.paste((246, 246, 246), (100, 100, 300, 300))
    photo.paste((30, 30, 30), (180, 180, 220, 220))
    with pytest.raises(CutOutFailed, match=r"outline is not clear|px large|nothing stands out"):
        cut_out(photo)


def test_pixels_in_the_matte_core_are_the_photos_own():
    """Where alpha is 255 the cut-out equals the photo bit by bit."""
    photo, _ = mug_photo(side=700)
    cut = cut_out(photo)
    window = np.asarray(photo.crop((cut.box.left, cut.box.top, cut.box.right, cut.box.bottom)))
    core = cut.matte == 255
    assert core.mean() > 0.4
    assert np.array_equal(np.asarray(cut.image)[core][:, :3], window[core])


def test_the_hole_of_a_handle_is_opened():
    """What shows the background through the handle becomes transparent."""
    photo, truth = mug_photo()
    matte = in_photo(cut_out(photo), photo.size)
    middle = (round(0.55 * 400), round(0.665 * 400))
    assert truth[middle] == 0
    assert matte[middle] == 0


def test_background_colour_does_not_spill_into_the_edge():
    """Half-transparent edge pixels carry the product's colour, not a mix with a green background."""
    photo, _ = mug_photo(colour=(200, 40, 40), background=(60, 200, 80), shadow=0)
    pixels = np.asarray(cut_out(photo).image).astype(int)
    edge = (pixels[..., 3] > 30) & (pixels[..., 3] < 225)
    assert edge.sum() > 100
    assert np.mean(pixels[edge][:, 0] > pixels[edge][:, 1]) > 0.97


def test_alpha_is_kept_and_junk_under_it_is_not():
    """A picture with alpha is trimmed to it, and colours under zero alpha are wiped."""
    matte = draw_mug_matte(300)
    junk = np.random.default_rng(1).integers(0, 256, (300, 300, 3), np.uint8)
    cut = cut_out(Image.fromarray(np.dstack([junk, matte])))
    assert cut.method == "alpha"
    window = matte[cut.box.top : cut.box.bottom, cut.box.left : cut.box.right]
    assert np.array_equal(cut.matte, np.where(window < 8, 0, window))
    assert not np.asarray(cut.image)[cut.matte == 0][:, :3].any()
    assert cut.matte[0].any()
    assert cut.matte[:, -1].any()


def test_dust_is_dropped_with_and_without_alpha():
    """A few stray pixels far from the product do not count as a second object and do not widen the cut-out."""
    photo, matte = mug_photo()
    dusty = matte.copy()
    dusty[20:24, 370:374] = 255
    assert cut_out(Image.fromarray(np.dstack([np.asarray(photo), dusty]))).box.right < 330
    photo.paste((20, 20, 20), (370, 20, 374, 24))
    assert cut_out(photo).box.right < 330


def test_an_opaque_alpha_channel_is_read_as_a_plain_background():
    """An RGBA picture without transparency is cut out like an RGB one."""
    photo, _ = mug_photo()
    assert cut_out(photo.convert("RGBA")).image.tobytes() == cut_out(photo).image.tobytes()


def test_a_photo_of_nothing_but_colours_is_refused_with_advice():
    """Blurred colours have no product: the reason is told, with what to send instead."""
    noise = np.random.default_rng(2).integers(0, 256, (12, 12, 3), np.uint8)
    busy = Image.fromarray(noise).resize((400, 400), Image.Resampling.BICUBIC)
    with pytest.raises(CutOutFailed, match=r"cannot be cut out.*(Send|Leave)"):
        cut_out(busy)


def test_noise_is_refused():
    """Strong grain all over holds no product."""
    rng = np.random.default_rng(3)
    with pytest.raises(CutOutFailed, match=r"background|outline"):
        cut_out(Image.fromarray(np.clip(rng.normal(128, 60, (300, 300, 3)), 0, 255).astype(np.uint8)))


def test_a_product_is_cut_from_a_busy_background():
    """A red mug before a blurred garden of greens: the network finds it, the outline follows the colours."""
    photo, truth = mug_photo(side=500, shadow=0)
    spots = np.random.default_rng(5).integers(60, 190, (14, 14, 3)) * (0.4, 0.8, 0.3)
    garden = np.asarray(Image.fromarray(spots.astype(np.uint8)).resize((500, 500), Image.Resampling.BICUBIC))
    busy = Image.fromarray(np.where(truth[..., None] > 127, np.asarray(photo), garden))
    cut = cut_out(busy)
    assert cut.method == "busy background"
    assert cut.confidence >= 0.6
    assert overlap(in_photo(cut, busy.size), truth) > 0.92


def test_a_shadow_exported_in_the_alpha_is_left_out():
    """A wide dark half-transparent area beside the product is its shadow; glass keeps such areas."""
    cutout_alone = mug_cutout()
    wide = Image.new("RGBA", (cutout_alone.width + 200, cutout_alone.height + 40), (0, 0, 0, 0))
    shadow = Image.new("RGBA", wide.size, (0, 0, 0, 0))
    shadow.paste((15, 15, 18, 90), (40, wide.height - 60, wide.width - 10, wide.height - 20))
    wide.alpha_composite(shadow)
    wide.alpha_composite(cutout_alone)
    assert cut_out(wide).box.right <= cutout_alone.width + 3
    assert cut_out(wide, material="glass").box.right > cutout_alone.width + 100


def test_glass_without_alpha_is_refused():
    """Nobody can tell what of a glass is its background."""
    with pytest.raises(CutOutFailed, match="it is glass"):
        cut_out(mug_photo()[0], material="glass")


def test_a_white_part_on_pure_white_is_kept():
    """A red shirt with near-white sleeves on pure white keeps its sleeves."""
    photo = Image.new("RGB", (600, 600), "white")
    draw = ImageDraw.Draw(photo)
    draw.polygon([(60, 210), (180, 110), (420, 110), (540, 210), (500, 300), (430, 250), (430, 500), (170, 500),
                  (170, 250), (100, 300)], fill=(228, 229, 233))  # fmt: skip
    draw.polygon([(190, 110), (410, 110), (420, 500), (180, 500)], fill=(150, 40, 40))
    draw.polygon([(60, 210), (80, 194), (122, 285), (100, 300)], fill=(150, 40, 40))
    matte = in_photo(cut_out(photo), photo.size)
    assert matte[200, 140] > 200
    assert matte[400, 100] == 0


def test_a_person_is_refused():
    """The astronaut of the public sample pictures is a person, not a product."""
    engine = load_engine(find_service("cutout").checkpoint(""))
    photo = Image.fromarray(data.astronaut())
    ref = ImageRef(key=f"images/{'0' * 64}.png", width=512, height=512, media_type="image/png")
    with pytest.raises(CutOutFailed, match="shows a person"):
        engine.generate(CutOutRequest(photo=ref), {"photo": photo})


def test_an_empty_photo_is_refused():
    """Nothing but background."""
    with pytest.raises(CutOutFailed, match="nothing stands out"):
        cut_out(Image.new("RGB", (300, 300), (240, 240, 240)))


def test_an_empty_alpha_channel_is_refused():
    """Every pixel transparent."""
    with pytest.raises(CutOutFailed, match="alpha channel is empty"):
        cut_out(Image.new("RGBA", (300, 300), (10, 20, 30, 0)))


def test_a_product_that_the_frame_cuts_is_refused():
    """The side where it is cut off is named."""
    photo, _ = mug_photo()
    with pytest.raises(CutOutFailed, match="cut off at the bottom"):
        cut_out(photo.crop((0, 0, 400, 260)))


def test_a_product_that_fills_the_frame_is_refused():
    """Background in the corners only."""
    photo = Image.new("RGB", (300, 300), (240, 240, 240))
    photo.paste((160, 40, 30), (0, 30, 300, 270))
    photo.paste((160, 40, 30), (30, 0, 270, 300))
    with pytest.raises(CutOutFailed, match="fills the frame"):
        cut_out(photo)


def test_objects_apart_are_refused_and_parts_close_together_are_one():
    """Two boxes far apart are two objects; a lid next to its jar is one product."""
    photo = Image.new("RGB", (400, 400), (235, 235, 235))
    photo.paste((160, 40, 30), (40, 200, 140, 330))
    apart = photo.copy()
    apart.paste((30, 60, 160), (260, 200, 360, 330))
    photo.paste((30, 60, 160), (145, 200, 220, 330))
    with pytest.raises(CutOutFailed, match="2 objects"):
        cut_out(apart)
    box = cut_out(photo).box
    assert abs(box.left - 40) <= 2
    assert abs(box.right - 220) <= 2


def test_a_tiny_product_is_refused():
    """A product of a few pixels says how large it is and what is needed."""
    photo = Image.new("RGB", (600, 600), (235, 235, 235))
    photo.paste((160, 40, 30), (300, 300, 330, 340))
    with pytest.raises(CutOutFailed, match=r"px large.*500 px"):
        cut_out(photo)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 20)])
def test_a_photo_of_a_few_pixels_is_refused(size):
    """Thumbnails and strips say how large they are and what is needed."""
    with pytest.raises(CutOutFailed, match=rf"only {size[0]} x {size[1]} px.*500 px"):
        cut_out(mug_photo()[0].resize(size))


@pytest.mark.parametrize("packshot", PACKSHOTS, ids=lambda path: path.stem)
def test_sample_packshots_match_their_renders_alpha(packshot):
    """Each sample photo on a plain background gives nearly the outline of its render, seen from a little nearer."""
    with Image.open(packshot) as photo, Image.open(packshot.with_name(f"{packshot.stem[:-9]}.png")) as render:
        mattes = [
            cut_out(picture).image.getchannel("A").resize((600, 600)) for picture in (photo.convert("RGB"), render)
        ]
    assert overlap(*map(np.asarray, mattes)) > 0.94


@pytest.mark.parametrize(("lightness", "is_smoothed"), [(91.0, True), (30.0, False)])
def test_a_nibbled_outline_is_smoothed_where_product_and_background_are_alike(lightness, is_smoothed):
    """A cream disc on white whose mask follows the noise gets its round outline back; a dark one is left as found."""
    y, x = np.mgrid[:200, :200] - 100
    angle = np.arctan2(y, x)
    disc, nibbled = np.hypot(x, y) < 60, np.hypot(x, y) < 60 + 2.5 * np.sin(23 * angle)
    backdrop = Backdrop(np.full((200, 200, 3), (98, 0, 0), np.float32), 0.6, "plain background")
    lab = np.where(nibbled[..., None], (lightness, 0, 0), backdrop.lab).astype(np.float32)
    mended = mend(nibbled, lab, backdrop, np.ones((200, 200), np.float32))
    before, after = (nibbled ^ disc).sum(), (mended ^ disc).sum()
    assert after < 0.5 * before if is_smoothed else after > 0.8 * before


@pytest.mark.parametrize(("blur_px", "stays"), [(7, False), (0.6, True)])
def test_a_soft_spur_at_the_foot_is_deep_shadow_and_a_sharp_one_the_products(blur_px, stays):
    """A dark tongue beside a dark box goes where it fades out, and stays where it ends as sharply as the box."""
    box, tongue = np.zeros((400, 400), np.float32), np.zeros((400, 400), np.float32)
    box[100:320, 120:240], tongue[300:318, 235:330] = 1, 1
    cover = np.maximum(cv2.GaussianBlur(box, (0, 0), 0.6), cv2.GaussianBlur(tongue, (0, 0), blur_px))
    lab = np.dstack([96 - 90 * cover, 0 * cover, 0 * cover]).astype(np.float32)
    backdrop = Backdrop(np.full((400, 400, 3), (96, 0, 0), np.float32), 0.6, "plain background")
    mended = mend(cover > 0.5, lab, backdrop, np.ones((400, 400), np.float32))
    assert mended[150:300, 130:230].all()
    assert (mended[305:312, 270:300].mean() > 0.9) == stays
