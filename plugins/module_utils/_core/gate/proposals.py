# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A first budgets file from what was measured so far, and tighter limits where pages got better.

Private to this collection: may change without notice.

Decisions that the code follows:

* The fail limit is a percentile of the runs, from the best to the worst, and headroom; the warn limit is the percentile
  alone. Both are rounded, away from strictness, to steps that nobody would argue about: so a run more changes nothing.
* Each monitoring gets an override by its id, which no other override can beat. All that somebody wrote stays.
* ``off`` stays off. With ``only_tighten`` no limit that is in force ever gets looser.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..metrics import METRICS, Direction, Unit
from ..statistics import AGGREGATES, aggregated, samples_of
from .budgets import Budgets, Limits, exceeds, parse_budgets

USUAL_METRICS = (
    "score",
    "largest_contentful_paint",
    "total_blocking_time",
    "cumulative_layout_shift",
    "speed_index",
    "weight",
)
_STEPS: dict[Unit, float] = {"ms": 50, "points": 1, "count": 1, "bytes": 10_000, "": 0.01}


@dataclass(frozen=True)
class Options:
    """How limits are made of history."""

    metrics: Sequence[str] = USUAL_METRICS
    aggregate: str = "p90"
    headroom_percent: float = 10
    min_samples: int = 10
    only_tighten: bool = True

    def __post_init__(self) -> None:
        """Raises :class:`ValueError` for a wrong option."""
        unknown = [name for name in self.metrics if name not in METRICS]
        if unknown:
            raise ValueError(f"{unknown[0]} is no metric; these are: {', '.join(METRICS)}")
        if self.aggregate not in AGGREGATES:
            raise ValueError(f"{self.aggregate} is no aggregate; these are: {', '.join(AGGREGATES)}")
        if not 0 <= self.headroom_percent < 100 or self.min_samples < 1:
            raise ValueError("headroom_percent has to be from 0 to below 100, and min_samples 1 or more")


@dataclass(frozen=True)
class Proposal:
    """Budgets as a file holds them, and what could not be proposed.

    ``tightened``: how many limits of metrics are new or tighter. ``too_few``: monitorings without runs enough.
    """

    budgets: dict[str, Any]
    tightened: int
    too_few: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"budgets": self.budgets, "tightened": self.tightened, "too_few": list(self.too_few)}


def propose(monitorings: Sequence[Mapping[str, Any]], existing: Any, options: Options) -> Proposal:
    """Budgets for monitorings with snake_case keys and their ``reports``.

    ``existing``: the budgets so far, empty where there are none. Raises :class:`~.budgets.BudgetsError` for wrong ones.
    """
    budgets: dict[str, Any] = copy.deepcopy(existing) if existing else {}
    in_force = parse_budgets(budgets) if budgets else Budgets({})
    tightened, too_few = 0, []
    for monitoring in sorted(monitorings, key=lambda each: int(each["id"])):
        samples = samples_of(monitoring.get("reports") or ())
        if samples.usable < options.min_samples:
            too_few.append(str(monitoring.get("name") or monitoring["id"]))
            continue
        budget = in_force.in_force(monitoring)
        for name in options.metrics:
            if name in budget and budget[name] is None:
                continue
            found = aggregated(samples, name, options.aggregate)
            if found is None or len(samples.values[name]) < options.min_samples:
                continue
            limits = _limits(name, found, options.headroom_percent)
            if options.only_tighten:
                limits = _tighter(name, budget.get(name), limits)
            if limits != budget.get(name):
                _own(budgets, int(monitoring["id"]))[name] = limits.as_dict()
                tightened += 1
    return Proposal(budgets, tightened, tuple(too_few))


def _limits(metric: str, found: float, headroom_percent: float) -> Limits:
    direction = METRICS[metric].direction
    factor = 1 + headroom_percent / 100 if direction == "lower" else 1 - headroom_percent / 100
    return _in_order(metric, Limits(_rounded(metric, found), _rounded(metric, found * factor)))


def _rounded(metric: str, value: float) -> float:
    """The next step on the side where there is more room."""
    step = _STEPS[METRICS[metric].unit]
    if METRICS[metric].direction == "higher":
        return max(0, math.floor(round(value / step, 6)) * step)
    number = max(1, math.ceil(round(value / step, 6))) * step  # a limit of 0 would leave no room at all
    return round(number, 2) if step < 1 else int(number)


def _tighter(metric: str, before: Limits | None, proposed: Limits) -> Limits:
    if before is None:
        return proposed
    direction = METRICS[metric].direction
    return _in_order(
        metric,
        Limits(_stricter(before.warn, proposed.warn, direction), _stricter(before.fail, proposed.fail, direction)),
    )


def _stricter(first: float | None, second: float | None, direction: Direction) -> float | None:
    if first is None or second is None:
        return second if first is None else first
    return second if exceeds(first, second, direction) else first


def _in_order(metric: str, limits: Limits) -> Limits:
    """A warn limit that is no better than the fail limit would never warn."""
    if limits.warn is None or limits.fail is None:
        return limits
    better = limits.warn != limits.fail and not exceeds(limits.warn, limits.fail, METRICS[metric].direction)
    return limits if better else Limits(fail=limits.fail)


def _own(budgets: dict[str, Any], monitoring_id: int) -> dict[str, Any]:
    """The budgets of the override for this id alone, made where there is none."""
    overrides: list[dict[str, Any]] = budgets.setdefault("overrides", [])
    for override in overrides:
        if override["match"] == {"id": monitoring_id}:
            found: dict[str, Any] = override["budgets"]
            return found
    overrides.append({"match": {"id": monitoring_id}, "budgets": {}})
    new: dict[str, Any] = overrides[-1]["budgets"]
    return new
