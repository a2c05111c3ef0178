# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statistics: many runs as a few numbers, in which neither a failed run nor a missing value has a part."""

from __future__ import annotations

import statistics
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS, run_failed
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.statistics import (
    AGGREGATES,
    aggregated,
    described,
    mean,
    percentile,
    samples_of,
)

LCP = "largest_contentful_paint"
FAILED: list[dict[str, Any]] = [
    {"score": -1},
    {"score": -1, "loadTime": 99999, "timings": {"largestContentfulPaint": 99999}},
    {"summary": {"score": -1, "loadTime": 99999}, "timings": {"largestContentfulPaint": 99999}},
    {"score": 0, "loadTime": 0, "timings": None},
    {"date": 1542117158294},
]

ordered = st.lists(st.floats(0, 1e12) | st.integers(0, 10**12), min_size=1, max_size=50).map(sorted)
several = st.lists(st.floats(0, 1e12), min_size=2, max_size=50).map(sorted)
any_number = st.lists(st.floats(0, allow_nan=False, allow_infinity=False), min_size=1, max_size=50).map(sorted)
a_row = st.fixed_dictionaries(
    {
        "score": st.none() | st.integers(-1, 100),
        "loadTime": st.none() | st.integers(0, 9000),
        "newField": st.text(max_size=3),
    }
)


def run(lcp: Any, score: int = 90) -> dict[str, Any]:
    return {"score": score, "timings": {"largestContentfulPaint": lcp}}


def computed(*runs: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    return samples_of(runs).computed()


def test_a_metric_is_told_with_its_samples_mean_percentiles_and_extremes() -> None:
    assert computed(*(run(value) for value in (4000, 1000, 3000, 2000, 5000)))[LCP] == {
        "samples": 5,
        "mean": 3000,
        "p50": 3000,
        "p75": 4000,
        "p90": pytest.approx(4600),
        "min": 1000,
        "max": 5000,
    }


def test_every_metric_of_the_table_is_there_whether_or_not_it_was_measured() -> None:
    found = computed(run(2000))
    assert set(found) == set(METRICS)
    assert found["first_paint"] == {"samples": 0, **dict.fromkeys(("mean", "p50", "p75", "p90", "min", "max"))}


def test_without_any_run_there_are_no_numbers() -> None:
    samples = samples_of([])
    assert (samples.runs, samples.failed_runs) == (0, 0)
    assert {each["mean"] for each in samples.computed().values()} == {None}


@pytest.mark.parametrize("failed", FAILED)
def test_a_failed_run_is_counted_and_bends_nothing(failed: dict[str, Any]) -> None:
    good = [run(1000), run(3000)]
    samples = samples_of([*good, failed])
    assert (samples.runs, samples.failed_runs) == (3, 1)
    assert samples.computed() == computed(*good)


@pytest.mark.parametrize("nothing", [None, -1, "slow", float("nan"), True])
def test_a_missing_value_is_no_sample_and_no_0(nothing: Any) -> None:
    found = computed(run(nothing), run(2000))
    assert (found[LCP]["samples"], found[LCP]["min"]) == (1, 2000)
    assert found["score"]["samples"] == 2


def test_a_measured_0_is_a_sample() -> None:
    row = {"score": 99, "timings": {"cumulativeLayoutShift": 0}}
    assert computed(row, row)["cumulative_layout_shift"]["samples"] == 2


def test_flat_and_nested_rows_and_new_fields_make_no_difference() -> None:
    flat = {"id": "1", "score": 80, "loadTime": 1500, "requests": 12, "weight": 5, "timings": {"firstByte": 100}}
    nested = {
        "reportId": "1",
        "summary": {"score": 80, "loadTime": 1500, "requestsCount": 12, "weight": 5, "carbon": 1},
        "timings": {"firstByte": 100, "hydrated": 900},
    }
    assert computed(flat) == computed(nested)


@given(st.lists(a_row, max_size=20))
def test_what_counts_as_failed_is_what_the_table_of_metrics_says(rows: list[dict[str, Any]]) -> None:
    samples = samples_of(rows)
    assert samples.failed_runs == sum(run_failed(row) for row in rows)
    assert all(len(values) <= samples.runs - samples.failed_runs for values in samples.values.values())


# --- percentiles ------------------------------------------------------------------------------------------------------


@given(several, st.integers(1, 99))
def test_a_percentile_is_that_of_the_statistics_module_with_its_inclusive_method(values: list[float], n: int) -> None:
    expected = statistics.quantiles(values, n=100, method="inclusive")[n - 1]
    assert percentile(values, n / 100) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(any_number, st.floats(0, 1))
@example([sys.float_info.max] * 3, 0.5)
def test_a_percentile_and_the_mean_never_leave_the_range_of_the_values(values: list[float], share: float) -> None:
    assert values[0] <= percentile(values, share) <= values[-1]
    assert values[0] <= mean(values) <= values[-1]


@given(ordered)
def test_percentiles_rise_and_end_at_the_extremes(values: list[float]) -> None:
    found = described(values)
    assert percentile(values, 0) == found["min"]
    assert percentile(values, 1) == found["max"]
    assert found["p50"] == pytest.approx(statistics.median(values))
    assert percentile(values, 0.5) <= percentile(values, 0.75) <= percentile(values, 0.9)
    assert found["mean"] == pytest.approx(statistics.fmean(values))


def test_of_one_value_every_number_is_that_value() -> None:
    assert set(described([7]).values()) == {1, 7}


# --- one number for all runs ------------------------------------------------------------------------------------------

RUNS = [run(lcp, score) for lcp, score in ((1000, 95), (2000, 90), (3000, 80), (4000, 60), (5000, 20))]


@pytest.mark.parametrize(
    ("aggregate", "lcp", "score"),
    [
        ("median", 3000, 80),
        ("mean", 3000, 69),
        ("p75", 4000, 60),
        ("p90", 4600, 36),
        ("worst", 5000, 20),
        ("best", 1000, 95),
    ],
)
def test_an_aggregate_counts_from_the_best_value_to_the_worst(aggregate: str, lcp: float, score: float) -> None:
    samples = samples_of(RUNS)
    assert aggregated(samples, LCP, aggregate) == pytest.approx(lcp)
    assert aggregated(samples, "score", aggregate) == pytest.approx(score)


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_a_score_of_0_is_shown_without_a_sign(aggregate: str) -> None:
    assert str(aggregated(samples_of([run(1000, 0)]), "score", aggregate)) in ("0", "0.0")


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_an_aggregate_of_no_sample_is_none(aggregate: str) -> None:
    assert aggregated(samples_of(FAILED), LCP, aggregate) is None
