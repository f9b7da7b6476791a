"""Reads the pre-rendered shards: JPEG bytes and facts."""

import json
from pathlib import Path

import cv2
import numpy as np


class Shard:
    """One file of pictures of one size."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            self.data, self.offsets = file["data"], file["offsets"]
            self.facts: list[dict[str, str]] = json.loads(str(file["facts"]))

    def __len__(self) -> int:
        return len(self.facts)

    def picture(self, index: int) -> np.ndarray:
        """RGB uint8 (height, width, 3)."""
        data = self.data[self.offsets[index] : self.offsets[index + 1]]
        return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def shard_paths(work: Path) -> list[Path]:
    """The finished shards, in order."""
    return sorted(work.glob("shard_*.npz"))
