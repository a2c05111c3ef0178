# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules speedlab_event and speedlab_event_info, as a user of playbooks sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator

Tasks = Callable[..., Run]

EVENT = "contentsquare.speedlab.speedlab_event"
EVENTS = "contentsquare.speedlab.speedlab_event_info"
LIST, CREATE, DELETE = (f"/v1/speed-analysis/event/{name}" for name in ("list", "create", "delete"))
HOME, HOME_MOBILE, CHECKOUT, BUY = 50301, 50302, 50304, 7301
SEED = {"build-1040", "build-1041", "cdn-change"}


def mark(task: str, **options: Any) -> dict[str, Any]:
    given = {"key": "release-1", "text": "Shop 1.0", **options}
    return {"name": task, EVENT: {name: value for name, value in given.items() if value is not None}}


def stored(simulator: Simulator) -> dict[str, list[dict[str, Any]]]:
    """What the API holds beside the seed, with links, by key."""
    simulator.control("variants", {"event_links": True, "event_offset": "+00:00", "event_text": "plain"})
    token = simulator.token("shop-production", "simulator-secret-production")
    found: dict[str, list[dict[str, Any]]] = {}
    for event in simulator.lab("event/list", {}, token)["events"]:
        if event["key"] not in SEED:
            found.setdefault(event["key"], []).append(event)
    return found


def changed(run: Run, *names: str) -> list[bool]:
    return [run.one(name)["changed"] for name in names]


# --- one event --------------------------------------------------------------------------------------------------------


def test_an_event_is_written_once_and_a_second_run_changes_nothing(front_tasks: Tasks, simulator: Simulator) -> None:
    wishes = {"date": "2026-11-23T12:00:00+01:00", "monitorings": ["Home", str(CHECKOUT)], "scenarios": [str(BUY)]}
    run = front_tasks(
        mark("planned", **wishes) | {"check_mode": True},
        simulator.task("counters", name="counted"),
        mark("first", **wishes),
        mark("second", **wishes),
        simulator.task("variants", {"event_offset": "-05:30", "event_text": "entities"}),
        mark("elsewhere", **wishes),
        mark("without a date", **{**wishes, "date": None}),
        simulator.task("variants", {"event_links": True}),
        mark("with links", **wishes),
        arguments=("--diff",),
    )
    assert run.status == 0, run.output
    names = ("planned", "first", "second", "elsewhere", "without a date", "with links")
    assert changed(run, *names) == [True, True, False, False, False, False]
    event = {
        "key": "release-1",
        "text": "Shop 1.0",
        "date": "2026-11-23T11:00:00Z",
        "monitorings": [HOME, CHECKOUT],
        "scenarios": [BUY],
    }
    assert [run.one(name)["event"] for name in names] == [event] * 6
    assert run.one("planned")["diff"] == run.one("first")["diff"]
    assert CREATE not in run.one("counted")["answer"]["calls"]
    assert simulator.calls(CREATE) == 1
    (kept,) = stored(simulator)["release-1"]
    assert (kept["date"], kept["monitorings"]) == ("2026-11-23T11:00:00.000+00:00", [HOME, CHECKOUT])


def test_a_key_without_quotes_is_the_text_that_the_user_wrote(front_tasks: Tasks, simulator: Simulator) -> None:
    keys = [date(2026, 11, 25), datetime(2026, 11, 25, 10, 30), 4711]
    run = front_tasks(
        *(mark(str(key), key=key) for key in keys),
        {"name": "listed", EVENTS: {"key": keys[0]}},
        mark("a fraction", key=10.40) | {"ignore_errors": True},
        mark("a boolean", key=False) | {"ignore_errors": True},
    )
    assert [run.one(str(key))["event"]["key"] for key in keys] == ["2026-11-25", "2026-11-25T10:30:00", "4711"]
    assert [event["key"] for event in run.one("listed")["events"]] == ["2026-11-25"]
    assert run.one("a fraction")["msg"].startswith("key is a number with a decimal point")
    assert run.one("a boolean")["msg"].startswith("key is a boolean")
    assert set(stored(simulator)) == {"2026-11-25", "2026-11-25T10:30:00", "4711"}


def test_a_secret_in_an_address_is_shown_nowhere(front_tasks: Tasks, simulator: Simulator) -> None:
    address = "https://deployer:hunter22@ci.example/9?token=hunter22"
    run = front_tasks(
        mark("a text", text=f"See {address}"),
        mark("a deployment", key="release-2", text=None, deployment={"url": address, "name": address}),
        arguments=("-vvv", "--diff"),
    )
    assert run.status == 0, run.output
    assert "hunter22" not in run.output
    assert "hunter22" not in str(stored(simulator))
    assert "hunter22" not in str(run.results)


def test_an_event_changes_only_in_what_is_given(front_tasks: Tasks, simulator: Simulator) -> None:
    first = {"date": "2026-11-23", "monitorings": ["Home", "Checkout"]}
    run = front_tasks(
        mark("first", **first),
        mark("other text", text="Shop 1.0 <b> & more"),
        simulator.task("variants", {"event_text": "entities"}),
        mark("same text", text="Shop 1.0 <b> & more"),
        mark("fewer links", text=None, monitorings=["Home"]) | {"ignore_errors": True},
        mark("one link", text="Shop 1.0 <b> & more", monitorings=["Home"]),
        mark("the same link", text="Shop 1.0 <b> & more", monitorings=["Home"]),
        mark("global", text="Shop 1.0 <b> & more", monitorings=[]),
        simulator.task("variants", {"event_global": "shown"}),
        mark("global still", text="Shop 1.0 <b> & more", monitorings=[]),
    )
    assert changed(run, "other text", "same text", "one link", "the same link", "global", "global still") == [
        *(True, False),
        *(True, False),
        *(True, False),
    ]
    assert "text is needed" in run.one("fewer links")["msg"]
    assert run.one("other text")["event"]["date"] == "2026-11-23T00:00:00Z"
    assert run.one("other text")["event"]["monitorings"] == [HOME, CHECKOUT]
    (kept,) = stored(simulator)["release-1"]
    assert (kept["text"], kept["monitorings"]) == ("Shop 1.0 <b> & more", [])


@pytest.mark.parametrize("deletes", ["all", "one"])
def test_of_duplicates_one_is_left_and_all_are_removed(front_tasks: Tasks, simulator: Simulator, deletes: str) -> None:
    simulator.control("variants", {"event_create": "duplicate", "event_delete": deletes})
    token = simulator.token("shop-production", "simulator-secret-production")
    for day in (23, 22, 24):
        body = {"key": "release-1", "text": "Shop 1.0", "date": f"2026-11-{day}T00:00:00Z", "monitorings": [HOME]}
        simulator.lab("event/create", body, token)
    run = front_tasks(
        mark("planned") | {"check_mode": True},
        mark("one is left"),
        mark("settled"),
        {"name": "read", EVENTS: {"key": "release-1"}},
        mark("removed", state="absent"),
        mark("gone", state="absent"),
    )
    assert run.status == 0, run.output
    assert changed(run, "planned", "one is left", "settled", "removed", "gone") == [True, True, False, True, False]
    assert run.one("one is left")["removed"] == run.one("planned")["removed"]
    assert len(run.one("one is left")["removed"]) == 2
    assert run.one("one is left")["event"]["monitorings"] == [HOME]
    assert [event["date"] for event in run.one("read")["events"]] == ["2026-11-22T00:00:00Z"]
    assert stored(simulator) == {}


def test_the_diff_shows_the_event_before_and_after(tasks: Tasks) -> None:
    run = tasks(
        mark("first", date="2026-11-23"),
        mark("other", text="Shop 1.1", date="2026-11-23"),
        arguments=("--diff", "--check"),
    )
    assert run.one("first")["diff"]["before"] == {"events": []}
    assert '"text": "Shop 1.0"' in run.output.replace("+ ", "")


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost_answer"},
        {"kind": "cut"},
        {"kind": "reset"},
        {"kind": "status", "status": 503},
        {"kind": "html", "status": 502},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_a_create_without_an_answer_leaves_one_event(tasks: Tasks, simulator: Simulator, fault: dict[str, Any]) -> None:
    simulator.control("variants", {"event_create": "duplicate"})
    simulator.control("faults", {"path": CREATE, **fault})
    run = tasks(mark("first"), mark("second"))
    assert run.status == 0, run.output
    assert changed(run, "first", "second") == [True, False]
    assert len(stored(simulator)["release-1"]) == 1
    took_effect = fault["kind"] in ("lost_answer", "cut")
    assert simulator.calls(CREATE) == (1 if took_effect else 2)


def test_a_create_that_never_succeeds_is_reported_after_a_look(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", {"path": CREATE, "kind": "reset", "times": None})
    run = front_tasks(mark("first") | {"ignore_errors": True})
    failed = run.one("first")
    assert (failed["failure"]["code"], failed["changed"]) == ("fate_unknown", False)
    assert "looked up afterwards, the event release-1 is not there" in failed["msg"]
    assert [simulator.calls(path) for path in (CREATE, LIST)] == [3, 4]


def test_a_deletion_without_an_answer_is_done_once(tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", {"path": DELETE, "kind": "lost_answer"})
    run = tasks(mark("first"), mark("removed", state="absent"))
    assert run.status == 0, run.output
    assert simulator.calls(DELETE) == 1
    assert stored(simulator) == {}


def test_what_is_not_clear_fails_before_anything_is_written(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control(f"monitorings/{HOME_MOBILE}", {"name": "Home"})
    wrong = {
        "an unknown name": ({"monitorings": ["Chekcout"]}, "Similar: Checkout"),
        "a name of two": ({"monitorings": ["Home"]}, f'several monitorings are called "Home": {HOME}, {HOME_MOBILE}'),
        "an unknown id": ({"scenarios": ["1"]}, 'no scenario of the project is called "1" or has this id'),
        "no text": ({"text": ""}, "text is needed"),
        "no date": ({"date": "yesterday"}, "'yesterday' is not a date"),
        "everything": ({"state": "absent", "key": None}, "it does not remove all events"),
        "every key": ({"state": "absent", "key": None, "key_pattern": "*"}, "alone would remove all events"),
    }
    listed = (mark(name, **options) | {"ignore_errors": True} for name, (options, _words) in wrong.items())
    run = front_tasks(*listed)
    for name, (_options, words) in wrong.items():
        assert run.failed(name), name
        assert words in run.one(name)["msg"], name
    assert not {CREATE, DELETE} & set(simulator.all_calls)


# --- pruning ----------------------------------------------------------------------------------------------------------


def test_old_events_are_pruned_by_pattern_and_age(front_tasks: Tasks, simulator: Simulator) -> None:
    prune = {"key": None, "text": None, "state": "absent", "older_than": 3}
    run = front_tasks(
        mark("planned", **prune) | {"check_mode": True},
        mark("builds", **prune, key_pattern="build-*"),
        {"name": "left", EVENTS: {"query": "events[].key"}},
        mark("all", **prune),
        mark("again", **prune),
        arguments=("--diff",),
    )
    assert run.status == 0, run.output
    removed = {name: [event["key"] for event in run.one(name)["removed"]] for name in ("planned", "builds", "all")}
    assert removed == {"planned": ["cdn-change", "build-1040"], "builds": ["build-1040"], "all": ["cdn-change"]}
    assert run.one("planned")["diff"]["before"]["events"] == run.one("planned")["removed"]
    assert run.one("left")["query_result"] == ["build-1041", "cdn-change"]
    assert changed(run, "planned", "builds", "all", "again") == [True, True, True, False]


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "module"])
def test_twenty_jobs_at_once_leave_one_event(
    playbook: Callable[..., Run], simulator: Simulator, tmp_path: Path, in_process: bool
) -> None:
    simulator.control("variants", {"event_create": "duplicate"})
    simulator.control("settings", {"latency": 0.02})
    inventory = tmp_path / "inventory.ini"
    inventory.write_text("".join(f"job{number:02d}\n" for number in range(20)), encoding="utf-8")
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "speedlab_in_process": in_process,
    }
    play = {"hosts": "all", "gather_facts": False, "vars": variables, "tasks": [mark("mark", monitorings=["Home"])]}
    run = playbook([play], "--inventory", str(inventory), "--forks", "20")
    assert run.status == 0, run.output
    results = run.of("mark")
    assert [len(results), sum(result["changed"] for result in results)] == [20, 1]
    assert len({result["event"]["date"] for result in results}) == 1
    assert simulator.calls(CREATE) == 1
    assert len(stored(simulator)["release-1"]) == 1


# --- reading ----------------------------------------------------------------------------------------------------------


def test_events_are_read_by_key_pattern_link_and_period(front_tasks: Tasks, simulator: Simulator) -> None:
    def read(name: str, **options: Any) -> dict[str, Any]:
        return {"name": name, EVENTS: options}

    run = front_tasks(
        read("all"),
        read("one", key="build-1041"),
        read("a part of a key", key="build"),
        read("pattern", key_pattern="build-*"),
        read("of a monitoring", monitorings=["Home"]),
        read("of a scenario or a monitoring", scenarios=[BUY], monitorings=[CHECKOUT]),
        read("since", date_from="2026-06-01T06:00:00Z", key_pattern="cdn-*"),
        read("after", date_from="2026-06-01T06:00:01Z", key_pattern="cdn-*"),
        read("until", date_to="2026-06-02"),
        read("unknown", monitorings=["Nowhere"]) | {"ignore_errors": True},
        simulator.task("variants", {"event_links": True}),
        read("with links", key="build-1041"),
    )
    assert run.status == 0, run.output
    keys = {each["task"]: [event["key"] for event in each["result"].get("events", [])] for each in run.results}
    assert keys == {
        **keys,
        "all": ["build-1041", "build-1040", "cdn-change"],
        "one": ["build-1041"],
        "a part of a key": [],
        "pattern": ["build-1041", "build-1040"],
        "of a monitoring": ["build-1041"],
        "of a scenario or a monitoring": ["build-1041"],
        "since": ["cdn-change"],
        "after": [],
        "until": ["cdn-change"],
    }
    assert run.one("all")["events"][2]["date"] == "2026-06-01T06:00:00Z"
    assert run.one("all")["events"][0]["monitorings"] is None
    assert run.one("with links")["events"][0]["monitorings"] == [50301, 50303, 50304]
    assert run.one("unknown")["failure"]["code"] == "not_found"
    assert not any(result["result"].get("changed") for result in run.results)
