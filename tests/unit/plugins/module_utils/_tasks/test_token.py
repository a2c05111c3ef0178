# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_token: idempotent, truthful in check mode, and without the token where it is not asked for."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.token import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples, tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply


def run(**given: Any) -> tasks.Run:
    return tasks.run(TASK, **{**tasks.LOGIN, **given})


def cached_token() -> Any:
    return samples.client(token_cache_path=cache_path()).tokens.cached(PAIR)


def cache_path() -> str:
    return os.path.join(os.environ["XDG_CACHE_HOME"], "contentsquare-speedlab")


# --- present ----------------------------------------------------------------------------------------------------------


def test_the_first_run_asks_for_a_token_and_returns_all_of_it(api: ScriptedApi, clock: Clock) -> None:
    api.expect_token()
    assert run().result == {
        "access_token": "token-number-1",
        "token_type": "bearer",
        "expires_at": "2026-11-23T23:35:43Z",
        "expires_in": 3600,
        "scopes": ["speed-analysis"],
        "project_id": 42,
        "endpoint": samples.ENDPOINT,
        "cached": False,
        "changed": True,
    }


def test_the_second_run_changes_nothing_and_asks_for_nothing(api: ScriptedApi, clock: Clock) -> None:
    api.expect_token()
    run()
    clock.now += 100
    again = run().result
    assert (again["changed"], again["cached"], again["access_token"]) == (False, True, "token-number-1")
    assert again["expires_in"] == 3500


def test_by_force_every_run_asks(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_token(token="token-number-2")
    run()
    assert run(force=True).result["access_token"] == "token-number-2"


@pytest.mark.parametrize(("min_validity", "changed"), [(0, False), (599, False), (601, True)])
def test_a_token_that_ends_too_soon_is_replaced(
    api: ScriptedApi, clock: Clock, min_validity: int, changed: bool
) -> None:
    api.expect_token()
    run()
    clock.now += 3000
    if changed:
        api.expect_token(token="token-number-2")
    assert run(min_validity=min_validity).result["changed"] is changed


def test_a_validity_that_no_token_has_is_a_warning(api: ScriptedApi) -> None:
    api.expect_token()
    done = run(min_validity=4000)
    assert done.result["changed"] is True
    assert "less than min_validity" in done.warnings[0]


def test_without_return_token_the_result_has_all_but_the_token(api: ScriptedApi) -> None:
    api.expect_token()
    done = run(return_token=False)
    assert "access_token" not in done.result
    assert "token-number-1" not in str(done.result)
    assert "token-number-1" in done.execution.secrets


def test_project_and_scopes_of_the_task_are_asked_for(api: ScriptedApi) -> None:
    pair = Pair(PAIR.client_id, PAIR.client_secret, ("metrics", "speed-analysis"), 7)
    api.expect_token(reply(samples.token_answer(scope="speed-analysis metrics", project_id=7)), pair=pair)
    found = run(project_id=7, scopes="speed-analysis, metrics").result
    assert (found["scopes"], found["project_id"]) == (["speed-analysis", "metrics"], 7)


def test_a_refused_pair_is_a_failure_with_its_code_and_no_change(api: ScriptedApi) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    failed = run().failure
    assert (failed["code"], failed["status"], failed["changed"]) == ("pair_refused", 401, False)
    assert PAIR.client_id in failed["msg"]


# --- check mode -------------------------------------------------------------------------------------------------------


def test_check_mode_without_a_token_announces_a_change_and_makes_no_request(api: ScriptedApi) -> None:
    assert run(check_mode=True).result == {
        "changed": True,
        "cached": False,
        "scopes": ["speed-analysis"],
        "project_id": None,
    }


def test_check_mode_with_a_token_returns_it_and_announces_none(api: ScriptedApi) -> None:
    api.expect_token()
    run()
    found = run(check_mode=True)
    assert (found.result["changed"], found.result["access_token"]) == (False, "token-number-1")
    assert "token-number-1" in found.execution.secrets


def test_check_mode_by_force_announces_a_change(api: ScriptedApi) -> None:
    api.expect_token()
    run()
    found = run(check_mode=True, force=True).result
    assert found["changed"] is True
    assert "access_token" not in found


def test_check_mode_announces_what_the_run_then_does(api: ScriptedApi, clock: Clock) -> None:
    for seconds in (0, 100, 3600):
        clock.now += seconds
        announced = run(check_mode=True).result["changed"]
        if announced:
            api.expect_token()
        assert run().result["changed"] is announced


# --- absent -----------------------------------------------------------------------------------------------------------


def test_absent_forgets_the_token_and_the_second_time_changes_nothing(api: ScriptedApi) -> None:
    api.expect_token()
    run()
    assert run(state="absent").result == {"changed": True, "cached": False}
    assert cached_token() is None
    assert run(state="absent").result == {"changed": False, "cached": False}


def test_absent_in_check_mode_announces_the_change_and_keeps_the_token(api: ScriptedApi) -> None:
    assert run(state="absent", check_mode=True).result["changed"] is False
    api.expect_token()
    run()
    assert run(state="absent", check_mode=True).result["changed"] is True
    assert cached_token() is not None


def test_absent_leaves_the_tokens_of_other_scopes(api: ScriptedApi) -> None:
    api.expect_token()
    run()
    assert run(state="absent", scopes=["metrics"]).result["changed"] is False
    assert cached_token() is not None


# --- diff -------------------------------------------------------------------------------------------------------------

SEEN = {
    "token_type": "bearer",
    "expires_at": "2026-11-23T23:35:43Z",
    "scopes": ["speed-analysis"],
    "project_id": 42,
    "endpoint": samples.ENDPOINT,
}


def test_a_diff_shows_all_but_the_token(api: ScriptedApi, clock: Clock) -> None:
    planned = run(check_mode=True, diff_mode=True).result["diff"]
    assert planned == {"before": {}, "after": {"scopes": ["speed-analysis"], "project_id": None}}
    api.expect_token()
    assert run(diff_mode=True).result["diff"] == {"before": {}, "after": SEEN}
    assert run(diff_mode=True).result["diff"] == {"before": SEEN, "after": SEEN}
    assert run(diff_mode=True, state="absent").result["diff"] == {"before": SEEN, "after": {}}
    assert run(diff_mode=True, state="absent").result["diff"] == {"before": {}, "after": {}}


def test_without_diff_mode_there_is_none(api: ScriptedApi) -> None:
    api.expect_token()
    assert "diff" not in run().result


# --- wrong input: no request is made ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"access_token": "a-ready-token", "endpoint": samples.ENDPOINT}, "bad_input"),
        ({"min_validity": -1}, "bad_input"),
        ({"client_secret": "short"}, "bad_input"),
        ({"scopes": ["enrichment", "metrics"]}, "bad_input"),
        ({"client_id": None, "client_secret": None}, "credentials_missing"),
    ],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_wrong_input_fails_before_any_request(api: ScriptedApi, given: dict[str, Any], code: str, state: str) -> None:
    assert run(state=state, **given).failure["code"] == code


def test_the_token_of_the_environment_is_ignored(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEEDLAB_ACCESS_TOKEN", "token-of-environment")
    monkeypatch.setenv("SPEEDLAB_ENDPOINT", samples.ENDPOINT)
    api.expect_token()
    assert run().result["access_token"] == "token-number-1"


# --- hiding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "may_return_secrets"),
    [
        ({"state": "present", "return_token": True}, True),
        ({"state": "present", "return_token": False}, False),
        ({"state": "absent", "return_token": True}, False),
    ],
)
def test_the_task_knows_whether_its_result_may_hold_the_token(
    options: dict[str, Any], may_return_secrets: bool
) -> None:
    assert TASK.may_return_secrets(options) is may_return_secrets


def test_a_result_without_the_token_need_not_be_hidden() -> None:
    assert TASK.returns_secret({"access_token": "x"})
    assert not TASK.returns_secret({"cached": False})


def test_a_token_that_is_asked_for_is_returned_even_if_it_is_a_secret_of_the_environment(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_ACCESS_TOKEN", "token-number-1")
    api.expect_token()
    assert run().result["access_token"] == "token-number-1"
