# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two OAuth endpoints: what is sent, and what every answer and refusal is taken for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.transport import Transport
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.oauth import Identity, OAuth, Token
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.slots import Slots
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import (
    Reply,
    ScriptedApi,
    reply,
    text_reply,
)

TOKEN_URL = f"{samples.AUTH}/v1/oauth/token"
ACCOUNT_PAIR = replace(PAIR, project_id=42)


def make(tmp_path: Any, **options: Any) -> OAuth:
    connection = samples.connection(token_cache_path=str(tmp_path / "speedlab"), retry_timeout=0.0, **options)
    return OAuth(Transport(connection, Slots(connection.token_cache_path, 8, samples.refuse_warning)), connection)


def refused_token(api: ScriptedApi, tmp_path: Any, answer: Reply, pair: Pair = PAIR) -> errors.SpeedlabError:
    api.expect_token(answer, pair)
    with pytest.raises(errors.SpeedlabError) as caught:
        make(tmp_path).token(pair)
    return caught.value


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_token_is_asked_for_with_the_pair_in_the_body_and_no_project_of_its_own(
    api: ScriptedApi, tmp_path: Any
) -> None:
    body = {
        "client_id": PAIR.client_id,
        "client_secret": PAIR.client_secret,
        "grant_type": "client_credentials",
        "scope": "speed-analysis",
    }
    api.expect(TOKEN_URL, body, reply(samples.token_answer()))
    make(tmp_path).token(PAIR)


def test_the_project_and_all_scopes_are_sent_where_they_are_given(api: ScriptedApi, tmp_path: Any) -> None:
    body = {
        "client_id": "id",
        "client_secret": 'quotes " and {{ braces }} ü',
        "grant_type": "client_credentials",
        "scope": "data-export speed-analysis",
        "project_id": 42,
    }
    api.expect(TOKEN_URL, body, reply(samples.token_answer()))
    make(tmp_path).token(Pair("id", 'quotes " and {{ braces }} ü', ("speed-analysis", "data-export"), 42))


def test_an_identity_is_asked_for_with_the_pair_alone(api: ScriptedApi, tmp_path: Any) -> None:
    body = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
    api.expect(f"{samples.AUTH}/v1/oauth/me", body, reply(samples.identity_answer("a b", ((42, "Shop"), (7, "")))))
    assert make(tmp_path).identity(ACCOUNT_PAIR) == Identity(("a", "b"), ((42, "Shop"), (7, "")))


def test_both_are_asked_at_the_log_in_address(api: ScriptedApi, tmp_path: Any) -> None:
    api.expect("https://login.example/base/v1/oauth/token", samples_body(), reply(samples.token_answer()))
    api.expect(
        "https://login.example/base/v1/oauth/me",
        {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret},
        reply(samples.identity_answer()),
    )
    asked = make(tmp_path, auth_url="https://login.example/base/")
    asked.token(PAIR)
    asked.identity(PAIR)


def samples_body() -> dict[str, Any]:
    return {
        "client_id": PAIR.client_id,
        "client_secret": PAIR.client_secret,
        "grant_type": "client_credentials",
        "scope": "speed-analysis",
    }


# --- good answers -----------------------------------------------------------------------------------------------------


def test_a_token_lives_from_its_receipt(api: ScriptedApi, clock: Clock, tmp_path: Any) -> None:
    def late(call: object) -> Reply:
        clock.now += 5
        return reply(samples.token_answer(expires_in=3600))

    api.expect_token(late)
    token = make(tmp_path).token(PAIR)
    assert token == Token("token-number-1", "bearer", clock.now + 3600, ("speed-analysis",), 42, samples.ENDPOINT)
    assert token.seconds_left() == 3600


def test_what_the_answer_leaves_out_is_what_was_asked_for(api: ScriptedApi, tmp_path: Any) -> None:
    answer = {key: samples.token_answer()[key] for key in ("access_token", "expires_in", "endpoint")}
    pair = replace(ACCOUNT_PAIR, scopes=("speed-analysis", "metrics"))
    api.expect_token(reply(answer), pair)
    token = make(tmp_path).token(pair)
    assert (token.token_type, token.scopes, token.project_id) == ("bearer", ("metrics", "speed-analysis"), 42)


@pytest.mark.parametrize("told", [5, ["x"], "two words", "x" * 65, "<b>", "token-number-1", "a.TOKEN-NUMBER-1.z"])
def test_a_token_type_that_is_no_word_or_shows_the_token_is_not_passed_on(
    api: ScriptedApi, tmp_path: Any, told: Any
) -> None:
    api.expect_token(reply(samples.token_answer(token_type=told)))
    assert make(tmp_path).token(PAIR).token_type == "bearer"


@pytest.mark.parametrize("told", [["x"], "a token-number-1", "a.token-number-1.b c", "a to\x1bken", "a " + "x" * 5000])
def test_scopes_that_are_no_names_or_show_the_token_are_not_passed_on(
    api: ScriptedApi, tmp_path: Any, told: Any
) -> None:
    api.expect_token(reply(samples.token_answer(scope=told)))
    assert make(tmp_path).token(PAIR).scopes == ("speed-analysis",)


@pytest.mark.parametrize(
    ("told", "taken"),
    [("", ()), ("b a", ("b", "a")), ("urn:x/read " * 99, ("urn:x/read",) * 99)],
)
def test_scopes_that_are_names_are_those_of_the_token(
    api: ScriptedApi, tmp_path: Any, told: str, taken: tuple[str, ...]
) -> None:
    api.expect_token(reply(samples.token_answer(scope=told, token_type="Mac")))
    token = make(tmp_path).token(PAIR)
    assert (token.scopes, token.token_type) == (taken, "Mac")


def test_fields_that_are_added_later_do_no_harm(api: ScriptedApi, tmp_path: Any) -> None:
    api.expect_token(refresh_token="x", issued_at=[1])
    assert make(tmp_path).token(PAIR).access_token == "token-number-1"


def test_the_endpoint_of_the_answer_has_to_be_an_allowed_one(api: ScriptedApi, tmp_path: Any) -> None:
    for endpoint in ("http://api.contentsquare.com", "https://evil.example", "https://x@api.contentsquare.com"):
        failure = refused_token(api, tmp_path, reply(samples.token_answer(endpoint=endpoint)))
        assert isinstance(failure, errors.EndpointRefused)
    assert len(api.calls) == 3  # the log-ins alone: the tokens were sent nowhere


# --- answers of another shape -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"access_token": None}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": " "}, "access_token"),
        ({"access_token": 5}, "access_token"),
        ({"access_token": "line\r\nX-Injected: header"}, "access_token"),
        ({"access_token": "tökén"}, "access_token"),
        ({"expires_in": None}, "expires_in"),
        ({"expires_in": "3600"}, "expires_in"),
        ({"expires_in": True}, "expires_in"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": -1}, "expires_in"),
        ({"expires_in": 10**300}, "expires_in"),
        ({"endpoint": 5}, "endpoint"),
        ({"endpoint": ["https://api.contentsquare.com"]}, "endpoint"),
    ],
)
def test_a_token_answer_of_another_shape_names_the_field(
    api: ScriptedApi, tmp_path: Any, change: dict[str, Any], named: str
) -> None:
    failure = refused_token(api, tmp_path, reply(samples.token_answer(**change)))
    assert isinstance(failure, errors.AnswerWrongShape)
    assert f"no usable {named}" in failure.message


@pytest.mark.parametrize("lifetime", [float("nan"), float("inf"), float("-inf"), 10**400])
def test_a_token_answer_with_a_number_that_is_none_is_not_json(
    api: ScriptedApi, tmp_path: Any, lifetime: float
) -> None:
    failure = refused_token(api, tmp_path, reply(samples.token_answer(expires_in=lifetime)))
    assert isinstance(failure, errors.AnswerNotJson)


@pytest.mark.parametrize("endpoint", [None, ""])
def test_a_token_without_a_base_url_points_to_the_scope(api: ScriptedApi, tmp_path: Any, endpoint: Any) -> None:
    failure = refused_token(api, tmp_path, reply(samples.token_answer(endpoint=endpoint)))
    assert isinstance(failure, errors.AnswerWrongShape)
    assert "speed-analysis" in failure.hint


@pytest.mark.parametrize("body", [[], "text", 5, {}, {"payload": {"access_token": "x"}}])
def test_an_answer_that_is_no_token_is_of_another_shape(api: ScriptedApi, tmp_path: Any, body: Any) -> None:
    assert isinstance(refused_token(api, tmp_path, reply(body)), errors.AnswerWrongShape)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"scopes": "a"},
        {"scopes": ["a"], "permissions": {"projects": []}},
        {"scopes": "a", "permissions": []},
        {"scopes": "a", "permissions": {"projects": {"id": 1}}},
        {"scopes": "a", "permissions": {"projects": [1]}},
        {"scopes": "a", "permissions": {"projects": [{"name": "x"}]}},
        {"scopes": "a", "permissions": {"projects": [{"id": "42"}]}},
        {"scopes": "a", "permissions": {"projects": [{"id": True}]}},
        [],
    ],
)
def test_an_identity_of_another_shape_is_an_error(api: ScriptedApi, tmp_path: Any, body: Any) -> None:
    api.expect_identity(reply(body))
    with pytest.raises(errors.AnswerWrongShape):
        make(tmp_path).identity(PAIR)


@pytest.mark.parametrize("status", [200, 400, 403, 404])
def test_a_page_instead_of_json_is_called_that(api: ScriptedApi, tmp_path: Any, status: int) -> None:
    failure = refused_token(api, tmp_path, text_reply("<h1>Welcome to the hotel</h1>", status))
    assert isinstance(failure, errors.AnswerNotJson)
    assert (failure.status, "hotel" in failure.message) == (status, False)


@pytest.mark.parametrize("answer", [reply({"message": "x"}, 500), text_reply("<h1>oops</h1>", 500), reply({}, 501)])
def test_a_failure_of_the_server_itself_says_nothing_on_the_pair(
    api: ScriptedApi, tmp_path: Any, answer: Reply
) -> None:
    failure = refused_token(api, tmp_path, answer)
    assert isinstance(failure, errors.ServiceUnavailable)
    assert failure.retryable


# --- refusals: every spelling that the reference knows ----------------------------------------------------------------

REFUSALS = [
    (401, {"error": "invalid_client", "error_description": "Client authentication failed"}, errors.PairRefused),
    (401, {"success": False, "errorCode": "UNAUTHORIZED", "errorMessage": "Bad credentials"}, errors.PairRefused),
    (401, {}, errors.PairRefused),
    (400, {"error": "invalid_client"}, errors.PairRefused),
    (403, {"errorCode": "invalid_client"}, errors.PairRefused),
    (401, {"error": "invalid_client", "error_description": "Client credentials expired"}, errors.PairExpired),
    (401, {"success": False, "errorCode": "CREDENTIALS_EXPIRED", "errorMessage": "x"}, errors.PairExpired),
    (403, {"errorMessage": "The OAuth credentials have expired."}, errors.PairExpired),
    (400, {"error": "invalid_scope"}, errors.ScopeRefused),
    (400, {"errorCode": "INVALID_SCOPE", "errorMessage": "Unknown"}, errors.ScopeRefused),
    (403, {"error_description": "The scope is not allowed for this client"}, errors.ScopeRefused),
    (401, {"error": "invalid_scope"}, errors.ScopeRefused),
    (400, {"error": "unauthorized_client", "error_description": "no scope data-export"}, errors.ScopeRefused),
    (400, {"error": "invalid_request", "error_description": "project_id is required"}, errors.ProjectNeeded),
    (400, {"errorMessage": "Project id is missing"}, errors.ProjectNeeded),
    (400, {"error": "invalid_request", "error_description": "malformed"}, errors.LoginError),
    (403, {"success": False}, errors.LoginError),
    (404, {"errorCode": "NOT_FOUND"}, errors.AnswerWrongShape),
    (200, {"error": "invalid_client"}, errors.PairRefused),
    (200, {"success": False, "errorMessage": "nope"}, errors.LoginError),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_a_refusal_has_its_own_name_for_a_token(
    api: ScriptedApi, tmp_path: Any, status: int, body: Any, kind: type[errors.SpeedlabError]
) -> None:
    failure = refused_token(api, tmp_path, reply(body, status))
    assert failure.__class__ is kind
    assert failure.status == status
    assert failure.endpoint == TOKEN_URL
    assert PAIR.client_id in failure.message
    assert not failure.retryable


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_a_refusal_has_the_same_name_for_an_identity(
    api: ScriptedApi, tmp_path: Any, status: int, body: Any, kind: type[errors.SpeedlabError]
) -> None:
    api.expect_identity(reply(body, status))
    with pytest.raises(errors.SpeedlabError) as caught:
        make(tmp_path).identity(PAIR)
    assert caught.value.__class__ is kind


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_project_that_was_named_and_is_refused_is_named_in_the_error(
    api: ScriptedApi, tmp_path: Any, status: int
) -> None:
    answer = reply({"errorMessage": "This project is not accessible"}, status)
    failure = refused_token(api, tmp_path, answer, ACCOUNT_PAIR)
    assert failure.__class__ is errors.ProjectRefused
    assert "project 42" in failure.message


def test_a_refused_scope_is_named_in_the_error(api: ScriptedApi, tmp_path: Any) -> None:
    failure = refused_token(api, tmp_path, reply({"error": "invalid_scope"}, 400), replace(PAIR, scopes=("b", "a")))
    assert '"a b"' in failure.message


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
@pytest.mark.parametrize("key", ["error", "error_description", "errorCode", "errorMessage", "message"])
def test_a_refusal_that_echoes_the_secret_does_not_pass_it_on(
    api: ScriptedApi, tmp_path: Any, status: int, key: str
) -> None:
    failure = refused_token(api, tmp_path, reply({key: PAIR.client_secret}, status))
    assert PAIR.client_secret not in f"{failure.message} {failure.failure()}"


def test_no_representation_shows_a_token(clock: Clock) -> None:
    assert "token-number-1" not in repr(samples.a_token(clock.now))


@pytest.mark.parametrize("field", ["token_type", "scope"])
def test_what_results_show_of_an_answer_never_holds_the_token(api: ScriptedApi, tmp_path: Any, field: str) -> None:
    api.expect_token(reply({**samples.token_answer("token-number-1"), field: "x token-number-1"}))
    token = make(tmp_path).token(PAIR)
    assert "token-number-1" not in f"{token.token_type} {token.scopes}"
