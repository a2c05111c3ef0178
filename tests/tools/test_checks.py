# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of steps: nothing may drop out of them unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import checks
import environments
import paths
import pytest
import pythons
from pythons import Core, Python
from steps import Runner, Step

TABLES = [checks.steps_of_test, checks.steps_of_matrix]


@pytest.fixture(autouse=True)
def _pythons_of_a_full_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    here = tuple(Python((3, minor), Path(f"/usr/bin/python3.{minor}")) for minor in range(9, 14))
    monkeypatch.setattr(pythons, "found", lambda: here)


@pytest.mark.parametrize("table", TABLES)
def test_whatever_a_step_comes_after_is_in_the_same_table(table: Callable[[], list[Step]]) -> None:
    names = {step.name for step in table()}
    assert {before for step in table() for before in step.after} <= names


def test_every_suite_of_the_project_is_run() -> None:
    lines = "\n".join(" ".join(command.arguments) for step in checks.steps_of_test() for command in step.commands)
    suites = {file.parent.relative_to(paths.CHECKOUT).parts[1] for file in paths.CHECKOUT.glob("tests/*/**/test_*.py")}
    for suite in suites - {"unit"}:
        assert f"tests/{suite}" in lines
    assert "ansible-test units" in lines
    assert "ansible-test integration" in lines


def test_the_matrix_runs_every_ansible_core_that_the_readme_promises() -> None:
    readme = (paths.CHECKOUT / "README.md").read_text(encoding="utf-8")
    promised = re.search(r"tested on ([0-9., and]+)", readme)
    assert promised is not None
    assert tuple(re.findall(r"\d\.\d+", promised.group(1))) == tuple(pythons.CORES)
    names = {step.name for step in checks.steps_of_matrix()}
    for core in pythons.CORES:
        assert {f"sanity {core}", f"units {core}", f"system {core}"} <= names


def test_a_supported_core_without_a_python_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    monkeypatch.setattr(pythons, "found", lambda: (Python((3, 13), Path("/usr/bin/python3.13")),))
    step = next(step for step in checks.steps_of_matrix() if step.name == "environment ansible-2.16")
    (outcome,) = Runner([step], lanes=1).run()
    assert not outcome.passed
    assert "needs a Python from 3.10 to 3.12" in (tmp_path / "environment-ansible-2.16.log").read_text()


def test_each_older_core_runs_on_the_oldest_python_that_it_supports() -> None:
    chosen = {core: python.version for core, python in environments.one_python_per_core().items()}
    assert (chosen["2.16"], chosen["2.21"]) == ("3.10", "3.13")


def test_the_oldest_and_the_newest_released_core_run_all_system_tests_and_the_others_a_choice_of_them() -> None:
    commands = {step.name: step.commands[0].arguments for step in checks.steps_of_matrix()}
    chosen = [f"tests/system/{name}" for name in checks.ON_EVERY_CORE]
    assert all((paths.CHECKOUT / path).exists() for path in chosen)
    released = [core for core, known in pythons.CORES.items() if not known.pre_release]
    for core in pythons.CORES:
        expected = ["tests/system"] if core in (released[0], released[-1]) else chosen
        assert [each for each in commands[f"system {core}"] if each.startswith("tests/system")] == expected


def test_a_pre_release_is_in_the_matrix_and_the_rest_stays_on_what_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = Core(((3, 12), (3, 13)), pre_release="2.99.0b1")
    monkeypatch.setattr(pythons, "CORES", {**pythons.CORES, "2.99": marked})
    known = environments.by_name()
    assert "ansible-core>=2.99.0b1,<2.100" in known["ansible-2.99"].packages
    assert not any("2.99" in package for package in known["tools"].packages)
    assert {"sanity 2.99", "units 2.99", "system 2.99"} <= {step.name for step in checks.steps_of_matrix()}
    assert not any("2.99" in step.name for step in checks.steps_of_test())


def test_a_sanity_test_that_is_left_out_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    without = Core(((3, 12), (3, 13)), sanity_without={"pylint": "no pylint here"})
    monkeypatch.setattr(pythons, "CORES", {**pythons.CORES, "2.99": without})
    steps = {step.name: step for step in checks.steps_of_matrix()}
    assert steps["sanity 2.99"].commands[0].arguments[-2:] == ("--skip-test", "pylint")
    assert steps["sanity 2.99"].note == "without pylint: no pylint here"
    assert "--skip-test" not in steps["sanity 2.16"].commands[0].arguments
