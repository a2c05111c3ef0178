# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""At most so many calls in flight, over all processes of this machine.

Private to this collection: may change without notice.

The API allows ten calls at once per project, over all its credentials together (API reference, 4.2).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO

from .private_files import PrivateDirectory, Unusable

_PAUSE = 0.002  # seconds between two looks of the one waiter that looks


class Slots:
    """Lock files, ``count`` for each key. A process that dies frees its slots, as the kernel frees its locks.

    Whoever waits queues at the key's gate, so that only one of all the waiting threads and processes polls. Waiting
    counts in no time-out.
    """

    def __init__(self, directory: str, count: int, warn: Callable[[str], None]) -> None:
        self._directory = directory
        self._count = count
        self._warn = warn
        self._lock = threading.Lock()
        self._known: dict[str, PrivateDirectory | None] = {}
        self._within_process = threading.BoundedSemaphore(count)

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        with self._taken(key):
            yield

    def _taken(self, key: str) -> AbstractContextManager[object]:
        problem: Unusable | None = None
        for _each in range(2):
            directory = self._directory_of(key)
            if directory is None:
                return self._within_process
            try:
                return self._wait(directory)
            except Unusable as error:  # it was taken away since it was looked at, or one of its files is not ours
                problem = error
                with self._lock:
                    self._known.pop(key, None)
        self._warn(f"Calls in flight are counted within each process only, since {problem}.")
        return self._within_process

    def _wait(self, directory: PrivateDirectory) -> IO[bytes]:
        # One gate for each count: who may have only few slots must not keep those waiting who may have more.
        with directory.locked(f"gate-{self._count}"):
            while True:
                for number in range(self._count):
                    slot = directory.try_lock(str(number))
                    if slot is not None:
                        return slot
                time.sleep(_PAUSE)

    def _directory_of(self, key: str) -> PrivateDirectory | None:
        with self._lock:
            if key not in self._known:
                self._known[key] = self._usable(hashlib.sha256(key.encode()).hexdigest()[:32])
            return self._known[key]

    def _usable(self, name: str) -> PrivateDirectory | None:
        """Below the token cache, else in a directory of this user's own under the system's temporary one."""
        problem = ""
        for base in (self._directory, os.path.join(tempfile.gettempdir(), f"contentsquare-speedlab-{os.geteuid()}")):
            try:
                directory = _slots_below(base, name)
            except Unusable as error:
                problem = problem or str(error)
            else:
                if problem:
                    self._warn(f"Calls in flight are counted in {base}, since {problem}.")
                return directory
        self._warn(f"Calls in flight are counted within each process only, since {problem}.")
        return None


def _slots_below(base: str, name: str) -> PrivateDirectory:
    PrivateDirectory(base)
    PrivateDirectory(os.path.join(base, "slots"))
    directory = PrivateDirectory(os.path.join(base, "slots", name))
    with directory.locked("gate"):  # finds out here, not in the middle of a call, whether the file system has locks
        return directory
