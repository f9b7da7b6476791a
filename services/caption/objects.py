"""Rough kinds of objects: by the words that titles and captions use for them, and as seen in a picture."""

import re

from PIL import Image

from services.caption.detector import KNOWN, find_product
from services.images import Box

KINDS = {
    "bottle": "bottle flask carafe thermos dispenser",
    "jar": "jar pot tin canister candle",
    "cup": "cup mug teacup",
    "box": "box carton package parcel",
    "bag": "bag tote backpack rucksack handbag purse satchel duffel",
    "lamp": "lamp luminaire lantern",
    "chair": "chair armchair stool sofa couch bench seat",
    "shoe": "shoe shoes sneaker sneakers trainer trainers boot boots sandal sandals loafer loafers",
    "bicycle": "bicycle bike",
    "laptop": "laptop",
    "book": "book",
    "camera": "camera",
    "car": "car",
}
ALIKE = ({"bottle", "jar"}, {"cup", "jar"}, {"laptop", "book"})  # taken for each other, so no contradiction
SEEN = 0.5  # score of a thing from which its kind is told
SEEN_OTHERWISE = 0.65  # the same where the title calls it something else
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}
_WORD = re.compile(rf"\b({'|'.join(_KIND_OF)})s?\b", re.IGNORECASE)
_AFTER_THING = re.compile(r"\s(with|for|in|of|from|by|and|on)\s|[,:;–—(|]", re.IGNORECASE)


def kind_of_title(title: str) -> str:
    """The kind that an English title names: its last word before "with", "for" and the like.

    "Bottle bag for mugs" is a bag, "Bike helmet" nothing that is known, "Trail flask 600" a bottle.
    """
    thing = _AFTER_THING.split(title, maxsplit=1)[0]
    words = re.findall(r"[^\W\d_]+", thing)
    kinds = kinds_in(words[-1]) if words else []
    return kinds[-1] if kinds else ""


def kind_of_product(image: Image.Image, product_box: Box | None, title: str) -> tuple[str, float]:
    """What kind of thing a picture shows, and how sure that is, 0..1; empty where nothing is sure.

    To say something else than the title the detector must be surer. Of things that it does not know, such as lamps,
    the title is believed where the product's box is known: then somebody put the product there.
    """
    called, seen = kind_of_title(title), find_product(image, product_box)
    if seen is not None and seen.score >= (SEEN if called in ("", seen.kind) else SEEN_OTHERWISE):
        return seen.kind, round(seen.score, 3)
    return (called, 1.0) if product_box is not None and called and called not in KNOWN else ("", 0.0)


def are_alike(one: str, other: str) -> bool:
    """Whether two kinds are the same or easily taken for each other."""
    return one == other or any({one, other} <= group for group in ALIKE)


def kinds_in(text: str) -> list[str]:
    """Every kind that a text names, in its order."""
    return [_KIND_OF[word.lower()] for word in _WORD.findall(text)]
