"""People in a picture: face boxes, pose landmarks and a person mask, from three small tflite models. No torch.

The models are those of MediaPipe (Apache-2.0, ``assets/models/people``); this file does what its graphs do around them:
anchors, box decoding, non-maximum suppression, the turned region of interest, landmark and mask projection. Source of
every constant: ``mediapipe/modules/{pose_detection,pose_landmark,face_detection}/*.pbtxt`` at 0.10.21.
"""

import threading
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.images import Box
from services.settings import ROOT

FOLDER = ROOT / "assets" / "models" / "people"
FACE_SCORE = 0.6
SURE_FACE = 0.75  # faces of people had 0.78 to 0.93, a vest's folds 0.63, round logos up to 0.74
PERSON_SCORE = 0.5
OVERLAP = 0.3
Floats = NDArray[np.floating[Any]]


class Joint(IntEnum):
    """Rows of ``Person.landmarks``. Left and right are the person's own; left is at the right of a frontal photo."""

    NOSE = 0
    LEFT_EYE = 2
    RIGHT_EYE = 5
    LEFT_EAR = 7
    RIGHT_EAR = 8
    LEFT_MOUTH = 9
    RIGHT_MOUTH = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT = 31
    RIGHT_FOOT = 32


@dataclass(frozen=True)
class Face:
    """A face: its box in px, inside the picture, and the detector's score 0..1."""

    box: Box
    score: float


@dataclass(frozen=True)
class Person:
    """One person.

    ``landmarks``: 33 x 5, one row per ``Joint``: x and y in px (may lie outside the picture), z in px (negative towards
    the viewer), visibility and presence 0..1. ``mask``: float32 0..1 of the picture's size, 1 = this person. ``box``:
    px, around the visible landmarks and the mask. ``score``: 0..1, that this is a person.
    """

    box: Box
    score: float
    landmarks: Floats
    mask: Floats

    def point(self, joint: Joint) -> Floats:
        """x and y of a joint, px."""
        return self.landmarks[joint, :2]

    def is_seen(self, joint: Joint) -> bool:
        """Whether the joint is visible and inside the picture."""
        x, y = self.point(joint)
        height, width = self.mask.shape
        return bool(self.landmarks[joint, 3] > 0.5 and 0 <= x < width and 0 <= y < height)


def find_faces(image: Image.Image) -> tuple[Face, ...]:
    """Every face of a picture, largest first. Faces under about 1/15 of the picture's width may be missed."""
    pixels = np.asarray(image.convert("RGB"))
    found = _face_detector().detect(pixels)
    faces = [Face(_inside(box, pixels.shape), score) for box, score, _ in found]
    return tuple(sorted(faces, key=lambda face: -face.box.width * face.box.height))


def sure_faces(image: Image.Image) -> list[Box]:
    """Where faces are for certain, largest first: no folds, prints or logos that look a little like one."""
    return [face.box for face in find_faces(image) if face.score > SURE_FACE]


def find_people(image: Image.Image, limit: int = 4) -> tuple[Person, ...]:
    """At most ``limit`` persons, largest first. A person whose hips are outside the picture may be missed."""
    pixels = np.asarray(image.convert("RGB"))
    people: list[Person] = []
    _add_people(people, pixels, Box(left=0, top=0, right=pixels.shape[1], bottom=pixels.shape[0]))
    for face in find_faces(image):
        if len(people) < limit and not any(_has_face(person, face.box) for person in people):
            _add_people(people, pixels, _below(face.box, pixels.shape))
    return tuple(sorted(people, key=lambda person: -person.box.width * person.box.height)[:limit])


def _add_people(people: list[Person], pixels: NDArray[np.uint8], part: Box) -> None:
    """Append everyone who is detected in a part of the picture and not known yet."""
    for _, _, points in _pose_detector().detect(pixels[part.top : part.bottom, part.left : part.right]):
        offset = np.array([part.left, part.top], np.float32)
        person = _follow(pixels, _Region.around(points[0] + offset, points[1] + offset))
        if person and not any(_is_same(person, other) for other in people):
            people.append(person)


def _has_face(person: Person, face: Box) -> bool:
    x, y = person.point(Joint.NOSE)
    return bool(face.left <= x <= face.right and face.top <= y <= face.bottom)


def _below(face: Box, shape: tuple[int, ...]) -> Box:
    """Where the body of a face is: the pose detector overlooks people beside a larger one, not alone."""
    reach = 2 * face.width
    edges = [face.left - reach, face.top - face.height, face.right + reach, face.bottom + 6 * face.height]
    return _inside(np.array(edges, np.float32), shape)


def _follow(pixels: NDArray[np.uint8], region: "_Region") -> Person | None:
    """Landmarks from the detector's region, then once more from the region that they give: the first is rough."""
    for _ in range(2):
        score, landmarks, mask = _landmark_model().locate(pixels, region)
        if score < PERSON_SCORE:
            return None
        region = _Region.around(landmarks[33, :2], landmarks[34, :2])
    landmarks = landmarks[:33]
    return Person(_body_box(landmarks, mask), score, landmarks, mask)


def _body_box(landmarks: Floats, mask: Floats) -> Box:
    rows, columns = np.where(mask > 0.5)
    seen = landmarks[landmarks[:, 3] > 0.5, :2]
    left, top = np.min([[columns.min(initial=10**6), rows.min(initial=10**6)], *seen], axis=0)
    right, bottom = np.max([[columns.max(initial=0), rows.max(initial=0)], *seen], axis=0)
    return _inside(np.array([left, top, right + 1, bottom + 1]), mask.shape)


def _is_same(one: Person, other: Person) -> bool:
    """Two detections of one body: their masks overlap by more than half of the smaller."""
    a, b = one.mask > 0.5, other.mask > 0.5
    return bool((a & b).sum() > 0.5 * min(a.sum(), b.sum()))


def _inside(box: Floats, shape: tuple[int, ...]) -> Box:
    left, top, right, bottom = (round(float(edge)) for edge in box)
    height, width = shape[:2]
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return Box(left=left, top=top, right=min(max(right, left + 1), width), bottom=min(max(bottom, top + 1), height))


class _Model:
    """One tflite model. An interpreter keeps its last tensors, so calls take turns and copy what they read."""

    def __init__(self, name: str) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(str(FOLDER / f"{name}.tflite"), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]
        self._lock = threading.Lock()

    def run(self, pixels: Floats) -> list[Floats]:
        """All outputs for one picture (height, width, 3) in the range the model wants."""
        with self._lock:
            self._interpreter.set_tensor(self._input, pixels[None].astype(np.float32))
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(index)[0].copy() for index in self._outputs]


class _Detector:
    """A single-shot detector with fixed square anchors: boxes, scores and key points, best first."""

    def __init__(
        self, name: str, side: int, strides: tuple[tuple[int, int], ...], points: int, least_score: float
    ) -> None:
        self._model = _Model(name)
        self._side = side
        self._anchors = _anchors(side, strides)
        self._least_score = least_score
        self._points = points

    def detect(self, pixels: NDArray[np.uint8]) -> list[tuple[Floats, float, Floats]]:
        """(box left top right bottom, score, key points) in px of the picture."""
        square, scale, offset = _letterbox(pixels, self._side)
        raw, logits = self._model.run(square / 127.5 - 1)
        scores = _sigmoid(logits[:, 0])
        chosen = np.flatnonzero(scores >= self._least_score)
        raw, scores, anchors = raw[chosen], scores[chosen], self._anchors[chosen]
        centres, sizes = raw[:, :2] + anchors, raw[:, 2:4]
        boxes = np.hstack([centres - sizes / 2, centres + sizes / 2])
        points = raw[:, 4:].reshape(len(raw), self._points, 2) + anchors[:, None]
        merged = _merge(boxes, scores, points)
        shift = np.tile(offset, 2)
        return [((box - shift) / scale, float(score), (keys - offset) / scale) for box, score, keys in merged]


def _anchors(side: int, strides: tuple[tuple[int, int], ...]) -> Floats:
    """Centres in px of the model's input: ``strides`` are (stride, anchors per cell), in the order of the outputs."""
    layers = []
    for stride, count in strides:
        cells = (np.arange(side // stride, dtype=np.float32) + 0.5) * stride
        x, y = np.meshgrid(cells, cells)
        layers.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), count, axis=0))
    return np.concatenate(layers)


def _letterbox(pixels: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], float, Floats]:
    """The picture scaled into the middle of a black square; scale and offset of the mapping, px."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    offset = np.array([(side - width * scale) / 2, (side - height * scale) / 2], np.float32)
    matrix = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
    if scale < 0.5:  # a warp alone would skip pixels
        pixels = cv2.resize(pixels, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_AREA)
        matrix[:, :2] = [[0.5, 0], [0, 0.5]]
    return cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR), scale, offset


def _merge(boxes: Floats, scores: Floats, points: Floats) -> list[tuple[Floats, float, Floats]]:
    """Weighted non-maximum suppression: overlapping boxes become their mean, weighted by score."""
    left = list(np.argsort(-scores))
    merged = []
    while left:
        best = left[0]
        group = [index for index in left if _overlap(boxes[best], boxes[index]) > OVERLAP]
        weights = scores[group] / scores[group].sum()
        keys = (weights[:, None, None] * points[group]).sum(axis=0)
        merged.append((weights @ boxes[group], scores[best], keys))
        left = [index for index in left if index not in group and index != best]
    return merged


def _overlap(one: Floats, other: Floats) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    union = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - shared
    return float(shared / max(union, 1e-9))


@dataclass(frozen=True)
class _Region:
    """A turned square around a body: centre and side in px, angle in radians clockwise."""

    centre: Floats
    side: float
    angle: float

    @classmethod
    def around(cls, centre: Floats, top: Floats) -> "_Region":
        """From the middle of the hips and the point that says how far and which way the body reaches."""
        x, y = top - centre
        return cls(centre, 2.5 * float(np.hypot(x, y)), float(np.arctan2(x, -y)))

    def to_picture(self, side: int) -> Floats:
        """The 2 x 3 matrix from the model's square (``side`` px) to the picture."""
        scale = self.side / side
        cos, sin = np.cos(self.angle) * scale, np.sin(self.angle) * scale
        turn = np.array([[cos, -sin], [sin, cos]], np.float32)
        return np.column_stack([turn, self.centre - turn @ np.full(2, side / 2, np.float32)]).astype(np.float32)


class _LandmarkModel:
    """39 body landmarks and a person mask inside a region."""

    SIDE = 256
    HEATMAP = 64

    def __init__(self) -> None:
        self._model = _Model("pose_landmark_full")

    def locate(self, pixels: NDArray[np.uint8], region: _Region) -> tuple[float, Floats, Floats]:
        """(score, landmarks 39 x 5, mask 0..1), both in px of the picture."""
        matrix = region.to_picture(self.SIDE)
        crop = _sample(pixels, matrix, self.SIDE)
        raw, score, logits, heatmap, _ = self._model.run(crop / np.float32(255))
        landmarks = raw.reshape(39, 5)
        landmarks[:, 3:] = _sigmoid(landmarks[:, 3:])
        landmarks[:, :2] = _refine(landmarks[:, :2], heatmap, self.SIDE // self.HEATMAP)
        landmarks[:, :2] = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        landmarks[:, 2] *= region.side / self.SIDE
        mask = _sigmoid(logits[:, :, 0])
        height, width = pixels.shape[:2]
        return float(score[0]), landmarks, cv2.warpAffine(mask, matrix, (width, height), flags=cv2.INTER_LINEAR)


def _sample(pixels: NDArray[np.uint8], matrix: Floats, side: int) -> NDArray[np.uint8]:
    """Cut the region out, black outside the picture; large pictures are halved first so that no pixel is skipped."""
    matrix = matrix.copy()
    while np.hypot(*matrix[:, 0]) > 2:
        pixels = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        matrix /= 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(pixels, matrix, (side, side), flags=flags)


def _refine(points: Floats, heatmap: Floats, stride: int) -> Floats:
    """Move each landmark to the centre of mass of its heatmap near it, where the heatmap is sure (over 0.5)."""
    refined = points.copy()
    size = heatmap.shape[0]
    for index, (x, y) in enumerate(points / stride):
        column, row = int(x), int(y)
        if not (0 <= column < size and 0 <= row < size):
            continue
        left, top = max(column - 4, 0), max(row - 4, 0)
        patch = _sigmoid(heatmap[top : row + 5, left : column + 5, index])
        if patch.max() >= 0.5:
            rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]]
            total = patch.sum()
            refined[index] = stride * np.array(
                [left + (columns * patch).sum() / total, top + (rows * patch).sum() / total]
            )
    return refined


def _sigmoid(logits: Floats) -> Floats:
    sigmoid: Floats = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return sigmoid


@cache
def _face_detector() -> _Detector:
    return _Detector("face_detection_full_range_sparse", 192, ((4, 1),), 6, FACE_SCORE)


@cache
def _pose_detector() -> _Detector:
    return _Detector("pose_detection", 224, ((8, 2), (16, 2), (32, 6)), 4, PERSON_SCORE)


@cache
def _landmark_model() -> _LandmarkModel:
    return _LandmarkModel()
