# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_event: what is compared, what is written in which order, and what becomes of lost answers and duplicates."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks import event as event_task
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.event import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ANY, ScriptedApi, reply

KEY = "build-1"
TEXT = "Release 1"
NOON = "2026-11-23T12:00:00.000Z"
NOON_ELSEWHERE = "2026-11-23T14:00:00.000+02:00"
SHOWN = "2026-11-23T12:00:00Z"

MONITORINGS = [{"id": 1, "name": "Home"}, {"id": 2, "name": "A &amp; B"}, {"id": 3, "name": "Twin"}]
TWINS = [*MONITORINGS, {"id": 4, "name": "Twin"}]
SCENARIOS = [{"id": 7, "name": "Buy"}, {"id": 8, "name": "Search"}]

LOST = requests.exceptions.ConnectionError("the answer is lost")
TAKEN = reply({"success": False, "errorMessage": "There is one.", "errorCode": "EXISTS"}, 400)
GONE = reply({"success": False, "errorMessage": "No such event."}, 404)
FAILED = reply({"success": False}, 500)


class Script:
    """The calls of one task, as a story."""

    def __init__(self, api: ScriptedApi) -> None:
        self._api = api
        api.expect_token()

    def listed(self, *events: dict[str, Any], key: str = KEY, gives: Any = None, **filters: int) -> Script:
        self._api.expect_lab("event/list", {"key": key, **filters}, gives or {"events": list(events)})
        return self

    def everything(self, *events: dict[str, Any]) -> Script:
        self._api.expect_lab("event/list", {}, {"events": list(events)})
        return self

    def monitorings(self, listed: Any = None) -> Script:
        found = MONITORINGS if listed is None else listed
        self._api.expect_lab("monitoring/list", {}, {"monitorings": found})
        return self

    def scenarios(self, listed: Any = None) -> Script:
        found = SCENARIOS if listed is None else listed
        self._api.expect_lab("scenario/list", {}, {"scenarios": found})
        return self

    def created(self, date: Any = NOON, text: str = TEXT, gives: Any = None, **links: list[int]) -> Script:
        answer = {"event": {"key": KEY}} if gives is None else gives
        body = ANY if date is ANY else {"key": KEY, "text": text, "date": date, **links}
        self._api.expect_lab("event/create", body, answer)
        return self

    def deleted(self, key: str = KEY, gives: Any = None) -> Script:
        self._api.expect_lab("event/delete", {"key": key}, {"event": {"key": key}} if gives is None else gives)
        return self

    def shown_by(self, parameter: str, numbers: list[int], by: set[int]) -> Script:
        """The lists of each monitoring or scenario, of which some show the event."""
        for number in numbers:
            self.listed(*([an_event()] if number in by else []), **{parameter: number})
        return self


def an_event(date: Any = NOON_ELSEWHERE, text: str = TEXT, key: str = KEY, **links: Any) -> dict[str, Any]:
    return {"key": key, "text": text, "date": date, **links}


def run(**given: Any) -> tasks.Run:
    wished = {**tasks.LOGIN, "key": KEY, "text": TEXT, "concurrency": 1, **given}
    return tasks.run(TASK, **{name: value for name, value in wished.items() if value is not None})


@pytest.fixture
def script(api: ScriptedApi) -> Script:
    return Script(api)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The pauses of a task that settles with others."""
    clock = Clock()
    monkeypatch.setattr(event_task, "time", clock)
    return clock


# --- a new event ------------------------------------------------------------------------------------------------------


def test_a_new_event_is_written_with_what_is_given(script: Script) -> None:
    script.monitorings().scenarios().listed()
    script.created(monitorings=[1, 2], scenarios=[7]).listed(an_event())
    done = run(date=NOON_ELSEWHERE, monitorings=["A & B", "1", "Home"], scenarios=["Buy"], diff_mode=True)
    event = {"key": KEY, "text": TEXT, "date": SHOWN, "monitorings": [1, 2], "scenarios": [7]}
    assert done.result == {
        "event": event,
        "removed": [],
        "changed": True,
        "diff": {"before": {"events": []}, "after": {"events": [event]}},
    }
    assert done.warnings == []


def test_without_a_date_it_happens_now_by_the_clock_of_the_api(script: Script, api: ScriptedApi) -> None:
    empty = reply({"success": True, "payload": {"events": []}}, Date="Mon, 23 Nov 2020 12:00:00 GMT")
    script.listed(gives=empty).created(ANY).listed()
    assert run().result["event"]["date"][:16] == "2020-11-23T12:00"
    (body,) = [call.body for call in api.calls if call.url.endswith("event/create")]
    assert body["date"][:16] == "2020-11-23T12:00"


def test_an_event_that_is_not_listed_at_once_is_taken_for_written(script: Script) -> None:
    script.listed().created().listed()
    assert run(date=NOON).result["event"]["date"] == SHOWN


def test_a_text_goes_out_as_it_was_written_and_is_shown_decoded(script: Script) -> None:
    script.listed().created(text="A &amp; B &region").listed()
    assert run(date=NOON, text="A &amp; B &region").result["event"]["text"] == "A & B &region"


def test_a_secret_in_an_address_is_neither_written_nor_shown(script: Script) -> None:
    cleaned = "See https://VALUE_REDACTED@ci.example/1?token=VALUE_REDACTED."
    script.listed().created(text=cleaned).listed(an_event(text=cleaned))
    done = run(date=NOON, text="See https://user:hunter22@ci.example/1?token=hunter22.", diff_mode=True)
    assert "hunter22" not in str(done.result)
    assert done.warnings == []


def test_a_text_with_a_secret_is_the_same_the_second_time(script: Script) -> None:
    script.listed(an_event(text="See https://VALUE_REDACTED@ci.example/1?token=VALUE_REDACTED."))
    assert run(date=NOON, text="See https://user:hunter22@ci.example/1?token=hunter22.").result["changed"] is False


def test_a_secret_in_an_address_that_others_wrote_is_not_shown(script: Script) -> None:
    script.listed(an_event(text="https://user:hunter22@ci.example/1?token=hunter23&page=2"))
    done = run(state="absent", check_mode=True, diff_mode=True)
    assert "hunter2" not in str(done.result)
    assert "page=2" in str(done.result)


# --- a deployment -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUILD_TAG", "GITHUB_RUN_ID", "CI_SERVER_URL", "CI_SERVER_HOST", "CI_PROJECT_ID", "CI_PROJECT_PATH"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"CI_PIPELINE_ID": "7", "CI_PROJECT_PATH_SLUG": "shop", "CI_PROJECT_NAME": "Shop"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("given", "key", "text"),
    [
        ({}, "gitlab-shop-7", "Deployed: Shop"),
        ({"phase": "start", "environment": "prod"}, "gitlab-shop-7-prod-start", "Deployment started: Shop to prod"),
        ({"phase": "rollback", "environment": " ", "name": ""}, "gitlab-shop-7-rollback", "Rolled back: Shop"),
    ],
)
def test_the_ci_system_tells_key_and_text(
    script: Script, pipeline: None, given: dict[str, str], key: str, text: str
) -> None:
    script.listed(an_event(key=key, text=text), key=key)
    event = run(key=None, text=None, deployment=given).result["event"]
    assert (event["key"], event["text"]) == (key, text)


def test_a_key_and_a_text_of_ones_own_stand_above_the_ci_system(script: Script, pipeline: None) -> None:
    script.listed(an_event(key="mine-start", text="My words"), key="mine-start")
    done = run(key="mine", text="My words", deployment={"phase": "start"})
    assert done.result["event"]["key"] == "mine-start"


def test_a_new_deployment_is_written(script: Script, pipeline: None) -> None:
    script.listed(key="gitlab-shop-7")
    script._api.expect_lab("event/create", {"key": "gitlab-shop-7", "text": "Deployed: Shop", "date": NOON}, {})
    script.listed(an_event(key="gitlab-shop-7", text="Deployed: Shop"), key="gitlab-shop-7")
    assert run(key="", text="", date=NOON, deployment={}).result["changed"] is True


def test_without_a_run_or_a_key_nothing_is_asked_or_written(monkeypatch: pytest.MonkeyPatch, api: ScriptedApi) -> None:
    for name in ("CI_PIPELINE_ID", "GITHUB_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BUILD_TAG", "v1.5")
    failure = run(key=None, text=None, deployment={"environment": "prod"}).failure
    assert "No CI system is known here that tells which deployment this is" in failure["msg"]
    assert "Set key (deployment_event_key in the role)" in failure["msg"]
    assert "nothing was written" in failure["hint"]


# --- the second time --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", [NOON, NOON_ELSEWHERE, "2026-11-23T12:00:00Z", "2026-11-23 12:00", None])
def test_an_event_as_wanted_is_left_alone_whatever_its_offset(script: Script, date: Any) -> None:
    script.listed(an_event(), an_event(key="build-12"))
    done = run(date=date, diff_mode=True)
    assert done.result["changed"] is False
    assert done.result["event"]["date"] == SHOWN
    assert done.result["diff"]["before"] == done.result["diff"]["after"]


def test_a_text_that_comes_back_with_entities_is_the_same(script: Script) -> None:
    script.listed(an_event(text="A &amp; B &lt;3"))
    assert run(text="A & B <3").result["changed"] is False


def test_links_that_the_answer_tells_are_compared_without_further_calls(script: Script) -> None:
    script.monitorings().listed(an_event(monitorings=[2, 1], scenarios=[]))
    assert run(monitorings=["1", "2"], scenarios=[]).result["changed"] is False


def test_links_that_the_answer_omits_are_found_in_the_lists_of_each_monitoring(script: Script) -> None:
    script.monitorings().listed(an_event()).shown_by("monitoringId", [1, 2, 3], {1, 3})
    done = run(monitorings=["1", "3"])
    assert done.result["changed"] is False
    assert (done.result["event"]["monitorings"], done.result["event"]["scenarios"]) == ([1, 3], None)


def test_without_a_wish_for_links_none_are_looked_for(script: Script) -> None:
    script.listed(an_event())
    assert run().result["event"]["monitorings"] is None


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_monitoring_whose_events_cannot_be_read_hides_no_other_link(script: Script, status: int) -> None:
    script.monitorings().listed(an_event()).shown_by("monitoringId", [1], {1})
    script.listed(gives=reply({}, status), monitoringId=2).shown_by("monitoringId", [3], set())
    done = run(monitorings=["1", "2"])
    assert (done.result["changed"], done.result["event"]["monitorings"]) == (False, [1, 2])
    (warning,) = done.warnings
    assert "cannot be read, so their links are taken to be as wanted: 2" in warning


def test_no_event_is_written_anew_while_its_links_are_unknown(script: Script) -> None:
    script.listed(an_event(text="Release 0", scenarios=[])).monitorings().shown_by("monitoringId", [1], {1})
    script.listed(gives=reply({}, 403), monitoringId=2).shown_by("monitoringId", [3], set())
    assert run().failure["code"] == "access_denied"


@pytest.mark.parametrize("shown_by", [{1}, {1, 2, 3}, set()])
def test_a_link_too_few_or_too_many_is_mended(script: Script, shown_by: set[int]) -> None:
    script.monitorings().listed(an_event()).shown_by("monitoringId", [1, 2, 3], shown_by)
    script.shown_by("scenarioId", [], set()).scenarios([])
    script.deleted().listed().created(monitorings=[1, 2]).listed(an_event())
    done = run(monitorings=["1", "2"], diff_mode=True)
    assert done.result["changed"] is True
    assert done.result["diff"]["before"]["events"][0]["monitorings"] == sorted(shown_by)
    assert done.result["event"]["monitorings"] == [1, 2]


def test_an_event_that_every_monitoring_shows_counts_as_a_global_one(script: Script) -> None:
    script.listed(an_event(scenarios=[])).monitorings().shown_by("monitoringId", [1, 2, 3], {1, 2, 3})
    assert run(monitorings=[]).result["changed"] is False


def test_an_event_of_all_monitorings_by_name_is_not_a_global_one(script: Script) -> None:
    script.monitorings().listed(an_event()).shown_by("monitoringId", [1, 2, 3], {1, 2, 3})
    assert run(monitorings=["1", "2", "3"]).result["changed"] is False


# --- changes ----------------------------------------------------------------------------------------------------------


def test_another_date_is_a_change_by_deletion_and_creation(script: Script) -> None:
    script.listed(an_event("2026-11-23T12:00:01.000Z", monitorings=[1], scenarios=[7]))
    script.deleted().listed().created(monitorings=[1], scenarios=[7]).listed(an_event())
    done = run(date=NOON, diff_mode=True)
    assert (done.result["changed"], done.result["removed"]) == (True, [])
    assert done.result["diff"]["before"]["events"][0]["date"] == "2026-11-23T12:00:01Z"


def test_what_is_not_given_is_kept_when_the_text_changes(script: Script) -> None:
    script.listed(an_event(text="Release 0"))
    script.monitorings().shown_by("monitoringId", [1, 2, 3], {2}).scenarios().shown_by("scenarioId", [7, 8], set())
    script.deleted().listed().created(monitorings=[2]).listed(an_event())
    assert run().result["event"] == {
        "key": KEY,
        "text": TEXT,
        "date": SHOWN,
        "monitorings": [2],
        "scenarios": [],
    }


def test_a_global_event_stays_global_when_its_text_changes(script: Script) -> None:
    script.listed(an_event(text="Release 0", scenarios=[]))
    script.monitorings().shown_by("monitoringId", [1, 2, 3], {1, 2, 3})
    script.deleted().listed().created().listed(an_event())
    assert run().result["event"]["monitorings"] == []


def test_of_duplicates_one_is_left_with_the_oldest_date(script: Script) -> None:
    later = an_event("2026-11-24T12:00:00Z", text="Release 0", monitorings=[1], scenarios=[])
    script.listed(later, an_event(monitorings=[2], scenarios=[]))
    script.deleted().listed().created(monitorings=[1, 2]).listed(an_event())
    done = run()
    assert (done.result["changed"], done.result["event"]["date"]) == (True, SHOWN)
    assert [each["text"] for each in done.result["removed"]] == ["Release 0"]


def test_duplicates_that_go_one_by_one_are_deleted_one_by_one(script: Script) -> None:
    links = {"monitorings": [], "scenarios": []}
    script.listed(*[an_event(**links)] * 3)
    script.deleted().listed(*[an_event()] * 2).deleted().listed(an_event()).deleted().listed()
    script.created().listed(an_event())
    assert len(run().result["removed"]) == 2


def test_an_event_without_a_date_gets_one(script: Script) -> None:
    script.listed(an_event(None, monitorings=[], scenarios=[])).deleted().listed().created().listed(an_event())
    assert run(date=NOON).result["changed"] is True


def test_a_text_that_the_api_cuts_is_told(script: Script) -> None:
    script.listed().created().listed(an_event(text="Rel"))
    done = run(date=NOON)
    assert "another text or date than was written" in done.warnings[0]
    assert done.result["event"]["text"] == "Rel"


# --- check mode -------------------------------------------------------------------------------------------------------


def test_check_mode_tells_the_same_and_writes_nothing(script: Script) -> None:
    script.monitorings().listed()
    planned = run(date=NOON, monitorings=["Home"], check_mode=True, diff_mode=True).result
    script.monitorings().listed().created(monitorings=[1]).listed(an_event())
    assert planned["changed"] is True
    assert planned == run(date=NOON, monitorings=["Home"], diff_mode=True).result


def test_check_mode_of_a_change_tells_it_and_writes_nothing(script: Script) -> None:
    script.listed(an_event(text="Release 0", monitorings=[], scenarios=[]))
    done = run(check_mode=True, diff_mode=True)
    assert done.result["changed"] is True
    assert [each["text"] for each in done.result["diff"]["before"]["events"]] == ["Release 0"]
    assert [each["text"] for each in done.result["diff"]["after"]["events"]] == [TEXT]


# --- lost answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [LOST, reply({"success": True}), FAILED, reply({}, 504)])
def test_a_create_whose_answer_is_lost_is_looked_up_and_not_repeated(script: Script, answer: Any) -> None:
    script.listed().created(gives=answer).listed(an_event()).listed(an_event())
    done = run(date=NOON)
    assert (done.result["changed"], done.result["event"]["date"]) == (True, SHOWN)


def test_a_create_that_is_not_there_after_all_is_repeated(script: Script) -> None:
    script.listed().created(gives=LOST).listed().created().listed(an_event())
    assert run(date=NOON).result["changed"] is True


def test_a_create_that_comes_to_nothing_is_reported_with_what_is_known(script: Script) -> None:
    script.listed()
    for _attempt in range(3):
        script.created(gives=LOST).listed()
    failed = run(date=NOON).failure
    assert failed["code"] == "fate_unknown"
    assert f"looked up afterwards, the event {KEY} is not there" in failed["msg"]


def test_who_wants_no_retries_gets_no_second_create(script: Script) -> None:
    script.listed().created(gives=LOST).listed()
    assert run(date=NOON, retry_timeout=0).failure["code"] == "fate_unknown"


def test_where_not_even_the_look_succeeds_the_lost_create_is_reported(script: Script) -> None:
    script.listed().created(gives=LOST).listed(gives=LOST)
    failed = run(date=NOON, retry_timeout=0).failure
    assert failed["code"] == "fate_unknown"
    assert "Look whether the event is there" in failed["msg"]


def test_a_create_that_is_refused_is_not_repeated(script: Script) -> None:
    script.listed().created(gives=TAKEN).listed()
    assert run(date=NOON).failure["code"] == "api_error"


def test_a_create_is_refused_because_another_machine_was_quicker(script: Script) -> None:
    script.listed().created(ANY, gives=TAKEN).listed(an_event()).listed(an_event())
    assert run().result["changed"] is True


def test_a_deletion_whose_answer_is_lost_is_looked_up(script: Script) -> None:
    script.listed(an_event()).deleted(gives=LOST).listed()
    assert run(state="absent", text=None).result["changed"] is True


def test_a_deletion_that_did_nothing_is_repeated(script: Script) -> None:
    script.listed(an_event()).deleted(gives=LOST).listed(an_event()).deleted().listed()
    assert run(state="absent", text=None).result["changed"] is True


def test_what_another_machine_deleted_meanwhile_is_gone(script: Script) -> None:
    script.listed(an_event()).deleted(gives=GONE).listed()
    assert run(state="absent", text=None).result["changed"] is True


def test_a_deletion_that_is_refused_is_reported(script: Script) -> None:
    script.listed(an_event()).deleted(gives=TAKEN).listed(an_event())
    assert run(state="absent", text=None).failure["code"] == "api_error"


def test_a_deletion_without_effect_is_reported(script: Script) -> None:
    script.listed(an_event())
    for _attempt in range(3):
        script.deleted().listed(an_event())
    assert "lists it still" in run(state="absent", text=None).failure["msg"]


def test_a_failure_between_deletion_and_creation_says_that_the_old_event_is_gone(script: Script) -> None:
    script.listed(an_event(text="Release 0", monitorings=[], scenarios=[])).deleted().listed()
    script.created(gives=reply({}, 403))
    failed = run().failure
    assert failed["code"] == "access_denied"
    assert f"The event {KEY} as it was (Release 0, {SHOWN}) is removed already" in failed["msg"]


# --- several machines -------------------------------------------------------------------------------------------------


def test_of_two_that_wrote_at_once_the_first_to_look_again_leaves_the_oldest(script: Script, pauses: Clock) -> None:
    theirs = an_event("2026-11-23T11:59:59Z")
    script.listed().created(ANY).listed(an_event(), theirs).listed(an_event(), theirs)
    script.deleted().listed().created("2026-11-23T11:59:59.000Z").listed(theirs)
    done = run()
    assert done.result["event"]["date"] == "2026-11-23T11:59:59Z"
    assert (len(pauses.sleeps), done.warnings) == (1, [])


def test_what_another_machine_has_mended_meanwhile_is_left_alone(script: Script, pauses: Clock) -> None:
    theirs = an_event("2026-11-23T11:59:59Z")
    script.listed().created(ANY).listed(an_event(), theirs).listed(theirs)
    done = run()
    assert (done.result["changed"], done.result["event"]["date"]) == (True, "2026-11-23T11:59:59Z")
    assert (len(pauses.sleeps), done.warnings) == (1, [])


def test_an_event_that_another_machine_took_away_while_mending_is_written_again(script: Script) -> None:
    script.listed().created().listed(an_event(), an_event()).listed().created().listed(an_event())
    assert run(date=NOON).result["event"]["date"] == SHOWN


def test_who_meets_others_again_and_again_ends_with_a_warning(script: Script, pauses: Clock) -> None:
    two = [an_event()] * 2
    script.listed().created().listed(*two).listed(*two)
    for _round in range(4):
        script.deleted().listed().created().listed(*two).listed(*two)
    done = run(date=NOON)
    assert "There are 2 events of the key build-1" in done.warnings[0]
    assert len(pauses.sleeps) == 5


# --- absent -----------------------------------------------------------------------------------------------------------


def test_absent_removes_all_events_of_the_key_and_no_other(script: Script) -> None:
    other = an_event(key="build-12")
    script.listed(an_event(), an_event("2026-11-22"), other).deleted().listed(other)
    done = run(state="absent", diff_mode=True)
    assert (done.result["changed"], done.result["event"]) == (True, None)
    assert [each["date"] for each in done.result["removed"]] == ["2026-11-22T00:00:00Z", SHOWN]
    assert done.result["diff"] == {"before": {"events": done.result["removed"]}, "after": {"events": []}}


def test_absent_where_there_is_none_changes_nothing(script: Script) -> None:
    script.listed(an_event(key="build-12"))
    assert run(state="absent").result == {"event": None, "removed": [], "changed": False}


def test_absent_in_check_mode_only_tells(script: Script) -> None:
    script.listed(an_event())
    done = run(state="absent", check_mode=True)
    assert (done.result["changed"], len(done.result["removed"])) == (True, 1)


OLD, YOUNG = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
STOCK = [
    an_event(OLD, key="build-1"),
    an_event(YOUNG, key="build-2"),
    an_event(OLD, key="cdn"),
    an_event(OLD, key="cdn"),
]


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"older_than": 30}, ["build-1", "cdn", "cdn"]),
        ({"key_pattern": "build-*"}, ["build-1", "build-2"]),
        ({"key_pattern": "build-*", "older_than": 30}, ["build-1"]),
        ({"key_pattern": "*", "older_than": 36_500}, []),
    ],
)
def test_events_are_pruned_by_pattern_and_age(script: Script, given: dict[str, Any], keys: list[str]) -> None:
    script.everything(*STOCK)
    for key in dict.fromkeys(keys):
        script.listed(*STOCK, key=key).deleted(key).listed(key=key)
    done = run(state="absent", key=None, text=None, **given)
    assert [each["key"] for each in done.result["removed"]] == keys
    assert done.result["changed"] is bool(keys)


@pytest.mark.parametrize("meanwhile", [[], [an_event(OLD), an_event(YOUNG)]])
def test_what_became_young_or_went_since_all_were_listed_is_left_alone(script: Script, meanwhile: Any) -> None:
    script.everything(an_event(OLD)).listed(*meanwhile)
    done = run(state="absent", key=None, text=None, older_than=30)
    assert (done.result["removed"], done.result["changed"]) == ([], False)


def test_pruning_in_check_mode_lists_what_would_go(script: Script) -> None:
    script.everything(*STOCK)
    done = run(state="absent", key=None, text=None, older_than=30, check_mode=True, diff_mode=True)
    assert [each["key"] for each in done.result["removed"]] == ["build-1", "cdn", "cdn"]
    assert done.result["diff"]["before"]["events"] == done.result["removed"]


# --- wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"key": None}, "key is needed"),
        ({"key": "  "}, "key is needed"),
        ({"text": None}, "text is needed"),
        ({"text": ""}, "text is needed"),
        ({"date": "soon"}, "date: 'soon' is not a date"),
        ({"date": 20261123}, "date: 20261123 is not a date"),
        ({"monitorings": ["Home", " "]}, "monitorings holds an empty name"),
        ({"scenarios": [""]}, "scenarios holds an empty name"),
        ({"older_than": 3}, "older_than says which events to remove"),
        ({"key_pattern": "x*"}, "key_pattern says which events to remove"),
        ({"state": "absent", "deployment": {}}, "deployment says what to post, so it goes with state: present alone"),
        ({"key": "x-start", "deployment": {}}, "key ends in -start, which is added to the key of a deployment"),
        ({"state": "absent", "key": None}, "it does not remove all events"),
        ({"state": "absent", "key": ""}, "it does not remove all events"),
        ({"state": "absent", "key": None, "key_pattern": ""}, "it does not remove all events"),
        ({"state": "absent", "key": None, "key_pattern": "*"}, "alone would remove all events"),
        ({"state": "absent", "key": None, "key_pattern": "?*"}, "alone would remove all events"),
        ({"state": "absent", "older_than": 3}, "key goes with neither"),
        ({"state": "absent", "key_pattern": "x*"}, "key goes with neither"),
        ({"state": "absent", "key": None, "older_than": 0}, "from 1 to 36500 days"),
        ({"state": "absent", "key": None, "older_than": 10**12}, "from 1 to 36500 days"),
    ],
)
def test_wrong_input_fails_before_any_request(given: dict[str, Any], words: str) -> None:
    failed = run(**given).failure
    assert failed["code"] == "bad_input"
    assert words in failed["msg"]


@pytest.mark.parametrize(
    ("names", "listed", "code", "words"),
    [
        (["Hime"], MONITORINGS, "not_found", 'no monitoring of the project is called "Hime" or has this id'),
        (["9"], MONITORINGS, "not_found", "speedlab_monitoring_info lists them all; nothing was written"),
        (["home"], MONITORINGS, "not_found", "Similar: Home"),
        (["Twin"], TWINS, "bad_input", 'several monitorings are called "Twin": 3, 4'),
    ],
)
def test_a_name_that_is_not_clear_fails_before_anything_is_written(
    script: Script, names: list[str], listed: Any, code: str, words: str
) -> None:
    script.monitorings(listed)
    failed = run(monitorings=names).failure
    assert failed["code"] == code
    assert words in failed["msg"]


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ("A & B", [2]),
        ("A &amp; B", [2]),
        (" Home ", [1]),
        ("3", [3]),
        ("404", [5]),
    ],
)
def test_a_name_or_an_id_is_found_as_people_write_it(script: Script, given: str, ids: list[int]) -> None:
    script.monitorings([*MONITORINGS, {"id": 5, "name": "404"}, {"id": 6}]).listed()
    script.created(monitorings=ids).listed()
    assert run(date=NOON, monitorings=[given]).result["event"]["monitorings"] == ids


def test_the_task_holds_the_lock_of_the_key_while_it_writes_and_none_in_check_mode(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks: list[str] = []
    named_lock = event_task.Client.named_lock

    def noted(client: Any, key: str) -> Any:
        locks.append(key)
        return named_lock(client, key)

    monkeypatch.setattr(event_task.Client, "named_lock", noted)
    script.listed().listed().created().listed().listed(an_event()).deleted().listed()
    run(check_mode=True)
    assert locks == []
    run(date=NOON)
    run(state="absent")
    assert locks == [f"event {KEY}"] * 2
