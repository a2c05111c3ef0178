# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Regressions: worse than before, by more than chance and by enough to matter. tests/statistics asks scipy as well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.regression import (
    FLOORS,
    Comparison,
    Tolerance,
    compared,
    mann_whitney,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS

LCP = "largest_contentful_paint"
values = st.lists(st.integers(0, 20).map(float), min_size=1, max_size=12)


def lcp(before: list[float], after: list[float], **thresholds: Any) -> Comparison:
    rules = Tolerance(thresholds.get("percent", 10), thresholds.get("floors", {}))
    return compared(LCP, sorted(before), sorted(after), rules, thresholds.get("aggregate", "median"))


def test_of_all_orders_of_three_and_three_values_one_has_all_the_greater_ones_on_one_side() -> None:
    assert mann_whitney([4, 5, 6], [1, 2, 3]) == pytest.approx(1 / 20)
    assert mann_whitney([4, 5, 6], [1, 2, 3], "less") == pytest.approx(1)
    assert mann_whitney([4, 5, 6], [1, 2, 3], "two-sided") == pytest.approx(1 / 10)


def test_one_value_that_is_greater_than_nineteen_is_that_once_in_twenty_times() -> None:
    assert mann_whitney([100], list(range(19))) == pytest.approx(1 / 20)


def test_values_that_are_all_the_same_tell_nothing() -> None:
    assert mann_whitney([5] * 20, [5] * 30) == 1
    assert mann_whitney([5], [5]) == 1


@given(values, values)
def test_a_probability_lies_between_0_and_1_and_turns_with_the_sides(first: list[float], second: list[float]) -> None:
    probability = mann_whitney(first, second)
    assert 0 <= probability <= 1
    assert probability == pytest.approx(mann_whitney(second, first, "less"))


def test_a_page_that_is_much_slower_than_before_regressed() -> None:
    found = lcp([2000, 2010, 2020, 2030, 2040], [2500, 2510, 2520])
    assert found.regressed
    assert (found.baseline, found.value, found.worsening) == (2020, 2510, 490)
    assert found.percent == pytest.approx(24.26, abs=0.01)
    assert found.p_value is not None
    assert found.p_value < 0.05


def test_a_page_that_is_faster_did_not() -> None:
    found = lcp([2500] * 10, [2000] * 10)
    assert not found.regressed
    assert found.worsening == -500


@pytest.mark.parametrize(("percent", "regressed"), [(24, True), (25, False), (26, False)])
def test_a_worsening_within_the_relative_threshold_is_none(percent: float, regressed: bool) -> None:
    assert lcp([2000.0 + n for n in range(9)], [2501.0 + n for n in range(9)], percent=percent).regressed is regressed


def test_a_worsening_below_the_absolute_floor_is_none() -> None:
    before, after = [100.0 + n / 100 for n in range(20)], [140.0 + n / 100 for n in range(20)]
    assert not lcp(before, after).regressed  # 40 % worse, but 40 ms
    assert lcp(before, after, floors={LCP: 30}).regressed


def test_what_chance_explains_is_no_regression() -> None:
    before = [1000, 2900, 1100, 2800, 1200, 2700, 1300, 2600, 1400, 2500, 2400]
    found = lcp(before, [1500, 2750, 1100])
    assert not lcp(before, [2750, 1500, 2600]).regressed
    assert not found.regressed


def test_one_run_regresses_only_where_it_is_worse_than_nearly_all_before() -> None:
    before = [2000.0 + 10 * n for n in range(100)]
    assert not lcp(before, [2940]).regressed  # the median is 2495, but every twentieth run was slower
    assert lcp(before, [3000]).regressed


def test_with_too_few_samples_for_the_rank_test_the_thresholds_decide_alone() -> None:
    found = lcp([2000, 2010], [2600])
    assert found.p_value is None
    assert found.regressed


def test_of_a_score_less_is_worse() -> None:
    rules = Tolerance(5, {})
    before, after = [90.0, 91, 92, 93, 94], [80.0, 81, 82, 83]
    assert compared("score", before, after, rules).regressed
    assert not compared("score", after, before, rules).regressed


def test_a_metric_that_was_zero_has_no_percentage_but_a_floor() -> None:
    rules = Tolerance(10, {})
    found = compared("cumulative_layout_shift", [0.0] * 9, [0.2] * 9, rules)
    assert (found.percent, found.regressed) == (None, True)
    assert not compared("cumulative_layout_shift", [0.0] * 9, [0.005] * 9, rules).regressed


def test_means_are_compared_where_means_are_judged() -> None:
    assert lcp([1000, 1000, 4000], [1000, 1000, 7000], aggregate="mean").worsening == pytest.approx(1000)
    assert lcp([1000, 1000, 4000], [1000, 1000, 7000]).worsening == 0


def test_every_unit_of_the_table_has_a_floor() -> None:
    assert {metric.unit for metric in METRICS.values()} == set(FLOORS)
