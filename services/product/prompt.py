"""From a brief's free words to a prompt that the checkpoint knows, and to the light that shadows need."""

import re
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml

from services.product.meaning import Meanings, load_meanings

Side = Literal["left", "right"]
Ground = Literal["table", "open"]
NEAR_ENOUGH = {"family": 0.3, "mood": 0.45}  # cosine of meaning; a mood that nobody asked for disturbs more
SHARED_WORDS = 0.25  # bonus of shared words, in cosine; 0.2 to 0.3 did best on assets/models/scene/free_text.yaml
HARD_LIGHT = ("sun", "sunlight", "sunset", "noon", "spotlight", "sunny", "golden hour", "hard light", "beach", "desert")
SOFT_LIGHT = ("overcast", "soft", "diffuse", "cloudy", "gentle", "calm", "foggy", "studio", "spa")
GLOSSY_GROUND = ("marble", "glossy", "glass", "polished", "mirror", "lacquered", "ice", "wet")
PLAIN_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the in on at of with and or by from to for behind left right light blurred table scene product centre",
    )
)


NEAR_WORDS = {
    "jungle": "deep forest", "rainforest": "deep forest", "wood": "wooden", "woods": "forest", "oak": "wooden",
    "desert": "sand", "dune": "sand", "island": "beach", "coast": "seaside", "surf": "beach",
    "gym": "sports court", "fitness": "sports court", "running": "sports track", "workout": "sports court",
    "rooftop": "skyline", "club": "nightclub", "lake": "mountain", "alp": "alpine", "camping": "forest",
    "bedroom": "interior", "office": "interior", "desk": "interior", "hotel": "interior", "lounge": "interior",
    "pedestal": "plinth", "skincare": "cosmetic display", "beauty": "cosmetic display", "bath": "bathroom",
    "sunrise": "morning", "dawn": "morning", "dusk": "sunset", "evening": "sunset", "xmas": "christmas",
    "breakfast": "kitchen", "picnic": "garden", "patio": "terrace", "snowy": "snow", "icy": "ice",
    "burgundy": "crimson", "maroon": "crimson", "ruby": "crimson", "gold": "golden yellow", "khaki": "olive",
    "peach": "apricot", "salmon": "apricot", "fuchsia": "pink", "magenta": "pink", "indigo": "navy", "plum": "violet",
    "mauve": "lilac", "cyan": "turquoise", "emerald": "emerald green", "ecru": "beige", "ivory": "cream",
}  # fmt: skip


@dataclass(frozen=True)
class Light:
    """side: where the light comes from. hardness: 0 overcast, 1 midday sun. glossy: whether the ground mirrors."""

    side: Side
    hardness: float
    glossy: bool


@dataclass(frozen=True)
class ScenePrompt:
    """text: the scene, without light side and position. light: as the words say. unused: words not understood.

    named: the trained words for family, colour and mood; empty where the checkpoint reads free text. ground: table also
    for podiums and the like. moved_from: the family that the words ask for, where furniture got another; else empty.
    """

    text: str
    light: Light
    unused: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    ground: Ground = "table"
    moved_from: str = ""

    def for_position(self, position: str) -> str:
        """The whole prompt of one plate, e.g. ``..., light from the left, product in the centre``."""
        return f"{self.text}, light from the {self.light.side}, {position}"


@dataclass(frozen=True)
class Vocabulary:
    """The words that a checkpoint was trained on (vocabulary.yaml beside its weights).

    Each kind (family, colour, mood) maps the words as trained to their synonyms; the first of a kind is the fallback.
    No kinds: the checkpoint reads free text. usual_colours: a family's own fallback, where not every colour suits it.
    floors: the family with a floor in the place of one with a table, a podium or the like.
    """

    kinds: dict[str, dict[str, list[str]]]
    usual_colours: dict[str, str]
    floors: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()

    @classmethod
    def load(cls, folder: str) -> "Vocabulary":
        """Read ``<folder>/vocabulary.yaml``; a hub id has none."""
        path = Path(folder) / "vocabulary.yaml"
        if not path.is_file():
            return cls({}, {})
        words = yaml.safe_load(path.read_text(encoding="utf-8"))
        families = words["families"].items()
        return cls(
            {
                "family": {entry["prompt"]: [name.replace("_", " "), *entry["synonyms"]] for name, entry in families},
                "colour": {colour: entry["synonyms"] for colour, entry in words["colours"].items()},
                "mood": {mood: entry["synonyms"] for mood, entry in words["moods"].items()},
            },
            {entry["prompt"]: entry["colours"][0] for _, entry in families if entry["colours"] != "any"},
            {entry["prompt"]: words["families"][entry["floor"]]["prompt"] for _, entry in families if "floor" in entry},
            Path(folder),
        )

    @cached_property
    def phrases(self) -> list[tuple[str, str, str]]:
        """(phrase, kind, canonical words), longest phrase first."""
        found = [
            (" ".join(split_words(phrase)), kind, canonical)
            for kind, entries in self.kinds.items()
            for canonical, synonyms in entries.items()
            for phrase in [canonical, *synonyms]
        ]
        return sorted(found, key=lambda entry: (-len(entry[0].split()), entry))

    def entries(self, kind: str, barred: Set[str]) -> dict[str, list[str]]:
        """The entries of a kind that may be used; all of them, if all are barred."""
        return {entry: words for entry, words in self.kinds[kind].items() if entry not in barred} or self.kinds[kind]

    def named_in(self, words: str) -> Set[str]:
        """The entries of all kinds that free words name."""
        text = " ".join(split_words(words))
        return {entry for phrase, _, entry in self.phrases if re.search(rf"\b{phrase}\b", text)}

    @cached_property
    def meanings(self) -> Meanings | None:
        """What the phrases mean, where the checkpoint comes with it."""
        return load_meanings(self.folder, self.phrases)


def write_prompt(
    words: str,
    seed: int,
    vocabulary: Vocabulary,
    *,
    avoid: str = "",
    on_floor: bool = False,
    lit: Side | None = None,
) -> ScenePrompt:
    """Turn free words into the scene prompt, complete as in training: what they leave open gets its fallback.

    Light comes from the side the words name, else from where the product is lit, else from a side the seed picks.
    avoid: what the scene must not show; entries of the vocabulary that it names are not used. on_floor: furniture,
    which no table carries.
    """
    side = _named_side(words) or lit or ("left" if seed % 2 == 0 else "right")
    if not vocabulary.kinds:
        scene = words.strip().rstrip(".,") + (", standing on the floor" if on_floor else "")
        return ScenePrompt(scene, _light(words, side), ground="open" if on_floor else "table")
    barred = vocabulary.named_in(avoid)
    found, left = match_words(split_words(words), vocabulary)
    found = {kind: entry for kind, entry in found.items() if entry not in barred}
    unused = left
    for kind in ("family", "mood"):
        if kind not in found:
            text = words if kind == "family" else " ".join(left)  # words for the place or a colour tell no mood
            found[kind], used = guess(kind, text, left, vocabulary, barred)
            unused = [word for word in unused if word not in used]
    asked = found["family"]
    found["family"] = vocabulary.floors.get(asked, asked) if on_floor else asked
    colours, usual = vocabulary.entries("colour", barred), vocabulary.usual_colours.get(found["family"])
    found.setdefault("colour", usual if usual in colours else next(iter(colours)))
    text = f"{found['family']}, {found['colour']}, {found['mood']} light"
    unused = [word for word in unused if word not in split_words(text)]
    ground: Ground = "table" if found["family"] in vocabulary.floors else "open"
    moved_from = asked if asked != found["family"] else ""
    return ScenePrompt(text, _light(f"{words} {text}", side), tuple(unused), found, ground, moved_from)


def split_words(text: str) -> list[str]:
    """Lower-case words without punctuation, accents and plural s; near words are replaced by trained ones."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [_singular(word) for word in re.findall(r"[a-z]+", plain)]
    return [part for word in words for part in NEAR_WORDS.get(word, word).split()]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def match_words(words: list[str], vocabulary: Vocabulary) -> tuple[dict[str, str], list[str]]:
    """The first canonical words of each kind that the words name, and the words left over.

    Longer phrases win, and no word counts twice: "forest green" is a colour, not a forest.
    """
    found: dict[str, str] = {}
    text = " ".join(words)
    for phrase, kind, canonical in vocabulary.phrases:
        shorter = re.sub(rf"\b{phrase}\b", "|", text)
        if shorter != text:
            found.setdefault(kind, canonical)
            text = shorter
    return found, [word for word in text.replace("|", " ").split() if word not in PLAIN_WORDS]


def guess(
    kind: str, text: str, words: list[str], vocabulary: Vocabulary, barred: Set[str] = frozenset()
) -> tuple[str, set[str]]:
    """The entry of a kind that the text comes nearest to, else its first; and which of the words were understood.

    Nearness is that of meaning, where the vocabulary has meanings, plus a bonus for telling words that entries share.
    """
    bags = {
        entry: {word for phrase in [entry, *synonyms] for word in split_words(phrase)} - PLAIN_WORDS
        for entry, synonyms in vocabulary.entries(kind, barred).items()
    }
    shared = {
        entry: sum(1 / sum(word in other for other in bags.values()) for word in set(words) if word in bag)
        for entry, bag in bags.items()
    }
    near = vocabulary.meanings.near(kind, text) if vocabulary.meanings and words else dict.fromkeys(bags, 0.0)
    best = max(bags, key=lambda entry: near[entry] + SHARED_WORDS * min(shared[entry], 1.0))
    if near[best] >= NEAR_ENOUGH[kind]:
        return best, set(words)
    return (best, bags[best]) if shared[best] > 0 else (next(iter(bags)), set())


def _named_side(words: str) -> Side | None:
    named = re.search(r"\b(?:light|lit|sun|sunlight|lamp|window)\b[^,.;]{0,30}\b(left|right)\b", words.lower())
    return ("left" if named.group(1) == "left" else "right") if named else None


def _light(words: str, side: Side) -> Light:
    """Read hardness and gloss from the words; 0.5 when they say nothing of the light."""
    text = f" {' '.join(re.findall('[a-z]+', words.lower()))} "
    hard, soft = (sum(f" {word} " in text for word in kind) for kind in (HARD_LIGHT, SOFT_LIGHT))
    hardness = min(max(0.5 + 0.2 * hard - 0.2 * soft, 0.1), 1.0)
    return Light(side, hardness, any(f" {word} " in text for word in GLOSSY_GROUND))
