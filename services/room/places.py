"""Each product's place in the room: found, or taken from the request, and checked against the room."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from services.errors import InvalidInput
from services.room import placing
from services.room.camera import Camera
from services.room.placing import Size, Standing
from services.room.reading import Reading
from services.room.scale import size_error, upright_px
from services.room.service import RoomProduct
from services.room.spots import find_spot, find_wall_spot, footprint_free, wall_free

MOST_OUTSIDE = 0.45
ANGLE_TO_MENTION = np.radians(14)
ANGLE_TO_REFUSE = np.radians(32)
CEILING_MARGIN = 1.25
SURELY_FREE, LEAST_WALL_FREE = 0.7, 0.5


@dataclass(frozen=True)
class Placed:
    """A product at its place.

    size_error: relative, exceeded once in twenty. free: 0..1 how surely its place is free.
    ground_height_m: how high the camera is over what the product stands on. notes: sentences for the client.
    """

    standing: Standing
    size: Size
    place: str
    size_error: float
    free: float
    ground_height_m: float
    px_per_m: float
    notes: tuple[str, ...]

    @property
    def is_on_wall(self) -> bool:
        return self.place == "wall"


def find_place(room: Reading, product: RoomProduct, size: Size, cutout: Image.Image, others: list[Placed]) -> Placed:
    """Stand, or hang, one product.

    Raises:
        InvalidInput: it does not fit where it is asked to be, or is photographed from an angle that cannot fit.
    """
    _check_fits(room, size)
    if product.where == "wall":
        return _hang(room, product, size, cutout)
    return _stand(room, product, size, cutout, others)


def _check_fits(room: Reading, size: Size) -> None:
    ceiling = (1 + room.layout.ceiling) * room.scale.camera_height_m
    agreed = [wall for wall in room.layout.walls if wall.support > 0.5]
    if agreed and size.height > CEILING_MARGIN * ceiling:
        problem = f"{100 * size.height:.0f} cm is higher than this room, about {100 * ceiling:.0f} cm"
        raise InvalidInput("products.height_cm", f"{problem}; check the size, or give a known length")


def _stand(room: Reading, product: RoomProduct, size: Size, cutout: Image.Image, others: list[Placed]) -> Placed:
    height = room.scale.height_for(room.camera)
    raised = product.surface_height_cm / 100 if product.where == "table" else 0.0
    if raised >= 0.95 * height:
        problem = f"a surface at {100 * raised:.0f} cm is not seen from above by a camera at {100 * height:.0f} cm"
        raise InvalidInput("products.surface_height_cm", problem)
    seen = placing.seen_elevation(np.asarray(cutout.getchannel("A")), size)
    extent = placing.upright_extent(size, placing.USUAL_ELEVATION if seen is None else seen)
    wide = extent * cutout.width / cutout.height
    foot, free = _foot(room, product, height - raised, (wide, extent, size.depth), others, seen)
    if not room.camera.is_before(foot):
        row = room.camera.horizon_row(foot[0])
        raise InvalidInput("products.point", f"{_px(foot)} is not on the floor: eye level is at row {row:.0f} there")
    corners = placing.stand_on_floor(room.camera, height, foot, (wide, extent), raised)
    steepness = float(np.arctan2(1, np.linalg.norm(_level(room.camera, foot))))
    notes = _angle_notes(seen, steepness) + _shape_notes(size, wide) + _free_notes(free)
    away = float(np.linalg.norm(room.camera.floor_points(np.array(foot)))) * (height - raised)
    standing = placing.draw_standing(cutout, corners, foot, away, product.mirrored)
    _check_inside(room, standing)
    tall_px = upright_px(room.camera, height - raised, foot, extent)
    error = size_error(room.view, room.scale, foot, extent)
    place = "table" if raised else "floor"
    return Placed(standing, size, place, error, free, height - raised, tall_px / extent, notes)


def _foot(
    room: Reading,
    product: RoomProduct,
    ground_height_m: float,
    extent: tuple[float, float, float],
    others: list[Placed],
    seen: float | None,
) -> tuple[tuple[float, float], float]:
    """Where it stands (px), and how surely that place is free: 1 on a table, of which nothing is known.

    seen: from how high above (radians) it was photographed, where that shows.
    """
    given = _given_foot(product)
    if product.where == "table":
        if given is None:
            raise InvalidInput("products.point", "a table's top is not found by itself; give the point to stand on")
        return given, 1.0
    if given is None:
        return find_spot(room, ground_height_m, extent, [other.standing.box for other in others], seen)
    under = footprint_free(room.ground, room.camera, ground_height_m, np.array([given]), (extent[0], extent[2]))
    return given, float(under[0])


def _given_foot(product: RoomProduct) -> tuple[float, float] | None:
    if product.point:
        return product.point.x, product.point.y
    region = product.region
    return ((region.left + region.right) / 2, region.bottom) if region else None


def _free_notes(free: float) -> tuple[str, ...]:
    """A place that may not be free is shown all the same when it was asked for, but not silently."""
    if free >= SURELY_FREE:
        return ()
    return (f"Something may stand where it stands: the floor there is free with {free:.0%} certainty.",)


def _wall_notes(free: float) -> tuple[str, ...]:
    """The same for a wall."""
    if free >= SURELY_FREE:
        return ()
    return (f"Something else may be where it hangs: {free:.0%} of the wall behind it is of one colour.",)


def _level(camera: Camera, foot: tuple[float, float]) -> np.ndarray:
    point = camera.floor_points(np.array(foot))
    flat: np.ndarray = point - (point @ camera.up) * camera.up
    return flat


def _angle_notes(seen: float | None, steepness: float) -> tuple[str, ...]:
    """What to photograph instead, when the product was seen from clearly more or less above than its place is."""
    if seen is None:
        return ()
    needed = f"photograph the product from {np.degrees(steepness):.0f} degrees above"
    if seen - steepness > ANGLE_TO_REFUSE:
        problem = f"it was photographed from {np.degrees(seen):.0f} degrees above, which does not fit this place"
        raise InvalidInput("products.image", f"{problem}; {needed}")
    if abs(seen - steepness) > ANGLE_TO_MENTION:
        return (f"It was photographed from about {np.degrees(seen):.0f} degrees above; for this place, {needed}.",)
    return ()


def _shape_notes(size: Size, wide: float) -> tuple[str, ...]:
    """Whether width and height of the cut-out agree with the given size, seen from any side."""
    least = min(size.width, size.depth or size.width)
    most = np.hypot(size.width, size.depth)
    if 0.8 * least <= wide <= 1.2 * most:
        return ()
    given = f"{100 * size.width:.0f} x {100 * size.height:.0f} cm"
    return (
        f"The picture's proportions do not match {given}; the height was kept, so it looks {100 * wide:.0f} cm wide.",
    )


def _check_inside(room: Reading, standing: Standing) -> None:
    box, camera = standing.box, room.camera
    wide = max(0, min(box.right, camera.width) - max(box.left, 0))
    tall = max(0, min(box.bottom, camera.height) - max(box.top, 0))
    outside = 1 - wide * tall / (box.width * box.height)
    if outside > MOST_OUTSIDE:
        problem = f"at {_px(standing.foot)} {outside:.0%} of the product would be outside the photo"
        raise InvalidInput("products.point", f"{problem}; stand it farther away, or check its size")


def _hang(room: Reading, product: RoomProduct, size: Size, cutout: Image.Image) -> Placed:
    height = room.scale.height_for(room.camera)
    if not room.layout.walls:
        raise InvalidInput(
            "products.where", "no wall can be told from this photo; send one that shows where wall and floor meet"
        )
    extent = (size.height * cutout.width / cutout.height, size.height)
    middle = _wall_middle(room, product, height, extent)
    surface = int(room.layout.surfaces(room.camera, np.array(middle)))
    if surface < 2:
        raise InvalidInput("products.point", f"{_px(middle)} is on the {('floor', 'ceiling')[surface]}, not on a wall")
    wall = room.layout.walls[surface - 2]
    corners = placing.hang_on_wall(room.camera, height, middle, extent, (wall.normal, wall.distance))
    ray = room.camera.rays(np.array(middle))
    away = float(np.linalg.norm(ray * wall.distance / (ray @ wall.normal))) * height
    standing = placing.draw_standing(cutout, corners, middle, away, product.mirrored)
    _check_inside(room, standing)
    free = wall_free(room, height, middle, extent)
    if product.point is product.region is None and free < LEAST_WALL_FREE:
        problem = f"no wall in the photo has {100 * extent[0]:.0f} x {100 * extent[1]:.0f} cm free"
        raise InvalidInput("products.where", f"{problem}; give a point, or send a photo that shows more of the wall")
    tall_px = float(np.linalg.norm(corners[3] - corners[0]))
    foot = room.camera.project(wall_foot(room.camera, middle, wall.normal, wall.distance))
    error = float(np.hypot(size_error(room.view, room.scale, (foot[0], foot[1]), extent[1]), 0.08))
    return Placed(
        standing,
        size,
        "wall",
        error,
        free,
        height,
        tall_px / size.height,
        _shape_notes(replace(size, depth=0), extent[0]) + _wall_notes(free),
    )


def _wall_middle(
    room: Reading, product: RoomProduct, camera_height_m: float, extent: tuple[float, float]
) -> tuple[float, float]:
    """Where the middle of a flat thing of (width, height) metres hangs, px: given, or found."""
    if product.point:
        return product.point.x, product.point.y
    if product.region:
        return (product.region.left + product.region.right) / 2, (product.region.top + product.region.bottom) / 2
    return find_wall_spot(room, camera_height_m, extent)


def wall_foot(camera: Camera, middle: tuple[float, float], normal: np.ndarray, distance: float) -> np.ndarray:
    """The point (3,) on the floor right under a pixel of a wall."""
    ray = camera.rays(np.array(middle))
    point = ray * distance / (ray @ normal)
    under: np.ndarray = point - (point @ camera.up + 1) * camera.up
    return under


def _px(point: tuple[float, float]) -> str:
    return f"({point[0]:.0f}, {point[1]:.0f})"
