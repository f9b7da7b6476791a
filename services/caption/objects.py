"""Rough kinds of objects by the words that titles and captions use for them."""

import re

KINDS = {
    "bottle": "bottle flask carafe thermos dispenser",
    "jar": "jar pot tin canister candle",
    "cup": "cup mug tumbler teacup beaker",
    "box": "box carton package parcel",
    "bag": "bag tote backpack rucksack handbag purse satchel duffel",
    "lamp": "lamp luminaire lantern",
    "chair": "chair armchair stool sofa couch bench seat",
    "shoe": "shoe shoes sneaker sneakers trainer trainers boot boots sandal sandals loafer loafers",
}
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}
_WORD = re.compile(rf"\b({'|'.join(_KIND_OF)})s?\b", re.IGNORECASE)
_AFTER_THING = re.compile(r"\s(with|for|in|of|from|by|and|on)\s|[,:;–—(|]", re.IGNORECASE)


def kind_of_title(title: str) -> str:
    """The kind that a title names: its last one before "with", "for" and the like ("Bottle bag for mugs" is a bag)."""
    thing = _AFTER_THING.split(title, maxsplit=1)[0]
    kinds = kinds_in(thing)
    return kinds[-1] if kinds else ""


def kinds_in(text: str) -> list[str]:
    """Every kind that a text names, in its order."""
    return [_KIND_OF[word.lower()] for word in _WORD.findall(text)]
