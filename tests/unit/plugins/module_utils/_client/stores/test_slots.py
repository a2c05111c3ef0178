# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Slots: at most so many calls in flight, over all threads and processes of this user."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores import private_files
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.slots import Slots
from ansible_collections.contentsquare.speedlab.tests.unit.support.processes import line_of, said, started
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import refuse_warning

HOLDER = """
import time
from _client.stores.slots import Slots

directory, count, log, times = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
slots = Slots(directory, count, print)
for _each in range(times):
    with slots.hold("project 42"):
        with open(log, "a") as file:
            file.write("+")
        time.sleep(0.01)
        with open(log, "a") as file:
            file.write("-")
"""

SLEEPER = """
import time
from _client.stores.slots import Slots

with Slots(sys.argv[1], 1, print).hold("project 42"):
    print("holding", flush=True)
    time.sleep(60)
"""


class Gauge:
    """Counts how many are in at once. All stay until as many as may be in are so; one more would show after that."""

    def __init__(self, full: int) -> None:
        self.now = self.most = 0
        self._full = full
        self._was_full = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            if self.now == self._full:
                self._was_full.set()
        self._was_full.wait(10)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self.now -= 1


def in_threads(slots: Slots, count: int, gauge: Gauge, key: str = "key") -> None:
    def work() -> None:
        with slots.hold(key), gauge:
            time.sleep(0.01)

    threads = [threading.Thread(target=work, daemon=True) for _each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.parametrize("count", [1, 3, 8])
def test_so_many_threads_are_in_at_once_and_no_more(tmp_path: Path, count: int) -> None:
    gauge = Gauge(count)
    in_threads(Slots(str(tmp_path / "speedlab"), count, refuse_warning), 24, gauge)
    assert gauge.most == count


def test_so_many_processes_are_in_at_once_and_no_more(tmp_path: Path) -> None:
    log = tmp_path / "log"
    processes = [started(HOLDER, str(tmp_path / "speedlab"), "3", str(log), "15") for _each in range(6)]
    assert [said(process) for process in processes] == [""] * 6
    now, most = 0, 0
    for sign in log.read_text():
        now += 1 if sign == "+" else -1
        most = max(most, now)
    assert len(log.read_text()) == 6 * 15 * 2
    assert 1 < most <= 3


def test_a_process_that_is_killed_frees_its_slot(tmp_path: Path) -> None:
    directory = str(tmp_path / "speedlab")
    process = started(SLEEPER, directory)
    assert line_of(process) == "holding"
    process.kill()
    process.communicate(timeout=10)
    start = time.monotonic()
    with Slots(directory, 1, refuse_warning).hold("project 42"):
        assert time.monotonic() - start < 5


def test_who_finds_all_slots_taken_waits_until_one_is_free(tmp_path: Path) -> None:
    directory = str(tmp_path / "speedlab")
    entered = threading.Event()

    def late() -> None:
        with Slots(directory, 1, refuse_warning).hold("key"):
            entered.set()

    with Slots(directory, 1, refuse_warning).hold("key"):
        thread = threading.Thread(target=late, daemon=True)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    thread.join(10)


def test_each_project_has_slots_of_its_own(tmp_path: Path) -> None:
    slots = Slots(str(tmp_path / "speedlab"), 1, refuse_warning)
    with slots.hold("project 42"), slots.hold("project 43"):
        pass


def test_a_slot_is_given_back_after_a_failure(tmp_path: Path) -> None:
    slots = Slots(str(tmp_path / "speedlab"), 1, refuse_warning)
    with pytest.raises(RuntimeError), slots.hold("key"):
        raise RuntimeError
    with slots.hold("key"):
        pass


def test_no_file_name_shows_the_key(tmp_path: Path) -> None:
    with Slots(str(tmp_path / "speedlab"), 1, refuse_warning).hold("https://secret-project.example 42"):
        names = "".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert "secret-project" not in names
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "speedlab").rglob("*")} == {0}


def test_where_the_directory_cannot_be_used_another_of_the_users_own_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "speedlab").touch()
    warnings: list[str] = []
    first, second = (Slots(str(tmp_path / "speedlab"), 1, warnings.append) for _each in range(2))
    entered = threading.Event()

    def late() -> None:
        with second.hold("key"):
            entered.set()

    with first.hold("key"):
        thread = threading.Thread(target=late, daemon=True)
        thread.start()
        assert not entered.wait(0.2)  # they still count together
    assert entered.wait(10)
    own = tmp_path / f"contentsquare-speedlab-{os.geteuid()}"
    assert own.stat().st_mode & 0o777 == 0o700
    assert str(own) in warnings[0]


@pytest.mark.parametrize("trouble", ["wide", "a link"])
def test_the_other_directory_has_to_be_the_users_own_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "speedlab").touch()
    planted = tmp_path / f"contentsquare-speedlab-{os.geteuid()}"
    if trouble == "wide":
        planted.mkdir()
        planted.chmod(0o777)
    else:
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        planted.symlink_to(tmp_path / "elsewhere")
    warnings: list[str] = []
    gauge = Gauge(2)
    in_threads(Slots(str(tmp_path / "speedlab"), 2, warnings.append), 8, gauge)
    assert gauge.most == 2  # still so within this process
    assert len(warnings) == 1
    assert "within each process only" in warnings[0]
    assert list(planted.iterdir()) == []


def test_a_directory_that_is_taken_away_meanwhile_stops_no_call(tmp_path: Path) -> None:
    slots = Slots(str(tmp_path / "speedlab"), 1, refuse_warning)
    with slots.hold("key"):
        shutil.rmtree(tmp_path / "speedlab")
    with slots.hold("key"):
        assert (tmp_path / "speedlab" / "slots").is_dir()


# --- those with different counts --------------------------------------------------------------------------------------


def test_who_may_use_few_slots_does_not_hold_up_who_may_use_more(tmp_path: Path) -> None:
    directory = str(tmp_path / "speedlab")
    few, many = Slots(directory, 1, refuse_warning), Slots(directory, 8, refuse_warning)
    waits, entered, goes_on = threading.Event(), threading.Event(), threading.Event()

    def wait_for_the_only_one() -> None:
        waits.set()
        with few.hold("key"):
            pass

    def take_one_of_many() -> None:
        with many.hold("key"):
            entered.set()
            goes_on.wait(10)

    with few.hold("key"):
        threads = [threading.Thread(target=work, daemon=True) for work in (wait_for_the_only_one, take_one_of_many)]
        threads[0].start()
        assert waits.wait(10)
        time.sleep(0.1)
        threads[1].start()
        assert entered.wait(5)
    goes_on.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_who_may_use_many_slots_leaves_the_first_ones_to_those_who_may_use_few(tmp_path: Path) -> None:
    directory = str(tmp_path / "speedlab")
    entered = threading.Event()

    def take_the_only_one() -> None:
        with Slots(directory, 1, refuse_warning).hold("key"):
            entered.set()

    with Slots(directory, 8, refuse_warning).hold("key"):
        thread = threading.Thread(target=take_the_only_one, daemon=True)
        thread.start()
        assert entered.wait(5)
    thread.join(10)


# --- files that cannot be used ----------------------------------------------------------------------------------------


def spoilt(path: Path, trouble: str) -> None:
    path.unlink(missing_ok=True)
    if trouble == "a directory":
        path.mkdir(mode=0o700)
    elif trouble == "a pipe":
        os.mkfifo(path, 0o600)
    elif trouble == "a link":
        path.symlink_to(os.devnull)
    else:
        path.touch()
        path.chmod(0o644)


def the_slots(directory: Path) -> Path:
    """The directory of the one key that was used."""
    (found,) = (directory / "slots").iterdir()
    return found


TROUBLES = pytest.mark.parametrize("trouble", ["a directory", "a pipe", "a link", "wide"])


@TROUBLES
@pytest.mark.parametrize("early", [True, False])
def test_a_slot_that_cannot_be_used_is_left_out_and_the_others_still_count(
    tmp_path: Path, trouble: str, early: bool
) -> None:
    warnings: list[str] = []
    used, other = (Slots(str(tmp_path / "speedlab"), 3, warnings.append) for _each in range(2))
    with used.hold("key"):
        pass
    spoilt(the_slots(tmp_path / "speedlab") / "2", trouble)
    gauge = Gauge(2)
    in_threads(other if early else used, 12, gauge)
    assert gauge.most == 2
    assert len(set(warnings)) == 1
    assert "one slot fewer" in warnings[0]


@TROUBLES
@pytest.mark.parametrize("name", ["0", "gate-1"])
@pytest.mark.parametrize("early", [True, False])
def test_where_no_slot_can_be_used_the_other_directory_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str, name: str, early: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    warnings: list[str] = []
    used, other = (Slots(str(tmp_path / "speedlab"), 1, warnings.append) for _each in range(2))
    with used.hold("key"):
        pass
    spoilt(the_slots(tmp_path / "speedlab") / name, trouble)
    with (other if early else used).hold("key"):
        assert (the_slots(tmp_path / f"contentsquare-speedlab-{os.geteuid()}") / "0").is_file()
    assert len(set(warnings)) == 1
    assert str(tmp_path / f"contentsquare-speedlab-{os.geteuid()}") in warnings[0]


def test_where_both_directories_are_spoilt_it_counts_within_the_process_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"contentsquare-speedlab-{os.geteuid()}").touch()
    warnings: list[str] = []
    slots = Slots(str(tmp_path / "speedlab"), 1, warnings.append)
    with slots.hold("key"):
        pass
    spoilt(the_slots(tmp_path / "speedlab") / "0", "wide")
    gauge = Gauge(1)
    in_threads(slots, 4, gauge)
    assert gauge.most == 1
    assert {warning[:43] for warning in warnings} == {"Calls in flight are counted within each pro"}


def test_a_slot_that_was_swept_between_opening_and_locking_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = Slots(str(tmp_path / "speedlab"), 1, refuse_warning)
    with slots.hold("key"):
        slot = the_slots(tmp_path / "speedlab") / "0"
    checked = private_files.fcntl.flock

    def swept(*arguments: Any) -> None:
        monkeypatch.undo()
        slot.unlink()
        checked(*arguments)

    directory = private_files.PrivateDirectory(str(slot.parent))
    monkeypatch.setattr(private_files.fcntl, "flock", swept)
    assert directory.try_lock("0") is None
    again = directory.try_lock("0")
    assert again is not None
    again.close()


# --- long waits -------------------------------------------------------------------------------------------------------


def test_who_waits_long_is_told_what_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "PATIENCE", 0.05)
    lines: list[str] = []
    told = threading.Event()

    def tell(text: str) -> None:
        lines.append(text)
        told.set()

    slots = Slots(str(tmp_path / "speedlab"), 1, refuse_warning, tell)
    with slots.hold("key"):
        thread = threading.Thread(target=in_threads, args=(slots, 1, Gauge(1)), daemon=True)
        thread.start()
        assert told.wait(10)
    thread.join(10)
    assert lines == ["Waiting for one of 1 free slots for calls (option concurrency)."]


def test_who_waits_for_a_moment_is_told_nothing(tmp_path: Path) -> None:
    lines: list[str] = []
    in_threads(Slots(str(tmp_path / "speedlab"), 1, refuse_warning, lines.append), 6, Gauge(1))
    assert lines == []
