"""Clutter: how busy a plate is where words might stand, and the parts of it that are calm."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from services.compositor.camera import Shot
from services.compositor.service import Plate
from services.images import Box, Shape

SHORT_SIDE_PX = 240  # the size at which a plate is looked at: about two px per stroke of a headline
HARD_EDGE = (7.0, 15.0)  # CIELAB units per px: below the first an edge is soft, above the second it cuts through words
SPOT = (25.0, 100.0)  # CIELAB units between a place and its surroundings: nothing, and all of a reader's attention
_NEAR_PX = 7  # words this close to an edge touch it
_CENTRE, _SURROUND = 0.012, 0.09  # standard deviations of the two blurs that find spots, of the short side
_CELL_PX = 6
_MOST_PARTS = 3
_KEPT_MAPS = 24  # one takes about 400 kB


@dataclass(frozen=True)
class ClutterMap:
    """Float32 H x W, 0 (calm) to 1 (busy, or to be kept clear), with its px per px of the plate."""

    values: np.ndarray
    scale: float
    _calm: dict[tuple[Shot, Box, float], list[Box]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def turned(self) -> "ClutterMap":
        """As seen in a mirror."""
        return ClutterMap(self.values[:, ::-1], self.scale)

    def under(self, shot: Shot, box: Box) -> float:
        """Mean clutter under a box of the canvas; what lies outside the picture is calm."""
        inside = _meet(box, shot.picture)
        if not inside:
            return 0.0
        left, top, right, bottom = self._on_map(shot, inside)
        part = self.values[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))]
        return float(part.mean()) * inside.width * inside.height / (box.width * box.height)

    def calm_parts(self, shot: Shot, region: Box, most: float) -> list[Box]:
        """The largest parts of a region, in px of the canvas, where nothing is busier than ``most``; largest first."""
        key = (shot, region, most)
        if key not in self._calm:
            self._calm[key] = self._find_calm_parts(*key)
        return self._calm[key]

    def _find_calm_parts(self, shot: Shot, region: Box, most: float) -> list[Box]:
        inside = _meet(region, shot.picture)
        if not inside:
            return []
        left, top, right, bottom = (round(edge) for edge in self._on_map(shot, inside))
        busy = _in_cells(self.values[top:bottom, left:right]) > most
        unit = (inside.width / busy.shape[1], inside.height / busy.shape[0])
        parts = sorted(_free_rectangles(busy), key=lambda part: -part.width * part.height)
        return [_in_px(part, unit, inside) for part in parts[:_MOST_PARTS]]

    def _on_map(self, shot: Shot, box: Box) -> tuple[float, float, float, float]:
        factor = self.scale * shot.window[2] / shot.picture.width
        left = self.scale * shot.window[0] - shot.picture.left * factor
        top = self.scale * shot.window[1] - shot.picture.top * factor
        return left + box.left * factor, top + box.top * factor, left + box.right * factor, top + box.bottom * factor


@dataclass(frozen=True)
class Scenery:
    """The plates that a layout may use, and how busy they are."""

    plates: Mapping[Shape, Plate]
    map_of: Callable[[Shape], ClutterMap]


class Surveyor:
    """Makes clutter maps, and remembers the last of them by the plate's content address."""

    def __init__(self) -> None:
        self._maps: OrderedDict[str, ClutterMap] = OrderedDict()

    def survey(self, plate: Plate, pixels: Callable[[], np.ndarray]) -> ClutterMap:
        """The plate's map; its pixels (uint8 H x W x 3) are asked for only when it is not known."""
        key = f"{plate.image.key} {plate.keep_clear}"
        if key not in self._maps:
            self._maps[key] = find_clutter(pixels(), plate.keep_clear)
        self._maps.move_to_end(key)
        while len(self._maps) > _KEPT_MAPS:
            self._maps.popitem(last=False)
        return self._maps[key]


def find_clutter(pixels: np.ndarray, keep_clear: tuple[Box, ...] = ()) -> ClutterMap:
    """Hard edges and salient spots of a plate (uint8 H x W x 3); boxes to be kept clear count as the busiest.

    Saliency is centre-surround contrast in CIELAB (Itti, Koch and Niebur 1998; Achanta et al. 2009), at one scale.
    """
    scale = SHORT_SIDE_PX / min(pixels.shape[:2])
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    values = np.maximum(_hard_edges(lab), _spots(lab))
    for box in keep_clear:
        left, top, right, bottom = (round(edge * scale) for _, edge in box)
        values[max(0, top) : bottom, max(0, left) : right] = 1
    return ClutterMap(values, scale)


def _hard_edges(lab: np.ndarray) -> np.ndarray:
    slopes = [cv2.Sobel(lab, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1))]
    steepness = np.sqrt(sum((slope * slope).sum(2) for slope in slopes))
    return cv2.dilate(_ramp(steepness, HARD_EDGE), np.ones((_NEAR_PX, _NEAR_PX), np.uint8))


def _spots(lab: np.ndarray) -> np.ndarray:
    centre, surround = (cv2.GaussianBlur(lab, (0, 0), share * SHORT_SIDE_PX) for share in (_CENTRE, _SURROUND))
    return _ramp(np.linalg.norm(centre - surround, axis=2), SPOT)


def _ramp(values: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    return np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1).astype(np.float32)


def _meet(one: Box, other: Box) -> Box | None:
    left, top = max(one.left, other.left), max(one.top, other.top)
    right, bottom = min(one.right, other.right), min(one.bottom, other.bottom)
    return Box(left=left, top=top, right=right, bottom=bottom) if left < right and top < bottom else None


def _in_cells(values: np.ndarray) -> np.ndarray:
    """The mean of every cell of about 6 x 6 px."""
    size = (max(1, values.shape[1] // _CELL_PX), max(1, values.shape[0] // _CELL_PX))
    return cv2.resize(values, size, interpolation=cv2.INTER_AREA)


def _free_rectangles(busy: np.ndarray) -> Iterator[Box]:
    """For every row and every height above it: the widest rectangles of cells that are not busy and cannot grow."""
    heights = np.zeros(busy.shape[1], int)
    for row, blocked in enumerate(busy):
        heights = np.where(blocked, 0, heights + 1)
        may_grow = row + 1 < len(busy)
        for height in set(heights[heights > 0].tolist()):
            for left, right in _runs(heights >= height):
                is_whole = heights[left:right].min() == height
                if is_whole and not (may_grow and not busy[row + 1, left:right].any()):
                    yield Box(left=left, top=row + 1 - height, right=right, bottom=row + 1)


def _runs(wanted: np.ndarray) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff([False, *wanted.tolist(), False]))
    return ((int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True))


def _in_px(part: Box, unit: tuple[float, float], region: Box) -> Box:
    across, down = unit
    return Box(
        left=region.left + round(part.left * across),
        top=region.top + round(part.top * down),
        right=region.left + round(part.right * across),
        bottom=region.top + round(part.bottom * down),
    )
