"""Layout: one template on one canvas. Edges make regions; groups are fitted into them by shrinking and dropping."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import inf

import numpy as np

from services.compositor.camera import Shot, take_shot
from services.compositor.clutter import ClutterMap, Scenery
from services.compositor.label import meets
from services.compositor.service import AD_CHOICES_PX, MOST_CLUTTER, Canvas
from services.compositor.setting import SETTERS, Copy, Placed, Setting, on_pixels, set_column
from services.compositor.template import ROLES, Edge, Group, Item, Region, Role, Template
from services.images import Box

SCALES = tuple(np.linspace(1, 0, 13).tolist())
BUTTON_CLUTTER = 0.4  # of the clutter under it
EXPENDABLE: tuple[Role, ...] = ("rating", "body")  # for calm ground
LEAST_APPEAL = 0.75  # of a group where the template wants it: calm ground is not worth a headline in rags
_TOUCH = 0.05  # of a region's width: a part that begins within this begins at its side


@dataclass(frozen=True)
class Site:
    """Where a group is set: the template, the canvas, the words, and the picture with its clutter."""

    template: Template
    canvas: Canvas
    copy: Copy
    shot: Shot
    clutter: ClutterMap

    def setting(self, scale: float, divides: bool) -> Setting:
        """Everything that setting an item depends on, at one scale."""
        return Setting(self.copy, self.template, min(self.canvas.width, self.canvas.height), scale, divides)


@dataclass(frozen=True)
class Column:
    """A group set in a region: its items, what it dropped, and how busy the picture is under each of them."""

    placed: list[Placed]
    dropped: tuple[Role, ...]
    is_comfortable: bool
    clutter: Mapping[Role, float]

    @property
    def is_calm(self) -> bool:
        """Whether nothing of it stands on busy ground."""
        return max(self.clutter.values(), default=0) <= MOST_CLUTTER


@dataclass(frozen=True)
class Layout:
    """A template solved for a canvas: the shot, every group's items, what was dropped, and how busy its ground is."""

    template: Template
    canvas: Canvas
    shot: Shot
    groups: tuple[tuple[Placed, ...], ...]
    dropped: tuple[Role, ...]
    is_comfortable: bool
    clutter: Mapping[Role, float]


def lay_out(template: Template, canvas: Canvas, scenery: Scenery, copy: Copy) -> Layout | Role:
    """The layout, or the role that does not fit."""
    anchors = _frame(template, canvas)
    picture = resolve(template.picture, anchors, canvas)
    shot = take_shot(template.camera, picture, scenery.plates)
    anchors |= _sides("picture", picture) | _sides("product", shot.product)
    site = Site(template, canvas, copy, shot, scenery.map_of(shot.shape))
    columns: list[Column] = []
    for group in template.groups:
        column = _settle(group, resolve(group.region, anchors, canvas), site)
        if isinstance(column, str):
            return column
        columns.append(column)
        anchors |= _sides(group.name, _bounds(column.placed)) if group.name else {}
    absent = {"logo", *copy.blocks} - {item.role for column in columns for item in column.placed}
    return Layout(
        template,
        canvas,
        shot,
        groups=tuple(tuple(column.placed) for column in columns),
        dropped=tuple(role for role in ROLES if role in absent),
        is_comfortable=all(column.is_comfortable for column in columns),
        clutter={role: value for column in columns for role, value in column.clutter.items()},
    )


def _frame(template: Template, canvas: Canvas) -> dict[str, float]:
    margin = max(template.margin_px, template.margin * min(canvas.width, canvas.height))
    inner = {
        "left": max(margin, canvas.safe_left * canvas.width),
        "top": max(margin, canvas.safe_top * canvas.height),
        "right": canvas.width - max(margin, canvas.safe_right * canvas.width),
        "bottom": canvas.height - max(margin, canvas.safe_bottom * canvas.height),
    }
    return inner | _sides("canvas", Box(left=0, top=0, right=canvas.width, bottom=canvas.height))


def _sides(name: str, box: Box) -> dict[str, float]:
    return {f"{name}_{side}": value for side, value in box}


def _bounds(placed: list[Placed]) -> Box:
    boxes = [item.box for item in placed]
    return Box(
        left=min(box.left for box in boxes),
        top=min(box.top for box in boxes),
        right=max(box.right for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )


def resolve(region: Region, anchors: Mapping[str, float], canvas: Canvas) -> Box:
    """A region in px; empty (negative) where its edges cross."""
    short_px = min(canvas.width, canvas.height)

    def line(edge: Edge) -> int:
        return round(anchors[edge.anchor] + edge.offset * short_px)

    return Box(left=line(region.left), top=line(region.top), right=line(region.right), bottom=line(region.bottom))


def _settle(group: Group, region: Box, site: Site) -> Column | Role:
    """The group as the template wants it; where that is busy ground, the headline's group in a calm part of its region.

    Buttons and logos stay in line with the rest: other templates have other places for them.
    """
    designed = _fit_group(group, region, site)
    if isinstance(designed, str) or designed.is_calm or not any(item.role == "headline" for item in group.leaves()):
        return designed
    parts = site.clutter.calm_parts(site.shot, region, MOST_CLUTTER)
    moved = [_fit_group(_aligned_in(part, region, group), part, site) for part in parts]
    allowed = {*EXPENDABLE, *designed.dropped}
    columns = [one for one in moved if isinstance(one, Column) and allowed.issuperset(one.dropped)]
    good = [one for one in columns if one.is_calm and one.is_comfortable]
    best = max(good, key=lambda one: _appeal(one.placed), default=designed)
    return best if _appeal(best.placed) >= LEAST_APPEAL * _appeal(designed.placed) else designed


def _aligned_in(part: Box, region: Box, group: Group) -> Group:
    """On an axis of its own where the part touches neither side of the region: inside an arch, between two things."""
    is_inner = part.left > region.left + _TOUCH * region.width and part.right < region.right - _TOUCH * region.width
    return group.model_copy(update={"align": "centre"}) if is_inner else group


def _fit_group(group: Group, region: Box, site: Site) -> Column | Role:
    """Largest comfortable scale, dropping as little as possible; below comfort; headline divided; what is too long."""
    present = [item for item in group.leaves() if site.copy.has(item.role)]
    drops = _drops(present)
    divisions = (False, True) if site.copy.blocks["headline"].can_be_divided else (False,)
    for divides, is_comfortable in product(divisions, (True, False)):
        scales = [scale for scale in SCALES if (scale >= group.comfortable) == is_comfortable]
        for dropped in drops:
            placed = _best_of(scales, group, region, site, divides, dropped)
            if placed is not None:
                clutter = {item.role: _clutter_under(item, site) for item in placed}
                return Column(placed, dropped, is_comfortable, clutter)
    return _find_culprit(present, region, site.setting(0, divides=True))


def _drops(present: Sequence[Item]) -> list[tuple[Role, ...]]:
    """What may be left out, least first: the rating before all else, but with room made by others it stays."""
    in_order = [item.role for item in sorted(present, key=lambda item: item.drop) if item.drop and item.role]
    rating: tuple[Role, ...] = tuple(role for role in in_order if role == "rating")
    others = [role for role in in_order if role != "rating"]
    lists = [tuple(others[:count]) for count in range(len(others) + 1)]
    return [dropped for roles in lists for dropped in dict.fromkeys((roles, (*rating, *roles)))]


def _best_of(
    scales: Sequence[float], group: Group, region: Box, site: Site, divides: bool, dropped: tuple[Role, ...]
) -> list[Placed] | None:
    """The group at the scale (they fall) where it appeals most; None when it does not even fit at the smallest."""

    @cache
    def at(scale: float) -> list[Placed] | None:
        return set_column(group, region, site.setting(scale, divides), dropped)

    if not scales or at(scales[-1]) is None:
        return None
    best, reached = None, -inf
    items = [item for item in group.leaves() if site.copy.has(item.role) and item.role not in dropped]
    for scale in scales[bisect_left(scales, True, key=lambda scale: at(scale) is not None) :]:
        setting = site.setting(scale, divides)
        bound = max((setting.most_appeal(item.role, item.lines) for item in items if item.role), default=0)
        if best is not None and bound <= reached:
            break  # nothing smaller can appeal more
        placed = at(scale)
        if placed is not None and _appeal(placed) > reached and not _covers_ad_choices(placed, site):
            best, reached = placed, _appeal(placed)
    return best and [on_pixels(item) for item in best]


def _clutter_under(item: Placed, site: Site) -> float:
    """A button is read on its own colour; what counts is how it stands, e.g. across the edge of a podium.

    Nothing is busier than a face, however little of it would be covered.
    """
    if any(meets(item.box, kept, 0) for kept in site.shot.keep_clear):
        return 1.0
    own_ground = BUTTON_CLUTTER if item.role == "call_to_action" else 1
    return own_ground * site.clutter.under(site.shot, item.box)


def _appeal(placed: list[Placed]) -> float:
    """Larger is better, well broken lines are better: the size of what stands largest, less its roughness."""
    largest = max(placed, key=lambda item: item.size_px, default=None)
    return largest.size_px * (1 - largest.roughness) if largest else 0


def _covers_ad_choices(placed: list[Placed], site: Site) -> bool:
    """The icon stays top right, which is top left of a layout that will be mirrored."""
    width, height = AD_CHOICES_PX
    high = [item.box for item in placed if item.box.top < height]
    if site.copy.is_mirrored:
        return any(box.left < width for box in high)
    return any(box.right > site.canvas.width - width for box in high)


def _find_culprit(present: list[Item], region: Box, setting: Setting) -> Role:
    for item in present:
        if item.role in ("headline", "call_to_action") and SETTERS[item.role](item, region.width, setting) is None:
            return item.role
    return "headline" if any(item.role == "headline" for item in present) else "call_to_action"
