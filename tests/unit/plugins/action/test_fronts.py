# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both fronts give the same result: one table of tasks, each as a module and in-process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.action import (
    speedlab_credentials_info,
    speedlab_event,
    speedlab_event_info,
    speedlab_gate,
    speedlab_har,
    speedlab_monitoring_info,
    speedlab_report_info,
    speedlab_scenario_info,
    speedlab_token,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.actions import Play
from ansible_collections.contentsquare.speedlab.tests.unit.support.modules import run_module
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply, text_reply

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
TOKEN, MONITORINGS, CREDENTIALS = (
    each.ActionModule for each in (speedlab_token, speedlab_monitoring_info, speedlab_credentials_info)
)
SCENARIOS, REPORTS, HAR = (each.ActionModule for each in (speedlab_scenario_info, speedlab_report_info, speedlab_har))
EVENT, EVENTS = (each.ActionModule for each in (speedlab_event, speedlab_event_info))
GATE = speedlab_gate.ActionModule
Script = Callable[[ScriptedApi], None]
LISTED = [{"id": 1, "name": "A &amp; B", "state": "OK", "config": {"basicAuth": {"user": "u", "password": "CANARY"}}}]

DECLARED = [
    {"name": "A & B", "frequency": "60", "config": {"location": "Paris", 1: True}},
    {"url": "https://x.example"},
]
GATED = {"budgets": {"defaults": {"score": {"warn": "80", "fail": 60}}}, "newer_than": "2018-11-13"}
SECRETIVE = [{"name": "A & B", "config": {"header": [{"key": "X", "value": "CANARY"}]}}]


def nothing(api: ScriptedApi) -> None:
    """No request is made."""


def a_token(api: ScriptedApi) -> None:
    api.expect_token()


def a_list(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": LISTED})


def an_identity(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()))


def scenarios(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("scenario/list", {}, {"scenarios": [{"id": 1, "name": "A &amp; B"}]})


def runs(api: ScriptedApi) -> None:
    scenarios(api)
    rows = {"scenario": {"reports": [{"date": 1542117158294, "summary": {"fail": 1}}]}}
    api.expect_lab("scenario/reports", {"scenarioId": 1, "lastDays": 2, "limit": 0}, rows)
    api.expect_lab("scenario/reports", {"scenarioId": 1, "lastDays": 2, "limit": 0, "error": True}, None)


def reports(api: ScriptedApi) -> None:
    report = {"date": 1542117158294, "summary": {"score": 90}, "config": LISTED[0]["config"]}
    api.expect_token()
    api.expect_lab("analysis/report", {"reportId": "a"}, {"report": report})
    api.expect_lab("analysis/report", {"reportId": "b"}, None)


def a_run(api: ScriptedApi) -> None:
    a_list(api)
    since = {"monitoringId": 1, "limit": 0, "dateFrom": "2018-11-13T00:00:00.000Z"}
    api.expect_lab("monitoring/reports", since, {"monitoringData": [{"date": 1542117158294, "score": 70}]})


def a_har(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("analysis/har", {"reportId": "a"}, {"log": {"entries": [{"cookies": ["CANARY"]}]}})


MARK: dict[str, Any] = {**LOGIN, "key": "k", "text": "A &amp; B"}


def an_event(api: ScriptedApi) -> None:
    api.expect_token()
    event = {"key": "k", "text": "A & B", "date": "2026-11-23T14:00:00+02:00", "links": {"isNew": True}}
    api.expect_lab("event/list", {"key": "k"}, {"events": [event]})


def events_of(api: ScriptedApi, key: str) -> None:
    api.expect_token()
    api.expect_lab("event/list", {"key": key}, {"events": []})


def many_events(api: ScriptedApi) -> None:
    api.expect_token()
    events = [{"key": key, "text": "t", "date": f"{year}-01-01T00:00:00Z"} for key, year in (("a", 2020), ("b", 2999))]
    api.expect_lab("event/list", {}, {"events": events})


def linked_events(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": LISTED})


def refused(api: ScriptedApi) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))


def no_json(api: ScriptedApi) -> None:
    api.expect_token(text_reply("<h1>welcome</h1>"))


SECRET = PAIR.client_secret
BOTH_QUOTES = "a'secret\"with\\quotes"
QUOTED = {"client_id": "id", "client_secret": BOTH_QUOTES}


def echoes(api: ScriptedApi) -> None:
    """The secret in a name, a key, a number of texts, and as the API's word for a state."""
    config = {SECRET: "a key", "custom": {f"key of {SECRET}": [SECRET, 1, True, None]}}
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1, "name": f"A {SECRET}", "config": config}]})


def an_echo_of_quotes(api: ScriptedApi) -> None:
    api.expect_token(pair=Pair("id", BOTH_QUOTES))
    names = [BOTH_QUOTES, repr(BOTH_QUOTES), json.dumps(BOTH_QUOTES), BOTH_QUOTES.upper(), BOTH_QUOTES.lower()]
    listed = [{"id": number, "name": name} for number, name in enumerate(names)]
    api.expect_lab("monitoring/list", {}, {"monitorings": listed})


def an_event_that_echoes(api: ScriptedApi) -> None:
    api.expect_token()
    events = [{"key": "k", "text": f"of {SECRET}", "date": "2026-11-23T12:00:00Z"}]
    api.expect_lab("event/list", {"key": "k"}, {"events": events})


def an_identity_that_echoes(api: ScriptedApi) -> None:
    answer = samples.identity_answer()
    api.expect_identity(reply({**answer, "projects": [{"id": 1, "name": SECRET}]}))


def an_error_that_echoes(api: ScriptedApi) -> None:
    api.expect_token(reply({"error": "invalid_client", "error_description": f"{SECRET} is wrong"}, 401))


ENTRIES = [
    {"name": f"prod {SECRET}", "environment": SECRET, "owner": f"{SECRET}s", "expires_on": "2999-01-31"},
    {"name": "short", "client_id": "id", "client_secret": "seven", "owner": "seven days", "environment": "prod"},
]

TABLE: list[tuple[str, Any, dict[str, Any], Script]] = [
    ("a token", TOKEN, LOGIN, a_token),
    ("a token, not returned", TOKEN, {**LOGIN, "return_token": False}, a_token),
    ("a token forgotten", TOKEN, {**LOGIN, "state": "absent"}, nothing),
    ("a pair that is refused", TOKEN, LOGIN, refused),
    ("an answer that is no JSON", TOKEN, LOGIN, no_json),
    ("monitorings", MONITORINGS, LOGIN, a_list),
    ("monitorings, unredacted", MONITORINGS, {**LOGIN, "redact": False}, a_list),
    ("monitorings, queried", MONITORINGS, {**LOGIN, "query": "monitorings[].name"}, a_list),
    ("monitorings, selected in text", MONITORINGS, {**LOGIN, "monitoring_id": "1,2", "enabled": "yes"}, a_list),
    ("monitorings, declared", MONITORINGS, {**LOGIN, "expected": DECLARED}, a_list),
    ("monitorings, declared with a secret", MONITORINGS, {**LOGIN, "expected": SECRETIVE}, nothing),
    ("monitorings, declared and filtered", MONITORINGS, {**LOGIN, "expected": DECLARED, "name": "A"}, nothing),
    ("a wrong key of a declared one", MONITORINGS, {**LOGIN, "expected": [{"nmae": "x"}]}, nothing),
    ("a gate", GATE, {**LOGIN, **GATED}, a_run),
    ("a gate that closes", GATE, {**LOGIN, **GATED, "fail_on": "warn,fail"}, a_run),
    ("a gate that is refused", GATE, {**LOGIN, **GATED}, refused),
    ("a gate without a budget", GATE, LOGIN, nothing),
    ("a gate with a wrong budget", GATE, {**LOGIN, "budgets": {"defaults": {"lcp": {"fail": 1}}}}, nothing),
    ("a gate with a wrong aggregate", GATE, {**LOGIN, **GATED, "samples": {"aggregate": "mode"}}, nothing),
    ("credentials", CREDENTIALS, LOGIN, an_identity),
    ("credentials, unverified", CREDENTIALS, {**LOGIN, "verify": "none"}, nothing),
    ("scenarios", SCENARIOS, LOGIN, scenarios),
    ("scenarios, queried", SCENARIOS, {**LOGIN, "query": "scenarios[].name"}, scenarios),
    ("scenarios, an id that is not there", SCENARIOS, {**LOGIN, "scenario_id": "1,9"}, scenarios),
    ("runs of scenarios", SCENARIOS, {**LOGIN, "include": ["reports"], "last_days": "2"}, runs),
    ("reports", REPORTS, {**LOGIN, "report_id": "a,b", "concurrency": 1}, reports),
    ("reports, unredacted", REPORTS, {**LOGIN, "report_id": "a,b", "concurrency": 1, "redact": False}, reports),
    ("no report", REPORTS, {**LOGIN, "report_id": []}, nothing),
    ("no id", REPORTS, LOGIN, nothing),
    ("a HAR", HAR, {**LOGIN, "report_id": "a", "dest": "$SPEEDLAB_TEST_FOLDER/a.har"}, a_har),
    ("a HAR of two", HAR, {**LOGIN, "report_id": "a", "step_id": "b", "dest": "/a.har"}, nothing),
    ("a HAR in a directory that is not there", HAR, {**LOGIN, "report_id": "a", "dest": "/no/such/a.har"}, nothing),
    ("an event as wanted", EVENT, {**MARK, "date": "2026-11-23 12:00"}, an_event),
    ("an event with a wrong name", EVENT, {**MARK, "monitorings": "A & C"}, linked_events),
    ("an event without a text", EVENT, {**LOGIN, "key": "k"}, nothing),
    ("no event", EVENT, {**LOGIN, "key": "a", "state": "absent"}, lambda api: events_of(api, "a")),
    ("nothing to prune", EVENT, {**LOGIN, "state": "absent", "key_pattern": "c*", "older_than": "1"}, many_events),
    ("all events removed", EVENT, {**LOGIN, "state": "absent"}, nothing),
    ("a deployment", EVENT, {**MARK, "deployment": {"phase": "success", "environment": "prod"}}, an_event),
    ("a deployment of a wrong phase", EVENT, {**MARK, "deployment": {"phase": "end"}}, nothing),
    ("events", EVENTS, LOGIN, many_events),
    ("events of a pattern, queried", EVENTS, {**LOGIN, "key_pattern": "a*", "query": "events[].key"}, many_events),
    ("events until a day", EVENTS, {**LOGIN, "date_to": "2020-12-31"}, many_events),
    ("events of a period that ends before it begins", EVENTS, {**LOGIN, "date_from": 2, "date_to": 1}, nothing),
    ("the secret in names and keys", MONITORINGS, LOGIN, echoes),
    ("the secret in names and keys, unredacted", MONITORINGS, {**LOGIN, "redact": False}, echoes),
    ("the secret in an answer to a query", MONITORINGS, {**LOGIN, "query": "monitorings[].config"}, echoes),
    ("the secret in a finding", MONITORINGS, {**LOGIN, "expected": [{"name": f"A {SECRET}", "lang": "x"}]}, echoes),
    ("the secret as it may be quoted", MONITORINGS, QUOTED, an_echo_of_quotes),
    ("the secret in a diff", EVENT, {**MARK, "text": f"of {SECRET}", "date": "2026-11-23 12:00"}, an_event_that_echoes),
    ("the secret in an error", TOKEN, LOGIN, an_error_that_echoes),
    ("the secret in what a pair reaches", CREDENTIALS, LOGIN, an_identity_that_echoes),
    ("the secret in entries", CREDENTIALS, {**LOGIN, "credentials": ENTRIES, "verify": "none"}, nothing),
    ("a secret that is too short", TOKEN, {**LOGIN, "client_secret": "short"}, nothing),
    ("a client id with the end of a line", TOKEN, {**LOGIN, "client_id": "shop-production\r"}, nothing),
    ("a secret with a byte order mark", CREDENTIALS, {**LOGIN, "client_secret": "\ufeffsecret-of-task"}, nothing),
    ("a scope with a space that does not break", TOKEN, {**LOGIN, "scopes": "speed-\u00a0analysis"}, nothing),
    ("an unknown option", TOKEN, {**LOGIN, "clientid": "x"}, nothing),
    ("two unknown options", MONITORINGS, {**LOGIN, "nmae": "x", "ulr": "y"}, nothing),
    ("an option of the wrong type", MONITORINGS, {**LOGIN, "limit": "many"}, nothing),
    ("an option of the wrong choice", TOKEN, {**LOGIN, "state": "perhaps"}, nothing),
    ("an entry without a name", CREDENTIALS, {**LOGIN, "credentials": [{"client_id": "x"}]}, nothing),
    ("an unknown key of an entry", CREDENTIALS, {**LOGIN, "credentials": [{"name": "x", "nmae": "y"}]}, nothing),
    ("a wrong query", MONITORINGS, {**LOGIN, "query": "a["}, nothing),
    ("nobody to log in", TOKEN, {}, nothing),
]
# A module hands its warnings over in its own way; each front writes its files to a folder of its own.
_OF_THE_FRONT = {"invocation", "_ansible_no_log", "warnings", "dest"}
_OF_THE_CLOCK = {"expires_at", "expires_in", "checked_at"}


def shown(result: dict[str, Any]) -> Any:
    """A result without what the front adds and what the clock decides."""
    found = {key: value for key, value in result.items() if key not in _OF_THE_FRONT}
    found.setdefault("changed", False)  # a module that refuses its arguments says nothing of it
    return steady(found)


def steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: steady(item) for key, item in value.items() if key not in _OF_THE_CLOCK}
    return [steady(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("action", "arguments", "script"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_both_fronts_give_the_same_result(
    api: ScriptedApi,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    action: Any,
    arguments: dict[str, Any],
    script: Script,
    check: bool,
) -> None:
    calls = nothing if check and action is TOKEN else script  # speedlab_token makes no request in check mode
    for folder in ("files-of-the-module", "files-of-the-action"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "of-the-module"))
    monkeypatch.setenv("SPEEDLAB_TEST_FOLDER", str(tmp_path / "files-of-the-module"))
    calls(api)
    by_module = run_module(action.TASK, arguments, check=check, diff=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "of-the-action"))
    monkeypatch.setenv("SPEEDLAB_TEST_FOLDER", str(tmp_path / "files-of-the-action"))
    calls(api)
    by_action = Play(action, arguments, check=check, diff=True).run()
    if "failure" not in by_module:  # a module that refuses its arguments can say no more than Ansible does
        assert by_action.pop("failure", {"code": "bad_input"})["code"] == "bad_input"
    assert shown(by_action) == shown(by_module)
    assert SECRET not in str(shown(by_action))
    assert written(tmp_path / "files-of-the-action") == written(tmp_path / "files-of-the-module")


def written(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mode, path.read_bytes()) for path in folder.iterdir()}
