# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts at once: one log-in for all of them, and never more calls in flight than ``concurrency`` allows.

The simulator counts: calls to each endpoint, and how many were in flight at once for a project, those that it refused
included.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import BIN, Run, Simulator, write_playbook

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
LOOKUP = "{{ lookup('contentsquare.speedlab.speedlab', 'monitorings') | length }}"
LIST_PATH = "/v1/speed-analysis/monitoring/list"
PROJECT = "10103"  # of the pair that the tests use; the key of its counters

Fleet = Callable[..., Run]


@pytest.fixture
def fleet(playbook: Callable[..., Run], tmp_path: Path) -> Fleet:
    """Run tasks on so many hosts, all of them at once."""

    def run(hosts: int, *tasks: dict[str, Any], env: dict[str, str | None] | None = None, **variables: Any) -> Run:
        inventory = tmp_path / "inventory.ini"
        inventory.write_text("".join(f"host{number:02d}\n" for number in range(1, hosts + 1)), encoding="utf-8")
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        play = {"hosts": "all", "gather_facts": False, "vars": {**local, **variables}, "tasks": list(tasks)}
        finished = playbook([play], "--inventory", str(inventory), "--forks", str(hosts), env=env, timeout=300)
        assert finished.status == 0, finished.output[-4000:]
        return finished

    return run


def in_flight(simulator: Simulator) -> dict[str, int]:
    """The most calls that were in flight at once, by project."""
    found: dict[str, int] = simulator.control("counters")["max_in_flight"]
    return found


THREE_READERS = (
    {"name": "first", MONITORINGS: {"query": "summary.total"}},
    {"name": "second", MONITORINGS: {"query": "summary.total"}},
    {"name": "third", "ansible.builtin.debug": {"msg": LOOKUP}},
)


def test_fifty_hosts_log_in_once_and_keep_to_the_limit(fleet: Fleet, simulator: Simulator) -> None:
    simulator.control("settings", {"latency": 0.02})
    run = fleet(50, *THREE_READERS)
    assert len(run.of("first")) == len(run.of("second")) == len(run.of("third")) == 50
    assert simulator.token_requests == 1
    assert simulator.calls(LIST_PATH) == 150
    assert in_flight(simulator)[PROJECT] <= 8
    assert simulator.control("counters")["refused_concurrent"] == 0

    fleet(50, *THREE_READERS)
    assert simulator.token_requests == 1
    assert simulator.calls(LIST_PATH) == 300
    assert simulator.control("counters")["refused_concurrent"] == 0


def test_hosts_that_run_modules_share_the_token_and_the_limit(fleet: Fleet, simulator: Simulator) -> None:
    simulator.control("settings", {"latency": 1})
    fleet(8, *THREE_READERS[:1], env={"SPEEDLAB_CONCURRENCY": "2"}, speedlab_in_process=False)
    assert simulator.token_requests == 1
    assert simulator.calls(LIST_PATH) == 8
    assert in_flight(simulator)[PROJECT] == 2


def test_without_a_token_cache_the_limit_holds_all_the_same(fleet: Fleet, simulator: Simulator) -> None:
    simulator.control("settings", {"latency": 0.4})
    fleet(20, *THREE_READERS[:1], env={"SPEEDLAB_TOKEN_CACHE": "false", "SPEEDLAB_CONCURRENCY": "3"})
    assert simulator.token_requests == 20
    assert in_flight(simulator) == {PROJECT: 3, "oauth": 3}


def test_when_a_token_ends_on_the_server_all_hosts_together_renew_it_once(fleet: Fleet, simulator: Simulator) -> None:
    fleet(2, *THREE_READERS[:1])
    assert simulator.control("tokens/expire", {}) == {"expired": 1}
    simulator.control("settings", {"latency": 0.02})
    fleet(20, *THREE_READERS[:2])
    assert simulator.token_requests == 2


def test_tokens_that_live_for_seconds_only_serve_all_hosts(fleet: Fleet, simulator: Simulator) -> None:
    simulator.control("settings", {"token_lifetime": 2, "latency": 0.05})
    run = fleet(10, *THREE_READERS[:1], {"ansible.builtin.pause": {"seconds": 3}}, *THREE_READERS[1:2])
    assert [result["query_result"] for result in run.of("second")] == [run.of("first")[0]["query_result"]] * 10
    assert simulator.token_requests <= 20  # not a longer life than the margin: each task asks for its own, once


@contextmanager
def started(
    tasks: list[dict[str, Any]], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """ansible-playbook under way; killed, with all that it started, at the end at the latest."""
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    path = write_playbook(folder, [play], "killed.yml")
    variables = {**environment, "SPEEDLAB_TEST_RECORD": os.devnull}
    process = subprocess.Popen(
        [str(BIN / "ansible-playbook"), str(path)], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for a process and its descendants, which newer versions of Ansible put into sessions of their own."""
    family = [process.pid] if process.poll() is None else []
    for pid in family:  # grows while it is read
        children = Path("/proc", str(pid), "task", str(pid), "children")
        family += [int(child) for child in children.read_text().split()]
    for pid in family:
        os.kill(pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def own_simulator(environment: dict[str, str], tmp_path: Path) -> Iterator[Simulator]:
    """One for this test alone: it goes on counting a call whose caller is dead, which would irritate other tests."""
    simulator = Simulator.start(tmp_path / "simulator")
    environment["SPEEDLAB_AUTH_URL"] = simulator.auth_url
    yield simulator
    simulator.stop()


@pytest.mark.parametrize(
    ("path", "key"), [("/v1/oauth/token", "oauth"), (LIST_PATH, PROJECT)], ids=["while it logs in", "while it reads"]
)
def test_a_process_that_is_killed_blocks_nobody(
    tasks: Callable[..., Run],
    environment: dict[str, str],
    own_simulator: Simulator,
    tmp_path: Path,
    path: str,
    key: str,
) -> None:
    environment["SPEEDLAB_CONCURRENCY"] = "1"  # so that it holds the only slot
    own_simulator.control("faults", {"path": path, "kind": "delay", "seconds": 90})
    with started([{MONITORINGS: {}}], environment, tmp_path) as process:
        wait_until(lambda: own_simulator.control("counters")["in_flight"].get(key) == 1)
        kill(process)
    before = time.monotonic()
    run = tasks({"name": "list", MONITORINGS: {}})
    assert run.status == 0, run.output
    assert run.of("list")[0]["summary"]["total"] > 0
    assert time.monotonic() - before < 60  # it did not wait for the answer that the dead process would have got
