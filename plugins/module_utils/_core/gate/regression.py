# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether runs after a deployment are worse than those before it, by more than chance and by enough to matter.

Private to this collection: may change without notice.

Decisions that the code follows:

* A regression is a worsening beyond the relative threshold and beyond the absolute floor. Where there are enough
  samples for a rank test to tell anything at all, that test has to agree.
* Compared are medians (means where means are judged). Extremes and high percentiles of a few runs beside those of
  many would tell how many runs there are.
* The rank test is that of Mann and Whitney, one-sided, without any assumption on how the values are spread. As scipy
  does with ``method="auto"``: exact where one side has at most 8 values and none is there twice, else the normal
  approximation with corrections for ties and for continuity.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..metrics import METRICS, Unit
from ..statistics import mean, percentile

Alternative = Literal["greater", "less", "two-sided"]

SIGNIFICANCE = 0.05  # how often chance alone may look like a regression to the rank test
_EXACT_UP_TO = 8  # values on the smaller side

# What nobody notices, by the unit of the metric: less than that is no regression, whatever the percentage.
FLOORS: dict[Unit, float] = {"ms": 50, "points": 2, "count": 3, "bytes": 20_000, "": 0.01}


def mann_whitney(first: Sequence[float], second: Sequence[float], alternative: Alternative = "greater") -> float:
    """The p-value of the values ``first`` being greater (less, other) than ``second``; at least one value each."""
    sizes = len(first), len(second)
    ranks, ties = _ranks([*first, *second])
    u_first = math.fsum(ranks[: sizes[0]]) - sizes[0] * (sizes[0] + 1) / 2
    u_second = sizes[0] * sizes[1] - u_first
    u = {"greater": u_first, "less": u_second, "two-sided": max(u_first, u_second)}[alternative]
    exact = min(sizes) <= _EXACT_UP_TO and not ties
    probability = _exact(int(u), *sizes) if exact else _approximate(u, sizes, ties)
    return min(1.0, probability * 2) if alternative == "two-sided" else probability


def _ranks(values: Sequence[float]) -> tuple[list[float], list[int]]:
    """The rank of each value, equal ones sharing the middle of theirs; and how many there are of each such value."""
    counts = Counter(values)
    rank_of: dict[float, float] = {}
    before = 0
    for value in sorted(counts):
        rank_of[value] = before + (counts[value] + 1) / 2
        before += counts[value]
    return [rank_of[value] for value in values], [count for count in counts.values() if count > 1]


def _exact(u: int, first: int, second: int) -> float:
    """How likely chance alone makes the statistic ``u`` or greater, by counting all orders of the values."""
    orders = _orders_by_statistic(min(first, second), max(first, second))
    return sum(orders[u:]) / sum(orders)


def _orders_by_statistic(smaller: int, larger: int) -> list[int]:
    """In how many of all orders the statistic is 0, 1, 2, ...: the coefficients of the Gaussian binomial.

    It is the product of (1 - q^(larger + k)) / (1 - q^k) for k from 1 to the smaller size, in whole numbers.
    """
    top = smaller * larger
    orders = [1] + [0] * top
    for k in range(1, smaller + 1):
        for power in range(top, larger + k - 1, -1):
            orders[power] -= orders[power - larger - k]
        for power in range(k, top + 1):
            orders[power] += orders[power - k]
    return orders


def _approximate(u: float, sizes: tuple[int, int], ties: Sequence[int]) -> float:
    total = sum(sizes)
    product = sizes[0] * sizes[1]
    shared = sum(count**3 - count for count in ties) / (total * (total - 1))
    variance = product / 12 * (total + 1 - shared)
    if variance <= 0:  # all values are the same, which tells nothing
        return 1.0
    return 0.5 * math.erfc((u - product / 2 - 0.5) / math.sqrt(2 * variance))


# --- one metric before and after a deployment -------------------------------------------------------------------------


@dataclass(frozen=True)
class Tolerance:
    """From which worsening on it counts. ``floors``: the absolute one by metric, in its unit."""

    max_regression_percent: float
    floors: dict[str, float]

    def floor(self, metric: str) -> float:
        return self.floors.get(metric, FLOORS[METRICS[metric].unit])


@dataclass(frozen=True)
class Comparison:
    """A metric beside its baseline.

    ``worsening`` is positive where it is worse now, in the metric's unit and per cent of the baseline (None where the
    baseline is 0). ``p_value`` is None where there are too few samples for the rank test.
    """

    baseline: float
    baseline_samples: int
    value: float
    worsening: float
    percent: float | None
    p_value: float | None
    regressed: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "value": self.baseline,
            "samples": self.baseline_samples,
            "compared": self.value,
            "worsening": self.worsening,
            "worsening_percent": self.percent,
            "p_value": self.p_value,
            "regressed": self.regressed,
        }


def compared(
    metric: str, before: Sequence[float], after: Sequence[float], tolerance: Tolerance, aggregate: str = "median"
) -> Comparison:
    """One metric after a deployment beside the time before it; values in ascending order, at least one each."""
    lower_is_better = METRICS[metric].direction == "lower"
    middle = mean if aggregate == "mean" else _median
    baseline, value = middle(before), middle(after)
    worsening = value - baseline if lower_is_better else baseline - value
    percent = worsening / baseline * 100 if baseline else None
    p_value = None
    if _enough(len(before), len(after)):
        p_value = mann_whitney(after, before, "greater" if lower_is_better else "less")
    regressed = (
        worsening > 0
        and worsening >= tolerance.floor(metric)
        and (percent is None or percent > tolerance.max_regression_percent)
        and (p_value is None or p_value < SIGNIFICANCE)
    )
    return Comparison(baseline, len(before), value, worsening, percent, p_value, regressed)


def _median(ordered: Sequence[float]) -> float:
    return percentile(ordered, 0.5)


def _enough(before: int, after: int) -> bool:
    """Whether the rank test could call anything significant: the most telling order of all has to be rare enough."""
    return 1 / math.comb(before + after, after) < SIGNIFICANCE
