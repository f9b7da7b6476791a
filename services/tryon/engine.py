"""The embedded try-on engine: geometry, colour and light on the CPU, no weights but those that find people."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image
from pydantic import JsonValue

from services.contract import Checkpoint, Output
from services.errors import InvalidImage
from services.images import SHAPES, Box
from services.people import Joint, Person, find_faces, find_people
from services.tryon.body import ADVICE, find_regions, read_body
from services.tryon.drape import fit_garment
from services.tryon.dressing import Dressed, dress
from services.tryon.garment import ADVICE as GARMENT_ADVICE
from services.tryon.garment import Garment, read_garment
from services.tryon.plates import make_plate
from services.tryon.scores import score
from services.tryon.service import TryOnRequest

MOST_PX = 2048
RIVAL_SHARE = 0.6


class DrapeEngine:
    """Cuts the garment out, finds its landmarks, and drapes it over the person's trunk and along the arms."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Nothing to load: the people models are opened at the first use and stay."""

    def generate(self, request: TryOnRequest, images: Mapping[str, Image.Image]) -> Output:
        """Dress the person. Raises InvalidImage for a photo that cannot be used, with the reason."""
        started = time.perf_counter()
        photo = _limited(images["person"])
        person = choose_person(photo, request.person_box)
        garment_photo = _limited(images["garment"])
        check_garment_photo(garment_photo)
        pixels = np.asarray(photo)
        body, regions = find_regions(pixels, person, read_body(person))
        seen = time.perf_counter()
        garment = read_garment(garment_photo)
        cut = time.perf_counter()
        dressed = dress(pixels, body, regions, fit_garment(garment, body, regions), request.seed)
        draped = Draped.of(photo, person, dressed, garment)
        picture = self.finish(request, draped)
        focus = _focus(person, dressed)
        plates = {shape: make_plate(picture, focus, person.box, shape) for shape in SHAPES}
        scores = score(pixels, picture, person, body, garment, dressed)
        timings = {"person": seen - started, "garment": cut - seen, "dress": time.perf_counter() - cut}
        return Output(
            images={
                "image": Image.fromarray(picture),
                "agnostic_mask": draped.mask.point(lambda value: 255 if value else 0),
                "garment": draped.garment,
                **{shape: plate.image for shape, plate in plates.items()},
            },
            facts={
                "boxes": {shape: plate.box.model_dump() for shape, plate in plates.items()},
                "keypoints": _keypoints(person),
                "scores": scores,
                "garment_category": request.garment_category,
            },
            timings_ms={name: 1000 * spent for name, spent in timings.items()},
        )

    def finish(self, request: TryOnRequest, draped: "Draped") -> np.ndarray:
        """The finished picture (uint8 RGB); engines that paint over the drape do it here, inside its mask."""
        return np.asarray(draped.picture)


@dataclass(frozen=True)
class Draped:
    """What the geometry made, for engines that go on from it.

    photo, picture: RGB, before and after. mask: L, 0 = kept, 255 = changed, between: blended; the agnostic mask of all
    engines. person: its pose. garment: RGBA, the garment alone.
    """

    photo: Image.Image
    picture: Image.Image
    mask: Image.Image
    person: Person
    garment: Image.Image

    @classmethod
    def of(cls, photo: Image.Image, person: Person, dressed: Dressed, garment: Garment) -> "Draped":
        """From the arrays of ``dress``."""
        picture, mask = (
            Image.fromarray(np.clip(part + 0.5, 0, 255).astype(np.uint8))
            for part in (dressed.pixels, 255 * dressed.mask)
        )
        pixels = np.dstack([garment.colours, 255 * garment.alpha])
        alone = Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8), "RGBA")
        return cls(photo.convert("RGB"), picture, mask, person, alone)


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
    """Raise InvalidImage when somebody wears the garment."""
    if find_faces(photo) or find_people(photo):
        raise InvalidImage("The garment photo", "a person is in it", GARMENT_ADVICE)


def _focus(person: Person, dressed: Dressed) -> Box:
    """Head and garment: what a plate must show."""
    rows, columns = np.nonzero(dressed.garment > 0.5)
    return Box(
        left=int(columns.min()),
        top=min(person.box.top, int(rows.min())),
        right=int(columns.max()) + 1,
        bottom=int(rows.max()) + 1,
    )


def _keypoints(person: Person) -> dict[str, JsonValue]:
    return {
        joint.name.lower(): [round(float(value), 3) for value in person.landmarks[joint, [0, 1, 3]]] for joint in Joint
    }
