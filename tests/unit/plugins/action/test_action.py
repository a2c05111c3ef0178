# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The in-process front: when it runs the task itself, what the task sees, and what is hidden."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.action import (
    speedlab_credentials_info,
    speedlab_event,
    speedlab_har,
    speedlab_monitoring_info,
    speedlab_token,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http import session as http
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support import progress
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import action as _action
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.actions import Play
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
TOKEN, MONITORINGS, CREDENTIALS = (
    each.ActionModule for each in (speedlab_token, speedlab_monitoring_info, speedlab_credentials_info)
)
EVENT, HAR = speedlab_event.ActionModule, speedlab_har.ActionModule
QUIET = {"return_token": False}


# --- here or elsewhere ------------------------------------------------------------------------------------------------


def test_on_a_local_connection_the_task_runs_here(api: ScriptedApi) -> None:
    api.expect_token()
    play = Play(TOKEN, LOGIN)
    assert play.run()["access_token"] == "token-number-1"
    assert play.ran_as_module == []


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"transport": "ssh"},
        {"transport": "community.docker.docker"},
        {"become": True},
        {"async_val": 30},
        {"variables": {"speedlab_in_process": False}},
        {"variables": {"speedlab_in_process": "no"}},
    ],
)
def test_otherwise_the_module_runs_and_nothing_is_asked_here(api: ScriptedApi, elsewhere: dict[str, Any]) -> None:
    play = Play(TOKEN, {**LOGIN, **QUIET}, **elsewhere, as_module=lambda play: {"changed": True, "cached": False})
    assert play.run() == {"changed": True, "cached": False}
    (options,) = play.ran_as_module
    assert options["module_name"] == "contentsquare.speedlab.speedlab_token"
    assert options["module_args"] == {**LOGIN, **QUIET}
    assert options["task_vars"] == {**play.variables, "ansible_no_target_syslog": True}
    assert options["wrap_async"] == elsewhere.get("async_val", 0)


@pytest.mark.parametrize("value", [True, "yes", "true"])
def test_the_wish_to_run_here_is_the_default(api: ScriptedApi, value: Any) -> None:
    api.expect_token()
    play = Play(TOKEN, LOGIN, variables={"speedlab_in_process": value})
    play.run()
    assert play.ran_as_module == []


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"transport": "ssh"},
        {"transport": "winrm"},
        {"become": True},
        {"transport": "ssh", "become": True, "variables": {"ansible_python_interpreter": "/nowhere/python"}},
    ],
)
@pytest.mark.parametrize("always", ["always", "Always"])
def test_always_runs_here_whatever_connection_and_become_say(
    api: ScriptedApi, elsewhere: dict[str, Any], always: str
) -> None:
    api.expect_token()
    variables = {**elsewhere.get("variables", {}), "speedlab_in_process": always}
    play = Play(TOKEN, LOGIN, **{**elsewhere, "variables": variables})
    assert play.run()["access_token"] == "token-number-1"
    assert play.ran_as_module == []


def test_always_does_not_go_with_async_and_says_so_before_anything_runs() -> None:
    play = Play(TOKEN, {**LOGIN, **QUIET}, async_val=30, variables={"speedlab_in_process": "always"})
    failed = play.run()
    assert "speedlab_in_process is always, which does not go with async" in failed["msg"]
    assert play.ran_as_module == []


def test_always_without_requests_says_which_python_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (_action, http):
        monkeypatch.setattr(module, "REQUESTS_IMPORT_ERROR", "Traceback ...")
    play = Play(TOKEN, {**LOGIN, **QUIET}, transport="ssh", variables={"speedlab_in_process": "always"})
    failed = play.run()
    assert failed["failure"]["code"] == "library_missing"
    assert "requests" in failed["msg"]
    assert sys.executable in failed["msg"]
    assert play.ran_as_module == []


def test_where_this_python_lacks_requests_the_module_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_action, "REQUESTS_IMPORT_ERROR", "Traceback ...")
    play = Play(TOKEN, {**LOGIN, **QUIET})
    play.run()
    assert len(play.ran_as_module) == 1


# --- what the task sees -----------------------------------------------------------------------------------------------


def test_the_environment_of_the_task_is_seen_by_it_and_by_nobody_after_it(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", "id-of-controller")
    monkeypatch.delenv("https_proxy", raising=False)
    before = dict(os.environ)
    own = {"SPEEDLAB_CLIENT_ID": "id-of-task", "SPEEDLAB_CLIENT_SECRET": "secret-of-task", "SPEEDLAB_PROJECT_ID": 7}
    api.expect_token(pair=Pair("id-of-task", "secret-of-task", project_id=7))
    Play(TOKEN, {}, environment={**own, "https_proxy": "http://proxy.example:3128"}).run()
    assert api.calls[0].proxies["https"] == "http://proxy.example:3128"
    assert dict(os.environ) == before


def test_the_environment_is_restored_after_a_failure_as_well(api: ScriptedApi) -> None:
    before = dict(os.environ)
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    assert Play(TOKEN, LOGIN, environment={"SPEEDLAB_X": "1"}).run()["failed"] is True
    assert Play(TOKEN, {**LOGIN, "nonsense": 1}, environment={"SPEEDLAB_X": "1"}).run()["failed"] is True
    assert dict(os.environ) == before


def test_check_mode_and_diff_mode_reach_the_task(api: ScriptedApi) -> None:
    result = Play(TOKEN, {**LOGIN, **QUIET}, check=True, diff=True).run()
    assert result["changed"] is True
    assert result["diff"]["after"] == {"project_id": None, "scopes": ["speed-analysis"]}


def test_progress_is_displayed_under_the_name_of_the_task(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(_action.display, "display", said.append)
    monkeypatch.setattr(progress, "_PERIOD", 0.0)
    api.expect_identity(reply(samples.identity_answer()))
    Play(CREDENTIALS, LOGIN).run()
    assert said == ["contentsquare.speedlab.a_task : Read it: Checking credential pairs: 1 of 1 done"]


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_a_result_with_the_token_is_hidden_on_display_and_keeps_it_for_register(api: ScriptedApi) -> None:
    api.expect_token()
    result = Play(TOKEN, LOGIN).run()
    assert result["_ansible_no_log"] is True
    assert result["access_token"] == "token-number-1"


@pytest.mark.parametrize("given", [QUIET, {"state": "absent"}])
def test_a_result_without_the_token_is_shown(api: ScriptedApi, given: dict[str, Any]) -> None:
    if given is QUIET:
        api.expect_token()
    assert "_ansible_no_log" not in Play(TOKEN, {**LOGIN, **given}).run()


def test_a_check_without_a_cached_token_has_nothing_to_hide(api: ScriptedApi) -> None:
    assert "_ansible_no_log" not in Play(TOKEN, LOGIN, check=True).run()


@pytest.mark.parametrize(("action", "given"), [(TOKEN, {}), (MONITORINGS, {"redact": False})])
def test_a_failure_is_shown_even_if_secrets_were_asked_for(
    api: ScriptedApi, action: Any, given: dict[str, Any]
) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    result = Play(action, {**LOGIN, **given}).run()
    assert result["failed"] is True
    assert "_ansible_no_log" not in result


@pytest.mark.parametrize("redact", [True, False])
def test_unredacted_monitorings_are_hidden_on_display(api: ScriptedApi, redact: bool) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    assert Play(MONITORINGS, {**LOGIN, "redact": redact}).run().get("_ansible_no_log", False) is not redact


def test_a_hidden_result_of_a_module_is_hidden_as_well() -> None:
    secretive = Play(TOKEN, LOGIN, transport="ssh", as_module=lambda play: {"access_token": "x"})
    assert secretive.run()["_ansible_no_log"] is True
    failed = Play(TOKEN, LOGIN, transport="ssh", as_module=lambda play: {"failed": True, "msg": "no"})
    assert "_ansible_no_log" not in failed.run()


def test_secrets_are_masked_in_results_and_warnings(api: ScriptedApi) -> None:
    api.expect_token()
    listed = [{"id": 1, "name": f"named {PAIR.client_secret} by mistake"}]
    api.expect_lab("monitoring/list", {}, {"monitorings": listed})
    result = Play(MONITORINGS, {**LOGIN, "validate_certs": False, "monitoring_id": [1, 2]}).run()
    assert PAIR.client_secret not in str(result)
    assert len(result["warnings"]) == 2


def test_a_secret_of_the_environment_is_masked_as_one_of_the_arguments_is(api: ScriptedApi) -> None:
    own = {"SPEEDLAB_CLIENT_ID": "id", "SPEEDLAB_CLIENT_SECRET": "CANARY-of-task"}
    api.expect_token(pair=Pair("id", "CANARY-of-task"))
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1, "name": "CANARY-of-task"}]})
    assert "CANARY" not in str(Play(MONITORINGS, {}, environment=own).run())


def test_secrets_and_tokens_are_registered_for_masking(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []
    monkeypatch.setattr(_action, "register_secrets", registered.extend)
    api.expect_token()
    Play(TOKEN, LOGIN).run()
    assert set(registered) >= {PAIR.client_secret, "token-number-1"}


# --- async ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "given"), [(TOKEN, {}), (MONITORINGS, {"redact": False})])
def test_a_task_whose_result_may_hold_secrets_refuses_async(action: Any, given: dict[str, Any]) -> None:
    play = Play(action, {**LOGIN, **given}, async_val=30)
    result = play.run()
    assert result["failed"] is True
    assert "does not support async" in result["msg"]
    assert play.ran_as_module == []


def test_a_task_whose_result_holds_none_runs_async_as_a_module() -> None:
    play = Play(MONITORINGS, LOGIN, async_val=30)
    play.run()
    assert play.ran_as_module[0]["wrap_async"] == 30


# --- wrong arguments: no module runs, since it would give them back at -vvv -------------------------------------------

ENTRY = {"name": "prod", "client_id": "id"}


@pytest.mark.parametrize(
    ("action", "wrong", "named"),
    [
        (TOKEN, {"clientsecret": "CANARY-misspelt"}, "clientsecret"),
        (TOKEN, {"min_validity": "CANARY-elsewhere", "client_secret": "CANARY-elsewhere"}, "min_validity"),
        (TOKEN, {"client_secret": ["CANARY-in-a-list"]}, "client_secret has to be a text, but is a list"),
        (TOKEN, {"client_secret": {"CANARY": "CANARY"}}, "client_secret has to be a text, but is a dictionary"),
        (CREDENTIALS, {"credentials": {**ENTRY, "client_secret": "CANARY-of-entry"}}, "credentials has to be a list"),
        (CREDENTIALS, {"credentials": ["CANARY-of-entry"]}, "credentials: an entry has to be a dictionary"),
        (CREDENTIALS, {"credentials": [{**ENTRY, "client_secret": ["CANARY-x"]}]}, "credentials: client_secret"),
        (CREDENTIALS, {"credentials": [{**ENTRY, "client_secret": "CANARY' \\ \"x", "nmae": "x"}]}, "nmae"),
        (MONITORINGS, {"redact": "perhaps"}, "redact"),
    ],
)
@pytest.mark.parametrize("where", [{}, {"transport": "ssh"}, {"async_val": 30}])
def test_wrong_arguments_are_refused_by_name_wherever_the_task_would_run(
    api: ScriptedApi, action: Any, wrong: dict[str, Any], named: str, where: dict[str, Any]
) -> None:
    play = Play(action, {**LOGIN, **wrong}, **where)
    result = play.run()
    assert result["failed"] is True
    assert named in result["msg"]
    assert "CANARY" not in str(result)
    assert play.ran_as_module == []


FRACTION, BOOLEAN = "is a number with a decimal point", "is a boolean"


@pytest.mark.parametrize(
    ("action", "wrong", "named"),
    [
        (EVENT, {"key": 10.40, "text": "x"}, f"key {FRACTION}"),
        (EVENT, {"key": "x", "text": 10.40}, f"text {FRACTION}"),
        (EVENT, {"key": True, "text": "x"}, f"key {BOOLEAN}"),
        (EVENT, {"state": "absent", "key_pattern": 1.0}, f"key_pattern {FRACTION}"),
        (EVENT, {"key": "x", "text": "x", "monitorings": ["Home", 10.40]}, f"monitorings {FRACTION}"),
        (EVENT, {"key": "x", "text": "x", "scenarios": False}, f"scenarios {BOOLEAN}"),
        (EVENT, {"deployment": {"version": 10.40}}, f"deployment: version {FRACTION}"),
        (EVENT, {"deployment": {"environment": False}}, f"deployment: environment {BOOLEAN}"),
        (CREDENTIALS, {"credentials": [{**ENTRY, "name": 10.40}]}, f"credentials: name {FRACTION}"),
        (CREDENTIALS, {"credentials": [{**ENTRY, "environment": False}]}, f"credentials: environment {BOOLEAN}"),
        (MONITORINGS, {"name": 10.40}, f"name {FRACTION}"),
        (MONITORINGS, {"state": [True]}, f"state {BOOLEAN}"),
        (TOKEN, {"client_secret": 12345678.5}, f"client_secret {FRACTION}"),
        (TOKEN, {"client_id": 12345678.5}, f"client_id {FRACTION}"),
        (HAR, {"report_id": "x", "dest": 10.40}, f"dest {FRACTION}"),
    ],
)
@pytest.mark.parametrize("where", [{}, {"transport": "ssh"}])
def test_text_that_yaml_has_changed_is_refused_with_the_advice_to_quote_it(
    api: ScriptedApi, action: Any, wrong: dict[str, Any], named: str, where: dict[str, Any]
) -> None:
    play = Play(action, {**LOGIN, **wrong}, **where)
    result = play.run()
    assert result["failed"] is True
    assert result["msg"].startswith(named)
    assert "in quotes" in result["msg"]
    assert "12345678" not in str(result)
    assert play.ran_as_module == []


@pytest.mark.parametrize(
    ("key", "text"),
    [(4711, "4711"), (date(2026, 11, 25), "2026-11-25"), (datetime(2026, 11, 25, 10), "2026-11-25T10:00:00")],
)
def test_a_date_or_a_whole_number_is_the_text_that_the_user_wrote(api: ScriptedApi, key: Any, text: str) -> None:
    api.expect_token()
    api.expect_lab("event/list", {"key": text}, {"events": []})
    assert Play(EVENT, {**LOGIN, "state": "absent", "key": key}).run()["changed"] is False


# --- modules elsewhere ------------------------------------------------------------------------------------------------


def contexts(play: Play) -> dict[str, Any]:
    """What the connection and the action know while the module runs."""
    return {"connection": play.connection._play_context.no_log, "action": play.action._play_context.no_log}


@pytest.mark.parametrize(
    ("action", "given", "quiet"),
    [
        (TOKEN, {}, True),
        (TOKEN, QUIET, False),
        (MONITORINGS, {"redact": False}, True),
        (MONITORINGS, {}, False),
        (CREDENTIALS, {}, False),
    ],
)
def test_a_connection_is_quiet_while_a_module_returns_secrets_and_only_then(
    action: Any, given: dict[str, Any], quiet: bool
) -> None:
    play = Play(action, {**LOGIN, **given}, transport="ssh", as_module=contexts)
    result = play.run()
    assert (result["connection"], result["action"]) == (quiet, quiet)
    assert play.play_context.no_log is False
    assert play.connection._play_context is play.action._play_context is play.play_context


def test_a_connection_is_as_loud_as_before_after_a_failure() -> None:
    def fail(play: Play) -> dict[str, Any]:
        raise ConnectionError("gone")

    play = Play(TOKEN, LOGIN, transport="ssh", as_module=fail)
    with pytest.raises(ConnectionError):
        play.run()
    assert play.connection._play_context is play.action._play_context is play.play_context


@pytest.mark.parametrize("name", ["SPEEDLAB_CLIENT_SECRET", "SPEEDLAB_ACCESS_TOKEN"])
def test_a_secret_in_the_environment_of_the_task_never_gets_onto_a_command_line(name: str) -> None:
    play = Play(TOKEN, LOGIN, transport="ssh", environment={name: "CANARY-of-task"})
    result = play.run()
    assert result["failed"] is True
    assert name in result["msg"]
    assert "CANARY" not in str(result)
    assert play.ran_as_module == []


def test_other_variables_in_the_environment_of_the_task_are_no_matter() -> None:
    play = Play(TOKEN, LOGIN, transport="ssh", environment={"SPEEDLAB_CLIENT_ID": "x", "https_proxy": "y"})
    play.run()
    assert len(play.ran_as_module) == 1


def test_what_core_adds_to_the_arguments_of_a_module_stays_out_of_the_next_attempt() -> None:
    play = Play(TOKEN, LOGIN, transport="ssh")
    play.run()
    play.ran_as_module[0]["module_args"]["_ansible_check_mode"] = False
    assert "_ansible_check_mode" not in play.task.args


def test_a_refusal_of_the_front_carries_what_playbooks_branch_on() -> None:
    failed = Play(TOKEN, {**LOGIN, "timeout": "soon"}).run()
    assert failed["failure"]["code"] == "bad_input"
    assert failed["failure"]["retryable"] is False


@pytest.mark.parametrize("transport", ["local", "ssh"])
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"project_id": "42\u200b"}, "project_id ends with U+200B ZERO WIDTH SPACE (a format character)."),
        ({"timeout": "\ufeff5"}, "timeout begins with U+FEFF ZERO WIDTH NO-BREAK SPACE (a byte order mark)."),
        (
            {"validate_certs": "tr\u00adue"},
            "validate_certs has U+00AD SOFT HYPHEN (a format character) as character 3.",
        ),
    ],
)
def test_what_nobody_sees_in_a_number_or_a_yes_or_no_of_a_task_is_named(
    wrong: dict[str, str], told: str, transport: str
) -> None:
    play = Play(TOKEN, {**LOGIN, **wrong}, transport=transport)
    assert play.run()["msg"] == told
    assert play.ran_as_module == []


def test_a_loop_over_secrets_hides_what_ansible_prints_of_its_items(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(_action.display, "warning", told.append)
    items = [{"secret": LOGIN["client_secret"]}]
    api.expect_token()
    quiet = {**LOGIN, "return_token": False}
    assert Play(TOKEN, quiet, loop=items, variables={"item": items[0]}).run()["_ansible_no_log"] is True
    assert "_ansible_no_log" not in Play(TOKEN, quiet, loop=["shop"], variables={"item": "shop"}).run()
    assert told == []
    failed = Play(TOKEN, {**quiet, "min_validity": -1}, loop=items, variables={"item": items[0]}).run()
    assert failed["_ansible_no_log"] is True
    assert "min_validity is -1" in told[0]


@pytest.mark.parametrize("value", ["maybe", "", None, 2, ["always"], {"always": True}, "always, please"])
def test_a_wish_that_is_neither_always_nor_true_nor_false_is_refused(value: Any) -> None:
    play = Play(TOKEN, LOGIN, variables={"speedlab_in_process": value})
    assert "speedlab_in_process has to be always, true or false" in play.run()["msg"]
    assert play.ran_as_module == []
