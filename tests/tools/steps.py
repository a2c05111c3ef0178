# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run steps, a few at a time, each into its own log; show one calm line for each; sum up at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paths

TIMEOUT_SECONDS = 30 * 60
LINES_SHOWN_OF_A_FAILURE = 30

# pytest's closing line, with or without its frame: "=== 3 passed, 1 skipped in 0.10s ===".
CLOSING_LINE = re.compile(r"^(?:=+ )?(\d+ [a-z]+(?:, \d+ [a-z]+)*) in [\d.]+s", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One program to run, where, and with which variables."""

    arguments: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """One check: it passes when all of its commands do."""

    name: str
    commands: tuple[Command, ...]
    group: str
    # The steps that must have passed before.
    after: tuple[str, ...] = ()
    # Steps with the same room never run at the same time.
    room: str = ""
    # The step runs tests: it fails if none of them ran.
    counts_tests: bool = False
    # Output that means failure, although the program itself would have it pass.
    refused_output: str = ""
    # The lines worth showing after a failure; without it the end of the log is shown.
    telling_output: str = ""
    # What whoever reads the result has to know: it is shown, and stands at the head of the log.
    note: str = ""


@dataclass
class Tally:
    """What the pytest runs of one step said."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass
class Outcome:
    """How one step ended."""

    step: Step
    reason: str = ""
    seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)

    @property
    def passed(self) -> bool:
        return not self.reason

    @property
    def log(self) -> Path:
        return log_of(self.step)


def log_of(step: Step) -> Path:
    """Return where the step's output goes."""
    return paths.LOGS / (re.sub(r"[^a-z0-9.]+", "-", step.name.lower()).strip("-") + ".log")


def tally(output: str) -> Tally:
    """Add up the closing lines of all pytest runs in this output."""
    sums = {"passed": 0, "failed": 0, "error": 0, "errors": 0, "skipped": 0, "xfailed": 0}
    for line in CLOSING_LINE.findall(output):
        for number, word in re.findall(r"(\d+) ([a-z]+)", line):
            sums[word] = sums.get(word, 0) + int(number)
    failed = sums["failed"] + sums["error"] + sums["errors"]
    return Tally(sums["passed"], failed, sums["skipped"] + sums["xfailed"])


class Runner:
    """Runs the steps of one table in as many lanes as there is work and room for."""

    def __init__(self, steps: Sequence[Step], lanes: int) -> None:
        self._waiting = list(steps)
        self._lanes = lanes
        self._width = max((len(step.name) for step in steps), default=0)
        self._outcomes: dict[str, Outcome] = {}
        self._busy_rooms: set[str] = set()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._stopping = False
        self._changed = threading.Condition()

    def run(self) -> list[Outcome]:
        """Run all steps and return how each ended, in the order in which they ended."""
        threads = [threading.Thread(target=self._lane, name=f"lane {n}", daemon=True) for n in range(self._lanes)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.5)
        except KeyboardInterrupt:
            self._stop()
            raise
        return list(self._outcomes.values())

    def _lane(self) -> None:
        while True:
            with self._changed:
                step = self._next()
                while step is None:
                    if self._stopping or not self._waiting:
                        return
                    self._changed.wait()
                    step = self._next()
            outcome = self._run_step(step)
            with self._changed:
                self._busy_rooms.discard(step.room)
                self._finish(outcome)
                self._changed.notify_all()

    def _next(self) -> Step | None:
        """Take the first step that may start now; drop those that never can. Called with the lock held."""
        if self._stopping:
            return None
        for step in list(self._waiting):
            missing = [name for name in step.after if name in self._outcomes and not self._outcomes[name].passed]
            if missing:
                self._waiting.remove(step)
                self._finish(Outcome(step, reason=f"not run, because {missing[0]!r} failed"))
                return self._next()
            if step.room in self._busy_rooms or any(name not in self._outcomes for name in step.after):
                continue
            self._waiting.remove(step)
            if step.room:
                self._busy_rooms.add(step.room)
            return step
        return None

    def _finish(self, outcome: Outcome) -> None:
        self._outcomes[outcome.step.name] = outcome
        if not self._stopping:
            print("  " + describe(outcome, self._width), flush=True)

    def _run_step(self, step: Step) -> Outcome:
        outcome = Outcome(step)
        started = time.monotonic()
        with log_of(step).open("wb", buffering=0) as log:
            log.write(f"{step.note}\n".encode() if step.note else b"")
            for command in step.commands:
                outcome.reason = self._run_command(command, log.fileno(), started + TIMEOUT_SECONDS)
                if outcome.reason:
                    break
        outcome.seconds = time.monotonic() - started
        output = log_of(step).read_text(encoding="utf-8", errors="replace")
        outcome.tally = tally(output)
        outcome.reason = outcome.reason or _objection(step, output, outcome.tally)
        return outcome

    def _run_command(self, command: Command, log: int, deadline: float) -> str:
        """Run the command and return why it failed, or nothing."""
        os.write(log, f"+ cd {command.folder}\n+ {' '.join(command.arguments)}\n".encode())
        try:
            process = subprocess.Popen(
                command.arguments,
                cwd=command.folder,
                env=dict(command.variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            os.write(log, f"{error}\n".encode())
            return str(error)
        with self._changed:
            self._processes.add(process)
        try:
            code = process.wait(max(1.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            end_process_group(process, signal.SIGINT)
            return f"still running after {TIMEOUT_SECONDS // 60} minutes, so it was stopped"
        finally:
            # Whatever the command started and forgot must not outlive it.
            end_process_group(process)
            with self._changed:
                self._processes.discard(process)
        return f"exit code {code}" if code else ""

    def _stop(self) -> None:
        with self._changed:
            self._stopping = True
            # As Ctrl-C would, so that pytest still clears away what its tests started.
            for process in self._processes:
                end_process_group(process, signal.SIGINT)
            self._changed.notify_all()


def describe(outcome: Outcome, width: int) -> str:
    """Return the line that shows one outcome."""
    line = f"{'ok' if outcome.passed else 'FAILED':6}  {outcome.step.name:{width}}  {duration(outcome.seconds):>10}"
    parts = [f"{outcome.tally.passed} tests"] if outcome.step.counts_tests and outcome.tally.passed else []
    parts += [f"{outcome.tally.skipped} skipped"] if outcome.tally.skipped else []
    parts += [text for text in (outcome.reason, outcome.step.note) if text]
    return f"{line}  {', '.join(parts)}".rstrip()


def duration(seconds: float) -> str:
    """Return a length of time for people: "7.3 s" or "2 min 05 s"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def report(outcomes: Sequence[Outcome], title: str, seconds: float) -> int:
    """Show the end of each failed log, the counts and one closing line; return the exit code."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        _show_end_of_log(outcome)
    logs = paths.LOGS.relative_to(paths.CHECKOUT)
    passes = sum(outcome.tally.passed or outcome.passed for outcome in outcomes)
    failures = sum(max(1, outcome.tally.failed) for outcome in failed)
    print(f"\n{passes} passed, {failures} failed")
    if not failed:
        print(f"{title}: all {len(outcomes)} steps passed in {duration(seconds)}; logs in {logs}/")
        return 0
    names = ", ".join(outcome.step.name for outcome in failed)
    print(f"{title}: {len(failed)} of {len(outcomes)} steps failed after {duration(seconds)}: {names}; logs in {logs}/")
    return 1


def _objection(step: Step, output: str, counts: Tally) -> str:
    """Return why a step failed whose commands all ended well, or nothing."""
    refused = re.search(step.refused_output, output, re.MULTILINE) if step.refused_output else None
    if refused is not None:
        return f"its output holds {refused.group(0).strip()!r}"
    if step.counts_tests and not counts.passed:
        return "no test ran"
    return ""


def _show_end_of_log(outcome: Outcome) -> None:
    if outcome.seconds == 0.0:
        return
    lines = outcome.log.read_text(encoding="utf-8", errors="replace").splitlines()
    if outcome.step.telling_output:
        lines = [line for line in lines if re.search(outcome.step.telling_output, line)] or lines
    print(f"\n--- {outcome.step.name}: {outcome.reason}; from {outcome.log.relative_to(paths.CHECKOUT)}:")
    sys.stdout.writelines(f"    {line}\n" for line in lines[-LINES_SHOWN_OF_A_FAILURE:])


def end_process_group(process: subprocess.Popen[bytes], first: signal.Signals = signal.SIGTERM) -> None:
    """End the process and whatever it started: politely, then firmly."""
    for number in (first, signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + 10.0
        try:
            os.killpg(process.pid, number)
            while time.monotonic() < deadline:
                # A dead process counts as there until it is waited for.
                process.poll()
                os.killpg(process.pid, 0)
                time.sleep(0.02)
        except ProcessLookupError:
            return
