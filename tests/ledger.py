"""A meter for tests: it keeps what it is given."""

from collections import Counter
from collections.abc import Iterable

from workflows.metrics import Sample


class Ledger:
    """Sums of the samples by metric name and labels, and their number."""

    def __init__(self) -> None:
        self.sums: Counter[tuple[str, ...]] = Counter()
        self.counts: Counter[tuple[str, ...]] = Counter()

    def record(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            assert len(sample.labels) == len(sample.metric.labels), sample
            key = (sample.metric.name, *sample.labels)
            self.sums[key] += sample.value
            self.counts[key] += 1
