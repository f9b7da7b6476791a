"""The language files of assets/copy: what may be said of which fact, and in which frames."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from services.copywriter.service import Facts
from services.errors import InvalidConfiguration, UnknownName

_FROZEN = ConfigDict(frozen=True, extra="forbid")
Phrases = tuple[str, ...]
SURE_PART = 5  # letters


class Attribute(BaseModel):
    """How one attribute is recognised and worded.

    Phrases are by product category; ``any`` fits all, and ``category/cold`` or ``category/hot`` only such moments.
    """

    model_config = _FROZEN

    says: Phrases = Field(description="How a description says it")
    headline: dict[str, Phrases]
    body: dict[str, Phrases]

    def phrases(self, part: str, category: str, feel: str = "") -> Phrases:
        """The category's own phrases for how the moment feels, else for any moment, else the general ones."""
        known: dict[str, Phrases] = getattr(self, part)
        return known.get(f"{category}/{feel}", known.get(category, known["any"]))


class Kinds(BaseModel):
    """What titles in one language call products, by category, and where in a title that noun stands.

    end: as its last word, before one of ``until``; compound: the same, or as the end of that word (Steingutbecher), if
    it is long enough to be no chance (not wein in Schwein); start: as its first word.
    """

    model_config = _FROZEN

    stands: Literal["start", "end", "compound"]
    until: Phrases = ()
    names: dict[str, Phrases] = {}

    def find(self, title: str, known: dict[str, str]) -> str:
        """The category of a title, or "". known: word -> category, in this language."""
        noun = title.casefold().strip()
        if self.until and self.stands != "start":
            noun = re.split("|".join(map(re.escape, self.until)), noun)[0].strip()
        return next((known[word] for word in sorted(known, key=len, reverse=True) if self._stands(noun, word)), "")

    def _stands(self, noun: str, word: str) -> bool:
        if self.stands == "start":
            return noun.startswith(word) and says(noun[: len(word) + 1], word)
        is_part = self.stands == "compound" and len(word) >= SURE_PART
        return noun.endswith(word) and (is_part or says(noun[-len(word) - 1 :], word))


class Frames(BaseModel):
    """Patterns that join phrases; ``{claim}``, ``{claim2}``, ``{moment}`` and ``{title}`` are filled in."""

    model_config = _FROZEN

    claim: Phrases
    two_claims: Phrases
    moment: Phrases
    titled: Phrases


class Generic(BaseModel):
    """What can be said of any product, and of any product of a category; it claims nothing."""

    model_config = _FROZEN

    headline: dict[str, Phrases]
    body: dict[str, Phrases]

    def phrases(self, part: str, category: str) -> Phrases:
        """The category's own phrases, then the general ones."""
        known: dict[str, Phrases] = getattr(self, part)
        return (*known.get(category, ()), *known["any"])


class Grammar(BaseModel):
    """One language."""

    model_config = _FROZEN

    language: str
    kinds: Kinds
    denials: Phrases = Field(description="Words that make a clause of a description deny what it names")
    attributes: dict[str, Attribute]
    moments: dict[str, Phrases]
    values: dict[str, Phrases | dict[str, Phrases]] = Field(description="By fact; ratings by CLDR plural form")
    frames: Frames
    generic: Generic
    call_to_action: dict[str, Phrases]

    def read(self, description: str) -> list[str]:
        """The attributes that a description states, in the order of the file; "not waterproof" states nothing."""
        clauses = re.split(r"[.,;:!?。、；،؛]\s*", description)
        return [
            name
            for name, one in self.attributes.items()
            if any(self._states(clause, word) for clause in clauses for word in one.says)
        ]

    def _states(self, clause: str, word: str) -> bool:
        """Denials stand anywhere in the clause; those with a hyphen right behind the word: "leather-free"."""
        if not says(clause, word):
            return False
        rest = clause.casefold().replace(word.casefold(), " ")
        behind = [(denial[1:], joint) for denial in self.denials if denial.startswith("-") for joint in "- "]
        return not any(
            [says(rest, denial) for denial in self.denials if not denial.startswith("-")]
            + [says(clause, f"{word}{joint}{denial}") for denial, joint in behind]
        )


class Moments(BaseModel):
    """The file moments.yaml."""

    model_config = _FROZEN

    suits: dict[str, Phrases] = Field(description="Attributes; attribute/category: of products of that kind only")
    kinds: dict[str, Phrases] = Field(description="Categories whose generic phrases an opener may stand before")
    unfit: dict[str, Phrases] = Field(description="Attributes that a moment makes pointless")
    feels: dict[str, Phrases]

    def fits(self, moment: str, attribute: str) -> bool:
        """Whether an attribute is worth telling at the moment."""
        return attribute not in self.unfit.get(moment, ())

    def may_open(self, moment: str, attribute: str, category: str) -> bool:
        """Whether an opener may stand before a phrase on the attribute."""
        suited = self.suits.get(moment, ())
        return attribute in suited or f"{attribute}/{category}" in suited

    def may_open_kind(self, moment: str, category: str) -> bool:
        """Whether an opener may stand before a generic phrase of the category."""
        return category in self.kinds.get(moment, ())

    def feel(self, moment: str) -> str:
        """cold, hot, or empty."""
        return next((feel for feel, moments in self.feels.items() if moment in moments), "")


class Categories(BaseModel):
    """The file categories.yaml: categories that phrases are written for -> what such products are called."""

    model_config = _FROZEN

    names: dict[str, Phrases]

    def find(self, facts: Facts, kinds: Kinds | None) -> str:
        """The stated category by the name that phrases know, else the one that the title names, else the stated.

        "Trail running shoe" is footwear, "Shoe rack" is not. kinds: of the language of the facts, None if unknown.
        """
        english = by_word(self.names) | {name: name for name in self.names}
        stated = english.get(facts.category.replace("_", " "), "")
        if stated or facts.category != "other" or kinds is None:
            return stated or facts.category
        return kinds.find(facts.title, by_word(kinds.names) or english) or facts.category


def by_word(names: dict[str, Phrases]) -> dict[str, str]:
    """Word -> category."""
    return {word: name for name, words in names.items() for word in words}


class Grammars:
    """Every language, the moments that suit attributes, and the categories of products."""

    def __init__(self, folder: Path) -> None:
        self.languages = {path.stem: _load(path) for path in sorted(folder.glob("[a-z][a-z].yaml"))}
        self.categories = Categories(names=yaml.safe_load((folder / "categories.yaml").read_text("utf-8")))
        self.moments = Moments.model_validate(yaml.safe_load((folder / "moments.yaml").read_text("utf-8")))

    def category(self, facts: Facts) -> str:
        """The category of a product by the name that phrases know."""
        grammar = self.languages.get(facts.language)
        return self.categories.find(facts, grammar.kinds if grammar else None)

    def find(self, language: str) -> Grammar:
        """Raises UnknownName for a language without a file."""
        if language not in self.languages:
            raise UnknownName("language of copy", language, ", ".join(self.languages))
        return self.languages[language]


def _load(path: Path) -> Grammar:
    try:
        return Grammar.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValueError as error:
        raise InvalidConfiguration(path.name, "-", str(error).splitlines()[0]) from None


def says(text: str, words: str) -> bool:
    """Whether the text says these words, whole and in any case; Japanese has no word borders to respect."""
    return _whole(words.casefold()).search(text.casefold()) is not None


@lru_cache(maxsize=8192)
def _whole(words: str) -> re.Pattern[str]:
    """The standard library keeps 512 patterns only; the rules of one language have more words."""
    start = "" if _is_unspaced(words[0]) else r"(?<!\w)(?:(?:وال|بال|ال|و)(?=[\u0600-\u06ff]))?"
    end = "" if _is_unspaced(words[-1]) else r"(?!\w)"
    return re.compile(start + re.escape(words) + end)


def _is_unspaced(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff"
