"""Clothes for rendered bodies: where each garment covers, and what it looks like.

A garment is a shell over a part of the body. ``keep`` (n,) says in metres how far inside the garment a vertex lies;
the material cuts it off at zero, so hems and necklines run across the mesh's faces.
"""

from dataclasses import dataclass

import numpy as np

ARM_M, LEG_M = 0.52, 0.84
PARTS = ("torso", "arm", "leg", "hand", "foot", "head", "eye")


@dataclass(frozen=True)
class Garment:
    """A top or trousers. sleeve: share of the arm, 0 for a vest; hem: height at rest, m; leg: share of the leg."""

    colour: str
    pattern: str = "plain"
    second: str = "#ffffff"
    sleeve: float = 0.3
    neckline: str = "crew"
    hem: float = 0.0
    leg: float = 0.0
    looseness: float = 0.014
    smoothed: int = 14


OLD = {
    "ana": Garment("#8a93a3", sleeve=0.34),
    "ben": Garment("#d8d3c4", sleeve=0.95, looseness=0.018),
    "cleo": Garment("#3d5a45", sleeve=0.0, neckline="scoop"),
    "dov": Garment("#e9e9e6", sleeve=0.36, hem=-0.03, looseness=0.02),
    "eri": Garment("#20242c", sleeve=0.3),
}
NEW = {
    "red_print_tee": Garment("#b3262e", "print", "#f3ead2", sleeve=0.3),
    "navy_striped_long": Garment("#f0ede4", "stripes", "#23386b", sleeve=0.96),
    "white_tee": Garment("#f4f4f2", sleeve=0.34),
    "black_vest": Garment("#1d1d20", sleeve=0.0, neckline="scoop"),
    "green_v_tee": Garment("#4f7a4a", sleeve=0.3, neckline="v"),
}
TROUSERS = Garment("#3b4252", leg=1.03, looseness=0.01)
SHOES = Garment("#2a2522", looseness=0.012, smoothed=4)


def coverage(garment: Garment, body: dict[str, np.ndarray]) -> np.ndarray:
    """keep (n,) of a top, or of trousers where the garment has legs."""
    rest, part = body["rest"], body["part"]
    x, y, z = rest.T
    if garment.leg:
        keep = np.where(body["leg"] > -1, (garment.leg - body["leg"]) * LEG_M, 0.075 - z)
        return np.where(np.isin(part, [PARTS.index(name) for name in ("torso", "leg", "foot")]), keep, -0.05)
    arm, of_arm = body["arm"], part == PARTS.index("arm")
    keep = np.minimum(z - garment.hem, neckline(garment.neckline, x, y, z))
    if garment.sleeve:
        keep = np.where(of_arm, np.minimum(keep, (garment.sleeve - arm) * ARM_M), keep)
    else:
        keep = np.minimum(keep, np.where((z > 0.36) | of_arm, 0.165 - np.abs(x), keep))
    worn = np.isin(part, [PARTS.index(name) for name in ("torso", "arm", "leg")])
    return np.where(worn, keep, -0.05)


def neckline(kind: str, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """How far (n,) vertices lie below the neckline, m."""
    drop, radius = (0.03, 0.12) if kind == "scoop" else (0.0, 0.088)
    ball = np.sqrt(x**2 + (y + 0.105 + drop) ** 2 + (z - 0.635 + drop) ** 2) - radius
    if kind != "v":
        return ball
    cut = (0.45 + 1.7 * np.abs(x) - z) / 1.97
    return np.where(y < -0.1, np.minimum(ball, np.maximum(cut, np.abs(x) - 0.1)), ball)


def stripe_position(body: dict[str, np.ndarray]) -> np.ndarray:
    """Where (n,) a vertex lies across the stripes, m: down the trunk, and along each sleeve."""
    return np.where(body["part"] == PARTS.index("arm"), 0.5 - body["arm"] * ARM_M, body["rest"][:, 2])
