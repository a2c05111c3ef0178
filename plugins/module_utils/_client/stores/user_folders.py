# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where files of this user go when no option says so.

Private to this collection: may change without notice.

A container of a cluster often runs as a user id without an entry in passwd and without ``HOME``. ``~`` stands for
nothing there, and would become a folder of that name in the working directory.
"""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import SettingsError

_NAME = "contentsquare-speedlab"
_TEMPORARY = ("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - where tempfile looks; what is kept there is checked


@dataclass(frozen=True)
class Folder:
    """``path`` is empty if there is no place at all. ``problem``: why it is not the usual folder."""

    path: str
    problem: str = ""


def user_folder(environ: Mapping[str, str], variable: str, below_home: str) -> Folder:
    """The collection's folder below the XDG directory that ``variable`` names, or below its default in the home.

    Without a home it is a folder of this user's own below the system's temporary one.
    """
    base = environ.get(variable) or ""
    if not os.path.isabs(base):  # to be ignored, says the XDG specification; it would be another one in each directory
        home = home_directory(environ)
        if home is None:
            return Folder(temporary_folder() or "", f"user {os.getuid()} has no home directory here")
        base = os.path.join(home, below_home)
    return Folder(os.path.join(base, _NAME))


def home_directory(environ: Mapping[str, str]) -> str | None:
    """The home of this user, None if there is none: ``HOME``, if it is an absolute path, else what passwd says."""
    named = environ.get("HOME") or ""
    if os.path.isabs(named):
        return named
    try:
        listed = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return None
    return listed if os.path.isabs(listed) else None


def temporary_folder() -> str | None:
    """The path of this user's own folder below the system's temporary one, None if the system has none.

    Python then names the working directory instead, in which nobody looks for such a folder.
    """
    try:
        base = tempfile.gettempdir()
        last_resort = base == os.getcwd() and base not in _TEMPORARY and not _asked_for(base)
    except OSError:
        return None
    return None if last_resort else os.path.join(base, f"{_NAME}-{os.geteuid()}")


def _asked_for(folder: str) -> bool:
    return any(os.path.abspath(os.environ.get(name) or "/") == folder for name in ("TMPDIR", "TEMP", "TMP"))


def refuse_unknown_home(option: str, path: str) -> None:
    """Raise :class:`SettingsError` for a path with a ``~`` that could not be expanded."""
    if path.startswith("~"):
        raise SettingsError(
            f"{option} {path} names a home directory that does not exist here",
            hint="Give an absolute path; no request was made.",
        )
