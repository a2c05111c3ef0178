# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of metrics: what they are called, where the API gives them, their units, and which way is better.

Private to this collection: may change without notice.

A value that is missing is None, never 0. The same metric has other keys in a full report, in a row of a monitoring's
reports, in averages and in the totals of a scenario; the table lists them in the order in which they are tried.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .numeric import real_number

Direction = Literal["lower", "higher"]
Unit = Literal["points", "ms", "count", "bytes", ""]


@dataclass(frozen=True)
class Metric:
    """A metric: ``direction`` is the better one, each source a path of the API's own keys, joined by dots."""

    name: str
    title: str
    unit: Unit
    direction: Direction
    sources: tuple[str, ...]


def _timing(key: str, title: str, unit: Unit = "ms") -> Metric:
    sources = (f"timings.{key}", f"averageTimings.{key}", *_scenario_sum(key))
    return Metric(snake_case(key), title, unit, "lower", sources)


def _scenario_sum(key: str) -> tuple[str, str]:
    """Where the totals of a scenario's steps give a metric: in the scenario's report, and in ``sum`` alone."""
    return f"summary.sum.{key}", key


def snake_case(key: str) -> str:
    """A key of the API in the form that results of this collection have: ``loadTime`` is ``load_time``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


# oldVisuallyComplete is left out on purpose: measured in another way, it cannot stand in for visuallyComplete.
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("score", "Score", "points", "higher", ("summary.score", "score", "averageScore")),
        Metric(
            "load_time",
            "Load Time",
            "ms",
            "lower",
            ("summary.loadTime", "averageLoadTime", *_scenario_sum("loadTime")),
        ),
        Metric(
            "requests",
            "Requests",
            "count",
            "lower",
            (
                "summary.requestsCount",
                "summary.requests",
                "requestsCount",
                "requests",
                "averageRequests",
                *_scenario_sum("request"),
            ),
        ),
        Metric("weight", "Weight", "bytes", "lower", ("summary.weight", "averageWeight", *_scenario_sum("weight"))),
        _timing("firstByte", "Time to First Byte"),
        _timing("startRender", "Start Render"),
        _timing("firstPaint", "First Paint"),
        _timing("firstContentfulPaint", "First Contentful Paint"),
        _timing("largestContentfulPaint", "Largest Contentful Paint"),
        _timing("speedIndex", "Speed Index"),
        _timing("visuallyComplete", "Visually Complete"),
        _timing("lastByte", "Last Byte"),
        _timing("domLoading", "DOM Loading"),
        _timing("domInteractive", "DOM Interactive"),
        _timing("domContentLoadedEventStart", "DOM Content Loaded Event Start"),
        _timing("domContentLoadedEventEnd", "DOM Content Loaded Event End"),
        _timing("domComplete", "DOM Complete"),
        _timing("loadEvent", "Load Event"),
        _timing("loadEventStart", "Load Event Start"),
        _timing("firstConsistentlyInteractive", "First Consistently Interactive"),
        _timing("totalBlockingTime", "Total Blocking Time"),
        _timing("maxPotentialFirstInputDelay", "Max Potential First Input Delay"),
        _timing("cumulativeLayoutShift", "Cumulative Layout Shift", unit=""),
    )
}

_Path = tuple[tuple[str, str], ...]


def _path(source: str) -> _Path:
    """Each step of a source as the API writes it, and as results of this collection do."""
    return tuple((key, snake_case(key)) for key in source.split("."))


_PATHS: dict[str, tuple[_Path, ...]] = {
    metric.name: tuple(_path(source) for source in metric.sources) for metric in METRICS.values()
}


def read_metrics(report: Mapping[str, Any]) -> dict[str, float | None]:
    """Every metric of a full report, a row of a monitoring's reports (flat or nested), averages or a scenario's report.

    Keys may be the API's or in snake_case. Of a run that failed, no metric counts: all are None.
    """
    values = _read_all(report)
    return dict.fromkeys(values) if _failed(report, values) else values


def averages_from_statistics(statistics: Mapping[str, Any]) -> dict[str, float | None]:
    """Every metric as the API averaged it over a period; with no run in the period, all are None."""
    return _read_all(statistics)


def run_failed(report: Mapping[str, Any]) -> bool:
    """Whether the run gave nothing to judge: its score is negative, or nothing in it was measured.

    A score of 0 alone is no measurement; a score of 0 beside a load time is a very bad page.
    """
    return _failed(report, _read_all(report))


def _failed(report: Mapping[str, Any], values: Mapping[str, float | None]) -> bool:
    scores = (real_number(_value_at(report, path)) for path in _PATHS["score"])
    return any(score is not None and score < 0 for score in scores) or not any(values.values())


def _read_all(report: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: _first_measured(report, paths) for name, paths in _PATHS.items()}


def _first_measured(report: Mapping[str, Any], paths: tuple[_Path, ...]) -> float | None:
    for path in paths:
        found = _value_at(report, path)
        value = None if found is None else real_number(found)
        # No metric of the table can be negative: such a number is a mark for "not measured".
        if value is not None and value >= 0:
            return value
    return None


def _value_at(report: Mapping[str, Any], path: _Path) -> object:
    value: Any = report
    for key, snake in path:
        if not isinstance(value, dict):
            return None
        value = value[key] if key in value else value.get(snake)
    return value
