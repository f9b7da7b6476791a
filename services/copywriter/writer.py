"""The writer of the embedded copywriter: one request's parts, from the grammar, inside limits and rules."""

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from babel import Locale

from services.copywriter.headlines import Candidate, Headlines, Said, choose, generic_facts, likeness, shorten
from services.copywriter.limits import fits
from services.copywriter.service import Angle, CopyRequest, Part, Sentence, WrittenCopy
from services.copywriter.values import UNITS
from services.errors import CopyImpossible

if TYPE_CHECKING:
    from services.copywriter.engine import CopyEngine

MEASURES = frozenset(UNITS)
REPEATS = 0.1  # a sentence may repeat this much more of the headline than the freshest, in letter triples


class Writer:
    """Writes the copy of one request."""

    def __init__(self, engine: "CopyEngine", request: CopyRequest, locale: Locale) -> None:
        self._engine = engine
        self._request = request
        self._facts = request.facts
        self._language = locale.language
        self._grammar, self._values, self._judge = engine.writer_parts(request, locale)
        self._category = request.facts.category
        self._feel = engine.moments.feel(request.moment)
        stated = engine.attributes(request)
        self._stated = [name for name in stated if name in self._grammar.attributes]
        self._attributes = self._in_order(request.lead, request.moment)
        self.unused = [name for name in stated if name not in self._grammar.attributes]
        self.disclaimers = self._judge.disclaimers()
        self._problems: dict[str, str] = {}
        self._voices: dict[str, float] = {}
        self._dice = random.Random(request.seed)

    def _in_order(self, lead: Sequence[str], moment: str) -> list[str]:
        """What may be written about: first that which is to lead, last that which the moment makes pointless."""
        wanted = dict.fromkeys([*(name for name in lead if name in self._stated), *self._stated])
        return sorted(wanted, key=lambda name: name not in lead and not self._engine.moments.fits(moment, name))

    def _voice(self, texts: Sequence[str]) -> list[float]:
        new = [text for text in texts if text not in self._voices]
        if new:
            self._voices |= zip(new, self._engine.voice(new, self._request, self._language), strict=True)
        return [self._voices[text] for text in texts]

    def write(self) -> list[WrittenCopy]:
        """The variants, the best first; fewer than asked for when the facts give no more different headlines."""
        said = Said()
        for angle in self._request.earlier:
            for one in choose(self._headlines(angle), 1, said):
                said.add(one.headline.text)
        request = self._request
        candidates = self._headlines(Angle(lead=request.lead, moment=request.moment, seed=request.seed))
        ranked = choose(candidates, request.count, said)
        if not ranked:
            raise CopyImpossible("headline", request.limits.headline, self._why_none())
        actions = self._actions()
        return [
            self._copy(candidate, candidates, actions[number % len(actions)]) for number, candidate in enumerate(ranked)
        ]

    def _headlines(self, angle: Angle) -> list[Candidate]:
        """What may run, for one reader."""
        order = self._in_order(angle.lead, angle.moment)
        headlines = Headlines(self._request, angle, order, self._grammar, self._engine.moments)
        candidates = headlines.candidates(self._voice)
        return [one for one in candidates if self._is_fine(one.headline.text, "headline")]

    def _is_fine(self, text: str, part: Part) -> bool:
        if not fits(text, part, self._request.limits):
            return False
        if text not in self._problems:
            self._problems[text] = self._judge.problem(text)
        return not self._problems[text]

    @property
    def refused(self) -> dict[str, str]:
        """Text -> the rule it breaks."""
        return {text: problem for text, problem in self._problems.items() if problem}

    def _fill(self, frame: str, **slots: str) -> str:
        """Brand names and titles may hold braces of their own, so nothing is formatted twice."""
        return frame.format(title=self._facts.title, brand=self._request.brand_name, **slots)

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

    def _copy(self, candidate: Candidate, candidates: Sequence[Candidate], action: str) -> WrittenCopy:
        return WrittenCopy(
            headline=candidate.headline,
            short_headline=self._short_headline(candidate, candidates),
            long_headline=self._long_headline(candidate),
            body=self._body(candidate),
            call_to_action=Sentence(text=action, facts=("offer",) if self._has_offer() else ()),
            score=round(candidate.score, 4),
        )

    def _why_none(self) -> str:
        reason = next(iter(self.refused.values()), "")
        return f"every headline was too long or refused{f' ({reason})' if reason else ''}"

    def _short_headline(self, candidate: Candidate, candidates: Sequence[Candidate]) -> Sentence:
        """For small canvases, on the same attribute if possible; empty when the headline itself is short enough.

        Raises:
            CopyImpossible: no headline is short enough.
        """
        limits = self._request.limits
        if fits(candidate.headline.text, "short_headline", limits):
            return Sentence(text="")
        short = shorten(candidate, [one for one in candidates if fits(one.headline.text, "short_headline", limits)])
        if short is None:
            raise CopyImpossible("short headline", limits.short_headline, self._why_none())
        return short.headline

    def _long_headline(self, candidate: Candidate) -> Sentence:
        """The headline with the product's name, unless it opens with a moment or has the name already."""
        phrase = candidate.headline.text
        is_plain = self._facts.title not in phrase and f"moment:{self._request.moment}" not in candidate.headline.facts
        frames = self._grammar.frames.titled if is_plain else ("{claim}",)
        if ". " in phrase or "。" in phrase:
            frames = frames[:1]  # a third short sentence would be one too many
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
        shares = [likeness(one.text, headline) for one in sentences]
        little = min(shares) + REPEATS
        return self._dice.choice([one for one, share in zip(sentences, shares, strict=True) if share <= little])

    def _body_options(self, candidate: Candidate) -> Iterator[list[Sentence]]:
        """What may stand first, second and so on, each as alternatives.

        Rating and price are on the creative itself, so they are told only where there is little else.
        """
        claims = [Sentence(text=text, facts=("claim",)) for text in self._facts.claims.get(self._language, ())]
        others = [name for name in self._attributes if name != candidate.lead]
        if candidate.lead:
            yield self._sentences(candidate.lead)
        if claims:
            yield claims
        if self._has_offer():
            yield self._values[:1]
        for name in others:
            is_wished = name in self._request.lead
            yield self._sentences(name) + ([] if is_wished else self._measures())
        yield self._measures()
        yield self._generic_bodies()
        yield from ([one] for one in self._values if one.facts[0] not in MEASURES)

    def _measures(self) -> list[Sentence]:
        """Sentences on measures; a weight is worth telling of light things only."""
        told = MEASURES if "lightweight" in self._attributes else MEASURES - {"weight_g"}
        return [one for one in self._values if one.facts[0] in told]

    def _generic_bodies(self) -> list[Sentence]:
        """The category's own where it has some, else what only names the product, and its brand if that is known."""
        phrases = self._grammar.generic.phrases("body", self._category)
        if not self._request.brand_name:
            phrases = tuple(text for text in phrases if "{brand}" not in text)
        own = [text for text in phrases if "{title}" not in text] or phrases
        return [Sentence(text=self._fill(text), facts=generic_facts(text)) for text in own]

    def _sentences(self, name: str) -> list[Sentence]:
        phrases = self._grammar.attributes[name].phrases("body", self._category, self._feel)
        return [Sentence(text=text, facts=(name,)) for text in phrases]

    def _joins(self, chosen: Sequence[Sentence], sentence: Sentence, closing: str) -> bool:
        if any(one.text == sentence.text for one in chosen) or not self._is_fine(sentence.text, "body"):
            return False
        text = self._join([*(one.text for one in chosen), sentence.text, closing])
        return fits(text, "body", self._request.limits)

    def _join(self, sentences: Sequence[str]) -> str:
        return ("" if self._language in ("ja", "zh") else " ").join(text for text in sentences if text)
