# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection exports to Prometheus, and what the rules and the dashboard of monitoring_export ask of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import verdicts
import yaml
from prometheus_client.parser import text_string_to_metric_families
from verdicts import published

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.monitoring_metrics import (
    render_monitoring_metrics,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "roles/monitoring_export/files"

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FILES / "speedlab_rules.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = [rule["alert"] for rule in RULES]
DASHBOARD: dict[str, Any] = json.loads((FILES / "speedlab_dashboard.json").read_text("utf-8"))


def expressions() -> Iterator[tuple[str, str]]:
    """Each expression of the dashboard with what it is for."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            (series,) = re.findall(r"^label_values\((.*), \w+\)$", variable["definition"])
            yield variable["name"], series


def chosen(expression: str) -> str:
    """The expression as Grafana sends it when everything is chosen."""
    return expression.replace("$environment", ".*").replace("$monitoring", ".*")


def whole_export(name: str = "speedlab") -> str:
    """What monitoring_export writes of an environment in which every value is known, and of one that fails."""
    monitoring = {
        "id": 50301,
        "name": "Home",
        "url": "https://www.shop.example/",
        "state": "OK",
        "enabled": True,
        "frequency": 30,
        "stale": False,
        "last_execution": "2026-11-23T22:00:00Z",
        "config": {"location": "Paris", "browser": {"name": "Chrome"}, "is_mobile": False},
        "last_report": {
            "date": "2026-11-23T22:00:00Z",
            "failed": False,
            "metrics": {name: number + 0.5 for number, name in enumerate(METRICS)},
        },
    }
    coverage = {"declared": 2, "monitored": 1, "disabled": [], "not_monitored": [{"name": "Returns", "url": None}]}
    read = {"monitorings": [monitoring], "verdict": verdicts.monitorings(), "coverage": coverage}
    scans = {"production": read, "staging": {"failure": {"code": "pair_expired"}}}
    return render_monitoring_metrics(scans, name=name)


@cache
def _samples() -> list[Any]:
    """Of the exports that the rules are about: monitoring_export, and the report openmetrics of credential_audit."""
    texts = (whole_export(), render_openmetrics(published(verdicts.with_every_finding())))
    return [sample for text in texts for family in text_string_to_metric_families(text) for sample in family.samples]


def names() -> set[str]:
    return {sample.name for sample in _samples()}


def labels() -> set[str]:
    return {label for sample in _samples() for label in sample.labels}


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\bspeedlab_\w+", expression))


def labels_in(expression: str) -> set[str]:
    """The labels that an expression selects, joins and groups by."""
    grouped = re.findall(r"\b(?:by|on|group_left) \(([^)]*)\)", expression)
    selected = re.findall(r"[{,]\s*(\w+)\s*(?:=~|!=|!~|=)", expression)
    return {label.strip() for group in grouped for label in group.split(",")} | set(selected)
