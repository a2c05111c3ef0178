# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The validators that come from npm: where they are, and how they are run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# `npm ci` installs the packages into the virtual environment that runs the tests.
PACKAGES = Path(sys.prefix) / "node_modules"
PROGRAMS = Path(sys.prefix) / "bin"
ASKS_NOBODY = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    # A proxy that is not there: what fetches the addresses in a file gets the same answer on every machine.
    **{f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")},
}


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program. Its exit code is for the caller to judge: validators fail when they find something."""
    path = f"{PACKAGES / '.bin'}{os.pathsep}{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **ASKS_NOBODY, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
