"""Whether a caption fits what was asked for: another place or another colour is a contradiction, in a sentence each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

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
COLOURS = {
    "white": "f1f0ee", "black": "25262a", "grey": "9a9da1", "gray": "9a9da1", "red": "b8232b", "orange": "e5813a",
    "yellow": "edc148", "green": "3f7a4f", "teal": "2b8c93", "blue": "3f6fb5", "navy": "23386b", "purple": "7d5bb0",
    "pink": "eda9b0", "brown": "7c5236", "beige": "d6b893",
}  # fmt: skip
# Confidence below which a caption accuses nobody: the embedded captioner errs on 6 of 17 scenes, with up to 0.69.
SURE = 0.75
OTHER_COLOUR = 45.0  # CIE76 distance from every common colour of the product
Floats = NDArray[np.float32]


def contradictions(
    caption: str, scene: str, title: str, product_colours: Sequence[str], confidence: float
) -> Iterator[str]:
    """Sentences on what does not fit; a caption that the captioner itself doubts accuses nobody.

    ``product_colours`` are "#rrggbb" of the product's own area; without them the product's colour is not judged.
    """
    if scene and confidence >= SURE:
        asked, seen = place_of(scene), place_of(caption)
        nearness = load_encoder().encode([scene])[0] @ place_vectors().T
        names = list(PLACES)
        if nearness[names.index(asked)] - nearness[names.index(seen)] > OTHER_PLACE:
            yield f"asked for {asked}, the picture shows {seen}"
    named = [colour for colour in COLOURS if re.search(rf"\b{colour}\b", title.lower())]
    if named and product_colours:
        nearest = min(distance(COLOURS[colour], seen) for colour in named for seen in product_colours)
        if nearest > OTHER_COLOUR:
            yield f"the product is called {named[0]}, its picture is mostly {product_colours[0]}"


def place_of(text: str) -> str:
    """The known place whose wording is nearest to a text."""
    nearness = load_encoder().encode([text])[0] @ place_vectors().T
    return list(PLACES)[int(nearness.argmax())]


@cache
def place_vectors() -> Floats:
    """One row per place; the first call loads the sentence encoder."""
    return load_encoder().encode(list(PLACES.values()))


def distance(one: str, other: str) -> float:
    """CIE76 between two hex colours (sRGB, with or without #): 2 just visible, 100 black to white."""
    return float(np.linalg.norm(_lab(one) - _lab(other)))


def _lab(colour: str) -> Floats:
    rgb = np.frombuffer(bytes.fromhex(colour.lstrip("#")), np.uint8).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(rgb.reshape(1, 1, 3), cv2.COLOR_RGB2Lab)[0, 0])


def tags(caption: str, words: Mapping[str, str]) -> list[str]:
    """Up to eight single words of a caption, without filler; a captioner's own words first."""
    known = [word for value in words.values() for word in value.lower().replace("_", " ").split()]
    said = re.findall(r"[^\W\d_]{3,}", caption.lower())
    return list(dict.fromkeys(word for word in [*known, *said] if word not in FILLER))[:8]


FILLER = frozenset(
    [
        "the",
        "and",
        "with",
        "from",
        "that",
        "this",
        "into",
        "onto",
        "over",
        "under",
        "front",
        "behind",
        "beside",
        "left",
        "right",
        "side",
        "its",
        "are",
        "has",
        "have",
        "there",
        "tones",
        "light",
        "blurred",
        "very",
        "some",
        "picture",
        "image",
        "photo",
        "shows",
        "showing",
        "placed",
        "standing",
        "sitting",
        "one",
        "two",
    ]
)
