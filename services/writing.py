"""Writing in a picture: where letters of any script are, by the detector of PP-OCRv4, run by OpenCV. No torch.

It only says where; nothing is read. The network (Apache-2.0, ``assets/models/writing``) was made for documents and
street signs: in a picture without any letter it takes large blurred shapes for some. So a word of our own is put under
every picture, beside which those shapes are none.
"""

import lzma
import threading
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from PIL import Image

from services.images import Box
from services.settings import ROOT

NETWORK = ROOT / "assets" / "models" / "writing" / "text_detection.onnx.xz"
SIDE_PX = 480  # the picture's longer side, as the network sees it
STEP_PX = 32  # sides that it takes are multiples of this
STRIP_PX = 64  # under the picture, with the word
WORD = "Reference"
IS_WRITING = 0.3  # of the network's probability, as PP-OCR has it
LEAST_AREA_PX = 20
MEAN, SPREAD = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)


@dataclass(frozen=True)
class Writing:
    """A line of writing: its box, px of the picture, and the network's mean probability in it, 0..1."""

    box: Box
    score: float


def find_writing(image: Image.Image) -> tuple[Writing, ...]:
    """Every line of writing, largest first. Lines lower than about 1/60 of the longer side are missed."""
    pixels = np.asarray(image.convert("RGB"))
    likely = _detector().probability(pixels)
    parts, labels, stats, _ = cv2.connectedComponentsWithStats((likely > IS_WRITING).astype(np.uint8))
    scale = np.array(pixels.shape[1::-1]) / likely.shape[::-1]
    found = [
        Writing(_box(stats[part], scale), float(likely[labels == part].mean()))
        for part in range(1, parts)
        if stats[part, cv2.CC_STAT_AREA] >= LEAST_AREA_PX
    ]
    return tuple(sorted(found, key=lambda line: -line.box.width * line.box.height))


def _box(stats: np.ndarray, scale: np.ndarray) -> Box:
    """The component's box (left, top, width, height, in px of the network) in px of the picture."""
    left, top = np.floor(stats[:2] * scale).astype(int)
    right, bottom = np.ceil((stats[:2] + stats[2:4]) * scale).astype(int)
    return Box(left=int(left), top=int(top), right=int(right), bottom=int(bottom))


class _Detector:
    """The loaded network. One call at a time: OpenCV keeps the tensors of the last one."""

    def __init__(self) -> None:
        self._network = cv2.dnn.readNetFromONNX(np.frombuffer(lzma.decompress(NETWORK.read_bytes()), np.uint8))
        self._lock = threading.Lock()

    def probability(self, pixels: np.ndarray) -> np.ndarray:
        """Likelihood 0..1 of writing at about SIDE_PX, for a picture (height, width, 3), uint8."""
        scale = SIDE_PX / max(pixels.shape[:2])
        width, height = (max(STEP_PX, round(side * scale / STEP_PX) * STEP_PX) for side in pixels.shape[1::-1])
        small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        shown = np.vstack([small, _reference(width)]).astype(np.float32) / 255
        normal = ((shown - MEAN) / SPREAD).transpose(2, 0, 1)[None]
        with self._lock:
            self._network.setInput(np.ascontiguousarray(normal))
            found: np.ndarray = self._network.forward()[0, 0, :height].copy()
        return found


@cache
def _detector() -> _Detector:
    return _Detector()


@cache
def _reference(width: int) -> np.ndarray:
    """White paper (STRIP_PX, width, 3) with the word in black, as wide as there is room."""
    strip = np.full((STRIP_PX, width, 3), 255, np.uint8)
    (long, high), _ = cv2.getTextSize(WORD, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    size = min(1.0, (width - 8) / long)
    corner = (4, (STRIP_PX + round(high * size)) // 2)
    cv2.putText(strip, WORD, corner, cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 2, cv2.LINE_AA)
    return strip
