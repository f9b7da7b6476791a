"""Samples as metrics of Ray, which every node offers to Prometheus under the prefix ``ray_``."""

from collections.abc import Iterable

from ray.serve import metrics

from workflows.metrics import METRICS, Metric, Sample


class RayMeter:
    """The metrics of one gateway replica; Ray adds the labels application, deployment and replica."""

    def __init__(self) -> None:
        self._made = {metric.name: make(metric) for metric in METRICS}

    def record(self, samples: Iterable[Sample]) -> None:
        """Take them; Ray exports them within seconds."""
        for sample in samples:
            made, tags = self._made[sample.metric.name], dict(zip(sample.metric.labels, sample.labels, strict=True))
            if isinstance(made, metrics.Counter):
                made.inc(sample.value, tags=tags)
            elif isinstance(made, metrics.Gauge):
                made.set(sample.value, tags=tags)
            else:
                made.observe(sample.value, tags=tags)


def make(metric: Metric) -> metrics.Counter | metrics.Gauge | metrics.Histogram:
    """The metric in Ray's terms."""
    if metric.kind == "counter":
        return metrics.Counter(metric.name, metric.description, metric.labels)
    if metric.kind == "gauge":
        return metrics.Gauge(metric.name, metric.description, metric.labels)
    return metrics.Histogram(metric.name, metric.description, list(metric.buckets), metric.labels)
