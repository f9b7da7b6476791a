"""Rooms of our own for furniture ads: chosen for a variant by the words that describe its scene and its audience."""

import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from services.images import ImageRef
from services.room.service import Point
from services.settings import ASSETS
from services.storage import ObjectStore
from workflows.assets import store_asset
from workflows.brief import Brief, RoomPhoto, Variant
from workflows.personalisation import Personal

ROOMS = ASSETS / "samples" / "rooms"


class StockRoom(BaseModel):
    """A room photo that is nobody's home, its camera, and a point of free floor. words: what it is asked for with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: str = Field(pattern=r"^[a-z0-9_-]+\.jpg$")
    camera_height_cm: float = Field(ge=20, le=400)
    field_of_view: float = Field(ge=20, le=110, description="Degrees across the photo's long side")
    point: Point
    words: tuple[str, ...] = Field(min_length=1)

    def agreement(self, told: str) -> int:
        """How many of its words stand whole in a lower-case text."""
        return sum(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", told) is not None for word in self.words)


@cache
def load_stock_rooms(folder: Path = ROOMS) -> Mapping[str, StockRoom]:
    """The rooms by name, as rooms.yaml declares them."""
    declared = yaml.safe_load((folder / "rooms.yaml").read_text("utf-8"))
    return {name: StockRoom.model_validate(facts) for name, facts in declared.items()}


def choose_stock_room(variant: Variant) -> str:
    """The name of the room that agrees best with a variant's scene and audience; between equals its seed chooses.

    What is known of the reader alone takes no part: a scene that a policy has chosen is all that shows of it.
    """
    told = " ".join((variant.scene, variant.audience.id.replace("-", " "), variant.audience.description)).casefold()
    scores = {name: room.agreement(told) for name, room in load_stock_rooms().items()}
    best = sorted(name for name, score in scores.items() if score == max(scores.values()))
    return random.Random(variant.seed).choice(best)


def furnish(personal: Personal, store: ObjectStore) -> tuple[Personal, ImageRef]:
    """The variant in a stock room, and that room's photo in the store."""
    name = choose_stock_room(personal.variant)
    room = load_stock_rooms()[name]
    photo = store_asset(store, (ROOMS / room.image).read_bytes())
    known = RoomPhoto(image=photo.key, **room.model_dump(include={"camera_height_cm", "field_of_view", "point"}))
    brief: Brief = personal.brief.model_copy(update={"room": known})
    decision = personal.decision.model_copy(update={"room": name})
    return Personal(brief, personal.variant, decision), photo
