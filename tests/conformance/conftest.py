# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that the collection writes, in one folder; and a browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The verdicts and the browser of the reports' tests serve here too, and what drives the simulator and ansible-playbook.
TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "reports"), str(TESTS / "system")]

import chromium  # noqa: E402
import written  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402
from support import COLLECTIONS, Simulator, Workplace  # noqa: E402


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every report of every verdict, and what the roles and playbooks leave after a run on the simulator."""
    made = tmp_path_factory.mktemp("written")
    written.render(made)
    simulator = Simulator.start(tmp_path_factory.mktemp("simulator"))
    home = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "SPEEDLAB_AUTH_URL": simulator.auth_url,
        "SPEEDLAB_CLIENT_ID": written.SHOP["client_id"],
        "SPEEDLAB_CLIENT_SECRET": written.SHOP["client_secret"],
    }
    try:
        written.play(Workplace(home, environment), made)
    finally:
        simulator.stop()
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser
