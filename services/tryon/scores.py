"""How well a try-on went, measured on the result: each 0..1, 1 best."""

import cv2
import numpy as np

from services.people import Joint, Person
from services.tryon.arrays import LUMA, Floats, Mask
from services.tryon.dressing import Dressed
from services.tryon.leak import share_left
from services.tryon.packshot import Packshot

BINS = 24


def score(
    before: np.ndarray, after: np.ndarray, person: Person, packshots: list[Packshot], worn: list[Dressed]
) -> dict[str, float]:
    """identity: share of the head's pixels that are the photo's own. background: the same away from the person.
    garment: least overlap of the colour histograms of a packshot and where it is worn. removed: share of the old
    clothes' area that no longer shows them. confidence: how clearly the pose shows.
    """
    same = (before == after).all(axis=2)
    joints = person.landmarks[:, :2]
    width = float(np.hypot(*(joints[Joint.LEFT_SHOULDER] - joints[Joint.RIGHT_SHOULDER])))
    size = 2 * round(0.25 * width) + 1
    away = cv2.dilate((person.mask > 0.3).astype(np.uint8), np.ones((size, size), np.uint8)) == 0
    trunk = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
    trunk += [Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW]
    return {
        "identity": _share(same, _head(person)),
        "background": _share(same, away),
        "garment": round(min(_likeness(after, packshot, place) for packshot, place in _seen(packshots, worn)), 3),
        "removed": round(1 - _left(before, after, person, worn), 4),
        "confidence": round(float(person.score * person.landmarks[trunk, 3].min()), 3),
    }


def _left(before: np.ndarray, after: np.ndarray, person: Person, worn: list[Dressed]) -> float:
    old, new = (np.max([getattr(one, name) for one in worn], axis=0) for name in ("old", "garment"))
    return share_left(before, after, old, new, person.mask)


def _head(person: Person) -> Mask:
    """The person above the chin."""
    mouth = person.landmarks[[Joint.LEFT_MOUTH, Joint.RIGHT_MOUTH], :2].mean(axis=0)
    chin = mouth + 0.9 * (mouth - person.point(Joint.NOSE))
    rows = np.arange(person.mask.shape[0])[:, None]
    return (person.mask > 0.5) & (rows < chin[1])


def _seen(packshots: list[Packshot], worn: list[Dressed]) -> list[tuple[Packshot, Mask]]:
    """Each garment and where it shows: what is put on later lies before it."""
    places = [dressed.garment > 0.9 for dressed in worn]
    for index, place in enumerate(places):
        for later in worn[index + 1 :]:
            place &= later.mask < 0.1
    return list(zip(packshots, places, strict=True))


def _likeness(after: np.ndarray, packshot: Packshot, place: Mask) -> float:
    return _overlap(packshot.colours[packshot.alpha > 0.9], after[place]) if place.any() else 0.0


def _share(same: np.ndarray, part: np.ndarray) -> float:
    return round(float(same[part].mean()), 4) if part.any() else 1.0


def _overlap(one: Floats, other: Floats) -> float:
    """Intersection of the chroma histograms in Lab at equal brightness: light may differ, colours may not."""
    other = other * (np.median(one @ LUMA) / max(float(np.median(other @ LUMA)), 1))
    histograms = []
    for colours in (one, other):
        lab = cv2.cvtColor(np.clip(colours, 0, 255).astype(np.float32)[None] / 255, cv2.COLOR_RGB2LAB)[0]
        counts, _, _ = np.histogram2d(lab[:, 1], lab[:, 2], bins=BINS, range=[[-64, 64], [-64, 64]])
        counts = cv2.GaussianBlur(counts.astype(np.float32), (0, 0), 1.0)
        histograms.append(counts / max(counts.sum(), 1e-6))
    return float(np.minimum(*histograms).sum())
