"""Whether a caption fits what was asked for: another place, colour or object is a contradiction, in a sentence each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from services.caption.colours import colour_name, distance_to_name, named_colours
from services.caption.objects import are_alike, kind_of_title, kinds_in
from services.sentences import load_encoder

PLACES = {  # how a place is said; the nearest one to a text is the place that the text speaks of
    "studio": "a seamless studio backdrop", "kitchen": "a wooden table in front of a blurred kitchen",
    "café": "a dark wooden table in front of a blurred café", "garden": "a wooden table in front of a blurred garden",
    "marble table": "a marble table in front of a plain wall", "podium": "a round podium in front of an arch",
    "wall with shadows": "a plaster ledge in front of a wall with soft shadows",
    "beach": "a sandy beach in front of a blurred sea", "forest": "mossy ground in front of a blurred forest",
    "mountains": "a flat rock in front of blurred mountains",
    "city at night": "a glossy black surface in front of city lights at night",
    "living room": "a wooden sideboard in front of a blurred living room",
    "bathroom": "a stone slab in front of a blurred bathroom", "stadium": "a running track in front of a stadium",
    "autumn park": "wooden planks in front of a blurred autumn park",
    "snow": "fresh snow in front of a blurred winter forest", "fairy lights": "a table in front of golden fairy lights",
}  # fmt: skip
OTHER_PLACE = 0.2  # cosine by which another place must be nearer to the request: 1 % false alarms, 70 % of wrong places
SAME_PLACE = 0.05  # cosine by which another place may be nearer and the caption still says the place that was asked for
# Confidence below which a caption accuses nobody.
SURE = 0.75
OTHER_COLOUR = 30.0  # CIE76 from the nearest shade of a named colour to every common colour of the product
Floats = NDArray[np.float32]


def contradictions(
    caption: str, scene: str, title: str, product_colours: Sequence[str], confidence: float, place: str = ""
) -> Iterator[str]:
    """Sentences on what does not fit; a caption that the captioner itself doubts accuses nobody.

    ``place`` is the caption's part on the place, if that is known apart. ``product_colours`` are "#rrggbb" of the
    product's own area; without them the product's colour is not judged.
    """
    if scene and caption and confidence >= SURE:
        yield from _other_place(place or caption, scene)
    asked, seen = kind_of_title(title), kinds_in(caption)
    if asked and seen and not any(are_alike(asked, kind) for kind in seen):
        yield f"the product is called a {asked}, the picture shows a {seen[0]}"
    named = named_colours(title)
    if named and product_colours:
        yield from _other_colour(named, product_colours)


def _other_place(caption: str, scene: str) -> Iterator[str]:
    if _farther(caption, scene) > OTHER_PLACE:
        yield f"asked for {place_of(scene)}, the picture shows {place_of(caption)}"


def is_borne_out(caption: str, scene: str) -> bool:
    """Whether what was asked for bears out the place that a caption names; without a request nothing does."""
    return bool(scene) and _farther(caption, scene) <= SAME_PLACE


def _farther(caption: str, scene: str) -> float:
    """By how much another place is nearer to the request than the caption's place: cosine, 0 for the same place."""
    nearness = load_encoder().encode([scene])[0] @ place_vectors().T
    names = list(PLACES)
    return float(nearness[names.index(place_of(scene))] - nearness[names.index(place_of(caption))])


def _other_colour(named: Sequence[str], product_colours: Sequence[str]) -> Iterator[str]:
    """A product may have further colours than its title says, but must have one that it says."""
    if min(distance_to_name(name, seen) for name in named for seen in product_colours) > OTHER_COLOUR:
        yield f"the product is called {named[0]}, its picture is mostly {colour_name(product_colours[0])}"


def place_of(text: str) -> str:
    """The known place whose wording is nearest to a text."""
    nearness = load_encoder().encode([text])[0] @ place_vectors().T
    return list(PLACES)[int(nearness.argmax())]


@cache
def place_vectors() -> Floats:
    """One row per place; the first call loads the sentence encoder."""
    return load_encoder().encode(list(PLACES.values()))


def tags(caption: str, words: Mapping[str, str]) -> list[str]:
    """Up to eight single words of a caption, without filler; a captioner's own words first."""
    known = [word for value in words.values() for word in value.lower().replace("_", " ").split()]
    said = re.findall(r"[^\W\d_]{3,}", caption.lower())
    return list(dict.fromkeys(word for word in [*known, *said] if word not in FILLER))[:8]


FILLER = frozenset(
    re.findall(
        r"\w+",
        "the and with from that this into onto over under front behind beside left right side its are has have there "
        "tones light blurred very some picture image photo shows showing placed standing sitting one two mostly",
    )
)
