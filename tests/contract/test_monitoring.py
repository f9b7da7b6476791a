"""The dashboard is built from its panels; panels and alerts name metrics that exist and nothing else."""

import json
import re
import runpy

from monitored import MONITORING, queries, series_in

from workflows.metrics import METRICS

SERIES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def test_the_dashboard_is_built_from_its_panels():
    built = runpy.run_path(str(MONITORING / "build.py"))["build"]()
    assert (MONITORING / "dashboard.json").read_text() == built
    panels = [panel for panel in json.loads(built)["panels"] if panel["type"] == "timeseries"]
    assert all(0 <= panel["gridPos"]["x"] <= 24 - panel["gridPos"]["w"] for panel in panels)
    assert len({panel["id"] for panel in panels}) == len(panels) > 10


def test_every_query_reads_metrics_and_our_labels_exist():
    """Our series are declared ones, asked for by labels that they have; each of our metrics is looked at somewhere."""
    ours = {f"ray_{metric.name}{end}": metric for metric in METRICS for end in SERIES[metric.kind]}
    read: set[str] = set()
    for query in queries():
        names = series_in(query)
        assert names, query
        read |= {name for name in names if name.startswith("ray_vitrine")}
        labels = {label for name in names & set(ours) for label in ours[name].labels}
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", query)))) - {"le"}
        assert grouped <= labels or names - set(ours), query
    assert read <= set(ours)
    assert {ours[name].name for name in read} == {metric.name for metric in METRICS}
