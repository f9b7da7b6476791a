"""The usability gate: whether a plate would do as an ad, by the four faults that dominate among rejected ad pictures.

Scenes of pipelines that may invent things are also searched for people and writing (``clutter.py``).

Each fault has a score from 0 (none) to 1 and a limit; a plate passes when no score is over its limit. Everything is
measured on the finished plate with the product's matte and box, at a working size where the product is 160 px high.
The faults are those of arXiv:2408.00418; the scores, and the limits, are this project's own: see
``assets/samples/usability/README.md`` for how they were set and what they find.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image

from services.images import Box
from services.product import clutter
from services.product.service import USABILITY_LIMITS
from services.product.standing import PlateLayout

WORKING_HEIGHT_PX = 160
SAME_TONE = 11.0
CONTACT_SHARE = 0.03
CLEAR_CONTACT = 0.05
CONTACT_SHADE, LIFTED_RATIO = 0.12, 0.85  # measured shade: at the foot; further below, of that at the foot
REACH_PX = 48
NEAR_PX = 24
SPARSE = 4  # a copy of the product is sought at every fourth of its pixels first
LEAST_REACH_PX = 8
LIFTED = 0.085  # share of light: shadow below the foot darker than at it by as much is half a fault
LASTING_PX = 12
BANDS = 12  # of the plate's width, in which a level edge is sought
EDGE_STEP, EDGE_RANK = 5.0, 0.4  # Delta E; share of the scene's strongest step from row to row, level or not
EDGE_ALIKE, EDGE_SPAN = 0.4, 0.85  # share of the usual step that a band has; share of the bands that have it
REFLECTED_PX = 9
VISIBLE_LIGHT = 14.0  # L* of the ground from which on its shadows can be seen well
SCENERY_SHARE = 0.10
COPY_ALIKE, COPY_LEAST = 0.6, 0.05  # shares: of what shows of a copy, in its tones; of the product, that shows


@dataclass(frozen=True)
class Usability:
    """scores: fault -> 0..1. reason: the worst fault over its limit in one sentence, empty when the plate passes."""

    scores: Mapping[str, float]
    reason: str

    @property
    def passes(self) -> bool:
        return not self.reason

    @property
    def excess(self) -> float:
        """How far the worst score is over (or, negative, under) its limit: the smaller the better a plate."""
        return max(score - USABILITY_LIMITS[fault] for fault, score in self.scores.items())


REASONS = {
    "space_mismatch": "the product does not touch the ground of the scene, or stands before its back wall",
    "size_mismatch": "the product is too small, or too large for the picture",
    "indistinctiveness": "the product hardly differs from the scene behind it",
    "shape_hallucination": "the scene continues the product's shape, or shows a second one",
    "people": "somebody is in the scene beside the product",
    "writing": "the scene shows writing beside the product",
}


@dataclass(frozen=True)
class View:
    """The plate around the product at working size. lab: float32; matte: 0..1; box: the product in it, px.

    bare: Lab of the scene without product and shadows, or None where it was painted with them.
    """

    lab: np.ndarray
    matte: np.ndarray
    box: Box
    bare: np.ndarray | None = None

    @cached_property
    def solid(self) -> np.ndarray:
        return self.matte > 0.5

    @cached_property
    def depth(self) -> np.ndarray:
        """Distance to the outline, px: positive inside, negative outside."""
        inside = cv2.distanceTransform(self.solid.astype(np.uint8), cv2.DIST_L2, 3)
        outside = cv2.distanceTransform((~self.solid).astype(np.uint8), cv2.DIST_L2, 3)
        depth: np.ndarray = inside - outside
        return depth

    @property
    def upper(self) -> np.ndarray:
        """True in the rows (height, 1) above those that shadows on the ground can reach."""
        return np.arange(len(self.matte))[:, None] < self.box.bottom - 0.28 * self.box.height

    @property
    def surroundings(self) -> tuple[slice, slice]:
        """The rows and columns where a product that goes on, or stands behind itself, would show."""
        aside, above = round(0.7 * self.box.width) + NEAR_PX, round(0.7 * self.box.height) + NEAR_PX
        rows = slice(max(0, self.box.top - above), self.box.bottom + NEAR_PX)
        return rows, slice(max(0, self.box.left - aside), self.box.right + aside)

    def cut(self, window: tuple[slice, slice]) -> "View":
        """The part of the view in this window."""
        down, right = window[0].start, window[1].start
        box = self.box
        moved = Box(left=box.left - right, top=box.top - down, right=box.right - right, bottom=box.bottom - down)
        bare = None if self.bare is None else self.bare[window]
        return replace(self, lab=self.lab[window], matte=self.matte[window], box=moved, bare=bare)


def judge(
    plate: np.ndarray,
    product: np.ndarray,
    box: Box,
    layout: PlateLayout,
    bare: np.ndarray | None = None,
    *,
    may_invent: bool = False,
) -> Usability:
    """Score a plate (RGB uint8) on which the product (RGBA uint8, at the box's size) stands at the box.

    bare: the same scene without product and shadows (RGB uint8), where there is one: what is darker on the plate is
    then shadow, and dark moss below a foot is not taken for one. may_invent: look for people and writing as well.
    """
    matte = _whole_matte(plate.shape, product[..., 3], box)
    view = look(plate, matte, box, bare)
    scores = {
        "space_mismatch": space_mismatch(view),
        "size_mismatch": size_mismatch(box, layout),
        "indistinctiveness": indistinctiveness(view.cut(view.surroundings)),
        "shape_hallucination": shape_hallucination(view),
    }
    if may_invent:
        picture, own = Image.fromarray(plate), matte / 255
        scores |= {"people": clutter.people(picture, own), "writing": clutter.writing(picture, own)}
    worst = max(scores, key=lambda fault: scores[fault] - USABILITY_LIMITS[fault])
    over = scores[worst] > USABILITY_LIMITS[worst]
    return Usability({fault: round(score, 3) for fault, score in scores.items()}, REASONS[worst] if over else "")


def _whole_matte(shape: tuple[int, ...], alpha: np.ndarray, box: Box) -> np.ndarray:
    """The product's alpha (uint8, at the box's size) in a plate of this shape."""
    matte = np.zeros(shape[:2], np.uint8)
    matte[box.top : box.bottom, box.left : box.right] = alpha
    return matte


def look(plate: np.ndarray, matte: np.ndarray, box: Box, bare: np.ndarray | None = None) -> View:
    """The plate and its product's matte (uint8, its size), scaled so that the product is WORKING_HEIGHT_PX high."""
    scale = WORKING_HEIGHT_PX / box.height
    size = round(plate.shape[1] * scale), round(plate.shape[0] * scale)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    near = Box(**{side: round(value * scale) for side, value in box.model_dump().items()})
    near_matte = cv2.resize(matte, size, interpolation=way) / 255.0
    return View(_lab(plate, size, way), near_matte, near, None if bare is None else _lab(bare, size, way))


def _lab(picture: np.ndarray, size: tuple[int, int], way: int) -> np.ndarray:
    """The picture (RGB uint8) at this size, as CIE Lab."""
    lab: np.ndarray = cv2.cvtColor(np.float32(cv2.resize(picture, size, interpolation=way)) / 255, cv2.COLOR_RGB2Lab)
    return lab


def size_mismatch(box: Box, layout: PlateLayout) -> float:
    """0 at the layout's full size; 0.5 where the product is half of it, or 8 % over it; 1 at a quarter or 16 % over."""
    share = max(box.width / (layout.widest * layout.width), box.height / (layout.tallest * layout.height))
    small, large = (1 - share) if share > 0.5 else 0.5 + 2 * (0.5 - share), (share - 1) / 0.16
    return float(np.clip(max(small, large), 0, 1))


def space_mismatch(view: View) -> float:
    """The larger of: ground under the foot not darkest where it touches, and a foot above the surface's back edge."""
    return max(_missing_contact(view), _above_back_edge(view))


def _missing_contact(view: View) -> float:
    """1 where the ground just under the lowest parts is no darker than elsewhere, or darker further below them."""
    rows = np.arange(len(view.matte))[:, None]
    lowest = np.where(view.solid, rows, -1).max(axis=0)
    touching = np.flatnonzero(lowest >= lowest.max() - max(2, CONTACT_SHARE * view.box.height))
    reach = min(REACH_PX, len(view.matte) - int(lowest.max()) - 1)
    if reach < LEAST_REACH_PX:
        return 1.0
    below = np.stack([np.arange(lowest[x] + 1, lowest[x] + 1 + reach) for x in touching], axis=1)
    light = np.median(view.lab[below, touching, 0] + 4, axis=1)
    if view.bare is None:
        return _guess_contact(light, _usual_light(view, light))
    return _measure_contact(light, np.median(view.bare[below, touching, 0] + 4, axis=1))


def _measure_contact(light: np.ndarray, bare: np.ndarray) -> float:
    """From the light below the foot, row by row, with and without shadows: 0.5 at either limit.

    A reflection that begins at the foot is contact, too: on dark gloss it is lighter than the ground.
    """
    shade = 1 - light / np.maximum(bare, 1)
    at_foot, further = _at_foot_and_further(shade)
    reflection = float(-shade[:REFLECTED_PX].min())
    weak = (1 - 0.5 * max(at_foot, reflection) / CONTACT_SHADE) * min(1.0, float(np.median(bare)) / VISIBLE_LIGHT)
    lifted = (further / max(at_foot, 1e-3) - 2 * LIFTED_RATIO + 1) / (2 - 2 * LIFTED_RATIO)
    return float(np.clip(max(weak, lifted if further > CLEAR_CONTACT else 0.0), 0, 1))


def _guess_contact(light: np.ndarray, usual: float) -> float:
    """From the light below the foot and that of ground without shadow, without a bare scene: 0.5 at either limit."""
    at_foot, further = _at_foot_and_further(1 - light / max(usual, 1))
    weak = (1 - 0.5 * at_foot / CLEAR_CONTACT) * min(1.0, usual / VISIBLE_LIGHT)
    lifted = 0.5 * (further - at_foot) / LIFTED if further > CLEAR_CONTACT else 0.0
    return float(np.clip(max(weak, lifted), 0, 1))


def _at_foot_and_further(shade: np.ndarray) -> tuple[float, float]:
    """Shade (share of the light, by row below the foot) where it touches, and the deepest further below."""
    return float(shade[:3].mean()), float(np.convolve(shade, np.full(5, 0.2), "valid")[3:].max())


def _usual_light(view: View, below: np.ndarray) -> float:
    """That of the ground beside the product, or far below it."""
    ground = view.lab[view.box.bottom + 2 : view.box.bottom + len(below), :, 0] + 4
    beside = np.delete(ground, np.s_[max(0, view.box.left) : view.box.right], axis=1)
    return max(float(np.median(beside)) if beside.size else 0.0, float(np.median(below[-8:])))


def _above_back_edge(view: View) -> float:
    """1 where the clearest level edge that runs from border to border of the plate is below the foot, else 0.

    A podium's rim is below the foot, too, but does not reach the borders; planks and lights are not level all along.
    """
    bands = list(pairwise(np.linspace(0, view.lab.shape[1], BANDS + 1).astype(int)))
    if view.bare is None:
        bands = [(left, right) for left, right in bands if right <= view.box.left or left >= view.box.right]
    if len(bands) < 2:
        return 0.0
    scene = view.lab if view.bare is None else view.bare
    steps = np.stack([_steps_down(scene[:, left:right]) for left, right in bands])
    usual = np.median(steps, axis=0)
    size = np.sqrt((usual**2).sum(axis=1))
    alike = (steps * usual).sum(axis=2) > EDGE_ALIKE * size**2
    level = np.where(alike.mean(axis=0) >= EDGE_SPAN, size, 0)
    under = level[max(0, view.box.bottom + 3 - LASTING_PX) :]
    return float(under.max(initial=0) >= max(EDGE_STEP, level.max(), EDGE_RANK * size.max()))


def _steps_down(band: np.ndarray) -> np.ndarray:
    """How the usual tone (Lab) of LASTING_PX rows differs from that of the rows above them; its first row is there."""
    sums = np.cumsum(np.vstack([np.zeros((1, 3)), np.median(band, axis=1)]), axis=0)
    means = (sums[LASTING_PX:] - sums[:-LASTING_PX]) / LASTING_PX
    steps: np.ndarray = means[LASTING_PX:] - means[:-LASTING_PX]
    return steps


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Delta E (CIE 1976) of two Lab pictures, pixel by pixel."""
    moved = first - second
    apart: np.ndarray = np.sqrt(np.einsum("...c,...c->...", moved, moved))
    return apart


def _spread(picture: np.ndarray, known: np.ndarray, reach_px: float) -> np.ndarray:
    """The known pixels' mean colour near each pixel; zero where none is near."""
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), reach_px)
    colour = cv2.GaussianBlur(picture * known[..., None].astype(np.float32), (0, 0), reach_px)
    return np.where(weight[..., None] > 1e-3, colour / np.maximum(weight, 1e-3)[..., None], 0)


def indistinctiveness(view: View) -> float:
    """Share of the outline, above the ground's shadows, along which product and scene have nearly one tone."""
    depth = view.depth
    inside = _spread(view.lab, (depth > 1) & (depth < 7), 2.5)
    outside = _spread(view.lab, (depth < -1) & (depth > -7), 2.5)
    outline = (np.abs(depth) < 1.5) & view.upper
    if not outline.any():
        return 0.0
    return float((_apart(inside[outline], outside[outline]) < SAME_TONE).mean())


def shape_hallucination(view: View) -> float:
    """Area of the scene beside the outline that goes on in the product's tones, or repeats the product behind it.

    0.5 at a thirtieth of the product's area. Tones that much of the scene has are scenery, not the product's.
    """
    near, common = view.cut(view.surroundings), _commonness(view)[view.surroundings]
    rare = ~near.solid & near.upper & (common < SCENERY_SHARE)
    return float(np.clip(15 * max(_continued(near, rare), _repeated(near)) / near.solid.sum(), 0, 1))


def _commonness(view: View) -> np.ndarray:
    """Share of the scene (0..1, height x width) whose tone is within about 12 Delta E of each pixel's."""
    cells = np.clip((view.lab - (0, -128, -128)) / 8, 0, 31).astype(np.int64)
    codes = (cells[..., 0] * 32 + cells[..., 1]) * 32 + cells[..., 2]
    counts = np.bincount(codes[~view.solid], minlength=32**3).reshape(32, 32, 32).astype(np.float32)
    for axis in range(3):
        counts = counts + np.roll(counts, 1, axis) + np.roll(counts, -1, axis)
    share: np.ndarray = (counts / max(int((~view.solid).sum()), 1)).reshape(-1)[codes]
    return share


def _continued(view: View, rare: np.ndarray) -> int:
    """Pixels in the nearest or the mean tone of the outline that are joined to it."""
    depth, inner = view.depth, cv2.erode(view.solid.astype(np.uint8), np.ones((5, 5), np.uint8))
    labels = cv2.distanceTransformWithLabels(1 - inner, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)[1]
    tones = np.zeros((labels.max() + 1, 3), np.float32)
    tones[labels[inner > 0]] = view.lab[inner > 0]
    mean = _spread(view.lab, (depth > 1) & (depth < 6), 0.08 * view.box.height)
    apart = np.minimum(*(_apart(view.lab, tone) for tone in (tones[labels], mean)))
    alike = cv2.morphologyEx(((apart < SAME_TONE) & rare).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    parts = cv2.connectedComponents(alike, connectivity=4)[1]
    touching = np.bincount(parts[(depth > -5) & (alike > 0)], minlength=parts.max() + 1) > 3
    touching[0] = False
    return int(touching[parts].sum())


def _repeated(view: View) -> int:
    """Pixels that show a shifted or enlarged copy of the product behind it, where most of the copy stands out."""
    free = ~cv2.dilate(view.solid.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & view.upper
    spread = _spread(view.lab, view.depth > 1, 4)
    rows, columns = (part[::SPARSE] for part in np.nonzero(view.solid))
    likely = [move for move in _copies(view.box) if _is_likely(view, free, move, rows, columns)]
    return max((_shown(view, free, spread, move) for move in likely), default=0)


def _is_likely(view: View, free: np.ndarray, move: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> bool:
    """Whether the moved product pixels at rows and columns are about where the scene has their tones."""
    height, width = view.matte.shape
    right, down = (
        np.rint(move[axis, axis] * at + move[axis, 2]).astype(int) for axis, at in enumerate((columns, rows))
    )
    inside = (down >= 0) & (down < height) & (right >= 0) & (right < width)
    inside[inside] = free[down[inside], right[inside]]
    if inside.sum() < 0.5 * COPY_LEAST * len(rows):
        return False
    apart = _apart(view.lab[rows[inside], columns[inside]], view.lab[down[inside], right[inside]])
    return float((apart < SAME_TONE).mean()) > 0.9 * COPY_ALIKE


def _shown(view: View, free: np.ndarray, spread: np.ndarray, move: np.ndarray) -> int:
    """Free pixels that look like the moved product, where it ends as the product does; 0 where it is none."""
    size = view.matte.shape[::-1]
    copy = cv2.warpAffine(view.solid.astype(np.uint8), move, size, flags=cv2.INTER_NEAREST)
    shown = (copy > 0) & free
    if shown.sum() < COPY_LEAST * view.solid.sum():
        return 0
    alike = _apart(view.lab, cv2.warpAffine(view.lab, move, size)) < SAME_TONE
    near, far = (cv2.dilate(copy, np.ones((side, side), np.uint8)) > 0 for side in (5, 15))
    ends = (_apart(view.lab, cv2.warpAffine(spread, move, size)) > 1.4 * SAME_TONE)[far & ~near & free]
    stands_out = bool(ends.size) and ends.mean() > COPY_ALIKE
    return int((alike & shown).sum()) if stands_out and alike[shown].mean() > COPY_ALIKE else 0


def _copies(box: Box) -> list[np.ndarray]:
    """Affine maps (2, 3) to where a second product would hide: beside the first, or larger behind it."""
    middle = (box.left + box.right) / 2
    shifts = [(1.0, share * box.width, 0.0) for share in np.linspace(-0.6, 0.6, 25)]
    larger = [(s, (1 - s) * middle, (1 - s) * box.bottom) for s in np.linspace(1.2, 1.6, 9)]
    return [np.array([[s, 0, x], [0, s, y]], np.float32) for s, x, y in shifts + larger]
