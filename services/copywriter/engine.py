"""The embedded copywriter: phrases of a grammar, chosen by facts, kept by rules, ranked by the brand's voice."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from PIL import Image

from services.contract import Checkpoint, Output
from services.copywriter.grammar import Grammar, Grammars
from services.copywriter.limits import fits
from services.copywriter.rules import Judge, is_instruction, load_rules
from services.copywriter.service import CopyRequest, Part, Sentence, WrittenCopy
from services.copywriter.values import parse_locale, value_sentences
from services.copywriter.voice import voice_scores
from services.errors import CopyImpossible
from services.sentences import load_encoder

LEADS = 4  # attributes that may open a headline
MOMENT_BONUS = 0.3  # a headline that names the reader's moment, in units of cosine
LEAD_STEP = 0.2  # what each place further back in the list of attributes costs
TWO_CLAIMS_BONUS = 0.05
LIKENESS_COST = 0.6  # for a variant that repeats the words of a better one completely
REPEATS = 0.1  # a sentence may repeat this much more of the headline than the freshest, in letter triples
CHANCE = 0.3  # how much the seed moves a candidate


@dataclass(frozen=True)
class Candidate:
    """A headline, the facts behind it, and how good it is; ``lead`` is the attribute it opens with."""

    headline: Sentence
    lead: str
    score: float


class CopyEngine:
    """Grammars, rules and the sentence encoder, loaded once. The same request gives the same copy."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Read the folder; embed every English phrase once, so that no request waits for it."""
        folder = Path(checkpoint.location)
        self._grammars = Grammars(folder)
        self._rules = load_rules(folder / "rules.yaml")
        self._encoder = load_encoder()
        english = self._grammars.find("en").attributes.values()
        self._encoder.encode([text for one in english for texts in one.headline.values() for text in texts])

    def generate(self, request: CopyRequest, images: Mapping[str, Image.Image]) -> Output:
        """Write ``request.count`` variants; see CopyRequest for the answer.

        Raises:
            UnknownName: a locale or language that cannot be written.
            CopyImpossible: nothing fits the limits and rules, or a required disclaimer has no room.
        """
        locale = parse_locale(request.locale)
        writer = Writer(self, request, locale)
        copies = writer.write()
        best = copies[0]
        return Output(
            text={part: getattr(best, part).text for part in ("headline", "long_headline", "body", "call_to_action")},
            facts={
                "copies": [copy.model_dump(mode="json") for copy in copies],
                "language": locale.language,
                "refused": {**writer.refused},
                "unused": [*writer.unused],
                "disclaimers": [*writer.disclaimers],
            },
        )

    def writer_parts(self, request: CopyRequest, locale: Locale) -> tuple[Grammar, list[Sentence], Judge]:
        """The language's grammar, the sentences its value facts make, and the judge over all of it."""
        grammar = self._grammars.find(locale.language)
        values = list(value_sentences(request.facts, grammar, locale))
        return grammar, values, Judge(self._rules, request, locale, values)

    def attributes(self, request: CopyRequest) -> list[str]:
        """Attributes to write about: those asked for first, then the stated ones, then those the description names."""
        facts = request.facts
        reader = self._grammars.languages.get(facts.language)
        description = "" if is_instruction(facts.description, self._rules) else facts.description
        stated = [*facts.attributes, *(reader.read(description) if reader else ())]
        return list(dict.fromkeys([*(name for name in request.lead if name in stated), *stated]))

    def suits(self, moment: str, attribute: str) -> bool:
        return attribute in self._grammars.moments.suits.get(moment, ())

    def feel(self, moment: str) -> str:
        return self._grammars.moments.feel(moment)

    def voice(self, texts: Sequence[str], request: CopyRequest, language: str) -> Sequence[float]:
        """How near each text is to the brand's voice; 0 in languages that the encoder does not read."""
        if language != "en":
            return [0.0] * len(texts)
        return [float(score) for score in voice_scores(texts, request.voice, self._encoder)]


class Writer:
    """Writes the copy of one request."""

    def __init__(self, engine: CopyEngine, request: CopyRequest, locale: Locale) -> None:
        self._engine = engine
        self._request = request
        self._facts = request.facts
        self._feel = engine.feel(request.moment)
        self._language = locale.language
        self._grammar, self._values, self._judge = engine.writer_parts(request, locale)
        stated = engine.attributes(request)
        self._attributes = [name for name in stated if name in self._grammar.attributes]
        self.unused = [name for name in stated if name not in self._grammar.attributes]
        self.disclaimers = self._judge.disclaimers()
        self.refused: dict[str, str] = {}
        self._dice = random.Random(request.seed)

    def write(self) -> list[WrittenCopy]:
        """The variants, the best first; fewer than asked for when the facts give no more different headlines."""
        ranked = self._ranked([one for one in self._headlines() if self._is_fine(one.headline.text, "headline")])
        if not ranked:
            raise CopyImpossible("headline", self._request.limits.headline, "every headline was too long or refused")
        actions = self._actions()
        return [self._copy(candidate, actions[number % len(actions)]) for number, candidate in enumerate(ranked)]

    def _is_fine(self, text: str, part: Part) -> bool:
        if not fits(text, part, self._request.limits):
            return False
        problem = self._judge.problem(text)
        if problem:
            self.refused[text] = problem
        return not problem

    def _headlines(self) -> Iterator[Candidate]:
        """Every headline the facts allow."""
        for rank, name in enumerate(self._attributes[:LEADS]):
            phrases = self._grammar.attributes[name].phrases("headline", self._facts.category, self._feel)
            scores = self._engine.voice(phrases, self._request, self._language)
            for phrase, score in zip(phrases, scores, strict=True):
                yield from self._around(phrase, name, score - LEAD_STEP * rank)
        for phrase in self._grammar.generic.headline:
            yield Candidate(Sentence(text=self._fill(phrase), facts=("title",)), "", -LEAD_STEP * LEADS)

    def _around(self, phrase: str, name: str, score: float) -> Iterator[Candidate]:
        """The phrase alone, after an opener, and before a second claim."""
        frames = self._grammar.frames
        for frame in frames.claim:
            yield self._candidate(self._fill(frame, claim=phrase), (name,), score)
        if self._engine.suits(self._request.moment, name):
            for opener in self._grammar.moments[self._request.moment]:
                text = self._fill(frames.moment[0], claim=phrase, moment=opener)
                yield self._candidate(text, (name, f"moment:{self._request.moment}"), score + MOMENT_BONUS)
        for other in self._attributes[:LEADS]:
            if other != name and name == self._attributes[0]:
                second = self._grammar.attributes[other].phrases("headline", self._facts.category, self._feel)[0]
                text = self._fill(frames.two_claims[0], claim=phrase, claim2=second)
                yield self._candidate(text, (name, other), score + TWO_CLAIMS_BONUS)

    def _candidate(self, text: str, facts: tuple[str, ...], score: float) -> Candidate:
        return Candidate(Sentence(text=text, facts=facts), facts[0], score + CHANCE * self._dice.random())

    def _fill(self, frame: str, **slots: str) -> str:
        """Brand names and titles may hold braces of their own, so nothing is formatted twice."""
        return frame.format(title=self._facts.title, brand=self._request.brand_name, **slots)

    def _ranked(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best ``count``, each as different as it can be from those before it (maximal marginal relevance)."""
        left = sorted(candidates, key=lambda one: (-one.score, one.headline.text))
        chosen: list[Candidate] = []
        while left and len(chosen) < self._request.count:
            best = max(left, key=lambda one: one.score - LIKENESS_COST * self._repeats(one, chosen))
            chosen.append(best)
            left = [one for one in left if one.headline.text != best.headline.text]
        return chosen

    @staticmethod
    def _repeats(candidate: Candidate, chosen: Sequence[Candidate]) -> float:
        """How much of one already chosen it repeats, 0..1; half for opening with the same attribute."""
        same_lead = max((0.5 for other in chosen if other.lead == candidate.lead), default=0.0)
        return max([same_lead, *(_likeness(candidate.headline.text, other.headline.text) for other in chosen)])

    def _actions(self) -> list[str]:
        kinds = ["offer", self._request.tone] if self._has_offer() else [self._request.tone]
        texts = [text for kind in kinds for text in self._grammar.call_to_action[kind]]
        fine = [text for text in texts if self._is_fine(text, "call_to_action")]
        if not fine:
            raise CopyImpossible("call to action", self._request.limits.call_to_action, "none is short enough")
        start = self._dice.randrange(len(self._grammar.call_to_action[kinds[0]]))
        return fine[start:] + fine[:start]

    def _has_offer(self) -> bool:
        return self._facts.offer is not None and self._facts.offer.percent_off > 0

    def _copy(self, candidate: Candidate, action: str) -> WrittenCopy:
        return WrittenCopy(
            headline=candidate.headline,
            long_headline=self._long_headline(candidate),
            body=self._body(candidate),
            call_to_action=Sentence(text=action, facts=("offer",) if self._has_offer() else ()),
            score=round(candidate.score, 4),
        )

    def _long_headline(self, candidate: Candidate) -> Sentence:
        """The headline with the product's name, unless it opens with a moment or has the name already."""
        phrase = candidate.headline.text
        is_plain = candidate.lead and f"moment:{self._request.moment}" not in candidate.headline.facts
        frames = self._grammar.frames.titled if is_plain else ("{claim}",)
        texts = [self._fill(frame, claim=phrase) for frame in self._dice.sample(frames, len(frames))]
        fine = next((text for text in texts if self._is_fine(text, "long_headline")), candidate.headline.text)
        facts = candidate.headline.facts
        return Sentence(text=fine, facts=facts if fine == phrase else (*facts, "title"))

    def _body(self, candidate: Candidate) -> Sentence:
        """A sentence on what the headline promised, then one on something else, an offer, the disclaimers.


        Raises:
            CopyImpossible: the disclaimers alone are too long.
        """
        closing = " ".join(self.disclaimers)
        if closing and not fits(closing, "body", self._request.limits):
            raise CopyImpossible("body", self._request.limits.body, f"it must hold the disclaimer {closing!r}")
        chosen: list[Sentence] = []
        for options in self._body_options(candidate):
            fine = [one for one in options if self._joins(chosen, one, closing)]
            if fine:
                chosen.append(self._freshest(fine, candidate.headline.text))
            if len(chosen) == (3 if self._has_offer() else 2):
                break
        chosen.sort(key=lambda one: one in self._values[:1] and self._has_offer())  # the offer comes last
        text = self._join([*(one.text for one in chosen), closing])
        facts = tuple(dict.fromkeys(fact for one in chosen for fact in one.facts))
        return Sentence(text=text, facts=(*facts, *(["disclaimer"] if closing else [])))

    def _freshest(self, sentences: Sequence[Sentence], headline: str) -> Sentence:
        """One of the sentences that repeat little of the headline."""
        shares = [_likeness(one.text, headline) for one in sentences]
        little = min(shares) + REPEATS
        return self._dice.choice([one for one, share in zip(sentences, shares, strict=True) if share <= little])

    def _body_options(self, candidate: Candidate) -> Iterator[list[Sentence]]:
        """What may stand first, second and so on, each as alternatives."""
        others = [name for name in self._attributes if name != candidate.lead]
        claims = [Sentence(text=text, facts=("claim",)) for text in self._facts.claims.get(self._language, ())]
        if candidate.lead:
            yield self._sentences(candidate.lead)
        if claims:
            yield claims
        if self._has_offer():
            yield self._values[:1]
        for name in others:
            yield self._sentences(name)
        for sentence in self._values:
            yield [sentence]
        if not candidate.lead:
            yield [Sentence(text=self._fill(text), facts=("title",)) for text in self._grammar.generic.body]

    def _sentences(self, name: str) -> list[Sentence]:
        phrases = self._grammar.attributes[name].phrases("body", self._facts.category)
        return [Sentence(text=text, facts=(name,)) for text in phrases]

    def _joins(self, chosen: Sequence[Sentence], sentence: Sentence, closing: str) -> bool:
        if any(one.text == sentence.text for one in chosen) or not self._is_fine(sentence.text, "body"):
            return False
        text = self._join([*(one.text for one in chosen), sentence.text, closing])
        return fits(text, "body", self._request.limits)

    def _join(self, sentences: Sequence[str]) -> str:
        return ("" if self._language in ("ja", "zh") else " ").join(text for text in sentences if text)


def _likeness(text: str, other: str) -> float:
    """The share of the other text's letter triples that this one repeats, 0..1."""
    triples = _triples(other)
    return len(triples & _triples(text)) / len(triples)


def _triples(text: str) -> set[str]:
    padded = f"  {text.casefold()} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def as_written(copies: Any) -> list[WrittenCopy]:
    """The fact ``copies`` of a Generation, typed again."""
    return [WrittenCopy.model_validate(copy) for copy in copies]
