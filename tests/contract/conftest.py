# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Starts the simulator as its users do, and stops it whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
PROGRAM_FOLDER = ROOT / "roles/simulator/files"
DESCRIPTION = ROOT / "docs/openapi.yaml"
LAB = "/v1/speed-analysis"
PRODUCTION = ("shop-production", "simulator-secret-production")


def simulator_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m speedlab_simulator` with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", "speedlab_simulator", *arguments],
        env={**os.environ, "PYTHONPATH": str(PROGRAM_FOLDER)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass
class Simulator:
    """A running simulator, and the calls that tests make."""

    directory: Path
    auth_url: str
    control_url: str
    ca_path: str | None
    pid: int
    session: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, body: Any = None, token: str | None = None) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.session.post(
            f"{self.auth_url}{path}",
            json={} if body is None else body,
            headers=headers,
            verify=self.ca_path or True,
            timeout=30,
            allow_redirects=False,
        )

    def lab(self, name: str, body: Any = None, token: str | None = None) -> requests.Response:
        return self.post(f"{LAB}/{name}", body, token or self.token())

    def payload(self, name: str, body: Any = None, token: str | None = None) -> Any:
        answer = self.lab(name, body, token)
        assert answer.status_code == 200, answer.text
        return answer.json()["payload"]

    def ask_token(self, client_id: str, client_secret: str, **more: Any) -> requests.Response:
        body = {"client_id": client_id, "client_secret": client_secret, "grant_type": "client_credentials"}
        return self.post("/v1/oauth/token", {**body, "scope": "speed-analysis", **more})

    def token(self, client_id: str = PRODUCTION[0], client_secret: str = PRODUCTION[1], **more: Any) -> str:
        answer = self.ask_token(client_id, client_secret, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.session.request(
            method, f"{self.control_url}{path}", json=body, verify=self.ca_path or True, timeout=30
        )

    def order(self, path: str, body: Any = None) -> Any:
        answer = self.control("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def counters(self) -> Any:
        return self.control("GET", "/counters").json()


def started(directory: Path, *arguments: str) -> Simulator:
    result = simulator_command("start", "--directory", str(directory), *arguments)
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    return Simulator(directory, answer["auth_url"], answer["control_url"], answer["ca_path"], answer["pid"])


def stopped(directory: Path) -> None:
    assert simulator_command("stop", "--directory", str(directory)).returncode == 0


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulator for all tests that need no other options."""
    directory = tmp_path_factory.mktemp("simulator")
    try:
        yield started(directory)
    finally:
        stopped(directory)


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    """The simulator as it is just after its start."""
    running.order("/reset")
    return running


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A directory for a simulator of the test's own."""
    try:
        yield tmp_path / "own"
    finally:
        stopped(tmp_path / "own")
