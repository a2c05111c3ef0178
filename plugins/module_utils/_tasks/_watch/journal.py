# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a watch on disk, with the events that nobody took yet.

Private to this collection: may change without notice.

An event is written before it is handed over, and crossed out after it was taken; whoever is killed in between hands it
over again, under the same id. The state, with the events that it led to, is replaced as a whole. Which event was taken
last is a line of fixed length in a second file, ``<state file>.taken``, so that crossing out costs one small write; a
lock on that file keeps a second watch out.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import threading
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..._client.errors import FileNotWritten, SettingsError
from ..._client.http.strict_json import parse_json
from ..._client.stores.private_files import PrivateDirectory, Unusable, open_private
from ..._core.watch.judge import Event
from ..._core.watch.state import WatchState
from .._support.kept_file import path_of_file

_TAKEN = re.compile(rb"([0-9a-f]{32}) ([0-9]{20})\n")


class Journal:
    """Safe to use from several threads. Raises :class:`SettingsError` where the files cannot be used."""

    def __init__(self, path: str) -> None:
        self.path = path_of_file(path, "state_file")
        self._lock = threading.Lock()
        self._taken = self._locked(f"{self.path}.taken")
        self._closed = False
        try:
            state, events = self._read()
            taken = self._last_taken(state)
        except BaseException:
            self.close()
            raise
        # Where an old state file was restored, the numbers that were given since must not be given again.
        self.state = replace(state, sequence=max(state.sequence, taken))
        self.waiting: deque[Event] = deque(event for event in events if event["sequence"] > taken)

    @classmethod
    def in_own_folder(cls, path: str) -> Journal:
        """A journal in a folder of this user alone, which is made where it is missing."""
        try:
            PrivateDirectory(os.path.dirname(path))
        except Unusable as problem:
            raise SettingsError(f"state_file: {problem}", hint="Mend that, or give state_file another place.") from None
        return cls(path)

    # --- changes ------------------------------------------------------------------------------------------------------

    def record(self, state: WatchState, events: Iterable[Event]) -> None:
        """Keep the state and the events that led to it, both or none. Raises :class:`FileNotWritten`."""
        with self._lock:
            self._refuse_closed()
            waiting = [*self.waiting, *events]
            if state == self.state and len(waiting) == len(self.waiting):
                return
            try:
                self._replace_file({**state.as_dict(), "waiting": waiting})
            except OSError as error:
                raise self._unwritable(error) from None
            self.state, self.waiting = state, deque(waiting)

    def cross_out(self, event: Event) -> None:
        """Note that an event was taken, and so were all before it. Raises :class:`FileNotWritten`."""
        with self._lock:
            self._refuse_closed()
            while self.waiting and self.waiting[0]["sequence"] <= event["sequence"]:
                self.waiting.popleft()
            try:
                os.pwrite(self._taken, f"{self.state.stream} {event['sequence']:020d}\n".encode("ascii"), 0)
                os.fsync(self._taken)
            except OSError as error:
                raise self._unwritable(error) from None

    def close(self) -> None:
        """Give the files free; a thread that still works for this watch cannot write any more."""
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._taken)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise FileNotWritten(f"The watch that keeps {self.path} has ended")

    # --- files --------------------------------------------------------------------------------------------------------

    def _locked(self, path: str) -> int:
        descriptor = self._opened(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise SettingsError(
                f"Another event source works with the state file {self.path}",
                hint="Give each source a state_file of its own; no request was made.",
            ) from None
        except OSError as error:
            os.close(descriptor)
            raise self._unusable(error) from None
        return descriptor

    def _opened(self, path: str, flags: int) -> int:
        try:
            return open_private(path, flags)
        except Unusable as problem:
            raise SettingsError(f"state_file: {problem}") from None
        except FileNotFoundError:
            if flags & os.O_CREAT:
                raise SettingsError(f"state_file: the directory {os.path.dirname(path)} does not exist") from None
            raise
        except OSError as error:
            raise self._unusable(error) from None

    def _read(self) -> tuple[WatchState, list[Event]]:
        try:
            with os.fdopen(self._opened(self.path, os.O_RDONLY), "rb") as file:
                content = file.read()
        except FileNotFoundError:
            return WatchState(stream=uuid.uuid4().hex), []
        try:
            return _parsed(content)
        except ValueError as error:
            raise SettingsError(
                f"state_file {self.path} is no state of this event source: {error}",
                hint="Restore it, or remove it to begin anew: what happened since it was written is then not emitted.",
            ) from None

    def _last_taken(self, state: WatchState) -> int:
        """The number of the last event of this stream that was taken; of another stream, it says nothing."""
        line = _TAKEN.fullmatch(os.pread(self._taken, 128, 0))
        return int(line[2]) if line and line[1].decode("ascii") == state.stream else 0

    def _replace_file(self, content: dict[str, Any]) -> None:
        """Always by the same temporary name: a watch that is killed leaves one such file at most."""
        temporary = f"{self.path}.new"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(json.dumps(content, separators=(",", ":")).encode("utf-8"))
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, self.path)
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)  # so that a power cut does not bring the old one back
        finally:
            os.close(folder)

    def _unusable(self, error: OSError) -> SettingsError:
        return SettingsError(f"state_file: {self.path} cannot be used: {_reason(error)}")

    def _unwritable(self, error: OSError) -> FileNotWritten:
        return FileNotWritten(f"The state file {self.path} could not be written: {_reason(error)}")


def _parsed(content: bytes) -> tuple[WatchState, list[Event]]:
    """The state and the events of a file. Raises :class:`ValueError` with the reason."""
    try:
        found = parse_json(content)
        events = [_event(each) for each in found.pop("waiting")]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError("it is damaged") from None
    return WatchState.from_dict(found), events


def _event(found: Any) -> Event:
    if not isinstance(found["sequence"], int) or not isinstance(found["id"], str):
        raise TypeError(found)
    return dict(found)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO)
