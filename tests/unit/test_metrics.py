"""What is measured of a job, and that no client can add time series."""

import re

from ledger import Ledger

from services.errors import DeadlineExceeded
from workflows.checks import Check
from workflows.creative import Caption, Creative, MadeBy
from workflows.metrics import METRICS, measure_job, measure_steps
from workflows.runner import StepResult


def creative(format: str, *checks: Check) -> Creative:
    return Creative(
        id=f"01-{format}", variant="early", format=format, key="creatives/x", width=1, height=1, bytes=1000,
        media_type="image/jpeg", alt_text="", copy_text={}, boxes=[], checks=checks, timings_ms={},
    )  # fmt: skip


def test_a_finished_job():
    """Files by format, checks that did not pass, errors by code; a request's own format has no label of its own."""
    bad = Check(id="calm_ground", outcome="warned", value=0.4, limit=0.3)
    good = Check(id="size", outcome="passed", value="1x1", limit="1x1")
    made = [creative("meta_feed_1x1", bad, good), creative("meta_feed_1x1"), creative("shop-window-7f3a", bad)]
    ledger = Ledger()
    errors = [("does_not_fit", "iab_mrec_300x250"), ("service_unavailable", "")]
    ledger.record(measure_job("product_ad", "partial", 2.5, made, errors))
    assert ledger.sums == {
        ("vitrine_jobs_total", "product_ad", "partial"): 1,
        ("vitrine_job_duration_seconds", "product_ad"): 2.5,
        ("vitrine_creatives_total", "meta_feed_1x1", "made"): 2,
        ("vitrine_creatives_total", "custom", "made"): 1,
        ("vitrine_creatives_total", "iab_mrec_300x250", "failed"): 1,
        ("vitrine_creative_bytes_total", "meta_feed_1x1"): 2000,
        ("vitrine_creative_bytes_total", "custom"): 1000,
        ("vitrine_check_findings_total", "calm_ground", "warned"): 2,
        ("vitrine_errors_total", "does_not_fit"): 1,
        ("vitrine_errors_total", "service_unavailable"): 1,
    }


def test_steps_of_variants():
    """Only steps that were made have a duration; a failed variant has no steps."""
    made_by = MadeBy(service="caption", checkpoint="captioner@1", seed=1, timings_ms={"generate": 400.0})
    caption = Caption(made_by=made_by, caption="a table", alt_text="a table")
    ledger = Ledger()
    fresh, reused = StepResult(caption, reused=False), StepResult(caption, reused=True)
    ledger.record(measure_steps([{"caption": fresh}, {"caption": reused}, DeadlineExceeded("The request", 1)]))
    assert ledger.sums == {
        ("vitrine_steps_total", "caption", "made"): 1,
        ("vitrine_steps_total", "caption", "reused"): 1,
        ("vitrine_step_duration_seconds", "caption"): 0.4,
    }


def test_names_follow_prometheus():
    """Base units, `_total` for counters only, buckets for histograms only, rising."""
    for metric in METRICS:
        assert re.fullmatch(r"vitrine(_[a-z]+)+", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert bool(metric.buckets) == (metric.kind == "histogram")
        assert list(metric.buckets) == sorted(set(metric.buckets))
