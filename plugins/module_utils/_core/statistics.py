# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many runs of one page as a few numbers: mean, percentiles, extremes, and how many runs they stand on.

Private to this collection: may change without notice.

Decisions that the code follows:

* A run that failed gives no sample at all, and neither does a value that is missing: both are counted, none is a 0.
* A percentile is interpolated linearly between the two closest ranks, from the smallest value (0) to the largest (1).
  That is what numpy does by default, what ``statistics.quantiles`` calls inclusive and spreadsheets PERCENTILE.INC.
* Of no sample there is no number: None, with ``samples`` 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .metrics import METRICS, Direction, read_metrics

PERCENTILES: dict[str, float] = {"p50": 0.5, "p75": 0.75, "p90": 0.9}


@dataclass(frozen=True)
class Samples:
    """The values of each metric over some runs, sorted, and how many of those runs failed."""

    runs: int
    failed_runs: int
    values: Mapping[str, Sequence[float]]

    @property
    def usable(self) -> int:
        """How many runs did not fail."""
        return self.runs - self.failed_runs

    def computed(self) -> dict[str, dict[str, float | None]]:
        """Each metric of the table by name, with its numbers."""
        return {name: described(values) for name, values in self.values.items()}


def samples_of(runs: Sequence[Mapping[str, Any]]) -> Samples:
    """What the runs measured; each is a full report, or a row of a monitoring's reports in any form of the API."""
    # Of a run that failed no metric is read, and of any other at least one (see run_failed).
    measured = [metrics for metrics in map(read_metrics, runs) if any(value is not None for value in metrics.values())]
    values = {name: sorted(value for metrics in measured if (value := metrics[name]) is not None) for name in METRICS}
    return Samples(len(runs), len(runs) - len(measured), values)


def described(ordered: Sequence[float]) -> dict[str, float | None]:
    """``samples``, ``mean``, the percentiles, ``min`` and ``max`` of values in ascending order."""
    if not ordered:
        return {"samples": 0, **dict.fromkeys(("mean", *PERCENTILES, "min", "max"))}
    return {
        "samples": len(ordered),
        "mean": mean(ordered),
        **{name: percentile(ordered, share) for name, share in PERCENTILES.items()},
        "min": ordered[0],
        "max": ordered[-1],
    }


def mean(ordered: Sequence[float]) -> float:
    """The mean of values in ascending order, at least one; rounding never takes it out of their range."""
    try:
        average = math.fsum(ordered) / len(ordered)
    except OverflowError:  # the sum of numbers near the largest float is beyond it, their mean is not
        average = 2 * math.fsum(value / len(ordered) / 2 for value in ordered)  # half, as rounding may go beyond it too
    return float(min(max(average, ordered[0]), ordered[-1]))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value with so large a share of the values below it; of values in ascending order, at least one."""
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return float(min(below + (above - below) * (place - math.floor(place)), above))


# --- one number for all runs, as a budget compares it -----------------------------------------------------------------


def _from_best(share: float) -> Callable[[Sequence[float], Direction], float]:
    """The value that this share of the runs reaches or betters: of a score, where more is better, a low percentile."""

    def aggregate(ordered: Sequence[float], direction: Direction) -> float:
        if direction == "lower":
            return percentile(ordered, share)
        return 0.0 - percentile([-value for value in reversed(ordered)], share)  # which is never the number -0

    return aggregate


AGGREGATES: dict[str, Callable[[Sequence[float], Direction], float]] = {
    "median": _from_best(0.5),
    "mean": lambda ordered, direction: mean(ordered),
    "p75": _from_best(PERCENTILES["p75"]),
    "p90": _from_best(PERCENTILES["p90"]),
    "worst": _from_best(1.0),
    "best": _from_best(0.0),
}


def aggregated(samples: Samples, name: str, aggregate: str) -> float | None:
    """One metric of all runs as one number; None where no run gave it.

    ``p75`` and ``p90`` count from the best value to the worst, so that the worst runs of every metric are in their
    tail: "nine of ten runs are at least as good".
    """
    values = samples.values[name]
    return AGGREGATES[aggregate](values, METRICS[name].direction) if values else None
