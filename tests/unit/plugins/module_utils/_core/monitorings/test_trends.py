# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the order of time: what a picture of the main metrics needs, in the verdict where reports were read."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.trends import TREND_METRICS

CHECKED_AT = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)
FLAT = {"date": "2026-11-23T19:00:00Z", "score": 90, "weight": 5, "timings": {"largestContentfulPaint": 2100}}
NESTED = {"date": "2026-11-23T20:00:00Z", "summary": {"score": 80}, "timings": {"largest_contentful_paint": 2300.5}}
FAILED = {"date": "2026-11-23T21:00:00Z", "score": -1}


def details(**changes: Any) -> dict[str, Any]:
    (subject,) = judge_monitorings([{"id": 1, "state": "OK", **changes}], CHECKED_AT).as_dict()["subjects"]
    found: dict[str, Any] = subject["details"]
    return found


def test_there_is_a_trend_only_where_reports_were_read() -> None:
    assert "trends" not in details(last_report=FLAT, statistics={"computed": {}})
    assert details(reports=[])["trends"] == {"instants": [], "failed": [], "metrics": {}}


def test_runs_are_in_the_order_of_time_and_a_failed_one_is_a_gap_in_every_metric() -> None:
    assert details(reports=[FAILED, NESTED, FLAT])["trends"] == {
        "instants": ["2026-11-23T19:00:00Z", "2026-11-23T20:00:00Z", "2026-11-23T21:00:00Z"],
        "failed": ["2026-11-23T21:00:00Z"],
        "metrics": {
            "score": [90, 80, None],
            "largest_contentful_paint": [2100, 2300.5, None],
            "weight": [5, None, None],
        },
    }


def test_a_run_that_measured_another_metric_alone_did_not_fail() -> None:
    trends = details(reports=[{**FLAT, "score": None, "weight": None, "timings": {"firstByte": 80}}])["trends"]
    assert (trends["failed"], trends["metrics"]) == ([], {})


def test_what_was_read_of_a_report_before_is_not_read_again() -> None:
    row = {**FLAT, "failed": True, "metrics": {"score": 7}}
    assert details(reports=[row])["trends"] == {
        "instants": [FLAT["date"]],
        "failed": [FLAT["date"]],
        "metrics": {"score": [7]},
    }


@pytest.mark.parametrize("date", [None, ""])
def test_a_run_without_a_date_has_no_place_in_time(date: Any) -> None:
    assert details(reports=[{**FLAT, "date": date}, NESTED])["trends"]["instants"] == [NESTED["date"]]


def test_a_trend_is_drawn_of_metrics_that_there_are() -> None:
    assert set(TREND_METRICS) <= set(METRICS)


values = st.none() | st.floats(0, 1e6) | st.integers(-1, 100)


@given(st.lists(st.fixed_dictionaries({"score": values, "weight": values, "minute": st.integers(0, 59)})))
def test_every_metric_has_one_value_for_every_instant(rows: list[dict[str, Any]]) -> None:
    trends = details(reports=[{**row, "date": f"2026-11-23T20:{row['minute']:02}:00Z"} for row in rows])["trends"]
    assert trends["instants"] == sorted(trends["instants"])
    assert len(trends["instants"]) == len(rows)
    assert all(len(column) == len(rows) for column in trends["metrics"].values())
