"""What deploy/ asks Prometheus for is what the gateway counts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.observability.metrics import Metrics
from gateway.observability.observer import Stock

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text("utf-8"))["groups"][0][
    "rules"
]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text("utf-8"))
ASKED = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]


def exposed() -> dict[str, set[str]]:
    """Every sample's name with its labels, of counters that have counted."""
    names: dict[str, set[str]] = {}
    for metric in Metrics().metrics:
        [family] = metric.describe()
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        for suffix in suffixes:
            names[family.name + suffix] = {*metric._labelnames, *(["le"] if suffix == "_bucket" else [])}
    return names


@pytest.mark.parametrize("expression", ASKED)
def test_an_expression_asks_for_what_there_is(expression: str) -> None:
    """Names and labels, in selectors and in groupings."""
    names = exposed()
    asked = re.findall(r"\b(vod_gateway_\w+)(?:\{([^}]*)\})?", expression)
    assert asked or re.search(r"\bprocess_(resident_memory_bytes|open_fds)\b", expression)
    labels = {"instance"}.union(*(names[name] for name, _ in asked))
    for name, selector in asked:
        assert set(re.findall(r"(\w+)\s*[=!]", selector)) <= names[name]
    grouped = {label for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(", ")}
    assert grouped <= labels


def test_every_metric_is_on_the_dashboard() -> None:
    """None is counted for nobody."""
    shown = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    families = {family.name for metric in Metrics().metrics for family in metric.describe()}
    assert [name for name in families if name not in shown] == []


def test_what_is_selected_by_value_exists() -> None:
    """The values of `what` and `by` that rules name; a misspelt one would never fire."""
    known = {stock.value for stock in Stock} | {"breaker", "cooldown", "key", "bulkhead", "quota"}
    named = {value for expression in ASKED for value in re.findall(r'\b(?:what|by)="([^"]*)"', expression)}
    assert named
    assert named <= known


def test_every_alert_has_its_page_in_the_runbook() -> None:
    """And the runbook none that cannot fire."""
    runbook = (ROOT / "docs/operations.md").read_text("utf-8").partition("## Runbook")[2]
    assert re.findall(r"^### (\w+)$", runbook, re.MULTILINE) == [rule["alert"] for rule in RULES]
