# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every task of a role or playbook that belongs on the controller stays there, whatever an inventory says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import ROOT

OURS = "contentsquare.speedlab."
# It runs in the controller's worker and nowhere else, and refuses delegate_to.
NEVER_ELSEWHERE = f"{OURS}speedlab_publish"
# Actions of ansible-core that touch no host at all.
WITHOUT_A_HOST = {"assert", "debug", "fail", "set_fact", "set_stats"}
STATEMENTS = {"import_playbook", "import_role", "import_tasks", "include_role", "include_tasks", "meta"}
ON_THE_CONTROLLER = {
    "ansible_become": False,
    "ansible_connection": "local",
    "ansible_shell_type": "sh",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
WHOLE_PLAY = {"ansible_become": False, "ansible_connection": "local"}
# Files whose tasks run on the host of the play by intent, with the connection and the become of its user.
ON_THE_TARGET = {
    "roles/monitoring_export/tasks/main.yml",
    "roles/monitoring_export/tasks/write.yml",
    "roles/simulator/tasks/copied.yml",
    "roles/simulator/tasks/started.yml",
    "roles/simulator/tasks/stopped.yml",
}
PLAYS_ON_THE_TARGET = {"playbooks/monitoring_export.yml"}


@dataclass(frozen=True)
class Found:
    """A task with what it inherits from its blocks."""

    file: str
    name: str
    module: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    delegate_to: str = ""


def module_of(task: Mapping[str, Any]) -> str:
    return next(key for key in task if "." in key)


def tasks_in(
    file: str, listed: list[dict[str, Any]], variables: Mapping[str, Any], delegate_to: str
) -> Iterator[Found]:
    for each in listed:
        own = {**variables, **each.get("vars", {})}
        target = each.get("delegate_to", delegate_to)
        if "block" in each:
            for part in ("block", "rescue", "always"):
                yield from tasks_in(file, each.get(part, []), own, target)
        else:
            yield Found(file, each["name"], module_of(each), own, target)


def files() -> list[Path]:
    found = [*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/handlers/*.yml"), *ROOT.glob("playbooks/**/*.yml")]
    return sorted(path for path in found if "templates" not in path.parts)


def plays() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(ROOT.glob("playbooks/*.yml")):
        for play in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), play


def all_tasks() -> Iterator[Found]:
    for path in files():
        file, content = str(path.relative_to(ROOT)), yaml.safe_load(path.read_text(encoding="utf-8"))
        if "hosts" not in content[0]:
            yield from tasks_in(file, content, {}, "")
            continue
        for play in content:
            for part in ("pre_tasks", "tasks", "post_tasks", "handlers"):
                yield from tasks_in(file, play.get(part, []), {}, "")


TASKS = [each for each in all_tasks() if each.module.rpartition(".")[2] not in STATEMENTS]


def test_all_kinds_of_tasks_are_found() -> None:
    """Else the tests below might look at nothing."""
    assert len([each for each in TASKS if each.module.startswith(OURS)]) >= 8
    assert len([each for each in TASKS if set(ON_THE_CONTROLLER) <= set(each.variables)]) >= 1


def test_the_files_of_tasks_on_the_target_are_there() -> None:
    assert {each.file for each in TASKS} >= ON_THE_TARGET


@pytest.mark.parametrize(
    "task",
    [each for each in TASKS if each.module.startswith(OURS) and each.module != NEVER_ELSEWHERE],
    ids=lambda task: f"{task.file}: {task.name}",
)
def test_a_task_of_ours_always_runs_in_the_controllers_worker(task: Found) -> None:
    assert task.variables.get("speedlab_in_process") == "always"


@pytest.mark.parametrize(
    "task",
    [each for each in TASKS if each.module == NEVER_ELSEWHERE and each.file.startswith("roles/")],
    ids=lambda task: f"{task.file}: {task.name}",
)
def test_a_task_that_publishes_needs_no_plugin_of_the_inventory(task: Found) -> None:
    assert task.delegate_to == ""
    assert {name: task.variables.get(name) for name in WHOLE_PLAY} == WHOLE_PLAY


@pytest.mark.parametrize(
    "task",
    [
        each
        for each in TASKS
        if not each.module.startswith(OURS)
        and each.module.rpartition(".")[2] not in WITHOUT_A_HOST
        and each.file not in ON_THE_TARGET
    ],
    ids=lambda task: f"{task.file}: {task.name}",
)
def test_a_task_of_another_module_stays_on_the_controller(task: Found) -> None:
    assert task.delegate_to == "localhost"
    assert {name: task.variables.get(name) for name in ON_THE_CONTROLLER} == ON_THE_CONTROLLER


@pytest.mark.parametrize(("file", "content"), [pytest.param(*each, id=each[1]["name"]) for each in plays()])
def test_a_play_on_the_controller_needs_no_plugin_of_the_inventory(file: str, content: dict[str, Any]) -> None:
    """ansible-core looks up the plugins of connection and become even for a task that uses neither."""
    if file in PLAYS_ON_THE_TARGET:
        assert "ansible_connection" not in content.get("vars", {})
        return
    assert {name: content["vars"].get(name) for name in WHOLE_PLAY} == WHOLE_PLAY
    assert not {"become", "connection"} & set(content), "the keywords lose against an inventory"
