"""The sentences a captioner of our own can say, and the words each one stands for."""

from itertools import product
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict


class Family(BaseModel):
    """How one scene family is put into words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    surface: str
    scene: str
    preposition: str = "on"
    lit: bool = True


class SceneWords(BaseModel):
    """What one caption says, word by word. ``light``, ``mood`` and ``light_side`` are empty where no light is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    surface: str
    scene: str
    preposition: str
    colour: str
    mood: str = ""
    light: str = ""
    light_side: str = ""

    def facts(self) -> dict[str, str]:
        """The words other services may compare: without grammar."""
        return self.model_dump(include={"family", "surface", "colour", "mood", "light_side"})


class Wording(BaseModel):
    """The file words.yaml beside the weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentence: str
    unlit_sentence: str
    families: dict[str, Family]
    colours: tuple[str, ...]
    moods: dict[str, str]
    light_sides: tuple[str, ...]

    def words(self, family: str, colour: str, mood: str, light_side: str) -> SceneWords:
        """The words for a scene; the light is left out of families that show none."""
        known = self.families[family]
        place = {"family": family, "colour": colour, **known.model_dump(exclude={"lit"})}
        light = {"mood": mood, "light": self.moods[mood], "light_side": light_side}
        return SceneWords.model_validate(place | light if known.lit else place)

    def caption(self, words: SceneWords) -> str:
        """The sentence that says these words."""
        return (self.sentence if words.light else self.unlit_sentence).format(**words.model_dump())

    def captions(self) -> dict[str, SceneWords]:
        """Every sentence with its words."""
        every = product(self.families, self.colours, self.moods, self.light_sides)
        return {self.caption(words): words for words in (self.words(*one) for one in every)}


def load_wording(folder: str | Path) -> Wording:
    """Read and check the words.yaml of a checkpoint folder."""
    return Wording.model_validate(yaml.safe_load((Path(folder) / "words.yaml").read_text("utf-8")))
