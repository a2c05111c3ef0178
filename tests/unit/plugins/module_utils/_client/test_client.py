# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client: it logs in by itself, and tells what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client, Reporter
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import EXPIRED, PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import (
    Call,
    Reply,
    ScriptedApi,
    reply,
    text_reply,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.threads import in_threads, once_all_asked, slowly

LIST = "monitoring/list"
NO_MONITORINGS: dict[str, Any] = {"monitorings": []}


# --- an expired token -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 400, 403, 429, 503])
@pytest.mark.parametrize("token_cache", [True, False])
def test_a_token_that_the_server_calls_expired_is_renewed_once_and_the_call_repeated_once(
    api: ScriptedApi, make: Callable[..., Client], status: int, token_cache: bool
) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, reply(EXPIRED, status))
    api.expect_token(token="token-number-2")
    api.expect_lab(LIST, {}, {"monitorings": [{"id": 1}]}, bearer="token-number-2")
    assert make(token_cache=token_cache).lab.monitorings() == [{"id": 1}]


def test_the_renewed_token_is_the_one_that_others_find(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_token(token="token-number-2")
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2", times=2)
    make().lab.monitorings()
    make().lab.monitorings()


def test_a_server_that_calls_every_token_expired_gets_one_clear_failure_and_no_loop(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_token(token="token-number-2")
    api.expect_lab(LIST, {}, reply(EXPIRED, 401), bearer="token-number-2")
    with pytest.raises(errors.TokenExpired, match="a moment ago") as caught:
        make().lab.monitorings()
    assert caught.value.status == 401


def test_where_the_token_of_another_task_has_expired_too_one_is_asked_for(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    early = make()
    early.tokens.get(PAIR)
    api.expect_token(token="token-number-2")
    make().tokens.get(PAIR, force=True)
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_lab(LIST, {}, reply(EXPIRED, 401), bearer="token-number-2")
    api.expect_token(token="token-number-3")
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-3")
    assert early.lab.monitorings() == []


def test_even_then_a_server_that_calls_every_token_expired_is_asked_for_one_token_and_no_more(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    early = make()
    early.tokens.get(PAIR)
    api.expect_token(token="token-number-2")
    make().tokens.get(PAIR, force=True)
    for number in (1, 2):
        api.expect_lab(LIST, {}, reply(EXPIRED, 401), bearer=f"token-number-{number}")
    api.expect_token(token="token-number-3")
    api.expect_lab(LIST, {}, reply(EXPIRED, 401), bearer="token-number-3")
    with pytest.raises(errors.TokenExpired, match="a moment ago"):
        early.lab.monitorings()


def test_a_token_of_another_task_that_is_past_its_end_is_not_tried(
    api: ScriptedApi, make: Callable[..., Client], clock: Clock
) -> None:
    early = make()
    api.expect_token(expires_in=7200)
    early.tokens.get(PAIR)
    api.expect_token(token="token-number-2", expires_in=60)
    make().tokens.get(PAIR, force=True)
    clock.now += 61
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_token(token="token-number-3")
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-3")
    assert early.lab.monitorings() == []


@pytest.mark.parametrize("token_cache", [True, False])
def test_many_threads_with_an_expired_token_renew_it_once(
    api: ScriptedApi, make: Callable[..., Client], token_cache: bool
) -> None:
    api.ordered = False
    api.expect_token()
    one = make(token_cache=token_cache)
    one.tokens.get(PAIR)
    api.expect_lab(LIST, {}, once_all_asked(8, reply(EXPIRED, 401)), times=8)
    api.expect_token(slowly(reply(samples.token_answer("token-number-2"))))
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2", times=8)
    in_threads(8, one.lab.monitorings)


def test_many_tasks_with_an_expired_token_renew_it_once(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.ordered = False
    api.expect_token()
    make().tokens.get(PAIR)
    api.expect_lab(LIST, {}, once_all_asked(6, reply(EXPIRED, 401)), times=6)
    api.expect_token(slowly(reply(samples.token_answer("token-number-2"))))
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2", times=6)
    clients = [make() for _each in range(6)]
    in_threads(6, lambda: list(clients.pop().lab.monitorings()))


def test_with_a_single_slot_a_renewal_does_not_wait_for_the_call_it_serves(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_token(token="token-number-2")
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2")
    one = make(concurrency=1)
    in_threads(1, one.lab.monitorings)


# --- a ready token ----------------------------------------------------------------------------------------------------


def ready(make: Callable[..., Client]) -> Client:
    return make(access_token="token-of-the-user", endpoint=samples.ENDPOINT)


def test_a_ready_token_is_used_without_a_log_in(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-of-the-user")
    ready(make).lab.monitorings()


def test_a_ready_token_that_expired_cannot_be_renewed(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_lab(LIST, {}, reply(EXPIRED, 401), bearer="token-of-the-user")
    with pytest.raises(errors.TokenExpired, match="cannot be renewed here"):
        ready(make).lab.monitorings()


def test_without_a_login_a_call_says_what_is_missing(api: ScriptedApi) -> None:
    nobody = Client(samples.settings(), Reporter(warn=samples.refuse_warning))
    with pytest.raises(errors.MissingCredentials):
        nobody.lab.monitorings()


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"errorMessage": "No token"}, 401), errors.TokenRefused),
        (reply({}, 403), errors.AccessDenied),
        (reply({"errorCode": "UNKNOWN"}, 404), errors.NotFound),
        (reply({"errorMessage": "bad date"}, 400), errors.ApiError),
        (reply({"success": False, "errorMessage": "unknown id"}, 200), errors.ApiError),
        (reply({}, 422), errors.ApiError),
        (reply({}, 500), errors.ServiceUnavailable),
        (text_reply("<h1>oops</h1>", 500), errors.ServiceUnavailable),
        (text_reply("<h1>sign in</h1>", 401), errors.TokenRefused),
        (text_reply("<h1>welcome</h1>", 200), errors.AnswerNotJson),
        (text_reply('{"payload": {"monito', 200), errors.AnswerNotJson),
        (text_reply("<h1>bad</h1>", 400), errors.AnswerNotJson),
        (reply({"success": True}, 200), errors.AnswerWrongShape),
        (reply([], 200), errors.AnswerWrongShape),
    ],
)
def test_each_refusal_of_a_call_has_its_own_name_and_says_what_it_was_about(
    api: ScriptedApi, make: Callable[..., Client], answer: Reply, kind: type[errors.SpeedlabError]
) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, answer)
    with pytest.raises(errors.SpeedlabError) as caught:
        make(retry_timeout=0.0).lab.monitorings()
    assert caught.value.__class__ is kind
    assert caught.value.status == answer.status
    assert caught.value.endpoint == f"{samples.ENDPOINT}/v1/speed-analysis/monitoring/list"
    assert kind is errors.TokenRefused or "monitorings" in caught.value.message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_no_refusal_shows_the_token_or_the_secret_that_the_server_echoes(
    api: ScriptedApi, make: Callable[..., Client], status: int
) -> None:
    def echoes(call: Call) -> Reply:
        said = f"You sent {call.authorization} for {PAIR.client_secret}"
        return reply({"success": False, "errorMessage": said, "errorCode": "token-number-1"}, status)

    api.expect_token()
    api.expect_lab(LIST, {}, echoes)
    with pytest.raises(errors.SpeedlabError) as caught:
        make(retry_timeout=0.0).lab.monitorings()
    shown = f"{caught.value} {caught.value.failure()}"
    assert "token-number" not in shown
    assert PAIR.client_secret not in shown


def test_a_payload_of_null_is_an_answer(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    api.expect_lab("monitoring/last-report", {"monitoringId": 5}, None)
    assert make().lab.last_report(5) is None


def test_the_same_warning_is_given_once(tmp_path: Path, api: ScriptedApi) -> None:
    (tmp_path / "file").touch()
    warnings: list[str] = []
    api.expect_token()
    api.expect_lab(LIST, {}, NO_MONITORINGS, times=2)
    one = samples.client(Reporter(warn=warnings.append), token_cache_path=str(tmp_path / "file" / "speedlab"))
    one.lab.monitorings()
    one.lab.monitorings()
    assert len(warnings) == len(set(warnings)) == 2  # of the tokens, and of the calls in flight
