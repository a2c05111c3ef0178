# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes of their own, for what has to hold between processes. They run the rooms without Ansible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors

_ROOM = Path(errors.__file__).resolve().parent


def started(program: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python process that runs ``program`` with these arguments; it can import ``_client``."""
    code = f"import sys\nsys.path.insert(0, {str(_ROOM.parent)!r})\n{program}"
    command = [sys.executable, "-B", "-c", code, *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )


def said(process: subprocess.Popen[str]) -> str:
    """What a process printed until its end; the process has to end well."""
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return output.strip()


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line of a process that goes on."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
