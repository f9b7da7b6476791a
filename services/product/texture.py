"""Texture for painted scenes: what the sketch shows and the checkpoint's latents cannot hold (wood grain, edges)."""

import cv2
import numpy as np
from PIL import Image

REACH_PX = 10
BACKDROP_TOLERANCE, SURFACE_TOLERANCE = 0.05, 0.22
EDGE_PX = 6
PLAIN_DETAIL, CRISP_DETAIL = 0.015, 0.045  # mean contrast of the sketch's detail, of 1


def restore_texture(
    painted: Image.Image, sketch: Image.Image, plain: Image.Image, *, edge: float, repaint: float = 1.0
) -> Image.Image:
    """The painted scene with the sketch's texture where both still show the same thing. All RGB, one size.

    plain: the sketch after the autoencoder, so that sketch - plain is what was lost. edge: the surface's back edge, as
    a share of the height; below it the picture is in focus and wants texture even where its colours moved, above it
    texture would be a ghost of what was painted over. repaint: how much of the painting is taken, 0..1. Where the
    sketch is plain, the painting changes colours only: what it adds within a few patches there is blotches.
    """
    painting, drawn, kept = (np.asarray(picture, np.float32) / 255 for picture in (painted, sketch, plain))
    change = _blur(_most(painting - kept))
    is_surface = np.arange(len(drawn))[:, None] > edge * len(drawn) - EDGE_PX
    tolerance = np.where(is_surface, SURFACE_TOLERANCE, BACKDROP_TOLERANCE)
    share = np.clip(1.5 - 1.5 * repaint * change / tolerance, 0, 1)[..., None]
    result = kept + repaint * _without_blotches(painting - kept, drawn) + share * (drawn - kept)
    return Image.fromarray((255 * np.clip(result, 0, 1) + 0.5).astype(np.uint8))


def _without_blotches(change: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """The change, height x width x 3, smoothed where the sketch shows nothing finer than ``REACH_PX``."""
    contrast = _blur(_most(drawn - _blur(drawn)))
    crisp = np.clip((contrast - PLAIN_DETAIL) / (CRISP_DETAIL - PLAIN_DETAIL), 0, 1)[..., None]
    smooth = _blur(change)
    return smooth + crisp * (change - smooth)


def _most(change: np.ndarray) -> np.ndarray:
    """The largest change of any channel, height x width."""
    largest: np.ndarray = np.maximum.reduce(cv2.split(np.abs(change)))
    return largest


def _blur(picture: np.ndarray) -> np.ndarray:
    """A Gaussian blur of ``REACH_PX``, made at a quarter of the size, where it costs little."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), REACH_PX / 4), (width, height), interpolation=cv2.INTER_LINEAR)
