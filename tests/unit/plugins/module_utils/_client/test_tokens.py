# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: one for all who need it, and one failure for all who waited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import EXPIRED, PAIR, WRONG_PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import (
    Reply,
    ScriptedApi,
    reply,
    text_reply,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.threads import in_threads, once_all_asked, slowly

LIST = "monitoring/list"
NO_MONITORINGS: dict[str, Any] = {"monitorings": []}


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
    first.tokens.get(PAIR)
    clock.now += 3600 - seconds_left
    if asks:
        api.expect_token(token="token-number-2")
    assert make().tokens.get(PAIR).cached is not asks
    assert first.tokens.get(PAIR).token.access_token == ("token-number-2" if asks else "token-number-1")


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
    assert make().tokens.get(PAIR).cached is False
    clock.now += 29
    assert make().tokens.get(PAIR).cached is True
    assert make().tokens.at_hand(PAIR) is not None
    clock.now += 1
    api.expect_token(token="token-number-2", expires_in=59)
    assert make().tokens.get(PAIR).token.access_token == "token-number-2"


def test_who_asks_for_a_validity_gets_it_however_short_tokens_live(
    api: ScriptedApi, make: Callable[..., Client], clock: Clock
) -> None:
    api.expect_token(expires_in=100)
    make().tokens.get(PAIR)
    clock.now += 45
    assert make().tokens.get(PAIR).cached is True
    api.expect_token(token="token-number-2", expires_in=100)
    assert make().tokens.get(PAIR, min_validity=60).cached is False


def test_a_longer_validity_may_be_asked_for(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token(expires_in=3600)
    assert make().tokens.get(PAIR).cached is False
    assert make().tokens.get(PAIR, min_validity=3000).cached is True
    api.expect_token(token="token-number-2", expires_in=7200)
    assert make().tokens.get(PAIR, min_validity=3601).token.access_token == "token-number-2"
    assert make().tokens.get(PAIR, min_validity=3601).cached is True


def test_by_force_a_new_token_is_asked_for_and_serves_from_then_on(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    api.expect_token(token="token-number-2")
    make().tokens.get(PAIR)
    assert make().tokens.get(PAIR, force=True).cached is False
    assert make().tokens.get(PAIR).token.access_token == "token-number-2"


def test_a_cached_token_may_not_go_where_the_present_settings_do_not_allow_it(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    make().tokens.get(PAIR)
    with pytest.raises(errors.EndpointRefused):
        make(allowed_endpoint_domains=["example.com"]).lab.monitorings()


def test_a_token_can_be_seen_without_a_request(api: ScriptedApi, make: Callable[..., Client]) -> None:
    assert make().tokens.at_hand(PAIR) is None
    api.expect_token()
    make().tokens.get(PAIR)
    found = make().tokens.at_hand(PAIR)
    assert found is not None
    assert found.access_token == "token-number-1"


def test_every_token_that_was_held_is_known_for_masking(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    api.expect_lab(LIST, {}, reply(EXPIRED, 401))
    api.expect_token(token="token-number-2")
    api.expect_lab(LIST, {}, NO_MONITORINGS, bearer="token-number-2")
    one = make()
    one.lab.monitorings()
    assert one.tokens.bearers == {"token-number-1", "token-number-2"}
    other = make()
    other.tokens.at_hand(PAIR)
    assert other.tokens.bearers == {"token-number-2"}


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
            clients.pop().tokens.get(PAIR, **asked)
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
    assert one.tokens.get(PAIR).cached is False


def test_who_asks_by_force_takes_no_failure_of_others(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token(slowly(reply(WRONG_PAIR, 401), WAIT))
    api.expect_token(reply(WRONG_PAIR, 401))
    all_fail([make(), make()], errors.PairRefused, force=True)


def test_verification_takes_no_failure_of_others(api: ScriptedApi, make: Callable[..., Client]) -> None:
    for _each in range(2):
        api.expect_token(reply(WRONG_PAIR, 401))
    all_fail([make()], errors.PairRefused)
    with pytest.raises(errors.PairRefused):
        make().tokens.new(PAIR)


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
    make().tokens.get(PAIR)
    assert not record.exists()


def test_a_renewal_that_fails_is_the_answer_for_all_threads_that_waited_for_it(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.ordered = False
    api.expect_token()
    one = make()
    one.tokens.get(PAIR)
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
    make().tokens.get(PAIR)
    make(pair=samples.OTHER_PAIR).tokens.get(samples.OTHER_PAIR)
    api.expect_identity(reply(WRONG_PAIR, 401))
    with pytest.raises(errors.PairRefused):
        make().identity(PAIR)
    assert make().tokens.cached(PAIR) is None
    assert make().tokens.cached(samples.OTHER_PAIR) is not None


def test_a_wrong_secret_does_not_take_the_token_of_the_right_one_away(
    api: ScriptedApi, make: Callable[..., Client]
) -> None:
    api.expect_token()
    make().tokens.get(PAIR)
    wrong = replace(PAIR, client_secret="mistyped-secret")
    api.expect_identity(reply(WRONG_PAIR, 401), pair=wrong)
    with pytest.raises(errors.PairRefused):
        make().identity(wrong)
    assert make().tokens.cached(PAIR) is not None


@pytest.mark.parametrize(
    "trouble", [reply({}, 500), reply({"error": "invalid_scope"}, 400), text_reply("<h1>proxy</h1>", 403)]
)
def test_trouble_that_says_nothing_on_the_pair_leaves_its_token(
    api: ScriptedApi, make: Callable[..., Client], trouble: Reply
) -> None:
    api.expect_token()
    make().tokens.get(PAIR)
    api.expect_identity(trouble)
    with pytest.raises(errors.SpeedlabError):
        make().identity(PAIR)
    assert make().tokens.cached(PAIR) is not None


def test_an_identity_is_asked_for_anew_each_time(api: ScriptedApi, make: Callable[..., Client]) -> None:
    one = make()
    for _each in range(2):
        api.expect_identity(reply(samples.identity_answer()))
        one.identity(PAIR)


def test_forgetting_tells_whether_there_was_something_to_forget(api: ScriptedApi, make: Callable[..., Client]) -> None:
    api.expect_token()
    one = make()
    one.tokens.get(PAIR)
    assert one.tokens.forget(PAIR) is True
    assert one.tokens.forget(PAIR) is False
    assert one.tokens.at_hand(PAIR) is None
