# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever the API does, the source lives: it says so once on the way down, once on the way up, and catches up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from watching import CHECKOUT, HOME, PAIR, Consumer, Simulator, wait_for

LIST = "/v1/speed-analysis/monitoring/list"
TOKEN = "/v1/oauth/token"
POLLS = 5  # as many polls in a row meet the trouble; at an interval of a minute these are minutes


@contextmanager
def fault(simulator: Simulator, path: str, **how: Any) -> Iterator[None]:
    simulator.control("faults", {"path": path, "times": None, **how})
    yield
    simulator.control("faults", method="DELETE")


@contextmanager
def refused_connections(simulator: Simulator) -> Iterator[None]:
    simulator.stop()
    yield
    simulator.start_again()


@contextmanager
def refused_pair(simulator: Simulator) -> Iterator[None]:
    with fault(simulator, TOKEN, kind="status", status=401, body={"error": "invalid_client"}):
        simulator.control("tokens/expire", {})  # not before: a poll in between would get a new token
        yield


TROUBLES: dict[str, tuple[Callable[[Simulator], Any], str]] = {
    "401": (lambda it: fault(it, LIST, kind="status", status=401, body={"success": False}), "token_refused"),
    "a token that stays expired": (lambda it: fault(it, LIST, kind="expired_token"), "token_expired"),
    "429": (lambda it: fault(it, LIST, kind="status", status=429, headers={"Retry-After": "1"}), "rate_limited"),
    "503": (lambda it: fault(it, LIST, kind="html", status=503), "service_unavailable"),
    "malformed": (lambda it: fault(it, LIST, kind="malformed"), "answer_not_json"),
    "another shape": (lambda it: fault(it, LIST, kind="wrong_shape"), "answer_wrong_shape"),
    "cut short": (lambda it: fault(it, LIST, kind="cut"), "answer_cut_short"),
    "reports alone": (
        lambda it: fault(it, "/v1/speed-analysis/monitoring/reports", kind="malformed"),
        "answer_not_json",
    ),
    "a refused pair": (refused_pair, "pair_refused"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_health_is_emitted_once_down_and_once_up_and_nothing_is_missed(
    simulator: Simulator, new_consumer: Callable[..., Consumer], name: str
) -> None:
    meet, code = TROUBLES[name]
    consumer = new_consumer(monitoring_id=[HOME, CHECKOUT])
    consumer.start()
    simulator.wait_for_polls(2)
    with meet(simulator):
        simulator.turn(CHECKOUT, "KO")
        simulator.control(f"monitorings/{HOME}/reports", {})
        (down,) = consumer.wait_for_events(1, "health")
        simulator.control("counters/reset", {})
        path = TOKEN if name == "a refused pair" else LIST
        wait_for(lambda: simulator.control("counters")["calls"].get(path, 0) >= POLLS, f"{POLLS} polls")
        assert consumer.lives
        assert consumer.events("health") == [down]
        simulator.control(f"monitorings/{HOME}/reports", {})
    assert (down["health"]["status"], down["health"]["failure"]["code"]) == ("down", code)

    consumer.wait_for_events(2, "health")
    simulator.wait_for_polls(2)
    assert [event["health"]["status"] for event in consumer.events("health")] == ["down", "up"]
    assert [event["to"] for event in consumer.events("state_changed")] == ["KO"]
    assert len(consumer.events("report_added")) == 2
    assert len(consumer.events("credential_refused")) == (code == "pair_refused")


def test_refused_connections_are_an_outage_too(simulator: Simulator, new_consumer: Callable[..., Consumer]) -> None:
    consumer = new_consumer(monitoring_id=[HOME])
    consumer.start()
    simulator.wait_for_polls(2)
    with refused_connections(simulator):
        (down,) = consumer.wait_for_events(1, "health")
        tried = consumer.output.count("Starting new HTTP connection")
        more = tried + POLLS
        wait_for(lambda: consumer.output.count("Starting new HTTP connection") >= more, f"{POLLS} polls")
        assert consumer.events("health") == [down]
        assert down["health"]["failure"]["code"] == "connection_refused"
    consumer.wait_for_events(2, "health")
    simulator.turn(HOME, "KO")
    consumer.wait_for_events(1, "state_changed")
    assert [event["health"]["status"] for event in consumer.events("health")] == ["down", "up"]


def test_a_token_that_expires_is_renewed_and_nobody_hears_of_it(
    simulator: Simulator, new_consumer: Callable[..., Consumer]
) -> None:
    consumer = new_consumer(monitoring_id=[HOME])
    consumer.start()
    simulator.wait_for_polls(2)
    for _each in range(3):
        simulator.control("tokens/expire", {})
        simulator.wait_for_polls(2)
    simulator.turn(HOME, "KO")
    consumer.wait_for_events(1, "state_changed")
    assert consumer.events("health") == []


def test_a_restart_in_the_midst_of_an_outage_tells_it_no_second_time(
    simulator: Simulator, new_consumer: Callable[..., Consumer]
) -> None:
    consumer = new_consumer(monitoring_id=[HOME])
    consumer.start()
    simulator.wait_for_polls(2)
    with fault(simulator, LIST, kind="html", status=503):
        consumer.wait_for_events(1, "health")
        simulator.wait_for_polls(1)
        consumer.kill()
        consumer.start()
        simulator.wait_for_polls(3)
    consumer.wait_for_events(2, "health")
    assert [event["health"]["status"] for event in consumer.events("health")] == ["down", "up"]


def test_all_polls_share_one_token(simulator: Simulator, new_consumer: Callable[..., Consumer]) -> None:
    consumer = new_consumer(monitoring_id=[HOME])
    consumer.start()
    simulator.wait_for_polls(2)
    consumer.kill()
    consumer.start()
    simulator.wait_for_polls(3)
    assert simulator.control("counters")["calls"][TOKEN] == 1
    assert {each["body"].get("client_id") for each in simulator.control("requests") if each["path"] == TOKEN} == {
        PAIR[0]
    }
