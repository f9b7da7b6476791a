"""The hard rules, as data: no claim that is not in the facts, no banned word, every required disclaimer in its place.

The same check judges the embedded grammar's copy and what an instruction model answers.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from babel import Locale
from pydantic import BaseModel, ConfigDict

from services.copywriter.grammar import says
from services.copywriter.service import CopyRequest, Facts, Sentence

_FROZEN = ConfigDict(frozen=True, extra="forbid")
_MIXED = re.compile("[a-z].*[\u0400-\u04ff]|[\u0400-\u04ff].*[a-z]", re.IGNORECASE)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_] ){2,}[^\W\d_](?!\w)")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f'’٫٬]\d+)*")


class CountryBan(BaseModel):
    """Words not to be used in a country, and why."""

    model_config = _FROZEN

    words: tuple[str, ...]
    because: str


class Disclaimer(BaseModel):
    """A sentence that must be there."""

    model_config = _FROZEN

    country: str
    category: str
    language: str
    text: str


class Rules(BaseModel):
    """The file rules.yaml."""

    model_config = _FROZEN

    claims: dict[str, dict[str, tuple[str, ...]]]
    allowed_by: dict[str, str]
    countries: dict[str, tuple[CountryBan, ...]]
    disclaimers: tuple[Disclaimer, ...]
    instructions: tuple[str, ...]


def load_rules(path: Path) -> Rules:
    return Rules.model_validate(yaml.safe_load(path.read_text("utf-8")))


def country_of(request: CopyRequest, locale: Locale) -> str:
    """Whose law applies: the country asked for, else the locale's, else the one its language points to (de -> DE)."""
    return request.country or locale.territory or _likely_country(locale)


def _likely_country(locale: Locale) -> str:
    likely = {"en": "US", "de": "DE", "fr": "FR", "es": "ES", "pt": "BR", "it": "IT", "ja": "JP", "ar": "EG"}
    return likely.get(locale.language, "")


class Judge:
    """Says which rule a text breaks for one request; ``values`` are the sentences made from its value facts."""

    def __init__(self, rules: Rules, request: CopyRequest, locale: Locale, values: Sequence[Sentence]) -> None:
        self._rules = rules
        self._facts = request.facts
        self._voice = request.voice
        self._language = locale.language
        self._country = country_of(request, locale)
        self._names = [name for name in (request.facts.title, request.brand_name) if name]
        self._said = plain(fact_text(request.facts, locale.language))
        self._numbers = numbers(f"{self._said} {' '.join(sentence.text for sentence in values)}")

    def problem(self, text: str) -> str:
        """The first rule the text breaks, in words; empty when it may run."""
        return next(self._problems(text), "")

    def forbidden(self, text: str) -> str:
        """The first thing in a text that may not run, whatever the facts: markup, tricks, what brand or law forbid."""
        return next(self._forbidden(text), "")

    def _bare(self, text: str) -> str:
        """Without the title and the brand's name, which are facts; as it reads."""
        for name in self._names:
            text = text.replace(name, " ")
        return plain(text)

    def _forbidden(self, text: str) -> Iterator[str]:
        if is_instruction(text, self._rules):
            yield "it speaks to a machine"
        bare = self._bare(text)
        for word in re.findall(r"\w+", bare):
            if _MIXED.search(word):
                yield f"the word {word!r} mixes Latin and Cyrillic letters"
        yield from self._banned(bare)

    def _problems(self, text: str) -> Iterator[str]:
        yield from self._forbidden(text)
        bare = self._bare(text)
        yield from self._marks(bare)
        for number in numbers(bare) - self._numbers:
            yield f"the number {number} is not in the facts"
        yield from self._claims(bare)

    def _banned(self, text: str) -> Iterator[str]:
        for word in self._voice.banned.get("*", ()) + self._voice.banned.get(self._country, ()):
            if says(text, word):
                yield f"the brand does not say {word!r}"
        for ban in self._rules.countries.get(self._country, ()):
            for word in ban.words:
                if says(text, word):
                    yield f"{word!r} is not allowed in {self._country}: {ban.because}"

    def _marks(self, text: str) -> Iterator[str]:
        if not self._voice.exclamation_marks and re.search("[!！¡]", text):
            yield "the brand uses no exclamation marks"
        if not self._voice.questions and re.search("[?？؟]", text):
            yield "the brand asks no questions"

    def _claims(self, text: str) -> Iterator[str]:
        for kind, words in self._rules.claims.items():
            if self._is_fact(self._rules.allowed_by.get(kind, "")):
                continue
            for word in words.get(self._language, ()):
                if says(text, word) and not says(self._said, word):
                    yield f"{word!r} is a claim ({kind}) that is not in the facts"

    def _is_fact(self, name: str) -> bool:
        return name == "free_shipping" and self._facts.offer is not None and self._facts.offer.free_shipping

    def disclaimers(self) -> list[str]:
        """What must stand in the body."""
        wanted = (self._country, self._facts.category, self._language)
        return [one.text for one in self._rules.disclaimers if (one.country, one.category, one.language) == wanted]


def fact_text(facts: Facts, language: str) -> str:
    """What the client says of the product in words, in this language."""
    own = facts.description if facts.language == language else ""
    return " ".join([own, *facts.claims.get(language, ())])


def is_instruction(text: str, rules: Rules) -> bool:
    """Whether a text from outside is written for a machine: markup, or orders to a language model."""
    return any(re.search(pattern, plain(text), re.IGNORECASE) for pattern in rules.instructions)


def plain(text: str) -> str:
    """A text as it reads: no invisible characters, usual letters for full-width ones, "F R E E" as one word."""
    visible = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), visible)


def numbers(text: str) -> set[str]:
    """Every number of a text as its digits alone, in Latin ones: "1.234,50 €" gives {"123450"}."""
    plain = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    return {re.sub(r"\D", "", found) for found in _NUMBER.findall(plain)}
