# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files and locks that only this user can read.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

from .user_folders import temporary_folder

PATIENCE = 10.0  # seconds of waiting after which the user is told what for
_LARGEST = 256 * 1024  # bytes; a token is a few KiB


class Unusable(Exception):
    """A file or directory that must not or cannot be used; the text says why, for a warning."""


NO_PLACE = "there is neither a home nor a temporary directory"


class PrivateDirectory:
    """A directory of mode 0700 that belongs to this user. Makes it where it is missing; raises :class:`Unusable`."""

    def __init__(self, path: str) -> None:
        self.path = path
        if not path:
            raise Unusable(NO_PLACE)
        try:
            if not os.path.lexists(path):
                os.makedirs(path, mode=0o700, exist_ok=True)
            found = os.lstat(path)
        except OSError as error:
            raise _unusable(path, error) from None
        _refuse_foreign(path, found, wanted=stat.S_ISDIR)

    def _join(self, name: str) -> str:
        return os.path.join(self.path, name)

    def read(self, name: str, *, largest: int = _LARGEST) -> bytes | None:
        """The content of a file, None where there is none; raises :class:`Unusable` for a symlink or a foreign file,
        and for one of more than ``largest`` bytes.
        """
        path = self._join(name)
        try:
            with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
                content = file.read(largest + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from None
        if len(content) > largest:
            raise Unusable(f"{path} is larger than any file of this collection")
        return content

    def write(self, name: str, content: bytes, *, modified: float) -> None:
        """Replace a file in one step, with the time stamp ``modified``; raises :class:`Unusable`."""
        try:
            replace_file(self._join(name), content, lambda descriptor: os.utime(descriptor, (modified, modified)))
        except OSError as error:
            raise _unusable(self.path, error) from None

    def remove(self, name: str) -> bool:
        """Remove a file; tells whether there was one."""
        try:
            os.unlink(self._join(name))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unusable(self._join(name), error) from None
        return True

    def sweep(self, *, older_than: float) -> None:
        """Remove files whose time stamp lies before ``older_than``; one that another process takes first is skipped."""
        with suppress(OSError), os.scandir(self.path) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < older_than:
                        os.unlink(entry.path)

    @contextmanager
    def locked(self, name: str, waits_long: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold a lock over all processes and threads of this user; the kernel frees it should this process die.

        ``waits_long`` is called once, in another thread, where somebody else holds it for long.
        """
        while True:
            with self._open_lock(name) as file:
                if not self._lock(file, name, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    with told_if_long(waits_long):
                        self._lock(file, name, fcntl.LOCK_EX)
                if _still_there(file, self._join(name)):  # else it was swept away between opening and locking
                    os.utime(file.fileno())
                    yield
                    return

    def try_lock(self, name: str) -> IO[bytes] | None:
        """An open file that holds the lock until it is closed, or None where somebody else holds it."""
        with ExitStack() as closing:
            file = closing.enter_context(self._open_lock(name))
            if not self._lock(file, name, fcntl.LOCK_EX | fcntl.LOCK_NB) or not _still_there(file, self._join(name)):
                return None
            closing.pop_all()
            return file

    def _lock(self, file: IO[bytes], name: str, operation: int) -> bool:
        try:
            fcntl.flock(file, operation)
        except BlockingIOError:
            return False
        except OSError as error:  # a file system without locks
            raise _unusable(self._join(name), error) from None
        return True

    def _open_lock(self, name: str) -> IO[bytes]:
        path = self._join(name)
        try:
            return os.fdopen(open_private(path, os.O_RDWR | os.O_CREAT), "r+b")
        except OSError as error:
            raise _unusable(path, error) from None


def replace_file(path: str, content: bytes, finish: Callable[[int], None], *, prefix: str = ".new-") -> None:
    """Replace a file in one step; whoever reads it meanwhile sees the old one or the new one, whole.

    It has the mode 0600, unless ``finish`` gives the written file another. Raises :class:`OSError`, and then nothing is
    left beside the place.
    """
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=prefix)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            finish(descriptor)
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def bases_for_locks(directory: str) -> tuple[str, ...]:
    """Where locks may be kept: below the token cache, else in a directory of this user's own under the system's
    temporary one. There may be neither.
    """
    return tuple(dict.fromkeys(base for base in (directory, temporary_folder()) if base))


@contextmanager
def told_if_long(tell: Callable[[], None]) -> Iterator[None]:
    """Call ``tell`` once, in another thread, if this is waited in for long."""
    timer = threading.Timer(PATIENCE, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def open_private(path: str, flags: int) -> int:
    """A descriptor of a regular file of this user alone; raises :class:`Unusable` for all others, :class:`OSError`."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)  # no pipe blocks it
    try:
        _refuse_foreign(path, os.fstat(descriptor), wanted=stat.S_ISREG)
    except Unusable:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_foreign(path: str, found: os.stat_result, *, wanted: Callable[[int], bool]) -> None:
    if not wanted(found.st_mode):
        raise Unusable(f"{path} is a symbolic link or of another kind than expected")
    if found.st_uid != os.geteuid():
        raise Unusable(f"{path} belongs to another user")
    if found.st_mode & 0o077:
        raise Unusable(f"{path} can be used by others; remove it, or take their rights away (chmod go= {path})")


def _still_there(file: IO[bytes], path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _unusable(path: str, error: OSError) -> Unusable:
    return Unusable(f"{path}: {os.strerror(error.errno or errno.EIO)}")
