"""What a try-on may not cover: hair, hands, jewellery; and what may be covered where they are left out."""
# ruff: noqa: F811  pytest passes the imported fixtures by name

import cv2
import numpy as np
from dressed_figure import HAIR, figure, shirt
from PIL import Image
from test_consent import CONSENT
from test_ingress import assert_problem, brief, client, scripted, store  # noqa: F401  fixtures

from services.cutout.saliency import Saliency
from services.people import FOLDER, Joint, Person
from services.tryon.packshot import cut_garment
from services.tryon.service import KEEPABLE
from services.tryon.wardrobe import PUT_ON

SALIENCY = Saliency(str(FOLDER.parent / "matting"))
WATCH = (30, 30, 60)


def enlarged(**moved: tuple[int, int]) -> tuple[np.ndarray, Person]:
    """The drawn person at twice the size."""
    pixels, person = figure(0.1, **moved)
    person.landmarks[:, :3] *= 2
    box = person.box.model_copy(update={name: 2 * getattr(person.box, name) for name in ("right", "bottom")})
    twice = [cv2.resize(one, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST) for one in (pixels, person.mask)]
    return twice[0], Person(box, 1.0, person.landmarks, twice[1])


def with_long_hair() -> tuple[np.ndarray, Person, np.ndarray]:
    """Hair from the crown over both sides of the chest: pixels, person, and where hair hangs over the top."""
    pixels, person = enlarged()
    hanging = np.zeros(pixels.shape[:2], np.uint8)
    for sign in (-1, 1):
        strand = [(240 + sign * x, y) for x, y in ((26, 70), (44, 140), (52, 210), (50, 290))]
        cv2.polylines(hanging, [np.array(strand)], False, 1, 18)
    pixels[hanging > 0] = HAIR
    person.mask[hanging > 0] = 1
    hanging[:225] = 0
    return pixels, person, cv2.erode(hanging, np.ones((5, 5), np.uint8)) > 0


def dressed(pixels, person, preserve, garment=None):
    return PUT_ON["upper_body"](pixels, person, cut_garment(garment or shirt(), SALIENCY), preserve, 0)


def test_long_hair_stays_over_the_new_top():
    """Its pixels are the photo's own, and the mask leaves them out; without ``hair`` the top covers most of them."""
    pixels, person, hanging = with_long_hair()
    kept, covered = (dressed(pixels, person, preserve) for preserve in (KEEPABLE, ("hands", "jewellery")))
    same = np.abs(kept.pixels - pixels).max(axis=2) == 0
    assert hanging.sum() > 1500
    assert same[hanging].mean() > 0.85
    assert (kept.mask[hanging] == 0).mean() > 0.85
    assert (covered.garment[hanging] > 0.9).mean() > 0.8
    for one in (kept, covered):
        assert not one.mask[:150].any()  # hair beside the neck is not taken for shoulders


def test_a_sleeve_covers_a_hand_only_where_hands_are_left_out():
    """A hand before the hem."""
    pixels, person = enlarged(left_elbow=(168, 170), left_wrist=(146, 206))
    wrist = person.point(Joint.LEFT_WRIST)
    hand = wrist + 0.2 * (wrist - person.point(Joint.LEFT_ELBOW))
    around = np.s_[int(hand[1]) - 3 : int(hand[1]) + 4, int(hand[0]) - 3 : int(hand[0]) + 4]
    kept, covered = (dressed(pixels, person, preserve) for preserve in (KEEPABLE, ("hair", "jewellery")))
    assert kept.mask[around].max() == 0
    assert covered.garment[around].min() > 0.9


def long_sleeved() -> Image.Image:
    pixels = np.asarray(shirt()).copy()
    for sign in (-1, 1):
        sleeve = [(180 + sign * x, y) for x, y in ((70, 40), (172, 220), (140, 236), (70, 105))]
        cv2.fillPoly(pixels, [np.array(sleeve)], (190, 40, 40))
    return Image.fromarray(pixels)


def test_a_watch_stays_before_a_long_sleeve():
    """It lies on bare skin above the hand; with ``jewellery`` left out the sleeve runs over it."""
    pixels, person = enlarged(left_elbow=(180, 165), left_wrist=(200, 205), right_elbow=(60, 165))
    line = person.point(Joint.LEFT_WRIST) - person.point(Joint.LEFT_ELBOW)
    place = person.point(Joint.LEFT_WRIST) - 0.12 * line
    watch = np.zeros(pixels.shape[:2], np.uint8)
    cv2.circle(watch, tuple(map(int, place)), 6, 1, -1)
    pixels[watch > 0] = WATCH
    kept, covered = (dressed(pixels, person, preserve, long_sleeved()) for preserve in (KEEPABLE, ("hair", "hands")))
    assert (kept.mask[watch > 0] == 0).mean() > 0.8
    assert (covered.garment[watch > 0] > 0.9).mean() > 0.8


def test_nobody_is_told_to_wear_jewellery():
    """On the plain drawn person nothing is taken for hair below the chin or for jewellery."""
    pixels, person = enlarged()
    everything, nothing = (dressed(pixels, person, preserve) for preserve in (KEEPABLE, ("hands",)))
    assert (everything.mask == nothing.mask).all()


async def test_what_cannot_be_preserved_is_named(client, brief, scripted):
    """422 with the value and what it may be; a workflow that dresses nobody takes no ``preserve``."""
    asked = brief | {"workflow": "apparel", "consent": CONSENT, "preserve": ["hair", "beard"]}
    detail = assert_problem(await client.post("/v1/creatives", json=asked), 422, "invalid_input")["detail"]
    assert detail == "/preserve/1: Input should be 'hair', 'hands' or 'jewellery', not \"beard\""
    response = await client.post("/v1/creatives", json=brief | {"preserve": ["hair"]})
    assert "dresses nobody" in assert_problem(response, 422, "invalid_input")["detail"]
    assert scripted.calls == []
