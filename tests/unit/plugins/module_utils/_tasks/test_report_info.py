# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_report_info: which reports are read, and what becomes of those that are not there."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.report_info import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

REPORT: dict[str, Any] = {
    "date": 1542117158294,
    "publicReportUrl": "https://www.dareboost.com/en/report/d_5b/",
    "summary": {"score": 91, "loadTime": 1800, "requestsCount": 60, "weight": 900000},
    "timings": {"largestContentfulPaint": 2100},
    "tips": [{"name": "Image weight", "score": 42}],
    "config": {"basicAuth": {"user": "CANARY-user", "password": "CANARY-password"}},
}
UNKNOWN = {"success": False, "errorMessage": "There is no such report.", "errorCode": "NO_REPORT"}


def run(api: ScriptedApi, answers: dict[str, Any], **given: Any) -> tasks.Run:
    """The task for the ids of ``answers``."""
    api.ordered = False
    api.expect_token()
    for number, answer in answers.items():
        api.expect_lab("analysis/report", {"reportId": number}, answer)
    return tasks.run(TASK, **{**tasks.LOGIN, "report_id": list(answers), **given})


# --- what is there ----------------------------------------------------------------------------------------------------


def test_each_report_has_every_key_of_the_contract(api: ScriptedApi) -> None:
    done = run(api, {"abc": {"report": REPORT, "missing": ["RULES"]}})
    (found,) = done.result["reports"]
    assert (found["id"], found["date"], found["failed"]) == ("abc", "2018-11-13T13:52:38Z", False)
    assert (found["metrics"]["largest_contentful_paint"], found["metrics"]["first_byte"]) == (2100, None)
    assert found["missing"] == ["RULES"]
    assert found["tips"] == [{"name": "Image weight", "score": 42}]
    assert done.result["missing_reports"] == []
    assert done.result["summary"] == {"total": 1, "failed": 0, "missing": 0}
    assert (done.result["changed"], done.warnings) == (False, [])


def test_the_reports_come_in_the_order_in_which_they_were_asked_for_each_once(api: ScriptedApi) -> None:
    answers = {number: {"report": {**REPORT, "url": number}} for number in ("c", "a", "b")}
    found = run(api, answers, report_id=["c", "a", " c ", "b", "a"]).result["reports"]
    assert [(each["id"], each["url"]) for each in found] == [("c", "c"), ("a", "a"), ("b", "b")]


def test_fields_that_the_api_adds_later_are_kept(api: ScriptedApi) -> None:
    (found,) = run(api, {"a": {"report": {**REPORT, "carbonFootprint": {"gramsPerView": 1}}}}).result["reports"]
    assert found["carbon_footprint"] == {"grams_per_view": 1}


def test_a_run_that_failed_has_no_metrics_and_is_counted(api: ScriptedApi) -> None:
    done = run(api, {"a": {"report": {"date": 1542117158294}}, "b": {"report": {"summary": {"score": -1}}}})
    assert [each["failed"] for each in done.result["reports"]] == [True, True]
    assert {value for each in done.result["reports"] for value in each["metrics"].values()} == {None}
    assert done.result["summary"] == {"total": 2, "failed": 2, "missing": 0}


def test_wishes_are_passed_on_to_the_api(api: ScriptedApi) -> None:
    api.expect_token()
    body = {"reportId": "a", "metricsOnly": True, "getUniqueIDsForTips": True}
    api.expect_lab("analysis/report", body, {"report": REPORT})
    tasks.run(TASK, **tasks.LOGIN, report_id=["a"], metrics_only=True, tip_ids=True)


def test_no_id_at_all_is_no_report_and_no_request(api: ScriptedApi) -> None:
    done = tasks.run(TASK, **tasks.LOGIN, report_id=[])
    assert done.result["reports"] == []
    assert done.result["summary"] == {"total": 0, "failed": 0, "missing": 0}


# --- what is not there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [reply(UNKNOWN, 404), reply(UNKNOWN, 400), reply(UNKNOWN)])
def test_a_report_that_the_api_does_not_know_does_not_hide_the_others(api: ScriptedApi, answer: Any) -> None:
    done = run(api, {"gone": answer, "a": {"report": REPORT}})
    assert [each["id"] for each in done.result["reports"]] == ["a"]
    (missing,) = done.result["missing_reports"]
    assert missing["id"] == "gone"
    assert "report gone" in missing["reason"]
    assert "There is no such report" in missing["reason"]
    assert done.result["summary"] == {"total": 1, "failed": 0, "missing": 1}
    (warning,) = done.warnings
    assert warning.startswith("1 of 2 reports are missing: ")
    assert "report gone" in warning


@pytest.mark.parametrize("nothing", [None, {}, {"report": None}])
def test_a_report_that_is_not_finished_is_missing_and_says_so(api: ScriptedApi, nothing: Any) -> None:
    done = run(api, {"new": reply({"success": True, "payload": nothing}), "a": {"report": REPORT}})
    assert done.result["missing_reports"] == [{"id": "new", "reason": "The API has no finished report new"}]


def test_the_only_report_not_there_fails_the_task_with_its_reason(api: ScriptedApi) -> None:
    failed = run(api, {"gone": reply(UNKNOWN, 404)}).failure
    assert (failed["code"], failed["status"]) == ("not_found", 404)
    assert "report gone" in failed["msg"]


def test_none_of_several_there_fails_the_task_and_says_how_many(api: ScriptedApi) -> None:
    failed = run(api, {"one": reply(UNKNOWN, 404), "two": None}).failure
    assert failed["code"] == "not_found"
    assert failed["msg"].startswith("None of the 2 reports is there. The API does not find report one")


@pytest.mark.parametrize(
    ("answer", "code"),
    [(reply(UNKNOWN, 403), "access_denied"), (reply(UNKNOWN, 401), "token_refused"), (reply([]), "answer_wrong_shape")],
)
def test_trouble_that_is_not_about_one_report_fails_the_task(api: ScriptedApi, answer: Any, code: str) -> None:
    assert run(api, {"a": answer}).failure["code"] == code


def test_too_many_calls_are_not_a_missing_report(api: ScriptedApi) -> None:
    failed = run(api, {"a": reply(UNKNOWN, 429)}, retry_timeout=0).failure
    assert (failed["code"], failed["retryable"]) == ("rate_limited", True)


@pytest.mark.parametrize("ids", [[""], ["a", " "]])
def test_an_empty_id_fails_before_any_request(ids: list[str]) -> None:
    failed = tasks.run(TASK, **tasks.LOGIN, report_id=ids).failure
    assert failed["code"] == "bad_input"
    assert "report_id" in failed["msg"]


# --- redaction and query ----------------------------------------------------------------------------------------------


def test_secrets_of_a_site_are_redacted_unless_they_are_asked_for(api: ScriptedApi) -> None:
    assert "CANARY" not in str(run(api, {"a": {"report": REPORT}}).result)
    api.expect_lab("analysis/report", {"reportId": "a"}, {"report": REPORT})
    shown = tasks.run(TASK, **tasks.LOGIN, report_id=["a"], redact=False).result
    assert shown["reports"][0]["config"]["basic_auth"]["password"] == "CANARY-password"


@pytest.mark.parametrize("redact", [True, False])
def test_the_task_knows_whether_its_result_may_hold_secrets(redact: bool) -> None:
    assert TASK.may_return_secrets({"redact": redact}) is not redact


def test_a_query_replaces_the_reports_and_leaves_what_is_missing(api: ScriptedApi) -> None:
    query = "reports[].{score: metrics.score, user: config.basic_auth.user}"
    found = run(api, {"a": {"report": REPORT}, "b": None}, query=query).result
    assert found["query_result"] == [{"score": 91, "user": "VALUE_REDACTED"}]
    assert set(found) == {"query_result", "missing_reports", "summary", "changed"}


def test_check_mode_is_a_full_run(api: ScriptedApi) -> None:
    assert len(run(api, {"a": {"report": REPORT}}, check_mode=True).result["reports"]) == 1
