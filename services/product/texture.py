"""Texture for painted scenes: what the sketch shows and the checkpoint's latents cannot hold (wood grain, edges)."""

import cv2
import numpy as np
from PIL import Image

REACH_PX = 10
BACKDROP_TOLERANCE, SURFACE_TOLERANCE = 0.05, 0.22
EDGE_PX = 6


def restore_texture(
    painted: Image.Image, sketch: Image.Image, plain: Image.Image, *, edge: float, repaint: float = 1.0
) -> Image.Image:
    """The painted scene with the sketch's texture where both still show the same thing. All RGB, one size.

    plain: the sketch after the autoencoder, so that sketch - plain is what was lost. edge: the surface's back edge, as
    a share of the height; below it the picture is in focus and wants texture even where its colours moved, above it
    texture would be a ghost of what was painted over. repaint: how much of the painting is taken, 0..1.
    """
    painting, drawn, kept = (np.asarray(picture, np.float32) / 255 for picture in (painted, sketch, plain))
    change = cv2.GaussianBlur(np.abs(painting - kept).max(axis=2), (0, 0), REACH_PX)
    is_surface = np.arange(len(drawn))[:, None] > edge * len(drawn) - EDGE_PX
    tolerance = np.where(is_surface, SURFACE_TOLERANCE, BACKDROP_TOLERANCE)
    share = np.clip(1.5 - 1.5 * repaint * change / tolerance, 0, 1)[..., None]
    result = kept + repaint * (painting - kept) + share * (drawn - kept)
    return Image.fromarray((255 * np.clip(result, 0, 1) + 0.5).astype(np.uint8))
