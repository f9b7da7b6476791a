"""Everyday things in a picture: a single-shot detector of 23 classes, of which some are kinds of products. No torch.

The model is MediaPipe's (Apache-2.0, ``assets/models/objects``); anchors and box decoding are those of its graph
``mediapipe/modules/objectron/object_detection_oid_v4_cpu.pbtxt``.
"""

import lzma
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.images import Box
from services.settings import ASSETS

FILE = ASSETS / "models" / "objects" / "detector.tflite.xz"
SIDE_PX = 300
STRIDES_PX = (16, 32, 64, 128, 256, 512)
SCALES = np.linspace(0.2, 0.95, len(STRIDES_PX))  # of an anchor, by layer, as a share of the picture
RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)  # width to height of anchors
# Class -> kind, for classes that are kinds of products. Tables are left out, since products stand on them, and boxes:
# all that is square is one.
KINDS = {
    1: "bicycle", 2: "shoe", 3: "laptop", 5: "chair", 12: "cup", 13: "cup", 16: "bottle", 17: "shoe", 19: "shoe",
    21: "book", 22: "camera", 23: "car",
}  # fmt: skip
KNOWN = frozenset(KINDS.values())
LEAST_SCORE = 0.3
SAME_THING = 0.4  # intersection over union of a thing and the product's box
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Thing:
    """A thing: its kind, its box in px (inside the picture) and the detector's score 0..1."""

    kind: str
    box: Box
    score: float


def find_things(image: Image.Image) -> list[Thing]:
    """The surest thing of each kind in an RGB picture, the surest first."""
    pixels = cv2.resize(np.asarray(image), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    boxes, scores = load_detector().run(pixels / np.float32(127.5) - 1)
    best: dict[str, Thing] = {}
    for thing in _things(boxes, scores, image.width, image.height):
        if thing.kind not in best or thing.score > best[thing.kind].score:
            best[thing.kind] = thing
    return sorted(best.values(), key=lambda thing: -thing.score)


def find_product(image: Image.Image, product_box: Box | None) -> Thing | None:
    """The surest thing, of those that mostly cover the product's box where that is known; None where there is none."""
    things = find_things(image)
    if product_box is not None:
        things = [thing for thing in things if _overlap(thing.box, product_box) >= SAME_THING]
    return things[0] if things else None


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def _things(boxes: Floats, scores: Floats, width: int, height: int) -> Iterator[Thing]:
    """The surest anchor of every class; boxes (top, left, bottom, right) are shares of the picture."""
    for number, kind in KINDS.items():
        anchor = int(scores[:, number].argmax())
        if scores[anchor, number] >= LEAST_SCORE:
            top, left, bottom, right = np.clip(boxes[anchor], 0, 1)
            x, y = (round(float(left) * width), round(float(top) * height))
            box = Box(
                left=x,
                top=y,
                right=max(round(float(right) * width), x + 1),
                bottom=max(round(float(bottom) * height), y + 1),
            )
            yield Thing(kind=kind, box=box, score=float(scores[anchor, number]))


class _Model:
    """The tflite model. An interpreter keeps its last tensors, so calls take turns and copy what they read."""

    def __init__(self) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_content=lzma.decompress(FILE.read_bytes()), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = {detail["shape"][-1]: detail["index"] for detail in self._interpreter.get_output_details()}
        self._codes, self._logits = outputs[4], outputs[24]
        self._anchors = _anchors()
        self._lock = threading.Lock()

    def run(self, pixels: Floats) -> tuple[Floats, Floats]:
        """Boxes (1917, 4) as top, left, bottom, right in 0..1, and scores (1917, 24), of pixels in -1..1."""
        with self._lock:
            self._interpreter.set_tensor(self._input, pixels[None].astype(np.float32))
            self._interpreter.invoke()
            codes = self._interpreter.get_tensor(self._codes)[0].reshape(-1, 4)
            logits = self._interpreter.get_tensor(self._logits)[0].copy()
        centres = codes[:, :2] / 10 * self._anchors[:, 2:] + self._anchors[:, :2]
        sizes = np.exp(codes[:, 2:] / 5) * self._anchors[:, 2:]
        return np.hstack([centres - sizes / 2, centres + sizes / 2]), 1 / (1 + np.exp(-logits))


@cache
def load_detector() -> _Model:
    """The one detector of this process; unpacking it takes 0.4 s."""
    return _Model()


def _anchors() -> Floats:
    """Centre y, centre x, height and width of every anchor, as shares of the picture."""
    rows = []
    for layer, stride in enumerate(STRIDES_PX):
        cells = int(np.ceil(SIDE_PX / stride))
        sizes = [(scale / np.sqrt(ratio), scale * np.sqrt(ratio)) for ratio, scale in _shapes(layer)]
        for row in range(cells):
            for column in range(cells):
                rows += [((row + 0.5) / cells, (column + 0.5) / cells, *size) for size in sizes]
    return np.asarray(rows, np.float32)


def _shapes(layer: int) -> list[tuple[float, float]]:
    """Ratio and scale of the anchors in each cell of a layer; the first layer has fewer, and one small one."""
    if layer == 0:
        return [(1.0, 0.1), (2.0, SCALES[0]), (0.5, SCALES[0])]
    following = SCALES[layer + 1] if layer + 1 < len(SCALES) else 1.0
    return [(ratio, SCALES[layer]) for ratio in RATIOS] + [(1.0, float(np.sqrt(SCALES[layer] * following)))]
