"""Putting one garment on: what each category needs to see of the person, and how it is dressed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from services.people import Person
from services.tryon.body import Body, check_arms, read_body
from services.tryon.drape import fit_garment
from services.tryon.drape_legs import fit_legwear
from services.tryon.dressing import Dressed, dress
from services.tryon.dressing_legs import bare_legs, dress_legs
from services.tryon.garment import read_garment
from services.tryon.kept import Front, find_front
from services.tryon.legwear import read_legwear
from services.tryon.packshot import Packshot
from services.tryon.regions import Regions, find_regions
from services.tryon.service import GarmentCategory, Keepable
from services.tryon.stance import read_stance

Preserve = Sequence[Keepable]
PutOn = Callable[[np.ndarray, Person, Packshot, Preserve, int], Dressed]


def _see(pixels: np.ndarray, person: Person, preserve: Preserve) -> tuple[Body, Regions, Front]:
    """The person's frame and parts, and what stays before clothes."""
    body, regions = find_regions(pixels, person, read_body(person))
    return body, regions, find_front(pixels, body, regions, preserve)


def put_on_top(pixels: np.ndarray, person: Person, packshot: Packshot, preserve: Preserve, seed: int) -> Dressed:
    """Dress the trunk and arms. ``pixels`` uint8 RGB. Raises InvalidImage with the reason."""
    check_arms(person)
    garment = read_garment(packshot)
    body, regions, front = _see(pixels, person, preserve)
    return dress(pixels, body, regions, front, fit_garment(garment, body, regions), seed)


def put_on_legwear(pixels: np.ndarray, person: Person, packshot: Packshot, preserve: Preserve, seed: int) -> Dressed:
    """Dress hips and legs, under the worn top. ``pixels`` uint8 RGB. Raises InvalidImage with the reason."""
    legwear = read_legwear(packshot)
    body, regions, front = _see(pixels, person, preserve)
    stance = read_stance(pixels, person, body, regions)
    return dress_legs(pixels, regions, front, fit_legwear(legwear, body, regions, stance), seed)


def put_on_dress(pixels: np.ndarray, person: Person, packshot: Packshot, preserve: Preserve, seed: int) -> Dressed:
    """Take legwear off, dress from the shoulders down. ``pixels`` uint8 RGB. Raises InvalidImage with the reason."""
    check_arms(person)
    garment = read_garment(packshot)
    body, regions, front = _see(pixels, person, preserve)
    stance = read_stance(pixels, person, body, regions)
    bared, opened = bare_legs(pixels.astype(np.float32), body, regions, stance)
    opened = opened * (1 - np.max([*regions.arms, stance.shoes, front.kept], axis=0))
    bare = pixels + (bared - pixels) * opened[..., None]
    bare = np.clip(bare + 0.5, 0, 255).astype(np.uint8)
    dressed = dress(bare, body, regions, front, fit_garment(garment, body, regions), seed)
    return replace(dressed, mask=np.maximum(dressed.mask, opened), old=np.maximum(dressed.old, stance.worn))


PUT_ON: dict[GarmentCategory, PutOn] = {
    "upper_body": put_on_top,
    "lower_body": put_on_legwear,
    "dresses": put_on_dress,
}
