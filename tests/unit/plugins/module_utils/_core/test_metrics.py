# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metrics: the same numbers, wherever and however the API gives them; what is missing is None."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import (
    METRICS,
    averages_from_statistics,
    read_metrics,
    run_failed,
    snake_case,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.numeric import real_number

TIMINGS = {
    "firstByte": 210,
    "startRender": 900,
    "firstPaint": 910,
    "firstContentfulPaint": 950,
    "largestContentfulPaint": 2100,
    "speedIndex": 1800,
    "visuallyComplete": 3100,
    "lastByte": 2900,
    "domLoading": 250,
    "domInteractive": 1200,
    "domContentLoadedEventStart": 1210,
    "domContentLoadedEventEnd": 1260,
    "domComplete": 3300,
    "loadEvent": 3310,
    "loadEventStart": 3305,
    "firstConsistentlyInteractive": 3400,
    "totalBlockingTime": 180,
    "maxPotentialFirstInputDelay": 120,
    "cumulativeLayoutShift": 0.08,
}
FULL_REPORT = {
    "publicReportUrl": "https://www.dareboost.com/en/report/d_5f",
    "date": 1542117158294,
    "summary": {"loadTime": 3310, "score": 87, "requestsCount": 64, "weight": 1843200},
    "timings": TIMINGS,
}
FLAT_ROW = {"id": "5f", "score": 87, "loadTime": 3310, "requests": 64, "weight": 1843200, "timings": TIMINGS}
NESTED_ROW = {
    "reportId": "5f",
    "summary": {"loadTime": 3310, "score": 87, "requests": 64, "weight": 1843200},
    "timings": TIMINGS,
}
STATISTICS = {
    "averageScore": 87,
    "averageLoadTime": 3310,
    "averageRequests": 64,
    "averageWeight": 1843200,
    "averageTimings": TIMINGS,
}
ALL_METRICS = {
    "score": 87,
    "load_time": 3310,
    "requests": 64,
    "weight": 1843200,
    **{snake_case(key): value for key, value in TIMINGS.items()},
}
SCENARIO_SUM = {"request": 140, "weight": 5000000, "loadTime": 9000, "firstPaint": 2000, "startRender": 1900}

anything: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["", "87", [], [87], {}, {"sum": 87}])
)
key_of_the_api = st.sampled_from(sorted({step for metric in METRICS.values() for step in metric.sources[0].split(".")}))


def in_snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake_case(key): in_snake_case(item) for key, item in value.items()}
    return value


def test_the_table_holds_every_metric_of_the_api() -> None:
    assert set(METRICS) == set(ALL_METRICS)


def test_each_metric_knows_its_name_title_unit_and_better_direction() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert metric.title
        assert metric.sources
    assert [metric.name for metric in METRICS.values() if metric.direction == "higher"] == ["score"]
    assert METRICS["largest_contentful_paint"].title == "Largest Contentful Paint"
    assert {metric.name: metric.unit for metric in METRICS.values() if metric.unit != "ms"} == {
        "score": "points",
        "requests": "count",
        "weight": "bytes",
        "cumulative_layout_shift": "",
    }


@pytest.mark.parametrize(
    "report",
    [FULL_REPORT, FLAT_ROW, NESTED_ROW, STATISTICS],
    ids=["full report", "flat row", "nested row", "averages"],
)
def test_every_form_gives_the_same_metrics(report: dict[str, Any]) -> None:
    assert read_metrics(report) == ALL_METRICS


@pytest.mark.parametrize("report", [FULL_REPORT, FLAT_ROW, NESTED_ROW, STATISTICS])
def test_keys_in_snake_case_are_read_as_well(report: dict[str, Any]) -> None:
    assert read_metrics(in_snake_case(report)) == ALL_METRICS


@pytest.mark.parametrize("report", [{"summary": {"sum": SCENARIO_SUM}}, SCENARIO_SUM])
def test_the_totals_of_a_scenario_are_read(report: dict[str, Any]) -> None:
    metrics = read_metrics(report)
    assert {name: value for name, value in metrics.items() if value is not None} == {
        "requests": 140,
        "weight": 5000000,
        "load_time": 9000,
        "first_paint": 2000,
        "start_render": 1900,
    }


def test_the_summary_comes_before_the_top_level() -> None:
    assert read_metrics({"summary": {"score": 90}, "score": 10})["score"] == 90


def test_a_value_that_cannot_be_read_in_one_place_is_looked_for_in_the_next() -> None:
    assert read_metrics({"summary": {"score": None}, "score": 70})["score"] == 70
    assert read_metrics({"summary": "none", "score": 70})["score"] == 70


def test_averages_are_read_as_they_are() -> None:
    assert averages_from_statistics({**STATISTICS, "averageScore": 86.5})["score"] == 86.5
    assert averages_from_statistics({}) == dict.fromkeys(METRICS)


def test_a_missing_value_is_none_and_never_0() -> None:
    metrics = read_metrics({"score": 87, "timings": {"firstByte": None}})
    assert metrics["first_byte"] is None
    assert metrics["load_time"] is None
    assert set(metrics) == set(METRICS)


def test_a_value_of_0_is_a_value() -> None:
    assert read_metrics({"score": 99, "timings": {"cumulativeLayoutShift": 0}})["cumulative_layout_shift"] == 0


@pytest.mark.parametrize("value", [True, False, "2100", float("nan"), float("inf"), [], {}, None, -1, 10**400])
def test_what_is_not_a_measured_number_is_none(value: object) -> None:
    report = {"score": 87, "timings": {"largestContentfulPaint": value}}
    assert read_metrics(report)["largest_contentful_paint"] is None


@pytest.mark.parametrize(
    "report",
    [
        {**FLAT_ROW, "score": -1},
        {**NESTED_ROW, "summary": {"score": -1, "loadTime": 12}},
        {"publicReportUrl": "https://www.dareboost.com/en/report/d_5f", "date": 1542117158294},
        {"summary": None, "timings": None},
        {"score": 0, "loadTime": 0, "timings": {}},
        {},
    ],
    ids=["negative flat", "negative nested", "no summary", "null parts", "nothing but zeros", "empty"],
)
def test_a_failed_run_has_no_metrics_at_all(report: dict[str, Any]) -> None:
    assert run_failed(report)
    assert read_metrics(report) == dict.fromkeys(METRICS)


@pytest.mark.parametrize("report", [FULL_REPORT, FLAT_ROW, NESTED_ROW, {"score": 0, "loadTime": 9000}, SCENARIO_SUM])
def test_a_run_that_measured_something_did_not_fail(report: dict[str, Any]) -> None:
    assert not run_failed(report)


def test_a_very_bad_page_keeps_its_score_of_0() -> None:
    assert read_metrics({"score": 0, "loadTime": 9000})["score"] == 0


@given(st.dictionaries(key_of_the_api, st.dictionaries(key_of_the_api, anything, max_size=3) | anything, max_size=4))
def test_whatever_the_api_sends_every_metric_is_a_real_number_or_none(report: dict[str, Any]) -> None:
    metrics = read_metrics(report)
    assert set(metrics) == set(METRICS)
    for value in metrics.values():
        assert value is None or (real_number(value) == value and value >= 0)
    if run_failed(report):
        assert set(metrics.values()) == {None}
