# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every unit test stands on: an environment of its own, and no network but by script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import oauth
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http import session as http
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http import transport
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores import token_cache
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi

# No time limit on a busy machine, and nothing written into the working directory.
# A build server tries the same examples each time, so that the same code gets the same answer.
settings.register_profile(
    "speedlab",
    deadline=None,
    database=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("speedlab")

_INFLUENCES = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "netrc"),
    *("requests_ca_bundle", "curl_ca_bundle", "ssl_cert_file", "ssl_cert_dir"),
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's environment reaches a test, and nothing of a test reaches the user's home."""
    for name in list(os.environ):
        if name.startswith("SPEEDLAB_") or name.lower() in _INFLUENCES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedApi]:
    """The scripted API; the test fails unless its script is played exactly."""
    script = ScriptedApi()
    script.replace_the_network(monkeypatch)
    yield script
    script.finish()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of the test's own for the whole client."""
    fake = Clock()
    reading: tuple[ModuleType, ...] = (http, transport, oauth, token_cache)
    for module in reading:
        monkeypatch.setattr(module, "time", fake)
    return fake
