# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The watch: each change makes one event, in order, and what is late, lost or left out makes none."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.expiry import (
    Thresholds,
    assess_expiry,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.judge import (
    EVENT_TYPES,
    Event,
    Observation,
    Rules,
    Run,
    Snapshot,
    observe,
    runs_wanted,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.state import Watched, WatchState

START = datetime(2026, 11, 25, 1, 0, tzinfo=timezone.utc)
STREAM = "0123456789abcdef0123456789abcdef"
HOURLY = 60
EMITTING_INITIAL = Rules(emit_initial=True)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def run(moment: datetime, number: str | None = None, failed: bool = False) -> Run:
    return Run(number or f"r{ms(moment)}", ms(moment), failed, {"score": 90.0})


class World:
    """A watch, its clock, and one monitoring that is in order until a test says otherwise."""

    def __init__(self, rules: Rules = Rules(), started: bool = True) -> None:  # noqa: B008 - it is frozen
        self.rules, self.now, self.state = rules, START, WatchState(STREAM)
        self.snapshot = Snapshot(1, "Home", "https://shop.example/", "OK", "", True, HOURLY, ms(START))
        if started:
            assert self.poll() == []

    def after(self, minutes: float) -> World:
        self.now += timedelta(minutes=minutes)
        return self

    def part(self, **observation: Any) -> list[Event]:
        self.state, events = observe(self.state, Observation(**observation), self.now, self.rules)
        # What is kept goes through the file each time.
        self.state = WatchState.from_dict(json.loads(json.dumps(self.state.as_dict())))
        return list(events)

    def see(self, *snapshots: Snapshot, **changes: Any) -> list[Event]:
        """The poll of a list of these, or at the one monitoring with changes that last."""
        if changes:
            self.snapshot = replace(self.snapshot, **changes)
        seen = snapshots or (self.snapshot,)
        return [*self.part(snapshots=seen), *self.part(listed=frozenset(each.id for each in seen))]

    poll = see

    def ran(self, *runs: Run, **changes: Any) -> list[Event]:
        last = max((each.date for each in runs), default=self.snapshot.last_execution)
        events = self.see(replace(self.snapshot, last_execution=last, runs=runs, **changes))
        self.snapshot = replace(self.snapshot, last_execution=last, **changes)
        return events

    def fails(self, code: str = "service_unavailable", *, pair_refused: bool = False) -> list[Event]:
        return self.part(failure={"code": code, "msg": "It failed."}, pair_refused=pair_refused)

    def is_refused(self) -> list[Event]:
        return self.fails("pair_expired", pair_refused=True)


def kinds(events: Sequence[Event]) -> list[str]:
    return [event["type"] for event in events]


# --- the baseline -----------------------------------------------------------------------------------------------------


def test_the_first_poll_emits_nothing_however_bad_things_are() -> None:
    world = World(started=False)
    assert world.part(expiry=expiry(3)) == []
    assert world.see(state="KO", last_execution=ms(START - timedelta(days=3))) == []


def test_the_first_poll_emits_what_is_wrong_where_that_is_asked_for() -> None:
    world = World(EMITTING_INITIAL, started=False)
    assert kinds(world.part(expiry=expiry(3))) == ["credential_expiring"]
    events = world.see(state="KO", last_execution=ms(START - timedelta(days=3)))
    assert kinds(events) == ["state_changed", "stale"]
    assert (events[0]["from"], events[0]["to"]) == (None, "KO")
    assert world.see() == []


def test_a_baseline_that_was_cut_short_goes_on_silently() -> None:
    world = World(started=False)
    world.part(snapshots=[world.snapshot])
    other = replace(world.snapshot, id=2, state="KO")
    assert world.see(world.snapshot, other) == []


def test_a_monitoring_that_turns_up_later_is_emitted_where_it_is_in_trouble() -> None:
    world = World()
    good, bad = replace(world.snapshot, id=2), replace(world.snapshot, id=3, state="KO")
    events = world.see(world.snapshot, good, bad)
    assert [(event["type"], event["monitoring"]["id"]) for event in events] == [("state_changed", 3)]


# --- states -----------------------------------------------------------------------------------------------------------


def test_a_change_of_state_is_emitted_once_with_both_states() -> None:
    world = World()
    (event,) = world.see(state="KO", error_message="It timed out.")
    assert (event["type"], event["from"], event["to"], event["direction"]) == ("state_changed", "OK", "KO", "bad")
    assert event["monitoring"]["error_message"] == "It timed out."
    assert world.see() == []


def test_the_way_back_is_emitted_once_as_a_change_and_as_the_end_of_the_trouble() -> None:
    world = World()
    world.see(state="KO")
    changed, recovered = world.after(5).see(state="OK")
    assert (changed["type"], changed["from"], changed["to"]) == ("state_changed", "KO", "OK")
    assert (recovered["type"], recovered["trouble_since"]) == ("recovered", "2026-11-25T01:00:00Z")
    assert world.see() == []


def test_a_change_between_two_bad_states_is_emitted_and_ends_no_trouble() -> None:
    world = World()
    world.see(state="KO")
    (other,) = world.see(state="ERROR")
    changed, _recovered = world.see(state="OK")
    assert (other["direction"], changed["direction"]) == ("other", "good")


def test_how_a_state_is_spelt_is_no_change() -> None:
    assert World().see(state="ok") == []


def test_a_state_that_is_left_out_is_no_change() -> None:
    world = World()
    world.see(state="KO")
    assert world.see(state=None) == []
    assert world.see(state="KO") == []


def test_a_first_state_that_is_good_is_no_news() -> None:
    world = World(started=False)
    world.see(state=None, last_execution=None)
    assert world.see(state="OK") == []


def test_an_answer_from_before_changes_nothing() -> None:
    world = World()
    world.after(60).ran(run(START + timedelta(hours=1)), state="KO")
    older = replace(world.snapshot, state="OK", last_execution=ms(START))
    assert world.see(older) == []
    assert world.see() == []


def test_a_state_without_a_last_execution_is_emitted_all_the_same() -> None:
    world = World()
    (event,) = world.see(state="KO", last_execution=None)
    assert (event["to"], event["monitoring"]["last_execution"]) == ("KO", "2026-11-25T01:00:00Z")
    assert kinds(world.after(121).see()) == ["stale"]


# --- freshness --------------------------------------------------------------------------------------------------------


def test_a_monitoring_that_stops_running_is_stale_once() -> None:
    world = World()
    assert world.after(2 * HOURLY).see() == []
    (event,) = world.after(1).see()
    assert (event["type"], event["monitoring"]["age_seconds"]) == ("stale", 121 * 60)
    assert world.after(60).see() == []


def test_it_recovers_once_it_runs_again() -> None:
    world = World()
    world.after(121).see()
    assert kinds(world.ran(run(world.now))) == ["report_added", "recovered"]
    assert world.see() == []


def test_it_does_not_recover_while_its_state_is_bad() -> None:
    world = World()
    world.after(121).see()
    assert kinds(world.ran(run(world.now), state="KO")) == ["report_added", "state_changed"]
    assert kinds(world.see(state="OK")) == ["state_changed", "recovered"]


def test_the_factor_decides_what_is_stale() -> None:
    assert kinds(World(Rules(stale_factor=1.0)).after(61).see()) == ["stale"]


def test_a_disabled_monitoring_is_neither_stale_nor_recovered() -> None:
    world = World()
    world.see(state="KO")
    assert world.after(500).see(enabled=False) == []
    assert kinds(world.see(enabled=True)) == ["stale"]


# --- runs -------------------------------------------------------------------------------------------------------------


def test_runs_are_asked_for_only_where_the_list_knows_of_new_ones() -> None:
    world = World(started=False)
    assert not runs_wanted(world.state, world.snapshot)
    world.see()
    assert not runs_wanted(world.state, world.snapshot)
    newer = replace(world.snapshot, last_execution=ms(START) + 1)
    assert runs_wanted(world.state, newer)
    world.after(1).see(replace(newer, runs=[Run("a", ms(START) + 1, False, {})]))
    assert not runs_wanted(world.state, newer)


def test_each_run_since_the_baseline_is_emitted_once_the_oldest_first() -> None:
    world = World()
    moments = [START + timedelta(minutes=minutes) for minutes in (0, 60, 120)]
    runs = [run(each) for each in moments]
    events = world.after(120).ran(*reversed(runs))
    assert [event["report"]["id"] for event in events] == [runs[1].id, runs[2].id]
    assert events[0]["report"] == {
        "id": runs[1].id,
        "date": "2026-11-25T02:00:00Z",
        "failed": False,
        "metrics": {"score": 90.0},
    }
    assert world.ran(*runs) == []


def test_a_run_that_turns_up_late_is_emitted_and_the_others_are_not_emitted_again() -> None:
    world = World()
    first, late, last = (run(START + timedelta(hours=hours)) for hours in (1, 2, 3))
    world.after(180).ran(first, last)
    assert [event["report"]["id"] for event in world.ran(first, late, last)] == [late.id]


def test_runs_without_an_id_are_known_by_their_date() -> None:
    world = World()
    moment = START + timedelta(hours=1)
    nameless = Run(None, ms(moment), False, {})
    assert kinds(world.after(60).ran(nameless)) == ["report_added"]
    assert world.ran(nameless) == []


def test_a_run_that_the_reports_do_not_have_yet_is_asked_for_again_for_an_hour() -> None:
    world = World()
    newer = replace(world.snapshot, last_execution=ms(START) + 60_000)
    assert world.after(2).see(replace(newer, runs=[])) == []
    assert runs_wanted(world.state, newer)
    world.after(61).see(replace(newer, runs=[]))
    assert not runs_wanted(world.state, newer)


def test_what_was_not_read_is_read_at_the_next_look() -> None:
    world = World()
    newer = replace(world.snapshot, last_execution=ms(START) + 60_000)
    world.after(2).see(newer)
    assert runs_wanted(world.state, newer)


def test_all_runs_of_a_monitoring_that_never_ran_are_news() -> None:
    world = World(started=False)
    world.see(state=None, last_execution=None)
    assert kinds(world.after(1).ran(run(world.now), state="OK")) == ["report_added"]


def test_runs_from_before_somebody_asked_for_reports_are_no_news() -> None:
    world = World()
    first, unasked, last = (run(START + timedelta(hours=hours)) for hours in (1, 2, 3))
    world.after(60).ran(first)
    world.rules = Rules(types=frozenset({"state_changed"}))
    assert world.after(60).see(last_execution=unasked.date) == []
    world.rules = Rules()
    assert not runs_wanted(world.state, world.snapshot)
    assert [event["report"]["id"] for event in world.after(60).ran(first, unasked, last)] == [last.id]


def test_a_last_run_that_the_first_poll_left_out_makes_no_news_of_the_past() -> None:
    world = World(started=False)
    world.see(last_execution=None)
    past = [run(START - timedelta(days=days)) for days in (2, 3, 400)]
    assert "report_added" not in kinds(world.after(5).ran(*past))
    assert not runs_wanted(world.state, world.snapshot)


def test_a_long_outage_is_caught_up_on_and_little_of_it_remembered() -> None:
    world = World()
    runs = [run(START + timedelta(minutes=minutes)) for minutes in range(1, 2001)]
    events = world.after(2000).ran(*runs)
    assert [event["report"]["id"] for event in events] == [each.id for each in runs]
    assert len(world.state.monitorings[1].emitted) < 20
    assert world.ran(*runs) == []


# --- the pair and the API ---------------------------------------------------------------------------------------------


def expiry(days_left: int) -> Any:
    today = START.date()
    return assess_expiry(date.fromordinal(today.toordinal() + days_left), None, Thresholds(), today)


def test_each_worse_stage_of_an_expiring_pair_is_emitted_once() -> None:
    world = World(Rules(client_id="shop-production"))
    stages = [world.part(expiry=expiry(days)) for days in (40, 31, 30, 29, 7, 3, 0, -1, -2)]
    assert [[event["credential"]["health"] for event in events] for events in stages] == [
        *([], [], ["warning"], [], ["critical"], [], [], ["expired"], []),
    ]
    assert stages[2][0]["credential"] == {
        "client_id": "shop-production",
        "health": "warning",
        "expires_on": "2026-12-25",
        "days_left": 30,
        "source": "expires_on",
    }


def test_a_renewed_pair_is_emitted_anew_when_it_expires_in_its_turn() -> None:
    world = World(EMITTING_INITIAL)
    world.part(expiry=expiry(3))
    assert world.part(expiry=expiry(300)) == []
    assert kinds(world.part(expiry=expiry(30))) == ["credential_expiring"]


def test_of_a_pair_without_dates_nothing_is_emitted() -> None:
    assert World(EMITTING_INITIAL).part(expiry=assess_expiry(None, None, Thresholds(), START.date())) == []


def test_an_outage_is_emitted_once_on_the_way_down_and_once_on_the_way_up() -> None:
    world = World()
    (down,) = world.fails("rate_limited")
    assert down["health"] == {
        "status": "down",
        "down_since": "2026-11-25T01:00:00Z",
        "failure": {"code": "rate_limited", "msg": "It failed."},
    }
    assert [world.after(5).fails(code) for code in ("timed_out", "answer_not_json", "rate_limited")] == [[], [], []]
    (up,) = world.see()
    assert up["health"] == {"status": "up", "down_since": "2026-11-25T01:00:00Z", "failure": None}
    assert world.see() == []


def test_a_source_that_is_down_from_the_first_poll_on_says_so() -> None:
    world = World(started=False)
    assert kinds(world.fails()) == ["health"]
    assert kinds(world.see()) == ["health"]


def test_a_refused_pair_is_emitted_once_until_it_is_accepted_again() -> None:
    world = World(Rules(client_id="shop-production"))
    refused, down = world.is_refused()
    assert (refused["type"], refused["credential"], refused["failure"]["code"]) == (
        "credential_refused",
        {"client_id": "shop-production"},
        "pair_expired",
    )
    assert down["type"] == "health"
    assert world.is_refused() == []
    assert kinds(world.see()) == ["health"]
    assert kinds(world.is_refused()) == ["credential_refused", "health"]


def test_a_pair_that_is_refused_during_an_outage_is_emitted_too() -> None:
    world = World()
    world.fails("service_unavailable")
    assert kinds(world.is_refused()) == ["credential_refused"]


# --- what is emitted at all -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_only_the_types_that_are_asked_for_are_emitted(kind: str) -> None:
    world = World(Rules(types=frozenset({kind})))
    world.part(expiry=expiry(40))
    events = [*world.part(expiry=expiry(3)), *world.is_refused(), *world.see(state="KO")]
    events += world.after(200).see()
    events += world.ran(run(world.now), state="OK")
    assert set(kinds(events)) == {kind}


def test_every_event_has_an_id_of_its_own_and_the_numbers_have_no_gap() -> None:
    world = World()
    events = [*world.see(state="KO"), *world.see(state="OK"), *world.fails(), *world.see()]
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5]
    assert len({event["id"] for event in events}) == 5
    assert all(event["meta"] == {"uuid": event["id"]} for event in events)


def test_text_of_the_api_is_no_template() -> None:
    world = World()
    (event,) = world.see(state="KO", name="{{ 7 * 7 }}", error_message="{% x %}{# y #} {{{{ z }}")
    monitoring = event["monitoring"]
    assert (monitoring["name"], monitoring["error_message"]) == ("{ { 7 * 7 }}", "{ % x %}{ # y #} { { { { z }}")
    (down,) = world.part(failure={"code": "api_error", "msg": "It says {{ 7 * 7 }}"})
    assert down["health"]["failure"]["msg"] == "It says { { 7 * 7 }}"


def test_text_of_the_api_gives_a_template_no_other_marks() -> None:
    other_marks = "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ lookup('pipe', 'id') ]]"
    (event,) = World().see(state="KO", name=other_marks, error_message="See #jinja2: it")
    assert event["monitoring"]["name"] == f"# {other_marks[1:]}"
    assert event["monitoring"]["error_message"] == "See #jinja2: it"


def test_the_same_observation_of_the_same_state_makes_the_same_events() -> None:
    world = World()
    seen = Observation(snapshots=[replace(world.snapshot, state="KO")])
    first, again = (observe(world.state, seen, START, world.rules) for _each in range(2))
    assert first == again


def test_what_is_no_longer_listed_is_kept_for_a_month_and_then_forgotten() -> None:
    world = World()
    world.see(state="KO")
    other = replace(world.snapshot, id=2, state="OK")
    world.see(other)
    world.after(60 * 24 * 29).see(replace(other, last_execution=ms(world.now)))
    assert 1 in world.state.monitorings
    assert world.see(replace(world.snapshot, last_execution=ms(world.now)), other) == []
    world.see(other)
    world.after(60 * 24 * 31).see(other)
    assert set(world.state.monitorings) == {2}


# --- the state itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        {"schema_version": "2"},
        {"stream": "no stream"},
        {"sequence": "7"},
        {"sequence": -1},
        {"started": 1},
        {"monitorings": []},
        {"monitorings": {"x": {}}},
        {"monitorings": {"1": {"emitted": [[1]]}}},
        {"monitorings": {"1": {"floor": "1"}}},
        {"monitorings": {"1": {"other": 1}}},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_damaged_state_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"it is damaged|schema version"):
        WatchState.from_dict({**WatchState(STREAM).as_dict(), **damage})


# --- the watch over anything that may happen --------------------------------------------------------------------------

STATES = st.sampled_from(["OK", "KO", "ERROR", "ok", None])


@given(st.lists(st.tuples(STATES, st.booleans(), st.integers(-1, 3)), max_size=40), st.randoms(use_true_random=False))
def test_whatever_happens_changes_chain_up_runs_come_once_and_trouble_alternates(
    steps: list[tuple[str | None, bool, int]], chance: random.Random
) -> None:
    world = World()
    events: list[Event] = []
    runs: list[Run] = []
    for state, stumbles, hours in steps:
        world.after(max(hours, 0) * 60)
        if stumbles:
            events += world.fails()
            continue
        runs += [run(world.now)] if hours > 0 else []
        shown = runs[-6:]
        chance.shuffle(shown)
        last = world.snapshot.last_execution if hours < 0 else ms(world.now)
        snapshot = replace(world.snapshot, state=state, last_execution=last, runs=shown)
        events += world.see(snapshot)
        world.snapshot = replace(snapshot, runs=None)

    changes = [(event["from"], event["to"]) for event in events if event["type"] == "state_changed"]
    assert all(before == after for (_a, before), (after, _b) in zip(changes, changes[1:]))
    assert all(before.upper() != after.upper() for before, after in changes)
    emitted = [event["report"]["id"] for event in events if event["type"] == "report_added"]
    assert len(emitted) == len(set(emitted))
    health = [event["health"]["status"] for event in events if event["type"] == "health"]
    assert health == ["down", "up"] * (len(health) // 2) + ["down"] * (len(health) % 2)
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))


def test_a_state_keeps_its_size_however_long_it_is_watched() -> None:
    """A week of a hundred monitorings that run every hour, break and come back, with an outage a day."""
    world = World(started=False)
    snapshots = [replace(world.snapshot, id=number) for number in range(100)]
    world.see(*snapshots)
    sizes = []
    for hour in range(24 * 7):
        world.after(60)
        if hour % 24 == 0:
            world.fails()
        state = "KO" if hour % 7 == 0 else "OK"
        runs = [run(world.now - timedelta(hours=back)) for back in range(3)]
        now = ms(world.now)
        world.see(*(replace(each, state=state, last_execution=now, runs=runs) for each in snapshots))
        sizes.append(len(json.dumps(world.state.as_dict())))
    assert max(sizes[24:]) <= max(sizes[:24]) * 1.02
    assert max(len(each.emitted) for each in world.state.monitorings.values()) < 20


def test_defaults_are_left_out_of_the_file() -> None:
    assert Watched().as_dict() == {}
