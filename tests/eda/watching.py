# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the event source drive: the simulator, a consumer, ansible-rulebook, and a webhook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import support
from support import BIN, COLLECTION

SOURCE = COLLECTION / "extensions/eda/plugins/event_source/monitorings.py"
PAIR = ("shop-production", "simulator-secret-production")
HOME, HOME_MOBILE, CHECKOUT = 50301, 50302, 50304  # in order at the start; Checkout holds secrets of its site
PATIENCE = 120.0  # seconds until a test that waits for something fails

Event = dict[str, Any]
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], what: str) -> Found:
    """The first thing that ``look`` finds."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about")


@dataclass(frozen=True)
class Simulator(support.Simulator):
    """A running simulator; its port stays the same when it is started again."""

    def start_again(self) -> None:
        port = self.auth_url.rpartition(":")[2]
        Simulator.start(self.directory, "--port", port)

    def polls(self) -> int:
        return self.calls("/v1/speed-analysis/monitoring/list")

    def wait_for_polls(self, number: int) -> None:
        """Until so many more lists were asked for."""
        wanted = self.polls() + number
        wait_for(lambda: self.polls() >= wanted, f"poll number {wanted}")

    def turn(self, monitoring: int, state: str, **more: Any) -> None:
        self.control(f"monitorings/{monitoring}", {"state": state, **more})


@dataclass
class Consumer:
    """The event source in a process of its own, which may be killed and started again."""

    folder: Path
    environment: dict[str, str]
    arguments: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "events.jsonl"

    @property
    def output(self) -> str:
        """What it logged, at the level DEBUG, over all of its lives."""
        path = self.folder / "consumer.log"
        return path.read_text("utf-8") if path.exists() else ""

    def start(self) -> None:
        given = {"interval": 1, "retry_timeout": 0, "state_file": str(self.folder / "state.json"), **self.arguments}
        with (self.folder / "consumer.log").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).parent / "consumer.py"), str(SOURCE), json.dumps(given), self.log],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def events(self, *kinds: str) -> list[Event]:
        """What was taken so far, of these types or of all."""
        lines = self.log.read_bytes().splitlines(keepends=True) if self.log.exists() else []
        events = [json.loads(line) for line in lines if line.endswith(b"\n")]
        return [event for event in events if not kinds or event["type"] in kinds]

    def wait_for_events(self, number: int, *kinds: str) -> list[Event]:
        wait_for(lambda: len(self.events(*kinds)) >= number, f"{number} events of {kinds or 'any type'}")
        return self.events(*kinds)


class Webhook(support.Webhook):
    """A receiver of messages that can be waited for."""

    def wait_for(self, number: int) -> list[dict[str, Any]]:
        wait_for(lambda: len(self.got) >= number, f"message number {number}; there are {self.got}")
        return self.got


@dataclass
class Rulebook:
    """A running ansible-rulebook."""

    process: subprocess.Popen[bytes]
    output_file: Path

    @property
    def output(self) -> str:
        return self.output_file.read_text("utf-8", "replace")

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it as Ctrl-C does; whatever is left of it is killed."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        try:
            self.process.wait(60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(60)


@contextmanager
def rulebook(
    folder: Path, environment: dict[str, str], name: str, variables: dict[str, Any], *arguments: str
) -> Iterator[Rulebook]:
    """ansible-rulebook on a rulebook of the collection, or on a file."""
    inventory, given = folder / "inventory.json", folder / "variables.json"
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": local}}}), encoding="utf-8")
    given.write_text(json.dumps(variables), encoding="utf-8")
    command = ["ansible-rulebook", "--rulebook", name, "--inventory", str(inventory), "--vars", str(given), *arguments]
    output = folder / "rulebook.log"
    with output.open("ab") as log:
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    running = Rulebook(process, output)
    try:
        yield running
    finally:
        running.stop()
