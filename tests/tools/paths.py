# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the tooling finds and leaves things. Everything that it writes is under ``build/`` or ``.venv/``."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
NAMESPACE, NAME = "contentsquare", "speedlab"

ENVIRONMENTS = CHECKOUT / ".venv"
BUILD = CHECKOUT / "build"
LOGS = BUILD / "logs"
CACHE = BUILD / "cache"
DIST = BUILD / "dist"
DEMO = BUILD / "demo"

# The tests get a home of their own, so that neither a developer's settings nor their caches can change a result.
HOME = ENVIRONMENTS / "home"

# The tools look at copies of the checkout: these lie in a folder of the shape that Ansible asks for, and stay still
# while somebody goes on editing. What ansible-test runs has a copy to itself, so that it can run beside all the rest.
TREE = BUILD / "tree"
ANSIBLE_TEST_TREE = BUILD / "ansible-test"


def collection_in(tree: Path) -> Path:
    """Return the collection's folder in a tree of collections."""
    return tree / "ansible_collections" / NAMESPACE / NAME


def installed(core: str) -> Path:
    """Return the tree into which this ansible-core installs the built tarball."""
    return BUILD / "installed" / core


def version() -> str:
    """Return the collection's version as galaxy.yml gives it."""
    text = (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8")
    found = re.search(r"^version: *['\"]?([^'\"\s]+)", text, re.MULTILINE)
    if found is None:
        raise SystemExit("galaxy.yml names no version")
    return found.group(1)


def tarball() -> Path:
    """Return the path of the tarball that ``ansible-galaxy collection build`` makes."""
    return DIST / f"{NAMESPACE}-{NAME}-{version()}.tar.gz"


def clean_variables() -> dict[str, str]:
    """Return the environment variables for everything that the tooling starts.

    A developer's own credentials and Ansible settings stay out of it, and so does what slows Python down.
    """
    left_out = ("ANSIBLE_", "COVERAGE_", "GIT_", "PYTEST_", "SPEEDLAB_", "XDG_")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    for name in ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS"):
        variables.pop(name, None)
    variables.update(
        HOME=str(HOME),
        LC_ALL="C.UTF-8",
        NO_COLOR="1",
        NO_PROXY=",".join(filter(None, (variables.get("NO_PROXY"), "127.0.0.1,localhost"))),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
        PIP_RETRIES=variables.get("PIP_RETRIES", "10"),
        HYPOTHESIS_STORAGE_DIRECTORY=str(CACHE / "hypothesis"),
        MYPY_CACHE_DIR=str(CACHE / "mypy"),
        RUFF_CACHE_DIR=str(CACHE / "ruff"),
    )
    return variables


def prepare_home() -> None:
    """Make the tests' home, and let pip and npm in it use the developer's package index and download cache."""
    HOME.mkdir(parents=True, exist_ok=True)
    real_home = Path(os.path.expanduser("~"))
    for shared in (".config/pip", ".pip", ".cache/pip", ".npmrc", ".npm"):
        link = HOME / shared
        if (real_home / shared).exists() and not os.path.lexists(link):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(real_home / shared)


def remove(path: Path) -> None:
    """Remove a file or a whole folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists() or path.is_symlink():
        path.unlink()
