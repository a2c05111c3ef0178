# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox >= 2025.2.9", "antsibull-nox ~= 1.10"]
# ///

"""The project's checks as nox sessions, for those who are used to them. `make test` runs the same checks and more.

The ready-made sessions and their settings are in antsibull-nox.toml. Those of ansible-test are here: they take
ansible-core from the package index and need no container.
"""

from __future__ import annotations

import functools
import shutil
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / "tests/tools"))

try:
    import antsibull_nox
except ImportError:
    print("Install antsibull-nox beside nox: pip install nox antsibull-nox", file=sys.stderr)
    raise

import environments
import pythons

CORE, PYTHON = pythons.newest_core()


def before_ansible_test(session_name: str) -> None:
    """Give ansible-test the script with which it installs pip, where its own source is out of reach."""
    for site_packages in Path(".nox").glob(f"{session_name}/lib/python3.*/site-packages"):
        environments.give_ansible_test_its_pip(site_packages, Path.home(), sys.executable)


def after_ansible_test() -> None:
    """Remove what ansible-test leaves behind and antsibull-nox cannot copy back."""
    shutil.rmtree("tests/output/.tmp", ignore_errors=True)


antsibull_nox.load_antsibull_nox_toml()

for kind in ("sanity", "units", "integration"):
    antsibull_nox.add_ansible_test_session(
        name=f"ansible-test-{kind}",
        description=f"Run ansible-test {kind} with ansible-core {CORE}",
        ansible_test_params=[kind, "--venv", "--python", PYTHON.version],
        default=kind != "integration",
        ansible_core_version=CORE,
        ansible_core_source="pypi",
        callback_before=functools.partial(before_ansible_test, f"ansible-test-{kind}"),
        callback_after=after_ansible_test,
    )


if __name__ == "__main__":
    nox.main()
