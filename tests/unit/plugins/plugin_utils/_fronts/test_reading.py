# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup and the inventory have in common: a task on the controller, its progress shown, its secrets not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support import progress
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import Options, Outcome, Task
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import reading as _reading
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.lookup import look_up
from ansible_collections.contentsquare.speedlab.tests.unit.support.inventories import Source
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import (
    PAIR,
    common_options,
    identity_answer,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
Read = Callable[..., Any]


@pytest.fixture(params=["lookup", "inventory"])
def read(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads the monitorings with these options, through the front that a user has."""
    if request.param == "lookup":
        return lambda **options: look_up(["monitorings"], {**LOGIN, **options})
    source = Source(tmp_path, monkeypatch)
    return lambda **options: source.parse(**LOGIN, **options)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What is displayed, and what is handed over for masking."""
    heard: dict[str, list[Any]] = {"warnings": [], "lines": [], "masked": []}
    monkeypatch.setattr(_reading.display, "warning", heard["warnings"].append)
    monkeypatch.setattr(
        _reading.display, "display", lambda text, stderr=False, **more: heard["lines"].append((text, stderr))
    )
    monkeypatch.setattr(_reading, "register_secrets", heard["masked"].extend)
    return heard


def test_secrets_and_tokens_are_masked_from_then_on(api: ScriptedApi, read: Read, said: dict[str, list[Any]]) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    read()
    assert set(said["masked"]) >= {PAIR.client_secret, "token-number-1"}


def test_warnings_are_shown_without_secrets(api: ScriptedApi, said: dict[str, list[Any]]) -> None:
    def run(options: Options, client: Client, check_mode: bool) -> Outcome:
        client.reporter.warn(f"heard of {PAIR.client_secret}")
        return Outcome({})

    _reading.read(Task("a task", {}, run), common_options(**LOGIN), "a plugin")
    assert len(said["warnings"]) == 1
    assert said["warnings"][0].startswith("heard of ")
    assert PAIR.client_secret not in said["warnings"][0]


def test_an_error_shows_no_secret(api: ScriptedApi, read: Read, said: dict[str, list[Any]]) -> None:
    api.expect_token(reply({"error": "invalid_client", "error_description": PAIR.client_secret}, 401))
    with pytest.raises(AnsibleError, match="The API refuses the credential pair") as caught:
        read()
    assert PAIR.client_secret not in str(caught.value)


def test_long_work_of_the_inventory_says_how_far_it_is(
    api: ScriptedApi, said: dict[str, list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PERIOD", 0.0)
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1}]})
    api.expect_lab("monitoring/last-report", {"monitoringId": 1, "metricsOnly": True}, None)
    Source(tmp_path, monkeypatch).parse(**LOGIN, include=["last_report"])
    assert said["lines"] == [("contentsquare.speedlab.monitorings: Reading monitorings: 1 of 1 done", True)]


def test_long_work_of_the_lookup_says_how_far_it_is(
    api: ScriptedApi, said: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PERIOD", 0.0)
    api.expect_identity(reply(identity_answer()))
    look_up(["credentials"], LOGIN)
    assert said["lines"] == [("contentsquare.speedlab.speedlab: Checking credential pairs: 1 of 1 done", True)]
