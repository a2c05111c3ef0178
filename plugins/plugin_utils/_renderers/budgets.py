# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of budgets: for each metric one bar per monitoring, beside the line of its own limit.

Private to this collection: may change without notice.

Limits differ from page to page, so a bar is as long as the value is in per cent of the limit: all have one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.details import GatedMetric
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.charts.timeline import (
    ROWS_SHOWN,
    Bar,
    Plot,
    Tick,
)

_LONGEST = 1.5  # times the limit; a bar that would be longer ends there, and its label tells the value
_THINNEST_BAR = 0.5
_TICKS = (
    Tick(0.0, "0", "start"),
    Tick(round(50 / _LONGEST, 2), "50 %", "middle"),
    Tick(round(100 / _LONGEST, 2), "limit", "middle"),
    Tick(100.0, "150 %", "end"),
)


@dataclass(frozen=True)
class BudgetChart:
    """One metric over all monitorings that have a budget for it; ``rest``: those that are folded away."""

    title: str
    better: str
    first: Plot
    rest: Plot


def draw_budgets(subjects: Sequence[Subject]) -> tuple[BudgetChart, ...]:
    """The pictures for the subjects of a verdict of the kind gate, in the order of the table of metrics."""
    charts = []
    for name, metric in METRICS.items():
        bars = [each for number, subject in enumerate(subjects, start=1) for each in _bars(subject, number, name)]
        if bars:
            better = "up to the line or left of it" if metric.direction == "lower" else "up to the line or beyond it"
            first, rest = tuple(bars[:ROWS_SHOWN]), tuple(bars[ROWS_SHOWN:])
            charts.append(BudgetChart(metric.title, better, Plot(first, _TICKS), Plot(rest, _TICKS)))
    return tuple(charts)


def _bars(subject: Subject, number: int, metric: str) -> list[Bar]:
    """The bar of one monitoring; none where there is no value or no limit to show it by."""
    judged = subject.gate.metrics.get(metric)
    if judged is None or judged.value is None or judged.limit is None:
        return []
    value, limit = judged.value, judged.limit
    share = min(value / limit if limit else (0.0 if not value else _LONGEST), _LONGEST)
    return [
        Bar(
            number=number,
            name=words.printable(subject.name),
            label=_label(judged, METRICS[metric].unit),
            tone=judged.status,
            x=0.0,
            width=round(max(share * 100 / _LONGEST, _THINNEST_BAR), 2),
        )
    ]


def _label(judged: GatedMetric, unit: str) -> str:
    """The bar in words: its colour is never the only thing that tells."""
    label = f"{words.quantity(judged.value, unit)}, limit {words.quantity(judged.limit, unit)}"
    worsening = judged.worsening_percent
    if worsening is not None and round(abs(worsening)) > 0:
        label += f", {abs(worsening):.0f} % {'worse' if worsening > 0 else 'better'} than before"
    return label
