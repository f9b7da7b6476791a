"""How well a try-on went, measured on the result: each 0..1, 1 best."""

import cv2
import numpy as np
from pydantic import JsonValue

from services.people import Joint, Person
from services.tryon.arrays import LUMA, Floats
from services.tryon.body import Body
from services.tryon.dressing import Dressed
from services.tryon.garment import Garment

BINS = 24


def score(
    before: np.ndarray, after: np.ndarray, person: Person, body: Body, garment: Garment, dressed: Dressed
) -> dict[str, JsonValue]:
    """identity: share of the head's pixels that are the photo's own. background: the same away from the person.
    garment: overlap of the colour histograms of packshot and worn garment. confidence: how clearly the pose shows.
    """
    same = (before == after).all(axis=2)
    rows, columns = np.mgrid[: same.shape[0], : same.shape[1]].astype(np.float32)
    _, along = body.to_frame(columns, rows)
    head = (person.mask > 0.5) & (along < float(body.to_frame(*body.chin)[1]))
    size = 2 * round(0.25 * body.width) + 1
    away = cv2.dilate((person.mask > 0.3).astype(np.uint8), np.ones((size, size), np.uint8)) == 0
    worn = dressed.garment > 0.9
    joints = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
    joints += [Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW]
    return {
        "identity": _share(same, head),
        "background": _share(same, away),
        "garment": round(_overlap(garment.colours[garment.alpha > 0.9], after[worn]), 3),
        "confidence": round(float(person.score * person.landmarks[joints, 3].min()), 3),
    }


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
