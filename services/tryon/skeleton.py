"""A person's pose as OpenPose draws it, for ControlNets that were trained on such drawings.

Points, limbs and colours are those of Cao et al. (arXiv:1812.08008); limbs have 0.6 of their colour. Lines grow with
the picture, as the authors of the SDXL ControlNet draw them (model card of xinsir/controlnet-openpose-sdxl-1.0).
"""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image

from services.people import Joint, Person

NECK = -1
LIMBS = (
    (NECK, Joint.RIGHT_SHOULDER), (NECK, Joint.LEFT_SHOULDER),
    (Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW), (Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST),
    (Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW), (Joint.LEFT_ELBOW, Joint.LEFT_WRIST),
    (NECK, Joint.RIGHT_HIP), (Joint.RIGHT_HIP, Joint.RIGHT_KNEE), (Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
    (NECK, Joint.LEFT_HIP), (Joint.LEFT_HIP, Joint.LEFT_KNEE), (Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
    (NECK, Joint.NOSE), (Joint.NOSE, Joint.RIGHT_EYE), (Joint.RIGHT_EYE, Joint.RIGHT_EAR),
    (Joint.NOSE, Joint.LEFT_EYE), (Joint.LEFT_EYE, Joint.LEFT_EAR),
)  # fmt: skip
POINTS = (
    Joint.NOSE, NECK, Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST, Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW,
    Joint.LEFT_WRIST, Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE, Joint.LEFT_HIP, Joint.LEFT_KNEE,
    Joint.LEFT_ANKLE, Joint.RIGHT_EYE, Joint.LEFT_EYE, Joint.RIGHT_EAR, Joint.LEFT_EAR,
)  # fmt: skip
HALF_PX = 4
THICKER_AT_PX = (500, 1000, 2000, 3000, 4000, 5000)
Place = Callable[[float, float], tuple[float, float]]


def draw_skeleton(person: Person, place: Place, size: tuple[int, int]) -> Image.Image:
    """The pose on black, RGB of ``size`` (width, height) px. ``place`` maps a point of the photo into that picture.

    Joints that the photo does not show are left out, with their limbs.
    """
    seen: dict[int, tuple[float, float]] = {
        joint: place(*person.point(joint)) for joint in Joint if person.is_seen(joint)
    }
    if Joint.LEFT_SHOULDER in seen and Joint.RIGHT_SHOULDER in seen:
        left, right = seen[Joint.LEFT_SHOULDER], seen[Joint.RIGHT_SHOULDER]
        seen[NECK] = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    thicker = 1 + sum(max(size) >= limit for limit in THICKER_AT_PX)
    for number, (start, end) in enumerate(LIMBS):
        if start in seen and end in seen:
            _draw_limb(canvas, seen[start], seen[end], HALF_PX * thicker, _colour(number))
    for number, point in enumerate(POINTS):
        if point in seen:
            cv2.circle(canvas, _whole(seen[point]), HALF_PX, _colour(number), -1)
    return Image.fromarray(canvas)


def _draw_limb(
    canvas: np.ndarray, start: tuple[float, float], end: tuple[float, float], half_px: int, colour: tuple[int, ...]
) -> None:
    """A filled ellipse from joint to joint."""
    (x0, y0), (x1, y1) = start, end
    axes = int(np.hypot(x1 - x0, y1 - y0) / 2), half_px
    angle = int(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
    outline = cv2.ellipse2Poly(_whole(((x0 + x1) / 2, (y0 + y1) / 2)), axes, angle, 0, 360, 1)
    cv2.fillConvexPoly(canvas, outline, tuple(int(0.6 * value) for value in colour))


def _whole(point: tuple[float, float]) -> tuple[int, int]:
    return int(point[0]), int(point[1])


def _colour(number: int) -> tuple[int, ...]:
    """OpenPose's 18 colours: round the hues from red to rose, in steps of a third of a sixth."""
    corners = [(255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255), (255, 0, 255), (255, 0, 0)]
    steps = [
        tuple(a + (b - a) * third // 3 for a, b in zip(one, other, strict=True))
        for one, other in pairwise(corners)
        for third in range(3)
    ]
    return steps[number]
