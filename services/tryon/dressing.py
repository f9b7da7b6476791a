"""Dressing: the old top comes off, skin and background are filled in, the new garment goes on in the right order."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.tryon.arrays import Floats, along_line, blur, fill, largest_part, smoothstep
from services.tryon.body import Body
from services.tryon.drape import Fit, Layer, draw_sleeve, draw_trunk
from services.tryon.kept import Front
from services.tryon.light import exposure, grain, lay, shade_below, shading
from services.tryon.regions import Regions
from services.tryon.skin import paint_limb, see_limb

LIES_OFF, STANDS_OFF = 0.015, 0.1  # how far cloth is from a shoulder and from an arm, in shoulder widths
SKIRT = 1.35  # from the shoulders, in trunk lengths: what ends lower hangs free of the body


@dataclass(frozen=True)
class Dressed:
    """The photo with the new garment, float32, and masks 0..1: what was changed, the garment, the clothes taken off."""

    pixels: Floats
    mask: Floats
    garment: Floats
    old: Floats


def dress(pixels: np.ndarray, body: Body, regions: Regions, front: Front, fit: Fit, seed: int) -> Dressed:
    """Put the garment on. ``pixels`` uint8 RGB; the result keeps every pixel outside the mask."""
    photo = pixels.astype(np.float32)
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(np.float32)
    across, along = body.to_frame(columns, rows)
    undressed, opened, limbs = undress(photo, body, regions, across, along)
    sleeves = [draw_sleeve(fit, side, columns, rows) for side in (0, 1)]
    opened = opened * (1 - front.kept)
    before = _in_front(body, regions, front, fit, across, along)
    bare = (1 - front.yielded) * _bare_before(fit, regions, limbs, opened, sleeves, across, along)
    trunk = draw_trunk(fit, columns, rows)
    trunk_alpha = trunk.alpha * _room(fit, regions, across, along) * (1 - before) * (1 - bare)
    trunk_alpha = trunk_alpha * cv2.dilate(largest_part(trunk_alpha > 0.3).astype(np.float32), np.ones((3, 3)))
    near = _near_body(regions, body, along)
    sleeve_alphas = [sleeve.alpha * (1 - before) * near for sleeve in sleeves]
    above = np.maximum(*sleeve_alphas)
    light = exposure(photo, regions.person) * shading(photo, regions.top, body.width) * _roundness(fit, across)
    cast = 1 - 0.28 * blur(np.maximum(above, bare), 0.05 * body.width) * (1 - above)
    canvas = photo + (undressed - photo) * opened[..., None]
    canvas = shade_below(canvas, trunk_alpha, body.width, regions.person)
    canvas = lay(canvas, trunk.colours, trunk_alpha, light * cast)
    for side in (0, 1):
        canvas = lay(canvas, sleeves[side].colours, sleeve_alphas[side], light * _round_arm(fit, side, columns, rows))
    garment = np.maximum(trunk_alpha, above)
    mask = np.clip(np.maximum(opened, garment), 0, 1)
    noise = np.random.default_rng(seed).normal(0, grain(photo), photo.shape[:2]).astype(np.float32)
    canvas = canvas + (noise * mask)[..., None]
    return Dressed(np.where(mask[..., None] > 0.004, canvas, photo), mask, garment, regions.top)


def _bare_before(
    fit: Fit,
    regions: Regions,
    limbs: tuple[Floats, Floats],
    opened: Floats,
    sleeves: list[Layer],
    across: Floats,
    along: Floats,
) -> Floats:
    """Bare arms, seen or filled in, where they lie before the garment's trunk: beyond the armhole, below the cuff."""
    apart = smoothstep(np.abs(across) - 0.52 * fit.seen_width, -3, 3) * (along < fit.armhole[1][0])
    arms = (np.maximum(mask, limb * opened * apart) for mask, limb in zip(regions.arms, limbs, strict=True))
    bare = np.maximum(*(mask * (layer.share > 1) for mask, layer in zip(arms, sleeves, strict=True)))
    return bare * _outside_armhole(fit, across, along)


def _near_body(regions: Regions, body: Body, along: Floats) -> Floats:
    """1 where cloth may be: on a shoulder it lies on the body, farther down it may stand off."""
    outline = blur(np.maximum(regions.person, regions.top), 0.02 * body.width) < 0.5
    away = cv2.distanceTransform(outline.astype(np.uint8), cv2.DIST_L2, 5)
    reach = LIES_OFF + (STANDS_OFF - LIES_OFF) * smoothstep(along, -0.1 * body.width, 0.6 * body.width)
    return np.clip(reach * body.width - away + 0.5, 0, 1)


def _room(fit: Fit, regions: Regions, across: Floats, along: Floats) -> Floats:
    """Where the garment's trunk may be: near the body, and inside the armholes when it has no sleeves."""
    width = fit.body.width
    size = 2 * round(0.06 * width) + 1
    body = regions.person * (1 - regions.hair * (along < -0.1 * width))
    room = blur(cv2.dilate(np.maximum(body, regions.top), np.ones((size, size))), 0.01 * width)
    room = room * _near_body(regions, fit.body, along)
    if fit.garment.sleeves[0] is None:
        room = room * (1 - _past_armhole(fit, across, along))
    start = 0.45 if fit.garment.sleeves[0] is None else 1.0
    for arm, sign in zip(fit.body.arms, (-1, 1), strict=True):
        upper = float(np.hypot(*(arm.elbow - arm.shoulder)))
        line = np.stack([arm.shoulder, arm.elbow, arm.wrist])
        reach, outside = along_line(line, *_grid(room), sign)
        outside = outside - 0.8 * arm.half_widths[1] * (reach > upper)  # a forearm that is seen lies before it anyway
        room = room * (1 - smoothstep(outside, -1, 1) * (reach > start * upper))
    if fit.hem < SKIRT * fit.body.length:
        return room
    return np.maximum(room, smoothstep(along, 0.95 * fit.body.length, 1.1 * fit.body.length))


def undress(
    photo: Floats, body: Body, regions: Regions, across: Floats, along: Floats
) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """What is behind the worn top: (picture, where it is to be seen 0..1, both arms 0..1).

    Skin where the neck and bare arms must go on, legwear at the waist, background elsewhere.
    """
    width = body.width
    reach = 2 * round(0.03 * width) + 1
    opened = np.clip(1.6 * blur(cv2.dilate(regions.top, np.ones((reach, reach))), max(width / 150, 0.8)), 0, 1)
    everyone = cv2.dilate(np.maximum(regions.person, regions.top), np.ones((9, 9)))
    behind = fill(photo, (everyone < 0.02).astype(np.float32))
    solid = (cv2.erode(regions.person, np.ones((7, 7))) > 0.9) & (cv2.dilate(regions.top, np.ones((11, 11))) < 0.05)
    skin_seen = solid & (
        (np.maximum(*regions.arms) > 0.5) | ((regions.head > 0.5) & (along > body.to_frame(*body.chin)[1]))
    )
    legs_seen = solid & (along > 0.8 * body.length) & (np.maximum(*regions.arms) < 0.1) & (regions.head < 0.1)
    skin = fill(photo, skin_seen.astype(np.float32)) if skin_seen.any() else behind
    legs = fill(photo, legs_seen.astype(np.float32)) if legs_seen.any() else behind
    legs_zone = smoothstep(0.56 * width - np.abs(across), -1.5, 1.5)
    trunk = smoothstep(0.44 * width - np.abs(across), -1.5, 1.5)
    made = behind + (legs - behind) * (legs_zone * smoothstep(along, 0.45 * body.length, 0.5 * body.length))[..., None]
    chest = (
        trunk
        * (1 - smoothstep(along, 0.45 * body.length, 0.5 * body.length))
        * cv2.erode(regions.person, np.ones((3, 3)))
    )
    made = made + (skin - made) * chest[..., None]
    size = 2 * round(0.035 * width) + 1
    within = blur(cv2.erode(regions.person, np.ones((1, size))), 1.0)  # cloth hangs wider than the arm in it
    limbs = []
    for side in (0, 1):
        arm = body.arms[side]
        seen = cv2.erode(regions.arms[side], np.ones((3, 3)))
        limb = see_limb(np.stack([arm.shoulder, arm.elbow, arm.wrist]), arm.half_widths, seen)
        colours, alpha = paint_limb(photo, limb, seen, skin)
        alpha = alpha * within
        made = made + (colours - made) * alpha[..., None]
        limbs.append(alpha)
    return made, opened, (limbs[0], limbs[1])


def _in_front(body: Body, regions: Regions, front: Front, fit: Fit, across: Floats, along: Floats) -> Floats:
    """What stays before the garment: face, throat, and what is kept."""
    chin = float(body.to_frame(*body.chin)[1])
    face = regions.head * (along < chin + 0.06 * body.width) * (1 - front.yielded)
    throat = smoothstep(0.2 * body.width - np.abs(across - fit.neck_shift), -2, 2)
    throat = throat * smoothstep(-along, 0.17 * body.width, 0.2 * body.width)
    throat = throat * cv2.erode(regions.person, np.ones((3, 3)))
    return np.maximum(np.maximum(face, front.kept), throat)


def _grid(like: Floats) -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[: like.shape[0], : like.shape[1]].astype(np.float32)
    return columns, rows


def _outside_armhole(fit: Fit, across: Floats, along: Floats) -> Floats:
    """1 beyond the line from shoulder tip to armpit: there an arm lies before the trunk of the garment."""
    (tip_along, tip), (pit_along, pit) = fit.armhole
    ends = [tip_along, pit_along, pit_along + 0.4 * fit.body.width]
    edge = np.interp(along, ends, [tip, min(0.85 * pit, 0.53 * fit.seen_width), 0.0])
    return smoothstep(np.abs(across) - edge, -2, 2)


def _past_armhole(fit: Fit, across: Floats, along: Floats) -> Floats:
    """1 where a sleeveless garment lying flat sticks out at the armhole: on a body the arm holds it in."""
    (tip_along, tip), (pit_along, pit) = fit.armhole
    ends = [tip_along, pit_along, pit_along + 0.15 * fit.body.width]
    edge = np.interp(along, ends, [1.02 * tip, 0.9 * pit, 0.88 * pit])
    return smoothstep(np.abs(across) - edge, -1, 1) * (along < ends[2])


def _roundness(fit: Fit, across: Floats) -> Floats:
    """The trunk is round: it darkens towards its sides."""
    half = max(0.5 * fit.garment.chest * fit.across, 1)
    return 1 - 0.1 * smoothstep(np.abs(across) / half, 0.55, 1.1)


def _round_arm(fit: Fit, side: int, columns: Floats, rows: Floats) -> Floats:
    arm = fit.body.arms[side]
    line = arm.elbow - arm.shoulder
    offset = ((columns - arm.shoulder[0]) * line[1] - (rows - arm.shoulder[1]) * line[0]) / np.hypot(*line)
    return 1 - 0.1 * smoothstep(np.abs(offset) / (0.3 * fit.body.width), 0.35, 1.0)
