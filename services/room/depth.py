"""Estimated depth of a room photo, and what it says of things that stand in front of a place.

Depth-Anything-V2 (arXiv:2406.09414) says which pixels are nearer, without unit. The floor, whose distance the geometry
knows, gives it one: inverse depth is fitted to it, and where that does not fit nothing is claimed.
"""

import cv2
import numpy as np
import torch
from PIL import Image
from transformers import DepthAnythingForDepthEstimation, DPTImageProcessor

from services.checkpoint import Checkpoint
from services.pipelines.loading import load_network
from services.room.camera import Camera
from services.room.floor import free_floor
from services.room.occlusion import Thing
from services.room.reading import Reading

ROLE = "depth"
FLOOR = 0.6
LEAST_FLOOR = 0.02
MOST_ERROR = 0.15
ROUNDS = 6
OVER_FLOOR = 0.05
UNSURE = 0.1
EDGE_PX = 0.7


class DepthReader:
    """The loaded depth checkpoint: the ``depth`` part of a checkpoint, or the checkpoint itself."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        role = ROLE if ROLE in checkpoint.parts else ""
        weights = checkpoint.parts[role] if role else checkpoint
        self._processor = DPTImageProcessor.from_pretrained(weights.location, **weights.hub_options)
        self._network = load_network(DepthAnythingForDepthEstimation, checkpoint, role)

    @torch.inference_mode()
    def read(self, rgb: np.ndarray) -> np.ndarray:
        """How near each pixel is, float32 (height, width): larger is nearer, inverse depth up to scale and offset."""
        inputs = self._processor(images=Image.fromarray(rgb), return_tensors="pt")
        pixels = inputs["pixel_values"].to(self._network.device, self._network.dtype)
        seen = self._network(pixel_values=pixels).predicted_depth[0].float().cpu().numpy()
        return np.asarray(cv2.resize(seen, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def measure(near: np.ndarray, room: Reading) -> np.ndarray | None:
    """The depth of each pixel along the optical axis in camera heights, or None where it cannot be trusted.

    near: what ``DepthReader.read`` says. The fit is robust (Cauchy weights): what stands on the floor is outvoted.
    """
    small = free_floor(room.rgb, room.camera, room.layout)
    eye = room.camera.resized(small.shape[1], small.shape[0])
    floor, rays = small > FLOOR, eye.rays(_pixels(eye))
    if floor.mean() < LEAST_FLOOR:
        return None
    seen = cv2.resize(near, small.shape[::-1], interpolation=cv2.INTER_AREA)[floor].astype(float)
    true = -(rays @ eye.up)[floor]  # the inverse of the floor's depth
    slope, offset = _fit(seen, true)
    if slope <= 0 or _median(slope * seen + offset - true) > MOST_ERROR * _median(true - np.median(true)):
        return None
    return np.asarray(1 / np.maximum(slope * near + offset, 1e-3))


def _median(error: np.ndarray) -> float:
    return float(np.median(np.abs(error)))


def _pixels(camera: Camera) -> np.ndarray:
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    return np.stack([columns, rows], axis=-1)


def _fit(seen: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Slope and offset of ``true`` over ``seen`` by iterated least squares."""
    weight = np.ones_like(seen)
    slope, offset = 0.0, 0.0
    for _ in range(ROUNDS):
        slope, offset = np.polyfit(seen, true, 1, w=np.sqrt(weight))
        error = np.abs(slope * seen + offset - true)
        weight = 1 / (1 + (error / max(1.5 * float(np.median(error)), 1e-6)) ** 2)
    return float(slope), float(offset)


def find_standing(near: np.ndarray, room: Reading) -> Thing | None:
    """Everything over the floor, each pixel at the distance of the floor under it, or None without trusted depth.

    Distances are taken as farther than measured by UNSURE: what is beside the product must not hide it.
    """
    depth = measure(near, room)
    if depth is None:
        return None
    up = room.camera.up
    points = room.camera.rays(_pixels(room.camera)) * depth[..., None]
    over = points @ up
    foot = np.hypot(np.linalg.norm(points - over[..., None] * up, axis=-1), 1)
    stands = (over + 1 > OVER_FLOOR * np.maximum(foot, 1)).astype(np.float32)
    return Thing(cv2.GaussianBlur(stands, (0, 0), EDGE_PX), (1 + UNSURE) * foot)
