# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Named locks: for what must not be done twice at the same time, over all processes of this machine.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from .private_files import NO_PLACE, PrivateDirectory, Unusable, bases_for_locks

_DAY = 86_400.0  # seconds


class NamedLocks:
    """A lock file for each name. The kernel frees the locks of a process that dies."""

    def __init__(self, directory: str, warn: Callable[[str], None], progress: Callable[[str], None]) -> None:
        self._directory = directory
        self._warn = warn
        self._progress = progress

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """While this is held, nobody else of this user holds the lock of ``name``. Waiting counts in no time-out."""
        with ExitStack() as stack:
            self._take(stack, hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32])
            yield

    def _take(self, stack: ExitStack, file_name: str) -> None:
        problem = ""
        for base in bases_for_locks(self._directory):
            try:
                PrivateDirectory(base)
                directory = PrivateDirectory(os.path.join(base, "named_locks"))
                stack.enter_context(directory.locked(file_name, self._tell))
            except Unusable as error:
                problem = problem or str(error)
            else:
                directory.sweep(older_than=time.time() - _DAY)
                return
        self._warn(f"Another process may do the same at the same time, since {problem or NO_PLACE}.")

    def _tell(self) -> None:
        self._progress("Waiting for another task that works on the same event.")
