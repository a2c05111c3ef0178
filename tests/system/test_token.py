# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module speedlab_token, as a user of playbooks sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import Run, Simulator

Tasks = Callable[..., Run]

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
SHOWN = {"return_token": False}
ACCOUNT = {"client_id": "group-account", "client_secret": "simulator-secret-account"}


def bearers(simulator: Simulator) -> list[str]:
    """The tokens that came with calls of the Lab, as the server saw them."""
    calls = simulator.requests("/v1/speed-analysis/monitoring/list")
    return [call["headers"]["authorization"].removeprefix("Bearer ") for call in calls]


def test_a_second_task_finds_the_token_of_the_first(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks({"name": "first", TOKEN: SHOWN}, {"name": "second", TOKEN: SHOWN})
    assert run.status == 0, run.output
    assert (run.one("first")["changed"], run.one("first")["cached"]) == (True, False)
    assert (run.one("second")["changed"], run.one("second")["cached"]) == (False, True)
    assert simulator.token_requests == 1


def test_the_result_tells_all_that_another_tool_needs(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {"name": "hidden", TOKEN: {}, "register": "token"},
        {"note": "{{ token }}"},
        {"name": "list", MONITORINGS: {}},
    )
    assert run.status == 0, run.output
    [token] = bearers(simulator)
    assert run.notes["access_token"] == token
    assert run.notes["token_type"] == "bearer"
    assert run.notes["endpoint"] == simulator.auth_url
    assert run.notes["project_id"] == 10103
    assert run.notes["scopes"] == ["speed-analysis"]
    assert 3500 < run.notes["expires_in"] <= 3600
    assert run.notes["expires_at"].endswith("Z")


def test_a_token_is_registered_but_not_displayed(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {"name": "hidden", TOKEN: {}, "register": "token"},
        {"name": "each", TOKEN: {"scopes": "{{ item }}"}, "loop": ["metrics", "data-export"], "register": "tokens"},
        {
            "note": {
                "single": "{{ token.access_token }}",
                "loop": "{{ tokens.results | map(attribute='access_token') }}",
            }
        },
        arguments=("-vvv", "--diff"),
    )
    assert run.status == 0, run.output
    assert len({run.notes["single"], *run.notes["loop"]}) == 3
    for token in (run.notes["single"], *run.notes["loop"]):
        assert token.startswith("eyJ")
        assert token not in run.output
    assert "censored" in run.one("hidden")


def test_without_return_token_the_result_is_shown_and_holds_none(tasks: Tasks) -> None:
    run = tasks({"name": "shown", TOKEN: SHOWN})
    result = run.one("shown")
    assert "access_token" not in result
    assert result["scopes"] == ["speed-analysis"]


def test_force_asks_for_a_new_token_each_time(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        {"name": "first", TOKEN: {**SHOWN, "force": True}},
        {"name": "second", TOKEN: {**SHOWN, "force": True}},
        {"name": "third", TOKEN: SHOWN},
    )
    assert [run.one(name)["changed"] for name in ("first", "second", "third")] == [True, True, False]
    assert simulator.token_requests == 2


def test_a_token_that_ends_too_soon_is_replaced(tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("settings", {"token_lifetime": 600})
    run = tasks(
        {"name": "first", TOKEN: SHOWN},
        {"name": "long enough", TOKEN: {**SHOWN, "min_validity": 300}},
        {"name": "too short", TOKEN: {**SHOWN, "min_validity": 900}},
        {"name": "no less than 0", TOKEN: {**SHOWN, "min_validity": -1}, "ignore_errors": True},
    )
    assert run.one("long enough")["cached"] is True
    assert run.one("too short")["changed"] is True
    assert "less than min_validity" in run.one("too short")["warnings"][0]
    assert run.one("no less than 0")["failure"]["code"] == "bad_input"
    assert simulator.token_requests == 2


def test_absent_forgets_the_token_once_and_asks_nobody(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {"name": "present", TOKEN: SHOWN},
        {"name": "absent", TOKEN: {"state": "absent"}},
        {"name": "absent again", TOKEN: {"state": "absent"}},
        {"name": "present again", TOKEN: SHOWN},
    )
    assert run.status == 0, run.output
    assert run.one("absent")["changed"] is True
    assert run.one("absent again")["changed"] is False
    assert run.one("present again")["changed"] is True
    assert simulator.all_calls == {"/v1/oauth/token": 2}


def test_check_mode_without_a_cached_token_foretells_the_change_and_makes_no_request(
    front_tasks: Tasks, simulator: Simulator
) -> None:
    run = front_tasks({"name": "cold", TOKEN: {}, "register": "token"}, {"note": "{{ token }}"}, arguments=("--check",))
    assert run.status == 0, run.output
    assert run.one("cold")["changed"] is True
    assert run.notes["scopes"] == ["speed-analysis"]
    assert "access_token" not in run.notes
    assert simulator.all_calls == {}


def test_check_mode_returns_a_cached_token_and_removes_none(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {TOKEN: {}, "register": "real"},
        {"name": "warm", TOKEN: {}, "check_mode": True, "register": "checked"},
        {"name": "forced", TOKEN: {**SHOWN, "force": True}, "check_mode": True},
        {"name": "removal", TOKEN: {"state": "absent"}, "check_mode": True},
        {"name": "still there", TOKEN: SHOWN},
        {"note": {"real": "{{ real }}", "checked": "{{ checked }}"}},
    )
    assert run.status == 0, run.output
    assert run.notes["checked"]["access_token"] == run.notes["real"]["access_token"]
    assert run.notes["checked"]["changed"] is False
    assert run.one("forced")["changed"] is True
    assert run.one("removal")["changed"] is True
    assert run.one("still there")["cached"] is True
    assert simulator.token_requests == 1


def test_a_diff_shows_end_and_scopes_but_never_the_token(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {"name": "new", TOKEN: SHOWN},
        {"name": "renewed", TOKEN: {**SHOWN, "force": True}},
        {"name": "same", TOKEN: SHOWN},
        {"name": "list", MONITORINGS: {}},
        {"name": "removed", TOKEN: {"state": "absent"}},
        arguments=("--diff",),
    )
    assert run.status == 0, run.output
    [token] = bearers(simulator)
    assert run.one("new")["diff"]["before"] == {}
    assert run.one("new")["diff"]["after"]["scopes"] == ["speed-analysis"]
    assert run.one("renewed")["diff"]["before"]["endpoint"] == simulator.auth_url
    same = run.one("same")["diff"]
    assert same["before"] == same["after"] == run.one("renewed")["diff"]["after"]
    assert run.one("removed")["diff"] == {"before": same["after"], "after": {}}
    assert token not in run.output
    assert '"endpoint"' in run.output


def test_a_failure_is_shown_though_a_token_was_asked_for(front_tasks: Tasks) -> None:
    run = front_tasks(
        {"name": "refused", TOKEN: {"client_id": "shop-production", "client_secret": "not-the-secret"}},
    )
    assert run.status != 0
    assert run.one("refused")["failure"]["code"] == "pair_refused"
    assert "The API refuses the credential pair shop-production" in run.output
    assert "Check the client id and the secret" in run.output


def test_in_a_loop_only_the_items_with_a_token_are_hidden(tasks: Tasks) -> None:
    run = tasks(
        {
            "name": "each",
            TOKEN: {"scopes": "{{ item }}"},
            "loop": ["speed-analysis", "surveys"],
            "loop_control": {"label": "{{ item }}"},
            "ignore_errors": True,
        },
    )
    good, bad, _whole = run.of("each")
    assert "censored" in good
    assert bad["failure"]["code"] == "scope_refused"


def test_async_is_refused_when_it_would_print_the_token(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        {"name": "with token", TOKEN: {}, "async": 30, "poll": 1, "ignore_errors": True},
        {"name": "without", TOKEN: SHOWN, "async": 30, "poll": 1},
        {"name": "absent", TOKEN: {"state": "absent"}, "async": 30, "poll": 1},
    )
    assert run.status == 0, run.output
    assert "does not support async" in run.one("with token")["msg"]
    assert "return_token: false" in run.one("with token")["msg"]
    assert run.one("without")["endpoint"] == simulator.auth_url
    assert run.one("absent")["changed"] is True
    assert simulator.token_requests == 1


def test_the_action_group_sets_the_options_of_all_modules_once(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {"name": "token", TOKEN: SHOWN},
        {"name": "list", MONITORINGS: {}},
        {"name": "audit", "contentsquare.speedlab.speedlab_credentials_info": {}},
        module_defaults={"group/contentsquare.speedlab.speedlab": {**ACCOUNT, "project_id": 10102}},
        env={"SPEEDLAB_CLIENT_ID": None, "SPEEDLAB_CLIENT_SECRET": None},
    )
    assert run.status == 0, run.output
    assert run.one("token")["project_id"] == 10102
    assert {each["id"] for each in run.one("list")["monitorings"]} == {50201, 50202, 50203, 50204}
    assert run.one("audit")["credentials"][0]["client_id"] == "group-account"
    assert simulator.token_requests == 1


def test_each_project_and_scope_set_has_a_token_of_its_own_whatever_the_order_of_scopes(
    tasks: Tasks, simulator: Simulator
) -> None:
    account = {**SHOWN, **ACCOUNT}
    run = tasks(
        {"name": "staging", TOKEN: {**account, "project_id": 10102}},
        {"name": "production", TOKEN: {**account, "project_id": 10103}},
        {"name": "more scopes", TOKEN: {**account, "project_id": 10103, "scopes": ["speed-analysis", "metrics"]}},
        {"name": "other order", TOKEN: {**account, "project_id": 10103, "scopes": "metrics, speed-analysis"}},
        {"name": "alone", TOKEN: {**account, "project_id": 10103, "scopes": ["enrichment"]}},
    )
    assert run.status == 0, run.output
    assert run.one("staging")["project_id"] == 10102
    assert run.one("more scopes")["scopes"] == ["metrics", "speed-analysis"]
    assert run.one("other order")["cached"] is True
    bodies = [request["body"] for request in simulator.requests("/v1/oauth/token")]
    assert [(body["project_id"], body["scope"]) for body in bodies] == [
        (10102, "speed-analysis"),
        (10103, "speed-analysis"),
        (10103, "metrics speed-analysis"),
        (10103, "enrichment"),
    ]


def test_project_id_is_left_out_of_the_request_when_it_is_not_given(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks({"name": "token", TOKEN: SHOWN})
    assert run.status == 0, run.output
    [request] = simulator.requests("/v1/oauth/token")
    assert set(request["body"]) == {"client_id", "client_secret", "grant_type", "scope"}


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "enrichment cannot be combined": {"scopes": ["enrichment", "speed-analysis"]},
    "access_token has no use here": {"access_token": "eyJhbGciOiJSUzI1NiJ9.a.b", "endpoint": "http://127.0.0.1:1"},
    "scopes is empty": {"scopes": []},
    "project_id is not a positive number": {"project_id": 0},
}


def test_what_can_never_work_is_refused_before_any_request(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        *[{"name": words, TOKEN: {**SHOWN, **options}, "ignore_errors": True} for words, options in IMPOSSIBLE.items()]
    )
    for words in IMPOSSIBLE:
        assert words in run.one(words)["msg"]
        assert run.one(words)["failure"]["code"] == "bad_input"
    assert simulator.all_calls == {}


def test_an_access_token_of_the_environment_is_ignored(tasks: Tasks, simulator: Simulator) -> None:
    token = {"SPEEDLAB_ACCESS_TOKEN": "eyJhbGciOiJSUzI1NiJ9.a.b", "SPEEDLAB_ENDPOINT": "https://elsewhere.example"}
    run = tasks({"name": "token", TOKEN: SHOWN}, env=token)
    assert run.status == 0, run.output
    assert run.one("token")["endpoint"] == simulator.auth_url
    assert simulator.token_requests == 1


def test_without_the_cache_each_task_asks_and_nothing_is_kept(
    tasks: Tasks, simulator: Simulator, tmp_path: Path
) -> None:
    run = tasks(
        {"name": "first", TOKEN: {**SHOWN, "token_cache": False}},
        {"name": "second", TOKEN: {**SHOWN, "token_cache": False}},
    )
    assert run.status == 0, run.output
    assert run.one("second")["cached"] is False
    assert simulator.token_requests == 2
    assert not list((tmp_path / "home").rglob("tokens/*"))
