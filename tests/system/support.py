# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the system tests drive: the simulator as a process, and ansible-playbook as a user runs it."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

COLLECTIONS = Path(os.environ["SPEEDLAB_TEST_COLLECTIONS"])
COLLECTION = COLLECTIONS / "ansible_collections" / "contentsquare" / "speedlab"
BIN = Path(sys.executable).parent  # ansible-playbook of the environment that runs the tests


@dataclass(frozen=True)
class Simulator:
    """A running simulator and its control interface (see the README of the role simulator)."""

    directory: Path
    auth_url: str
    control_url: str
    ca_path: str | None

    @classmethod
    def start(cls, directory: Path, *arguments: str) -> Simulator:
        output = _simulator("start", "--directory", str(directory), *arguments)
        facts = json.loads(output)
        return cls(directory, facts["auth_url"], facts["control_url"], facts["ca_path"])

    def stop(self) -> None:
        _simulator("stop", "--directory", str(self.directory))

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.control_url}/{path}", data, method=method or ("POST" if data else "GET")
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.loads(answer.read() or b"null")

    def calls(self, path: str) -> int:
        return int(self.control("counters")["calls"].get(path, 0))

    @property
    def all_calls(self) -> dict[str, int]:
        """How often each path of the API was called."""
        return dict(self.control("counters")["calls"])

    def requests(self, path: str) -> list[dict[str, Any]]:
        """The calls of one path of the API as they came in, oldest first."""
        return [each for each in self.control("requests") if each["path"] == path]

    def token(self, client_id: str, client_secret: str) -> str:
        """A token as another program would get it."""
        body = {"client_id": client_id, "client_secret": client_secret, "scope": "speed-analysis"}
        data = json.dumps({**body, "grant_type": "client_credentials"}).encode()
        request = urllib.request.Request(f"{self.auth_url}/v1/oauth/token", data)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return str(json.loads(answer.read())["access_token"])

    def lab(self, path: str, body: Any, token: str) -> Any:
        """The payload of a call of the Lab as another program would make it."""
        url, head = f"{self.auth_url}/v1/speed-analysis/{path}", {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(url, json.dumps(body).encode(), head)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.loads(answer.read())["payload"]

    def task(
        self, path: str, body: Any = None, *, method: str | None = None, name: str = "simulator"
    ) -> dict[str, Any]:
        """A task that does what :meth:`control` does, between two tasks of a playbook."""
        url = f"{self.control_url}/{path}"
        return {
            "name": name,
            "simulator": {"url": url, "body": body, "method": method or ("GET" if body is None else "POST")},
        }

    @property
    def token_requests(self) -> int:
        return self.calls("/v1/oauth/token")


def _simulator(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(COLLECTION / "roles" / "simulator" / "files")}
    command = [sys.executable, "-m", "speedlab_simulator", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


@dataclass
class Run:
    """A finished ansible-playbook: its output as a person sees it, and each task's result as a machine does."""

    status: int
    output: str
    results: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)  # what the tasks ``note`` kept

    def one(self, task: str) -> dict[str, Any]:
        """The only result of the task with this name."""
        found = self.of(task)
        assert len(found) == 1, f"{task!r} has {len(found)} results in:\n{self.output}"
        return found[0]

    def failed(self, task: str) -> bool:
        """Whether the task with this name failed, ignored or not."""
        return any(each["task"] == task and each["status"].endswith("failed") for each in self.results)

    def of(self, task: str) -> list[dict[str, Any]]:
        """The results of the task with this name, one for each host or loop item."""
        return [each["result"] for each in self.results if each["task"] == task]


class Unsafe(str):
    """Text that a playbook marks ``!unsafe``: Ansible does not look for templates in it."""


class Vault(str):
    """Text that is encrypted with Ansible Vault, as a playbook holds it inline."""


class _Dumper(yaml.SafeDumper):
    """Knows the two tags of Ansible, and writes no anchors, as no person does."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))
_Dumper.add_representer(Vault, lambda dumper, text: dumper.represent_scalar("!vault", str(text), style="|"))


def to_yaml(data: Any) -> str:
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000))


def write_playbook(folder: Path, plays: list[dict[str, Any]], name: str = "playbook.yml") -> Path:
    path = folder / name
    path.write_text(to_yaml(plays), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Workplace:
    """A folder in which a user works, with the environment of that user."""

    folder: Path
    environment: dict[str, str]

    def playbook(
        self,
        plays: list[dict[str, Any]] | str,
        *arguments: str,
        env: dict[str, str | None] | None = None,
        timeout: float = 600,
    ) -> Run:
        """Run plays: ``playbook(plays, "-vvv", env={"SPEEDLAB_TIMEOUT": "5"})``; None unsets a variable."""
        recorded, noted = self.folder / "recorded.jsonl", self.folder / "noted.jsonl"
        recorded.unlink(missing_ok=True)
        noted.unlink(missing_ok=True)
        what = plays if isinstance(plays, str) else str(write_playbook(self.folder, plays))
        records = {"SPEEDLAB_TEST_RECORD": str(recorded), "SPEEDLAB_TEST_NOTES": str(noted)}
        arguments = (what, *arguments)
        done = self.run("ansible-playbook", *arguments, env={**records, **(env or {})}, timeout=timeout, together=True)
        notes: dict[str, Any] = {}
        for note in _json_lines(noted):
            notes.update(note)
        return Run(done.returncode, done.stdout, _json_lines(recorded), notes)

    def run(
        self,
        program: str,
        *arguments: str,
        env: dict[str, str | None] | None = None,
        timeout: float = 600,
        together: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs, which has to cause no deprecation warning.

        ``together``: its errors are part of its output, as on a terminal.
        """
        merged = {**self.environment, **(env or {})}
        done = subprocess.run(
            [str(BIN / program), *arguments],
            cwd=self.folder,
            env={name: value for name, value in merged.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if together else subprocess.PIPE,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        output = f"{done.stdout}{done.stderr or ''}"
        assert "DEPRECATION WARNING" not in output, output
        return done

    def tasks(self, *listed: dict[str, Any], arguments: tuple[str, ...] = (), env: Any = None, **play: Any) -> Run:
        """Run tasks in one play on localhost: ``tasks({"contentsquare.speedlab.speedlab_token": {}})``."""
        one = {"hosts": "localhost", "gather_facts": False, **play, "tasks": list(listed)}
        return self.playbook([one], *arguments, env=env)


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


class Webhook:
    """A receiver of notifications that keeps what it got, and may refuse some."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []  # of what it got
        self.refusals = 0
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refused = hook.refusals > 0
                hook.refusals -= refused
                if not refused:
                    hook.headers.append(dict(self.headers))
                    hook.got.append(json.loads(body))
                self.send_response(503 if refused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks/secret-of-webhook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
