"""The person to be dressed: frame, worn clothes, skin, and what must stay in front."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from services.errors import InvalidImage
from services.people import Joint, Person
from services.tryon.arrays import Floats, Mask, blur, enlarge, largest_part
from services.tryon.palettes import distance, is_like, is_pale, palette, to_lab

ADVICE = "Send one person standing, from the front, visible from head to thigh, arms beside the body."
CUT_SIDE_PX = 384
HAND = 30.0  # how much nearer a skin-like colour is to skin where the pose has a hand, in Lab as ``to_lab`` has it


@dataclass(frozen=True)
class Arm:
    """Shoulder, elbow and wrist of one arm, (x, y) px, and its thickness as half width at the three, px."""

    shoulder: Floats
    elbow: Floats
    wrist: Floats
    half_widths: Floats


@dataclass(frozen=True)
class Body:
    """Where things are on a person. ``side`` 0 is the picture's left.

    shoulders, hips: two joints each, left of the picture first, px. width: distance of the shoulder joints, px, as if
    seen from the front. up: unit vector from hips to shoulders.
    """

    shoulders: Floats
    hips: Floats
    width: float
    arms: tuple[Arm, Arm]
    chin: Floats

    @cached_property
    def top(self) -> Floats:
        return self.shoulders.mean(axis=0)

    @cached_property
    def down(self) -> Floats:
        along = self.hips.mean(axis=0) - self.top
        return along / np.hypot(*along)

    @cached_property
    def length(self) -> float:
        """From the shoulders to the hips, px."""
        return float(np.hypot(*(self.hips.mean(axis=0) - self.top)))

    def to_frame(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """(across, along) px of points in the body's frame: 0, 0 between the shoulders; the shoulder line is level."""
        down = self.down
        across = (x - self.top[0]) * down[1] - (y - self.top[1]) * down[0]
        along = (x - self.top[0]) * down[0] + (y - self.top[1]) * down[1]
        return across, along - self._tilt * across * np.clip(1 - along / self.length, 0, 1.3)

    def from_frame(self, across: Floats | float, along: Floats | float) -> Floats:
        """The points of the picture, (..., 2) px, at places of the frame."""
        down = self.down
        along = along + self._tilt * across * np.clip(1 - along / self.length, 0, 1.3)
        right = np.array([down[1], -down[0]])
        return self.top + right * np.asarray(across)[..., None] + down * np.asarray(along)[..., None]

    @cached_property
    def _tilt(self) -> float:
        line = self.shoulders[1] - self.shoulders[0]
        right = np.array([self.down[1], -self.down[0]])
        return float((line @ self.down) / (line @ right))


def read_body(person: Person) -> Body:
    """The body's frame from its landmarks. Raises InvalidImage for a pose that cannot be dressed."""
    joints = person.landmarks[:, :2]
    shoulders = joints[[Joint.RIGHT_SHOULDER, Joint.LEFT_SHOULDER]]
    hips = joints[[Joint.RIGHT_HIP, Joint.LEFT_HIP]]
    _check_pose(person, shoulders, hips)
    length = float(np.hypot(*(hips.mean(axis=0) - shoulders.mean(axis=0))))
    seen = float(np.hypot(*(shoulders[1] - shoulders[0])))
    width = max(seen, 0.62 * length)
    thickness = width * np.array([0.19, 0.145, 0.1])
    left = Arm(joints[Joint.RIGHT_SHOULDER], joints[Joint.RIGHT_ELBOW], joints[Joint.RIGHT_WRIST], thickness)
    right = Arm(joints[Joint.LEFT_SHOULDER], joints[Joint.LEFT_ELBOW], joints[Joint.LEFT_WRIST], thickness)
    mouth = joints[[Joint.LEFT_MOUTH, Joint.RIGHT_MOUTH]].mean(axis=0)
    nose = joints[Joint.NOSE]
    return Body(shoulders, hips, width, (left, right), mouth + 0.9 * (mouth - nose))


def _check_pose(person: Person, shoulders: Floats, hips: Floats) -> None:
    height = person.mask.shape[0]
    line = shoulders[1] - shoulders[0]
    length = np.hypot(*(hips.mean(axis=0) - shoulders.mean(axis=0)))
    if line[0] <= 0:
        raise InvalidImage("The person's photo", "the person is seen from behind", ADVICE)
    if hips[:, 1].max() > height - 2 or person.landmarks[[Joint.LEFT_HIP, Joint.RIGHT_HIP], 3].min() < 0.4:
        raise InvalidImage("The person's photo", "the person is cut off above the hips", ADVICE)
    if np.hypot(*line) < 0.35 * length:
        raise InvalidImage("The person's photo", "the person is turned too far to the side", ADVICE)
    knees = person.landmarks[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE]]
    if knees[:, 3].min() > 0.5 and (knees[:, 1] - hips[:, 1]).min() < 0.45 * length:
        raise InvalidImage("The person's photo", "the person sits or bends the legs", ADVICE)


def check_arms(person: Person) -> None:
    """Raise InvalidImage when an arm lies before the chest: what is under it cannot be made up."""
    joints = person.landmarks[:, :2]
    shoulders = joints[[Joint.RIGHT_SHOULDER, Joint.LEFT_SHOULDER]]
    hips = joints[[Joint.RIGHT_HIP, Joint.LEFT_HIP]]
    length = np.hypot(*(hips.mean(axis=0) - shoulders.mean(axis=0)))
    for joint in (Joint.LEFT_WRIST, Joint.RIGHT_WRIST):
        x, y = person.point(joint)
        inside = shoulders[0, 0] < x < shoulders[1, 0] and shoulders[:, 1].min() < y < hips[:, 1].min() - 0.1 * length
        if inside and person.landmarks[joint, 3] > 0.5:
            raise InvalidImage("The person's photo", "an arm crosses the chest", ADVICE)


@dataclass(frozen=True)
class Regions:
    """Parts of the photo as masks 0..1: the person, the worn top, bare arms, and head with neck and hair."""

    person: Floats
    top: Floats
    arms: tuple[Floats, Floats]
    head: Floats

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
    top, skin = _find_top(pixels, whole, body)
    arms = tuple(_arm_mask(whole.shape, arm, 1.5) * skin * (1 - top) for arm in body.arms)
    rows, columns = np.mgrid[: whole.shape[0], : whole.shape[1]].astype(np.float32)
    _, along = body.to_frame(columns, rows)
    head = (
        whole
        * (1 - top)
        * (along < 0.05 * body.width)
        * (1 - np.maximum(arms[0], arms[1]) * (along > -0.1 * body.width))
    )
    left, right = (_measured(arm, mask) for arm, mask in zip(body.arms, arms, strict=True))
    body = replace(body, arms=(left, right))
    return body, Regions(whole, top, (arms[0], arms[1]), head)


def _sharpen_person(pixels: np.ndarray, person: Person) -> Floats:
    """The person's mask with its edge on the photo's edge: GrabCut in the soft band, at a small size."""
    scale = min(CUT_SIDE_PX / max(person.box.width, person.box.height), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(person.mask.astype(np.float32), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    labels = np.where(soft > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[soft > 0.97] = cv2.GC_FGD
    labels[cv2.dilate(soft, np.ones((9, 9))) < 0.03] = cv2.GC_BGD
    cv2.grabCut(small, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    cut = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.float32)
    return enlarge(cut, pixels)


def _find_top(pixels: np.ndarray, whole: Floats, body: Body) -> tuple[Floats, Floats]:
    """The worn upper garment, and the bare skin: each pixel goes to the nearest of three palettes, with legwear.

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
    trunk = inside & (u < 0.3) & (v > 0.28) & (v < 0.8)
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
    cut = (inside & (cost.argmin(axis=0) == 0)).astype(np.uint8)
    cut = cv2.morphologyEx(cut, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    cut = cv2.morphologyEx(largest_part(cut > 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    cut |= cv2.dilate(cut, np.ones((7, 7), np.uint8)) * (inside & pale & (cost.argmin(axis=0) == 1))
    cut = _even_hem((cut > 0) & ~hands, inside & ~hands, across / body.width, v)
    skin = inside & (cost.argmin(axis=0) == 1) & (cut == 0)
    top, skin = (enlarge(part.astype(np.float32), pixels) * whole for part in (cut & inside, skin))
    return top, skin


def _even_hem(cut: Mask, inside: Mask, u: Floats, v: Floats) -> Mask:
    """The top with its lower edge on one smooth curve, where colours alone left it ragged.

    u, v: across in shoulder widths and along in trunk lengths, of every pixel.
    """
    bins = np.round(40 * u).astype(int)
    ends = [(one / 40, v[cut & (bins == one)].max()) for one in range(-16, 17) if (cut & (bins == one)).any()]
    if len(ends) < 12:
        return cut
    places, rows = np.array(ends).T
    close = np.abs(rows - np.median(rows)) < 0.2
    for _ in range(2):
        curve = np.polyfit(places[close], rows[close], 2)
        close = np.abs(rows - np.polyval(curve, places)) < 0.06
        if close.sum() < 8:
            return cut
    hem = np.polyval(curve, u)
    near = (np.abs(u) < 0.5) & (np.abs(v - hem) < 0.12)
    return np.where(near, inside & (v < hem), cut)


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
    return replace(arm, shoulder=shoulder, elbow=elbow, half_widths=half * np.array([1.1, 1.0, 0.72]))


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
