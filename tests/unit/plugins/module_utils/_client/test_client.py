# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client: it logs in by itself, once, and tells what went wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client, Reporter
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import EXPIRED, PAIR, WRONG_PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import (
    Call,
    Reply,
    ScriptedApi,
    reply,
    text_reply,
)

LIST = "monitoring/list"
NO_MONITORINGS: dict[str, Any] = {"monitorings": []}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Client]:
    """Clients of one machine: they share a cache directory."""

    def made(**given: Any) -> Client:
        return samples.client(**{"token_cache_path": str(tmp_path / "speedlab"), **given})

    return made


def in_threads(count: int, work: Callable[[], Any]) -> None:
    """``work`` in so many threads at once; a failure of one of them fails the test."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait(10)
        try:
            work()
        except (errors.SpeedlabError, AssertionError) as error:
            failures.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert failures == []


def slowly(answer: Reply, seconds: float = 0.05) -> Callable[[Call], Reply]:
    """Time enough for others to come along meanwhile."""

    def answered(call: Call) -> Reply:
        time.sleep(seconds)
        return answer

    return answered


def once_all_asked(count: int, answer: Reply) -> Callable[[Call], Reply]:
    """The same answer for so many calls, as soon as all of them are waiting for it."""
    barrier = threading.Barrier(count)

    def answered(call: Call) -> Reply:
        barrier.wait(10)
        return answer

    return answered


# --- one token --------------------------------------------------------------------------------------------------------


def test_a_client_that_is_asked_for_nothing_asks_for_nothing(api: ScriptedApi, make: Callable[..., Client]) -> None:
    make()
    assert api.calls == []


def test_the_first_call_logs_in_and_goes_to_the_base_url_of_the_token(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    base = "https://api.us-east-1.production.contentsquare.com/gate"
    api.expect_token(endpoint=f"{base}/")
    api.expect_lab(LIST, {}, NO_MONITORINGS, endpoint=base)
    assert make().lab.monitorings() == []


def test_further_calls_tasks_and_threads_share_the_token(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, NO_MONITORINGS, times=3)
    one = make()
    one.lab.monitorings()
    one.lab.monitorings()
    make().lab.monitorings()


@pytest.mark.parametrize("token_cache", [True, False])
def test_many_threads_with_no_token_yet_ask_for_one(
    api: ScriptedApi, make: Callable[..., Client], token_cache: bool
) -> None:
    api.ordered = False
    api.expect_token(slowly(reply(samples.token_answer())))
    api.expect_lab(LIST, {}, NO_MONITORINGS, times=12)
    one = make(token_cache=token_cache)
    in_threads(12, one.lab.monitorings)


def test_many_tasks_with_no_token_yet_ask_for_one(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.ordered = False
    api.expect_token(slowly(reply(samples.token_answer())))
    api.expect_lab(LIST, {}, NO_MONITORINGS, times=8)
    clients = [make() for _each in range(8)]
    in_threads(8, lambda: list(clients.pop().lab.monitorings()))


def test_without_the_cache_each_task_asks_for_its_own(api: ScriptedApi, make: Callable[..., Client]) -> None:
    for number in (1, 2):
        api.expect_token(token=f"token-number-{number}")
        api.expect_lab(LIST, {}, NO_MONITORINGS, bearer=f"token-number-{number}")
    make(token_cache=False).lab.monitorings()
    make(token_cache=False).lab.monitorings()


@pytest.mark.parametrize(("seconds_left", "asks"), [(61, False), (59, True)])
def test_a_token_is_renewed_a_minute_before_its_end(
    api: ScriptedApi, make: Callable[..., Client], clock: Clock, seconds_left: int, asks: bool
) -> None:
    api.expect_token(expires_in=3600)
    first = make()
    first.token(PAIR)
    clock.now += 3600 - seconds_left
    if asks:
        api.expect_token(token="token-number-2")
    assert make().token(PAIR).cached is not asks
    assert first.token(PAIR).token.access_token == ("token-number-2" if asks else "token-number-1")


def test_a_token_that_lives_less_than_the_margin_serves_for_half_its_life(
    api: ScriptedApi, make: Callable[..., Client], clock: Clock
) -> None:
    api.expect_token(expires_in=20)
    api.expect_lab(LIST, {}, NO_MONITORINGS, times=3)
    one = make()
    for _each in range(3):
        one.lab.monitorings()
        clock.now += 4
    api.expect_token(token="token-number-2", expires_in=20)
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2")
    one.lab.monitorings()


def test_a_token_that_lives_less_than_the_margin_serves_other_tasks_as_well(
    api: ScriptedApi, make: Callable[..., Client], clock: Clock
) -> None:
    api.expect_token(expires_in=59)
    assert make().token(PAIR).cached is False
    clock.now += 29
    assert make().token(PAIR).cached is True
    assert make().token_at_hand(PAIR) is not None
    clock.now += 1
    api.expect_token(token="token-number-2", expires_in=59)
    assert make().token(PAIR).token.access_token == "token-number-2"


def test_who_asks_for_a_validity_gets_it_however_short_tokens_live(
    api: ScriptedApi, make: Callable[..., Client], clock: Clock
) -> None:
    api.expect_token(expires_in=100)
    make().token(PAIR)
    clock.now += 45
    assert make().token(PAIR).cached is True
    api.expect_token(token="token-number-2", expires_in=100)
    assert make().token(PAIR, min_validity=60).cached is False


def test_a_longer_validity_may_be_asked_for(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token(expires_in=3600)
    assert make().token(PAIR).cached is False
    assert make().token(PAIR, min_validity=3000).cached is True
    api.expect_token(token="token-number-2", expires_in=7200)
    assert make().token(PAIR, min_validity=3601).token.access_token == "token-number-2"
    assert make().token(PAIR, min_validity=3601).cached is True


def test_by_force_a_new_token_is_asked_for_and_serves_from_then_on(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    api.expect_token(token="token-number-2")
    make().token(PAIR)
    assert make().token(PAIR, force=True).cached is False
    assert make().token(PAIR).token.access_token == "token-number-2"


def test_a_cached_token_may_not_go_where_the_present_settings_do_not_allow_it(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    make().token(PAIR)
    with pytest.raises(errors.EndpointRefused):
        make(allowed_endpoint_domains=["example.com"]).lab.monitorings()


def test_a_token_can_be_seen_without_a_request(api: ScriptedApi, make: Callable[..., Client]) -> None:
    assert make().token_at_hand(PAIR) is None
    api.expect_token()
    make().token(PAIR)
    found = make().token_at_hand(PAIR)
    assert found is not None
    assert found.access_token == "token-number-1"


def test_every_token_that_was_held_is_known_for_masking(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_token(token="token-number-2")
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2")
    one = make()
    one.lab.monitorings()
    assert one.bearers == {"token-number-1", "token-number-2"}
    other = make()
    other.token_at_hand(PAIR)
    assert other.bearers == {"token-number-2"}


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
    early.token(PAIR)
    api.expect_token(token="token-number-2")
    make().token(PAIR, force=True)
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
    early.token(PAIR)
    api.expect_token(token="token-number-2")
    make().token(PAIR, force=True)
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
    early.token(PAIR)
    api.expect_token(token="token-number-2", expires_in=60)
    make().token(PAIR, force=True)
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
    one.token(PAIR)
    api.expect_lab(LIST, {}, once_all_asked(8, reply(EXPIRED, 401)), times=8)
    api.expect_token(slowly(reply(samples.token_answer("token-number-2"))))
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2", times=8)
    in_threads(8, one.lab.monitorings)


def test_many_tasks_with_an_expired_token_renew_it_once(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.ordered = False
    api.expect_token()
    make().token(PAIR)
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


# --- a log-in that fails ----------------------------------------------------------------------------------------------

WAIT = 0.5  # seconds in which all others have surely queued

FAILURES = pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(WRONG_PAIR, 401), errors.PairRefused),
        (reply({"error": "invalid_scope"}, 400), errors.ScopeRefused),
        (reply({}, 503), errors.ServiceUnavailable),
        (text_reply("<h1>proxy</h1>", 200), errors.AnswerNotJson),
    ],
)


def all_fail(clients: list[Client], kind: type[errors.SpeedlabError], **asked: Any) -> list[str]:
    """Every client asks at the same time and fails alike; what they say."""
    said: list[str] = []

    def work() -> None:
        with pytest.raises(errors.SpeedlabError) as caught:
            clients.pop().token(PAIR, **asked)
        assert caught.value.__class__ is kind
        said.append(f"{caught.value} {caught.value.failure()}")

    in_threads(len(clients), work)
    return said


@FAILURES
@pytest.mark.parametrize("tasks", ["one", "each its own"])
def test_a_failure_is_the_answer_for_all_who_waited_for_it(
    api: ScriptedApi, make: Callable[..., Client], answer: Reply, kind: type[errors.SpeedlabError], tasks: str
) -> None:
    api.expect_token(slowly(answer, WAIT))
    clients = [make(retry_timeout=0.0)] * 8 if tasks == "one" else [make(retry_timeout=0.0) for _each in range(8)]
    assert len(set(all_fail(clients, kind))) == 1


def test_the_threads_of_another_task_take_the_failure_as_well(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token(slowly(reply(WRONG_PAIR, 401), WAIT))
    all_fail([make()] * 3 + [make()] * 3, errors.PairRefused)


def test_who_comes_after_a_failure_asks_anew(api: ScriptedApi, make: Callable[..., Client]) -> None:
    one = make()
    for client in (one, one, make()):
        api.expect_token(reply(WRONG_PAIR, 401))
        all_fail([client], errors.PairRefused)
    api.expect_token()
    assert one.token(PAIR).cached is False


def test_who_asks_by_force_takes_no_failure_of_others(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token(slowly(reply(WRONG_PAIR, 401), WAIT))
    api.expect_token(reply(WRONG_PAIR, 401))
    all_fail([make(), make()], errors.PairRefused, force=True)


def test_verification_takes_no_failure_of_others(api: ScriptedApi, make: Callable[..., Client]) -> None:
    for _each in range(2):
        api.expect_token(reply(WRONG_PAIR, 401))
    all_fail([make()], errors.PairRefused)
    with pytest.raises(errors.PairRefused):
        make().new_token(PAIR)


def test_without_the_cache_each_task_meets_a_failure_of_its_own(api: ScriptedApi, make: Callable[..., Client]) -> None:
    for _each in range(2):
        api.expect_token(slowly(reply(WRONG_PAIR, 401), WAIT))
    all_fail([make(token_cache=False), make(token_cache=False)], errors.PairRefused)


def test_a_failure_that_hangs_on_a_tasks_own_settings_is_its_own(api: ScriptedApi, make: Callable[..., Client]) -> None:
    for _each in range(2):
        api.expect_token(slowly(reply(samples.token_answer()), WAIT))
    all_fail([make(allowed_endpoint_domains=["a.example"]) for _each in range(2)], errors.EndpointRefused)


def test_the_record_of_a_failure_is_private_and_goes_with_the_next_token(
    api: ScriptedApi, make: Callable[..., Client], tmp_path: Path
) -> None:
    api.expect_token(reply({"error": "invalid_client", "error_description": "CANARY"}, 401))
    all_fail([make()], errors.PairRefused)
    (record,) = (tmp_path / "speedlab" / "locks").glob("*.failed")
    assert record.stat().st_mode & 0o777 == 0o600
    for text in ("CANARY", PAIR.client_id, PAIR.client_secret, samples.AUTH, "PairRefused"):
        assert text.encode() not in record.read_bytes()
    api.expect_token()
    make().token(PAIR)
    assert not record.exists()


def test_a_renewal_that_fails_is_the_answer_for_all_threads_that_waited_for_it(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.ordered = False
    api.expect_token()
    one = make()
    one.token(PAIR)
    api.expect_lab(LIST, {}, once_all_asked(4, reply(EXPIRED, 401)), times=4)
    api.expect_token(slowly(reply(WRONG_PAIR, 401), WAIT))

    def work() -> None:
        with pytest.raises(errors.PairRefused):
            one.lab.monitorings()

    in_threads(4, work)


# --- a refused pair ---------------------------------------------------------------------------------------------------


def test_a_refused_pair_takes_its_own_token_out_of_the_cache_and_no_other(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    api.expect_token(reply(samples.token_answer("token-of-other")), pair=samples.OTHER_PAIR)
    make().token(PAIR)
    make(pair=samples.OTHER_PAIR).token(samples.OTHER_PAIR)
    api.expect_identity(reply(WRONG_PAIR, 401))
    with pytest.raises(errors.PairRefused):
        make().identity(PAIR)
    assert make().cached_token(PAIR) is None
    assert make().cached_token(samples.OTHER_PAIR) is not None


def test_a_wrong_secret_does_not_take_the_token_of_the_right_one_away(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    make().token(PAIR)
    wrong = replace(PAIR, client_secret="mistyped-secret")
    api.expect_identity(reply(WRONG_PAIR, 401), pair=wrong)
    with pytest.raises(errors.PairRefused):
        make().identity(wrong)
    assert make().cached_token(PAIR) is not None


@pytest.mark.parametrize(
    "trouble", [reply({}, 500), reply({"error": "invalid_scope"}, 400), text_reply("<h1>proxy</h1>", 403)]
)
def test_trouble_that_says_nothing_on_the_pair_leaves_its_token(
    api: ScriptedApi, make: Callable[..., Client], trouble: Reply
) -> None:
    api.expect_token()
    make().token(PAIR)
    api.expect_identity(trouble)
    with pytest.raises(errors.SpeedlabError):
        make().identity(PAIR)
    assert make().cached_token(PAIR) is not None


def test_an_identity_is_asked_for_anew_each_time(api: ScriptedApi, make: Callable[..., Client]) -> None:
    one = make()
    for _each in range(2):
        api.expect_identity(reply(samples.identity_answer()))
        one.identity(PAIR)


def test_forgetting_tells_whether_there_was_something_to_forget(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    one = make()
    one.token(PAIR)
    assert one.forget(PAIR) is True
    assert one.forget(PAIR) is False
    assert one.token_at_hand(PAIR) is None


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


# --- what a failed task carries ---------------------------------------------------------------------------------------


def every_error() -> list[type[errors.SpeedlabError]]:
    pending: list[type[errors.SpeedlabError]] = [errors.SpeedlabError]
    for kind in pending:
        pending.extend(kind.__subclasses__())
    return pending


@pytest.mark.parametrize("kind", every_error())
def test_every_error_says_what_happened_and_what_to_do_next(kind: type[errors.SpeedlabError]) -> None:
    error = kind("The API is asleep.", status=503, endpoint="https://x.example")
    assert error.message.startswith("The API is asleep. ")
    assert error.message.endswith(".")
    assert str(error) == error.message == f"The API is asleep. {error.hint}"
    assert error.failure() == {
        "code": kind.code,
        "status": 503,
        "endpoint": "https://x.example",
        "retryable": kind.retryable,
        "hint": error.hint,
    }


@pytest.mark.parametrize("kind", every_error())
def test_every_error_can_be_recorded_for_another_process(kind: type[errors.SpeedlabError]) -> None:
    error = kind("The API is asleep.", hint="Wake it.", status=503, endpoint="https://x.example")
    again = errors.recorded(json.loads(json.dumps(error.record())))
    assert again.__class__ is kind
    assert (str(again), again.failure()) == (str(error), error.failure())


@pytest.mark.parametrize("record", [{}, {"kind": "Exception"}, {"kind": "TimedOut"}, {"kind": "TimedOut", "who": "x"}])
def test_what_is_no_record_of_an_error_is_refused(record: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        errors.recorded(record)


def test_codes_are_names_that_a_playbook_can_compare() -> None:
    codes = {kind.code for kind in every_error()}
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)
    # The same to a user, though the client treats them differently.
    alike = {errors.NameServerFailed, errors.ConnectTimedOut, errors.ProxyRefused}
    assert len(codes) == len(every_error()) - len(alike)
