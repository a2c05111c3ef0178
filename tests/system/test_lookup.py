# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup speedlab, as a user of expressions sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import Run, Simulator, Unsafe, Workplace

Tasks = Callable[..., Run]

NO_PAIR = {"SPEEDLAB_CLIENT_ID": None, "SPEEDLAB_CLIENT_SECRET": None}
LIST = "/v1/speed-analysis/monitoring/list"


def lookup(*arguments: str, function: str = "lookup") -> str:
    """An expression with the lookup: its terms and options as they stand in a playbook."""
    listed = ", ".join(["'contentsquare.speedlab.speedlab'", *arguments])
    return "{{ " + f"{function}({listed})" + " }}"


def note(name: str, *arguments: str, function: str = "lookup") -> dict[str, Any]:
    return {"name": name, "note": {name: lookup(*arguments, function=function)}}


# --- one playbook that reads each term --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(new_workplace: Callable[[], Workplace], running_simulator: Simulator) -> tuple[Run, Simulator]:
    run = new_workplace().tasks(
        note("token", "'token'"),
        note("endpoint", "'endpoint'"),
        note("credentials", "'credentials'"),
        note("monitorings", "'monitorings'"),
        note("scenarios", "'scenarios'"),
        note("events", "'events'"),
        note("several", "'endpoint'", "'scenarios'", function="query"),
        note("filtered", "'monitorings'", "name='Home'", "url='www'"),
        note("scenario by name", "'scenarios'", "name='account'"),
        note("queried", "'monitorings'", "query='monitorings[?stale].name'"),
        note("queried events", "'events'", "query='events[].key | sort(@)'"),
        note("queried credentials", "'credentials'", "query='credentials[0].live'"),
        {"name": "loop", "note": {"looped": "{{ item.name }}"}, "loop": lookup("'scenarios'", "name='account'")},
    )
    assert run.status == 0, run.output
    return run, running_simulator


def test_a_token_and_its_endpoint(read: tuple[Run, Simulator]) -> None:
    run, simulator = read
    assert run.notes["token"].startswith("eyJ")
    assert run.notes["endpoint"] == simulator.auth_url


def test_all_lookups_share_one_token(read: tuple[Run, Simulator]) -> None:
    _run, simulator = read
    assert simulator.token_requests == 1


def test_credentials_are_those_of_the_module(read: tuple[Run, Simulator]) -> None:
    run, _simulator = read
    [entry] = run.notes["credentials"]
    assert (entry["client_id"], entry["live"], entry["status"]) == ("shop-production", "accepted", "unknown")


def test_monitorings_are_listed_without_site_secrets(read: tuple[Run, Simulator]) -> None:
    run, _simulator = read
    assert len(run.notes["monitorings"]) == 9
    [checkout] = [each for each in run.notes["monitorings"] if each["name"] == "Checkout"]
    assert checkout["config"]["basic_auth"]["password"] == "VALUE_REDACTED"


def test_scenarios_and_events_are_listed(read: tuple[Run, Simulator]) -> None:
    run, _simulator = read
    assert {each["id"] for each in run.notes["scenarios"]} == {7301, 7302, 7303}
    assert {each["key"] for each in run.notes["events"]} == {"build-1040", "build-1041", "cdn-change"}


def test_several_terms_give_one_result_each(read: tuple[Run, Simulator]) -> None:
    run, simulator = read
    endpoint, scenarios = run.notes["several"]
    assert endpoint == simulator.auth_url
    assert len(scenarios) == 3


def test_name_and_url_filter(read: tuple[Run, Simulator]) -> None:
    run, _simulator = read
    assert {each["id"] for each in run.notes["filtered"]} == {50301, 50302}
    assert [each["id"] for each in run.notes["scenario by name"]] == [7302]


def test_a_query_sees_what_the_module_returns(read: tuple[Run, Simulator]) -> None:
    run, _simulator = read
    assert run.notes["queried"] == ["Blog"]
    assert run.notes["queried events"] == ["build-1040", "build-1041", "cdn-change"]
    assert run.notes["queried credentials"] == "accepted"


def test_a_list_can_be_looped_over(read: tuple[Run, Simulator]) -> None:
    run, _simulator = read
    assert run.notes["looped"] == "Open an account"


# --- where options come from ------------------------------------------------------------------------------------------


def test_options_come_from_the_call_then_from_variables_then_from_the_environment(
    tasks: Tasks, simulator: Simulator
) -> None:
    staging = {"speedlab_client_id": "shop-staging", "speedlab_client_secret": "simulator-secret-staging"}
    run = tasks(
        note("environment", "'credentials'", "query='credentials[0].client_id'"),
        {**note("variable", "'credentials'", "query='credentials[0].client_id'"), "vars": staging},
        {
            **note(
                "call",
                "'credentials'",
                "query='credentials[0].client_id'",
                "client_id='shop-development'",
                "client_secret='simulator-secret-development'",
            ),
            "vars": staging,
        },
    )
    assert run.status == 0, run.output
    assert run.notes == {"environment": "shop-production", "variable": "shop-staging", "call": "shop-development"}


def test_variables_are_templated_and_each_common_option_has_one(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        note("project", "'monitorings'", "query='monitorings[].id'"),
        vars={
            "side": "account",
            "speedlab_client_id": "group-{{ side }}",
            "speedlab_client_secret": "simulator-secret-{{ side }}",
            "speedlab_project_id": "{{ 10000 + 101 }}",
            "speedlab_scopes": "metrics, speed-analysis",
            "speedlab_auth_url": lookup("'SPEEDLAB_AUTH_URL'").replace(
                "contentsquare.speedlab.speedlab", "ansible.builtin.env"
            ),
            "speedlab_token_cache": "no",
        },
        env=NO_PAIR,
    )
    assert run.status == 0, run.output
    assert run.notes["project"] == [50101, 50102, 50103]
    [request] = simulator.requests("/v1/oauth/token")
    assert (request["body"]["project_id"], request["body"]["scope"]) == (10101, "metrics speed-analysis")


def test_a_variable_marked_unsafe_stays_literal(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        note("asked", "'token'", "on_error='skip'", function="query"),
        vars={"speedlab_client_id": "any", "speedlab_client_secret": Unsafe("{{ not_a_variable }};secret")},
        env=NO_PAIR,
    )
    assert run.status == 0, run.output
    [request] = simulator.requests("/v1/oauth/token")
    assert request["body"]["client_secret"] == "{{ not_a_variable }};secret"


def test_the_environment_of_a_task_does_not_reach_a_lookup(tasks: Tasks) -> None:
    run = tasks(
        {
            **note("who", "'credentials'", "query='credentials[0].client_id'"),
            "environment": {
                "SPEEDLAB_CLIENT_ID": "shop-staging",
                "SPEEDLAB_CLIENT_SECRET": "simulator-secret-staging",
            },
        }
    )
    assert run.notes["who"] == "shop-production"


def test_a_ready_token_serves_all_but_the_terms_that_need_the_pair(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        {"ansible.builtin.set_fact": {"ready": lookup("'token'"), "base": lookup("'endpoint'")}, "no_log": True},
        note("names", "'monitorings'", "access_token=ready", "endpoint=base", "query='length(monitorings)'"),
        {
            "name": "refused",
            "note": {"token": lookup("'token'", "access_token=ready", "endpoint=base")},
            "ignore_errors": True,
        },
        {
            "name": "refused as well",
            "note": {"it": lookup("'credentials'", "access_token=ready", "endpoint=base")},
            "ignore_errors": True,
        },
        note("environment's is ignored", "'credentials'", "query='credentials[0].client_id'"),
        env={"SPEEDLAB_ACCESS_TOKEN": "eyJhbGciOiJSUzI1NiJ9.a.b", "SPEEDLAB_ENDPOINT": simulator.auth_url},
    )
    assert int(run.notes["names"]) == 9
    for name in ("refused", "refused as well"):
        assert run.failed(name)
        assert "access_token has no use here" in str(run.one(name))
    assert run.notes["environment's is ignored"] == "shop-production"


# --- errors -----------------------------------------------------------------------------------------------------------

MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown term": (("'tokens'",), "'tokens' is no term of this lookup; there are token, endpoint"),
    "no term": ((), "needs a term"),
    "an unknown option": (("'token'", "clientid='x'"), "clientid"),
    "a wrong type": (("'token'", "project_id='shop'"), "project_id"),
    "a wrong choice": (("'token'", "on_error='ignore'"), "on_error"),
    "a filter that means nothing": (("'token'", "name='Home'"), "The option name has no meaning for the terms token"),
    "a query that means nothing": (("'endpoint'", "query='@'"), "The option query has no meaning"),
    "a query that is none": (("'events'", "query='events['"), "query is not a JMESPath expression"),
    "scopes that do not go together": (
        ("'token'", "scopes=['enrichment', 'metrics']"),
        "enrichment cannot be combined",
    ),
}


def test_mistakes_are_errors_before_any_request(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(*[{**note(name, *arguments), "ignore_errors": True} for name, (arguments, _words) in MISTAKES.items()])
    for name, (_arguments, words) in MISTAKES.items():
        assert run.failed(name), name
        assert words in str(run.one(name)), name
    assert simulator.all_calls == {}


def test_a_refused_pair_ends_the_expression_with_the_reason(tasks: Tasks) -> None:
    run = tasks(note("token", "'token'", "client_secret='simulator-secret-wrong'", "client_id='shop-production'"))
    assert run.status != 0
    message = str(run.one("token"))
    assert "token: The API refuses the credential pair shop-production" in message
    assert "Check the client id and the secret" in message
    assert "Traceback" not in run.output


def test_on_error_warn_leaves_the_result_out_and_says_so(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        simulator.task("faults", {"path": LIST, "kind": "html", "times": None}),
        note("warned", "'endpoint'", "'monitorings'", "on_error='warn'", "retry_timeout=0", function="query"),
    )
    assert run.status == 0, run.output
    assert run.notes["warned"] == [simulator.auth_url]
    assert "The API is not available" in " ".join(run.output.split())


def test_on_error_skip_leaves_the_result_out_without_a_word(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        simulator.task("faults", {"path": LIST, "kind": "html", "times": None}),
        note("skipped", "'monitorings'", "'endpoint'", "on_error='skip'", "retry_timeout=0", function="query"),
    )
    assert run.status == 0, run.output
    assert run.notes["skipped"] == [simulator.auth_url]
    assert "not available" not in " ".join(run.output.split())


def test_on_error_does_not_forgive_mistakes_of_the_playbook(tasks: Tasks) -> None:
    run = tasks({**note("mistake", "'tokens'", "on_error='skip'"), "ignore_errors": True})
    assert run.failed("mistake")
