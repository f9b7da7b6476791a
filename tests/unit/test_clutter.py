"""Calm ground: busy places are found, words move away from them, and no word covers a face."""

import numpy as np
import pytest
from drawn_plates import compose_request, draw_plate
from PIL import Image, ImageDraw

from services.compositor import clutter
from services.compositor.camera import Shot
from services.compositor.clutter import find_clutter
from services.compositor.engine import CompositorEngine
from services.compositor.service import MOST_CLUTTER, SERVICE
from services.images import Box
from workflows.format import load_formats

FRAME = Box(left=60, top=40, right=160, bottom=180)
WHOLE = Shot(
    "square", (0, 0, 400, 400), Box(left=0, top=0, right=400, bottom=400), Box(left=0, top=0, right=1, bottom=1)
)
FORMATS = ("meta_feed_1x1", "meta_feed_4x5", "meta_story_9x16", "linkedin_landscape", "iab_halfpage_300x600")


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


def wall():
    """A soft grey wall with a dark picture frame on it, 400 x 400 px."""
    ramp = np.linspace(225, 180, 400).astype(np.uint8)
    image = Image.fromarray(np.repeat(np.tile(ramp, (400, 1))[..., None], 3, 2))
    ImageDraw.Draw(image).rectangle(
        (FRAME.left, FRAME.top, FRAME.right - 1, FRAME.bottom - 1), outline="#222222", width=8
    )
    return np.asarray(image)


def box(left, top, right, bottom):
    return Box(left=left, top=top, right=right, bottom=bottom)


def test_edges_are_busy_and_gradients_are_calm():
    """A frame on a wall counts, the wall's own shading does not; outside the picture everything is calm."""
    found = find_clutter(wall())
    assert found.under(WHOLE, box(50, 30, 170, 60)) > 0.5
    assert found.under(WHOLE, box(200, 30, 380, 380)) == 0
    assert found.under(WHOLE, box(500, 30, 600, 60)) == 0
    assert found.turned().under(WHOLE, box(230, 30, 350, 60)) > 0.5


def test_a_spot_of_colour_draws_the_eye():
    """A soft spot has no hard edge, but it is salient."""
    pixels = np.full((400, 400, 3), 40, np.uint8)
    rows, columns = np.mgrid[:400, :400]
    glow = np.exp(-((rows - 200) ** 2 + (columns - 200) ** 2) / (2 * 18**2))[..., None]
    found = find_clutter((pixels + glow * np.array([215, 160, 0])).astype(np.uint8))
    assert found.under(WHOLE, box(190, 190, 210, 210)) > 5 * MOST_CLUTTER
    assert found.under(WHOLE, box(20, 20, 100, 100)) == 0


def test_calm_parts_are_large_and_free():
    """Right of the frame, and below it; nothing in them is busy."""
    found = find_clutter(wall())
    parts = found.calm_parts(WHOLE, box(0, 20, 400, 400), MOST_CLUTTER)
    assert parts[0].left == pytest.approx(170, abs=15)
    assert parts[1].top == pytest.approx(190, abs=15)
    assert all(found.under(WHOLE, part) <= MOST_CLUTTER for part in parts)


def test_what_is_to_be_kept_clear_is_busy():
    """A face in front of a plain wall has no need of edges."""
    found = find_clutter(np.full((400, 400, 3), 200, np.uint8), (box(100, 100, 200, 200),))
    assert found.under(WHOLE, box(120, 120, 180, 180)) == 1


def framed_request(*canvases):
    """Plates whose upper left is a wall of picture frames."""
    request, images = compose_request(*canvases, product="tall")
    for shape, plate in request.plates.items():
        picture = draw_plate(shape, "gradient", "tall").copy()
        width, height = picture.size
        for left in range(0, round(0.45 * width), 90):
            for top in range(0, round(0.5 * height), 120):
                ImageDraw.Draw(picture).rectangle((left, top, left + 60, top + 90), outline="black", width=6)
        images[f"plates.{shape}.image"] = picture
        ref = plate.image.model_copy(update={"key": f"images/{'f' * 63}{len(shape) % 10}.png"})
        request = request.model_copy(
            update={"plates": request.plates | {shape: plate.model_copy(update={"image": ref})}}
        )
    return request, images


def test_words_leave_busy_ground(engine):
    """Beside a wall of frames, every word stands on a calm part or on a panel."""
    canvases = [load_formats()[name].canvases()[0] for name in FORMATS]
    made = engine.generate(*framed_request(*canvases)).facts["creatives"]
    plain = engine.generate(*compose_request(*canvases, product="tall")).facts["creatives"]
    for name in FORMATS:
        assert max(made[name]["clutter"].values()) <= MOST_CLUTTER, name
    assert any(made[name]["boxes"] != plain[name]["boxes"] for name in FORMATS)


def test_not_even_a_corner_of_a_word_covers_a_small_face(engine):
    """A face is no matter of averages: the headline over a crowd leaves the smallest one free, where any layout can."""
    canvases = [load_formats()[name].canvases()[0] for name in FORMATS]
    request, images = compose_request(*canvases, shapes=("square",))
    face = box(90, 70, 120, 105)
    plates = {shape: plate.model_copy(update={"keep_clear": (face,)}) for shape, plate in request.plates.items()}
    plain = engine.generate(request, images).facts["creatives"]
    made = engine.generate(request.model_copy(update={"plates": plates}), images).facts["creatives"]
    assert [role for name in FORMATS for role in made[name]["covering"]] == []
    assert any(made[name]["boxes"] != plain[name]["boxes"] for name in FORMATS)


def test_no_word_covers_a_face(engine):
    """A face where the headline would stand is neither covered nor cut off, in any format."""
    canvases = [load_formats()[name].canvases()[0] for name in FORMATS]
    request, images = compose_request(*canvases, shapes=("square",))
    face = box(300, 60, 520, 300)
    plates = {shape: plate.model_copy(update={"keep_clear": (face,)}) for shape, plate in request.plates.items()}
    made = engine.generate(request.model_copy(update={"plates": plates}), images).facts["creatives"]
    plain = engine.generate(request, images).facts["creatives"]
    for name in FORMATS:
        assert max(made[name]["clutter"].values()) <= MOST_CLUTTER, name
    assert any(made[name]["boxes"] != plain[name]["boxes"] for name in FORMATS)


@pytest.mark.parametrize(("folder", "looks"), [("images", 1), (f"people/{64 * 'a'}", 2)])
def test_what_is_seen_on_a_private_plate_is_forgotten(monkeypatch, folder, looks):
    """Looked at once in a request, and anew in the next one; other plates are remembered."""
    engine, find, seen = CompositorEngine(), clutter.find_clutter, []
    engine.load(SERVICE.checkpoint(""))
    monkeypatch.setattr(clutter, "find_clutter", lambda *given: seen.append(1) or find(*given))
    canvases = [load_formats()[name].canvases()[0] for name in FORMATS]
    request, images = compose_request(*canvases, shapes=("square",))
    (plate,) = request.plates.values()
    image = plate.image.model_copy(update={"key": f"{folder}/{64 * 'b'}.png"})
    request = request.model_copy(update={"plates": {"square": plate.model_copy(update={"image": image})}})
    for _ in range(2):
        engine.generate(request, images)
    assert len(seen) == looks
