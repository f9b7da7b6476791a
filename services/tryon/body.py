"""The person to be dressed as a frame: where shoulders, hips and arms are, and whether the pose can be dressed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.errors import InvalidImage
from services.people import Joint, Person
from services.tryon.arrays import Floats

ARM = (0.14, 0.122, 0.088)  # half widths at shoulder, elbow and wrist, in shoulder widths; five photos had up to 0.137
ADVICE = "Send one person standing, from the front, visible from head to thigh, arms beside the body."


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
    thickness = width * np.array(ARM)
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
