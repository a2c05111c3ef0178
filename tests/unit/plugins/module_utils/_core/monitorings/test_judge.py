# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict over monitorings: stale, in trouble, disabled or never run."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import status_of
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import (
    judge_monitorings,
    problems_of,
)

CHECKED_AT = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)

anything: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just({}), st.just([])
)


def monitoring(**changes: Any) -> dict[str, Any]:
    return {
        "id": 55429,
        "name": "Home",
        "url": "https://shop.example/",
        "state": "OK",
        "enabled": True,
        "last_execution": "2026-11-23T21:35:43Z",
        "frequency": 60,
        "age_seconds": 3600,
        "stale": False,
        "error_message": "",
        **changes,
    }


def never_run(**changes: Any) -> dict[str, Any]:
    return monitoring(**{"last_execution": None, "age_seconds": None, "stale": None, **changes})


def judged(**changes: Any) -> dict[str, Any]:
    subjects: list[dict[str, Any]] = judge_monitorings([monitoring(**changes)], CHECKED_AT).as_dict()["subjects"]
    return subjects[0]


def severities(subject: dict[str, Any]) -> dict[str, str]:
    return {finding["id"]: finding["severity"] for finding in subject["findings"]}


def test_a_monitoring_that_runs_as_it_should_passes() -> None:
    verdict = judge_monitorings([monitoring()], CHECKED_AT)
    assert (verdict.kind, verdict.status) == ("monitorings", "pass")
    assert verdict.as_dict()["subjects"][0] == {
        "name": "Home",
        "environment": None,
        "owner": None,
        "status": "pass",
        "details": {
            "id": 55429,
            "url": "https://shop.example/",
            "state": "OK",
            "enabled": True,
            "last_execution": "2026-11-23T21:35:43Z",
            "age_seconds": 3600,
            "frequency": 60,
            "stale": False,
            "metrics": None,
        },
        "findings": [],
    }


def test_no_monitoring_at_all_is_unknown() -> None:
    assert judge_monitorings([], CHECKED_AT).status == "unknown"


@pytest.mark.parametrize("state", ["OK", "ok", "Ok", " ok "])
def test_a_good_state_is_good_in_any_case(state: str) -> None:
    assert judged(state=state)["status"] == "pass"


@pytest.mark.parametrize("state", ["KO", "error", "OKAY", "SOMETHING_NEW", "", None, 7, True, ["OK"]])
def test_any_other_state_is_trouble(state: object) -> None:
    assert severities(judged(state=state)) == {"state_not_ok": "fail"}


def test_trouble_is_told_with_its_reason_and_the_next_step() -> None:
    finding = judged(state="ERROR", error_message="Unable to reach the page.")["findings"][0]
    assert finding["message"] == 'The monitoring "Home" is in the state ERROR: Unable to reach the page.'
    assert (finding["expected"], finding["actual"]) == ("OK", "ERROR")
    assert "https://shop.example/" in finding["fix"]


def test_a_stale_monitoring_fails_and_says_since_when() -> None:
    finding = judged(stale=True, age_seconds=3 * 86400, frequency=1440)["findings"][0]
    assert (finding["id"], finding["severity"]) == ("stale", "fail")
    assert finding["message"] == 'The monitoring "Home" last ran 3 days ago, though it should run every 24 hours.'
    assert (finding["expected"], finding["actual"]) == ("a run every 24 hours", "2026-11-23T21:35:43Z")


def test_a_stale_monitoring_in_trouble_has_both_findings() -> None:
    assert severities(judged(stale=True, state="ERROR")) == {"stale": "fail", "state_not_ok": "fail"}


def test_a_disabled_monitoring_is_a_warning_and_nothing_else() -> None:
    assert severities(judged(enabled=False, state="STOPPED")) == {"disabled": "warn"}
    assert severities(judged(**never_run(enabled=False, stale=False))) == {"disabled": "warn"}


@pytest.mark.parametrize("state", ["OK", "", None])
def test_a_monitoring_that_never_ran_is_unknown(state: str | None) -> None:
    assert severities(judged(**never_run(state=state))) == {"never_ran": "unknown"}


def test_a_monitoring_that_never_ran_and_is_in_trouble_fails() -> None:
    subject = judged(**never_run(state="ERROR"))
    assert [finding["id"] for finding in subject["findings"]] == ["state_not_ok", "never_ran"]
    assert subject["status"] == "fail"


def test_without_a_frequency_staleness_is_unknown_and_no_pass() -> None:
    assert severities(judged(stale=None, frequency=None)) == {"staleness_unknown": "unknown"}


def test_a_last_run_far_ahead_is_no_pass_and_says_what_to_check() -> None:
    subject = judged(stale=None, age_seconds=None, last_execution="2400-01-01T00:00:00Z")
    assert severities(subject) == {"staleness_unknown": "unknown"}
    (finding,) = subject["findings"]
    assert finding["actual"] == "2400-01-01T00:00:00Z"
    assert "clock" in finding["fix"]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"name": ""}, "https://shop.example/"),
        ({"name": None, "url": None}, "55429"),
        ({"name": None, "url": None, "id": None}, "unnamed"),
    ],
)
def test_a_monitoring_without_a_name_goes_by_its_url_or_id(names: dict[str, Any], shown: str) -> None:
    assert judged(**names)["name"] == shown


def test_metrics_are_those_of_the_last_report() -> None:
    metrics = judged(last_report={"summary": {"score": 87, "load_time": 3310}})["details"]["metrics"]
    assert set(metrics) == set(METRICS)
    assert (metrics["score"], metrics["load_time"], metrics["weight"]) == (87, 3310, None)


def test_metrics_that_were_read_before_are_kept() -> None:
    assert judged(last_report={"metrics": {"score": 42}})["details"]["metrics"] == {"score": 42}
    assert judged(statistics={"metrics": {"score": 43}})["details"]["metrics"] == {"score": 43}


def test_without_a_last_report_metrics_are_the_averages() -> None:
    assert judged(statistics={"average_score": 80.5})["details"]["metrics"]["score"] == 80.5


def test_without_a_last_report_metrics_are_the_means_without_failed_runs_rather_than_the_averages() -> None:
    statistics = {"averages": {"score": 60.5}, "computed": {"score": {"samples": 2, "mean": 80.5}}}
    assert judged(statistics=statistics)["details"]["metrics"] == {"score": 80.5}


def test_averages_never_stand_in_for_a_last_report_that_was_asked_for() -> None:
    assert judged(last_report=None, statistics={"average_score": 80.5})["details"]["metrics"] is None


def test_with_reports_alone_metrics_are_those_of_the_newest() -> None:
    rows = [{"date": "2026-11-23T20:00:00Z", "score": 90}, {"date": "2026-11-23T21:00:00Z", "score": 80}]
    assert judged(reports=[*rows, {"date": None, "score": 70}])["details"]["metrics"]["score"] == 80
    assert judged(reports=[])["details"]["metrics"] is None


def test_metrics_of_a_failed_run_are_all_missing() -> None:
    metrics = judged(last_report={"summary": {"score": -1, "load_time": 12}})["details"]["metrics"]
    assert set(metrics.values()) == {None}


def test_the_monitorings_in_trouble_come_first() -> None:
    verdict = judge_monitorings(
        [monitoring(name="fine"), monitoring(name="off", enabled=False), monitoring(name="bad", state="KO")],
        CHECKED_AT,
    )
    assert [subject["name"] for subject in verdict.as_dict()["subjects"]] == ["bad", "off", "fine"]
    assert verdict.summary == {"total": 3, "pass": 1, "warn": 1, "fail": 1, "unknown": 0}


@pytest.mark.parametrize(
    ("age", "shown"),
    [(59, "59 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7199, "119 minutes"), (7200, "2 hours")],
)
def test_lengths_of_time_are_for_people(age: int, shown: str) -> None:
    assert f"last ran {shown} ago" in judged(stale=True, age_seconds=age)["findings"][0]["message"]


def test_a_frequency_is_told_in_the_same_way() -> None:
    assert judged(stale=True, frequency=90)["findings"][0]["expected"] == "a run every 90 minutes"


@pytest.mark.parametrize("frequency", [None, 1e308])
def test_a_stale_monitoring_of_unknown_age_is_told_without_numbers(frequency: float | None) -> None:
    message = judged(stale=True, age_seconds=None, frequency=frequency)["findings"][0]["message"]
    assert message == 'The monitoring "Home" last ran long ago, though it should run more often.'


@given(st.dictionaries(st.sampled_from([*monitoring(), "last_report", "statistics", "reports", "new_field"]), anything))
def test_whatever_the_api_sends_there_is_a_verdict(fields: dict[str, Any]) -> None:
    verdict = judge_monitorings([fields], CHECKED_AT)
    assert json.dumps(verdict.as_dict())
    healthy = str(fields.get("state")).strip().upper() == "OK" and fields.get("stale") is not None
    assert healthy or verdict.status != "pass"


@pytest.mark.parametrize(
    "changes", [{}, {"state": "ERROR"}, {"stale": True}, {"stale": None}, {"enabled": False}], ids=str
)
def test_a_status_needs_no_words(changes: dict[str, Any]) -> None:
    assert status_of(problems_of(monitoring(**changes))) == judged(**changes)["status"]
