# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup does with its terms and options."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import COMMON_OPTIONS
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import lookup as _lookup
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.lookup import (
    TERMS,
    look_up,
    merged_options,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
LISTED = [{"id": 1, "name": "A &amp; B", "config": {"basicAuth": {"user": "CANARY", "password": "CANARY"}}}]


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings that are displayed."""
    shown: list[str] = []
    monkeypatch.setattr(_lookup.display, "warning", shown.append)
    return shown


# --- terms ------------------------------------------------------------------------------------------------------------


def test_the_token_and_the_endpoint_are_texts_and_share_one_log_in(api: ScriptedApi) -> None:
    api.expect_token()
    assert look_up(["token", "endpoint", "token"], LOGIN) == ["token-number-1", samples.ENDPOINT, "token-number-1"]


def test_the_endpoint_of_a_ready_token_needs_no_request(api: ScriptedApi) -> None:
    given = {"access_token": "a-ready-token", "endpoint": samples.ENDPOINT}
    assert look_up(["endpoint"], given) == [samples.ENDPOINT]


def test_credentials_are_the_list_of_the_module(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()))
    ((credential,),) = look_up(["credentials"], LOGIN)
    assert (credential["name"], credential["live"]) == (PAIR.client_id, "accepted")


def test_monitorings_are_the_list_of_the_module_redacted(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {"name": "A", "url": "/x"}, {"monitorings": LISTED})
    ((monitoring,),) = look_up(["monitorings"], {**LOGIN, "name": "A", "url": "/x"})
    assert monitoring["name"] == "A & B"
    assert "CANARY" not in str(monitoring)


def test_scenarios_are_the_list_of_the_module(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("scenario/list", {"name": "&"}, {"scenarios": [{"id": 7, "name": "A &amp; B", "isNew": True}]})
    assert look_up(["scenarios"], {**LOGIN, "name": "&"}) == [[{"id": 7, "name": "A & B", "is_new": True}]]


def test_a_query_over_scenarios_sees_the_result_of_the_module(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("scenario/list", {}, {"scenarios": [{"id": 7, "name": "Buy"}, {"id": 8, "name": "Return"}]})
    assert look_up(["scenarios"], {**LOGIN, "query": "summary.total"}) == [2]


def test_events_are_the_list_of_the_module(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("event/list", {}, {"events": [{"key": "k", "text": "t", "date": "2026-01-01T02:00:00+02:00"}]})
    assert look_up(["events"], LOGIN) == [
        [{"key": "k", "text": "t", "date": "2026-01-01T00:00:00Z", "monitorings": None, "scenarios": None}]
    ]


def test_a_query_answers_in_the_place_of_the_list(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": LISTED})
    assert look_up(["monitorings"], {**LOGIN, "query": "monitorings[].name"}) == [["A & B"]]


def test_an_option_serves_the_terms_that_take_it(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("scenario/list", {"name": "Buy"}, {"scenarios": []})
    api.expect_lab("event/list", {}, {"events": []})
    assert look_up(["token", "scenarios", "events"], {**LOGIN, "name": "Buy"}) == ["token-number-1", [], []]


# --- who logs in ------------------------------------------------------------------------------------------------------


def test_the_environment_of_the_controller_logs_in(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", PAIR.client_id)
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", PAIR.client_secret)
    api.expect_token()
    assert look_up(["token"], {}) == ["token-number-1"]


@pytest.mark.parametrize("term", ["token", "credentials"])
def test_terms_of_the_pair_refuse_a_ready_token_and_ignore_that_of_the_environment(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    ready = {"access_token": "CANARY-ready-token", "endpoint": samples.ENDPOINT}
    with pytest.raises(AnsibleLookupError, match="access_token has no use here") as caught:
        look_up([term], {**LOGIN, **ready})
    assert "CANARY" not in str(caught.value)
    monkeypatch.setenv("SPEEDLAB_ACCESS_TOKEN", "token-of-environment")
    monkeypatch.setenv("SPEEDLAB_ENDPOINT", samples.ENDPOINT)
    if term == "token":
        api.expect_token()
    else:
        api.expect_identity(reply(samples.identity_answer()))
    assert look_up([term], LOGIN) != ["token-of-environment"]


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "named"),
    [
        ("tokens", "'tokens'"),
        ("", "''"),
        (5, "A value of the type int"),
        (["token"], "A value of the type list"),
        ({"client_secret": "CANARY"}, "A value of the type dict"),
    ],
)
def test_an_unknown_term_is_an_error_that_names_the_known_ones(api: ScriptedApi, term: Any, named: str) -> None:
    with pytest.raises(AnsibleLookupError, match="is no term of this lookup; there are token, endpoint") as caught:
        look_up(["token", term], LOGIN)
    assert str(caught.value).startswith(named)
    assert "CANARY" not in str(caught.value)


def test_an_unknown_term_that_is_a_secret_by_mistake_is_not_shown(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", "CANARY-of-environment")
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(["CANARY-of-environment"], {})
    assert "CANARY" not in str(caught.value)


def test_no_term_at_all_is_an_error(api: ScriptedApi) -> None:
    with pytest.raises(AnsibleLookupError, match="needs a term"):
        look_up([], LOGIN)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"nmae": "x"}, "nmae"),
        ({"on_error": "ignore"}, "on_error"),
        ({"timeout": "long"}, "timeout"),
        ({"name": "x"}, "The option name has no meaning for the terms token"),
        ({"query": "x"}, "The option query has no meaning for the terms token"),
        ({"client_secret": "CANARY!"}, "shorter than 8 characters"),
        ({"client_secret": ["CANARY"]}, "client_secret has to be a text"),
    ],
)
def test_a_wrong_option_is_an_error_before_any_request(api: ScriptedApi, given: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(["token"], {**LOGIN, **given})
    assert words in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_a_failed_term_is_an_error_that_says_which_and_why(api: ScriptedApi) -> None:
    api.expect_token(reply({"error": "invalid_client", "error_description": PAIR.client_secret}, 401))
    with pytest.raises(AnsibleLookupError, match=r"^token: The API refuses the credential pair") as caught:
        look_up(["token"], LOGIN)
    assert PAIR.client_secret not in str(caught.value)


@pytest.mark.parametrize(("policy", "told"), [("warn", 1), ("skip", 0)])
def test_a_failed_term_may_be_left_out_with_or_without_a_word(
    api: ScriptedApi, warnings: list[str], policy: str, told: int
) -> None:
    api.expect_token()
    api.expect_lab("scenario/list", {}, reply({}, 403))
    api.expect_lab("event/list", {}, {"events": []})
    assert look_up(["scenarios", "events"], {**LOGIN, "on_error": policy}) == [[]]
    assert [warning.split(": ")[1] for warning in warnings] == ["scenarios"] * told


def test_warnings_of_a_task_are_displayed(api: ScriptedApi, warnings: list[str]) -> None:
    api.expect_token()
    look_up(["token"], {**LOGIN, "validate_certs": "no"})
    assert warnings == ["validate_certs is false: the certificates of the API are not checked."]


# --- variables --------------------------------------------------------------------------------------------------------


def test_every_common_option_may_be_a_variable_and_nothing_else_is_read() -> None:
    variables = {option.variable: f"value of {option.name}" for option in COMMON_OPTIONS}
    found = merged_options({}, {**variables, "speedlab_in_process": True, "client_id": "x"}, lambda value: value)
    assert found == {option.name: f"value of {option.name}" for option in COMMON_OPTIONS}


def test_variables_are_templated() -> None:
    assert merged_options({}, {"speedlab_client_id": "{{ x }}"}, lambda value: value.replace("{{ x }}", "id")) == {
        "client_id": "id"
    }


def test_without_a_templar_variables_are_taken_as_they_are() -> None:
    assert merged_options({}, {"speedlab_client_id": "id"}, None) == {"client_id": "id"}


def test_every_term_of_the_documentation_is_there() -> None:
    assert list(TERMS) == ["token", "endpoint", "credentials", "monitorings", "scenarios", "events"]
