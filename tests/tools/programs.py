# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that no package index has, and the Debian packages that bring them."""

from __future__ import annotations

import os
import shutil
import subprocess

# What the tests of the reports need, and for ansible-rulebook those of the event source.
PACKAGES = {
    "chromium": ("chromium", "fonts-dejavu-core"),
    "promtool": ("prometheus",),
    "prometheus": ("prometheus",),
    "prometheus-node-exporter": ("prometheus-node-exporter",),
    "java": ("default-jre-headless",),
}


def missing() -> list[str]:
    """Return the programs that are not here."""
    return [program for program in PACKAGES if shutil.which(program) is None]


def install() -> None:
    """Install what is missing, where that can be done without asking anybody; else say what to install."""
    programs = missing()
    packages = list(dict.fromkeys(package for program in programs for package in PACKAGES[program]))
    if not programs:
        print("all are here")
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(
            f"Not here: {', '.join(programs)}. Debian and Ubuntu have them in the packages {' '.join(packages)};"
            " install them, or run this as root."
        )
    # The packages of Prometheus would start servers on a machine that runs systemd; tests start their own.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_OFFLINE": "1"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "--quiet", *arguments], env=environment, stdin=subprocess.DEVNULL, check=True)
    if missing():
        raise SystemExit(f"Still not here after the installation: {', '.join(missing())}.")
