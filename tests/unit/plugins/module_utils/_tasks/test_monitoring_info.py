# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_monitoring_info: which calls are made, what is selected, and how it is shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.monitoring_info import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples, tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import payload
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import Reply, ScriptedApi, reply, text_reply

NOW = datetime.now(timezone.utc)
MINUTES_AGO = {minutes: int((NOW - timedelta(minutes=minutes)).timestamp() * 1000) for minutes in (0, 30, 90, 300)}


def monitoring(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Page {number}",
        "url": f"https://shop.example/{number}",
        "state": "OK",
        "errorMessage": "",
        "lastExecution": MINUTES_AGO[30],
        "enabled": True,
        "frequency": 60,
        "lang": "fr",
        "config": {"location": "Paris", "isMobile": False},
        **changes,
    }


def run(api: ScriptedApi, *listed: dict[str, Any], body: dict[str, Any] | None = None, **given: Any) -> tasks.Run:
    """The task, with the log-in and the list in the script; further calls come after them."""
    api._expected[:0] = _log_in_and_list(listed, body or {})
    return tasks.run(TASK, **{**tasks.LOGIN, **given})


def _log_in_and_list(listed: Any, body: dict[str, Any]) -> list[Any]:
    opening = ScriptedApi()
    opening.expect_token()
    opening.expect_lab("monitoring/list", body, {"monitorings": list(listed)})
    return opening._expected


def findings_of(done: tasks.Run) -> list[str]:
    return [finding["id"] for subject in done.result["verdict"]["subjects"] for finding in subject["findings"]]


def ids(done: tasks.Run) -> list[int]:
    return [each["id"] for each in done.result["monitorings"]]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_one_call_lists_everything_and_changes_nothing(api: ScriptedApi) -> None:
    done = run(api, monitoring(1), monitoring(2))
    assert ids(done) == [1, 2]
    assert done.result["changed"] is False
    assert api.paths == ["/v1/oauth/token", "/v1/speed-analysis/monitoring/list"]


def test_a_monitoring_has_every_key_of_the_contract(api: ScriptedApi) -> None:
    (found,) = run(api, monitoring(1, lastExecution=1542117158294)).result["monitorings"]
    assert {
        key: found[key] for key in ("id", "name", "url", "state", "error_message", "enabled", "frequency", "lang")
    } == {
        "id": 1,
        "name": "Page 1",
        "url": "https://shop.example/1",
        "state": "OK",
        "error_message": "",
        "enabled": True,
        "frequency": 60,
        "lang": "fr",
    }
    assert found["config"] == {"location": "Paris", "is_mobile": False}
    assert found["last_execution"] == "2018-11-13T13:52:38Z"
    assert found["age_seconds"] > 200_000_000
    assert found["stale"] is True
    assert not {"last_report", "reports", "statistics"} & set(found)


def test_what_the_api_leaves_out_is_there_as_nothing(api: ScriptedApi) -> None:
    (found,) = run(api, {"id": 1}).result["monitorings"]
    assert found == {
        "id": 1,
        "name": "",
        "url": None,
        "state": None,
        "error_message": "",
        "enabled": True,
        "frequency": None,
        "lang": None,
        "config": {},
        "last_execution": None,
        "age_seconds": None,
        "stale": found["stale"],
    }
    assert found["stale"] in (None, True)


def test_fields_that_the_api_adds_later_are_kept(api: ScriptedApi) -> None:
    (found,) = run(api, monitoring(1, slowestPage={"loadTime": 5})).result["monitorings"]
    assert found["slowest_page"] == {"load_time": 5}


def test_html_entities_in_names_are_decoded(api: ScriptedApi) -> None:
    (found,) = run(api, monitoring(1, name="Caf&eacute; &amp; Th&#233;")).result["monitorings"]
    assert found["name"] == "Café & Thé"


@pytest.mark.parametrize("value", [None, 0, "", " ", "0", 0.0])
def test_without_a_last_run_a_monitoring_never_ran(api: ScriptedApi, value: Any) -> None:
    done = run(api, monitoring(1, lastExecution=value))
    (found,) = done.result["monitorings"]
    assert (found["last_execution"], found["age_seconds"]) == (None, None)
    assert findings_of(done) == ["never_ran"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("soon", '"soon"'),
        (True, "true"),
        (False, "false"),
        (-1e300, "-1e+300"),
        (-5, "-5"),
        ("-5", '"-5"'),
        ([1], "a list"),
        ([], "a list"),
        ({}, "an object"),
        ("2026-13-45", '"2026-13-45"'),
        ("x" * 100, "a long text"),
    ],
)
def test_a_last_run_that_is_no_date_is_not_called_none(api: ScriptedApi, value: Any, shown: str) -> None:
    done = run(api, monitoring(1, lastExecution=value))
    (found,) = done.result["monitorings"]
    assert (found["last_execution"], found["stale"]) == (None, None)
    assert found["last_execution_unreadable"] == value
    assert findings_of(done) == ["staleness_unknown"]
    (finding,) = done.result["verdict"]["subjects"][0]["findings"]
    assert finding["actual"] == value
    assert f"its last run is given as {shown}" in finding["message"]


@pytest.mark.parametrize(
    "value",
    [
        1542117158294,
        1542117158294.0,
        "1542117158294",
        " 1542117158294 ",
        "2018-11-13T13:52:38.294Z",
        "2018-11-13T15:52:38+02:00",
        "2018-11-13T14:52:38+0100",
    ],
)
def test_a_last_run_is_read_in_every_form_that_the_api_uses(api: ScriptedApi, value: Any) -> None:
    (found,) = run(api, monitoring(1, lastExecution=value)).result["monitorings"]
    assert (found["last_execution"], found["stale"]) == ("2018-11-13T13:52:38Z", True)
    assert "last_execution_unreadable" not in found


@pytest.mark.parametrize(
    ("value", "enabled"), [("false", False), ("0", False), (0, False), ("true", True), (None, True)]
)
def test_enabled_is_understood_as_text_too(api: ScriptedApi, value: Any, enabled: bool) -> None:
    (found,) = run(api, monitoring(1, enabled=value)).result["monitorings"]
    assert found["enabled"] is enabled


def test_a_frequency_in_quotes_is_a_number_and_another_text_is_told(api: ScriptedApi) -> None:
    done = run(api, monitoring(1, frequency="60"), monitoring(2, frequency="hourly"), monitoring(3, frequency=None))
    assert [each["frequency"] for each in done.result["monitorings"]] == [60, "hourly", None]
    assert [each["stale"] for each in done.result["monitorings"]] == [False, None, None]
    messages = [each["findings"][0]["message"] for each in done.result["verdict"]["subjects"] if each["findings"]]
    assert 'its frequency is given as "hourly", which is no number of minutes' in messages[0]
    assert "how often it should run is unknown" in messages[1]


@pytest.mark.parametrize(
    ("minutes", "factor", "stale"), [(30, 2.0, False), (90, 2.0, False), (300, 2.0, True), (90, 1.0, True)]
)
def test_stale_is_what_is_older_than_so_many_times_the_frequency(
    api: ScriptedApi, minutes: int, factor: float, stale: bool
) -> None:
    done = run(api, monitoring(1, lastExecution=MINUTES_AGO[minutes]), stale_factor=factor)
    assert done.result["monitorings"][0]["stale"] is stale
    assert done.result["verdict"]["status"] == ("fail" if stale else "pass")


# --- selection --------------------------------------------------------------------------------------------------------


def test_name_and_url_are_the_filters_of_the_api(api: ScriptedApi) -> None:
    assert ids(run(api, monitoring(3), body={"name": "Shop", "url": "/cart"}, name="Shop", url="/cart")) == [3]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"monitoring_id": [2, 3]}, [2, 3]),
        ({"state": ["ok"]}, [1, 3]),
        ({"state": [" KO "]}, [2]),
        ({"state": ["KO", "ok"]}, [1, 2, 3]),
        ({"enabled": True}, [1, 2]),
        ({"enabled": False}, [3]),
        ({"enabled": True, "state": ["ok"], "monitoring_id": [1, 2, 3]}, [1]),
        ({"state": []}, []),
        ({"monitoring_id": []}, []),
    ],
)
def test_the_other_filters_are_the_tasks_own(api: ScriptedApi, given: dict[str, Any], expected: list[int]) -> None:
    listed = [monitoring(1), monitoring(2, state="ko"), monitoring(3, enabled=False, state="ok")]
    assert ids(run(api, *listed, **given)) == expected


def test_an_id_that_is_not_there_is_a_warning(api: ScriptedApi) -> None:
    done = run(api, monitoring(1), monitoring_id=[1, 9, 7])
    assert ids(done) == [1]
    assert "7, 9" in done.warnings[0]


def test_an_empty_selection_is_never_a_pass(api: ScriptedApi) -> None:
    done = run(api, monitoring(1), name=None, state=["nothing like it"])
    assert done.result["verdict"]["status"] == "unknown"
    assert done.result["summary"] == {"total": 0, "enabled": 0, "stale": 0, "by_state": {}}


def test_the_summary_counts_what_was_selected(api: ScriptedApi) -> None:
    listed = [
        monitoring(1),
        monitoring(2, state="KO", lastExecution=MINUTES_AGO[300]),
        monitoring(3, enabled=False, lastExecution=MINUTES_AGO[300]),
        monitoring(4, state=None),
    ]
    assert run(api, *listed).result["summary"] == {
        "total": 4,
        "enabled": 3,
        "stale": 1,
        "by_state": {"KO": 1, "OK": 2, "unknown": 1},
    }


# --- details ----------------------------------------------------------------------------------------------------------

REPORT = {
    "date": 1542117158294,
    "publicReportUrl": "https://www.dareboost.com/en/report/d_5b/",
    "summary": {"score": 91, "loadTime": 1800, "requestsCount": 60, "weight": 900000},
    "timings": {"largestContentfulPaint": 2100},
    "config": {"basicAuth": {"user": "CANARY-user", "password": "CANARY-password"}},
}


def test_the_last_report_of_each_selected_monitoring_is_one_call(api: ScriptedApi) -> None:
    api.ordered = False
    for number in (1, 3):
        body = {"monitoringId": number, "metricsOnly": True}
        api.expect_lab("monitoring/last-report", body, {"report": REPORT, "missing": ["RULES"]})
    done = run(api, monitoring(1), monitoring(2, state="KO"), monitoring(3), include=["last_report"], state=["OK"])
    for found in done.result["monitorings"]:
        report = found["last_report"]
        assert (report["id"], report["date"], report["failed"]) == ("d_5b", "2018-11-13T13:52:38Z", False)
        assert report["missing"] == ["RULES"]
        assert report["metrics"]["largest_contentful_paint"] == 2100
        assert report["metrics"]["first_byte"] is None
        assert report["public_report_url"] == REPORT["publicReportUrl"]
    assert "CANARY" not in str(done.result)


@pytest.mark.parametrize("nothing", [None, {}, {"report": None}])
def test_no_report_yet_is_none(api: ScriptedApi, nothing: Any) -> None:
    api.expect_lab("monitoring/last-report", {"monitoringId": 1, "metricsOnly": True}, reply(payload(nothing)))
    (found,) = run(api, monitoring(1), include=["last_report"]).result["monitorings"]
    assert found["last_report"] is None


def test_reports_and_statistics_are_one_call_for_both(api: ScriptedApi) -> None:
    rows = [
        {"id": "r1", "date": 1542117158294, "score": 90, "loadTime": 1500, "requests": 12, "weight": 5},
        {"reportId": "r2", "date": 1542117158294, "summary": {"score": 80, "loadTime": 1600}},
        {"date": 1542117158294, "score": -1},
    ]
    answer = {"monitoringData": rows, "statistics": {"averageScore": 85.5, "averageTimings": {"firstByte": 100.5}}}
    api.expect_lab("monitoring/reports", {"monitoringId": 1}, answer)
    (found,) = run(api, monitoring(1), include=["reports", "statistics"]).result["monitorings"]
    assert [(each["id"], each["failed"]) for each in found["reports"]] == [("r1", False), ("r2", False), (None, True)]
    assert [each["metrics"]["score"] for each in found["reports"]] == [90, 80, None]
    assert (found["statistics"]["runs"], found["statistics"]["failed_runs"]) == (3, 1)
    assert found["statistics"]["averages"]["score"] == 85.5
    assert found["statistics"]["averages"]["first_byte"] == 100.5
    numbers = {"samples": 2, "mean": 85, "p50": 85, "p75": 87.5, "p90": 89, "min": 80, "max": 90}
    assert found["statistics"]["computed"]["score"] == numbers
    assert found["statistics"]["computed"]["weight"]["samples"] == 1


def test_only_what_was_asked_for_is_in_the_result(api: ScriptedApi) -> None:
    api.expect_lab("monitoring/reports", {"monitoringId": 1}, {"monitoringData": []})
    (found,) = run(api, monitoring(1), include=["statistics"]).result["monitorings"]
    assert "reports" not in found
    assert found["statistics"]["runs"] == 0


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"last_days": 7}, {"lastDays": 7, "limit": 0}),
        ({"last_days": 7, "limit": 5}, {"lastDays": 7, "limit": 5}),
        ({"limit": 0}, {"limit": 0}),
        ({"date_from": "2026-01-02T03:04:05+02:00"}, {"dateFrom": "2026-01-02T01:04:05.000Z", "limit": 0}),
        ({"date_to": "2026-01-02"}, {"dateTo": "2026-01-02T00:00:00.000Z"}),
        (
            {"date_from": date(2026, 1, 2), "date_to": datetime(2026, 1, 3, 4, 5, 6, 789000)},
            {"dateFrom": "2026-01-02T00:00:00.000Z", "dateTo": "2026-01-03T04:05:06.789Z", "limit": 0},
        ),
    ],
)
def test_the_period_is_sent_in_utc_with_milliseconds_and_meant_as_a_whole(
    api: ScriptedApi, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    api.expect_lab("monitoring/reports", {"monitoringId": 1, **sent}, {"monitoringData": []})
    run(api, monitoring(1), include=["reports"], **given)


def test_what_the_api_refuses_of_one_monitoring_hides_no_other(api: ScriptedApi) -> None:
    api.ordered = False
    api.expect_lab("monitoring/last-report", {"monitoringId": 5, "metricsOnly": True}, reply({}, 404))
    api.expect_lab("monitoring/last-report", {"monitoringId": 6, "metricsOnly": True}, {"report": REPORT})
    api.expect_lab("monitoring/last-report", {"monitoringId": 7, "metricsOnly": True}, None)
    done = run(api, monitoring(5), monitoring(6), monitoring(7), include=["last_report"])
    refused, read, new = done.result["monitorings"]
    assert "last_report" not in refused  # null is what a monitoring without a report has
    assert read["last_report"]["id"] == "d_5b"
    assert new["last_report"] is None
    (warning,) = done.warnings
    assert "the last report of monitoring 5" in warning


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        *((reply({}, status), "api_error") for status in (400, 402, 405, 409, 410, 422, 451)),
        (reply({}, 403), "access_denied"),
        (reply({}, 404), "not_found"),
        (reply({}, 429), "rate_limited"),
        *((reply({}, status), "service_unavailable") for status in (500, 502, 503, 504)),
        (text_reply("<html>", 200), "answer_not_json"),
        (text_reply("<html>", 403), "access_denied"),
        (reply([]), "answer_wrong_shape"),
        (reply({"success": True, "payload": {"report": [1]}}), "answer_wrong_shape"),
        (reply({}, 302, Location="https://elsewhere.example/"), "redirect_refused"),
        (requests.ConnectionError("reset"), "connection_failed"),
        (requests.ReadTimeout("late"), "timed_out"),
    ],
)
def test_no_kind_of_trouble_with_one_monitoring_hides_the_others(
    api: ScriptedApi, answer: Reply | Exception, code: str
) -> None:
    api.ordered = False
    api.expect_lab("monitoring/last-report", {"monitoringId": 5, "metricsOnly": True}, {"report": REPORT})
    api.expect_lab("monitoring/last-report", {"monitoringId": 6, "metricsOnly": True}, answer)
    done = run(api, monitoring(5), monitoring(6), include=["last_report"], retry_timeout=0)
    read, unread = done.result["monitorings"]
    assert read["last_report"]["id"] == "d_5b"
    assert "last_report" not in unread
    (told,) = done.result["unread"]
    assert (told["id"], told["part"], told["code"]) == (6, "last_report", code)
    assert (done.result["verdict"]["partial"], done.result["verdict"]["status"]) == (True, "unknown")
    assert done.result["verdict"]["missing"] == ["last_report of monitoring 6"]
    (warning,) = done.warnings
    assert told["reason"] in warning


def test_a_token_that_is_refused_for_one_monitoring_still_serves_the_others(api: ScriptedApi) -> None:
    api.expect_lab("monitoring/last-report", {"monitoringId": 5, "metricsOnly": True}, reply({}, 401))
    api.expect_token(access_token="another-token-of-the-pair")
    last = {"monitoringId": 6, "metricsOnly": True}
    api.expect_lab("monitoring/last-report", last, {"report": REPORT}, bearer="another-token-of-the-pair")
    done = run(api, monitoring(5), monitoring(6), include=["last_report"], concurrency=1)
    assert [each["code"] for each in done.result["unread"]] == ["token_refused"]
    assert done.result["monitorings"][1]["last_report"]["id"] == "d_5b"


def test_of_a_service_that_is_down_not_every_monitoring_is_asked(api: ScriptedApi) -> None:
    for number in range(1, 9):
        body = {"monitoringId": number, "metricsOnly": True}
        api.expect_lab("monitoring/last-report", body, requests.ConnectionError("reset"))
    listed = [monitoring(number) for number in range(1, 40)]
    failed = run(api, *listed, include=["last_report"], retry_timeout=0, concurrency=1).failure
    assert failed["code"] == "connection_failed"


def test_many_monitorings_in_trouble_of_their_own_hide_no_other(api: ScriptedApi) -> None:
    for number in range(1, 20):
        api.expect_lab("monitoring/last-report", {"monitoringId": number, "metricsOnly": True}, reply({}, 500))
    api.expect_lab("monitoring/last-report", {"monitoringId": 20, "metricsOnly": True}, {"report": REPORT})
    listed = [monitoring(number) for number in range(1, 21)]
    done = run(api, *listed, include=["last_report"], retry_timeout=0, concurrency=1)
    assert len(done.result["unread"]) == 19
    assert done.result["monitorings"][-1]["last_report"]["id"] == "d_5b"


def test_a_list_that_may_not_be_read_fails_the_task(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, reply({}, 403))
    failed = tasks.run(TASK, **tasks.LOGIN).failure
    assert failed["code"] == "access_denied"
    assert "may not read" in failed["msg"]


def test_where_nothing_that_was_asked_for_is_given_the_task_fails_with_the_monitoring_named(api: ScriptedApi) -> None:
    api.expect_lab("monitoring/last-report", {"monitoringId": 5, "metricsOnly": True}, reply({}, 404))
    failed = run(api, monitoring(5), include=["last_report"]).failure
    assert failed["code"] == "not_found"
    assert "the last report of monitoring 5" in failed["msg"]


def test_metrics_of_the_verdict_are_the_means_where_only_statistics_were_read(api: ScriptedApi) -> None:
    api.expect_lab("monitoring/reports", {"monitoringId": 1}, {"monitoringData": [{"score": 80}, {"score": -1}]})
    (subject,) = run(api, monitoring(1), include=["statistics"]).result["verdict"]["subjects"]
    assert subject["details"]["metrics"]["score"] == 80


# --- what was declared ------------------------------------------------------------------------------------------------


def findings(done: tasks.Run) -> dict[str, list[str]]:
    return {each["name"]: [found["id"] for found in each["findings"]] for each in done.result["verdict"]["subjects"]}


def test_without_a_declared_list_there_is_no_coverage(api: ScriptedApi) -> None:
    done = run(api, monitoring(1))
    assert "coverage" not in done.result
    assert "drift" not in done.result["verdict"]["subjects"][0]["details"]


def test_a_declared_list_is_compared_with_all_monitorings_in_one_call(api: ScriptedApi) -> None:
    expected = [
        {"name": "Page 1", "frequency": 60, "config": {"location": "Paris", "isMobile": False}},
        {"url": "https://shop.example/2", "frequency": 30, "config": {"mobile": True}},
        {"url": "https://shop.example/none"},
    ]
    done = run(api, monitoring(1), monitoring(2), expected=expected)
    assert findings(done) == {
        "https://shop.example/none": ["not_monitored"],
        "Page 2": ["config_drift", "config_drift"],
        "Page 1": [],
    }
    assert done.result["coverage"] == {
        "declared": 3,
        "monitored": 2,
        "disabled": [],
        "not_monitored": [{"name": None, "url": "https://shop.example/none"}],
    }
    assert done.result["verdict"]["summary"] == {"total": 3, "pass": 1, "warn": 1, "fail": 1, "unknown": 0}
    assert ids(done) == [1, 2]


@pytest.mark.parametrize("declared", ["http2_disabled", "hhtp2_disabled", "http2Disabled", "hhtp2Disabled"])
@pytest.mark.parametrize("given", ["http2Disabled", "hhtp2Disabled"])
def test_every_spelling_of_a_field_is_the_same_field(api: ScriptedApi, declared: str, given: str) -> None:
    listed = monitoring(1, config={given: True})
    assert findings(run(api, listed, expected=[{"name": "Page 1", "config": {declared: True}}])) == {"Page 1": []}


def test_names_are_compared_with_their_entities_decoded(api: ScriptedApi) -> None:
    done = run(api, monitoring(1, name="Caf&eacute;"), expected=[{"name": "Café"}])
    assert done.result["coverage"]["monitored"] == 1


def test_an_empty_declared_list_declares_nothing(api: ScriptedApi) -> None:
    done = run(api, monitoring(1), expected=[])
    assert done.result["coverage"] == {"declared": 0, "monitored": 0, "disabled": [], "not_monitored": []}
    assert done.result["verdict"]["status"] == "pass"


def test_coverage_stays_beside_a_query_which_sees_the_drift(api: ScriptedApi) -> None:
    query = "verdict.subjects[].details.drift[].field"
    found = run(api, monitoring(1), expected=[{"name": "Page 1", "lang": "en"}], query=query).result
    assert found["query_result"] == ["lang"]
    assert found["coverage"]["monitored"] == 1
    assert "verdict" not in found


@pytest.mark.parametrize("redact", [True, False])
def test_what_a_site_keeps_secret_is_in_no_finding(api: ScriptedApi, redact: bool) -> None:
    config = {"proxy": {"apiKey": "CANARY", "host": "p"}, "location": "https://user:CANARY@proxy.example/"}
    expected = [{"name": "Page 1", "config": {"proxy": ["p"], "location": "Paris"}}]
    done = run(api, monitoring(1, config=config), expected=expected, redact=redact)
    assert findings(done) == {"Page 1": ["config_drift", "config_drift"]}
    assert "CANARY" not in str(done.result["verdict"])
    assert ("CANARY" in str(done.result)) is not redact


def test_yaml_may_hold_what_json_does_not(api: ScriptedApi) -> None:
    done = run(api, monitoring(1), expected=[{"name": "Page 1", "config": {1: date(2026, 1, 2)}}])
    assert done.result["verdict"]["subjects"][0]["details"]["drift"] == [
        {"field": "config.1", "expected": "2026-01-02", "actual": None}
    ]


# --- redaction and query ----------------------------------------------------------------------------------------------

SECRETIVE = {"basicAuth": {"user": "CANARY", "password": "CANARY"}, "header": [{"key": "X", "value": "CANARY"}]}


def test_secrets_of_a_site_are_redacted_unless_they_are_asked_for(api: ScriptedApi) -> None:
    assert "CANARY" not in str(run(api, monitoring(1, config=SECRETIVE)).result)
    other = tasks.run
    api.expect_lab("monitoring/list", {}, {"monitorings": [monitoring(1, config=SECRETIVE)]})
    shown = other(TASK, **tasks.LOGIN, redact=False).result
    assert shown["monitorings"][0]["config"]["basic_auth"]["password"] == "CANARY"


@pytest.mark.parametrize("redact", [True, False])
def test_the_task_knows_whether_its_result_may_hold_secrets(redact: bool) -> None:
    assert TASK.may_return_secrets({"redact": redact}) is not redact


def test_the_verdict_never_holds_the_secrets_of_a_site(api: ScriptedApi) -> None:
    assert "CANARY" not in str(run(api, monitoring(1, config=SECRETIVE), redact=False).result["verdict"])


def test_a_query_sees_the_redacted_result_and_replaces_its_long_parts(api: ScriptedApi) -> None:
    listed = [monitoring(1, config=SECRETIVE), monitoring(2, name="Caf&eacute;")]
    query = "{names: monitorings[].name, total: summary.total, password: monitorings[0].config.basic_auth.password}"
    found = run(api, *listed, query=query).result
    assert found["query_result"] == {"names": ["Page 1", "Café"], "total": 2, "password": "VALUE_REDACTED"}
    assert set(found) == {"query_result", "summary", "changed"}


# --- a ready token, check mode ----------------------------------------------------------------------------------------


def test_a_ready_token_needs_no_log_in(api: ScriptedApi) -> None:
    api.expect_lab("monitoring/list", {}, {"monitorings": []}, bearer="a-ready-token")
    done = tasks.run(TASK, access_token="a-ready-token", endpoint=samples.ENDPOINT)
    assert done.result["monitorings"] == []
    assert "a-ready-token" in done.execution.secrets


def test_check_mode_is_a_full_run(api: ScriptedApi) -> None:
    assert ids(run(api, monitoring(1), check_mode=True)) == [1]


# --- wrong input: no request is made ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"date_from": "yesterday"}, "date_from"),
        ({"date_to": "2026-13-01"}, "date_to"),
        ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, "date_to lies before date_from"),
        ({"last_days": 7, "date_from": "2026-02-01"}, "last_days"),
        ({"last_days": 0}, "last_days"),
        ({"limit": -1}, "limit"),
        ({"stale_factor": 0}, "stale_factor"),
        ({"stale_factor": float("nan")}, "stale_factor"),
        ({"query": "monitorings[?"}, "query is not a JMESPath expression"),
        ({"expected": [{"frequency": 60}]}, "expected, entry 1: neither name nor url"),
        ({"expected": [{"name": "x"}, {"name": " ", "url": ""}]}, "expected, entry 2: neither name nor url"),
        ({"expected": [{"name": "A&amp;B"}, {"name": "A&B"}]}, "expected, entry 1: A&B is declared more than once"),
        ({"expected": [{"name": "x"}], "name": "y"}, "expected goes without name"),
        ({"expected": [], "state": ["OK"], "enabled": True}, "expected goes without state and enabled"),
        ({"expected": [{"name": "x"}], "monitoring_id": [1]}, "expected goes without monitoring_id"),
    ],
)
def test_wrong_input_fails_before_any_request(api: ScriptedApi, given: dict[str, Any], words: str) -> None:
    failed = tasks.run(TASK, **tasks.LOGIN, **given).failure
    assert failed["code"] == "bad_input"
    assert words in failed["msg"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"config": {"basic_auth": {"user": "CANARY", "password": "CANARY"}}}, "config.basic_auth"),
        ({"config": {"basicAuth": None}}, "config.basic_auth"),
        ({"config": {"header": [{"key": "X", "value": "CANARY"}]}}, "config.header"),
        ({"config": {"cookies": []}}, "config.cookies"),
        ({"config": {"postData": "CANARY"}}, "config.post_data"),
        ({"config": {"proxy": {"apiKey": "CANARY"}}}, "config.proxy.api_key"),
        ({"config": {"proxies": [{"password": "CANARY"}]}}, "config.proxies.password"),
        ({"config": {"proxy": "https://user:CANARY@proxy.example/"}}, "config.proxy"),
        ({"url": "https://user:CANARY@shop.example/"}, "url"),
    ],
)
def test_declared_secrets_are_refused_before_any_request(api: ScriptedApi, entry: dict[str, Any], field: str) -> None:
    done = tasks.run(TASK, **tasks.LOGIN, expected=[{"name": "Page 1", **entry}])
    assert done.failure["code"] == "bad_input"
    assert f"expected, entry 1: {field} holds what a site keeps secret" in done.failure["msg"]
    assert "CANARY" not in str(done.failure)
    # Ansible shows the options beside a failure: there they are to be masked.
    assert any("CANARY" in secret for secret in done.execution.secrets) is ("CANARY" in str(entry))
