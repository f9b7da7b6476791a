"""What our own captioner says in other languages than English: whole phrases by language, joined, never bent."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from services.caption.words import SceneWords

PHRASES = Path(__file__).parents[2] / "assets" / "captions"


class KindWords(BaseModel):
    """A kind of thing, and the words by which a title says it already: parts of words, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    named: tuple[str, ...]


class Phrases(BaseModel):
    """One language.

    known: what rooms and try-ons show, unseen (``alt_text.KNOWN``). places, tones and lights: by family, colour
    and mood of a caption; colours: measured ones by name; kinds: what the
    detector sees. joint stands between title, place and tones, comma before the
    light; a list has ``listed`` between its parts and ``last`` before the last one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    joint: str
    comma: str
    stop: str
    listed: str
    last: str
    mostly: str
    known: dict[str, str]
    places: dict[str, str]
    tones: dict[str, str]
    lights: dict[str, str]
    colours: dict[str, str]
    kinds: dict[str, KindWords]

    def scenes(self, words: SceneWords) -> list[str]:
        """The scene, the fullest telling first: with tones and light, with light, the place alone."""
        place, light = self.places[words.family], self.lights.get(words.mood, "")
        toned = self.joint.join([place, self.tones[words.colour]]) if words.colour else place
        return [self.comma.join(filter(None, [first, light])) for first in (toned, place)] + [place]

    def mostly_of(self, names: Sequence[str]) -> str:
        """What is measured: the names of the picture's colours."""
        said = [self.colours[name] for name in names]
        listed = self.last.join(filter(None, [self.listed.join(said[:-1]), said[-1]]))
        return self.mostly.format(colours=listed)


@cache
def load_phrases(language: str) -> Phrases | None:
    """The phrases of a language (ISO 639-1), or None where there are none: English, and languages nobody wrote."""
    known = {path.stem: path for path in PHRASES.glob("*.yaml")}
    if language not in known:
        return None
    return Phrases.model_validate(yaml.safe_load(known[language].read_text("utf-8")))
