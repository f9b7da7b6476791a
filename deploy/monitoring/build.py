"""Makes the Grafana dashboard of panels.yaml: ``python deploy/monitoring/build.py``."""

import json
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS, PANEL_HEIGHT = 24, 8
QUANTILES = ("0.5", "0.95", "0.99")


def build() -> str:
    """The dashboard as JSON that Grafana 11 imports."""
    rows = yaml.safe_load((HERE / "panels.yaml").read_text())
    panels: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        top = number * (PANEL_HEIGHT + 1)
        panels.append(place({"type": "row", "title": row["row"]}, len(panels), 0, top, COLUMNS, 1))
        width = COLUMNS // len(row["panels"])
        for column, panel in enumerate(row["panels"]):
            panels.append(place(graph(panel), len(panels), column * width, top + 1, width, PANEL_HEIGHT))
    dashboard = {
        "uid": "vitrine",
        "title": "Vitrine",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [source_choice(), quantile_choice()]},
        "panels": panels,
    }
    return json.dumps(dashboard, indent=1) + "\n"


def place(panel: dict[str, Any], number: int, left: int, top: int, width: int, height: int) -> dict[str, Any]:
    """The panel at its place on the grid."""
    return {"id": number + 1, **panel, "gridPos": {"x": left, "y": top, "w": width, "h": height}}


def graph(panel: dict[str, Any]) -> dict[str, Any]:
    """A time series with one line per label value of each query."""
    targets = [
        {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": query, "legendFormat": legend}
        for number, (legend, query) in enumerate(panel["queries"].items())
    ]
    defaults = {"unit": panel["unit"], "min": 0, "custom": {"fillOpacity": 10, "lineWidth": 2}}
    options = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    return {
        "type": "timeseries",
        "title": panel["title"],
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
    }


def source_choice() -> dict[str, Any]:
    """Which Prometheus."""
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def quantile_choice() -> dict[str, Any]:
    """Which quantile the latency panels show."""
    options = [
        {"text": f"p{value[2:].ljust(2, '0')}", "value": value, "selected": value == QUANTILES[1]}
        for value in QUANTILES
    ]
    query = ", ".join(f"{option['text']} : {option['value']}" for option in options)
    return {
        "name": "quantile",
        "label": "Quantile",
        "type": "custom",
        "query": query,
        "options": options,
        "current": options[1],
    }


if __name__ == "__main__":
    (HERE / "dashboard.json").write_text(build())
