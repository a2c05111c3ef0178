# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The watch's options, and one poll: which calls it makes, and what it makes of the answers."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client, Reporter
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    AccessDenied,
    EndpointRefused,
    LoginError,
    MissingCredentials,
    PairExpired,
    ProjectNeeded,
    ScopeRefused,
    ServiceUnavailable,
    SettingsError,
    SpeedlabError,
    TimedOut,
    TokenRefused,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.judge import (
    Observation,
    Snapshot,
    observe,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.state import WatchState
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch.poll import (
    OPTIONS,
    Plan,
    default_state_file,
    plan_from,
    poll,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply, text_reply
from ansible_collections.contentsquare.speedlab.tests.unit.support.tasks import LOGIN

NOW = datetime.now(timezone.utc)
HOUR_AGO, NOW_MS = (int((NOW - timedelta(hours=hours)).timestamp() * 1000) for hours in (1, 0))
NO_RETRIES = {"retry_timeout": 0}


def plan(**given: Any) -> Plan:
    validation = ArgumentSpecValidator(argument_spec(OPTIONS)).validate({**LOGIN, **given})
    assert not validation.error_messages, validation.error_messages
    return plan_from(validation.validated_parameters, os.environ, "2.21.0")


def listed(number: int = 1, **changes: Any) -> dict[str, Any]:
    known = {"id": number, "name": f"Page {number}", "url": f"https://shop.example/{number}", "state": "OK"}
    return {**known, "lastExecution": HOUR_AGO, "enabled": True, "frequency": 60, **changes}


class Watch:
    """Looks that follow each other."""

    def __init__(self, api: ScriptedApi, **given: Any) -> None:
        self.api, self.plan, self.state, self.warnings = api, plan(**given), WatchState("0" * 32), list[str]()
        self.client = Client(self.plan.settings, Reporter(warn=self.warnings.append))
        self.parts: list[Observation] = []
        api.expect_token()

    def expect_list(self, *monitorings: Mapping[str, Any], body: Any = None, gives: Any = None) -> None:
        self.api.expect_lab("monitoring/list", body or {}, gives or {"monitorings": list(monitorings)})

    def expect_runs(self, number: int, gives: Any, since: int | None = HOUR_AGO) -> None:
        moment = datetime.fromtimestamp((since or 0) // 1000, timezone.utc)
        text = ANY if since is None else f"{moment:%FT%T}.{since % 1000:03d}Z"
        body = {"monitoringId": number, "limit": 0, "dateFrom": text}
        self.api.expect_lab("monitoring/reports", body, {"monitoringData": gives} if isinstance(gives, list) else gives)

    def poll(self) -> list[dict[str, Any]]:
        self.parts, events = [], []
        for part in poll(self.plan, self.client, self.state):
            self.parts.append(part)
            self.state, emitted = observe(self.state, part, datetime.now(timezone.utc), self.plan.rules)
            events += emitted
        return events

    @property
    def snapshots(self) -> list[Snapshot]:
        return [snapshot for part in self.parts for snapshot in part.snapshots]


@pytest.fixture
def watch(api: ScriptedApi) -> Watch:
    return Watch(api, **NO_RETRIES)


# --- a poll -----------------------------------------------------------------------------------------------------------


def test_the_baseline_is_one_call_and_tells_nothing(watch: Watch) -> None:
    watch.expect_list(listed(1), listed(2, state="KO"))
    assert watch.poll() == []


def test_a_poll_without_news_is_one_call(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1))
    assert watch.poll() == []


def test_only_the_runs_of_monitorings_that_ran_are_read_from_the_last_known_one_on(watch: Watch) -> None:
    watch.expect_list(listed(1), listed(2))
    watch.poll()
    watch.expect_list(listed(1), listed(2, lastExecution=NOW_MS))
    row = {"id": "abc", "date": NOW_MS, "score": 88, "loadTime": 2100, "timings": {"firstByte": 120}}
    watch.expect_runs(2, [row, {"id": "old", "date": HOUR_AGO, "score": 1}, {"id": "undated"}])
    (event,) = watch.poll()
    assert (event["type"], event["monitoring"]["id"], event["report"]["id"]) == ("report_added", 2, "abc")
    metrics = event["report"]["metrics"]
    assert (metrics["score"], metrics["load_time"], metrics["first_byte"], metrics["speed_index"]) == (
        *(88, 2100, 120),
        None,
    )


def test_all_runs_of_a_monitoring_that_never_ran_are_read(watch: Watch) -> None:
    watch.expect_list(listed(1, lastExecution=None, state=None))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=NOW_MS))
    watch.expect_runs(1, [{"id": "abc", "date": NOW_MS, "score": -1}], since=None)
    (event,) = watch.poll()
    assert (event["report"]["failed"], event["report"]["metrics"]["score"]) == (True, None)


def test_without_reports_among_the_events_no_report_is_read(api: ScriptedApi) -> None:
    watch = Watch(api, events=["state_changed"])
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=NOW_MS, state="KO"))
    assert [event["type"] for event in watch.poll()] == ["state_changed"]


def test_the_selection_is_by_text_at_the_api_and_by_id_here(api: ScriptedApi) -> None:
    watch = Watch(api, name="Page", url="shop", monitoring_id=[2, 9])
    watch.expect_list(listed(1), listed(2), body={"name": "Page", "url": "shop"})
    watch.poll()
    assert [snapshot.id for snapshot in watch.snapshots] == [2]
    assert watch.parts[-1].listed == frozenset({2})


@pytest.mark.parametrize(
    ("given", "told"),
    [({"name": "Chekout"}, "No monitoring is watched"), ({"monitoring_id": [7]}, "no such monitoring: 7")],
)
def test_a_selection_that_selects_nothing_is_warned_of(api: ScriptedApi, given: dict[str, Any], told: str) -> None:
    watch = Watch(api, **given)
    watch.expect_list(body={key: value for key, value in given.items() if key == "name"})
    assert watch.poll() == []
    (warning,) = watch.warnings
    assert told in warning


def test_the_state_of_another_project_is_warned_of(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    for _each in range(2):
        watch.expect_list(listed(2))
        watch.poll()
    (warning,) = watch.warnings
    assert "another project" in warning


def test_what_a_site_keeps_secret_is_in_no_sight(watch: Watch) -> None:
    cookies = [{"name": "a", "value": "cookie-v"}]
    config = {"basicAuth": {"user": "shop", "password": "site-password"}, "cookies": cookies}
    url = "https://shop:url-password@shop.example/"
    watch.expect_list(listed(1, config=config, url=url, errorMessage="401 for site-password"))
    watch.poll()
    shown = repr(watch.snapshots)
    assert "401 for VALUE_REDACTED" in shown
    assert not [secret for secret in ("site-password", "cookie-v", "url-password") if secret in shown]


def test_names_are_decoded_and_odd_fields_stand_for_nothing(watch: Watch) -> None:
    watch.expect_list(listed(1, name="Caf&eacute; &amp; bar", state=7, frequency="often", lastExecution="x", url=None))
    watch.poll()
    (snapshot,) = watch.snapshots
    assert snapshot == Snapshot(1, "Café & bar", None, None, "", True, None, None)


def test_a_date_far_ahead_is_none_and_outdates_nothing(watch: Watch) -> None:
    ahead = NOW_MS + 40 * 365 * 86_400_000
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=ahead))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=NOW_MS, state="KO"))
    watch.expect_runs(1, [{"id": "odd", "date": ahead, "score": 88}, {"id": "a", "date": NOW_MS, "score": 88}])
    assert [event["type"] for event in watch.poll()] == ["report_added", "state_changed"]


def test_a_monitoring_that_is_listed_twice_is_one(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1, state="KO"), listed(1, state="KO"))
    assert [event["type"] for event in watch.poll()] == ["state_changed"]


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_a_failure_ends_the_poll_and_says_what_a_failed_task_says(watch: Watch) -> None:
    watch.expect_list(gives=text_reply("<html>", 503))
    (event,) = watch.poll()
    failure = event["health"]["failure"]
    assert (failure["code"], failure["status"], failure["retryable"]) == ("service_unavailable", 503, True)
    assert failure["msg"].startswith("The API is not available")


def test_a_refused_pair_is_emitted_as_such(api: ScriptedApi) -> None:
    watch = Watch(api)
    api._expected.clear()
    api.expect_token(reply({"error": "invalid_client"}, 401))
    assert [event["type"] for event in watch.poll()] == ["credential_refused", "health"]


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        *((kind, ["credential_refused", "health"]) for kind in (LoginError, PairExpired, ScopeRefused, ProjectNeeded)),
        *((kind, ["health"]) for kind in (EndpointRefused, TokenRefused, AccessDenied, ServiceUnavailable, TimedOut)),
    ],
)
def test_every_failure_to_log_in_is_about_the_pair_and_no_other_is(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, kind: type[SpeedlabError], types: list[str]
) -> None:
    def failing(**_given: object) -> None:
        raise kind("It failed")

    watch.api._expected.clear()
    monkeypatch.setattr(watch.client.lab, "monitorings", failing)
    assert [event["type"] for event in watch.poll()] == types


def test_a_monitoring_whose_runs_are_refused_waits_and_the_others_do_not(watch: Watch) -> None:
    watch.api.ordered = False
    watch.expect_list(listed(1), listed(2))
    watch.poll()
    ran = [listed(1, lastExecution=NOW_MS), listed(2, lastExecution=NOW_MS)]
    watch.expect_list(*ran)
    watch.expect_runs(1, reply({"success": False, "errorCode": "GONE"}, 404))
    watch.expect_runs(2, [{"id": "b", "date": NOW_MS, "score": 88}])
    assert [event["monitoring"]["id"] for event in watch.poll()] == [2]
    assert watch.warnings
    watch.expect_list(*ran)
    watch.expect_runs(1, [{"id": "a", "date": NOW_MS, "score": 88}])
    assert [event["monitoring"]["id"] for event in watch.poll()] == [1]


def test_runs_that_are_all_malformed_are_an_outage_and_caught_up_on(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=NOW_MS))
    watch.expect_runs(1, {"monitoringData": "none"})
    assert [event["health"]["status"] for event in watch.poll()] == ["down"]
    watch.expect_list(listed(1, lastExecution=NOW_MS))
    watch.expect_runs(1, [{"id": "a", "date": NOW_MS, "score": 88}])
    assert [event["type"] for event in watch.poll()] == ["report_added", "health"]


def test_one_monitoring_whose_runs_are_malformed_for_ever_is_no_outage_again_and_again(watch: Watch) -> None:
    watch.api.ordered = False
    watch.expect_list(listed(1), listed(2))
    watch.poll()
    emitted = []
    for _each in range(3):
        watch.expect_list(listed(1, lastExecution=NOW_MS), listed(2))
        watch.expect_runs(1, {"monitoringData": "none"})
        emitted += watch.poll()
        watch.expect_list(listed(1, lastExecution=NOW_MS), listed(2, lastExecution=NOW_MS - 1 + _each))
        watch.expect_runs(1, {"monitoringData": "none"})
        watch.expect_runs(2, [{"id": f"b{_each}", "date": NOW_MS - 1 + _each, "score": 88}])
        emitted += watch.poll()
    assert [event["health"]["status"] for event in emitted if event["type"] == "health"] == ["down", "up"]
    assert [event["report"]["id"] for event in emitted if event["type"] == "report_added"] == ["b0", "b1", "b2"]
    watch.expect_list(listed(1, lastExecution=NOW_MS), listed(2, lastExecution=NOW_MS + 2))
    for number in (1, 2):
        watch.expect_runs(number, {"monitoringData": "none"})
    assert [event["health"]["status"] for event in watch.poll()] == ["down"]


@pytest.mark.parametrize("status", [403, 500, 503])
def test_one_monitoring_whose_runs_may_not_be_read_holds_up_no_other(watch: Watch, status: int) -> None:
    watch.api.ordered = False
    watch.expect_list(listed(1), listed(2))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=NOW_MS), listed(2, lastExecution=NOW_MS))
    watch.expect_runs(1, reply({}, status))
    watch.expect_runs(2, [{"id": "b", "date": NOW_MS, "score": 88}])
    assert [(event["type"], event["monitoring"]["id"]) for event in watch.poll()] == [("report_added", 2)]
    watch.expect_list(listed(1, lastExecution=NOW_MS), listed(2, lastExecution=NOW_MS))
    watch.expect_runs(1, reply({}, status))
    assert watch.poll() == []


def _iso(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("given", [str, _iso])
def test_a_run_is_seen_in_whichever_form_its_date_comes(watch: Watch, given: Any) -> None:
    now = NOW_MS // 1000 * 1000
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=given(now)))
    watch.expect_runs(1, [{"id": "a", "date": given(now), "score": 88}])
    assert [event["type"] for event in watch.poll()] == ["report_added"]


def test_a_state_is_emitted_while_no_runs_can_be_read(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    ran = listed(1, lastExecution=NOW_MS, state="KO")
    watch.expect_list(ran)
    watch.expect_runs(1, text_reply("<html>", 503))
    assert [event["type"] for event in watch.poll()] == ["state_changed", "health"]
    watch.expect_list(ran)
    watch.expect_runs(1, [{"id": "a", "date": NOW_MS, "score": 88}])
    assert [event["type"] for event in watch.poll()] == ["report_added", "health"]


def test_a_list_of_another_shape_forgets_nothing(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    before = watch.state.monitorings
    watch.expect_list(gives={"monitorings": {"id": 1}})
    assert [event["type"] for event in watch.poll()] == ["health"]
    assert watch.state.monitorings == before


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"interval": 0.5}, r"interval is 0\.5, but has to be 1 to 86400 seconds"),
        ({"interval": float("nan")}, "interval is nan"),
        ({"stale_factor": 0}, "stale_factor is 0, but has to be more than 0"),
        ({"stale_factor": -1}, "stale_factor is -1"),
        ({"expires_on": "soon"}, "expires_on: 'soon' is not a date"),
        ({"created_on": 7}, "created_on: "),
        ({"warning_days": 3}, r"warning_days \(3\) must not be less than critical_days \(7\)"),
        ({"client_secret": "short"}, "shorter than 8 characters"),
    ],
    ids=repr,
)
def test_a_wrong_option_is_refused_before_any_request(api: ScriptedApi, given: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        plan(**given)


def test_without_a_pair_nothing_is_watched(api: ScriptedApi) -> None:
    with pytest.raises(MissingCredentials):
        plan(client_id=None, client_secret=None)


def test_the_expiry_of_the_pair_is_judged_before_any_request(api: ScriptedApi) -> None:
    checked = plan(expires_on=NOW.date() + timedelta(days=7), emit_initial=True)
    client = Client(checked.settings, Reporter(warn=print))
    part = next(poll(checked, client, WatchState("0" * 32)))
    assert part.expiry is not None
    assert (part.expiry.health, part.expiry.days_left) == ("critical", 7)
    assert checked.rules.client_id == PAIR.client_id


def test_without_a_home_the_state_is_in_a_folder_of_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])
    found = default_state_file(plan(), {"HOME": "~"})
    assert found.path.startswith(f"{tmp_path}/contentsquare-speedlab-{os.geteuid()}/monitorings-")
    assert "has no home directory" in found.problem


def test_without_a_home_and_a_temporary_directory_state_file_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = plan()
    monkeypatch.setattr(tempfile, "gettempdir", no_temporary_directory)
    monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])
    with pytest.raises(SettingsError, match="no place for the state") as caught:
        default_state_file(checked, {})
    assert "Give state_file" in caught.value.hint


def no_temporary_directory() -> str:
    raise FileNotFoundError(2, "No usable temporary directory found")


def test_a_state_file_in_a_home_that_is_not_known_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"state_file ~nobody-of-that-name/state\.json names a home directory"):
        plan(state_file="~nobody-of-that-name/state.json")


def test_each_pair_project_selection_and_choice_of_events_has_a_state_file_of_its_own(tmp_path: Path) -> None:
    others: list[dict[str, Any]] = [
        *({"project_id": 7}, {"client_id": "other"}),
        *({"name": "x"}, {"url": "x"}, {"monitoring_id": [1]}, {"events": ["stale"]}),
    ]
    plans = [plan(), *(plan(**given) for given in others)]
    files = [default_state_file(each, {"HOME": str(tmp_path)}).path for each in plans]
    assert len(set(files)) == len(files)
    assert all(each.startswith(f"{tmp_path}/.local/state/contentsquare-speedlab/") for each in files)
    assert default_state_file(plan(client_secret="another-secret"), {"HOME": str(tmp_path)}).path == files[0]
    assert default_state_file(plan(), {"XDG_STATE_HOME": "/state"}).path.startswith("/state/contentsquare-speedlab/")


def test_a_state_that_turned_bad_and_the_runs_come_in_the_order_in_which_they_happened(watch: Watch) -> None:
    watch.expect_list(listed(1))
    watch.poll()
    watch.expect_list(listed(1, lastExecution=NOW_MS, state="KO"))
    watch.expect_runs(1, [{"id": "a", "date": NOW_MS, "score": -1}])
    assert [event["type"] for event in watch.poll()] == ["report_added", "state_changed"]


def test_many_monitorings_are_read_in_parts(watch: Watch) -> None:
    watch.api.ordered = False
    numbers = range(1, 121)
    watch.expect_list(*(listed(number) for number in numbers))
    watch.poll()
    watch.expect_list(*(listed(number, lastExecution=NOW_MS) for number in numbers))
    for number in numbers:
        watch.expect_runs(number, [{"id": str(number), "date": NOW_MS, "score": 88}])
    assert len(watch.poll()) == 120
    assert max(len(part.snapshots) for part in watch.parts) == 50


def test_a_plan_is_a_value() -> None:
    assert replace(plan(), interval=1.0) == plan(interval=1.0)


def test_no_event_holds_a_secret_of_a_url(watch: Watch) -> None:
    url = "https://shop.example/?preview_token=CANARY"
    page = listed(1, url=url, name=f"Page {url}", errorMessage=f"{url} answered 403")
    watch.expect_list(page)
    watch.poll()
    watch.expect_list({**page, "state": "KO"})
    (event,) = watch.poll()
    assert "CANARY" not in str(event)
    assert event["monitoring"]["url"] == "https://shop.example/?preview_token=VALUE_REDACTED"
