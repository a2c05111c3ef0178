# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: what was written is there again, what was taken is not, and nobody else can use or read it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import FileNotWritten, SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.judge import Event
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.state import Watched, WatchState
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(str(path))
    yield opened
    opened.close()


def events_after(state: WatchState, number: int) -> tuple[WatchState, list[Event]]:
    events = []
    for _each in range(number):
        state = state.numbered()
        events.append({"id": state.event_id, "sequence": state.sequence, "type": "stale"})
    return state, events


def again(journal: Journal) -> Journal:
    """The journal as a new process finds it."""
    journal.close()
    return Journal(journal.path)


def numbers(journal: Journal) -> list[int]:
    return [event["sequence"] for event in journal.waiting]


def test_state_and_events_are_there_after_a_restart(journal: Journal) -> None:
    state, events = events_after(replace(journal.state, started=True, monitorings={7: Watched(state="KO")}), 2)
    journal.record(state, events)
    found = again(journal)
    assert found.state == state
    assert list(found.waiting) == events
    found.close()


def test_what_was_taken_does_not_come_again_and_what_was_not_does(journal: Journal) -> None:
    state, events = events_after(journal.state, 3)
    journal.record(state, events)
    journal.cross_out(events[1])
    assert numbers(journal) == [3]
    found = again(journal)
    assert numbers(found) == [3]
    found.close()


def test_events_wait_in_their_order_over_several_records(journal: Journal) -> None:
    state, first = events_after(journal.state, 2)
    journal.record(state, first)
    journal.cross_out(first[0])
    state, second = events_after(state, 1)
    journal.record(state, second)
    found = again(journal)
    assert numbers(found) == [2, 3]
    found.close()


def test_a_new_state_is_not_taken_for_the_old_one_whose_file_was_removed(journal: Journal, path: Path) -> None:
    state, events = events_after(journal.state, 5)
    journal.record(state, events)
    journal.cross_out(events[4])
    path.unlink()
    anew = again(journal)
    state, events = events_after(anew.state, 1)
    anew.record(state, events)
    found = again(anew)
    assert numbers(found) == [1]
    found.close()


def test_numbers_go_on_after_an_old_state_file_was_restored(journal: Journal, path: Path) -> None:
    state, events = events_after(journal.state, 1)
    journal.record(state, events)
    backup = path.read_bytes()
    state, events = events_after(state, 4)
    journal.record(state, events)
    journal.cross_out(events[-1])
    path.write_bytes(backup)
    found = again(journal)
    assert (found.state.sequence, numbers(found)) == (5, [])
    found.close()


def test_the_files_are_for_this_user_alone_and_no_other_is_left(journal: Journal, path: Path) -> None:
    state, events = events_after(journal.state, 1)
    journal.record(state, events)
    journal.cross_out(events[0])
    assert sorted(each.name for each in path.parent.glob("state*")) == ["state.json", "state.json.taken"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob("state*")} == {0o600}


def test_nothing_is_written_where_nothing_changed(journal: Journal, path: Path) -> None:
    journal.record(replace(journal.state, started=True), [])
    before = path.stat()
    journal.record(journal.state, [])
    assert path.stat().st_ino == before.st_ino


def test_one_file_serves_one_source(journal: Journal) -> None:
    with pytest.raises(SettingsError, match="Another event source works with the state file"):
        Journal(journal.path)


def test_a_journal_that_is_closed_cannot_be_written_any_more(journal: Journal) -> None:
    state, events = events_after(journal.state, 1)
    journal.close()
    with pytest.raises(FileNotWritten, match="has ended"):
        journal.record(state, events)
    with pytest.raises(FileNotWritten, match="has ended"):
        journal.cross_out(events[0])


def test_what_cannot_be_written_changes_nothing(journal: Journal, path: Path) -> None:
    (path.parent / "state.json.new").mkdir()  # as good as a full disk, for root too
    before = journal.state
    state, events = events_after(before, 1)
    with pytest.raises(FileNotWritten, match=r"state\.json could not be written: Is a directory"):
        journal.record(state, events)
    assert (journal.state, numbers(journal)) == (before, [])
    (path.parent / "state.json.new").rmdir()
    journal.record(state, events)
    assert numbers(journal) == [1]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"schema_version": "1"}', b'{"waiting": []}', b'{"waiting": [1]}', b"[" * 100_000],
    ids=lambda content: repr(content[:20]),
)
def test_a_damaged_file_is_refused_with_what_to_do(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="is no state of this event source") as caught:
        Journal(str(path))
    assert "Restore it, or remove it" in caught.value.message
    assert path.read_bytes() == content


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_a_number_that_is_none_is_damage(path: Path, number: str) -> None:
    content = json.dumps({**WatchState("0" * 32).as_dict(), "waiting": [{"sequence": 1, "id": "x", "age": 5.5}]})
    path.write_text(content.replace("5.5", number), encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="it is damaged"):
        Journal(str(path))


def test_the_state_of_another_version_is_refused_as_such(path: Path) -> None:
    content: dict[str, Any] = {**WatchState("0" * 32).as_dict(), "waiting": [], "schema_version": "2"}
    path.write_text(json.dumps(content), encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="not of the schema version 1"):
        Journal(str(path))


def test_a_file_that_others_may_read_is_refused(path: Path) -> None:
    path.write_text("{}", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="can be used by others"):
        Journal(str(path))


def test_a_link_is_refused(path: Path) -> None:
    os.symlink("elsewhere", f"{path}.taken")
    with pytest.raises(SettingsError, match="state_file: "):
        Journal(str(path))


def test_a_directory_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"the directory {tmp_path / 'none'} does not exist"):
        Journal(str(tmp_path / "none" / "state.json"))


def test_its_own_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "own" / "state.json"
    Journal.in_own_folder(str(path)).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_its_own_folder_must_not_be_open_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir(mode=0o755)
    with pytest.raises(SettingsError, match="give state_file another place"):
        Journal.in_own_folder(str(folder / "state.json"))


@pytest.mark.parametrize("name", ["new/", "new/.", ".", ""])
def test_a_directory_is_no_state_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"state_file: .* is a directory"):
        Journal(os.path.join(tmp_path, name))
    assert os.listdir(tmp_path) == []
