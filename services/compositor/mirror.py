"""Right-to-left layouts: solved as if everything stood in a mirror, then seen in the mirror again."""

from dataclasses import replace

from services.compositor.camera import Shot
from services.compositor.clutter import Scenery
from services.compositor.layout import Layout, lay_out
from services.compositor.service import Canvas, Plate
from services.compositor.setting import Copy, Placed
from services.compositor.template import Group, Role, Side, Template
from services.images import Box

_FACING: dict[Side, Side] = {"left": "right", "right": "left", "top": "top", "bottom": "bottom"}


def lay_out_mirrored(template: Template, canvas: Canvas, scenery: Scenery, copy: Copy) -> Layout | Role:
    """Like ``lay_out``, with left and right exchanged. Pictures and letters are not mirrored, only their places."""
    facing = canvas.model_copy(update={"safe_left": canvas.safe_right, "safe_right": canvas.safe_left})
    turned = Scenery(
        {shape: _turn_plate(plate) for shape, plate in scenery.plates.items()},
        lambda shape: scenery.map_of(shape).turned(),
    )
    solved = lay_out(template, facing, turned, copy)
    if not isinstance(solved, Layout):
        return solved
    groups = tuple(tuple(_turn(placed, canvas.width) for placed in group) for group in solved.groups)
    template = template.model_copy(update={"groups": tuple(_turn_group(group) for group in template.groups)})
    shot = _turn_shot(solved.shot, canvas.width, scenery.plates[solved.shot.shape].image.width)
    return replace(solved, template=template, canvas=canvas, shot=shot, groups=groups)


def _turn_box(box: Box, width: int) -> Box:
    return Box(left=width - box.right, top=box.top, right=width - box.left, bottom=box.bottom)


def _turn_plate(plate: Plate) -> Plate:
    width = plate.image.width
    kept = tuple(_turn_box(box, width) for box in plate.keep_clear)
    return plate.model_copy(update={"product_box": _turn_box(plate.product_box, width), "keep_clear": kept})


def _turn_shot(shot: Shot, width: int, plate_width: int) -> Shot:
    left, top, window_width, height = shot.window
    window = (plate_width - left - window_width, top, window_width, height)
    kept = tuple(_turn_box(box, width) for box in shot.keep_clear)
    return Shot(shot.shape, window, _turn_box(shot.picture, width), _turn_box(shot.product, width), kept)


def _turn(placed: Placed, width: int) -> Placed:
    lines = tuple(replace(line, left=placed.width - line.left - line.width) for line in placed.lines)
    return replace(placed, left=width - placed.left - placed.width, lines=lines, is_turned=True)


def _turn_group(group: Group) -> Group:
    return group.model_copy(update={"scrim": _FACING[group.scrim]}) if group.scrim else group
