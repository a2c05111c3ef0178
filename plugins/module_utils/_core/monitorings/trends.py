# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runs of a monitoring in the order of time, as a picture of its main metrics needs them.

Private to this collection: may change without notice.

A verdict may hold the trends of hundreds of monitorings: so they are columns, one list of instants for all metrics, and
the metrics are those that people look at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..metrics import read_metrics, run_failed

TREND_METRICS = (
    "score",
    "largest_contentful_paint",
    "total_blocking_time",
    "cumulative_layout_shift",
    "load_time",
    "weight",
)


def trends_of(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``instants`` of the runs, oldest first; ``metrics`` by name, each with a value or None for every instant; and
    ``failed``, the instants of the runs that failed.

    ``reports``: as results of this collection show them, each with its ``date`` (UTC, ISO 8601). A metric that no run
    gave is left out.
    """
    dated = sorted(reports, key=lambda report: str(report["date"]))
    measured = [metrics_of(report) for report in dated]
    columns = {name: [metrics.get(name) for metrics in measured] for name in TREND_METRICS}
    return {
        "instants": [report["date"] for report in dated],
        "failed": [report["date"] for report in dated if _failed(report)],
        "metrics": {name: values for name, values in columns.items() if any(value is not None for value in values)},
    }


def _failed(report: Mapping[str, Any]) -> bool:
    return bool(report["failed"]) if "failed" in report else run_failed(report)


def metrics_of(report: Mapping[str, Any]) -> Mapping[str, float | None]:
    """The metrics that a report carries already, else those that are read from it."""
    found = report.get("metrics")
    return found if isinstance(found, Mapping) else read_metrics(report)
