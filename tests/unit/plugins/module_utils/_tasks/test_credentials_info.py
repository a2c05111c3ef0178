# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_credentials_info: which calls are made for which entries, and what their answers are taken for."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import requests

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.credentials_info import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples, tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import (
    Reply,
    ScriptedApi,
    reply,
    text_reply,
)

FAR = (date.today() + timedelta(days=200)).isoformat()
A, B, C = (Pair(f"pair-{name}", f"secret;of;pair;{name}") for name in "abc")


def entry(pair: Pair, **more: Any) -> dict[str, Any]:
    described = {"name": pair.client_id, "client_id": pair.client_id, "client_secret": pair.client_secret}
    return {**described, "expires_on": FAR, **more}


def run(*entries: dict[str, Any], **given: Any) -> tasks.Run:
    return tasks.run(TASK, credentials=list(entries), **given)


def findings(credential: dict[str, Any]) -> list[str]:
    return [finding["id"] for finding in credential["findings"]]


def the_one(done: tasks.Run) -> dict[str, Any]:
    (credential,) = done.result["credentials"]
    found: dict[str, Any] = credential
    return found


# --- one pair ---------------------------------------------------------------------------------------------------------


def test_the_common_pair_alone_is_named_after_its_client_id(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer("speed-analysis metrics", ((42, "Shop"),))))
    done = tasks.run(TASK, **tasks.LOGIN)
    credential = the_one(done)
    assert credential["name"] == credential["client_id"] == PAIR.client_id
    assert credential["live"] == "accepted"
    assert credential["scopes"] == ["metrics", "speed-analysis"]
    assert credential["projects"] == [{"id": 42, "name": "Shop"}]
    assert findings(credential) == ["expiry_unknown"]
    assert done.result["status"] == "unknown"
    assert done.result["changed"] is False


def test_an_entry_without_a_pair_is_the_common_one(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()))
    credential = the_one(run({"name": "prod", "expires_on": FAR}, **tasks.LOGIN))
    assert (credential["name"], credential["client_id"], credential["status"]) == ("prod", PAIR.client_id, "pass")


def test_a_result_has_every_key_of_the_contract(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    done = run(entry(A, environment="production", owner="web team"))
    assert set(done.result) == {
        *("credentials", "status", "summary", "partial", "checked_at", "schema_version", "verdict", "changed")
    }
    assert set(the_one(done)) == {
        *("name", "environment", "owner", "client_id", "level", "status", "live", "expiry", "scopes", "missing_scopes"),
        *("excess_scopes", "projects", "missing_projects", "excess_projects", "findings"),
    }
    assert done.result["summary"] == {"total": 1, "pass": 1, "warn": 0, "fail": 0, "unknown": 0}
    verdict = done.result["verdict"]
    assert (verdict["kind"], verdict["status"], verdict["checked_at"]) == (
        "credentials",
        "pass",
        done.result["checked_at"],
    )
    assert verdict["subjects"][0]["details"]["expiry"]["expires_on"] == FAR


def test_no_entry_at_all_is_unknown(api: ScriptedApi) -> None:
    done = run(**tasks.LOGIN)
    assert (done.result["status"], done.result["credentials"]) == ("unknown", [])


# --- several pairs ----------------------------------------------------------------------------------------------------


def test_each_distinct_pair_is_asked_once_whatever_its_entries(api: ScriptedApi) -> None:
    api.ordered = False
    api.expect_identity(reply(samples.identity_answer(projects=((1, "One"), (2, "Two")))), pair=A)
    api.expect_identity(reply(samples.identity_answer()), pair=B)
    done = run(entry(A, name="one", project_id=1), entry(B), entry(A, name="two", project_id=2))
    assert [each["name"] for each in done.result["credentials"]] == ["one", "pair-b", "two"]
    assert not any("duplicate_client_id" in findings(each) for each in done.result["credentials"])


def test_one_bad_entry_never_stops_the_rest(api: ScriptedApi, clock: Clock) -> None:
    api.ordered = False
    api.expect_identity(reply(samples.WRONG_PAIR, 401), pair=A)
    api.expect_identity(reply(samples.identity_answer()), pair=B)
    api.expect_identity(requests.ConnectionError("broken"), pair=C)
    done = run(entry(A), entry(B), entry(C), retry_timeout=0)
    assert [each["live"] for each in done.result["credentials"]] == ["refused", "accepted", "unreachable"]
    assert done.result["status"] == "fail"
    assert done.result["summary"] == {"total": 3, "pass": 1, "warn": 0, "fail": 1, "unknown": 1}


@pytest.mark.parametrize(
    ("answer", "live"),
    [
        (reply(samples.WRONG_PAIR, 401), "refused"),
        (reply({"errorMessage": "credentials expired"}, 401), "refused"),
        (reply({"error": "unknown trouble"}, 400), "refused"),
        (reply({}, 500), "unreachable"),
        (text_reply("<h1>503</h1>", 503), "unreachable"),
        (reply(samples.TOO_MANY, 429), "unreachable"),
        (text_reply("<h1>welcome</h1>", 200), "unreachable"),
        (reply({"nothing": 1}), "unreachable"),
        (reply({}, 302, Location="https://x.example"), "unreachable"),
    ],
)
def test_refused_is_what_the_api_says_of_the_pair_and_all_else_is_unreachable(
    api: ScriptedApi, clock: Clock, answer: Reply, live: str
) -> None:
    api.expect_identity(answer, pair=A)
    credential = the_one(run(entry(A), retry_timeout=0))
    assert credential["live"] == live
    assert findings(credential) == [live]


def test_an_entry_with_its_own_pair_inherits_neither_project_nor_scopes(api: ScriptedApi) -> None:
    api.ordered = False
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    api.expect_token(pair=A)  # asks for speed-analysis and names no project
    run(entry(A), project_id=7, scopes=["metrics"], verify="token", **tasks.LOGIN)


def test_the_same_pair_and_project_under_two_names_is_a_duplicate(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    done = run(entry(A, name="one"), entry(A, name="two"))
    assert [findings(each) for each in done.result["credentials"]] == [["duplicate_client_id"]] * 2


# --- verify -----------------------------------------------------------------------------------------------------------


def test_without_verification_no_request_is_made(api: ScriptedApi) -> None:
    credential = the_one(run(entry(A, expected_scopes=["x"]), verify="none"))
    assert (credential["live"], credential["scopes"], findings(credential)) == ("not_checked", None, [])


def test_verification_never_takes_the_word_of_the_token_cache(api: ScriptedApi) -> None:
    api.expect_token(pair=A)
    api.expect_identity(reply(samples.WRONG_PAIR, 401), pair=A)
    client_of(A).tokens.get(A)
    assert the_one(run(entry(A)))["live"] == "refused"
    assert client_of(A).tokens.cached(A) is None


def client_of(pair: Pair) -> Any:
    path = samples.settings(dict(os.environ)).connection.token_cache_path
    return samples.client(pair=pair, token_cache_path=path)


def test_with_a_token_it_is_proved_that_the_expected_scopes_are_given(api: ScriptedApi) -> None:
    wanted = replace(A, scopes=("data-export", "speed-analysis"))
    api.expect_identity(reply(samples.identity_answer("speed-analysis data-export metrics")), pair=A)
    api.expect_token(pair=wanted)
    credential = the_one(run(entry(A, expected_scopes=["speed-analysis", "data-export"]), verify="token"))
    assert findings(credential) == ["scope_excess"]
    assert client_of(A).tokens.cached(wanted) is not None  # what was got serves others


def test_the_lone_scope_is_proved_by_a_request_of_its_own(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer("speed-analysis enrichment")), pair=A)
    api.expect_token(pair=A)
    api.expect_token(pair=replace(A, scopes=("enrichment",)))
    credential = the_one(run(entry(A, expected_scopes=["enrichment", "speed-analysis"]), verify="token"))
    assert findings(credential) == []


def test_no_expected_scopes_at_all_need_no_proof(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer("")), pair=A)
    assert findings(the_one(run(entry(A, expected_scopes=[]), verify="token"))) == []


def test_a_refused_scope_is_a_missing_one(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer("speed-analysis")), pair=A)
    api.expect_token(reply({"error": "invalid_scope"}, 400), pair=replace(A, scopes=("metrics", "speed-analysis")))
    credential = the_one(run(entry(A, expected_scopes=["metrics", "speed-analysis"]), verify="token"))
    assert (credential["missing_scopes"], credential["status"]) == (["metrics"], "fail")


def test_a_refused_project_is_a_missing_one(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer(projects=((1, "One"),))), pair=A)
    api.expect_token(reply({"errorMessage": "project not allowed"}, 403), pair=replace(A, project_id=9))
    credential = the_one(run(entry(A, project_id=9), verify="token"))
    assert credential["missing_projects"] == [9]
    assert "project_missing" in findings(credential)


def test_a_scope_that_the_token_does_not_have_is_a_missing_one(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer("metrics speed-analysis")), pair=A)
    api.expect_token(pair=replace(A, scopes=("metrics", "speed-analysis")), scope="speed-analysis")
    credential = the_one(run(entry(A, expected_scopes=["metrics", "speed-analysis"]), verify="token"))
    assert (credential["missing_scopes"], credential["status"]) == (["metrics"], "fail")


@pytest.mark.parametrize(
    ("declared", "named"),
    [({"expected_projects": [42]}, None), ({"project_id": 42}, 42), ({"project_id": 42, "level": "account"}, 42)],
)
def test_a_token_for_another_project_proves_nothing(
    api: ScriptedApi, declared: dict[str, Any], named: int | None
) -> None:
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    api.expect_token(pair=replace(A, project_id=named), project_id=7)
    credential = the_one(run(entry(A, **declared), verify="token"))
    assert (credential["missing_projects"], credential["status"]) == ([42], "fail")


@pytest.mark.parametrize(("expected", "named"), [([2, 1], 2), (None, 1)])
def test_an_account_level_pair_names_a_project_that_is_expected_or_reached(
    api: ScriptedApi, expected: list[int] | None, named: int
) -> None:
    api.expect_identity(reply(samples.identity_answer(projects=((1, "One"), (2, "Two")))), pair=A)
    api.expect_token(pair=replace(A, project_id=named))
    more = {} if expected is None else {"expected_projects": expected}
    run(entry(A, level="account", **more), verify="token")


def test_a_pair_that_is_refused_is_asked_for_no_token(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.WRONG_PAIR, 401), pair=A)
    assert the_one(run(entry(A), verify="token"))["live"] == "refused"


def test_a_base_url_that_the_settings_do_not_allow_says_nothing_of_the_pair(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    api.expect_token(pair=A, endpoint="https://api.elsewhere.example")
    credential = the_one(run(entry(A), verify="token"))
    assert (credential["live"], "refused" in findings(credential)) == ("unreachable", False)
    (message,) = [each["message"] for each in credential["findings"] if each["id"] == "unreachable"]
    assert "api.elsewhere.example" in message


def test_trouble_while_asking_for_the_token_is_unreachable(api: ScriptedApi, clock: Clock) -> None:
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    api.expect_token(reply({}, 503), pair=A)
    credential = the_one(run(entry(A), verify="token", retry_timeout=0))
    assert (credential["live"], credential["status"]) == ("unreachable", "unknown")


# --- dates and waivers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [FAR, date.fromisoformat(FAR), f"{FAR}T10:00:00Z", f"{FAR} 23:59:59"])
def test_a_date_is_taken_in_every_form_that_yaml_gives_it(api: ScriptedApi, value: Any) -> None:
    credential = the_one(run(entry(A, expires_on=value), verify="none"))
    assert credential["expiry"]["expires_on"] == FAR


def test_thresholds_are_options(api: ScriptedApi) -> None:
    soon = (date.today() + timedelta(days=40)).isoformat()
    assert findings(the_one(run(entry(A, expires_on=soon), verify="none"))) == []
    assert findings(the_one(run(entry(A, expires_on=soon), verify="none", warning_days=45))) == ["expires_soon"]


def test_a_waiver_leaves_the_finding_listed_and_the_status_clean(api: ScriptedApi) -> None:
    waiver = {"finding": "expiry_unknown", "reason": "asked", "until": FAR}
    credential = the_one(run(entry(A, expires_on=None, waivers=[waiver]), verify="none"))
    assert credential["status"] == "pass"
    assert credential["findings"][0]["waived"] == {"reason": "asked", "until": FAR}


# --- query ------------------------------------------------------------------------------------------------------------


def test_a_query_sees_the_whole_result_and_replaces_its_long_parts(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    found = run(entry(A), query="[credentials[].name, verdict.kind]").result
    assert found["query_result"] == [["pair-a"], "credentials"]
    assert "credentials" not in found
    assert "verdict" not in found
    assert found["status"] == "pass"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"name": "x", "client_id": "only-half"}, "The entry has no client_secret"),
        ({"name": "x", "client_secret": "only-half-of-it"}, "The entry has no client_id"),
        (entry(B, client_secret=""), "is empty or shorter than 8"),
        (entry(B, client_secret="with a line break\n"), "client_secret of pair-b ends with U+000A LINE FEED"),
        (entry(B, client_secret="in\ttwo-columns"), "client_secret of pair-b has U+0009 TAB"),
        (
            entry(B, client_secret="\u00a0copied-from-a-page"),
            "client_secret of pair-b begins with U+00A0 NO-BREAK SPACE",
        ),
        (entry(B, client_secret="'quoted-in-an-env-file'"), "client_secret of pair-b stands in quotes"),
        (entry(B, client_id="pair-b\r"), "The client_id ends with U+000D CARRIAGE RETURN"),
        (entry(B, client_id="pair\u200b-b"), "The client_id has U+200B ZERO WIDTH SPACE"),
    ],
)
@pytest.mark.parametrize("verify", ["identity", "token", "none"])
def test_an_entry_without_a_usable_pair_is_unknown_and_stops_no_other(
    api: ScriptedApi, bad: dict[str, Any], words: str, verify: str
) -> None:
    if verify != "none":
        api.expect_identity(reply(samples.identity_answer()), pair=A)
    if verify == "token":
        api.expect_token(pair=A)
    good, unusable = run(entry(A), bad, verify=verify).result["credentials"]
    assert good["status"] == "pass"
    assert unusable["live"] == "unreachable"
    assert unusable["status"] == "unknown"
    assert words in next(each for each in unusable["findings"] if each["id"] == "unreachable")["message"]


def test_without_expected_scopes_a_token_proves_what_the_pair_has(api: ScriptedApi) -> None:
    api.expect_identity(reply(samples.identity_answer("metrics data-export")), pair=A)
    api.expect_token(pair=replace(A, scopes=("metrics",)))
    assert findings(the_one(run(entry(A), verify="token"))) == []


# --- wrong input: no request is made ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([{"name": " ", "client_id": "x", "client_secret": "a-long-secret"}], "empty name"),
        ([entry(A), entry(B, name="pair-a")], "pair-a stands there more than once"),
        ([entry(A, expires_on="soon")], "expires_on of pair-a"),
        ([entry(A, created_on="2999-01-01")], "pair-a"),
        ([entry(A, waivers=[{"finding": "refused", "reason": "r", "until": "never"}])], "until of a waiver"),
        ([entry(A, waivers=[{"finding": "refused", "reason": "r", "until": ""}])], "has no until"),
        ([{"name": "x"}], "Neither client_id"),
    ],
)
def test_a_wrong_entry_fails_before_any_request_and_is_named(
    api: ScriptedApi, entries: list[dict[str, Any]], words: str
) -> None:
    assert words in run(*entries).failure["msg"]


@pytest.mark.parametrize(
    "given",
    [
        {"warning_days": 5, "critical_days": 10},
        {"lifetime_days": 0},
        {"critical_days": -1},
        {"access_token": "a-ready-token", "endpoint": samples.ENDPOINT},
        {"query": "credentials[?"},
    ],
)
def test_a_wrong_option_fails_before_any_request(api: ScriptedApi, given: dict[str, Any]) -> None:
    assert run(entry(A), **given).failure["code"] == "bad_input"


def test_a_ready_token_of_the_environment_is_ignored(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEEDLAB_ACCESS_TOKEN", "token-of-environment")
    monkeypatch.setenv("SPEEDLAB_ENDPOINT", samples.ENDPOINT)
    api.expect_identity(reply(samples.identity_answer()), pair=A)
    assert the_one(run(entry(A)))["live"] == "accepted"


def test_no_result_holds_a_secret_that_the_api_echoes(api: ScriptedApi) -> None:
    api.expect_identity(reply({"errorMessage": f"wrong: {A.client_secret}", "errorCode": A.client_secret}, 401), pair=A)
    assert A.client_secret not in str(run(entry(A)).result)
