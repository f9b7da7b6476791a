"""Cut-outs with ViTMatte (arXiv:2305.15272) at their edge: hair, fur, lace and other fine outlines."""

import cv2
import numpy as np
import torch
from PIL import Image
from transformers import VitMatteForImageMatting, VitMatteImageProcessor

from services.contract import Checkpoint
from services.cutout.engine import CutOutEngine
from services.cutout.matting import guided_filter, signed_depth
from services.cutout.saliency import Saliency
from services.pipelines.loading import load_network

WIDER = 6.0  # than the band of an outline that was followed: hair reaches further
SIDE_PX = 1024
GUIDED_RADIUS_PX = 2
GUIDED_EPSILON = 1e-4


class VitMatteEngine(CutOutEngine):
    """The embedded engine finds the product; ViTMatte solves its edge. Parts: ``saliency``, the embedded network."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load both networks."""
        self._saliency = Saliency(checkpoint.parts["saliency"].location)
        self._solve = VitMatte(checkpoint)


class VitMatte:
    """Alpha from a picture and a trimap: what is surely product, surely not, and the band between that is solved."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._processor = VitMatteImageProcessor.from_pretrained(checkpoint.location, **checkpoint.hub_options)
        self._network = load_network(VitMatteForImageMatting, checkpoint)

    def __call__(self, rgb: np.ndarray, mask: np.ndarray, band_px: float) -> np.ndarray:
        """Alpha uint8 (height, width), 255 = product: exact beyond the band, which is wider than the colours' one.

        rgb: uint8. mask: bool, True = product. Solved at SIDE_PX at most, and led to the picture's own edges.
        """
        depth = signed_depth(mask)
        known = np.where(depth > 0, 255, 0).astype(np.uint8)
        unknown = np.abs(depth) < WIDER * band_px
        scale = min(1.0, SIDE_PX / max(mask.shape))
        size = max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale))
        trimap = cv2.resize(np.where(unknown, np.uint8(128), known), size, interpolation=cv2.INTER_NEAREST)
        solved = self._solve(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), trimap)
        if scale < 1:
            solved = cv2.resize(solved, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
            grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
            solved = guided_filter(grey, solved, GUIDED_RADIUS_PX, GUIDED_EPSILON)
        return np.where(unknown, np.round(255 * np.clip(solved, 0, 1)), known).astype(np.uint8)

    @torch.inference_mode()
    def _solve(self, rgb: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """Alpha 0..1, float32. trimap: uint8, 255 product, 0 not, 128 unknown."""
        inputs = self._processor(images=Image.fromarray(rgb), trimaps=Image.fromarray(trimap), return_tensors="pt")
        pixels = inputs["pixel_values"].to(self._network.device, self._network.dtype)
        alphas = self._network(pixel_values=pixels).alphas[0, 0, : rgb.shape[0], : rgb.shape[1]]
        return np.asarray(alphas.float().cpu().numpy())
