"""Where the product is in any photo: the matting network of ``assets/models/matting``, run by OpenCV. No torch."""

from pathlib import Path

import cv2
import numpy as np

SIDE_PX = 160


class Saliency:
    """The loaded network. One call at a time: OpenCV keeps the tensors of the last one."""

    def __init__(self, folder: str) -> None:
        self._network = cv2.dnn.readNetFromONNX(str(Path(folder) / "network.onnx"))

    def find(self, rgb: np.ndarray) -> np.ndarray:
        """Likelihood 0..1 (height, width) that a pixel of the picture (uint8) is the product's.

        The mean of the picture and its mirror image: their disagreement pulls a guess towards one half.
        """
        square = cv2.resize(rgb, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        both = np.stack([square, square[:, ::-1]]).transpose(0, 3, 1, 2).astype(np.float32) / 255
        self._network.setInput(np.ascontiguousarray(both))
        logits = self._network.forward()[:, 0]
        likely = 1 / (1 + np.exp(-logits))
        mean = (likely[0] + likely[1, :, ::-1]) / 2
        return cv2.resize(mean.astype(np.float32), rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1)
