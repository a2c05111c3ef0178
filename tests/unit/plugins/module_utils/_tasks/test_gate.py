# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_gate: which calls it makes, for what it waits, and what it refuses before any call."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks import gate
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support import budgets_file
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.gate import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import WRONG_PAIR, payload
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ANY, Call, Reply, ScriptedApi, reply
from ansible_collections.contentsquare.speedlab.tests.unit.support.tasks import LOGIN, Run, run

LCP = "largest_contentful_paint"
BUDGETS = {"defaults": {LCP: {"warn": 2500, "fail": 4000}}}
NOW = datetime.now(timezone.utc).replace(microsecond=0)
DEPLOYED = NOW - timedelta(minutes=30)
AFTER, BEFORE = DEPLOYED + timedelta(minutes=10), DEPLOYED - timedelta(minutes=10)
DEPLOYMENT = {"newer_than": DEPLOYED.isoformat(), "wait_timeout": 0}


def epoch(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def monitoring(number: int = 1, name: str = "Home", last: datetime | None = AFTER, **fields: Any) -> dict[str, Any]:
    last_execution = {} if last is None else {"lastExecution": epoch(last)}
    return {"id": number, "name": name, "state": "OK", "enabled": True, "frequency": 60, **last_execution, **fields}


def row(at: datetime = AFTER, lcp: float | None = 2000, score: int = 90) -> dict[str, Any]:
    return {"id": "a", "date": epoch(at), "score": score, "timings": {"largestContentfulPaint": lcp}}


def listed(api: ScriptedApi, *monitorings: dict[str, Any], **headers: str) -> None:
    api.expect_lab("monitoring/list", {}, reply(payload({"monitorings": list(monitorings)}), **headers))


def runs(api: ScriptedApi, *rows: dict[str, Any], number: int = 1, since: Any = ANY, **more: Any) -> None:
    body = since if since is ANY else {"monitoringId": number, "limit": 0, "dateFrom": since, **more}
    api.expect_lab("monitoring/reports", body, {"monitoringData": list(rows)})


def gated(**given: Any) -> Run:
    return run(TASK, **{**LOGIN, "budgets": BUDGETS, **given})


def findings(result: dict[str, Any]) -> list[str]:
    return [finding["id"] for subject in result["verdict"]["subjects"] for finding in subject["findings"]]


def date_header(instant: datetime) -> str:
    return format_datetime(instant, usegmt=True)


# --- what is judged ---------------------------------------------------------------------------------------------------


def test_a_report_newer_than_the_deployment_within_its_budget_passes(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row(), since=DEPLOYED.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    result = gated(**DEPLOYMENT).result
    assert (result["status"], result["newer_than"], result["waited_seconds"]) == ("pass", iso_utc(DEPLOYED), 0)


def test_a_report_older_than_the_deployment_is_never_judged_though_the_api_gives_it(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row(BEFORE), row(DEPLOYED), {**row(), "date": None}, {**row(), "date": "soon"})
    assert findings(gated(**DEPLOYMENT).failure) == ["no_fresh_report"]


def test_a_budget_that_is_broken_fails_the_task_with_the_whole_verdict(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row(lcp=4300))
    failure = gated(**DEPLOYMENT).failure
    assert failure["code"] == "gate_closed"
    assert failure["verdict"]["status"] == "fail"
    assert failure["msg"] == (
        'The gate is closed, 1 of 1: fail or unknown. Largest Contentful Paint of "Home" is 4300 ms (1 run), but at '
        "most 4000 ms is allowed. The verdict in the result names each cause and what to do about it."
    )


@pytest.mark.parametrize(
    ("fail_on", "fails"), [([], False), (["fail"], False), (["unknown"], False), (["warn"], True), (["pass"], True)]
)
def test_fail_on_decides_over_each_monitoring(api: ScriptedApi, fail_on: list[str], fails: bool) -> None:
    api.expect_token()
    api.ordered = False
    listed(api, monitoring(1), monitoring(2, "Cart"))
    runs(api, row(lcp=3000), number=1, since=ANY)
    runs(api, row(lcp=3000 if fail_on != ["pass"] else 1), number=2, since=ANY)
    found = gated(**DEPLOYMENT, fail_on=fail_on)
    assert found.execution.failed is fails
    assert found.execution.result["verdict"]["summary"]["total"] == 2


def test_without_a_deployment_the_runs_of_the_last_day_are_judged_and_none_is_waited_for(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row(NOW - timedelta(hours=23), lcp=1000), row(NOW - timedelta(hours=25), lcp=9000))
    result = gated().result
    assert (result["status"], result["newer_than"]) == ("pass", None)
    [subject] = result["verdict"]["subjects"]
    assert subject["details"]["runs"] == 1


def test_without_a_report_in_the_period_nothing_is_waited_for(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api)
    assert findings(gated(last_days=2).failure) == ["no_fresh_report"]


def test_the_date_of_the_newest_event_with_the_very_key_is_that_of_the_deployment(api: ScriptedApi) -> None:
    api.expect_token()
    events = [
        {"key": "release-7", "text": "", "date": (DEPLOYED - timedelta(days=1)).isoformat()},
        {"key": "release-7", "text": "", "date": DEPLOYED.astimezone(timezone(timedelta(hours=2))).isoformat()},
        {"key": "release-71", "text": "", "date": NOW.isoformat()},
    ]
    api.expect_lab("event/list", {"key": "release-7"}, {"events": events})
    listed(api, monitoring())
    runs(api, row())
    assert gated(newer_than={"event_key": "release-7"}, wait_timeout=0).result["newer_than"] == iso_utc(DEPLOYED)


def test_a_baseline_is_read_up_to_the_deployment_and_only_where_there_is_something_to_compare(api: ScriptedApi) -> None:
    api.expect_token()
    api.ordered = False
    listed(api, monitoring(1), monitoring(2, "Cart"))
    since = DEPLOYED.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    begins = (DEPLOYED - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    runs(api, row(lcp=2400), row(AFTER + timedelta(minutes=5), lcp=2410), number=1, since=since)
    runs(api, number=2, since=since)
    old = [row(DEPLOYED - timedelta(minutes=n), lcp=1000 + n) for n in range(1, 12)]
    runs(api, *old, row(AFTER, lcp=1), number=1, since=begins, dateTo=since)
    failure = gated(**DEPLOYMENT, baseline={"last_days": 2}).failure
    assert sorted(findings(failure)) == ["no_fresh_report", "regression"]
    home = next(each for each in failure["verdict"]["subjects"] if each["name"] == "Home")
    assert home["details"]["metrics"][LCP]["baseline"]["samples"] == 11


def test_a_monitoring_whose_budgets_are_off_is_named_and_not_read(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring(1), monitoring(2, "Intranet"))
    runs(api, row(), number=1, since=ANY)
    off = {**BUDGETS, "overrides": [{"match": {"name": "Intranet"}, "budgets": "off"}]}
    assert gated(**DEPLOYMENT, budgets=off).result["not_judged"] == ["Intranet"]


def test_an_override_that_no_monitoring_meets_is_a_warning(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row())
    slip = {**BUDGETS, "overrides": [{"match": {"name": "Hmoe"}, "budgets": {LCP: {"fail": 1}}}]}
    assert gated(**DEPLOYMENT, budgets=slip).warnings == ["No monitoring matches overrides[1] of the budgets."]


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        ({"enabled": True}, True),
        ({"state": ["OK"], "monitoring_id": [1]}, True),
        ({"name": "Home"}, False),  # the API lists no others, so nobody knows whether they are there
        ({"url": "https"}, False),
    ],
)
def test_an_override_that_no_monitoring_meets_is_a_warning_whichever_are_judged(
    api: ScriptedApi, selection: dict[str, Any], told: bool
) -> None:
    api.expect_token()
    asked = {name: value for name, value in selection.items() if name in ("name", "url")}
    monitorings = {"monitorings": [monitoring(1), monitoring(2, "Cart", enabled=False, state="KO")]}
    api.expect_lab("monitoring/list", asked, monitorings)
    runs(api, row())
    if not told:
        runs(api, row(), number=2, since=ANY)
        api.ordered = False
    slip = [{"match": {"name": name}, "budgets": {LCP: {"fail": 4000}}} for name in ("Cart", "Hmoe")]
    found = gated(**DEPLOYMENT, budgets={**BUDGETS, "overrides": slip}, **selection)
    assert found.warnings == (["No monitoring matches overrides[2] of the budgets."] if told else [])


# --- what nobody knows is never a pass --------------------------------------------------------------------------------


def test_no_matching_monitoring(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    failure = gated(**DEPLOYMENT, state=["KO"]).failure
    assert (failure["verdict"]["status"], findings(failure)) == ("unknown", ["no_monitoring"])


def test_an_id_that_is_not_there(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row())
    failure = gated(**DEPLOYMENT, monitoring_id=[1, 9]).failure
    assert [(each["name"], each["status"]) for each in failure["verdict"]["subjects"]] == [
        ("the id 9", "unknown"),
        ("Home", "pass"),
    ]


@pytest.mark.parametrize("condition", [{"enabled": True}, {"state": ["OK"]}])
def test_an_id_that_another_condition_leaves_out(api: ScriptedApi, condition: dict[str, Any]) -> None:
    """Whoever names a page wants to know of it: the gate must not pass without it."""
    api.expect_token()
    listed(api, monitoring(1), monitoring(2, "Cart", enabled=False, state="KO"))
    runs(api, row())
    failure = gated(**DEPLOYMENT, monitoring_id=[1, 2], **condition).failure
    assert findings(failure) == ["no_monitoring"]
    [(name, value)] = condition.items()
    assert f"No monitoring matches the id 2 and {name}: {value}" in failure["msg"]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (4711, "4711"),
        (date(2026, 11, 25), "2026-11-25"),
        ("10.40", "10.40"),
        (datetime(2026, 11, 25), "2026-11-25T00:00:00"),
    ],
)
def test_a_key_without_quotes_is_the_text_that_the_user_wrote(api: ScriptedApi, given: Any, key: str) -> None:
    api.expect_token()
    api.expect_lab("event/list", {"key": key}, {"events": []})
    assert findings(gated(newer_than={"event_key": given}).failure) == ["no_event"]


def test_no_event(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("event/list", {"key": "release-7"}, {"events": []})
    assert findings(gated(newer_than={"event_key": "release-7"}).failure) == ["no_event"]


def test_a_pair_that_is_refused(api: ScriptedApi) -> None:
    api.expect_token(reply(WRONG_PAIR, 401))
    failure = gated(**DEPLOYMENT).failure
    assert findings(failure) == ["not_authorized"]
    assert failure["verdict"]["status"] == "unknown"


def test_a_token_that_may_not_read_one_of_the_monitorings(api: ScriptedApi) -> None:
    api.expect_token()
    api.ordered = False
    listed(api, monitoring(1), monitoring(2, "Cart"))
    runs(api, row(), number=1, since=DEPLOYED.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    denied = {"success": False, "errorMessage": "no", "errorCode": "NO"}
    api.expect_lab("monitoring/reports", ANY, reply(denied, 403))
    found = gated(**DEPLOYMENT).failure
    assert findings(found) == ["not_authorized"]
    assert found["verdict"]["summary"] == {"total": 2, "pass": 1, "warn": 0, "fail": 0, "unknown": 1}


def test_a_monitoring_whose_reports_the_api_refuses(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    api.expect_lab("monitoring/reports", ANY, reply({"success": False, "errorMessage": "gone"}, 404))
    assert findings(gated(newer_than=DEPLOYED.isoformat(), wait_timeout=3600).failure) == ["unreadable"]


@pytest.mark.parametrize(("status", "unknown"), [(403, "not_authorized"), (404, "unreadable")])
def test_a_baseline_that_cannot_be_read_hides_no_budget_that_is_broken(
    api: ScriptedApi, status: int, unknown: str
) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row(lcp=4300))
    api.expect_lab("monitoring/reports", ANY, reply({"success": False, "errorMessage": "no"}, status))
    failure = gated(**DEPLOYMENT, baseline={}, fail_on=["fail"]).failure
    assert findings(failure) == ["budget_fail", unknown]
    [subject] = failure["verdict"]["subjects"]
    told = 'It is not known whether Largest Contentful Paint of "Home" got worse because its earlier runs'
    assert subject["findings"][1]["message"].startswith(told)


def test_a_baseline_that_cannot_be_read_is_no_pass(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring())
    runs(api, row())
    api.expect_lab("monitoring/reports", ANY, reply({"success": False, "errorMessage": "no"}, 404))
    assert findings(gated(**DEPLOYMENT, baseline={}).failure) == ["unreadable"]


def test_unknown_need_not_stop_the_pipeline(api: ScriptedApi) -> None:
    api.expect_token(reply(WRONG_PAIR, 401))
    assert gated(**DEPLOYMENT, fail_on=["fail"]).result["status"] == "unknown"


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_where_this_clock_is_behind_reports_count_from_so_much_later_on(api: ScriptedApi) -> None:
    """The deployment was at 12:00 by this clock, which is 12:05 by the API's: a run of 12:03 is one of before."""
    api.expect_token()
    listed(api, monitoring(), Date=date_header(datetime.now(timezone.utc) + timedelta(minutes=5)))
    runs(api, row(DEPLOYED + timedelta(minutes=3)))
    run_of_before = gated(**DEPLOYMENT)
    assert findings(run_of_before.failure) == ["no_fresh_report"]


def test_where_this_clock_is_ahead_no_report_of_before_gets_in_either(api: ScriptedApi) -> None:
    """The deployment was at 12:00 by this clock, which is 11:55 by the API's: a run of 11:58 may be one of before."""
    api.expect_token()
    listed(api, monitoring(), Date=date_header(datetime.now(timezone.utc) - timedelta(minutes=5)))
    runs(api, row(DEPLOYED - timedelta(minutes=2)))
    assert findings(gated(**DEPLOYMENT).failure) == ["no_fresh_report"]


def test_the_date_of_an_event_is_that_of_the_api_whatever_this_clock_says(api: ScriptedApi) -> None:
    api.expect_token()
    ahead = date_header(datetime.now(timezone.utc) + timedelta(minutes=5))
    event = {"key": "release-7", "text": "", "date": DEPLOYED.isoformat()}
    api.expect_lab("event/list", {"key": "release-7"}, reply(payload({"events": [event]}), Date=ahead))
    listed(api, monitoring(), Date=ahead)
    runs(api, row(DEPLOYED + timedelta(minutes=3)))
    assert gated(newer_than={"event_key": "release-7"}, wait_timeout=0).result["status"] == "pass"


# --- waiting ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock on which the gate sleeps without anybody waiting for it."""
    clock = Clock()
    monkeypatch.setattr(gate, "time", clock)
    return clock


def test_it_waits_until_each_monitoring_ran_and_reads_only_what_has_news(api: ScriptedApi, waiting: Clock) -> None:
    api.expect_token()
    api.ordered = False
    script: list[tuple[list[dict[str, Any]], list[int]]] = [
        ([monitoring(1, last=BEFORE), monitoring(2, "Cart", last=BEFORE)], [1, 2]),
        ([monitoring(1, last=BEFORE), monitoring(2, "Cart", last=BEFORE)], []),
        ([monitoring(1, last=AFTER), monitoring(2, "Cart", last=BEFORE)], [1]),
        ([monitoring(1, last=AFTER), monitoring(2, "Cart", last=AFTER)], [2]),
    ]
    polls = iter(script)
    current: list[Any] = []

    def lists(call: Call) -> Reply:
        current[:] = [next(polls)]
        return reply(payload({"monitorings": current[0][0]}))

    def reads(call: Call) -> Reply:
        assert call.body["monitoringId"] in current[0][1]
        last = next(each for each in current[0][0] if each["id"] == call.body["monitoringId"])["lastExecution"]
        return reply(payload({"monitoringData": [row(datetime.fromtimestamp(last / 1000, timezone.utc))]}))

    api.expect_lab("monitoring/list", {}, lists, times=4)
    api.expect_lab("monitoring/reports", ANY, reads, times=4)
    result = gated(newer_than=DEPLOYED.isoformat(), poll_interval=60).result
    assert (result["status"], result["waited_seconds"]) == ("pass", 180)


def test_it_waits_for_as_many_runs_as_are_needed_and_counts_those_that_failed(api: ScriptedApi, waiting: Clock) -> None:
    api.expect_token()
    listed(api, monitoring(last=AFTER))
    runs(api, row(AFTER, score=-1))
    later = AFTER + timedelta(minutes=5)
    listed(api, monitoring(last=later))
    runs(api, row(later), row(AFTER, score=-1))
    latest = later + timedelta(minutes=5)
    listed(api, monitoring(last=latest))
    runs(api, row(latest), row(later), row(AFTER, score=-1))
    result = gated(newer_than=DEPLOYED.isoformat(), samples={"min": 2}).result
    [subject] = result["verdict"]["subjects"]
    assert (subject["details"]["runs"], subject["details"]["failed_runs"]) == (3, 1)
    assert result["status"] == "pass"


def test_a_run_that_is_listed_before_its_report_can_be_read_is_asked_for_again(
    api: ScriptedApi, waiting: Clock
) -> None:
    api.expect_token()
    listed(api, monitoring(last=AFTER))
    runs(api)
    listed(api, monitoring(last=AFTER))
    runs(api, row())
    assert gated(newer_than=DEPLOYED.isoformat()).result["status"] == "pass"


@pytest.mark.parametrize(
    ("given", "frequency", "minutes"),
    [
        ({}, 60, 95),
        ({}, 10, 20),
        ({"samples": {"min": 3}}, 10, 40),
        ({"wait_timeout": 600}, 60, 10),
        ({}, None, 0),
        ({}, 0, 0),
    ],
)
def test_the_time_to_wait_comes_from_the_frequency_unless_it_is_given(
    api: ScriptedApi, waiting: Clock, given: dict[str, Any], frequency: Any, minutes: int
) -> None:
    api.expect_token()
    polls = minutes * 60 // 300 + 1
    api.expect_lab("monitoring/list", {}, {"monitorings": [monitoring(last=BEFORE, frequency=frequency)]}, times=1)
    runs(api)
    if minutes:
        again = {"monitorings": [monitoring(last=BEFORE, frequency=frequency)]}
        api.expect_lab("monitoring/list", {}, again, times=polls - 1)
    failure = gated(newer_than=DEPLOYED.isoformat(), poll_interval=300, **given).failure
    assert findings(failure) == ["no_fresh_report"]
    assert failure["waited_seconds"] == minutes * 60


def test_a_disabled_monitoring_is_not_waited_for(api: ScriptedApi) -> None:
    api.expect_token()
    listed(api, monitoring(last=BEFORE, enabled=False))
    runs(api)
    assert findings(gated(newer_than=DEPLOYED.isoformat()).failure) == ["disabled"]


def test_trouble_that_may_pass_does_not_end_the_waiting(api: ScriptedApi, waiting: Clock) -> None:
    api.expect_token()
    listed(api, monitoring(last=BEFORE))
    runs(api)
    api.expect_lab("monitoring/list", {}, reply({"success": False}, 500))
    listed(api, monitoring(last=AFTER))
    runs(api, row())
    assert gated(newer_than=DEPLOYED.isoformat(), retry_timeout=0).result["status"] == "pass"


def test_rights_that_are_lost_meanwhile_end_it(api: ScriptedApi, waiting: Clock) -> None:
    api.expect_token()
    listed(api, monitoring(last=BEFORE))
    runs(api)
    api.expect_lab("monitoring/list", {}, reply({"success": False}, 403))
    assert findings(gated(newer_than=DEPLOYED.isoformat()).failure) == ["not_authorized"]


# --- before any request -----------------------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"budgets": None}, "neither budgets nor budgets_file is given"),
    ({"budgets_file": "/x"}, "both budgets and budgets_file are given"),
    ({"budgets": {"defaults": {"lcp": {"fail": 1}}}}, "budgets, defaults.lcp: is no metric"),
    ({"budgets": None, "budgets_file": "/no/such/file"}, "/no/such/file cannot be read on"),
    ({"newer_than": "yesterday"}, "newer_than: 'yesterday' is not a date"),
    ({"newer_than": ""}, "newer_than is empty, as from a variable that is not set"),
    ({"newer_than": " "}, "newer_than is empty, as from a variable that is not set"),
    ({"newer_than": {}}, "newer_than has to be a date, or {event_key: KEY}"),
    ({"newer_than": {"event": "x"}}, "newer_than has to be a date, or {event_key: KEY}"),
    ({"newer_than": {"event_key": " "}}, "newer_than has to be a date, or {event_key: KEY}"),
    ({"newer_than": {"event_key": None}}, "newer_than: event_key has to be text"),
    ({"newer_than": {"event_key": 10.40}}, "newer_than: event_key is a number with a decimal point"),
    ({"newer_than": {"event_key": True}}, "newer_than: event_key is a boolean"),
    ({"newer_than": "2026-11-25", "last_days": 2}, "last_days goes without newer_than"),
    ({"wait_timeout": 5}, "wait_timeout waits for reports newer than newer_than, which is not given"),
    ({"last_days": 10**6}, "last_days is 1000000, but has to be 36500 or less"),
    ({"baseline": {"last_days": 10**9}}, "baseline.last_days is 1000000000, but has to be 36500 or less"),
    ({"newer_than": "0001-01-01", "baseline": {}}, "newer_than lies in the year 1"),
    ({"newer_than": "9999-12-31T23:59:59Z"}, "newer_than lies in the year 9999"),
    ({"last_days": 0}, "last_days is 0, but has to be 1 or more"),
    ({"newer_than": "2026-11-25", "wait_timeout": -1}, "wait_timeout is -1, but has to be 0 or more"),
    ({"poll_interval": 0.5}, "poll_interval is 0.5, but has to be 1 or more"),
    ({"samples": {"min": 0}}, "samples.min is 0, but has to be 1 or more"),
    ({"baseline": {"last_days": 0}}, "baseline.last_days is 0"),
    ({"baseline": {"max_regression_percent": -1}}, "baseline.max_regression_percent is -1"),
    ({"baseline": {"min_absolute": {"lcp": 1}}}, "baseline.min_absolute: lcp is no metric"),
    ({"baseline": {"min_absolute": {LCP: "much"}}}, f"baseline.min_absolute: {LCP} has to be a number"),
]


@pytest.mark.parametrize(("given", "told"), WRONG, ids=[told[:40] for _given, told in WRONG])
def test_a_wrong_option_is_told_before_any_request(api: ScriptedApi, given: dict[str, Any], told: str) -> None:
    failure = gated(**given).failure
    assert failure["code"] == "bad_input"
    assert told in failure["msg"]
    assert api.calls == []


FILES: list[tuple[str, str]] = [
    ("", "line 1: budgets: has to be a dictionary, not nothing"),
    ("defaults:\n  lcp: {fail: 1}\n", f"line 2: defaults.lcp: is no metric that is known here; is {LCP} meant?"),
    (f"defaults:\n  score: {{fail: 80}}\n  {LCP}:\n    warn: 4000\n    fail: 2500\n", f"line 4: defaults.{LCP}.warn"),
    (f"defaults:\n  {LCP}:\n    fail: fast\n", f"line 3: defaults.{LCP}.fail: has to be a number (ms)"),
    (
        f"overrides:\n  - match: {{name: A}}\n    budgets: {{{LCP}: {{fail: 1}}}}\n  - match:\n      nmae: B\n"
        f"    budgets: {{{LCP}: {{fail: 1}}}}\n",
        "line 5: overrides[2].match.nmae: is no key",
    ),
    (f"overrides:\n  - budgets:\n      {LCP}: {{fail: 1}}\n", "line 2: overrides[1]: lacks match"),
    ("defaults:\n  score: {fail: 1}\n  score: {fail: 2}\n", "line 3: defaults.score: stands here twice"),
    ("defaults:\n  score: [1\n", "line 3, column 1: this is not YAML"),
    ("defaults: {score: {fail: 2026-02-30}}\n", "a value cannot be read"),
    ("a: &a\n  - *a\n", "line 1: a: is no key that is known here"),
    (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
        "line 10: a9: is no key that is known here",
    ),
    (
        f"overrides:\n  - match: {{name: A}}\n    budgets: &same\n      {LCP}: {{fail: fast}}\n"
        "  - match: {name: B}\n    budgets: *same\n",
        f"line 4: overrides[1].budgets.{LCP}.fail: has to be a number",
    ),
    ("%s", "this is not YAML"),
    ("defaults: !!python/object:os.system {}\n", "line 1: could not determine a constructor"),
]


@pytest.mark.parametrize(("text", "told"), FILES, ids=[told[:40] for _text, told in FILES])
def test_a_mistake_in_the_file_is_told_with_its_line(api: ScriptedApi, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "budgets.yml"
    path.write_text(text, "utf-8")
    failure = gated(budgets=None, budgets_file=str(path)).failure
    assert f"{path}" in failure["msg"]
    assert told in failure["msg"]
    assert failure["code"] == "bad_input"


def test_all_mistakes_of_a_file_are_told_each_with_its_line(api: ScriptedApi, tmp_path: Path) -> None:
    path = tmp_path / "budgets.yml"
    path.write_text("defaults:\n  lcp: {fail: 1}\n  score: {fail: 200}\n", "utf-8")
    message = gated(budgets=None, budgets_file=str(path)).failure["msg"]
    assert f"{path}, line 2: " in message
    assert f"{path}, line 3: " in message


def test_a_file_may_be_json_too(api: ScriptedApi, tmp_path: Path) -> None:
    path = tmp_path / "budgets.json"
    path.write_text(json.dumps(BUDGETS), "utf-8")
    api.expect_token()
    listed(api, monitoring())
    runs(api, row())
    assert gated(**DEPLOYMENT, budgets=None, budgets_file=str(path)).result["status"] == "pass"


def test_a_file_that_is_no_text_or_too_large_is_refused(api: ScriptedApi, tmp_path: Path) -> None:
    path = tmp_path / "budgets.yml"
    path.write_bytes(b"\xff\xfe")
    assert "is not UTF-8 (byte 1)" in gated(budgets=None, budgets_file=str(path)).failure["msg"]
    path.write_bytes(b"#" * 2_000_000)
    assert "is larger than any file of budgets" in gated(budgets=None, budgets_file=str(path)).failure["msg"]


def test_without_the_library_a_file_cannot_be_read(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets_file, "YAML_IMPORT_ERROR", "Traceback")
    failure = gated(budgets=None, budgets_file=str(tmp_path / "budgets.yml")).failure
    assert failure["code"] == "library_missing"
    assert api.calls == []
