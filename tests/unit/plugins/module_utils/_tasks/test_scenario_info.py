# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_scenario_info: which calls are made, how runs are graded, and what the API may leave out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.scenario_info import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

T1, T2, T3 = 1542117158294, 1542120758294, 1542124358294
D1, D2, D3 = "2018-11-13T13:52:38Z", "2018-11-13T14:52:38Z", "2018-11-13T15:52:38Z"
REFUSED = {"success": False, "errorMessage": "There is no such report.", "errorCode": "NO_REPORT"}


def scenario(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "name": f"Journey {number}", **changes}


def a_run(date: Any, fail: int = 0) -> dict[str, Any]:
    return {"date": date, "summary": {"fail": fail, "browserError": 5}}


def expect_list(api: ScriptedApi, *listed: dict[str, Any], body: dict[str, Any] | None = None) -> None:
    api.expect_token()
    api.expect_lab("scenario/list", body or {}, {"scenarios": list(listed)})


def expect_runs(api: ScriptedApi, number: int, runs: list[Any], failed: list[Any] | None = None, **period: Any) -> None:
    """The runs, then the failed ones of them, for which is asked only where there are runs."""
    for rows, more in ((runs, {}), (failed or [], {"error": True})):
        if runs:
            answer = {"scenario": {"id": number, "reports": rows}} if rows else {}
            api.expect_lab("scenario/reports", {"scenarioId": number, **period, **more}, answer)
    if not runs:
        api.expect_lab("scenario/reports", {"scenarioId": number, **period}, {})


def expect_report(api: ScriptedApi, number: int, date: int, report: Any) -> None:
    gives = report if report is None or not isinstance(report, dict) else {"scenarioReport": report}
    api.expect_lab("scenario/report", {"scenarioId": number, "date": date}, gives)


def run(**given: Any) -> tasks.Run:
    return tasks.run(TASK, **{**tasks.LOGIN, **given})


def ids(done: tasks.Run) -> list[int]:
    return [each["id"] for each in done.result["scenarios"]]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_one_call_lists_everything_and_says_nothing_of_runs(api: ScriptedApi) -> None:
    expect_list(api, scenario(1, name="Caf&eacute; &amp; more"), scenario(2, ownerTeam={"teamName": "web"}))
    done = run()
    assert done.result == {
        "scenarios": [
            {"id": 1, "name": "Café & more"},
            {"id": 2, "name": "Journey 2", "owner_team": {"team_name": "web"}},
        ],
        "summary": {"total": 2},
        "changed": False,
    }


def test_name_is_the_filter_of_the_api_and_ids_are_the_tasks_own(api: ScriptedApi) -> None:
    expect_list(api, scenario(1), scenario(2), scenario(3), body={"name": "Buy"})
    done = run(name="Buy", scenario_id=[3, 1, 9, 7])
    assert ids(done) == [1, 3]
    assert "No scenario has the id 7, 9" in done.warnings[0]


def test_no_id_is_no_scenario(api: ScriptedApi) -> None:
    expect_list(api, scenario(1))
    assert ids(run(scenario_id=[])) == []


# --- runs and their grades --------------------------------------------------------------------------------------------


def test_runs_are_graded_and_the_newest_comes_first(api: ScriptedApi) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T1), a_run(T3, fail=2), a_run(T2)], failed=[a_run(T1)])
    done = run(include=["reports"])
    (found,) = done.result["scenarios"]
    assert [(each["date"], each["status"]) for each in found["reports"]] == [
        (D3, "check_failed"),
        (D2, "ok"),
        (D1, "failed"),
    ]
    assert found["reports"][0]["summary"] == {"fail": 2, "browser_error": 5}
    assert (found["status"], found["last_run"]) == ("check_failed", D3)
    assert done.result["summary"] == {
        "total": 1,
        "by_status": {"check_failed": 1},
        "runs": {"total": 3, "ok": 1, "check_failed": 1, "failed": 1, "unknown": 0},
    }
    assert not {"last_report", "steps"} & set(found)


def test_a_scenario_without_runs_is_unknown_and_one_call(api: ScriptedApi) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [])
    done = run(include=["reports", "last_report", "steps"])
    (found,) = done.result["scenarios"]
    assert found == {
        "id": 1,
        "name": "Journey 1",
        "status": "unknown",
        "last_run": None,
        "reports": [],
        "last_report": None,
        "steps": [],
    }
    assert done.result["summary"]["by_status"] == {"unknown": 1}


@pytest.mark.parametrize("row", [{"date": T1}, {"date": T1, "summary": None}, {"date": T1, "summary": {"sum": {}}}])
def test_a_run_that_counts_nothing_is_unknown_and_never_good(api: ScriptedApi, row: dict[str, Any]) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [row])
    (found,) = run(include=["reports"]).result["scenarios"]
    assert found["status"] == "unknown"


@pytest.mark.parametrize("date", [None, "soon", [1], True, 10**30])
def test_a_run_without_a_date_is_unknown_and_comes_last(api: ScriptedApi, date: Any) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(date), a_run(T1)], failed=[a_run(date)])
    (found,) = run(include=["reports"]).result["scenarios"]
    assert [(each["date"], each["status"]) for each in found["reports"]] == [(D1, "ok"), (None, "unknown")]
    assert (found["status"], found["last_run"]) == ("ok", D1)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"last_days": 7}, {"lastDays": 7, "limit": 0}),
        ({"last_days": 7, "limit": 9}, {"lastDays": 7, "limit": 9}),
        ({"date_from": "2026-01-02T03:04:05+02:00"}, {"dateFrom": "2026-01-02T01:04:05.000Z", "limit": 0}),
    ],
)
def test_both_calls_for_runs_have_the_same_period(api: ScriptedApi, given: dict[str, Any], sent: Any) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T1)], **sent)
    run(include=["reports"], **given)


# --- the report of the newest run -------------------------------------------------------------------------------------

TOTALS = {"loadTime": 4200, "request": 120, "largestContentfulPaint": 6000, "weight": 9}


def report(**changes: Any) -> dict[str, Any]:
    return {"scenarioId": 1, "name": "Journey 1", "date": T2, "summary": {"fail": 0, "sum": TOTALS}, **changes}


def test_the_last_report_is_that_of_the_newest_run(api: ScriptedApi) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T1), a_run(T2)])
    expect_report(api, 1, T2, report(viewOnTheWeb="https://x.example/"))
    (found,) = run(include=["last_report"]).result["scenarios"]
    last = found["last_report"]
    assert (last["date"], last["status"], last["view_on_the_web"]) == (D2, "ok", "https://x.example/")
    assert (last["metrics"]["load_time"], last["metrics"]["requests"], last["metrics"]["score"]) == (4200, 120, None)
    assert "reports" not in found


def test_totals_of_a_run_that_failed_are_no_metrics(api: ScriptedApi) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T2)], failed=[a_run(T2)])
    expect_report(api, 1, T2, report())
    (found,) = run(include=["last_report"]).result["scenarios"]
    assert found["last_report"]["status"] == "failed"
    assert set(found["last_report"]["metrics"].values()) == {None}


@pytest.mark.parametrize("nothing", [None, {"scenarioReport": None}, {}])
def test_a_run_without_a_report_has_none(api: ScriptedApi, nothing: Any) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T2)])
    answer = reply({"success": True, "payload": nothing})
    api.expect_lab("scenario/report", {"scenarioId": 1, "date": T2}, answer)
    done = run(include=["last_report", "steps"])
    (found,) = done.result["scenarios"]
    assert (found["last_report"], found["steps"], done.warnings) == (None, [], [])


def test_a_report_that_the_api_refuses_is_a_warning_and_hides_no_other(api: ScriptedApi) -> None:
    expect_list(api, scenario(1), scenario(2))
    api.ordered = False
    for number in (1, 2):
        expect_runs(api, number, [a_run(T2)])
    expect_report(api, 1, T2, reply(REFUSED, 404))
    expect_report(api, 2, T2, report())
    done = run(include=["last_report"])
    assert [each["last_report"] is None for each in done.result["scenarios"]] == [True, False]
    (warning,) = done.warnings
    assert "the report of scenario 1" in warning


@pytest.mark.parametrize("status", [403, 404, 409, 500, 503])
def test_runs_that_cannot_be_read_hide_no_other_scenario(api: ScriptedApi, status: int) -> None:
    expect_list(api, scenario(1), scenario(2))
    api.ordered = False
    api.expect_lab("scenario/reports", {"scenarioId": 1}, reply(REFUSED, status))
    expect_runs(api, 2, [a_run(T2)])
    expect_report(api, 2, T2, report())
    done = run(include=["last_report"], retry_timeout=0, concurrency=1)
    lost, read = done.result["scenarios"]
    assert (lost["status"], lost["last_run"], lost["last_report"]) == ("unknown", None, None)
    assert (read["status"], read["last_report"] is None) == ("ok", False)
    assert [(each["id"], each["part"]) for each in done.result["unread"]] == [(1, "reports")]
    (warning,) = done.warnings
    assert done.result["unread"][0]["reason"] in warning


def test_where_no_scenario_can_be_read_the_task_fails(api: ScriptedApi) -> None:
    expect_list(api, scenario(1), scenario(2))
    api.ordered = False
    for number in (1, 2):
        api.expect_lab("scenario/reports", {"scenarioId": number}, reply(REFUSED, 403))
    assert run(include=["last_report"]).failure["code"] == "access_denied"


# --- its steps --------------------------------------------------------------------------------------------------------

STEP_REPORT = {
    "date": T2,
    "publicReportUrl": "https://www.dareboost.com/en/report/d_5b",
    "summary": {"score": 91, "loadTime": 1800},
    "config": {"header": [{"key": "X", "value": "CANARY"}]},
}


def with_steps(api: ScriptedApi, steps: Any) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T2)])
    expect_report(api, 1, T2, report(steps=steps))


def test_each_step_has_the_report_of_its_page(api: ScriptedApi) -> None:
    api.ordered = False
    with_steps(api, [{"id": "a", "name": "Home &amp; start", "loadTime": 5}, {"id": "b", "name": "Cart"}])
    api.expect_lab("scenario/step/report", {"stepId": "a"}, {"report": STEP_REPORT, "missing": ["RULES"]})
    api.expect_lab("scenario/step/report", {"stepId": "b"}, None)
    (found,) = run(include=["steps"]).result["scenarios"]
    first, second = found["steps"]
    assert (first["id"], first["name"], first["load_time"]) == ("a", "Home & start", 5)
    assert (first["report"]["id"], first["report"]["date"], first["report"]["failed"]) == ("d_5b", D2, False)
    assert (first["report"]["metrics"]["score"], first["report"]["missing"]) == (91, ["RULES"])
    assert second == {"id": "b", "name": "Cart", "report": None}
    assert "CANARY" not in str(found)
    assert "last_report" not in found


@pytest.mark.parametrize("key", ["id", "stepId", "stepResultId", "scenarioStepResultId", "resultId"])
@pytest.mark.parametrize("value", ["5b", 5])
def test_the_id_of_a_step_is_found_wherever_it_lies(api: ScriptedApi, key: str, value: Any) -> None:
    with_steps(api, [{key: value}])
    api.expect_lab("scenario/step/report", {"stepId": str(value)}, {"report": STEP_REPORT})
    (found,) = run(include=["steps"]).result["scenarios"]
    assert found["steps"][0]["id"] == str(value)
    assert found["steps"][0]["report"]["metrics"]["score"] == 91


@pytest.mark.parametrize("steps", [None, {}, "two", 2])
def test_steps_of_another_shape_are_none(api: ScriptedApi, steps: Any) -> None:
    with_steps(api, steps)
    (found,) = run(include=["steps"]).result["scenarios"]
    assert found["steps"] == []


def test_a_step_of_another_shape_has_no_report_and_harms_nothing(api: ScriptedApi) -> None:
    with_steps(api, ["Home", None, {"name": "Cart", "id": None}, {"id": {"x": 1}}, {"id": 0}])
    (found,) = run(include=["steps"]).result["scenarios"]
    assert [each["name"] for each in found["steps"]] == ["Home", "", "Cart", "", ""]
    assert {(each["id"], each["report"]) for each in found["steps"]} == {(None, None)}


def test_a_step_that_the_api_refuses_is_a_warning(api: ScriptedApi) -> None:
    api.ordered = False
    with_steps(api, [{"id": "a"}, {"id": "b"}])
    for number in ("a", "b"):
        api.expect_lab("scenario/step/report", {"stepId": number}, reply(REFUSED, 400))
    done = run(include=["steps"])
    assert [each["report"] for each in done.result["scenarios"][0]["steps"]] == [None, None]
    (warning,) = done.warnings
    assert "and 1 more" in warning


# --- redaction, query, check mode -------------------------------------------------------------------------------------


def test_secrets_of_a_site_are_shown_only_if_they_are_asked_for(api: ScriptedApi) -> None:
    with_steps(api, [{"id": "a"}])
    api.expect_lab("scenario/step/report", {"stepId": "a"}, {"report": STEP_REPORT})
    (found,) = run(include=["steps"], redact=False).result["scenarios"]
    assert found["steps"][0]["report"]["config"]["header"][0]["value"] == "CANARY"


@pytest.mark.parametrize("redact", [True, False])
def test_the_task_knows_whether_its_result_may_hold_secrets(redact: bool) -> None:
    assert TASK.may_return_secrets({"redact": redact}) is not redact


def test_a_query_replaces_the_scenarios(api: ScriptedApi) -> None:
    expect_list(api, scenario(1), scenario(2))
    found = run(query="{names: scenarios[].name, total: summary.total}").result
    assert found["query_result"] == {"names": ["Journey 1", "Journey 2"], "total": 2}
    assert set(found) == {"query_result", "summary", "changed"}


def test_check_mode_is_a_full_run(api: ScriptedApi) -> None:
    expect_list(api, scenario(1))
    expect_runs(api, 1, [a_run(T1)])
    assert run(include=["reports"], check_mode=True).result["scenarios"][0]["status"] == "ok"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"date_from": "yesterday"}, "date_from"),
        ({"last_days": 7, "date_to": "2026-02-01"}, "last_days"),
        ({"limit": -1}, "limit"),
        ({"query": "scenarios[?"}, "query is not a JMESPath expression"),
    ],
)
def test_wrong_input_fails_before_any_request(given: dict[str, Any], words: str) -> None:
    failed = run(**given).failure
    assert failed["code"] == "bad_input"
    assert words in failed["msg"]
