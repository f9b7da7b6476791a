"""Parts of the photo: the worn top, bare arms, head and hair, told by pose and colour."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from services.people import Person
from services.tryon.arrays import Floats, Mask, blur, enlarge, largest_part
from services.tryon.body import ARM, Arm, Body
from services.tryon.hair import find_hair, trim_hair
from services.tryon.hem import even_hem
from services.tryon.palettes import distance, is_like, is_pale, palette, to_lab

CUT_SIDE_PX = 384
MEASURED_ARM = (1.1, 1.0, 0.72)  # half widths at shoulder, elbow and wrist, in those seen near the elbow
HAND = 30.0  # how much nearer a skin-like colour is to skin where the pose has a hand, in Lab as ``to_lab`` has it


@dataclass(frozen=True)
class Regions:
    """Parts of the photo as masks 0..1: the person, the worn top, bare arms, head with neck and hair, and hair with
    what of it hangs over the top, which is no top there.
    """

    person: Floats
    top: Floats
    arms: tuple[Floats, Floats]
    head: Floats
    hair: Floats

    def hem(self, body: Body) -> float:
        """Where the worn top ends at its shortest, along the frame, px; infinite without a top."""
        rows, columns = np.nonzero(self.top > 0.5)
        across, along = body.to_frame(columns.astype(np.float32), rows.astype(np.float32))
        bins = np.floor(10 * across / body.width + 4).astype(int)
        ends = [along[bins == index].max() for index in range(8) if (bins == index).any()]
        return float(min(ends, default=np.inf))


def find_regions(pixels: np.ndarray, person: Person, body: Body) -> tuple[Body, Regions]:
    """Split the person into worn top, arms, head and the rest by pose and colour; the body with its arms measured."""
    whole = _sharpen_person(pixels, person)
    top, skin, hair = _find_top(pixels, whole, person, body)
    arms = tuple(_arm_mask(whole.shape, arm, 1.8) * skin * (1 - top) for arm in body.arms)
    rows, columns = np.mgrid[: whole.shape[0], : whole.shape[1]].astype(np.float32)
    _, along = body.to_frame(columns, rows)
    head = (
        whole
        * (1 - top)
        * (along < 0.05 * body.width)
        * (1 - np.maximum(arms[0], arms[1]) * (along > -0.1 * body.width))
    )
    left, right = (_measured(arm, mask) for arm, mask in zip(body.arms, arms, strict=True))
    body = replace(body, arms=(_as_thick(left, right), _as_thick(right, left)))
    return body, Regions(whole, top, (arms[0], arms[1]), head, hair)


def _sharpen_person(pixels: np.ndarray, person: Person) -> Floats:
    """The person's mask with its edge on the photo's edge: GrabCut in the soft band, at a small size."""
    scale = min(CUT_SIDE_PX / max(person.box.width, person.box.height), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(person.mask.astype(np.float32), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    labels = np.where(soft > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[soft > 0.97] = cv2.GC_FGD
    labels[cv2.dilate(soft, np.ones((9, 9))) < 0.03] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # GrabCut draws from the process's generator
    cv2.grabCut(small, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    cut = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.float32)
    return enlarge(cut, pixels)


def _find_top(pixels: np.ndarray, whole: Floats, person: Person, body: Body) -> tuple[Floats, Floats, Floats]:
    """The worn upper garment, the bare skin, and hair: each pixel goes to the nearest of three palettes, with legwear.

    The palettes are taken where the pose says for sure what is seen; where colours agree, the place decides.
    """
    scale = min(CUT_SIDE_PX / (2.6 * body.length), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA) > 0.5
    lab = to_lab(small)
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]].astype(np.float32) / scale
    across, along = body.to_frame(columns, rows)
    u, v = np.abs(across) / body.width, along / body.length
    chin_v = float(body.to_frame(*body.chin)[1])
    face = inside & (np.hypot(columns - body.chin[0], rows - body.chin[1] + 0.22 * body.width) < 0.14 * body.width)
    hair = find_hair(lab, inside, columns, rows, person, body)
    trunk = inside & (u < 0.3) & (v > 0.28) & (v < 0.8) & ~hair
    legs = inside & (u < 0.5) & (v > 1.45) & (v < 1.9)
    like_skin = inside & is_like(lab, lab[face])
    skin = face | (_bare_arms(small.shape, body, scale) & like_skin)
    pale = is_pale(lab, lab[face])
    hands = _hands(small.shape, body, scale) & like_skin & ~pale  # in the shade they are as dark as any cloth
    palettes = [palette(lab[seed]) for seed in (trunk, skin, legs)]
    cost = np.stack([distance(lab, palette) for palette in palettes])
    cost[0] += 60 * np.clip(v - 1.1, 0, 1) + 40 * (along < chin_v) + 40 * (v < -0.5)
    cost[1] += 25 * (trunk | ((u < 0.35) & (v > 0.15) & (v < 1.0))) - 4 * (v < -0.05) * (u < 0.3)
    cost[1] -= HAND * hands
    cost[2] += 80 * np.clip(1.0 - v, 0, 1) + 100 * (v < 0.6)
    cost = np.stack([blur(part, 1.0) for part in cost])
    parted = hair & (along > chin_v)  # by hair into pieces, and still one top
    cut = (inside & ((cost.argmin(axis=0) == 0) | parted)).astype(np.uint8)
    cut = cv2.morphologyEx(cut, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    cut = cv2.morphologyEx(largest_part(cut > 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    cut |= cv2.dilate(cut, np.ones((7, 7), np.uint8)) * (inside & pale & (cost.argmin(axis=0) == 1))
    cut = even_hem((cut > 0) & ~hands, inside & ~hands, lab[..., 0], across / body.width, v)
    skin = inside & (cost.argmin(axis=0) == 1) & (cut == 0)
    parts = (cut & inside & ~hair, skin & ~hair, hair)
    top, skin, hair = (enlarge(part.astype(np.float32), pixels) * whole for part in parts)
    return top, skin, trim_hair(pixels, hair, top)


def _bare_arms(shape: tuple[int, ...], body: Body, scale: float) -> Mask:
    """Forearms and hands, thin: surely on the arm."""
    drawn = np.zeros(shape[:2], bool)
    for arm in body.arms:
        forearm = arm.wrist - arm.elbow
        for start, end in ((0.3, 1.0), (1.0, 1.3)):
            drawn |= _limb(shape, (arm.elbow + start * forearm) * scale, (arm.elbow + end * forearm) * scale, 2)
    return drawn


def _hands(shape: tuple[int, ...], body: Body, scale: float) -> Mask:
    """Where the hands are: from the wrists on, broadly."""
    drawn = np.zeros(shape[:2], bool)
    for arm in body.arms:
        forearm = arm.wrist - arm.elbow
        drawn |= _limb(shape, arm.wrist * scale, (arm.wrist + 0.55 * forearm) * scale, 0.2 * body.width * scale)
    return drawn


def _measured(arm: Arm, mask: Floats) -> Arm:
    """The arm with its thickness measured where its skin is seen, at the elbow and on the forearm."""
    line = arm.wrist - arm.elbow
    length = float(np.hypot(*line))
    normal = np.array([-line[1], line[0]]) / max(length, 1e-6)
    reach = np.arange(-2.2, 2.2, 0.04) * arm.half_widths[1]
    found, centres = [], []
    for share in (0.0, 0.15, 0.3):
        points = (arm.elbow + share * line + reach[:, None] * normal).astype(np.float32)
        seen = cv2.remap(mask.astype(np.float32), points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR)[0]
        centres.append(float(reach[seen > 0.5].mean()) if (seen > 0.5).any() else 0.0)
        found.append(0.5 * float((seen > 0.5).sum()) * 0.04 * float(arm.half_widths[1]))
    half = float(np.median(found))
    if not 0.5 < half / arm.half_widths[1] < 1.6:
        return arm
    shift = float(np.median(centres)) * normal
    shoulder, elbow = arm.shoulder + 0.7 * shift, arm.elbow + shift
    return replace(arm, shoulder=shoulder, elbow=elbow, half_widths=half * np.array(MEASURED_ARM))


def _as_thick(arm: Arm, other: Arm) -> Arm:
    """The arm, as thick as the other where only that one could be measured."""
    is_usual = np.allclose(arm.half_widths / arm.half_widths[1], np.array(ARM) / ARM[1])
    return replace(arm, half_widths=other.half_widths) if is_usual else arm


def _limb(shape: tuple[int, ...], start: Floats, end: Floats, radius: float) -> Mask:
    drawn = np.zeros(shape[:2], np.uint8)
    cv2.line(drawn, tuple(map(int, start)), tuple(map(int, end)), 1, max(int(2 * radius), 1))
    return drawn > 0


def _arm_mask(shape: tuple[int, ...], arm: Arm, widen: float) -> Floats:
    hand = arm.wrist + 0.75 * (arm.wrist - arm.elbow) * 0.8
    drawn = np.zeros(shape[:2], np.uint8)
    points = [arm.shoulder, arm.elbow, arm.wrist, hand]
    for start, end, half in zip(points, points[1:], (*arm.half_widths[1:], 1.3 * arm.half_widths[2]), strict=False):
        cv2.line(drawn, tuple(map(int, start)), tuple(map(int, end)), 1, max(int(2 * widen * half), 1))
    return blur(drawn.astype(np.float32), 1.0)
