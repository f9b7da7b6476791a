"""The sentences a captioner of our own can say, and the words each one stands for."""

import re
from functools import cached_property
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
    """What one caption says, word by word; empty is what it does not say.

    Without a ``kind`` the place is empty or what stands there is not named; without a ``family`` nothing is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = ""
    family: str = ""
    surface: str = ""
    scene: str = ""
    preposition: str = ""
    colour: str = ""
    mood: str = ""
    light: str = ""
    light_side: str = ""

    @property
    def lengths(self) -> dict[str, int]:
        """How many words of the whole sentence, in their order, say what."""
        counted = {
            "kind": f"a {self.kind}" if self.kind else "",
            "family": f"{self.preposition} {self.scene}" if self.kind else self.scene,
            "colour": f"in {self.colour} tones",
            "mood": self.light,
            "light_side": f"from the {self.light_side}" if self.light else "",
        }
        return {word: len(part.split()) for word, part in counted.items() if part}

    def facts(self) -> dict[str, str]:
        """The words other services may compare: without grammar."""
        return self.model_dump(include={"kind", "family", "surface", "colour", "mood", "light_side"})

    @property
    def head(self) -> str:
        """What stands where: "a mug on a marble table in front of a plain wall"."""
        return f"a {self.kind} {self.preposition} {self.scene}" if self.kind else self.scene

    @property
    def tail(self) -> str:
        """Colour and light: " in teal tones, midday sun from the left"."""
        colour = f" in {self.colour} tones" if self.colour else ""
        side = f" from the {self.light_side}" if self.light_side else ""
        return f"{colour}, {self.light}{side}" if self.light else colour

    @property
    def sentence(self) -> str:
        """The whole caption."""
        return self.head + self.tail


class Wording(BaseModel):
    """The file words.yaml beside the weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[str, ...]
    families: dict[str, Family]
    colours: tuple[str, ...]
    moods: dict[str, str]
    light_sides: tuple[str, ...]
    least: dict[str, float]

    def only_sure(self, words: SceneWords, confidences: dict[str, float]) -> SceneWords:
        """The words whose confidence is at least what ``least`` asks; none at all of an unfamiliar picture."""
        doubted = {word for word, confidence in confidences.items() if confidence < self.least[word]}
        if doubted & {"familiar", "family"}:
            return SceneWords()
        if "mood" in doubted:
            doubted |= {"light", "light_side"}
        return words.model_copy(update=dict.fromkeys(doubted, ""))

    def undisputed(self, words: SceneWords, scene: str) -> SceneWords:
        """Without the colour and the light that the request's scene names otherwise: one of the two is wrong."""
        colours = [colour for colour in self.colours if _names(scene, colour)]
        moods = [mood for mood in self.moods if _names(scene, mood)]
        disputed = {"colour": ""} if colours and words.colour not in colours else {}
        if moods and words.mood not in moods:
            disputed |= {"mood": "", "light": "", "light_side": ""}
        return words.model_copy(update=disputed)

    def words(self, kind: str, family: str, colour: str, mood: str, light_side: str) -> SceneWords:
        """The words for a scene; the light is left out of families that show none."""
        known = self.families[family]
        light = {"mood": mood, "light": self.moods[mood], "light_side": light_side} if known.lit else {}
        place = known.model_dump(exclude={"lit"})
        return SceneWords(kind=kind, family=family, colour=colour, **place, **light)

    @cached_property
    def heads(self) -> dict[str, SceneWords]:
        """Every head with its words: no thing or one of a kind, in one of the families."""
        every = [
            SceneWords(kind=kind, family=name, **family.model_dump(exclude={"lit"}))
            for kind in ("", *self.kinds)
            for name, family in self.families.items()
        ]
        return {words.head: words for words in every}

    def tails(self, lit: bool) -> list[str]:
        """Every tail that may follow the head of a family with or without light."""
        moods = self.moods.items() if lit else ()
        lights = [
            {"mood": mood, "light": light, "light_side": side} for mood, light in moods for side in self.light_sides
        ]
        return [SceneWords(colour=colour, **light).tail for colour in self.colours for light in lights or [{}]]

    def read(self, caption: str) -> SceneWords:
        """The words that a whole caption says."""
        found = self._pattern.fullmatch(caption)
        assert found
        mood = next((mood for mood, light in self.moods.items() if light == found["light"]), "")
        light = {"mood": mood, "light": found["light"] or "", "light_side": found["side"] or ""}
        return self.heads[found["head"]].model_copy(update={"colour": found["colour"], **light})

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        heads, colours, lights, sides = (
            "|".join(map(re.escape, words))
            for words in (self.heads, self.colours, self.moods.values(), self.light_sides)
        )
        return re.compile(
            f"(?P<head>{heads}) in (?P<colour>{colours}) tones(, (?P<light>{lights}) from the (?P<side>{sides}))?"
        )


def _names(scene: str, words: str) -> bool:
    """Whether a scene names something in these words, whole: "blurred" is not red."""
    return re.search(rf"\b{re.escape(words)}\b", scene, re.IGNORECASE) is not None


def load_wording(folder: str | Path) -> Wording:
    """Read and check the words.yaml of a checkpoint folder."""
    return Wording.model_validate(yaml.safe_load((Path(folder) / "words.yaml").read_text("utf-8")))
