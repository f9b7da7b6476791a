"""Whether the try-on knows when the old clothes still show."""

import cv2
import numpy as np
import pytest
from dressed_figure import TOP, figure, shirt
from PIL import Image

from services.contract import load_engine
from services.cutout.saliency import Saliency
from services.images import ImageRef
from services.people import FOLDER
from services.tryon import engine as tryon_engine
from services.tryon.leak import share_left
from services.tryon.packshot import cut_garment
from services.tryon.service import KEEPABLE, LEAST_REMOVED, SERVICE, TryOnRequest
from services.tryon.wardrobe import PUT_ON
from workflows.checks import check_imagery

REF = ImageRef(key=f"images/{64 * '0'}.png", width=64, height=64, media_type="image/png")


@pytest.fixture(scope="module")
def undone():
    """A sleeveless top on one who wore sleeves: photo, person, what was put on, the picture."""
    pixels, person = figure(0.9)
    packshot = cut_garment(shirt(sleeves=False), Saliency(str(FOLDER.parent / "matting")))
    dressed = PUT_ON["upper_body"](pixels, person, packshot, KEEPABLE, 0)
    return pixels, person, dressed, np.clip(dressed.pixels + 0.5, 0, 255).astype(np.uint8)


def test_nothing_of_a_top_that_came_off_is_seen(undone):
    pixels, person, dressed, after = undone
    assert share_left(pixels, after, dressed.old, dressed.garment, person.mask) < 1 - LEAST_REMOVED


@pytest.mark.parametrize("size", [10, 14])
def test_a_bit_of_the_old_sleeve_is_counted(undone, size):
    """A square of it put back on the arm counts with its area, but for its blurred rim."""
    pixels, person, dressed, after = undone
    spot = np.zeros(pixels.shape[:2], np.uint8)
    cv2.rectangle(spot, (78 - size // 2, 150, size, size), 1, -1)
    spot = (spot > 0) & (pixels == TOP).all(axis=2) & (dressed.garment < 0.5)
    assert spot.sum() > 0.7 * size**2
    mixed = np.where(spot[..., None], pixels, after)
    wanted = spot.sum() / (dressed.old > 0.5).sum()
    seen = share_left(pixels, mixed, dressed.old, dressed.garment, person.mask)
    assert 0.5 * wanted < seen < 1.1 * wanted


class Untouched(tryon_engine.DrapeEngine):
    """Stands for a painter that painted the old clothes again."""

    def finish(self, request, draped):
        return np.asarray(draped.photo)


@pytest.mark.parametrize(("engine", "notes"), [(None, 0), (Untouched(), 1)])
def test_the_answer_says_when_old_clothes_still_show(monkeypatch, engine, notes):
    """Score, note, and a check of the ad that warns and does not fail."""
    pixels, person = figure(0.9)
    monkeypatch.setattr(tryon_engine, "find_people", lambda photo: (person,) if photo.size == (240, 400) else ())
    if engine is None:
        engine = load_engine(SERVICE.checkpoints[0])
    engine.load(SERVICE.checkpoints[0])
    images = {"person": Image.fromarray(pixels), "garment": shirt(sleeves=False)}
    facts = engine.generate(TryOnRequest(person=REF, garment=REF, seed=0), images).facts
    assert (facts["scores"]["removed"] < LEAST_REMOVED) == bool(notes)
    assert len(facts["notes"]) == notes
    (check,) = check_imagery(facts)
    assert (check.id, check.outcome) == ("try_on.removed", "warned" if notes else "passed")
