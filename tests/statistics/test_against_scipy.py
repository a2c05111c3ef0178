# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The statistics of the collection, which has to do without scipy, agree with scipy and numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.regression import (
    Alternative,
    mann_whitney,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.statistics import mean, percentile

settings.register_profile("statistics", deadline=None, database=None, max_examples=300, derandomize=True)
settings.load_profile("statistics")

ALTERNATIVES = get_args(Alternative)
small = st.lists(st.floats(0, 1e6), min_size=1, max_size=9)
distinct = st.lists(st.floats(0, 1e6), min_size=2, max_size=30, unique=True)
tied = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=30)
times = st.lists(st.floats(0, 1e5).map(lambda value: round(value, 1)), min_size=1, max_size=60)


def agrees(first: Sequence[float], second: Sequence[float]) -> None:
    if len({*first, *second}) == 1:  # scipy divides 0 by 0; values that are all the same tell nothing
        assert {mann_whitney(first, second, alternative) for alternative in ALTERNATIVES} == {1}
        return
    for alternative in ALTERNATIVES:
        expected = stats.mannwhitneyu(first, second, alternative=alternative, method="auto").pvalue
        assert mann_whitney(first, second, alternative) == pytest.approx(expected, rel=1e-9, abs=1e-12), alternative


@given(small, small)
def test_the_rank_test_agrees_for_small_samples(first: list[float], second: list[float]) -> None:
    agrees(first, second)


@given(distinct, st.data())
def test_the_rank_test_agrees_where_no_value_is_there_twice(values: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(values) - 1))
    agrees(values[:cut], values[cut:])


@given(tied, tied)
def test_the_rank_test_agrees_where_many_values_are_the_same(first: list[float], second: list[float]) -> None:
    agrees(first, second)


@given(times, times)
def test_the_rank_test_agrees_for_values_as_the_api_gives_them(first: list[float], second: list[float]) -> None:
    agrees(first, second)


@pytest.mark.parametrize("sizes", [(1, 1), (1, 168), (8, 8), (8, 9), (9, 9), (8, 400), (9, 400), (3, 2000)])
@pytest.mark.parametrize("shift", [0, 0.5, 5])
def test_the_rank_test_agrees_on_both_sides_of_the_change_from_counting_to_the_normal_distribution(
    sizes: tuple[int, int], shift: float
) -> None:
    random = numpy.random.default_rng(20261125)
    agrees(list(random.normal(shift, 1, sizes[0])), list(random.normal(0, 1, sizes[1])))


@given(times, st.floats(0, 1))
def test_percentiles_agree_with_numpy(values: list[float], share: float) -> None:
    expected = numpy.percentile(values, share * 100)
    assert percentile(sorted(values), share) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(times)
def test_means_agree_with_numpy(values: list[float]) -> None:
    assert mean(sorted(values)) == pytest.approx(numpy.mean(values), rel=1e-9)
