# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The front for modules: arguments in, result out, nothing secret in it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.plugins.modules import (
    speedlab_credentials_info,
    speedlab_monitoring_info,
    speedlab_token,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.modules import printed_by_module, run_module
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

MODULES = [speedlab_credentials_info, speedlab_monitoring_info, speedlab_token]
LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}


def test_speedlab_token_returns_what_its_task_found(api: ScriptedApi) -> None:
    api.expect_token()
    result = run_module(speedlab_token.TASK, LOGIN)
    assert (result["access_token"], result["changed"], result["endpoint"]) == (
        "token-number-1",
        True,
        samples.ENDPOINT,
    )


def test_speedlab_credentials_info_returns_what_its_task_found(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()))
    result = run_module(speedlab_credentials_info.TASK, LOGIN)
    assert (result["credentials"][0]["live"], result["changed"]) == ("accepted", False)


def test_speedlab_monitoring_info_returns_what_its_task_found(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {"name": "Shop"}, {"monitorings": [{"id": 5}]})
    result = run_module(speedlab_monitoring_info.TASK, {**LOGIN, "name": "Shop"})
    assert result["monitorings"][0]["id"] == 5


def test_check_mode_and_diff_mode_reach_the_task(api: ScriptedApi) -> None:
    result = run_module(speedlab_token.TASK, LOGIN, check=True, diff=True)
    assert result["changed"] is True
    assert result["diff"]["after"] == {"project_id": None, "scopes": ["speed-analysis"]}


def test_a_failure_is_one_with_its_code(api: ScriptedApi) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    result = run_module(speedlab_token.TASK, LOGIN)
    assert (result["failed"], result["failure"]["code"]) == (True, "pair_refused")
    assert "traceback" not in json.dumps(result).lower()


@pytest.mark.parametrize("module", MODULES)
def test_an_option_that_is_not_there_is_refused(api: ScriptedApi, module: Any) -> None:
    result = run_module(module.TASK, {**LOGIN, "clientid": "x"})
    assert result["failed"] is True
    assert "clientid" in result["msg"]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_takes_the_pair_of_the_environment(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch, module: Any
) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", PAIR.client_id)
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", PAIR.client_secret)
    if module is speedlab_credentials_info:
        api.expect_identity(reply(samples.identity_answer()))
    else:
        api.expect_token()
    if module is speedlab_monitoring_info:
        api.expect_lab("monitoring/list", {}, {"monitorings": []})
    assert not run_module(module.TASK, {}).get("failed")


def test_a_secret_of_the_environment_is_masked_as_one_of_the_arguments_is(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", "id")
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", "CANARY-of-environment")
    api.expect_token(reply(samples.token_answer()), pair=Pair("id", "CANARY-of-environment"))
    listed = [{"id": 1, "name": "named CANARY-of-environment by mistake"}]
    api.expect_lab("monitoring/list", {}, {"monitorings": listed})
    assert "CANARY" not in json.dumps(run_module(speedlab_monitoring_info.TASK, {}))


@pytest.mark.parametrize(
    "arguments",
    [
        {"client_id": "id", "client_secret": "CANARY-of-argument"},
        {"client_id": "id", "client_secret": "CANARY!"},
        {"access_token": "CANARY-of-argument"},
        {"access_token": "CANARY-of-argument", "endpoint": "https://evil.example"},
        {"client_id": "id", "client_secret": "CANARY-of-argument", "auth_url": "http://evil.example"},
    ],
)
def test_no_failure_shows_a_secret_argument(api: ScriptedApi, arguments: dict[str, Any]) -> None:
    if len(arguments) == 2 and arguments.get("client_secret") == "CANARY-of-argument":
        echo = {"error": "invalid_client", "error_description": "CANARY-of-argument is wrong"}
        api.expect_token(reply(echo, 401), pair=Pair("id", "CANARY-of-argument"))
    result = run_module(speedlab_monitoring_info.TASK, arguments)
    assert result["failed"] is True
    assert "CANARY" not in json.dumps(result)


def test_the_secret_of_an_entry_is_masked(api: ScriptedApi) -> None:
    entry = {"name": "prod CANARY-of-entry", "client_id": "id", "client_secret": "CANARY-of-entry"}
    result = run_module(speedlab_credentials_info.TASK, {"credentials": [entry], "verify": "none"})
    assert "CANARY-of-entry" not in json.dumps(result)
    assert result["status"] == "unknown"


def test_a_module_sends_back_no_secret_that_only_its_own_host_knows(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for masking: since ansible-core 2.22, what a module registers is beside its result."""
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", "id")
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", "CANARY-of-environment")
    api.expect_token(pair=Pair("id", "CANARY-of-environment"))
    printed = printed_by_module(speedlab_token.TASK, {"return_token": False})
    assert json.loads(printed)["changed"] is True
    assert "CANARY" not in printed
    assert "token-number-1" not in printed


def test_warnings_of_the_task_are_warnings_of_the_module(api: ScriptedApi, capsys: pytest.CaptureFixture[str]) -> None:
    """In the result; or shown at once, where a controller of ansible-core 2.19 and later runs the module itself."""
    api.expect_token()
    result = run_module(speedlab_token.TASK, {**LOGIN, "validate_certs": False})
    told = f"{result.get('warnings')} {capsys.readouterr().err}"
    assert "validate_certs is false" in " ".join(told.split())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_run_as_a_program_reads_its_arguments_and_prints_its_result(module: Any) -> None:
    """As Ansible does on a target; wrong options end it before any request."""
    code = (
        "import runpy, sys\n"
        f"sys.path[:] = {sys.path!r}\n"
        "from ansible.module_utils import basic\n"
        'basic._ANSIBLE_ARGS = b\'{"ANSIBLE_MODULE_ARGS": {"scopes": 5, "timeout": "never"}}\'\n'
        "basic._ANSIBLE_PROFILE = 'legacy'\n"
        f"runpy.run_module({module.__name__!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["failed"] is True, done.stderr
    assert "timeout" in json.loads(done.stdout)["msg"]
