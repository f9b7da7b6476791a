"""A drawn person in a drawn top, with exact landmarks and mask, and drawn garments."""

import cv2
import numpy as np
from PIL import Image

from services.images import Box
from services.people import Joint, Person

WIDTH, HEIGHT = 240, 400
BACKGROUND, SKIN, TOP, TROUSERS = (200, 205, 210), (205, 150, 120), (60, 90, 170), (40, 40, 45)
HAIR = (60, 40, 30)
POINTS = {
    Joint.NOSE: (120, 62),
    Joint.LEFT_MOUTH: (125, 74),
    Joint.RIGHT_MOUTH: (115, 74),
    Joint.RIGHT_SHOULDER: (90, 120),
    Joint.LEFT_SHOULDER: (150, 120),
    Joint.RIGHT_ELBOW: (76, 170),
    Joint.LEFT_ELBOW: (164, 170),
    Joint.RIGHT_WRIST: (68, 215),
    Joint.LEFT_WRIST: (172, 215),
    Joint.RIGHT_HIP: (104, 212),
    Joint.LEFT_HIP: (136, 212),
    Joint.RIGHT_KNEE: (104, 290),
    Joint.LEFT_KNEE: (136, 290),
    Joint.RIGHT_ANKLE: (104, 370),
    Joint.LEFT_ANKLE: (136, 370),
}


def figure(sleeve: float = 0.5, **moved: tuple[int, int]) -> tuple[np.ndarray, Person]:
    """Pixels (400 x 240 RGB) and the person; ``sleeve`` is the share of the upper arm that the top covers.

    Joints move by name, e.g. ``left_wrist=(120, 160)``.
    """
    points = POINTS | {Joint[name.upper()]: place for name, place in moved.items()}
    pixels = np.full((HEIGHT, WIDTH, 3), BACKGROUND, np.uint8)
    blank = pixels.copy()
    cv2.ellipse(pixels, (120, 55), (19, 25), 0, 0, 360, HAIR, -1)
    cv2.ellipse(pixels, (120, 62), (16, 23), 0, 0, 360, SKIN, -1)
    for x in (113, 127):
        cv2.ellipse(pixels, (x, 58), (3, 1), 0, 0, 360, (40, 30, 30), -1)
        cv2.line(pixels, (x - 4, 53), (x + 4, 53), (70, 50, 40), 1)
    cv2.line(pixels, (120, 60), (119, 67), (170, 115, 95), 1)
    cv2.line(pixels, (115, 75), (125, 75), (160, 70, 70), 2)
    cv2.line(pixels, (120, 80), (120, 112), SKIN, 20)
    for side in ("LEFT", "RIGHT"):
        hip, ankle = points[Joint[f"{side}_HIP"]], points[Joint[f"{side}_ANKLE"]]
        cv2.line(pixels, hip, ankle, TROUSERS, 30)
    trunk = np.array([(108, 104), (132, 104), (158, 114), (146, 228), (94, 228), (82, 114)])
    cv2.fillPoly(pixels, [trunk], TOP)
    for side in ("LEFT", "RIGHT"):
        shoulder, elbow, wrist = (np.array(points[Joint[f"{side}_{part}"]]) for part in ("SHOULDER", "ELBOW", "WRIST"))
        hand = wrist + (wrist - elbow) // 4
        for start, end in ((shoulder, elbow), (elbow, hand)):
            cv2.line(pixels, tuple(map(int, start)), tuple(map(int, end)), SKIN, 14)
        cuff = (shoulder + sleeve * (elbow - shoulder)).astype(int)
        cv2.line(pixels, tuple(map(int, shoulder)), tuple(map(int, cuff)), TOP, 20)
    mask = (pixels != blank).any(axis=2).astype(np.float32)
    landmarks = np.zeros((33, 5), np.float32)
    landmarks[:, 3:] = 1
    for joint, place in points.items():
        landmarks[joint, :2] = place
    rows, columns = np.nonzero(mask)
    box = Box(left=int(columns.min()), top=int(rows.min()), right=int(columns.max()) + 1, bottom=int(rows.max()) + 1)
    return pixels, Person(box, 1.0, landmarks, mask)


def shirt(colour=(190, 40, 40), sleeves: bool = True, print_colour=(250, 220, 40)) -> Image.Image:
    """A flat garment on white, 360 x 290, with a square print in the middle; its chest is 152 px wide."""
    pixels = np.full((290, 360, 3), 255, np.uint8)
    body = [(142, 24), (218, 24), (258, 44), (256, 130), (252, 256), (108, 256), (104, 130), (102, 44)]
    cv2.fillPoly(pixels, [np.array(body)], colour)
    if sleeves:
        for sign in (-1, 1):
            sleeve = [(180 + sign * 70, 40), (180 + sign * 140, 115), (180 + sign * 106, 138), (180 + sign * 70, 105)]
            cv2.fillPoly(pixels, [np.array(sleeve)], colour)
    cv2.ellipse(pixels, (180, 22), (30, 26), 0, 0, 180, (255, 255, 255), -1)
    cv2.rectangle(pixels, (160, 130), (200, 170), print_colour, -1)
    return Image.fromarray(pixels)


def _flat(corners: list[tuple[int, int]], colour: tuple[int, int, int], size: tuple[int, int]) -> Image.Image:
    """One polygon on white, ``size`` (width, height)."""
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    cv2.fillPoly(pixels, [np.array(corners)], colour)
    return Image.fromarray(pixels)


def trousers(colour=(40, 130, 70)) -> Image.Image:
    """Long trousers, legs apart, 300 x 460; the hips are 160 px wide."""
    left = [(90, 30), (210, 30), (230, 150), (226, 430), (166, 430), (150, 160), (134, 430), (74, 430), (70, 150)]
    return _flat(left, colour, (300, 460))


def shorts(colour=(40, 130, 70)) -> Image.Image:
    """Shorts, 300 x 280; the hips are 160 px wide."""
    corners = [(90, 30), (210, 30), (230, 150), (232, 240), (160, 244), (150, 160), (140, 244), (68, 240), (70, 150)]
    return _flat(corners, colour, (300, 280))


def skirt(colour=(40, 130, 70)) -> Image.Image:
    """A long flared skirt, 340 x 375; its waist is 120 px wide."""
    return _flat([(110, 30), (230, 30), (255, 110), (300, 345), (40, 345), (85, 110)], colour, (340, 375))


def dress(colour=(40, 130, 70)) -> Image.Image:
    """A sleeveless dress with straps, 360 x 560; its chest is 152 px wide."""
    left = [(142, 24), (160, 24), (164, 60)]
    right = [(196, 60), (200, 24), (218, 24)]
    side = [(226, 70), (256, 110), (246, 210), (300, 520)]
    return _flat([*left, *right, *side, *((360 - x, y) for x, y in reversed(side))], colour, (360, 560))
