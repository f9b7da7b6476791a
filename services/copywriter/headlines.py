"""Headlines: every one that the facts allow for a reader, ranked by fit, voice and how fresh it is."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.copywriter.grammar import Grammar, Moments
from services.copywriter.service import Angle, CopyRequest, Sentence

VOICE_WEIGHT = 0.2  # of the voice's score, which is mostly within -1..1
LEADS = 4  # attributes that may open a headline
MOMENT_BONUS = 0.3  # a headline that names the reader's moment
LEAD_STEP = 0.2  # what each place further back in the list of attributes costs
TWO_CLAIMS_COST = 0.4  # two claims in a row are a list, one is an idea; a third attribute's phrase comes before them
LIKENESS_COST = 0.6  # for a headline that repeats the words of a better one completely
CHANCE = 0.3  # how much the seed moves a candidate
Voice = Callable[[Sequence[str]], Sequence[float]]


@dataclass(frozen=True)
class Candidate:
    """A headline, the facts behind it, and how good it is; ``lead`` is the attribute it opens with."""

    headline: Sentence
    lead: str
    score: float


class Headlines:
    """The headlines of one reader: ``attributes`` in the order in which this reader cares for them."""

    def __init__(
        self, request: CopyRequest, angle: Angle, attributes: Sequence[str], grammar: Grammar, moments: Moments
    ) -> None:
        self._request = request
        self._moment = angle.moment
        self._feel = moments.feel(angle.moment)
        self._moments = moments
        self._category = request.facts.category
        self._attributes = attributes[:LEADS]
        self._grammar = grammar
        self._dice = random.Random(angle.seed)

    def candidates(self, voice: Voice) -> Iterator[Candidate]:
        """Every headline the facts allow."""
        for rank, name in enumerate(self._attributes):
            phrases = self._grammar.attributes[name].phrases("headline", self._category, self._feel)
            for phrase, score in zip(phrases, voice(phrases), strict=True):
                yield from self._around(phrase, name, VOICE_WEIGHT * score - LEAD_STEP * rank)
        for phrase in self._grammar.generic.phrases("headline", self._category):
            yield from self._generic(phrase)

    def _generic(self, phrase: str) -> Iterator[Candidate]:
        """The phrase alone, and after an opener where it is the category's own and the moment suits the category."""
        facts, score = generic_facts(phrase), self._generic_score(phrase)
        yield self._candidate(self.fill(phrase), facts, score, lead="")
        if "{title}" not in phrase and self._moments.may_open_kind(self._moment, self._category):
            yield from self._opened(phrase, facts, score, lead="")

    def _generic_score(self, phrase: str) -> float:
        """After all attributes; a phrase of the category before one that only names the product."""
        return -LEAD_STEP * (len(self._attributes) + 2 * ("{title}" in phrase))

    def _around(self, phrase: str, name: str, score: float) -> Iterator[Candidate]:
        """The phrase alone, after an opener, and before a second claim."""
        frames = self._grammar.frames
        for frame in frames.claim:
            yield self._candidate(self.fill(frame, claim=phrase), (name,), score, lead=name)
        if self._moments.may_open(self._moment, name, self._category):
            yield from self._opened(phrase, (name,), score, lead=name)
        for other in self._attributes:
            if other != name and name == self._attributes[0]:
                second = self._grammar.attributes[other].phrases("headline", self._category, self._feel)[0]
                text = self.fill(frames.two_claims[0], claim=phrase, claim2=second)
                yield self._candidate(text, (name, other), score - TWO_CLAIMS_COST, lead=name)

    def _opened(self, phrase: str, facts: tuple[str, ...], score: float, lead: str) -> Iterator[Candidate]:
        """The phrase after every opener of the moment."""
        for opener in self._grammar.moments[self._moment]:
            text = self.fill(self._grammar.frames.moment[0], claim=phrase, moment=opener)
            yield self._candidate(text, (*facts, f"moment:{self._moment}"), score + MOMENT_BONUS, lead=lead)

    def _candidate(self, text: str, facts: tuple[str, ...], score: float, lead: str) -> Candidate:
        return Candidate(Sentence(text=text, facts=facts), lead, score + CHANCE * self._dice.random())

    def fill(self, frame: str, **slots: str) -> str:
        """Brand names and titles may hold braces of their own, so nothing is formatted twice."""
        return frame.format(title=self._request.facts.title, brand=self._request.brand_name, **slots)


def generic_facts(phrase: str) -> tuple[str, ...]:
    """What a phrase that claims nothing rests on."""
    return ("title",) if "{title}" in phrase else ("category",)


class Said:
    """Headlines that other readers got; how much a text repeats of them is found once per pair."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._known: dict[str, tuple[int, float]] = {}

    def add(self, text: str) -> None:
        self._texts.append(text)

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def repeats(self, text: str) -> float:
        """The most it has in common with one of them, 0..1."""
        seen, most = self._known.get(text, (0, 0.0))
        most = max([most, *(in_common(text, other) for other in self._texts[seen:])])
        self._known[text] = (len(self._texts), most)
        return most


def choose(candidates: Sequence[Candidate], count: int, said: Said) -> list[Candidate]:
    """The best ``count``, each as different as it can be from those before it and from what was ``said`` to others.

    Maximal marginal relevance. What was said already comes again only when nothing else is left.
    """
    fresh = [one for one in candidates if one.headline.text not in said]
    left = sorted(fresh or candidates, key=lambda one: (-one.score, one.headline.text))
    chosen: list[Candidate] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda one: one.score - LIKENESS_COST * _repeats(one, chosen, said))
        chosen.append(best)
        left = [one for one in left if one.headline.text != best.headline.text]
    return chosen


def shorten(headline: Candidate, candidates: Sequence[Candidate]) -> Candidate | None:
    """Of the candidates, which are all short enough, the one nearest to a headline; None when there is none."""
    return max(
        candidates,
        key=lambda one: (one.lead == headline.lead) + likeness(one.headline.text, headline.headline.text),
        default=None,
    )


def _repeats(candidate: Candidate, chosen: Sequence[Candidate], said: Said) -> float:
    """How much of what there is it repeats, 0..1; half for opening with the same attribute as one already chosen."""
    same_lead = max((0.5 for other in chosen if other.lead == candidate.lead), default=0.0)
    own = candidate.headline.text
    return max([same_lead, said.repeats(own), *(in_common(own, other.headline.text) for other in chosen)])


def in_common(text: str, other: str) -> float:
    """The share of letter triples that the shorter one has in common with the longer, 0..1."""
    one, two = _triples(text), _triples(other)
    return len(one & two) / min(len(one), len(two))


def likeness(text: str, other: str) -> float:
    """The share of the other text's letter triples that this one repeats, 0..1."""
    triples = _triples(other)
    return len(triples & _triples(text)) / len(triples)


@lru_cache(maxsize=20_000)
def _triples(text: str) -> frozenset[str]:
    padded = f"  {text.casefold()} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))
