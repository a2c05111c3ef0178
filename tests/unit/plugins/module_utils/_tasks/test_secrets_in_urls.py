# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A monitored page whose URL holds a secret: no task shows it, and every condition sees the URL that it really has."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks import gate, monitoring_info, scenario_info
from ansible_collections.contentsquare.speedlab.tests.unit.support import tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ANY, ScriptedApi

SECRET = "CANARY-of-the-preview"
URL = f"https://shop.example/cart?preview_token={SECRET}&page=2"
SHOWN = "https://shop.example/cart?preview_token=VALUE_REDACTED&page=2"
NOW = datetime.now(timezone.utc)
LCP = "largest_contentful_paint"


def epoch(**ago: int) -> int:
    return int((NOW - timedelta(**ago)).timestamp() * 1000)


def monitoring(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Cart",
        "url": URL,
        "state": "KO",
        "errorMessage": f"{URL} answered 403; the token {SECRET} has ended",
        "lastExecution": epoch(minutes=10),
        "enabled": True,
        "frequency": 60,
        "config": {"location": "Paris", "startPage": URL, "blocked": [URL]},
        "slowestPage": {"address": f"//shop.example/a;jsessionid={SECRET}", URL: 1},
        **changes,
    }


def listed(api: ScriptedApi, *monitorings: dict[str, Any], **body: Any) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", body, {"monitorings": list(monitorings)})


def infos(api: ScriptedApi, *monitorings: dict[str, Any], **given: Any) -> dict[str, Any]:
    listed(api, *monitorings)
    return tasks.run(monitoring_info.TASK, **{**tasks.LOGIN, **given}).result


def test_no_field_of_a_monitoring_shows_it(api: ScriptedApi) -> None:
    found = infos(api, monitoring(), monitoring(2, name=""), monitoring(3, name=URL.replace("=", "&#61;")))
    assert SECRET not in json.dumps(found)
    (first, _second, third) = found["monitorings"]
    assert (first["url"], third["name"]) == (SHOWN, SHOWN)
    assert first["config"] == {"location": "Paris", "start_page": SHOWN, "blocked": [SHOWN]}
    assert first["error_message"] == f"{SHOWN} answered 403; the token VALUE_REDACTED has ended"


def test_unredacted_the_result_has_it_and_the_verdict_for_reports_has_not(api: ScriptedApi) -> None:
    found = infos(api, monitoring(), redact=False)
    assert found["monitorings"][0]["url"] == URL
    assert SECRET not in json.dumps(found["verdict"])


def test_reports_show_it_neither_and_are_known_by_their_ids(api: ScriptedApi) -> None:
    listed(api, monitoring())
    report = {"publicReportUrl": f"https://www.dareboost.com/en/report/d_5b?access={SECRET}", "date": epoch(days=1)}
    har = {"harFileUrl": f"https://user:{SECRET}@www.dareboost.com/download/harFile/d_5b", "config": {"url": URL}}
    api.expect_lab("monitoring/last-report", ANY, {"report": {**report, **har}})
    found = tasks.run(monitoring_info.TASK, **{**tasks.LOGIN, "include": ["last_report"]}).result
    last = found["monitorings"][0]["last_report"]
    assert SECRET not in json.dumps(found)
    assert (last["id"], last["har_file_url"]) == (
        "d_5b",
        "https://VALUE_REDACTED@www.dareboost.com/download/harFile/d_5b",
    )


def test_the_filter_goes_to_the_api_as_it_was_given(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", ANY, {"monitorings": [monitoring()]})
    tasks.run(monitoring_info.TASK, **{**tasks.LOGIN, "url": f"preview_token={SECRET}"})
    assert f"preview_token={SECRET}" in json.dumps([call.body for call in api.calls])


# --- what is declared -------------------------------------------------------------------------------------------------


def test_a_declared_url_is_compared_with_the_one_that_is_really_monitored(api: ScriptedApi) -> None:
    other = URL.replace(SECRET, f"{SECRET}-2")
    found = infos(api, monitoring(), expected=[{"url": URL}, {"url": other}])
    assert found["coverage"]["monitored"] == 1
    assert found["coverage"]["not_monitored"] == [{"name": None, "url": SHOWN}]
    assert SECRET not in json.dumps(found)


def test_two_entries_that_only_a_token_tells_apart_are_two_subjects(api: ScriptedApi) -> None:
    found = infos(api, expected=[{"url": URL.replace(SECRET, each)} for each in ("CANARY-one", "CANARY-two")])
    names = [subject["name"] for subject in found["verdict"]["subjects"]]
    assert names == [f"{SHOWN} (no. 1)", f"{SHOWN} (no. 2)"]
    assert "CANARY" not in json.dumps(found)


def test_two_monitorings_that_only_a_token_tells_apart_are_two_subjects(api: ScriptedApi) -> None:
    other = URL.replace(SECRET, f"{SECRET}-2")
    found = infos(api, monitoring(1, name=""), monitoring(2, name="", url=other))
    assert sorted(subject["name"] for subject in found["verdict"]["subjects"]) == [f"{SHOWN} (1)", f"{SHOWN} (2)"]


def test_a_url_that_is_declared_twice_is_named_without_its_secret(api: ScriptedApi) -> None:
    failure = tasks.run(monitoring_info.TASK, **{**tasks.LOGIN, "expected": [{"url": URL}, {"url": URL}]}).failure
    assert f"{SHOWN} is declared more than once" in failure["msg"]


def test_a_secret_within_a_declared_field_is_refused(api: ScriptedApi) -> None:
    expected = [{"name": "Cart", "config": {"startPage": URL}}]
    failure = tasks.run(monitoring_info.TASK, **{**tasks.LOGIN, "expected": expected}).failure
    assert "config.start_page holds what a site keeps secret" in failure["msg"]
    assert SECRET not in json.dumps(failure)


# --- the gate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [URL, f"*token={SECRET}*"])
def test_a_budget_matches_the_url_that_is_really_monitored(api: ScriptedApi, pattern: str) -> None:
    listed(api, monitoring())
    row = {"id": "a", "date": epoch(minutes=5), "timings": {"largestContentfulPaint": 4300}}
    api.expect_lab("monitoring/reports", ANY, {"monitoringData": [row]})
    budgets = {
        "defaults": {LCP: {"fail": 9000}},
        "overrides": [{"match": {"url": pattern}, "budgets": {LCP: {"fail": 100}}}],
    }
    failure = tasks.run(gate.TASK, **{**tasks.LOGIN, "budgets": budgets}).failure
    assert failure["verdict"]["subjects"][0]["findings"][0]["id"] == "budget_fail"
    assert failure["verdict"]["subjects"][0]["details"]["url"] == SHOWN
    assert SECRET not in json.dumps(failure)


def test_a_gate_over_a_page_without_a_name_says_it_without_the_secret(api: ScriptedApi) -> None:
    listed(api, monitoring(name="", enabled=False))
    api.expect_lab("monitoring/reports", ANY, {"monitoringData": []})
    failure = tasks.run(gate.TASK, **{**tasks.LOGIN, "budgets": {"defaults": {LCP: {"fail": 1}}}}).failure
    assert f'The monitoring "{SHOWN} (1)" is disabled' in failure["msg"]
    assert SECRET not in json.dumps(failure)


def test_a_selection_without_monitorings_is_told_without_the_secret(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", ANY, {"monitorings": []})
    budgets = {"defaults": {LCP: {"fail": 1}}}
    failure = tasks.run(gate.TASK, **{**tasks.LOGIN, "budgets": budgets, "url": URL}).failure
    assert "No monitoring matches" in failure["msg"]
    assert SECRET not in json.dumps(failure)


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_no_field_of_a_scenario_shows_it(api: ScriptedApi) -> None:
    api.expect_token()
    scenario = {"id": 7, "name": f"Buy {URL}", "startUrl": URL, "steps": [f"Open {URL}"]}
    api.expect_lab("scenario/list", {}, {"scenarios": [scenario]})
    found = tasks.run(scenario_info.TASK, **tasks.LOGIN).result
    assert SECRET not in json.dumps(found)
    assert found["scenarios"][0]["name"] == f"Buy {SHOWN}"
