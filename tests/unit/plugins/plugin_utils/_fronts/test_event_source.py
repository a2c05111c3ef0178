# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source within a loop: handing over, crossing out, feedback, cancellation, wrong arguments."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.judge import Observation, Snapshot
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.state import WatchState
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch.journal import Journal
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import event_source as _event_source
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.event_source import (
    Delivery,
    in_thread,
    watch,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi
from ansible_collections.contentsquare.speedlab.tests.unit.support.tasks import LOGIN

Event = dict[str, Any]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(str(tmp_path / "state.json"))
    yield opened
    opened.close()


def filled(journal: Journal, number: int) -> list[Event]:
    state, events = journal.state, list[Event]()
    for _each in range(number):
        state = state.numbered()
        uuid = {"uuid": state.event_id}
        events.append({"id": state.event_id, "sequence": state.sequence, "type": "stale", "meta": uuid})
    journal.record(state, events)
    return events


def waiting_on_disk(journal: Journal) -> list[int]:
    """The numbers of the events that a new process would hand over."""
    journal.close()
    found = Journal(journal.path)
    found.close()
    return [event["sequence"] for event in found.waiting]


def within(seconds: float, work: Callable[[], Awaitable[Any]]) -> Any:
    """Run in a loop; a test that hangs fails."""

    async def bounded() -> Any:
        return await asyncio.wait_for(work(), seconds)

    return asyncio.run(bounded())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


# --- handing over -----------------------------------------------------------------------------------------------------


def test_events_are_handed_over_in_their_order_and_crossed_out(journal: Journal) -> None:
    events = filled(journal, 3)

    async def work() -> list[Event]:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        delivery = asyncio.create_task(Delivery(journal, queue, None).deliver())
        taken = [await queue.get() for _each in events]
        await delivery
        return taken

    assert within(30, work) == events
    assert waiting_on_disk(journal) == []


def test_an_event_that_lies_in_the_queue_is_not_taken_and_comes_again_after_a_restart(journal: Journal) -> None:
    filled(journal, 3)

    async def work() -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        delivery = asyncio.create_task(Delivery(journal, queue, None).deliver())
        await queue.get()
        await until(queue.full)
        delivery.cancel()

    within(30, work)
    assert waiting_on_disk(journal) == [2, 3]


def test_a_queue_that_others_keep_full_holds_nothing_up(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_event_source, "_BUSY_AFTER", 0.0)
    events = filled(journal, 3)

    class Busy:
        """Never seen empty, as another source puts something in whenever there is room."""

        maxsize = 1

        def __init__(self, queue: asyncio.Queue[Event]) -> None:
            self.put = queue.put

        def empty(self) -> bool:
            return False

    async def work() -> list[Event]:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        delivery = Delivery(journal, Busy(queue), None)
        handing_over = asyncio.create_task(delivery.deliver())
        taken = [await queue.get() for _each in events]
        await handing_over
        await delivery.deliver()  # the next poll: nothing is handed over twice
        assert queue.qsize() == 0
        return taken

    assert within(30, work) == events
    assert waiting_on_disk(journal) == [3]


def test_what_event_filters_do_to_an_event_does_not_reach_the_journal(journal: Journal) -> None:
    filled(journal, 1)

    class Filtered:
        """As ansible-rulebook wraps a queue."""

        def __init__(self, queue: asyncio.Queue[Event]) -> None:
            self.queue = queue

        async def put(self, event: Event) -> None:
            event["meta"]["source"] = {"name": "speedlab"}
            await self.queue.put(event)

    async def work() -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        delivery = asyncio.create_task(Delivery(journal, Filtered(queue), None).deliver())
        await until(queue.full)
        assert "source" not in journal.waiting[0]["meta"]
        await queue.get()
        await delivery

    within(30, work)
    assert waiting_on_disk(journal) == []


# --- feedback ---------------------------------------------------------------------------------------------------------


def test_with_feedback_an_event_is_crossed_out_when_the_rule_engine_says_so(journal: Journal) -> None:
    first, second = filled(journal, 2)

    async def work() -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        feedback: asyncio.Queue[Event] = asyncio.Queue(1)
        delivery = asyncio.create_task(Delivery(journal, queue, feedback).deliver())
        assert await queue.get() == first
        assert queue.empty()
        await feedback.put({"meta": {"uuid": "of another event"}})
        await until(feedback.empty)
        assert len(journal.waiting) == 2
        await feedback.put(first)
        assert await queue.get() == second
        assert len(journal.waiting) == 1
        delivery.cancel()

    within(30, work)
    assert waiting_on_disk(journal) == [2]


def test_an_event_that_is_never_confirmed_is_tried_again_and_then_passed_over(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_event_source, "_FEEDBACK_AFTER", 0.001)
    events = filled(journal, 1)

    async def work() -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        delivery = asyncio.create_task(Delivery(journal, queue, asyncio.Queue(1)).deliver())
        assert [await queue.get() for _each in range(3)] == events * 3
        await delivery

    within(30, work)
    assert f"does not confirm event {events[0]['id']} (stale)" in caplog.text
    assert waiting_on_disk(journal) == []


# --- the loop ---------------------------------------------------------------------------------------------------------

HOME = Snapshot(
    1, "Home", "https://shop.example/", "OK", "", True, 60, int(datetime.now(timezone.utc).timestamp() * 1000)
)


def polls(monkeypatch: pytest.MonkeyPatch, *states: str, home: Snapshot = HOME) -> None:
    """Each poll shows one monitoring in the next of the states; after the last, polls are the same."""
    coming = list(states)

    def poll(plan: Any, client: Any, state: WatchState) -> Iterator[Observation]:
        shown = coming.pop(0) if len(coming) > 1 else coming[0]
        yield Observation(snapshots=[Snapshot(**{**vars(home), "state": shown})])
        yield Observation(listed=frozenset({1}))

    monkeypatch.setattr(_event_source, "poll", poll)


def arguments(tmp_path: Path, **given: Any) -> dict[str, Any]:
    return {**LOGIN, "state_file": str(tmp_path / "state.json"), "interval": 1, **given}


async def taken(arguments: dict[str, Any], number: int) -> list[Event]:
    """The first events of a source, which is then cancelled."""
    queue: asyncio.Queue[Event] = asyncio.Queue(1)
    source = asyncio.create_task(watch(queue, arguments))
    events = [await queue.get() for _each in range(number)]
    crossed_out = Path(f"{arguments['state_file']}.taken")
    await until(lambda: f"{events[-1]['sequence']:020d}" in crossed_out.read_text("ascii"))
    source.cancel()
    await asyncio.gather(source, return_exceptions=True)
    return events


def test_changes_are_emitted_and_a_restart_emits_none_of_them_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls(monkeypatch, "OK", "KO")
    (first,) = within(30, lambda: taken(arguments(tmp_path), 1))
    polls(monkeypatch, "KO", "OK")
    second, third = within(30, lambda: taken(arguments(tmp_path), 2))
    assert [(event["type"], event.get("to")) for event in (first, second, third)] == [
        *(("state_changed", "KO"), ("state_changed", "OK")),
        ("recovered", None),
    ]


def test_what_cannot_be_kept_is_not_emitted_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    polls(monkeypatch, "KO")
    in_the_way = tmp_path / "state.json.new"
    in_the_way.mkdir()

    async def work() -> list[Event]:
        telling = asyncio.create_task(taken(arguments(tmp_path, emit_initial=True), 1))
        await until(lambda: "could not be written" in caplog.text)
        assert not telling.done()
        in_the_way.rmdir()
        return await telling

    (event,) = within(30, work)
    assert event["to"] == "KO"


def test_a_clock_of_this_machine_that_jumps_makes_nothing_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = timedelta(days=30)
    monkeypatch.setattr(Client, "clock_difference", month.total_seconds())
    ran = datetime.now(timezone.utc) - month - timedelta(minutes=1)
    polls(monkeypatch, "KO", "OK", home=replace(HOME, last_execution=int(ran.timestamp() * 1000)))
    events = within(30, lambda: taken(arguments(tmp_path, emit_initial=True), 3))
    assert [event["type"] for event in events] == ["state_changed", "state_changed", "recovered"]
    assert events[0]["monitoring"]["age_seconds"] // 60 == 1


def test_a_source_that_waits_for_the_api_ends_at_once_and_the_loop_goes_on_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers = threading.Event(), threading.Event()

    def poll(plan: Any, client: Any, state: WatchState) -> Iterator[Observation]:
        asked.set()
        answers.wait(60)
        yield Observation(snapshots=[HOME])

    monkeypatch.setattr(_event_source, "poll", poll)

    async def work() -> None:
        source = asyncio.create_task(watch(asyncio.Queue(1), arguments(tmp_path)))
        await until(asked.is_set)
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)
        assert source.cancelled()

    within(30, work)
    Journal(str(tmp_path / "state.json")).close()  # its files are free again
    answers.set()


def test_what_a_thread_raises_reaches_whoever_waits() -> None:
    def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        within(30, lambda: in_thread(fails))


# --- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"intervall": 60}, "Unsupported option: intervall"),
        ({"interval": "often"}, "interval"),
        ({"events": ["gone"]}, "gone"),
        ({"monitoring_id": ["x"]}, "monitoring_id"),
        ({"client_secret": ["a secret in a list"]}, "client_secret has to be a text"),
        ({"client_id": "shop-production\ufeff"}, "The client_id ends with U\\+FEFF"),
        ({"state_file": "/nowhere/state.json\r"}, "state_file ends with U\\+000D CARRIAGE RETURN"),
    ],
    ids=repr,
)
def test_wrong_arguments_are_named_and_no_secret_is(
    api: ScriptedApi, tmp_path: Path, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        within(30, lambda: watch(asyncio.Queue(1), arguments(tmp_path, **given)))
    assert LOGIN["client_secret"] not in str(caught.value)
    assert "a secret in a list" not in str(caught.value)
    assert list(tmp_path.glob("state*")) == []


def test_two_sources_do_not_share_a_state_file(api: ScriptedApi, tmp_path: Path) -> None:
    first = Journal(str(tmp_path / "state.json"))
    with pytest.raises(SettingsError, match="Another event source"):
        within(30, lambda: watch(asyncio.Queue(1), arguments(tmp_path)))
    first.close()


def test_no_argument_is_changed_and_the_feedback_queue_is_none_of_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls(monkeypatch, "KO")

    async def work() -> Event:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        feedback: asyncio.Queue[Event] = asyncio.Queue(1)
        given = arguments(tmp_path, emit_initial=True, feedback=True, eda_feedback_queue=feedback)
        source = asyncio.create_task(watch(queue, given))
        event = await queue.get()
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)
        assert given["eda_feedback_queue"] is feedback
        return event

    assert within(30, work)["to"] == "KO"


def test_the_state_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    polls(monkeypatch, "KO")
    events = within(30, lambda: taken(arguments(tmp_path, emit_initial=True), 1))
    written = "".join(path.read_text("utf-8") for path in tmp_path.glob("state*"))
    assert LOGIN["client_secret"] not in written + caplog.text + json.dumps(events)
