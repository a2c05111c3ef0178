# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Named locks: one holder at a time for each name, over all threads and processes of this user."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores import private_files
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.named_locks import NamedLocks
from ansible_collections.contentsquare.speedlab.tests.unit.support.processes import line_of, said, started
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import refuse_warning

COUNTER = """
from _client.stores.named_locks import NamedLocks

directory, file, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
locks = NamedLocks(directory, print, print)
for _each in range(times):
    with locks.hold("event build-1"):
        number = int(open(file).read())
        with open(file, "w") as written:
            written.write(str(number + 1))
"""

SLEEPER = """
import time
from _client.stores.named_locks import NamedLocks

with NamedLocks(sys.argv[1], print, print).hold("event build-1"):
    print("holding", flush=True)
    time.sleep(60)
"""


def locks(directory: Path) -> NamedLocks:
    return NamedLocks(str(directory), refuse_warning, lambda text: None)


def test_processes_hold_a_lock_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "count"
    file.write_text("0")
    processes = [started(COUNTER, str(tmp_path / "cache"), str(file), "50") for _each in range(4)]
    assert [said(process) for process in processes] == [""] * 4
    assert file.read_text() == "200"


def test_threads_wait_for_each_other_and_for_no_other_name(tmp_path: Path) -> None:
    taken = threading.Event()

    def take() -> None:
        with locks(tmp_path / "cache").hold("event a"):
            taken.set()

    thread = threading.Thread(target=take)
    with locks(tmp_path / "cache").hold("event a"):
        thread.start()
        with locks(tmp_path / "cache").hold("event b"):
            assert not taken.is_set()
    thread.join(30)
    assert taken.is_set()


def test_a_process_that_is_killed_gives_its_lock_up(tmp_path: Path) -> None:
    process = started(SLEEPER, str(tmp_path / "cache"))
    assert line_of(process) == "holding"
    process.kill()
    process.wait()
    with locks(tmp_path / "cache").hold("event build-1"):
        pass


def test_an_error_gives_the_lock_up(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locks(tmp_path / "cache").hold("event a"):
        raise ZeroDivisionError
    with locks(tmp_path / "cache").hold("event a"):
        pass


def test_the_locks_of_yesterday_are_swept_and_their_names_tell_nothing(tmp_path: Path) -> None:
    with locks(tmp_path / "cache").hold("event secret-project"):
        pass
    (lock,) = (tmp_path / "cache" / "named_locks").iterdir()
    assert "secret-project" not in lock.name
    assert lock.stat().st_mode & 0o077 == 0
    os.utime(lock, (time.time() - 90_000,) * 2)
    with locks(tmp_path / "cache").hold("event b"):
        pass
    assert lock not in list((tmp_path / "cache" / "named_locks").iterdir())


def test_where_the_cache_cannot_be_used_the_temporary_directory_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spoilt = tmp_path / "cache"
    spoilt.write_text("no directory")
    with locks(spoilt).hold("event a"):
        assert list((tmp_path / f"contentsquare-speedlab-{os.geteuid()}" / "named_locks").iterdir())


def test_where_there_is_no_place_for_locks_a_warning_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    (tmp_path / "file").write_text("no directory")
    warnings: list[str] = []
    with NamedLocks(str(tmp_path / "file"), warnings.append, lambda text: None).hold("event a"):
        pass
    assert len(warnings) == 1
    assert "is a symbolic link or of another kind than expected" in warnings[0]


def test_who_waits_for_long_is_told_what_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "PATIENCE", 0.0)
    told = threading.Event()
    lines: list[str] = []

    def tell(text: str) -> None:
        lines.append(text)
        told.set()

    def wait() -> None:
        with NamedLocks(str(tmp_path / "cache"), refuse_warning, tell).hold("event a"):
            pass

    thread = threading.Thread(target=wait)
    with locks(tmp_path / "cache").hold("event a"):
        thread.start()
        assert told.wait(30)
    thread.join(30)
    assert lines == ["Waiting for another task that works on the same event."]
