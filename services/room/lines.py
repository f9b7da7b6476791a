"""Straight line segments of a photo."""

import cv2
import numpy as np

WORKING_SIDE_PX = 800
SHORTEST_SHARE = 0.025
MOST_SEGMENTS = 400


def find_segments(grey: np.ndarray) -> np.ndarray:
    """The longest segments (n, 4) as x1, y1, x2, y2 in px of the picture (uint8, grey), longest first.

    LSD (Grompone von Gioi et al. 2010) on a picture of at most 800 px a side.
    """
    scale = min(1.0, WORKING_SIDE_PX / max(grey.shape))
    small = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(small)[0]
    if found is None:
        return np.zeros((0, 4))
    segments = found.reshape(-1, 4).astype(float) / scale
    length = lengths(segments)
    order = np.argsort(-length)[:MOST_SEGMENTS]
    kept: np.ndarray = segments[order[length[order] > SHORTEST_SHARE * np.hypot(*grey.shape)]]
    return kept


def lengths(segments: np.ndarray) -> np.ndarray:
    """Lengths (n,) of segments (n, 4), px."""
    return np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
