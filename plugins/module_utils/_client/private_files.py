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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

_LARGEST = 256 * 1024  # bytes; an entry of the token cache has a few thousand


class Unusable(Exception):
    """A file or directory that must not or cannot be used; the text says why, for a warning."""


class PrivateDirectory:
    """A directory of mode 0700 that belongs to this user. Makes it where it is missing; raises :class:`Unusable`."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            if not os.path.lexists(path):
                os.makedirs(path, mode=0o700, exist_ok=True)
            found = os.lstat(path)
        except OSError as error:
            raise _unusable(path, error) from None
        _refuse_foreign(path, found, wanted=stat.S_ISDIR)

    def _join(self, name: str) -> str:
        return os.path.join(self.path, name)

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none; raises :class:`Unusable` for a symlink or a foreign file."""
        path = self._join(name)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from None
        try:
            _refuse_foreign(path, os.fstat(descriptor), wanted=stat.S_ISREG)
            content = os.read(descriptor, _LARGEST + 1)
        except OSError as error:
            raise _unusable(path, error) from None
        finally:
            os.close(descriptor)
        if len(content) > _LARGEST:
            raise Unusable(f"{path} is larger than anything that was written there")
        return content

    def write(self, name: str, content: bytes, *, modified: float) -> None:
        """Replace a file in one step, with the time stamp ``modified``; raises :class:`Unusable`."""
        temporary = None
        try:
            descriptor, temporary = tempfile.mkstemp(dir=self.path, prefix=".new-")  # mode 0600 by itself
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.utime(temporary, (modified, modified))
            os.replace(temporary, self._join(name))
        except OSError as error:
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)
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
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock over all processes and threads of this user; the kernel frees it should this process die."""
        while True:
            with self._open_lock(name) as file:
                self._lock(file, name, fcntl.LOCK_EX)
                if _still_there(file, self._join(name)):  # else it was swept away between opening and locking
                    os.utime(file.fileno())
                    yield
                    return

    def try_lock(self, name: str) -> IO[bytes] | None:
        """An open file that holds the lock until it is closed, or None where somebody else holds it."""
        file = self._open_lock(name)
        try:
            self._lock(file, name, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        except Unusable:
            file.close()
            raise
        return file

    def _lock(self, file: IO[bytes], name: str, operation: int) -> None:
        try:
            fcntl.flock(file, operation)
        except BlockingIOError:
            raise
        except OSError as error:  # a file system without locks
            raise _unusable(self._join(name), error) from None

    def _open_lock(self, name: str) -> IO[bytes]:
        path = self._join(name)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(path, error) from None
        try:
            _refuse_foreign(path, os.fstat(descriptor), wanted=stat.S_ISREG)
            return os.fdopen(descriptor, "r+b")
        except (Unusable, OSError) as error:
            os.close(descriptor)
            raise error if isinstance(error, Unusable) else _unusable(path, error) from None


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
