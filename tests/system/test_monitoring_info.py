# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module speedlab_monitoring_info, as a user of playbooks sees it."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Playbook
from support import COLLECTION, Run, Simulator, Workplace

Tasks = Callable[..., Run]

MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
LIST = "/v1/speed-analysis/monitoring/list"
LAST_REPORT = "/v1/speed-analysis/monitoring/last-report"
REPORTS = "/v1/speed-analysis/monitoring/reports"

HOME, MOBILE, PRODUCT, CHECKOUT, CAFE, PAYMENT, SUMMER, BLOG, NEW = range(50301, 50310)
SITE_SECRETS = ("site-password-canary", "site-header-canary", "site-cookie-canary", "site-postdata-canary")
REDACTED = "VALUE_REDACTED"


def read(task: str, /, **options: Any) -> dict[str, Any]:
    return {"name": task, MONITORINGS: options}


def ids(result: dict[str, Any]) -> set[int]:
    return {each["id"] for each in result["monitorings"]}


def monitoring(result: dict[str, Any], number: int) -> dict[str, Any]:
    [found] = [each for each in result["monitorings"] if each["id"] == number]
    return dict(found)


# --- one playbook that only reads: what is selected, and what is told of it -------------------------------------------


@pytest.fixture(scope="module")
def readings(new_workplace: Callable[[], Workplace]) -> Run:
    run = new_workplace().tasks(
        read("all"),
        read("by id", monitoring_id=[HOME, BLOG]),
        read("by an id that is not there", monitoring_id=[HOME, 999]),
        read("by name", name="Home"),
        read("by url", url="/checkout"),
        read("by name and url", name="Home", url="/checkout"),
        read("by state", state=["error"]),
        read("enabled", enabled=True),
        read("disabled", enabled=False),
        read("none", name="no such page"),
        read("stale", stale_factor=100),
        read("strict", stale_factor=0.001),
        read("details", monitoring_id=[HOME, NEW, PAYMENT], include=["last_report", "reports", "statistics"]),
        read("last report alone", monitoring_id=[HOME], include=["last_report"]),
        read("reports alone", monitoring_id=[HOME], include=["reports"], limit=3),
        read("statistics alone", monitoring_id=[HOME], include=["statistics"]),
        read("query", query="monitorings[?stale].name | sort(@)"),
        read(
            "query over details",
            include=["last_report"],
            name="Home",
            query="monitorings[].last_report.metrics.largest_contentful_paint",
        ),
        read("query that fails", query="sum(monitorings)") | {"ignore_errors": True},
    )
    assert run.status == 0, run.output
    return run


SELECTED: dict[str, set[int]] = {
    "all": {HOME, MOBILE, PRODUCT, CHECKOUT, CAFE, PAYMENT, SUMMER, BLOG, NEW},
    "by id": {HOME, BLOG},
    "by an id that is not there": {HOME},
    "by name": {HOME, MOBILE},
    "by url": {CHECKOUT},
    "by name and url": set(),
    "by state": {PAYMENT},
    "enabled": {HOME, MOBILE, PRODUCT, CHECKOUT, CAFE, PAYMENT, BLOG, NEW},
    "disabled": {SUMMER},
    "none": set(),
}


@pytest.mark.parametrize("task", SELECTED)
def test_filters_select(readings: Run, task: str) -> None:
    assert ids(readings.one(task)) == SELECTED[task]


def test_an_id_that_is_not_there_is_a_warning(readings: Run) -> None:
    assert readings.one("by an id that is not there")["warnings"] == [
        "No monitoring has the id 999 among those that the token, name and url select."
    ]


def test_all_documented_fields_are_there_in_snake_case(readings: Run) -> None:
    payment = monitoring(readings.one("all"), PAYMENT)
    assert payment["state"] == "ERROR"
    assert payment["error_message"] == "The page could not be loaded: connection timed out."
    assert payment["url"] == "https://pay.shop.example/"
    assert payment["frequency"] == 60
    assert payment["lang"] == "en"
    assert payment["config"]["is_mobile"] is False
    assert payment["config"]["http2_disabled"] is False
    assert monitoring(readings.one("all"), HOME)["error_message"] == ""


def test_the_last_execution_is_utc_and_has_an_age(readings: Run) -> None:
    home = monitoring(readings.one("all"), HOME)
    last = datetime.strptime(home["last_execution"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    age = (datetime.now(timezone.utc) - last).total_seconds()
    assert abs(age - home["age_seconds"]) < 300


def test_html_entities_in_names_are_decoded(readings: Run) -> None:
    assert monitoring(readings.one("all"), CAFE)["name"] == "Café & restaurant"


@pytest.mark.parametrize(("number", "stale"), [(HOME, False), (BLOG, True), (SUMMER, False), (NEW, None)])
def test_stale_is_an_enabled_monitoring_that_misses_its_runs(readings: Run, number: int, stale: bool | None) -> None:
    assert monitoring(readings.one("all"), number)["stale"] is stale


def test_stale_factor_says_how_many_runs_may_be_missed(readings: Run) -> None:
    assert monitoring(readings.one("stale"), BLOG)["stale"] is False
    assert monitoring(readings.one("strict"), HOME)["stale"] is True


def test_a_monitoring_that_never_ran_has_no_dates(readings: Run) -> None:
    new = monitoring(readings.one("all"), NEW)
    assert (new["last_execution"], new["age_seconds"]) == (None, None)


def test_the_summary_counts(readings: Run) -> None:
    assert readings.one("all")["summary"] == {
        "total": 9,
        "enabled": 8,
        "stale": 1,
        "by_state": {"ERROR": 1, "OK": 8},
    }


def test_an_empty_selection_is_unknown_not_a_pass(readings: Run) -> None:
    assert readings.one("none")["verdict"]["status"] == "unknown"


def test_the_verdict_names_what_is_wrong(readings: Run) -> None:
    verdict = readings.one("all")["verdict"]
    found = {each["details"]["id"]: [finding["id"] for finding in each["findings"]] for each in verdict["subjects"]}
    assert found[BLOG] == ["stale"]
    assert found[PAYMENT] == ["state_not_ok"]
    assert found[SUMMER] == ["disabled"]
    assert found[NEW] == ["never_ran"]
    assert found[HOME] == []
    assert (verdict["kind"], verdict["status"]) == ("monitorings", "fail")


@pytest.mark.parametrize(
    ("task", "keys"),
    [
        ("all", set()),
        ("last report alone", {"last_report"}),
        ("reports alone", {"reports"}),
        ("statistics alone", {"statistics"}),
        ("details", {"last_report", "reports", "statistics"}),
    ],
)
def test_include_adds_just_what_it_names(readings: Run, task: str, keys: set[str]) -> None:
    home = monitoring(readings.one(task), HOME)
    assert keys == {"last_report", "reports", "statistics"} & set(home)


def test_the_last_report_has_metrics_and_an_id(readings: Run) -> None:
    report = monitoring(readings.one("details"), HOME)["last_report"]
    assert report["failed"] is False
    assert report["missing"] == []
    assert len(report["id"]) == 24
    assert report["metrics"]["largest_contentful_paint"] == report["timings"]["largest_contentful_paint"] > 0
    assert report["metrics"]["first_paint"] is None
    assert report["date"] == monitoring(readings.one("details"), HOME)["last_execution"]


def test_a_failed_run_has_no_metrics_at_all(readings: Run) -> None:
    report = monitoring(readings.one("details"), PAYMENT)["last_report"]
    assert report["failed"] is True
    assert set(report["metrics"].values()) == {None}
    assert report["missing"] == ["PERFORMANCE_TIMINGS"]


def test_without_a_run_there_is_no_report_and_no_average(readings: Run) -> None:
    new = monitoring(readings.one("details"), NEW)
    assert (new["last_report"], new["reports"]) == (None, [])
    assert (new["statistics"]["runs"], new["statistics"]["failed_runs"]) == (0, 0)
    assert set(new["statistics"]["averages"].values()) == {None}


def test_statistics_count_failed_runs(readings: Run) -> None:
    statistics = monitoring(readings.one("details"), PAYMENT)["statistics"]
    assert statistics["runs"] == 30
    assert statistics["failed_runs"] == 6
    assert statistics["averages"]["largest_contentful_paint"] == pytest.approx(2600, rel=0.1)
    assert statistics["averages"]["score"] == pytest.approx(82, abs=6)


def test_statistics_computed_from_reports_leave_failed_runs_out(readings: Run) -> None:
    statistics = monitoring(readings.one("details"), PAYMENT)["statistics"]
    for name in ("score", "largest_contentful_paint", "weight"):
        numbers = statistics["computed"][name]
        assert numbers["samples"] == 24
        assert numbers["mean"] == pytest.approx(statistics["averages"][name])
        assert 0 < numbers["min"] <= numbers["p50"] <= numbers["p75"] <= numbers["p90"] <= numbers["max"]
    assert statistics["computed"]["first_paint"] == {
        "samples": 0,
        **dict.fromkeys(("mean", "p50", "p75", "p90", "min", "max")),
    }


def test_reports_come_with_their_own_metrics(readings: Run) -> None:
    reports = monitoring(readings.one("reports alone"), HOME)["reports"]
    assert len(reports) == 3
    assert all(report["metrics"]["score"] == report["score"] for report in reports)


def test_a_query_replaces_the_long_keys(readings: Run) -> None:
    result = readings.one("query")
    assert result["query_result"] == ["Blog"]
    assert "monitorings" not in result
    assert "verdict" not in result
    assert result["summary"]["total"] == 9
    assert all(value > 1000 for value in readings.one("query over details")["query_result"])


def test_a_query_that_does_not_fit_the_result_is_an_error_without_it(readings: Run) -> None:
    result = readings.one("query that fails")
    assert result["failure"]["code"] == "bad_input"
    assert "query cannot be applied" in result["msg"]


def test_reading_changes_nothing(readings: Run) -> None:
    assert all(readings.one(task)["changed"] is False for task in SELECTED)


# --- what is sent to the API ------------------------------------------------------------------------------------------


def test_the_api_gets_filters_and_periods_in_its_own_form(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        read("filters", name="Home", url="www", include=["reports"], monitoring_id=[HOME], limit=0, last_days=2),
        read(
            "instants",
            monitoring_id=[HOME],
            include=["statistics"],
            date_from=date(2026, 11, 1),
            date_to="2026-11-02T12:00:00+02:00",
        ),
        read("one side", monitoring_id=[HOME], include=["reports"], date_from=datetime(2026, 11, 1, 8, 30)),
    )
    assert run.status == 0, run.output
    assert [each["body"] for each in simulator.requests(LIST)] == [{"name": "Home", "url": "www"}, {}, {}]
    assert [each["body"] for each in simulator.requests(REPORTS)] == [
        {"monitoringId": HOME, "limit": 0, "lastDays": 2},
        {
            "monitoringId": HOME,
            "limit": 0,
            "dateFrom": "2026-11-01T00:00:00.000Z",
            "dateTo": "2026-11-02T10:00:00.000Z",
        },
        {"monitoringId": HOME, "limit": 0, "dateFrom": "2026-11-01T08:30:00.000Z"},
    ]
    assert len(monitoring(run.one("filters"), HOME)["reports"]) in (95, 96, 97)


def test_reports_and_statistics_together_are_one_call_each_monitoring(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(read("both", include=["reports", "statistics"], monitoring_id=[HOME, BLOG]))
    assert run.status == 0, run.output
    assert simulator.all_calls == {"/v1/oauth/token": 1, LIST: 1, REPORTS: 2}


def test_only_the_selected_monitorings_are_asked_about(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(read("one", include=["last_report"], enabled=False))
    assert run.status == 0, run.output
    assert [each["body"]["monitoringId"] for each in simulator.requests(LAST_REPORT)] == [SUMMER]


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "two ways of saying the period": ({"last_days": 1, "date_from": "2026-11-01"}, "last_days goes with neither"),
    "the other two ways": ({"last_days": 1, "date_to": "2026-11-01"}, "last_days goes with neither"),
    "an end before the beginning": ({"date_from": "2026-11-02", "date_to": "2026-11-01"}, "date_to lies before"),
    "no days": ({"last_days": 0}, "last_days is 0"),
    "less than no reports": ({"limit": -1}, "limit is -1"),
    "a date that is none": ({"date_from": "last week"}, "date_from: 'last week' is not a date"),
    "no patience at all": ({"stale_factor": 0}, "stale_factor is 0"),
    "something else to include": ({"include": ["har"]}, "value of include must be one or more of"),
    "an option that is none": ({"monitoring": 1}, "Unsupported parameters"),
    "a declared secret": (
        {"expected": [{"name": "Checkout", "config": {"basic_auth": {"password": "site-password"}}}]},
        "config.basic_auth holds what a site keeps secret",
    ),
    "nothing that says what is meant": ({"expected": [{"frequency": 60}]}, "neither name nor url"),
    "a filter that would hide": ({"expected": [{"name": "Home"}], "url": "www"}, "expected goes without url"),
    "an entry that is none": ({"expected": [{"nmae": "Home"}]}, "Unsupported parameters"),
    "a query that is none": ({"query": "monitorings[?"}, "query is not a JMESPath expression"),
}


def test_contradictions_are_refused_before_any_request(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        *[{**read(name, **options), "ignore_errors": True} for name, (options, _words) in CONTRADICTIONS.items()]
    )
    for name, (_options, words) in CONTRADICTIONS.items():
        assert run.failed(name)
        assert words in run.one(name)["msg"]
    assert simulator.all_calls == {}


# --- what sites keep secret -------------------------------------------------------------------------------------------


def test_site_secrets_are_redacted_in_lists_and_reports(front_tasks: Tasks) -> None:
    run = front_tasks(
        read("checkout", monitoring_id=[CHECKOUT], include=["last_report", "reports"]), arguments=("-vvv",)
    )
    assert run.status == 0, run.output
    [checkout] = run.one("checkout")["monitorings"]
    for config in (checkout["config"], checkout["last_report"]["config"]):
        assert config["basic_auth"] == {"user": REDACTED, "password": REDACTED}
        assert config["header"] == [
            {"key": "Authorization", "value": REDACTED},
            {"key": "User-Agent", "value": REDACTED},
        ]
        assert config["cookies"] == [{"name": "session", "value": REDACTED, "domain": "www.shop.example", "path": "/"}]
        assert config["post_data"] == [{"key": "card", "value": REDACTED}]
        assert config["dns_mapping"] == [{"origin": "www.shop.example", "destination": "192.0.2.10"}]
    assert not [secret for secret in SITE_SECRETS if secret in run.output + json.dumps(run.results)]


def test_unredacted_values_are_registered_and_not_displayed(front_tasks: Tasks) -> None:
    run = front_tasks(
        read("open", monitoring_id=[CHECKOUT], include=["last_report"], redact=False) | {"register": "lab"},
        {
            "note": {
                "listed": "{{ lab.monitorings[0].config }}",
                "reported": "{{ lab.monitorings[0].last_report.config }}",
            }
        },
        arguments=("-vvv", "--diff"),
    )
    assert run.status == 0, run.output
    assert run.notes["listed"]["basic_auth"] == {"user": "site-user", "password": "site-password-canary"}
    assert run.notes["reported"]["cookies"][0]["value"] == "site-cookie-canary"
    assert "censored" in run.one("open")
    assert not [secret for secret in SITE_SECRETS if secret in run.output]


def test_a_query_sees_redacted_values_only(tasks: Tasks) -> None:
    query = "monitorings[?name=='Checkout'].config.basic_auth.password"
    run = tasks(
        read("closed", query=query),
        read("open", query=query, redact=False) | {"register": "open"},
        {"note": {"open": "{{ open.query_result }}"}},
    )
    assert run.one("closed")["query_result"] == [REDACTED]
    assert run.notes["open"] == ["site-password-canary"]


def test_async_is_refused_when_it_would_print_site_secrets(tasks: Tasks) -> None:
    run = tasks(
        {**read("open", redact=False), "async": 30, "poll": 1, "ignore_errors": True},
        {**read("closed", name="Home"), "async": 30, "poll": 1},
    )
    assert run.status == 0, run.output
    assert "does not support async" in run.one("open")["msg"]
    assert ids(run.one("closed")) == {HOME, MOBILE}


def test_a_secret_that_an_error_message_quotes_is_redacted(tasks: Tasks, simulator: Simulator) -> None:
    simulator.control(
        f"monitorings/{CHECKOUT}", {"state": "ERROR", "errorMessage": "Login with site-password-canary failed"}
    )
    run = tasks(read("checkout", monitoring_id=[CHECKOUT]))
    [checkout] = run.one("checkout")["monitorings"]
    assert checkout["error_message"] == f"Login with {REDACTED} failed"
    assert "site-password-canary" not in run.output + json.dumps(run.results)


# --- what the API's documentation leaves open -------------------------------------------------------------------------


def test_flat_and_nested_rows_give_the_same_metrics(front_tasks: Tasks, simulator: Simulator) -> None:
    options: dict[str, Any] = {"monitoring_id": [HOME, PAYMENT], "include": ["reports", "statistics"], "limit": 12}
    run = front_tasks(
        simulator.task("variants", {"monitoring_data": "flat"}),
        read("flat", **options),
        simulator.task("variants", {"monitoring_data": "nested"}),
        read("nested", **options),
    )
    assert run.status == 0, run.output
    metrics = {
        name: [
            [(report["id"], report["failed"], report["metrics"]) for report in each["reports"]]
            for each in run.one(name)["monitorings"]
        ]
        for name in ("flat", "nested")
    }
    assert metrics["flat"] == metrics["nested"]
    assert metrics["flat"][0][0][2]["requests"] > 0
    assert [each["statistics"] for each in run.one("flat")["monitorings"]] == [
        each["statistics"] for each in run.one("nested")["monitorings"]
    ]


@pytest.mark.parametrize("form", ["flat", "nested"])
def test_failed_runs_and_missing_values_bend_no_number(front_tasks: Tasks, simulator: Simulator, form: str) -> None:
    simulator.control("variants", {"monitoring_data": form})
    known: list[dict[str, Any]] = [
        {"score": 60 + 10 * each, "timings": {"firstByte": 100 * each}} for each in (1, 2, 3)
    ]
    for hour, row in enumerate((*known, {"score": -1}, {"score": 100, "timings": {"firstByte": None}})):
        simulator.control(f"monitorings/{NEW}/reports", {"date": f"2026-11-23T0{hour}:00:00Z", **row})
    lab = front_tasks(read("new", monitoring_id=[NEW], include=["reports", "statistics"])).one("new")
    statistics = lab["monitorings"][0]["statistics"]
    assert (statistics["runs"], statistics["failed_runs"]) == (5, 1)
    names = ("samples", "mean", "p50", "p75", "p90", "min", "max")
    [subject] = lab["verdict"]["subjects"]
    assert subject["details"]["metrics"]["score"] == 85
    assert subject["details"]["trends"]["metrics"]["score"] == [70, 80, 90, None, 100]
    for metric, numbers in (
        ("first_byte", (3, 200, 200, 250, 280, 100, 300)),
        ("score", (4, 85, 85, 92.5, 97, 70, 100)),
    ):
        assert statistics["computed"][metric] == pytest.approx(dict(zip(names, numbers)))


@pytest.mark.parametrize(
    ("factor", "enabled", "stale", "findings"),
    [(2.1, True, True, ["stale"]), (1.9, True, False, []), (2.1, False, False, ["disabled"])],
)
def test_stale_is_what_last_ran_more_than_twice_its_frequency_ago(
    front_tasks: Tasks, simulator: Simulator, factor: float, enabled: bool, stale: bool, findings: list[str]
) -> None:
    last = datetime.now(timezone.utc).timestamp() - factor * 120 * 60
    simulator.control(f"monitorings/{HOME}", {"frequency": 120, "enabled": enabled, "lastExecution": int(last * 1000)})
    result = front_tasks(read("home", monitoring_id=[HOME])).one("home")
    assert monitoring(result, HOME)["stale"] is stale
    assert [each["id"] for each in result["verdict"]["subjects"][0]["findings"]] == findings


def test_a_missing_report_is_null_however_the_api_says_it(front_tasks: Tasks, simulator: Simulator) -> None:
    kinds = ("null_payload", "no_report", "no_summary")
    listed = []
    for kind in kinds:
        listed.append(simulator.task("variants", {"missing_report": kind}))
        listed.append(read(kind, monitoring_id=[NEW], include=["last_report"]))
    run = front_tasks(*listed)
    assert run.status == 0, run.output
    reports = {kind: run.one(kind)["monitorings"][0]["last_report"] for kind in kinds}
    assert (reports["null_payload"], reports["no_report"]) == (None, None)
    assert reports["no_summary"]["failed"] is True
    assert set(reports["no_summary"]["metrics"].values()) == {None}


@pytest.mark.parametrize("null", [None, {}, {"monitoringData": None, "statistics": None}])
def test_no_runs_are_none_however_the_api_says_it(front_tasks: Tasks, simulator: Simulator, null: Any) -> None:
    body = {"success": True, "payload": null}
    simulator.control("faults", {"path": REPORTS, "kind": "wrong_shape", "body": body})
    run = front_tasks(read("home", monitoring_id=[HOME], include=["reports", "statistics"]))
    assert run.status == 0, run.output
    [home] = run.one("home")["monitorings"]
    assert (home["reports"], home["statistics"]["runs"]) == ([], 0)
    assert set(home["statistics"]["averages"].values()) == {None}


@pytest.mark.parametrize(
    ("state", "findings"), [("ok", []), ("FROZEN", ["state_not_ok"]), ("", ["state_not_ok"]), (None, ["state_not_ok"])]
)
def test_a_state_that_nobody_has_heard_of_is_trouble_and_no_error(
    front_tasks: Tasks, simulator: Simulator, state: str | None, findings: list[str]
) -> None:
    extra = {"id": HOME, "state": state, "lastExecution": int(datetime.now(timezone.utc).timestamp() * 1000)}
    body = {"success": True, "payload": {"monitorings": [{**extra, "frequency": 60}]}}
    simulator.control("faults", {"path": LIST, "kind": "wrong_shape", "body": body})
    run = front_tasks(read("home"))
    assert run.status == 0, run.output
    assert run.one("home")["monitorings"][0]["state"] == state
    assert run.one("home")["summary"]["by_state"] == {state or "unknown": 1}
    assert [each["id"] for each in run.one("home")["verdict"]["subjects"][0]["findings"]] == findings


@pytest.mark.parametrize("key", ["http2Disabled", "hhtp2Disabled"])
def test_a_key_that_the_documentation_misspells_has_its_right_name(
    front_tasks: Tasks, simulator: Simulator, key: str
) -> None:
    simulator.control("variants", {"http2_key": key})
    run = front_tasks(read("home", monitoring_id=[HOME], include=["last_report"]))
    [home] = run.one("home")["monitorings"]
    for config in (home["config"], home["last_report"]["config"]):
        assert config["http2_disabled"] is False
        assert "hhtp2_disabled" not in config


def test_fields_that_the_api_adds_later_are_kept(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control(f"monitorings/{HOME}", {"extra": {"carbonFootprint": {"gramsPerView": 0.4}, "teamApiKey": "k"}})
    run = front_tasks(read("home", monitoring_id=[HOME]))
    [home] = run.one("home")["monitorings"]
    assert home["carbon_footprint"] == {"grams_per_view": 0.4}
    assert home["team_api_key"] == REDACTED


def test_a_monitoring_without_most_fields_is_no_trouble(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control(
        "faults",
        {"path": LIST, "kind": "wrong_shape", "body": {"success": True, "payload": {"monitorings": [{"id": 7}]}}},
    )
    run = front_tasks(read("bare"))
    assert run.status == 0, run.output
    [bare] = run.one("bare")["monitorings"]
    assert (bare["id"], bare["name"], bare["state"], bare["stale"]) == (7, "", None, None)
    assert run.one("bare")["summary"]["by_state"] == {"unknown": 1}


def test_a_clock_that_differs_from_the_servers_is_a_warning(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        read("same", name="Home"),
        simulator.task("variants", {"date_header_offset": -600}),
        read("ahead", name="Home"),
    )
    assert "warnings" not in run.one("same")
    assert "600 seconds ahead of the API's" in run.one("ahead")["warnings"][0].replace("599", "600").replace(
        "601", "600"
    )


def test_check_mode_is_a_full_run(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(read("checked", include=["last_report"], name="Home"), arguments=("--check", "--diff"))
    assert run.status == 0, run.output
    assert ids(run.one("checked")) == {HOME, MOBILE}
    assert run.one("checked")["changed"] is False
    assert simulator.token_requests == 1


# --- what should be monitored, and how --------------------------------------------------------------------------------

DECLARED: list[dict[str, Any]] = [
    {"name": "Home", "url": "https://WWW.shop.example", "frequency": 30, "config": {"browser": "Chrome"}},
    {"name": "Home, mobile", "config": {"mobile": True, "location": "Paris", "bandwidth": {"downstream": 1600}}},
    {"url": "https://www.shop.example/product/42", "frequency": 15, "config": {"location": "Sydney"}},
    {"name": "Café & restaurant", "url": "https://www.shop.example/café", "lang": "fr"},
    {"name": "Checkout", "config": {"http2_disabled": False, "adblock": True}},
    {"url": "https://www.shop.example/summer", "enabled": False},
    {"name": "Returns", "url": "https://www.shop.example/returns"},
]


def findings_of(result: dict[str, Any]) -> dict[str, list[str]]:
    return {each["name"]: [found["id"] for found in each["findings"]] for each in result["verdict"]["subjects"]}


def test_what_is_monitored_is_compared_with_what_is_declared(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("variants", {"http2_key": "hhtp2Disabled"})
    run = front_tasks(read("declared", expected=DECLARED), arguments=("-vvv",))
    assert run.status == 0, run.output
    result = run.one("declared")
    assert findings_of(result) == {
        "Returns": ["not_monitored"],
        "Product page": ["config_drift", "config_drift"],
        "Checkout": ["config_drift"],
        "Home": [],
        "Home, mobile": [],
        "Café & restaurant": [],
        "Landing page of last summer": [],
        "Payment": ["state_not_ok"],
        "Blog": ["stale"],
        "Gift finder, new": ["never_ran"],
    }
    assert result["coverage"] == {
        "declared": 7,
        "monitored": 5,
        "disabled": [{"name": None, "url": "https://www.shop.example/summer"}],
        "not_monitored": [{"name": "Returns", "url": "https://www.shop.example/returns"}],
    }
    assert (result["verdict"]["summary"]["total"], len(result["monitorings"])) == (10, 9)
    assert simulator.all_calls == {"/v1/oauth/token": 1, LIST: 1}
    assert not [secret for secret in SITE_SECRETS if secret in run.output + json.dumps(run.results)]


def test_a_declared_secret_is_refused_and_in_no_output(front_tasks: Tasks, simulator: Simulator) -> None:
    config = {
        "basic_auth": {"user": "site-user", "password": SITE_SECRETS[0]},
        "header": [{"key": "Authorization", "value": SITE_SECRETS[1]}],
        "proxy": f"https://me:{SITE_SECRETS[2]}@proxy.example/",
    }
    run = front_tasks(read("refused", expected=[{"name": "Checkout", "config": config}]), arguments=("-vvv",))
    assert run.failed("refused")
    assert simulator.all_calls == {}
    assert not [secret for secret in SITE_SECRETS if secret in run.output + json.dumps(run.results)]


def test_drift_is_told_field_by_field(tasks: Tasks) -> None:
    run = tasks(read("declared", expected=DECLARED))
    [product] = [each for each in run.one("declared")["verdict"]["subjects"] if each["name"] == "Product page"]
    assert product["details"]["drift"] == [
        {"field": "frequency", "expected": 15, "actual": 60},
        {"field": "config.location", "expected": "Sydney", "actual": "Paris"},
    ]
    assert "config.location is Paris, but Sydney is declared" in product["findings"][1]["message"]


def test_the_examples_of_the_documentation_run(playbook: Playbook, tmp_path: Path) -> None:
    tree = ast.parse((COLLECTION / "plugins" / "modules" / "speedlab_monitoring_info.py").read_text("utf-8"))
    (text,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    ]
    pair = {"SPEEDLAB_CLIENT_ID": "shop-production", "SPEEDLAB_CLIENT_SECRET": "simulator-secret-production"}
    path = tmp_path / "examples.yml"
    path.write_text(
        yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": yaml.safe_load(text)}]), "utf-8"
    )
    run = playbook(str(path), env=pair)
    assert run.status == 0, run.output
    assert "[WARNING]" not in run.output, run.output


def test_what_templates_make_of_numbers_is_no_drift(tasks: Tasks) -> None:
    entry = {
        "name": "Home",
        "frequency": "{{ minutes }}",
        "config": {"latency": "{{ 25 * 2 }}", "is_mobile": "{{ false }}", "screen": {"width": "{{ 1366 }}"}},
    }
    run = tasks({**read("declared", expected=[entry]), "vars": {"minutes": 30}})
    assert findings_of(run.one("declared"))["Home"] == []


def test_every_renderer_shows_drift_and_gaps(tasks: Tasks) -> None:
    formats = ("html", "json", "junit", "markdown", "csv", "openmetrics", "sarif")
    run = tasks(
        read("declared", expected=DECLARED) | {"register": "lab"},
        {"note": {each: "{{ lab.verdict | contentsquare.speedlab.report('" + each + "') }}" for each in formats}},
    )
    assert run.status == 0, run.output
    for each in set(formats) - {"openmetrics"}:
        text = json.dumps(run.notes[each]) if not isinstance(run.notes[each], str) else run.notes[each]
        assert "Returns" in text, each
        assert "Sydney" in text, each
