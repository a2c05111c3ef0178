# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_event_info, and the date of an event for whoever needs it: what is asked for, kept and shown."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.events import event_date
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.event_info import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import client
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

OLD = {"key": "build-1", "text": "Release 1", "date": "2026-11-21T12:00:00.000+02:00"}
NEW = {"key": "build-2", "text": "A &amp; B", "date": "2026-11-23T12:00:00.000+02:00", "monitorings": [2, 1]}
CDN = {"key": "cdn", "text": "New CDN", "date": "2026-11-22"}
NO_DATE = {"key": "odd", "text": None, "date": None, "scenarios": None}


def run(api: ScriptedApi, body: dict[str, Any], *events: dict[str, Any], **given: Any) -> tasks.Run:
    api.expect_token()
    api.expect_lab("event/list", body, {"events": list(events)})
    return tasks.run(TASK, **tasks.LOGIN, concurrency=1, **given)


def keys(done: tasks.Run) -> list[str]:
    return [event["key"] for event in done.result["events"]]


def test_all_events_are_read_the_newest_first_whatever_they_hold(api: ScriptedApi) -> None:
    done = run(api, {}, OLD, NO_DATE, NEW, CDN)
    assert keys(done) == ["build-2", "cdn", "build-1", "odd"]
    assert done.result["events"][0] == {
        "key": "build-2",
        "text": "A & B",
        "date": "2026-11-23T10:00:00Z",
        "monitorings": [1, 2],
        "scenarios": None,
    }
    assert done.result["events"][3] == {
        "key": "odd",
        "text": "",
        "date": None,
        "monitorings": None,
        "scenarios": None,
    }
    assert done.result["summary"] == {"total": 4, "distinct_keys": 4, "duplicate_keys": []}
    assert (done.result["changed"], done.warnings) == (False, [])


def test_fields_that_the_api_adds_later_are_kept_without_secrets(api: ScriptedApi) -> None:
    more = {**OLD, "createdBy": {"userName": "x"}, "accessToken": "CANARY", "text": "https://u:CANARY@ci.example/"}
    (event,) = run(api, {}, more).result["events"]
    assert event["created_by"] == {"user_name": "x"}
    assert "CANARY" not in str(event)


def test_a_key_is_asked_for_and_kept_as_a_whole(api: ScriptedApi) -> None:
    assert keys(run(api, {"key": "build-1"}, OLD, {**OLD, "key": "build-12"}, key="build-1")) == ["build-1"]


def test_a_pattern_is_matched_here(api: ScriptedApi) -> None:
    assert keys(run(api, {}, OLD, NEW, CDN, key_pattern="build-*")) == ["build-2", "build-1"]


def test_the_keys_of_which_there_are_several_are_told(api: ScriptedApi) -> None:
    done = run(api, {}, OLD, OLD, NEW)
    assert done.result["summary"] == {"total": 3, "distinct_keys": 2, "duplicate_keys": ["build-1"]}


def test_a_period_has_both_its_ends(api: ScriptedApi) -> None:
    body = {"dateFrom": "2026-11-21T09:59:59.000Z"}
    done = run(api, body, OLD, CDN, NEW, NO_DATE, date_from="2026-11-21T10:00:00Z", date_to="2026-11-22")
    assert keys(done) == ["cdn", "build-1"]


def test_a_period_from_the_beginning_of_time_is_asked_for_too(api: ScriptedApi) -> None:
    assert keys(run(api, {"dateFrom": "1969-12-31T23:59:59.000Z"}, OLD, date_from="0001-01-01")) == ["build-1"]


def test_events_of_monitorings_and_scenarios_are_each_listed_once(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1, "name": "Home"}, {"id": 2, "name": "Cart"}]})
    api.expect_lab("scenario/list", {}, {"scenarios": [{"id": 7, "name": "Buy"}]})
    api.expect_lab("event/list", {"key": "build-1", "monitoringId": 1}, {"events": [OLD, OLD, {**OLD, "text": "x"}]})
    api.expect_lab("event/list", {"key": "build-1", "monitoringId": 2}, {"events": [OLD]})
    api.expect_lab("event/list", {"key": "build-1", "scenarioId": 7}, {"events": [OLD]})
    done = tasks.run(TASK, **tasks.LOGIN, concurrency=1, key="build-1", monitorings=["Cart", "1"], scenarios=["Buy"])
    assert [event["text"] for event in done.result["events"]] == ["x", "Release 1", "Release 1"]


def test_a_monitoring_whose_events_cannot_be_read_hides_no_other(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1, "name": "Home"}, {"id": 2, "name": "Cart"}]})
    api.expect_lab("event/list", {"monitoringId": 1}, reply({}, 403))
    api.expect_lab("event/list", {"monitoringId": 2}, {"events": [OLD]})
    done = tasks.run(TASK, **tasks.LOGIN, concurrency=1, monitorings=["1", "2"])
    assert keys(done) == ["build-1"]
    (unread,) = done.result["unread"]
    assert (unread["id"], unread["part"], unread["code"]) == (1, "monitoring", "access_denied")
    (warning,) = done.warnings
    assert "The events of monitoring 1 are missing" in warning


def test_of_no_monitoring_there_are_no_events(api: ScriptedApi) -> None:
    assert tasks.run(TASK, **tasks.LOGIN, monitorings=[]).result["events"] == []


def test_a_query_replaces_the_events(api: ScriptedApi) -> None:
    result = run(api, {}, OLD, NEW, query="events[0].key").result
    assert result["query_result"] == "build-2"
    assert "events" not in result


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"date_from": "2026-11-23", "date_to": "2026-11-22"}, "date_to lies before date_from"),
        ({"date_from": "soon"}, "date_from: 'soon' is not a date"),
        ({"monitorings": [""]}, "monitorings holds an empty name"),
    ],
)
def test_wrong_input_fails_before_any_request(given: dict[str, Any], words: str) -> None:
    failed = tasks.run(TASK, **tasks.LOGIN, **given).failure
    assert failed["code"] == "bad_input"
    assert words in failed["msg"]


def test_a_monitoring_that_is_not_there_is_an_error_not_an_empty_list(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    assert tasks.run(TASK, **tasks.LOGIN, monitorings=["Home"]).failure["code"] == "not_found"


@pytest.mark.parametrize(
    ("events", "date"),
    [
        ([OLD, {**OLD, "date": "2026-11-24T00:00:00Z"}, {**OLD, "date": None}], datetime(2026, 11, 24)),
        ([{**OLD, "key": "build-12"}], None),
        ([{**OLD, "date": "soon"}], None),
        ([], None),
    ],
)
def test_the_date_of_an_event_is_that_of_the_newest_of_its_very_key(
    api: ScriptedApi, events: list[dict[str, Any]], date: datetime | None
) -> None:
    api.expect_token()
    api.expect_lab("event/list", {"key": "build-1"}, {"events": events})
    assert event_date(client(), "build-1") == (date and date.replace(tzinfo=timezone.utc))
