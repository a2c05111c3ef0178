# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: a simulator for the whole run, reset before each test, and a folder in which a user works."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import BIN, COLLECTIONS, Run, Simulator, Webhook, Workplace

PAIR = ("shop-production", "simulator-secret-production")
_CALLBACK = Path(__file__).parent / "callbacks"
_ACTIONS = Path(__file__).parent / "action_plugins"


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = Simulator.start(tmp_path_factory.mktemp("simulator"))
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def tls_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator with https, whose certificate nobody trusts unless told to."""
    simulator = Simulator.start(tmp_path_factory.mktemp("simulator-tls"), "--tls")
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    running_simulator.control("reset", {})
    return running_simulator


@pytest.fixture
def environment(simulator: Simulator, tmp_path: Path) -> dict[str, str]:
    """The environment of a user with the pair of production, an empty home and no configuration of Ansible."""
    return user_environment(simulator, tmp_path)


def user_environment(simulator: Simulator, folder: Path) -> dict[str, str]:
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    home = folder / "home"
    home.mkdir()
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_REMOTE_TMP": str(home / ".ansible" / "tmp"),
        "ANSIBLE_ASYNC_DIR": str(home / ".ansible_async"),
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACK),
        "ANSIBLE_CALLBACKS_ENABLED": "recorded_results",
        "ANSIBLE_ACTION_PLUGINS": str(_ACTIONS),
        "SPEEDLAB_AUTH_URL": simulator.auth_url,
        "SPEEDLAB_CLIENT_ID": PAIR[0],
        "SPEEDLAB_CLIENT_SECRET": PAIR[1],
    }


Playbook = Callable[..., Run]
Tasks = Callable[..., Run]


@pytest.fixture
def playbook(environment: dict[str, str], tmp_path: Path) -> Playbook:
    """Run plays: ``playbook(plays, "-vvv", env={"SPEEDLAB_TIMEOUT": "5"})``; None unsets a variable."""
    return Workplace(tmp_path, environment).playbook


@pytest.fixture
def tasks(environment: dict[str, str], tmp_path: Path) -> Tasks:
    """Run tasks in one play on localhost: ``tasks({"contentsquare.speedlab.speedlab_token": {}})``."""
    return Workplace(tmp_path, environment).tasks


@pytest.fixture(scope="module", params=[True, False], ids=["in-process", "module"])
def in_process(request: pytest.FixtureRequest) -> bool:
    """Which of the two fronts carries out the tasks; a test that asks for it runs in both."""
    return bool(request.param)


@pytest.fixture
def front_tasks(tasks: Tasks, in_process: bool) -> Tasks:
    """As ``tasks``, in each of the two fronts."""

    def run(*listed: dict[str, Any], **how: Any) -> Run:
        variables = {"speedlab_in_process": in_process, **how.pop("vars", {})}
        return tasks(*listed, vars=variables, **how)

    return run


@pytest.fixture(scope="session")
def new_workplace(running_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Workplace]:
    """Makes a folder and home of their own, and resets the simulator: for a playbook that several tests look at."""

    def make() -> Workplace:
        running_simulator.control("reset", {})
        folder = tmp_path_factory.mktemp("workplace")
        return Workplace(folder, user_environment(running_simulator, folder))

    return make


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With pytest-xdist a file stays together, so that what its tests share is made once."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)
