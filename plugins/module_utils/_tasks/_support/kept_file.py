# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that a task keeps: looked at first, compared, and replaced in one step.

Private to this collection: may change without notice.

The tasks know nothing of Ansible, so its helpers for files are out of reach; a task in the controller's own process has
none of them anyway.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import Any

from ..._client.errors import FileNotWritten, SettingsError
from ..._client.stores.private_files import replace_file

_OCTAL = re.compile(r"(0o?)?[0-7]{3}", re.ASCII)


@dataclass(frozen=True)
class KeptFile:
    """What lies at a path before the task: None for both where there is no file."""

    path: str
    content: bytes | None
    mode: int | None

    @classmethod
    def at(cls, path: str, option: str) -> KeptFile:
        """Raises :class:`SettingsError`, naming the option, where no file can be written; changes nothing."""
        path = path_of_file(path, option)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise SettingsError(
                f"{option}: the directory {folder} does not exist",
                hint="Make it first, say with ansible.builtin.file; no request was made.",
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SettingsError(f"{option}: the directory {folder} cannot be written to")
        try:
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode):
                # Behind a link there may be a file that somebody else chose.
                raise SettingsError(f"{option}: {path} is a symbolic link or another thing than a file")
            with open(path, "rb") as file:
                return cls(path, file.read(), stat.S_IMODE(found.st_mode))
        except FileNotFoundError:
            return cls(path, None, None)
        except OSError as error:
            raise SettingsError(f"{option}: {path} cannot be read: {_reason(error)}") from None

    def write(self, content: bytes, mode: int) -> None:
        """Replace the file in one step, with this mode; raises :class:`FileNotWritten`."""

        def finish(descriptor: int) -> None:
            os.fsync(descriptor)
            os.fchmod(descriptor, mode)

        try:
            replace_file(self.path, content, finish, prefix=".speedlab-")
        except OSError as error:
            raise FileNotWritten(f"{self.path} could not be written: {_reason(error)}") from None

    def set_mode(self, mode: int) -> None:
        try:
            os.chmod(self.path, mode)
        except OSError as error:
            raise FileNotWritten(f"The mode of {self.path} could not be set: {_reason(error)}") from None


def path_of_file(path: str, option: str) -> str:
    """The absolute path of a file to write. Raises :class:`SettingsError` for one that means a directory."""
    if os.path.basename(path) in ("", os.curdir, os.pardir) or os.path.isdir(path):
        raise SettingsError(
            f'{option}: "{path}" is a directory, and this is to be a file',
            hint="Add the name of the file; no request was made.",
        )
    return os.path.abspath(path)


def file_mode(value: Any, option: str) -> int:
    """The mode of a file as playbooks give it: text in octal, or the number that YAML made of unquoted 0600."""
    number = value if isinstance(value, int) else -1
    if isinstance(value, str) and _OCTAL.fullmatch(value.strip()):
        number = int(value.strip()[-3:], 8)
    if isinstance(value, bool) or not 0 <= number <= 0o777:
        raise SettingsError(f'{option} has to be a mode in octal and within quotes, such as "0600"')
    return number


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO)
