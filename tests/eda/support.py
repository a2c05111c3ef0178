# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the event source drive: the simulator, a consumer, ansible-rulebook, and a webhook that keeps what
it gets.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

COLLECTIONS = Path(os.environ["SPEEDLAB_TEST_COLLECTIONS"])
COLLECTION = COLLECTIONS / "ansible_collections" / "contentsquare" / "speedlab"
SOURCE = COLLECTION / "extensions/eda/plugins/event_source/monitorings.py"
BIN = Path(sys.executable).parent
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


def asked(url: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method or ("POST" if data else "GET"))
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read() or b"null")


@dataclass(frozen=True)
class Simulator:
    """A running simulator; its port stays the same when it is started again."""

    directory: Path
    auth_url: str
    port: int

    @classmethod
    def start(cls, directory: Path, *arguments: str) -> Simulator:
        facts = json.loads(_simulator("start", "--directory", str(directory), *arguments))
        return cls(directory, facts["auth_url"], facts["port"])

    def start_again(self) -> None:
        Simulator.start(self.directory, "--port", str(self.port))

    def stop(self) -> None:
        _simulator("stop", "--directory", str(self.directory))

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        return asked(f"{self.auth_url}/_control/{path}", body, method)

    def looks(self) -> int:
        return int(self.control("counters")["calls"].get("/v1/speed-analysis/monitoring/list", 0))

    def wait_for_looks(self, number: int) -> None:
        """Until so many more lists were asked for."""
        wanted = self.looks() + number
        wait_for(lambda: self.looks() >= wanted, f"look number {wanted}")

    def turn(self, monitoring: int, state: str, **more: Any) -> None:
        self.control(f"monitorings/{monitoring}", {"state": state, **more})


def _simulator(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(COLLECTION / "roles" / "simulator" / "files")}
    command = [sys.executable, "-m", "speedlab_simulator", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


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


@dataclass
class Webhook:
    """A server that answers 200 to everything and keeps the bodies with their headers."""

    url: str
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def wait_for(self, number: int) -> list[dict[str, Any]]:
        wait_for(lambda: len(self.got) >= number, f"message number {number}; there are {self.got}")
        return self.got


@contextmanager
def webhook() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.headers.append(dict(self.headers))
            hook.got.append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Webhook(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
