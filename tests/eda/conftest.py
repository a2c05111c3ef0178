# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: a simulator that is reset before each test, a consumer, and the environment of a user."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# What drives the simulator and ansible-playbook there serves here as well.
sys.path.append(str(Path(__file__).resolve().parents[1] / "system"))

from support import BIN, COLLECTIONS
from watching import PAIR, Consumer, Simulator, Webhook


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = Simulator.start(tmp_path_factory.mktemp("simulator"))
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    running_simulator.control("reset", {})
    running_simulator.control("faults", method="DELETE")
    return running_simulator


@pytest.fixture
def environment(simulator: Simulator, tmp_path: Path) -> dict[str, str]:
    """The environment of a user with the pair of production and an empty home."""
    kept = ("LANG", "LC_ALL", "TMPDIR", "JAVA_HOME")
    home = tmp_path / "home"
    home.mkdir()
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "SPEEDLAB_AUTH_URL": simulator.auth_url,
        "SPEEDLAB_CLIENT_ID": PAIR[0],
        "SPEEDLAB_CLIENT_SECRET": PAIR[1],
    }


@pytest.fixture
def new_consumer(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Consumer]]:
    """Makes a consumer with these arguments for the source; it is killed at the end."""
    made: list[Consumer] = []

    def make(**arguments: Any) -> Consumer:
        folder = tmp_path / f"consumer{len(made)}"
        folder.mkdir()
        made.append(Consumer(folder, environment, arguments))
        return made[-1]

    yield make
    for consumer in made:
        if consumer.lives:
            consumer.kill()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.close()


@pytest.fixture(scope="session", autouse=True)
def _java() -> None:
    assert shutil.which("java"), "ansible-rulebook needs Java 17; on Debian it is default-jre-headless"
