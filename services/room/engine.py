"""The room engine: read the room, find each product's place, draw it with its shadow. No torch."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image
from pydantic import JsonValue

from services.cancellation import stop_if_cancelled
from services.contract import Checkpoint, Output
from services.errors import CutOutFailed
from services.people import sure_faces
from services.room import blending
from services.room.answer import describe
from services.room.camera import level_basis
from services.room.ground import ROLE, GroundReader
from services.room.light import find_key, linear
from services.room.occlusion import Thing, find_things, hidden_share, keep_in_front
from services.room.places import Placed, find_place
from services.room.placing import Size
from services.room.reading import Reading, read_room
from services.room.scale import Measure
from services.room.service import KnownLength, RoomProduct, RoomRequest
from services.room.shadow import KeyLight, floor_shadow

WALL_SHADOW = 0.30
FAINT_ALPHA = 8
USUAL_DEPTH = 0.6


class RoomEngine:
    """Geometry and compositing rules, and a small network that tells free floor from things."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the ground network. One OpenCV thread per replica: replicas are how this scales."""
        cv2.setNumThreads(1)
        self.ground_reader = GroundReader(checkpoint.parts.get(ROLE, checkpoint).location)

    def generate(self, request: RoomRequest, images: Mapping[str, Image.Image]) -> Output:
        """Place every product, the farthest first. A photo or product that cannot be used fails before any is drawn."""
        started = time.perf_counter()
        photo = read_room(
            images["room"],
            self.ground_reader,
            field_of_view=np.radians(request.field_of_view) if request.field_of_view else None,
            camera_height_m=request.camera_height_cm / 100 if request.camera_height_cm else None,
            measure=_measure(request.known_length) if request.known_length else None,
        )
        request, room = self.prepare(request, photo, images)
        read = time.perf_counter()
        placed: list[Placed] = []
        for number, product in enumerate(request.products):
            stop_if_cancelled()
            cutout = _trimmed(images[f"products.{number}.image"])
            placed.append(find_place(room, product, _size(product), cutout, placed))
        things = self.find_in_front(request, room, images)
        found = time.perf_counter()
        picture, key = _draw_all(room, placed, things, request)
        picture = self.finish(request, Drawing(room, placed, things, picture), images)
        spent = {"read": read - started, "place": found - read, "draw": time.perf_counter() - found}
        return Output(
            images={"room": Image.fromarray(picture), "mask": _mask(photo.rgb, picture)},
            facts=describe(room, placed, things, key) | {"faces": _faces(picture)},
            timings_ms={name: 1000 * value for name, value in spent.items()},
        )

    def prepare(
        self, request: RoomRequest, room: Reading, images: Mapping[str, Image.Image]
    ) -> tuple[RoomRequest, Reading]:
        """Request and room as they are placed in; engines that paint may clear the room first."""
        return request, room

    def find_in_front(self, request: RoomRequest, room: Reading, images: Mapping[str, Image.Image]) -> list[Thing]:
        """What stands in front, as the request tells; engines that see depth add to it."""
        return find_things(room.rgb, room.camera, request.in_front, images.get("in_front_mask"))

    def finish(self, request: RoomRequest, drawing: "Drawing", images: Mapping[str, Image.Image]) -> np.ndarray:
        """The finished picture (uint8 RGB); engines that paint go over the drawn one here."""
        return drawing.picture


@dataclass(frozen=True)
class Drawing:
    """The drawn picture (uint8 RGB) of a room, and what is in it: products, and what stands in front of them."""

    room: Reading
    placed: list[Placed]
    things: list[Thing]
    picture: np.ndarray

    @property
    def covered(self) -> np.ndarray:
        """0..1 (height, width): how much of every product something in front hides there."""
        return np.min([hidden_share(self.room, self.things, item) for item in self.placed], axis=0)


def _faces(picture: np.ndarray) -> list[JsonValue]:
    """People in the room: words are kept off their faces."""
    return [face.model_dump() for face in sure_faces(Image.fromarray(picture))]


def _measure(known: KnownLength) -> Measure:
    return Measure((known.start.x, known.start.y), (known.end.x, known.end.y), known.length_cm / 100, known.lies)


def _size(product: RoomProduct) -> Size:
    return Size(product.width_cm / 100, product.height_cm / 100, product.depth_cm / 100)


def _trimmed(cutout: Image.Image) -> Image.Image:
    """The cut-out without empty margins."""
    if cutout.mode != "RGBA":
        raise CutOutFailed("the picture has no alpha channel", "Send what the cutout service answered.")
    left, top, width, height = cv2.boundingRect((np.asarray(cutout.getchannel("A")) > FAINT_ALPHA).astype(np.uint8))
    if not width:
        raise CutOutFailed("every pixel of it is transparent", "Export the picture again with the product visible.")
    return cutout.crop((left, top, left + width, top + height))


def _draw_all(
    room: Reading, placed: list[Placed], things: list[Thing], request: RoomRequest
) -> tuple[np.ndarray, KeyLight]:
    """The finished picture (uint8 RGB) and the light on the nearest product."""
    rng = np.random.default_rng(request.seed)
    picture = room.rgb
    key = find_key(room.rgb, room.camera, room.layout, placed[0].standing.foot)
    for item in sorted(placed, key=lambda one: -one.standing.depth):
        key = find_key(room.rgb, room.camera, room.layout, item.standing.foot)
        picture = _draw(picture, room, item, key, request.floor_gloss, rng)
        picture = keep_in_front(picture, room.rgb, hidden_share(room, things, item))
    return picture, key


def _draw(
    picture: np.ndarray, room: Reading, item: Placed, key: KeyLight, gloss: float, rng: np.random.Generator
) -> np.ndarray:
    standing = item.standing
    side = blending.key_side(key, level_basis(room.camera.up)[0])
    drawn = blending.fit_look(standing, room.look, _local_light(room, item), side, rng)
    if item.is_on_wall:
        shaded = blending.darken(picture, _wall_shadow(room, item, side), np.ones(picture.shape[:2], np.float32))
    else:
        shaded = _shade_ground(picture, room, item, key)
        if gloss:
            shaded = blending.reflect(shaded, drawn, standing, gloss)
    return blending.paste(shaded, drawn, standing.box.left, standing.box.top)


def _shade_ground(picture: np.ndarray, room: Reading, item: Placed, key: KeyLight) -> np.ndarray:
    camera, box = room.camera, item.standing.box
    matte = item.standing.picture[..., 3].astype(np.float32) / 255
    depth = item.size.depth or USUAL_DEPTH * item.size.width
    dark = floor_shadow(camera, matte, (box.left, box.top), item.ground_height_m, depth, key)
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width].astype(np.float32)
    level = np.clip((camera.drop(np.stack([columns, rows], axis=-1)) - 0.03) / 0.05, 0, 1)
    return blending.darken(picture, dark, level)


def _wall_shadow(room: Reading, item: Placed, side: float) -> np.ndarray:
    """A soft edge of shade below a flat thing on a wall, and on the side away from the light."""
    box, dark = item.standing.box, np.zeros(room.rgb.shape[:2], np.float32)
    reach = max(1.0, 0.02 * item.px_per_m)
    matte = item.standing.picture.astype(np.float32)
    matte[..., :3] = 0
    shade = blending.paste(
        np.full_like(room.rgb, 255), matte, box.left - round(side * reach), box.top + round(0.8 * reach)
    )
    dark[:] = 1 - shade[..., 0].astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), reach) * WALL_SHADOW)


def _local_light(room: Reading, item: Placed) -> float:
    """How bright the floor or wall beside the product is, over the photo's median."""
    x, y = (
        int(np.clip(value, 0, most - 1)) for value, most in zip(item.standing.foot, room.rgb.shape[1::-1], strict=True)
    )
    reach = max(8, item.standing.box.width // 2)
    near = room.rgb[max(0, y - reach // 2) : y + reach // 2, max(0, x - reach) : x + reach]
    return float(np.clip(np.median(linear(near)) / max(float(np.median(linear(room.rgb[::4, ::4]))), 1e-3), 0.3, 1.6))


def _mask(before: np.ndarray, after: np.ndarray) -> Image.Image:
    """L, 255 where the picture may differ from the photo: all that differs, with a margin of 2 px."""
    changed = (before != after).any(axis=2).astype(np.uint8) * 255
    return Image.fromarray(cv2.dilate(changed, np.ones((5, 5), np.uint8)))
