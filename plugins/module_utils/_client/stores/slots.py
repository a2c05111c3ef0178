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
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import IO

from .private_files import NO_PLACE, PrivateDirectory, Unusable, bases_for_locks, told_if_long

_PAUSE = 0.002  # seconds between two looks of the one waiter that looks


class Slots:
    """Lock files, ``count`` for each key. A process that dies frees its slots, as the kernel frees its locks.

    Whoever waits queues at a gate, so that only one of all the waiting threads and processes polls. Each key has a gate
    for each count: who may use few slots waits longer, and must not hold up those who may use more. Waiting counts in
    no time-out.
    """

    def __init__(
        self,
        directory: str,
        count: int,
        warn: Callable[[str], None],
        progress: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._directory = directory
        self._count = count
        self._warn = warn
        self._progress = progress
        self._lock = threading.Lock()
        self._known: dict[str, PrivateDirectory | None] = {}
        self._within_process = threading.BoundedSemaphore(count)

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        with self._taken(key):
            yield

    def _taken(self, key: str) -> AbstractContextManager[object]:
        directory = self._directory_of(key)
        if directory is not None:
            with suppress(Unusable):
                return self._wait(directory)
            directory = self._directory_of(key, instead_of=directory)  # it was taken away or spoilt meanwhile
        if directory is not None:
            try:
                return self._wait(directory)
            except Unusable as error:
                self._warn_uncounted(str(error))
        return self._within_process

    def _wait(self, directory: PrivateDirectory) -> IO[bytes]:
        with directory.locked(_gate(self._count), self._tell):
            slot = self._free_slot(directory)
            if slot is None:
                with told_if_long(self._tell):
                    while slot is None:
                        time.sleep(_PAUSE)
                        slot = self._free_slot(directory)
            return slot

    def _tell(self) -> None:
        self._progress(f"Waiting for one of {self._count} free slots for calls (option concurrency).")

    def _free_slot(self, directory: PrivateDirectory) -> IO[bytes] | None:
        """A slot that is free now. One that cannot be used is left out; :class:`Unusable` where none can.

        From the last one down, since those with a smaller count can only use the first ones.
        """
        slot, problems = None, []
        for number in reversed(range(self._count)):
            try:
                slot = directory.try_lock(str(number))
            except Unusable as error:
                problems.append(error)
            if slot is not None:
                break
        if len(problems) == self._count:
            raise problems[-1]
        for problem in problems:
            self._warn(f"There is one slot fewer for calls in flight, since {problem}.")
        return slot

    def _directory_of(self, key: str, instead_of: PrivateDirectory | None = None) -> PrivateDirectory | None:
        with self._lock:
            if key not in self._known or (instead_of is not None and self._known[key] is instead_of):
                self._known[key] = self._usable(hashlib.sha256(key.encode()).hexdigest()[:32])
            return self._known[key]

    def _usable(self, name: str) -> PrivateDirectory | None:
        problem = ""
        for base in bases_for_locks(self._directory):
            try:
                directory = _slots_below(base, name)
                self._check(directory)
            except Unusable as error:
                problem = problem or str(error)
            else:
                if problem:
                    self._warn(f"Calls in flight are counted in {base}, since {problem}.")
                return directory
        self._warn_uncounted(problem or NO_PLACE)
        return None

    def _check(self, directory: PrivateDirectory) -> None:
        """Find out here, not in the middle of a call, whether the file system has locks and any slot can be used."""
        for lock in (directory.try_lock(_gate(self._count)), self._free_slot(directory)):
            if lock is not None:
                lock.close()

    def _warn_uncounted(self, problem: str) -> None:
        self._warn(f"Calls in flight are counted within each process only, since {problem}.")


def _gate(count: int) -> str:
    return f"gate-{count}"


def _slots_below(base: str, name: str) -> PrivateDirectory:
    PrivateDirectory(base)
    PrivateDirectory(os.path.join(base, "slots"))
    return PrivateDirectory(os.path.join(base, "slots", name))
