# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules speedlab_scenario_info and speedlab_report_info, as a user of playbooks sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support import Run, Simulator, Workplace

Tasks = Callable[..., Run]

SCENARIOS = "contentsquare.speedlab.speedlab_scenario_info"
REPORTS = "contentsquare.speedlab.speedlab_report_info"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
PREFIX = "/v1/speed-analysis/"
LIST, RUNS = PREFIX + "scenario/list", PREFIX + "scenario/reports"

BUY, ACCOUNT, RETURN = 7301, 7302, 7303
CHECKOUT = 50304
GONE = "0" * 24
SITE_SECRETS = ("site-password-canary", "site-header-canary", "site-cookie-canary", "site-postdata-canary")
REDACTED = "VALUE_REDACTED"


def read(task: str, /, **options: Any) -> dict[str, Any]:
    return {"name": task, SCENARIOS: options}


def reports(task: str, /, **options: Any) -> dict[str, Any]:
    return {"name": task, REPORTS: options}


def by_id(result: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {each["id"]: each for each in result["scenarios"]}


# --- one playbook that only reads -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def readings(new_workplace: Callable[[], Workplace], in_process: bool) -> Run:
    run = new_workplace().tasks(
        read("all"),
        read("by id", scenario_id=[BUY, 999]),
        read("by name", name="account"),
        read("everything", include=["reports", "last_report", "steps"], last_days=1, limit=0),
        read("few", include=["reports"], limit=3),
        read("steps alone", scenario_id=[BUY], include=["steps"]),
        read("long ago", include=["reports", "last_report"], date_from="2020-01-01", date_to="2020-01-02"),
        read("query", include=["reports"], query="scenarios[?status != 'ok'].name | sort(@)"),
        read("two periods", include=["reports"], last_days=1, date_from="2020-01-01") | {"ignore_errors": True},
        vars={"speedlab_in_process": in_process},
    )
    assert run.status == 0, run.output
    return run


def test_without_include_it_is_a_list(readings: Run) -> None:
    assert readings.one("all")["scenarios"] == [
        {"id": BUY, "name": "Buy a pair of shoes"},
        {"id": ACCOUNT, "name": "Open an account"},
        {"id": RETURN, "name": "Return an item, new"},
    ]
    assert readings.one("all")["summary"] == {"total": 3}
    assert set(by_id(readings.one("by name"))) == {ACCOUNT}


def test_an_id_that_is_not_there_is_a_warning(readings: Run) -> None:
    assert set(by_id(readings.one("by id"))) == {BUY}
    assert readings.one("by id")["warnings"] == [
        "No scenario has the id 999 among those that the token and name select."
    ]


def test_runs_are_graded_as_the_simulator_made_them(readings: Run) -> None:
    buy = by_id(readings.one("everything"))[BUY]
    expected = [
        "failed" if number and number % 11 == 0 else "check_failed" if number % 7 == 6 else "ok"
        for number in range(len(buy["reports"]))
    ]
    assert len(expected) in (23, 24, 25)
    assert [each["status"] for each in buy["reports"]] == expected
    assert [each["date"] for each in buy["reports"]] == sorted((each["date"] for each in buy["reports"]), reverse=True)
    assert (buy["status"], buy["last_run"]) == ("ok", buy["reports"][0]["date"])


def test_a_run_that_failed_has_no_metrics(readings: Run) -> None:
    account = by_id(readings.one("everything"))[ACCOUNT]
    assert (account["status"], account["last_report"]["status"]) == ("failed", "failed")
    assert set(account["last_report"]["metrics"].values()) == {None}


def test_a_scenario_that_never_ran_is_unknown(readings: Run) -> None:
    never = by_id(readings.one("everything"))[RETURN]
    assert (never["status"], never["last_run"], never["reports"]) == ("unknown", None, [])
    assert (never["last_report"], never["steps"]) == (None, [])


def test_the_summary_counts_scenarios_and_runs(readings: Run) -> None:
    everything = readings.one("everything")
    assert everything["summary"]["by_status"] == {"failed": 1, "ok": 1, "unknown": 1}
    statuses = [run["status"] for each in everything["scenarios"] for run in each["reports"]]
    runs = everything["summary"]["runs"]
    assert runs.pop("total") == len(statuses)
    assert runs == {status: statuses.count(status) for status in runs}


def test_the_last_report_has_the_totals_over_its_steps(readings: Run) -> None:
    buy = by_id(readings.one("everything"))[BUY]
    for metric in ("load_time", "largest_contentful_paint", "requests"):
        total = sum(step["report"]["metrics"][metric] for step in buy["steps"])
        assert buy["last_report"]["metrics"][metric] == pytest.approx(total, rel=0.001)
    assert buy["last_report"]["view_on_the_web"].startswith("https://www.dareboost.com/scenario/7301/")


def test_each_step_has_its_id_name_and_report(readings: Run) -> None:
    [buy] = readings.one("steps alone")["scenarios"]
    assert [step["name"] for step in buy["steps"]] == ["Home", "Product page", "Checkout"]
    assert all(len(step["id"]) == 24 and step["report"]["failed"] is False for step in buy["steps"])
    assert not {"reports", "last_report"} & set(buy)


def test_limit_and_period_bound_the_runs(readings: Run) -> None:
    assert {len(each["reports"]) for each in readings.one("few")["scenarios"]} == {0, 3}
    assert [(each["status"], each["reports"]) for each in readings.one("long ago")["scenarios"]] == [
        ("unknown", [])
    ] * 3
    assert readings.one("two periods")["failure"]["code"] == "bad_input"


def test_a_query_keeps_the_result_small(readings: Run) -> None:
    found = readings.one("query")
    assert found["query_result"] == ["Open an account", "Return an item, new"]
    assert "scenarios" not in found


# --- calls ------------------------------------------------------------------------------------------------------------


def test_only_what_is_needed_is_asked(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(read("one", scenario_id=[BUY], include=["last_report", "steps"]))
    assert run.status == 0, run.output
    assert simulator.all_calls == {
        "/v1/oauth/token": 1,
        LIST: 1,
        RUNS: 2,
        PREFIX + "scenario/report": 1,
        PREFIX + "scenario/step/report": 3,
    }
    assert [call["body"].get("error") for call in simulator.requests(RUNS)] == [None, True]


@pytest.mark.parametrize("status", [404, 400, 200])
def test_a_step_that_the_api_does_not_know_hides_no_other(tasks: Tasks, simulator: Simulator, status: int) -> None:
    body = {"success": False, "errorMessage": "no such step", "errorCode": "X"}
    simulator.control(
        "faults",
        {"path": PREFIX + "scenario/step/report", "kind": "status", "status": status, "body": body, "times": 1},
    )
    run = tasks(read("one", scenario_id=[BUY], include=["steps"]))
    assert run.status == 0, run.output
    [buy] = run.one("one")["scenarios"]
    assert sorted(step["report"] is None for step in buy["steps"]) == [False, False, True]
    assert "no such step" in run.one("one")["warnings"][0]


def test_check_mode_is_a_full_run(tasks: Tasks) -> None:
    run = tasks(read("checked", include=["reports"]), arguments=("--check", "--diff"))
    assert run.status == 0, run.output
    assert run.one("checked")["summary"]["runs"]["total"] > 0
    assert run.one("checked")["changed"] is False


# --- speedlab_report_info ---------------------------------------------------------------------------------------------

CHECKOUT_REPORT: dict[str, Any] = {
    "name": "find",
    MONITORINGS: {"monitoring_id": [CHECKOUT], "include": ["last_report"]},
    "register": "lab",
}
REPORT_ID = "{{ lab.monitorings[0].last_report.id }}"


@pytest.fixture
def found_reports(front_tasks: Tasks) -> Run:
    run = front_tasks(
        CHECKOUT_REPORT,
        reports("whole", report_id=[REPORT_ID]),
        reports("metrics", report_id=[REPORT_ID], metrics_only=True),
        reports("with ids", report_id=[REPORT_ID], tip_ids=True),
        reports("one is gone", report_id=[GONE, REPORT_ID, REPORT_ID]),
        reports("query", report_id=[REPORT_ID], query="reports[].[config.basic_auth.password, tips[0].name][]"),
        reports("all are gone", report_id=[GONE, "no id at all"]) | {"ignore_errors": True},
        reports("none", report_id=[]),
        arguments=("-vvv", "--diff"),
    )
    assert run.status == 0, run.output
    return run


def test_reports_are_read_by_id(found_reports: Run) -> None:
    run = found_reports
    last = run.one("find")["monitorings"][0]["last_report"]
    [whole] = run.one("whole")["reports"]
    assert (whole["id"], whole["date"], whole["metrics"]) == (last["id"], last["date"], last["metrics"])
    assert {"tips", "categories", "technos"} <= set(whole)
    assert not {"tips", "categories", "technos"} & set(run.one("metrics")["reports"][0])
    assert [tip["id"] for tip in run.one("with ids")["reports"][0]["tips"]] == ["tip-1", "tip-2", "tip-3"]
    assert run.one("query")["query_result"] == [REDACTED, "Image weight"]
    assert run.one("none")["reports"] == []

    gone = run.one("one is gone")
    assert [each["id"] for each in gone["reports"]] == [last["id"]]
    assert [each["id"] for each in gone["missing_reports"]] == [GONE]
    assert gone["summary"] == {"total": 1, "failed": 0, "missing": 1}
    assert gone["warnings"][0].startswith("1 of 2 reports are missing")
    assert run.failed("all are gone")
    assert run.one("all are gone")["failure"]["code"] == "not_found"
    assert run.one("all are gone")["msg"].startswith("None of the 2 reports is there.")

    assert whole["config"]["basic_auth"] == {"user": REDACTED, "password": REDACTED}
    assert not [secret for secret in SITE_SECRETS if secret in run.output + json.dumps(run.results)]


def test_unredacted_values_are_registered_and_not_displayed(front_tasks: Tasks) -> None:
    run = front_tasks(
        CHECKOUT_REPORT,
        reports("open", report_id=[REPORT_ID], redact=False) | {"register": "open"},
        {"note": {"password": "{{ open.reports[0].config.basic_auth.password }}"}},
        arguments=("-vvv", "--diff"),
    )
    assert run.status == 0, run.output
    assert run.notes["password"] == "site-password-canary"
    assert "censored" in run.one("open")
    assert not [secret for secret in SITE_SECRETS if secret in run.output]
