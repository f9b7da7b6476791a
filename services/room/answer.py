"""What the room service says about a rendering: planes, scale, places, light, and what it cannot do."""

import numpy as np
from pydantic import JsonValue

from services.room.blending import paste
from services.room.camera import level_basis
from services.room.occlusion import Thing, hidden_share
from services.room.places import Placed
from services.room.reading import Reading
from services.room.scale import TRUSTED_BOUND
from services.room.shadow import KeyLight

UNCERTAIN = 0.40
LIMITS = (
    "The product is its photo stood upright: it cannot be turned, only mirrored.",
    "What stands in front hides the product only where in_front, in_front_mask or a depth checkpoint tells of it.",
)
ASK = (
    "The size may be wrong by {0:.0%}. Give a known length (two points and cm) or the camera's height to make it sure."
)


def describe(room: Reading, placed: list[Placed], things: list[Thing], key: KeyLight) -> dict[str, JsonValue]:
    """The facts of an answer, as RoomRequest documents them."""
    error = max(item.size_error for item in placed)
    return {
        "products": [_product(item, _hidden(room, things, item)) for item in placed],
        "scale": {
            "camera_height_cm": round(100 * room.scale.height_for(room.camera), 1),
            "source": room.scale.source,
            "size_error": round(error, 3),
            "confidence": round(float(np.clip(1 - error / UNCERTAIN, 0, 1)), 2),
            "ask_for_length": ASK.format(error) if error > TRUSTED_BOUND else "",
        },
        "view": _view(room),
        "planes": _planes(room),
        "light": {
            "from": _side(room, key),
            "certainty": round(key.certainty, 2),
            "towards": [round(float(value), 3) for value in key.towards],
        },
        "limits": list(LIMITS),
    }


def _hidden(room: Reading, things: list[Thing], item: Placed) -> float:
    """How much of the product, 0..1, something in front hides."""
    seen = np.zeros(room.rgb.shape, np.uint8)
    matte = np.full_like(item.standing.picture, 255, np.float32)
    matte[..., 3] = item.standing.picture[..., 3]
    drawn = paste(seen, matte, item.standing.box.left, item.standing.box.top)[..., 0]
    return float((drawn * hidden_share(room, things, item)).sum() / max(float(drawn.sum()), 1))


def _product(item: Placed, hidden: float) -> dict[str, JsonValue]:
    return {
        "box": item.standing.box.model_dump(),
        "corners": [[round(float(value), 1) for value in corner] for corner in item.standing.corners],
        "foot": [round(value, 1) for value in item.standing.foot],
        "distance_cm": round(100 * item.standing.depth),
        "place": item.place,
        "px_per_cm": round(item.px_per_m / 100, 3),
        "size_error": round(item.size_error, 3),
        "free": round(item.free, 2),
        "hidden": round(hidden, 2),
        "notes": list(item.notes),
    }


def _view(room: Reading) -> dict[str, JsonValue]:
    camera = room.camera
    horizon = [[x, round(camera.horizon_row(x), 1)] for x in (0, camera.width)]
    return {
        "horizon": [list(point) for point in horizon],
        "focal_px": round(camera.focal_px, 1),
        "pitch": round(float(np.degrees(camera.pitch)), 2),
        "roll": round(float(np.degrees(camera.roll)), 2),
        "support": round(room.view.support, 2),
    }


def _planes(room: Reading) -> dict[str, JsonValue]:
    height = room.scale.height_for(room.camera)
    walls: list[JsonValue] = [
        {
            "name": wall.name,
            "distance_cm": round(100 * wall.distance * height),
            "normal": [round(float(value), 3) for value in wall.normal],
            "support": round(wall.support, 2),
        }
        for wall in room.layout.walls
    ]
    ceiling = round(100 * (1 + room.layout.ceiling) * height) if walls else None
    return {"up": [round(float(value), 4) for value in room.camera.up], "walls": walls, "ceiling_cm": ceiling}


def _side(room: Reading, key: KeyLight) -> str:
    """Where the light comes from as the camera sees it: left, right, behind the product, before it, or just above."""
    if not key.certainty:
        return "above"
    right, ahead = level_basis(room.camera.up)
    aside, beyond = float(key.towards @ right), float(key.towards @ ahead)
    if abs(aside) > 0.5 * abs(beyond):
        return "right" if aside > 0 else "left"
    return "behind" if beyond > 0 else "front"
