"""Who got what: outcomes by declared segment over a batch of decisions, with differences tested for significance."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

SIGNIFICANT = 0.05
LEAST_EXPECTED = 5.0  # below it in any cell, chi-squared is a poor guide and labels are shuffled instead
SHUFFLES = 2000
OUTCOMES = ("scene", "tone", "offer", "look", "crop", "product", "basis")


class Outcome(BaseModel):
    """What one reader of a segment got."""

    model_config = ConfigDict(frozen=True)

    segment: str
    scene: str
    tone: str
    offer: str
    look: str
    crop: str
    product: str
    basis: str


class Difference(BaseModel):
    """One kind of outcome over all segments. ``strength`` is Cramér's V: 0 none, 1 complete."""

    model_config = ConfigDict(frozen=True)

    outcome: str
    shares: dict[str, dict[str, float]]
    strength: float
    p: float
    significant: bool
    method: str


class FairnessReport(BaseModel):
    """All kinds of outcome; p values are corrected for their number (Holm 1979)."""

    model_config = ConfigDict(frozen=True)

    readers: dict[str, int]
    differences: tuple[Difference, ...]


def compare(outcomes: Sequence[Outcome], seed: int = 0) -> FairnessReport:
    """Test each kind of outcome for independence of the segment. The same outcomes and seed give the same report."""
    segments = [one.segment for one in outcomes]
    raw = [_difference(name, segments, [getattr(one, name) for one in outcomes], seed) for name in OUTCOMES]
    corrected = _holm([difference.p for difference in raw])
    differences = tuple(
        difference.model_copy(update={"p": round(p, 5), "significant": p < SIGNIFICANT})
        for difference, p in zip(raw, corrected, strict=True)
    )
    return FairnessReport(readers=dict(sorted(Counter(segments).items())), differences=differences)


def _difference(name: str, segments: Sequence[str], values: Sequence[str], seed: int) -> Difference:
    from scipy.stats import chi2_contingency  # takes a second to import, and every command would wait for it

    rows, columns = sorted(set(segments)), sorted(set(values))
    if len(rows) < 2 or len(columns) < 2:
        return Difference(
            outcome=name, shares=_shares(rows, columns, _table(rows, columns, segments, values)),
            strength=0.0, p=1.0, significant=False, method="nothing to compare",
        )  # fmt: skip
    table = _table(rows, columns, segments, values)
    statistic, p, _, expected = chi2_contingency(table, correction=False)
    method = "chi-squared"
    if expected.min() < LEAST_EXPECTED:
        p, method = _shuffled_p(rows, columns, segments, values, float(statistic), seed), f"{SHUFFLES} shuffles"
    strength = float(np.sqrt(statistic / (table.sum() * (min(table.shape) - 1))))
    return Difference(
        outcome=name, shares=_shares(rows, columns, table), strength=round(strength, 3), p=float(p),
        significant=False, method=method,
    )  # fmt: skip


def _table(rows: Sequence[str], columns: Sequence[str], segments: Sequence[str], values: Sequence[str]) -> np.ndarray:
    counts = Counter(zip(segments, values, strict=True))
    cells = [counts[row, column] for row in rows for column in columns]
    return np.array(cells, int).reshape(len(rows), len(columns))


def _shares(rows: Sequence[str], columns: Sequence[str], table: np.ndarray) -> dict[str, dict[str, float]]:
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    return {
        row: {column: round(float(share), 3) for column, share in zip(columns, line, strict=True)}
        for row, line in zip(rows, shares, strict=True)
    }


def _shuffled_p(
    rows: Sequence[str], columns: Sequence[str], segments: Sequence[str], values: Sequence[str],
    statistic: float, seed: int,
) -> float:  # fmt: skip
    """The share of random reassignments of segments that differ at least as much (a permutation test)."""
    dice = np.random.default_rng(seed)
    labels = np.array([rows.index(segment) for segment in segments])
    kinds = np.array([columns.index(value) for value in values])
    expected = np.outer(np.bincount(labels), np.bincount(kinds)) / len(labels)
    higher = 0
    for _ in range(SHUFFLES):
        flat = np.bincount(dice.permutation(labels) * len(columns) + kinds, minlength=expected.size)
        higher += float(((flat.reshape(expected.shape) - expected) ** 2 / expected).sum()) >= statistic - 1e-9
    return (higher + 1) / (SHUFFLES + 1)


def _holm(values: Sequence[float]) -> list[float]:
    """Holm's step-down correction: the smallest of m times m, the next times m - 1 …, never falling."""
    corrected = [0.0] * len(values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=lambda one: values[one])):
        highest = max(highest, min(1.0, (len(values) - rank) * values[index]))
        corrected[index] = highest
    return corrected
