# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner must not call something good that is not."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import paths
import pytest
import steps
from steps import Command, Outcome, Runner, Step


@pytest.fixture(autouse=True)
def _own_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    monkeypatch.setattr(paths, "LOGS", tmp_path)


def step(name: str, *codes: str, **further: object) -> Step:
    commands = tuple(Command((sys.executable, "-c", code), Path.cwd(), os.environ) for code in codes)
    return Step(name, commands, "group", **further)  # type: ignore[arg-type]  # the tests' own shorthand


def run(*table: Step, lanes: int = 2) -> dict[str, Outcome]:
    return {outcome.step.name: outcome for outcome in Runner(table, lanes).run()}


def pytest_that_says(closing_line: str, code: int = 0) -> str:
    return f"print({closing_line!r}); raise SystemExit({code})"


def test_a_step_fails_with_its_first_failing_command_and_the_next_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    outcome = run(step("one", "raise SystemExit(3)", f"open({str(marker)!r}, 'w')"))["one"]
    assert outcome.reason == "exit code 3"
    assert not marker.exists()


def test_a_program_that_does_not_exist_fails_the_step() -> None:
    missing = Step("one", (Command(("/nowhere/program",), Path.cwd(), os.environ),), "group")
    assert "nowhere" in run(missing)["one"].reason


def test_what_comes_after_a_failed_step_is_not_run_and_is_no_pass() -> None:
    outcomes = run(step("first", "raise SystemExit(1)"), step("second", "pass", after=("first",)))
    assert outcomes["second"].reason == "not run, because 'first' failed"


def test_a_step_waits_for_those_that_it_comes_after(tmp_path: Path) -> None:
    file = tmp_path / "made"
    slow = step("slow", f"import time; time.sleep(0.3); open({str(file)!r}, 'w')")
    outcomes = run(step("reader", f"open({str(file)!r})", after=("slow",)), slow)
    assert all(outcome.passed for outcome in outcomes.values())


def test_the_note_of_a_step_stands_in_its_line_and_at_the_head_of_its_log(tmp_path: Path) -> None:
    outcome = run(step("one", "print('output')", note="without pylint: reasons"))["one"]
    assert steps.describe(outcome, 10).endswith("without pylint: reasons")
    assert outcome.log.read_text().splitlines()[0] == "without pylint: reasons"
    assert outcome.log.read_text().splitlines()[-1] == "output"


def test_a_suite_of_which_no_test_ran_fails() -> None:
    assert run(step("suite", "pass", counts_tests=True))["suite"].reason == "no test ran"


def test_a_suite_of_which_every_test_was_skipped_fails() -> None:
    says = pytest_that_says("3 skipped in 0.10s")
    assert run(step("suite", says, counts_tests=True))["suite"].reason == "no test ran"


def test_output_that_means_a_gap_fails_a_step_that_ended_well() -> None:
    gap = step("sanity", "print('WARNING: All targets skipped.')", refused_output="All targets skipped")
    assert run(gap)["sanity"].reason == "its output holds 'All targets skipped'"


@pytest.mark.parametrize(
    ("output", "passed", "failed", "skipped"),
    [
        ("12 passed in 0.31s\n", 12, 0, 0),
        ("===== 2 failed, 10 passed, 1 skipped in 3.2s =====\n", 10, 2, 1),
        ("=== 1 passed, 1 error in 0.5s ===\n=== 4 passed in 75.10s (0:01:15) ===\n", 5, 1, 0),
        ("a test that prints 7 passed in passing\n", 0, 0, 0),
    ],
)
def test_the_closing_lines_of_all_pytest_runs_are_added_up(output: str, passed: int, failed: int, skipped: int) -> None:
    assert steps.tally(output) == steps.Tally(passed, failed, skipped)


def test_steps_with_the_same_room_never_run_at_the_same_time(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = f"import os, time; os.mkdir({str(lock)!r}); time.sleep(0.2); os.rmdir({str(lock)!r})"
    outcomes = run(step("one", code, room="room"), step("two", code, room="room"))
    assert all(outcome.passed for outcome in outcomes.values())


def test_steps_without_a_room_run_side_by_side() -> None:
    started = time.monotonic()
    run(step("one", "import time; time.sleep(1)"), step("two", "import time; time.sleep(1)"))
    assert time.monotonic() - started < 1.9


def test_what_a_command_leaves_running_is_ended(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(pid_file)!r}, "w").write(str(child.pid))
"""
    run(step("one", code))
    stat = Path(f"/proc/{pid_file.read_text()}/stat")
    assert not stat.exists() or ") Z " in stat.read_text()


def test_the_report_counts_tests_and_other_steps_and_fails_with_any_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    suite = step("suite", pytest_that_says("2 failed, 5 passed in 1.00s", code=1), counts_tests=True)
    outcomes = run(suite, step("check", "pass"), step("other", "raise SystemExit(1)"))
    assert steps.report(list(outcomes.values()), "make test", 1.0) == 1
    *_before, counts, closing = capsys.readouterr().out.splitlines()
    assert counts == "6 passed, 3 failed"
    assert closing.startswith("make test: 2 of 3 steps failed after 1.0 s")
    assert "suite" in closing
    assert "other" in closing


def test_the_report_of_a_good_run_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = run(step("suite", pytest_that_says("5 passed in 1.00s"), counts_tests=True), step("check", "pass"))
    assert steps.report(list(outcomes.values()), "make test", 61.0) == 0
    *_before, counts, closing = capsys.readouterr().out.splitlines()
    assert counts == "6 passed, 0 failed"
    assert closing.startswith("make test: all 2 steps passed in 1 min 01 s")


def test_the_end_of_a_failed_log_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = run(step("check", "print('what went wrong'); raise SystemExit(1)"))
    steps.report(list(outcomes.values()), "make test", 1.0)
    assert "what went wrong" in capsys.readouterr().out
