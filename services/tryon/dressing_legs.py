"""Dressing the legs: worn legwear comes off, legs and background are filled in, the new one goes on under the top."""

import cv2
import numpy as np

from services.tryon.arrays import Floats, blur, fill, smoothstep
from services.tryon.body import Body
from services.tryon.drape_legs import LegFit, draw_legwear
from services.tryon.dressing import Dressed
from services.tryon.kept import Front
from services.tryon.light import bare_limb, exposure, grain, lay, shade_below, shading
from services.tryon.regions import Regions
from services.tryon.stance import Stance


def dress_legs(pixels: np.ndarray, regions: Regions, front: Front, fit: LegFit, seed: int) -> Dressed:
    """Put legwear on. ``pixels`` uint8 RGB; the result keeps every pixel outside the mask."""
    photo, body, stance = pixels.astype(np.float32), fit.body, fit.stance
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(np.float32)
    before = _in_front(regions, stance, front)
    bared, opened = bare_legs(photo, body, regions, stance)
    opened = opened * (1 - before)
    layer = draw_legwear(fit, columns, rows)
    across, along = body.to_frame(columns, rows)
    alpha = layer.alpha * (1 - before) * smoothstep(along, fit.waist - 2, fit.waist + 1)
    alpha = alpha * np.maximum(_near(regions, body), smoothstep(along, 0.95 * body.length, 1.05 * body.length))
    size = 2 * round(0.03 * body.width) + 1
    over = cv2.dilate(stance.worn, np.ones((size, size)))
    hem = regions.hem(body)
    alpha = alpha * np.maximum(over, smoothstep(along, hem - 0.06 * body.length, hem - 0.04 * body.length))
    light = exposure(photo, regions.person) * shading(photo, stance.worn, body.width)
    light = light * _fall(fit, across, along)
    canvas = photo + (bared - photo) * opened[..., None]
    canvas = shade_below(canvas, alpha * (1 - before), body.width, regions.person * (1 - regions.top))
    canvas = lay(canvas, layer.colours, alpha, light)
    mask = np.clip(np.maximum(opened, alpha), 0, 1)
    noise = np.random.default_rng(seed).normal(0, grain(photo), photo.shape[:2]).astype(np.float32)
    canvas = canvas + (noise * mask)[..., None]
    return Dressed(np.where(mask[..., None] > 0.004, canvas, photo), mask, alpha, stance.worn)


def _in_front(regions: Regions, stance: Stance, front: Front) -> Floats:
    """What hangs or stands before legwear: the worn top, arms, shoes, and what is kept."""
    arms = np.maximum(*regions.arms) * (1 - front.yielded)
    return np.max([regions.top, arms, stance.shoes, front.kept], axis=0)


def _near(regions: Regions, body: Body) -> Floats:
    """1 on the person and a little beyond: above the hips, legwear lies close."""
    size = 2 * round(0.02 * body.width) + 1
    return blur(cv2.dilate(regions.person, np.ones((size, size))), 1.0)


def bare_legs(photo: Floats, body: Body, regions: Regions, stance: Stance) -> tuple[Floats, Floats]:
    """What is behind the worn legwear, (picture, where it is to be seen 0..1): legs in the skin's tone, background."""
    reach = 2 * round(0.03 * body.width) + 1
    opened = cv2.dilate(stance.worn, np.ones((reach, reach)))
    opened = np.clip(1.6 * blur(opened, max(body.width / 150, 0.8)), 0, 1) * (
        1 - cv2.erode(stance.skin, np.ones((5, 5)))
    )
    everyone = cv2.dilate(np.maximum(regions.person, regions.top), np.ones((9, 9)))
    made = fill(photo, (everyone < 0.02).astype(np.float32))
    arms = np.maximum(*regions.arms)
    seen = cv2.erode(np.maximum(stance.skin, arms), np.ones((7, 7))) > 0.9
    skin = fill(photo, seen.astype(np.float32)) if seen.any() else made
    for leg in stance.legs:
        stations = np.array([0.0, 0.4, 1.0, 1.3, 1.7, 2.0])
        points = np.stack([_on(leg.points, station) for station in stations])
        thigh, shin = leg.lengths
        lengths = np.where(stations <= 1, stations * thigh, thigh + (stations - 1) * shin)
        alpha, light = bare_limb(points, np.mean(leg.at(lengths), axis=0), photo.shape)
        made = made + (skin * light[..., None] - made) * alpha[..., None]
    return made, opened


def _on(points: Floats, station: float) -> Floats:
    """The point of a leg's line at a station: 0 hip, 1 knee, 2 ankle."""
    index = min(int(station), 1)
    return points[index] + (station - index) * (points[index + 1] - points[index])


def _fall(fit: LegFit, across: Floats, along: Floats) -> Floats:
    """Light on hips and skirts, which are round: darker towards the sides."""
    half = fit.stance.hip_width / 2
    return 1 - 0.12 * smoothstep(np.abs(across) / half, 0.6, 1.15)
