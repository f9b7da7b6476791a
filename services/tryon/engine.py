"""The embedded try-on engine: geometry, colour and light on the CPU, no weights but those that find people."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image
from pydantic import JsonValue

from services.cancellation import stop_if_cancelled
from services.contract import Checkpoint, Output
from services.cutout.saliency import Saliency
from services.errors import InvalidImage
from services.images import SHAPES, Box
from services.people import FOLDER, Joint, Person, find_people, sure_faces
from services.tryon.body import ADVICE
from services.tryon.dressing import Dressed
from services.tryon.packshot import ADVICE as GARMENT_ADVICE
from services.tryon.packshot import Packshot, cut_garment
from services.tryon.plates import make_plate
from services.tryon.scores import score
from services.tryon.service import LEAST_REMOVED, GarmentCategory, TryOnRequest
from services.tryon.silhouette import check_garment, find_category
from services.tryon.wardrobe import PUT_ON

MOST_PX = 2048
RIVAL_SHARE = 0.6


class DrapeEngine:
    """Cuts garments out, finds their landmarks, and drapes them over the person's trunk, arms and legs, in order."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Open the network that cuts garments out; the people models open at the first use and stay."""
        self._saliency = Saliency(str(FOLDER.parent / "matting"))

    def generate(self, request: TryOnRequest, images: Mapping[str, Image.Image]) -> Output:
        """Dress the person. Raises InvalidImage for a photo that cannot be used, with the reason."""
        started = time.perf_counter()
        photo = _limited(images["person"]).convert("RGB")
        person = choose_person(photo, request.person_box)
        seen = time.perf_counter()
        outfit = [self._read(images[path], category) for path, category in request.outfit()]
        cut = time.perf_counter()
        pixels = picture = np.asarray(photo)
        draped = []
        worn = []
        for item in outfit:
            stop_if_cancelled()
            worn.append(PUT_ON[item.category](picture, person, item.packshot, request.preserve, request.seed))
            draped.append(Draped.of(picture, person, worn[-1], item))
            picture = self.finish(request, draped[-1])
        focus = _focus(person, worn)
        faces = sure_faces(photo)
        plates = {shape: make_plate(picture, focus, person.box, shape, faces) for shape in SHAPES}
        scores = score(pixels, picture, person, [item.packshot for item in outfit], worn)
        timings = {"person": seen - started, "garment": cut - seen, "dress": time.perf_counter() - cut}
        return Output(
            images={
                "image": Image.fromarray(picture),
                "agnostic_mask": _changed(draped),
                "garment": draped[0].garment,
                **{shape: plate.image for shape, plate in plates.items()},
            },
            facts={
                "boxes": {shape: plate.box.model_dump() for shape, plate in plates.items()},
                "faces": {shape: [face.model_dump() for face in plate.faces] for shape, plate in plates.items()},
                "keypoints": _keypoints(person),
                "scores": {**scores},
                "notes": _notes(scores),
                "garment_category": outfit[0].category,
                "garment_categories": [item.category for item in outfit],
            },
            timings_ms={name: 1000 * spent for name, spent in timings.items()},
        )

    def finish(self, request: TryOnRequest, draped: "Draped") -> np.ndarray:
        """The finished picture (uint8 RGB); engines that paint over the drape do it here, inside its mask."""
        return np.asarray(draped.picture)

    def _read(self, photo: Image.Image, category: GarmentCategory | None) -> "Item":
        photo = _limited(photo)
        check_garment_photo(photo)
        packshot = cut_garment(photo, self._saliency)
        check_garment(packshot)
        return Item(packshot, category or find_category(packshot))


@dataclass(frozen=True)
class Item:
    """A garment of the outfit, and what it covers."""

    packshot: Packshot
    category: GarmentCategory


@dataclass(frozen=True)
class Draped:
    """What the geometry made of one garment, for engines that go on from it.

    photo, picture: RGB, before and after. mask: L, 0 = kept, 255 = changed, between: blended; the agnostic mask of all
    engines. person: its pose. garment: RGBA, the garment alone. category: what it covers.
    """

    photo: Image.Image
    picture: Image.Image
    mask: Image.Image
    person: Person
    garment: Image.Image
    category: GarmentCategory

    @classmethod
    def of(cls, pixels: np.ndarray, person: Person, dressed: Dressed, item: Item) -> "Draped":
        """From the picture before (uint8 RGB) and the arrays of what was put on."""
        picture, mask = (
            Image.fromarray(np.clip(part + 0.5, 0, 255).astype(np.uint8))
            for part in (dressed.pixels, 255 * dressed.mask)
        )
        alone = np.dstack([item.packshot.colours, 255 * item.packshot.alpha])
        garment = Image.fromarray(np.clip(alone + 0.5, 0, 255).astype(np.uint8), "RGBA")
        return cls(Image.fromarray(pixels), picture, mask, person, garment, item.category)


def _changed(draped: list[Draped]) -> Image.Image:
    """Where any garment of the outfit may have changed the photo, L, 0 or 255."""
    return Image.fromarray(
        np.where(np.max([np.asarray(one.mask) for one in draped], axis=0) > 0, 255, 0).astype(np.uint8)
    )


def _limited(image: Image.Image) -> Image.Image:
    scale = MOST_PX / max(image.size)
    keeps_alpha = image.mode == "RGBA" and int(np.asarray(image.getchannel("A")).min()) < 250
    image = image if keeps_alpha else image.convert("RGB")
    if scale >= 1:
        return image
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    return image.resize(size, Image.Resampling.LANCZOS)


def choose_person(photo: Image.Image, box: Box | None) -> Person:
    """The person to dress: the one in the box, or the only large one.

    Raises InvalidImage when there is nobody, or two of about the same size and no box.
    """
    people = find_people(photo)
    if not people:
        raise InvalidImage("The person's photo", "no person can be seen in it", ADVICE)
    if box is not None:
        return max(people, key=lambda person: _shared(person.box, box))
    sizes = [person.box.width * person.box.height for person in people]
    if len(people) > 1 and sizes[1] > RIVAL_SHARE * sizes[0]:
        raise InvalidImage("The person's photo", f"it shows {len(people)} persons", "Say who with person_box.")
    return people[0]


def _shared(one: Box, other: Box) -> int:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(width, 0) * max(height, 0)


def check_garment_photo(photo: Image.Image) -> None:
    """Raise InvalidImage when somebody wears the garment. A weak face without a body is a fold or a print."""
    if sure_faces(photo) or find_people(photo):
        raise InvalidImage("The garment photo", "a person is in it", GARMENT_ADVICE)


def _focus(person: Person, worn: list[Dressed]) -> Box:
    """Head and garments: what a plate must show."""
    rows, columns = np.nonzero(np.max([dressed.garment for dressed in worn], axis=0) > 0.5)
    return Box(
        left=int(columns.min()),
        top=min(person.box.top, int(rows.min())),
        right=int(columns.max()) + 1,
        bottom=int(rows.max()) + 1,
    )


def _notes(scores: Mapping[str, float]) -> list[JsonValue]:
    removed = scores["removed"]
    return [f"the old clothes still show: {removed:.1%} of them are gone"] if removed < LEAST_REMOVED else []


def _keypoints(person: Person) -> dict[str, JsonValue]:
    return {
        joint.name.lower(): [round(float(value), 3) for value in person.landmarks[joint, [0, 1, 3]]] for joint in Joint
    }
