"""Brand voice by example: how much nearer a text stands to approved copy than to rejected copy."""

from collections.abc import Sequence

import numpy as np

from services.copywriter.service import Voice
from services.sentences import Matrix, SentenceEncoder

NEIGHBOURS = 3
NEAR_ENOUGH = 0.5  # a nearer example says that the subject is the same, not that the manner is more the brand's


def voice_scores(texts: Sequence[str], voice: Voice, encoder: SentenceEncoder) -> Matrix:
    """One number per text: mean cosine to its 3 nearest approved examples minus that to its 3 nearest rejected ones.

    Above 0 sounds like the brand. Without examples of a kind, that kind counts as 0. English only, as is the encoder.
    """
    rows = encoder.encode(texts)
    return nearness(rows, encoder.encode(voice.approved)) - nearness(rows, encoder.encode(voice.rejected))


def nearness(rows: Matrix, examples: Matrix) -> Matrix:
    """Mean cosine of each row to its nearest examples, each at most NEAR_ENOUGH; 0 where there are none."""
    if not len(examples):
        return np.zeros(len(rows), np.float32)
    cosines = np.sort(np.minimum(rows @ examples.T, NEAR_ENOUGH), axis=1)
    return np.asarray(cosines[:, -NEIGHBOURS:].mean(axis=1), np.float32)
