"""Brand voice by example: learned from copy that a brand has run, and from copy that it would not run.

English is learned on sentence vectors; other languages, which the encoder does not read, on letters and pairs of
letters: hype has its own, in its marks, endings and favourite words. A brand without examples in a language is not
judged in it.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Protocol

import numpy as np

from services.copywriter.service import Voice
from services.sentences import Matrix, load_encoder

ENCODED = "en"
LEAST_EXAMPLES = 8  # of each kind; fewer teach a subject, not a manner
STIFFNESS = 1.0  # of the ridge; 0.3 to 3 give the same AUC within 0.01
UNSEEN = 0.5  # what a letter counts that one kind of examples does not have (Jeffreys)


class VoiceJudge(Protocol):
    """What has learned a voice."""

    def scores(self, texts: Sequence[str]) -> Matrix:
        """One number per text, mostly within -1..1; above 0 sounds like the brand."""
        ...


def find_judge(voice: Voice, language: str) -> VoiceJudge | None:
    """Who judges copy of a language (ISO 639-1) for a brand; None where the brand has too few examples in it.

    In English approved ones are enough: the score is then nearness to them. The first call for a brand reads its
    examples: in English about a second.
    """
    has_rejected = len(voice.rejected) >= LEAST_EXAMPLES or language == ENCODED
    if voice.language != language or len(voice.approved) < LEAST_EXAMPLES or not has_rejected:
        return None
    return _learn(language, voice.approved, voice.rejected)


@lru_cache(maxsize=64)
def _learn(language: str, approved: tuple[str, ...], rejected: tuple[str, ...]) -> VoiceJudge:
    return (SentenceJudge if language == ENCODED else LetterJudge)(approved, rejected)


def how_judged(voice: Voice, language: str) -> str:
    """In words, how copy of a language is scored, or why it is not."""
    approved, rejected = (len(kind) if voice.language == language else 0 for kind in (voice.approved, voice.rejected))
    if find_judge(voice, language) is None:
        return (
            f"not judged: {approved} approved and {rejected} rejected examples in {language}, needed {LEAST_EXAMPLES}"
        )
    means = "sentence vectors" if language == ENCODED else "letters"
    return f"scored by {means} after {approved} approved and {rejected} rejected examples in {language}"


class SentenceJudge:
    """Ridge regression on sentence vectors: 1 for approved, -1 for rejected."""

    def __init__(self, approved: Sequence[str], rejected: Sequence[str]) -> None:
        rows = load_encoder().encode([*approved, *rejected])
        wanted = np.repeat([1.0, -1.0], [len(approved), len(rejected)])
        self._direction = rows.T @ np.linalg.solve(rows @ rows.T + STIFFNESS * np.eye(len(rows)), wanted)

    def scores(self, texts: Sequence[str]) -> Matrix:
        """See VoiceJudge."""
        return np.asarray(load_encoder().encode(texts) @ self._direction, np.float32)


class LetterJudge:
    """Naive Bayes on the letters and pairs of letters of a text, each counted once; the mean of their log odds."""

    def __init__(self, approved: Sequence[str], rejected: Sequence[str]) -> None:
        self._kinds = [_Kind(approved), _Kind(rejected)]
        held_out = [
            np.asarray([self._mean_odds(text, without=kind) for text in texts])
            for kind, texts in zip(self._kinds, (approved, rejected), strict=True)
        ]
        self._middle = float(np.mean([scores.mean() for scores in held_out]))
        self._spread = float(np.concatenate(held_out).std()) or 1.0

    def scores(self, texts: Sequence[str]) -> Matrix:
        """See VoiceJudge; 0 is midway between examples of both kinds, each scored as if it were not known."""
        return np.asarray([(self._mean_odds(text) - self._middle) / self._spread for text in texts], np.float32)

    def _mean_odds(self, text: str, without: "_Kind | None" = None) -> float:
        """``without``: the kind that counts the text as its own, and is to forget it."""
        parts = _parts(text)
        approved, rejected = ([kind.share(part, kind is without) for part in parts] for kind in self._kinds)
        return sum(log(one / other) for one, other in zip(approved, rejected, strict=True)) / len(parts)


class _Kind:
    """How many of some texts have a letter or pair."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = Counter(part for text in texts for part in _parts(text))
        self._size = len(texts)

    def share(self, part: str, forgetful: bool) -> float:
        """Smoothed, 0..1; forgetful: one text that has the part is left out."""
        return (self._counts[part] - forgetful + UNSEEN) / (self._size - forgetful + 1)


def _parts(text: str) -> set[str]:
    """Letters, marks and pairs of them, with the borders of the text as spaces."""
    padded = f" {text.casefold()} "
    return {*padded, *map("".join, pairwise(padded))}
