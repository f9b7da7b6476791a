"""The camera from line segments, under the Manhattan assumption: walls meet at right angles, corners are upright.

A grid over focal length, pitch and roll is scored by how many segments point up or share one pair of level directions
(Coughlan and Yuille 1999); the best few are refined by expectation maximisation with Gauss-Newton steps under a prior
for how people hold cameras. The posterior's covariance tells how far the answer can be trusted.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from services.room.camera import Camera, level_basis
from services.room.lines import lengths

PITCH_PRIOR = (np.radians(-6), np.radians(10))
ROLL_PRIOR = (0.0, np.radians(1.6))
FOCAL_PRIOR = (np.log(0.78), 0.22)
KNOWN_FOCAL_SPREAD = 0.02
SEGMENT_SPREAD = np.radians(0.5)
END_SPREAD_PX = 0.5
OUTLIER = 0.12
PITCH_TAIL = 3.0
PITCHES = np.radians(np.arange(-69, 31, 3))
ROLLS = np.radians(np.arange(-5, 5.1, 1.25))
FOCALS = np.exp(np.linspace(np.log(0.45), np.log(1.5), 9))
STARTS = 5
ROUNDS = 14
SETTLED = 1e-5  # a step this small (radians; log of the focal length) moves nothing by a hundredth of a pixel


@dataclass(frozen=True)
class Prior:
    """Mean and spread of log(focal length / long side), pitch and roll (radians).

    The pitch has Student's distribution of PITCH_TAIL degrees of freedom: few look down steeply, but some do.
    """

    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, field_of_view: float | None) -> "Prior":
        """field_of_view: across the long side in radians, or None when unknown."""
        focal = FOCAL_PRIOR if field_of_view is None else (np.log(0.5 / np.tan(field_of_view / 2)), KNOWN_FOCAL_SPREAD)
        means, spreads = zip(focal, PITCH_PRIOR, ROLL_PRIOR, strict=True)
        return cls(np.array(means), np.array(spreads))

    def log(self, angles: np.ndarray) -> float:
        """The logarithm of how probable angles (log focal share, pitch, roll, …) are, up to a constant."""
        focal, pitch, roll = ((angles[:3] - self.mean) / self.spread) ** 2
        return float(-0.5 * (focal + roll + (PITCH_TAIL + 1) * np.log1p(pitch / PITCH_TAIL)))

    def precision(self, angles: np.ndarray) -> np.ndarray:
        """(4, 4): the inverse variances of the normal distribution that falls as steeply at these angles."""
        away = ((angles[1] - self.mean[1]) / self.spread[1]) ** 2
        trust = np.array([1, (PITCH_TAIL + 1) / (PITCH_TAIL + away), 1])
        return np.diag([*(trust / self.spread**2), 1e-6])


@dataclass(frozen=True)
class View:
    """An estimated camera.

    angles: log(focal / long side), pitch, roll, yaw. covariance: (4, 4) of the angles. support: share 0..1 of the
    segments' length that fits one of the three directions. labels (n,): 0 upright, 1, 2 along the walls, -1 none.
    """

    camera: Camera
    angles: np.ndarray
    covariance: np.ndarray
    support: float
    labels: np.ndarray


def estimate_view(segments: np.ndarray, *, width: int, height: int, field_of_view: float | None = None) -> View:
    """The most probable camera for the segments (n, 4) of a photo of this size. Without segments it is the prior's."""
    prior = Prior.of(field_of_view)
    size = max(width, height)
    pixels = (segments.reshape(-1, 2, 2) - (width / 2, height / 2)) / size
    weight = np.sqrt(np.minimum(lengths(segments) / size, 0.3)) if len(segments) else np.zeros(0)
    starts = _grid(pixels, weight, prior) if len(segments) >= 3 else [np.array([*prior.mean, 0.0])]
    refined = [_refine(start, pixels, weight, prior, 1 / size) for start in starts]
    angles, covariance, _ = max(refined, key=lambda result: result[2])
    shares = _shares(angles, pixels, 1 / size)[0] if len(segments) else np.zeros((0, 3))
    labels = np.where(shares.sum(axis=1) > 0.5, shares.argmax(axis=1), -1) if len(segments) else np.zeros(0, int)
    length = lengths(segments)
    support = float(length[labels >= 0].sum() / max(length.sum(), 1e-9)) if len(segments) else 0.0
    return View(camera_of(angles, width=width, height=height), angles, covariance, support, labels)


def camera_of(angles: np.ndarray, *, width: int, height: int) -> Camera:
    """The camera with these angles (log focal share, pitch, roll, yaw) and photo size."""
    focal, pitch, roll, yaw = angles
    focal_px = float(np.exp(focal)) * max(width, height)
    return Camera.from_angles(width=width, height=height, focal_px=focal_px, pitch=pitch, roll=roll, yaw=yaw)


def _grid(pixels: np.ndarray, weight: np.ndarray, prior: Prior) -> list[np.ndarray]:
    """The best starting angles; no two share focal length and pitch."""
    focals = FOCALS if prior.spread[0] > KNOWN_FOCAL_SPREAD else np.exp(prior.mean[:1])
    scored = []
    for focal in focals:
        ends = np.concatenate([pixels, np.full((*pixels.shape[:2], 1), focal)], axis=2)
        normals = np.cross(ends[:, 0], ends[:, 1])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        scores, yaws = (part.reshape(len(PITCHES), len(ROLLS)) for part in _scores(normals, weight))
        for row, (pitch, roll) in enumerate(zip(PITCHES, scores.argmax(axis=1), strict=True)):
            angles = np.array([np.log(focal), pitch, ROLLS[roll], yaws[row, roll]])
            scored.append((scores[row, roll] + prior.log(angles), angles))
    scored.sort(key=lambda pair: -pair[0])
    return [angles for _, angles in scored[:STARTS]]


@cache
def _orientations() -> np.ndarray:
    """The cameras of the grid, pitch by pitch and roll by roll: (n, 3, 3), each with rows across, ahead and up."""
    ups = [
        np.array([np.sin(roll) * np.cos(pitch), -np.cos(roll) * np.cos(pitch), np.sin(pitch)])
        for pitch in PITCHES
        for roll in ROLLS
    ]
    return np.array([(*level_basis(up), up) for up in ups])


def _scores(normals: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(scores, yaws) of the grid's orientations: segments that point up, and the fullest pair of level directions.

    normals (n, 3), weight (n,): of the planes through the lens and each segment. yaws: radians.
    """
    across, ahead, up = np.moveaxis(_orientations(), 1, 0)
    upright = np.exp(-0.5 * ((up @ normals.T) / 0.03) ** 2)
    yaw = np.arctan2(np.cross(up, ahead) @ normals.T, np.cross(up, across) @ normals.T)
    bins = np.floor(np.degrees(yaw)).astype(int) % 90 + 90 * np.arange(len(up))[:, None]
    counts = np.bincount(bins.ravel(), (weight * (1 - upright)).ravel(), minlength=90 * len(up)).reshape(-1, 90)
    shifts = ((-2, 0.4), (-1, 0.8), (0, 1.0), (1, 0.8), (2, 0.4))
    smooth = np.sum([np.roll(counts, shift, axis=1) * share for shift, share in shifts], axis=0)
    return 2 * (upright @ weight + smooth.max(axis=1)), np.radians(smooth.argmax(axis=1) + 0.5)


def _residuals(angles: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Sine of the angle (n, 3) between each segment and the line from its middle to each vanishing point."""
    focal, pitch, roll, yaw = angles
    camera = Camera.from_angles(width=0, height=0, focal_px=float(np.exp(focal)), pitch=pitch, roll=roll, yaw=yaw)
    middle, along = pixels.mean(axis=1), pixels[:, 1] - pixels[:, 0]
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    columns = []
    for direction in (camera.up, camera.axis, camera.depth_axis):
        target = direction[:2] * camera.focal_px - middle * direction[2]
        columns.append((along[:, 0] * target[:, 1] - along[:, 1] * target[:, 0]) / np.linalg.norm(target, axis=1))
    signs = np.stack(columns, axis=1)
    return signs


def _spread(pixels: np.ndarray, pixel: float) -> np.ndarray:
    length = np.linalg.norm(pixels[:, 1] - pixels[:, 0], axis=1)
    return np.hypot(SEGMENT_SPREAD, 2 * END_SPREAD_PX * pixel / length)


def _shares(angles: np.ndarray, pixels: np.ndarray, pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """How far (n, 3) each segment belongs to each direction, 0..1, and its log likelihood (n,)."""
    spread = _spread(pixels, pixel)
    density = np.exp(-0.5 * (_residuals(angles, pixels) / spread[:, None]) ** 2) / (spread[:, None] * 7.5)
    total = density.sum(axis=1) + OUTLIER
    return density / total[:, None], np.log(total)


def _refine(
    start: np.ndarray, pixels: np.ndarray, weight: np.ndarray, prior: Prior, pixel: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """(angles, covariance, log posterior) after expectation maximisation. pixel: the size of one, as a share."""
    angles = start.copy()
    mean = np.array([*prior.mean, 0.0])
    information = prior.precision(angles)
    for _ in range(ROUNDS if len(pixels) else 0):
        shares = _shares(angles, pixels, pixel)[0]
        trust = shares * (weight / _spread(pixels, pixel) ** 2)[:, None]
        now, precision = _residuals(angles, pixels), prior.precision(angles)
        slope = np.stack([(_residuals(angles + step, pixels) - now) / 1e-5 for step in 1e-5 * np.eye(4)], axis=2)
        information = np.einsum("nk,nki,nkj->ij", trust, slope, slope) + precision
        gradient = np.einsum("nk,nki,nk->i", trust, slope, now) + precision @ (angles - mean)
        step = -np.linalg.solve(information, gradient)
        angles = angles + step * min(1.0, 0.15 / max(np.abs(step).max(), 1e-9))
        if np.abs(step).max() < SETTLED:
            break
    likelihood = float((weight * _shares(angles, pixels, pixel)[1]).sum()) if len(pixels) else 0.0
    return angles, np.linalg.inv(information), likelihood + prior.log(angles)
