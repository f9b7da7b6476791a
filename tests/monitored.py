"""What dashboard and alerts read."""

import re

import yaml

from services.settings import ROOT

MONITORING = ROOT / "deploy/monitoring"


def queries() -> list[str]:
    """Every PromQL expression that is shipped."""
    rows = yaml.safe_load((MONITORING / "panels.yaml").read_text())
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    shown = [query for row in rows for panel in row["panels"] for query in panel["queries"].values()]
    return shown + [rule["expr"] for group in groups for rule in group["rules"]]


def series_in(query: str) -> set[str]:
    """Names of the time series that a query reads."""
    return set(re.findall(r"\bray_[a-z_]+", query))
