# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Killed at any moment and started again: no event lost, none emitted twice, each monitoring's in their order."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable

from watching import CHECKOUT, HOME, HOME_MOBILE, Consumer, Event, Simulator, wait_for

KILLS = 55
WATCHED = (HOME, HOME_MOBILE, CHECKOUT)


def first_of_each(events: list[Event]) -> list[Event]:
    """What a consumer makes of the events that knows them by their ids."""
    return list({event["id"]: event for event in reversed(events)}.values())[::-1]


def test_no_kill_loses_or_doubles_an_event(simulator: Simulator, new_consumer: Callable[..., Consumer]) -> None:
    chance = random.Random(20261125)
    consumer = new_consumer(interval=1, monitoring_id=list(WATCHED))
    consumer.start()
    simulator.wait_for_polls(2)  # the baseline is taken
    states: dict[int, list[str]] = {monitoring: ["OK"] for monitoring in WATCHED}
    reports: dict[int, int] = dict.fromkeys(WATCHED, 0)

    def change(monitoring: int) -> None:
        """Another state, each of which occurs once, and a report. Only states that a poll saw can be emitted."""
        states[monitoring].append(f"TROUBLE {len(states[monitoring])}")
        simulator.turn(monitoring, states[monitoring][-1])
        simulator.control(f"monitorings/{monitoring}/reports", {})
        reports[monitoring] += 1

    def is_emitted(monitoring: int) -> bool:
        emitted = consumer.events("state_changed")
        return any(
            event["monitoring"]["id"] == monitoring and event["to"] == states[monitoring][-1] for event in emitted
        )

    def wait_for_the_end() -> None:
        """Until a moment at random: while the process starts, around a poll, or just when an event is taken."""
        moment = chance.choice(("start", "start", "poll", "poll", "event", "event", "event"))
        if moment == "start":
            time.sleep(chance.uniform(0.0, 0.8))
        elif moment == "poll":
            simulator.wait_for_polls(1)
            time.sleep(chance.uniform(0.0, 0.2))
        else:
            taken = len(consumer.events())
            wait_for(lambda: len(consumer.events()) > taken, "the next event")
            time.sleep(chance.uniform(0.0, 0.03))

    for _kill in range(KILLS):
        quiet = [monitoring for monitoring in WATCHED if len(states[monitoring]) == 1 or is_emitted(monitoring)]
        for monitoring in quiet if len(quiet) == len(WATCHED) else chance.sample(quiet, chance.randint(0, len(quiet))):
            change(monitoring)
        wait_for_the_end()
        consumer.kill()
        consumer.start()

    wait_for(lambda: all(is_emitted(each) or len(states[each]) == 1 for each in WATCHED), "the last change")
    wanted = sum(reports.values())
    wait_for(lambda: len(first_of_each(consumer.events("report_added"))) >= wanted, f"{wanted} reports")
    simulator.wait_for_polls(2)  # so that something emitted once too often would show
    everything = consumer.events()
    events = first_of_each(everything)

    chains = defaultdict(list)
    for event in events:
        if event["type"] == "state_changed":
            chains[event["monitoring"]["id"]].append((event["from"], event["to"]))
    for monitoring, history in states.items():
        assert chains[monitoring] == list(zip(history, history[1:]))

    emitted = Counter(event["report"]["id"] for event in events if event["type"] == "report_added")
    assert set(emitted.values()) == {1}
    assert len(emitted) == wanted
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["stream"] for event in events}) == 1
    # An event comes again only where the process was killed between taking it and noting that.
    assert len(everything) - len(events) <= KILLS
    assert wanted > KILLS / 2, "there was too little to emit"
