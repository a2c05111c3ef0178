# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one entrance to the project's tooling; the Makefile's targets call it. Needs nothing but Python 3.9 and git."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import checks
import environments
import errands
import paths
import programs
import pythons
import snapshot
from steps import Runner, Step, report


def main() -> int:
    """Do what the command line says and return the exit code."""
    options = _command_line().parse_args()
    if options.command == "make-environment":
        environments.make(environments.by_name()[options.environment])
        return 0
    if options.command == "install-programs":
        programs.install()
        return 0
    if options.command == "build-tarball":
        print(snapshot.build(environments.by_name()[options.environment]))
        return 0
    if options.command == "install-tarball":
        snapshot.install(environments.by_name()[options.environment], options.folder)
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    with _alone_in_this_checkout():
        paths.prepare_home()
        if options.command == "steps":
            return _run_steps(options)
        return errands.ERRANDS[options.command]()


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    steps = commands.add_parser("steps", help="run the steps of a table")
    steps.add_argument("table", choices=("test", "matrix", "all"))
    steps.add_argument("--title", default="steps", help="how the closing line calls this run")
    steps.add_argument("--group", action="append", default=[], help="only the steps of this group")
    steps.add_argument("--only", default="", help="only the steps whose name holds this text")
    steps.add_argument("--jobs", type=int, default=2, help="how many steps run at a time")
    steps.add_argument("--pytest-arguments", default="", help="further arguments for the plain pytest runs")
    for name, errand in errands.ERRANDS.items():
        commands.add_parser(name, help=errand.__doc__)
    commands.add_parser("install-programs", help="used by the steps")
    for name in ("make-environment", "build-tarball", "install-tarball"):
        inner = commands.add_parser(name, help="used by the steps")
        inner.add_argument("environment")
        if name == "install-tarball":
            inner.add_argument("folder", type=Path)
    return parser


def _run_steps(options: argparse.Namespace) -> int:
    table = {step.name: step for step in _table(options.table, options.pytest_arguments)}
    wanted = [
        step
        for step in table.values()
        if (not options.group or step.group in options.group) and options.only.lower() in step.name.lower()
    ]
    if not wanted:
        sys.exit(f"No step is called {options.only!r}. The steps are: {', '.join(table)}")
    core, python = pythons.newest_core()
    print(f"{options.title}: newest ansible-core here {core} on Python {python.version}", end="")
    print(f", oldest Python {pythons.oldest().version}; logs in {paths.LOGS.relative_to(paths.CHECKOUT)}/", flush=True)
    started = time.monotonic()
    snapshot.take_for_tools()
    paths.remove(paths.LOGS)
    paths.LOGS.mkdir(parents=True)
    outcomes = Runner(_with_what_they_need(wanted, table), options.jobs).run()
    return report(outcomes, options.title, time.monotonic() - started)


def _table(name: str, pytest_arguments: str) -> list[Step]:
    steps = checks.steps_of_test(pytest_arguments) if name in ("test", "all") else []
    return steps + (checks.steps_of_matrix(pytest_arguments) if name in ("matrix", "all") else [])


def _with_what_they_need(wanted: Sequence[Step], table: dict[str, Step]) -> list[Step]:
    """Add the steps that the wanted ones come after; keep the table's order."""
    names = {step.name for step in wanted}
    while True:
        needed = {before for name in names for before in table[name].after}
        if needed <= names:
            return [step for step in table.values() if step.name in names]
        names |= needed


@contextlib.contextmanager
def _alone_in_this_checkout() -> Iterator[None]:
    """Wait until no other run works in this checkout: two would overwrite each other's files."""
    paths.BUILD.mkdir(exist_ok=True)
    with (paths.BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run in this checkout to end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    """Treat a polite request to end like Ctrl-C, so that everything that was started ends too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
