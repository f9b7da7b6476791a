"""The embedded copywriter: phrases of a grammar, chosen by facts, kept by rules, ranked by the brand's voice."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from babel import Locale
from PIL import Image

from services.contract import Checkpoint, Output
from services.copywriter.grammar import Grammar, Grammars, Moments
from services.copywriter.rules import Judge, is_instruction, load_rules
from services.copywriter.service import PARTS, CopyRequest, Sentence, WrittenCopy
from services.copywriter.values import parse_locale, value_sentences
from services.copywriter.voice import find_judge, how_judged
from services.copywriter.writer import Writer
from services.sentences import load_encoder


class CopyEngine:
    """Grammars, rules and the sentence encoder, loaded once. The same request gives the same copy."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Read the folder; embed every English phrase once, so that no request waits for it."""
        folder = Path(checkpoint.location)
        self._grammars = Grammars(folder)
        self._rules = load_rules(folder / "rules.yaml")
        english = self._grammars.find("en").attributes.values()
        load_encoder().encode([text for one in english for texts in one.headline.values() for text in texts])

    def generate(self, request: CopyRequest, images: Mapping[str, Image.Image]) -> Output:
        """Write ``request.count`` variants; see CopyRequest for the answer.

        Raises:
            UnknownName: a locale or language that cannot be written.
            CopyImpossible: nothing fits the limits and rules, or a required disclaimer has no room.
        """
        locale = parse_locale(request.locale)
        request = self.settled(request)
        writer = Writer(self, request, locale)
        copies = writer.write()
        best = copies[0]
        return Output(
            text={part: getattr(best, part).text for part in PARTS},
            facts={
                "copies": [copy.model_dump(mode="json") for copy in copies],
                "language": locale.language,
                "voice": how_judged(request.voice, locale.language),
                "refused": {**writer.refused, **self.unread(request)},
                "unused": [*writer.unused],
                "disclaimers": [*writer.disclaimers],
            },
        )

    def settled(self, request: CopyRequest) -> CopyRequest:
        """The request with its product's category by the name that phrases know."""
        category = self._grammars.category(request.facts)
        return request.model_copy(update={"facts": request.facts.model_copy(update={"category": category})})

    def writer_parts(self, request: CopyRequest, locale: Locale) -> tuple[Grammar, list[Sentence], Judge]:
        """The language's grammar, the sentences its value facts make, and the judge over all of it."""
        grammar = self._grammars.find(locale.language)
        values = list(value_sentences(request.facts, grammar, locale))
        return grammar, values, Judge(self._rules, request, locale, values)

    def attributes(self, request: CopyRequest) -> list[str]:
        """Attributes to write about: the stated ones, then those that the description names."""
        facts, english = request.facts, self._grammars.find("en")
        reader = self._grammars.languages.get(facts.language)
        description = "" if is_instruction(facts.description, self._rules) else facts.description
        known = [read for name in facts.attributes for read in _read_name(name, english)]
        return list(dict.fromkeys([*known, *(reader.read(description) if reader else ())]))

    def unread(self, request: CopyRequest) -> dict[str, str]:
        """A description that is not read for attributes -> why; empty when it is."""
        description = request.facts.description
        is_read = not is_instruction(description, self._rules)
        return {} if is_read else {description: "it speaks to a machine, so nothing is read in it"}

    @property
    def moments(self) -> Moments:
        return self._grammars.moments

    def voice(self, texts: Sequence[str], request: CopyRequest, language: str) -> Sequence[float]:
        """How much each text sounds like the brand, mostly within -1..1; 0 in languages without examples."""
        judge = find_judge(request.voice, language)
        return [0.0] * len(texts) if judge is None else [float(score) for score in judge.scores(texts)]


def _read_name(name: str, english: Grammar) -> list[str]:
    """An attribute by the name that phrases know: cushioned is soft; itself when no phrase knows it."""
    if name in english.attributes:
        return [name]
    words = name.replace("_", " ")
    known = english.attributes.items()
    return [other for other, one in known if any(words == said.replace("-", " ") for said in one.says)] or [name]


def as_written(copies: Any) -> list[WrittenCopy]:
    """The fact ``copies`` of a Generation, typed again."""
    return [WrittenCopy.model_validate(copy) for copy in copies]
