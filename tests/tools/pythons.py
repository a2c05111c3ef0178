# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the Pythons of this machine, and the ansible-core that each of them can run.

A version manager's shims answer to every name but start only the selected version, so each candidate is run once.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

OLDEST_TARGET = (3, 9)


@dataclass(frozen=True)
class Core:
    """One version of ansible-core, and what is known about it."""

    # The controller Pythons, oldest and newest.
    pythons: tuple[tuple[int, int], tuple[int, int]]
    # The oldest pre-release that will do. Empty: it is released.
    pre_release: str = ""
    # Sanity tests that cannot be set up everywhere, each with the reason.
    sanity_without: Mapping[str, str] = field(default_factory=dict)


# The matrix: every ansible-core on which the collection is tested. `make test` takes the newest one that is released.
# To end a pre-release, remove its mark.
CORES = {
    "2.16": Core(((3, 10), (3, 12))),
    "2.18": Core(((3, 11), (3, 13))),
    "2.20": Core(((3, 12), (3, 14))),
    "2.21": Core(((3, 12), (3, 14))),
    "2.22": Core(
        ((3, 13), (3, 15)),
        pre_release="2.22.0rc1",
        sanity_without={"pylint": "its requirements name an archive on GitHub, which many networks cannot fetch"},
    ),
}

PROBE = """
import os, sys
try:
    import ensurepip, venv
except ImportError:
    sys.exit(3)
name = "python%d.%d" % sys.version_info[:2]
beside = os.path.join(sys.base_prefix, "bin", name)
print("%d.%d" % sys.version_info[:2])
print(beside if os.path.exists(beside) else sys.executable)
"""


@dataclass(frozen=True)
class Python:
    """One interpreter that runs and can make virtual environments."""

    number: tuple[int, int]
    path: Path

    @property
    def version(self) -> str:
        return f"{self.number[0]}.{self.number[1]}"


@functools.cache
def found() -> tuple[Python, ...]:
    """Return one interpreter for each minor version from 3.9, oldest first."""
    by_number: dict[tuple[int, int], Python] = {}
    probed: set[Path] = set()
    for candidate in _candidates():
        known = any(candidate.name == f"python{python.version}" for python in by_number.values())
        if known or candidate.resolve() in probed:
            continue
        probed.add(candidate.resolve())
        python = _probe(candidate)
        if python is not None and python.number >= OLDEST_TARGET:
            by_number.setdefault(python.number, python)
    return tuple(by_number[number] for number in sorted(by_number))


def oldest() -> Python:
    """Return the oldest Python here that the modules support."""
    if not found():
        raise SystemExit("No usable Python found: install Python 3.12 or 3.13 with its venv module")
    return found()[0]


def newest_core() -> tuple[str, Python]:
    """Return the newest released ansible-core that a Python of this machine can run, and the newest such Python."""
    for core in reversed(CORES):
        pythons = controllers(core)
        if pythons and not CORES[core].pre_release:
            return core, pythons[-1]
    raise SystemExit("No Python for ansible-core found: install Python 3.12 or 3.13 with its venv module")


def controllers(core: str) -> tuple[Python, ...]:
    """Return the Pythons here that can run this ansible-core, oldest first."""
    first, last = CORES[core].pythons
    return tuple(python for python in found() if first <= python.number <= last)


def search_path() -> str:
    """Return PATH with the folders of the real interpreters first."""
    folders = [str(python.path.parent) for python in reversed(found())]
    folders += os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(dict.fromkeys(folders))


def _candidates() -> list[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")))
    folders = sorted(pyenv.glob("versions/3.*/bin"), key=_release, reverse=True)
    folders += [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    names = [f"python3.{minor}" for minor in range(15, OLDEST_TARGET[1] - 1, -1)] + ["python3"]
    return [folder / name for folder in folders for name in names if os.access(folder / name, os.X_OK)]


def _release(folder: Path) -> list[int]:
    """Sort key: 3.12.10 is newer than 3.12.9."""
    return [int(digits) for digits in re.findall(r"\d+", folder.parent.name)]


def _probe(candidate: Path) -> Python | None:
    try:
        answer = subprocess.run(
            [str(candidate), "-I", "-c", PROBE], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode != 0:
        return None
    version, path = answer.stdout.split("\n")[:2]
    major, minor = version.split(".")
    return Python((int(major), int(minor)), Path(path))
