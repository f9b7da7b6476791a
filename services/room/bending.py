"""Whether upright lines bend in a photo, as they do behind a fisheye lens: no black corner is needed to see it.

Behind a lens that pulls everything to the middle an upright line at x leans by ``2 k x y`` where k is the lens's
distortion; pitch and roll lean it another way, which the camera tells (a plumb-line test after Brown 1971).
"""

import numpy as np

from services.room.camera import Camera

MOST_BEND = 0.35
UPRIGHT = 3.0
LEAST_LINES, LEAST_CERTAINTY = 40, 4.0
LONGEST, LEAST_SCATTER = 0.5, 0.004
ROUNDS = 10


def bend(segments: np.ndarray, camera: Camera) -> float:
    """``2 k`` over half the photo's long side; 0 where too few upright lines show, or they do not agree.

    segments: (n, 4) px. Straight lenses measure within 0.1 of 0, a strong wide-angle 0.2, a fisheye 0.5 and more.
    """
    half = max(camera.width, camera.height) / 2
    ends = (segments.reshape(-1, 2, 2) - (camera.width / 2, camera.height / 2)) / half
    middle, along = ends.mean(axis=1), ends[:, 1] - ends[:, 0]
    upright = np.abs(along[:, 1]) > UPRIGHT * np.abs(along[:, 0])
    if upright.sum() < LEAST_LINES:
        return 0.0
    middle, along = middle[upright], along[upright]
    x, y, z = camera.up
    to = np.array([x, y]) * camera.focal_px / half - middle * z
    lean = along[:, 0] / along[:, 1] - to[:, 0] / to[:, 1]
    terms = np.stack([np.ones(len(middle)), middle[:, 0], middle[:, 0] * middle[:, 1]], axis=1)
    found, spread = _fit(terms, lean, np.minimum(np.linalg.norm(along, axis=1), LONGEST))
    return found if found > LEAST_CERTAINTY * spread else 0.0


def _fit(terms: np.ndarray, values: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """The last coefficient of a robust least squares fit (Cauchy weights), and its standard deviation."""
    trust, found, error = weight, np.zeros(terms.shape[1]), values
    for _ in range(ROUNDS):
        root = np.sqrt(trust)
        found = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        error = np.abs(terms @ found - values)
        trust = weight / (1 + (error / max(1.5 * float(np.median(error)), LEAST_SCATTER)) ** 2)
    spread = np.linalg.pinv((terms * trust[:, None]).T @ terms) * np.average(error**2, weights=trust) * trust.mean()
    return float(found[-1]), float(np.sqrt(max(spread[-1, -1], 0)))
