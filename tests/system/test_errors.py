# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong between a playbook and the API: each with its own code and a message that says what to do next."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator, Workplace

Tasks = Callable[..., Run]

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
OAUTH = "/v1/oauth/token"
LIST = "/v1/speed-analysis/monitoring/list"
ACCOUNT = {"client_id": "group-account", "client_secret": "simulator-secret-account"}


@dataclass(frozen=True)
class Trouble:
    """A task that fails: the fault it meets or the options that bring it about, and what the user gets to see."""

    code: str
    words: str
    options: dict[str, Any] = field(default_factory=dict)
    fault: dict[str, Any] | None = None
    status: int | None = None
    retryable: bool = False
    next_step: str = ""

    def tasks(self, name: str, simulator: Simulator) -> list[dict[str, Any]]:
        options = {"retry_timeout": 0, "token_cache": False, **self.options}
        task = {"name": name, MONITORINGS: options, "ignore_errors": True}
        if self.fault is None:
            return [task]
        begin = simulator.task("faults", {"times": None, **self.fault})
        return [begin, task, simulator.task("faults", method="DELETE")]


def fault(path: str, kind: str, **details: Any) -> dict[str, Any]:
    return {"path": path, "kind": kind, **details}


TROUBLES: dict[str, Trouble] = {
    # the pair, its scopes and its project
    "wrong secret": Trouble(
        "pair_refused",
        "The API refuses the credential pair shop-production",
        status=401,
        options={"client_id": "shop-production", "client_secret": "simulator-secret-wrong"},
        next_step="Check the client id and the secret",
    ),
    "unknown client id": Trouble(
        "pair_refused",
        "The API refuses the credential pair nobody",
        status=401,
        options={"client_id": "nobody", "client_secret": "simulator-secret-wrong"},
    ),
    "expired pair": Trouble(
        "pair_expired",
        "The credential pair shop-legacy has expired",
        status=401,
        options={"client_id": "shop-legacy", "client_secret": "simulator-secret-legacy"},
        next_step="Regenerate the pair in the Contentsquare console",
    ),
    "scope refused": Trouble(
        "scope_refused",
        'The API refuses the scopes "surveys" to shop-production',
        status=400,
        options={"scopes": ["surveys"]},
        next_step="speedlab_credentials_info lists them",
    ),
    "project needed": Trouble(
        "project_needed",
        "The credential pair group-account has to name a project",
        status=400,
        options=ACCOUNT,
        next_step="Set project_id",
    ),
    "project refused": Trouble(
        "project_refused",
        "The credential pair group-account may not use project 999",
        status=403,
        options={**ACCOUNT, "project_id": 999},
        next_step="Correct project_id",
    ),
    "scope does not reach the Lab": Trouble(
        "access_denied",
        "The token may not read or write monitorings",
        status=403,
        options={
            "client_id": "shop-metrics",
            "client_secret": "simulator-secret-metrics",
            "scopes": ["metrics"],
        },
        next_step="Check that the scope speed-analysis is asked for",
    ),
    "token unknown to the API": Trouble(
        "token_refused",
        "The API refuses the token",
        status=401,
        options={"access_token": "eyJhbGciOiJSUzI1NiJ9.a.b", "endpoint": "{{ plain_url }}"},
        next_step="replace or remove it",
    ),
    # the way there
    "unknown host": Trouble(
        "name_not_resolved",
        "The host name speedlab.invalid cannot be resolved",
        options={"auth_url": "https://speedlab.invalid"},
        next_step="Check the host name",
    ),
    "nothing listens": Trouble(
        "connection_refused",
        "127.0.0.1 refuses connections",
        options={"auth_url": "http://127.0.0.1:9"},
        retryable=True,
        next_step="Check the address, the port and firewalls",
    ),
    "certificate not trusted": Trouble(
        "tls_not_trusted",
        "TLS with 127.0.0.1 failed",
        options={"auth_url": "{{ tls_url }}"},
        next_step="Set ca_path",
    ),
    "no answer in time": Trouble(
        "timed_out",
        "127.0.0.1 did not answer in time",
        options={"timeout": 0.5},
        fault=fault(OAUTH, "delay", seconds=2),
        retryable=True,
        next_step="raise timeout",
    ),
    "an answer that drips": Trouble(
        "timed_out",
        "did not send its whole answer in time",
        options={"timeout": 0.5},
        fault=fault(OAUTH, "drip", seconds=3),
        retryable=True,
    ),
    "connection reset": Trouble(
        "connection_failed",
        "The connection to 127.0.0.1 broke",
        fault=fault(OAUTH, "reset"),
        retryable=True,
        next_step="Check the network and the proxy",
    ),
    "answer cut short": Trouble(
        "answer_cut_short",
        "was cut short",
        fault=fault(LIST, "cut"),
        retryable=True,
        next_step="a proxy with a short time limit",
    ),
    # the answer
    "503 with a page": Trouble(
        "service_unavailable",
        "The API is not available (HTTP 503), with a page that is not JSON",
        status=503,
        fault=fault(OAUTH, "html", status=503),
        retryable=True,
        next_step="Try again later",
    ),
    "503 of the Lab": Trouble(
        "service_unavailable",
        "The API is not available (HTTP 503",
        status=503,
        fault=fault(LIST, "html"),
        retryable=True,
    ),
    "500": Trouble(
        "service_unavailable",
        "The API failed on monitorings (HTTP 500",
        status=500,
        fault=fault(LIST, "status", status=500),
        retryable=True,
    ),
    "500 at the log-in": Trouble(
        "service_unavailable",
        "The API failed while shop-production logged in (HTTP 500",
        status=500,
        fault=fault(OAUTH, "status", status=500),
        retryable=True,
    ),
    "truncated JSON": Trouble(
        "answer_not_json",
        "The answer on monitorings is not JSON",
        status=200,
        fault=fault(LIST, "malformed"),
        next_step="check the proxy and auth_url",
    ),
    "truncated JSON at the log-in": Trouble(
        "answer_not_json",
        "The answer to the log-in of shop-production is not JSON",
        status=200,
        fault=fault(OAUTH, "malformed"),
    ),
    "a page of a captive portal": Trouble(
        "answer_not_json",
        "is not JSON (HTTP 200)",
        status=200,
        fault=fault(OAUTH, "html", status=200),
    ),
    "JSON of the wrong shape": Trouble(
        "answer_wrong_shape",
        "The answer on monitorings has no payload",
        status=200,
        fault=fault(LIST, "wrong_shape"),
    ),
    "a list that is none": Trouble(
        "answer_wrong_shape",
        "The list of monitorings in the answer is not of the documented shape",
        fault=fault(LIST, "wrong_shape", body={"success": True, "payload": {"monitorings": {"id": 1}}}),
    ),
    "a token of the wrong shape": Trouble(
        "answer_wrong_shape",
        "has no usable access_token",
        status=200,
        fault=fault(OAUTH, "wrong_shape", body={"access_token": ["a"], "expires_in": 3600, "endpoint": "x"}),
    ),
    "a token without an endpoint": Trouble(
        "answer_wrong_shape",
        "came without a base URL (endpoint)",
        status=200,
        fault=fault(OAUTH, "wrong_shape", body={"access_token": "eyJhbGciOiJSUzI1NiJ9.a.b", "expires_in": 3600}),
        next_step="It may lack the scope speed-analysis",
    ),
    "too many calls": Trouble(
        "rate_limited",
        "The API says there are too many calls (HTTP 429",
        status=429,
        retryable=True,
        fault=fault(LIST, "status", status=429),
        next_step="lower concurrency",
    ),
    "too many calls, with a pause": Trouble(
        "rate_limited",
        "it asks for a pause of 600 seconds",
        status=429,
        retryable=True,
        options={"retry_timeout": 60},
        fault=fault(LIST, "status", status=429, headers={"Retry-After": "600"}),
    ),
    "too many calls, under another status": Trouble(
        "rate_limited",
        "too many calls (HTTP 400, CONCURRENT_API_CALL",
        status=400,
        retryable=True,
        fault=fault(
            LIST,
            "status",
            status=400,
            body={"success": False, "errorCode": "CONCURRENT_API_CALL", "errorMessage": "Too much"},
        ),
    ),
    "a redirect": Trouble(
        "redirect_refused",
        "127.0.0.1 answered with a redirect",
        status=302,
        fault=fault(OAUTH, "redirect", location="https://elsewhere.example/"),
        next_step="Set auth_url to the address that answers itself",
    ),
    "a redirect of the Lab": Trouble(
        "redirect_refused",
        "answered with a redirect",
        status=307,
        fault=fault(LIST, "redirect", status=307, location="https://elsewhere.example/"),
    ),
    "an answer without end": Trouble(
        "answer_too_large",
        "is larger than 128 MiB",
        status=200,
        fault=fault(LIST, "oversized", bytes=130 * 1024**2),
    ),
    "not found": Trouble(
        "not_found",
        "The API does not find monitorings (HTTP 404, SIM_FAULT",
        status=404,
        fault=fault(LIST, "status", status=404),
        next_step="Check the id",
    ),
    "refused for a reason of its own": Trouble(
        "api_error",
        "The API refuses the call on monitorings (HTTP 400, BAD_NAME: The name is too long)",
        status=400,
        fault=fault(
            LIST,
            "status",
            status=400,
            body={"success": False, "errorCode": "BAD_NAME", "errorMessage": "The name is too long."},
        ),
    ),
    "refused with status 200": Trouble(
        "api_error",
        "BAD_NAME",
        status=200,
        fault=fault(LIST, "status", status=200, body={"success": False, "errorCode": "BAD_NAME"}),
    ),
    "an error that repeats the request": Trouble(
        "api_error",
        "The API refuses the call on monitorings (HTTP 400, SIM_ECHO)",
        status=400,
        fault=fault(LIST, "echo", status=400),
    ),
    "token expired on the server for ever": Trouble(
        "token_expired",
        "The API calls a token expired that it gave a moment ago",
        status=401,
        fault=fault(LIST, "expired_token"),
    ),
}


@pytest.fixture(scope="module")
def troubled(
    new_workplace: Callable[[], Workplace],
    running_simulator: Simulator,
    tls_simulator: Simulator,
    in_process: bool,
) -> Run:
    """One playbook that meets all of them, one after the other."""
    listed = [task for name, trouble in TROUBLES.items() for task in trouble.tasks(name, running_simulator)]
    urls = {"plain_url": running_simulator.auth_url, "tls_url": tls_simulator.auth_url}
    return new_workplace().tasks(*listed, vars={**urls, "speedlab_in_process": in_process})


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_has_a_code_of_its_own_and_says_what_to_do_next(troubled: Run, name: str) -> None:
    trouble = TROUBLES[name]
    assert troubled.failed(name)
    result = troubled.one(name)
    failure = result["failure"]
    assert (failure["code"], failure["status"], failure["retryable"]) == (
        trouble.code,
        trouble.status,
        trouble.retryable,
    )
    assert trouble.words in result["msg"]
    assert trouble.next_step in failure["hint"]
    assert result["msg"].endswith(failure["hint"])
    assert "\n" not in result["msg"]
    assert result["changed"] is False


def test_no_trouble_shows_a_traceback_or_a_secret(troubled: Run) -> None:
    output = re.sub(r"(?m)^\d+ .*$", "", troubled.output)  # newer versions of ansible-core quote the playbook's lines
    shown = output + str(troubled.results)
    for never in ("Traceback", "simulator-secret", "Bearer eyJ", "urllib3", "requests.exceptions"):
        assert never not in shown


def test_a_failure_names_the_address_that_was_called(troubled: Run, running_simulator: Simulator) -> None:
    endpoints = {name: troubled.one(name)["failure"]["endpoint"] for name in TROUBLES}
    assert endpoints["wrong secret"] == running_simulator.auth_url + OAUTH
    assert endpoints["503 of the Lab"] == running_simulator.auth_url + LIST
    assert endpoints["unknown host"] == f"https://speedlab.invalid{OAUTH}"


@pytest.mark.parametrize("style", ["oauth", "contentsquare", "both"])
def test_refusals_are_told_apart_however_the_api_spells_them(tasks: Tasks, simulator: Simulator, style: str) -> None:
    simulator.control("variants", {"token_error_style": style})
    names = ("wrong secret", "expired pair", "scope refused", "project needed", "project refused")
    run = tasks(*[task for name in names for task in TROUBLES[name].tasks(name, simulator)])
    assert {name: run.one(name)["failure"]["code"] for name in names} == {name: TROUBLES[name].code for name in names}


# --- what is tried again, and for how long ----------------------------------------------------------------------------


PASSING = {
    "503 with a page": fault(LIST, "html", status=503),
    "502": fault(LIST, "status", status=502),
    "504": fault(LIST, "status", status=504),
    "429": fault(LIST, "status", status=429),
    "too many calls under another status": fault(
        LIST, "status", status=400, body={"success": False, "errorCode": "CONCURRENT_API_CALL"}
    ),
    "connection reset": fault(LIST, "reset"),
    "answer cut short": fault(LIST, "cut"),
    "503 at the log-in": fault(OAUTH, "status", status=503),
    "answer to the log-in lost": fault(OAUTH, "lost_answer"),
}


@pytest.fixture(scope="module")
def recovered(new_workplace: Callable[[], Workplace], running_simulator: Simulator) -> Run:
    listed = []
    for name, passing in PASSING.items():
        listed += [
            running_simulator.task("counters/reset", {}),
            running_simulator.task("faults", {**passing, "times": 1}),
            {"name": name, MONITORINGS: {"token_cache": False}, "ignore_errors": True},
            running_simulator.task("counters", name=f"calls of {name}"),
        ]
    return new_workplace().tasks(*listed)


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_by_itself_is_tried_once_more(recovered: Run, name: str) -> None:
    assert not recovered.failed(name)
    calls = recovered.one(f"calls of {name}")["answer"]["calls"]
    assert calls == {OAUTH: 1, LIST: 1, PASSING[name]["path"]: 2}


def test_retry_after_is_waited_for(tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", fault(LIST, "status", status=429, headers={"Retry-After": "2"}))
    clock = "{{ now().timestamp() }}"
    run = tasks({"note": {"before": clock}}, {"name": "list", MONITORINGS: {}}, {"note": {"after": clock}})
    assert run.status == 0, run.output
    assert simulator.calls(LIST) == 2
    assert float(run.notes["after"]) - float(run.notes["before"]) >= 2


def test_what_does_not_pass_is_asked_once(tasks: Tasks, simulator: Simulator) -> None:
    for status in (400, 401, 403, 404, 500):
        simulator.control("faults", fault(LIST, "status", status=status))
    run = tasks(*[{"name": str(number), MONITORINGS: {}, "ignore_errors": True} for number in range(5)])
    assert all(run.failed(str(number)) for number in range(5))
    assert simulator.calls(LIST) == 5


def test_retries_end_within_retry_timeout(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", fault(LIST, "html", times=None))
    begun = time.monotonic()
    run = front_tasks({"name": "list", MONITORINGS: {"retry_timeout": 3}})
    assert run.one("list")["failure"]["code"] == "service_unavailable"
    assert 2 <= simulator.calls(LIST) <= 8
    assert time.monotonic() - begun < 60


def test_retry_timeout_0_means_none(tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", fault(LIST, "html", times=None))
    run = tasks({"name": "list", MONITORINGS: {"retry_timeout": 0}})
    assert run.failed("list")
    assert simulator.calls(LIST) == 1


# --- a token that ends ------------------------------------------------------------------------------------------------


def test_a_token_that_expired_on_the_server_is_renewed_once_and_the_call_repeated_once(
    front_tasks: Tasks, simulator: Simulator
) -> None:
    run = front_tasks(
        {TOKEN: {"return_token": False}},
        simulator.task("tokens/expire", {}),
        simulator.task("counters/reset", {}),
        {"name": "list", MONITORINGS: {}},
        {"name": "again", MONITORINGS: {}},
    )
    assert run.status == 0, run.output
    assert simulator.all_calls == {LIST: 3, OAUTH: 1}


def test_parallel_calls_renew_an_expired_token_once(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        {"name": "warm", MONITORINGS: {}},
        simulator.task("faults", fault(LIST, "delay", seconds=0.2)),
        simulator.task("tokens/expire", {}),
        simulator.task("counters/reset", {}),
        {"name": "list", MONITORINGS: {"include": ["last_report", "reports"]}},
    )
    assert run.status == 0, run.output
    assert simulator.token_requests == 1


def test_a_server_that_calls_every_token_expired_gets_no_loop(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", fault(LIST, "expired_token", times=None))
    run = front_tasks({"name": "list", MONITORINGS: {}})
    assert run.one("list")["failure"]["code"] == "token_expired"
    assert simulator.all_calls == {LIST: 2, OAUTH: 2}


def test_a_ready_token_cannot_be_renewed(tasks: Tasks, simulator: Simulator) -> None:
    ready = {"access_token": simulator.token("shop-production", "simulator-secret-production")}
    simulator.control("tokens/expire", {})
    simulator.control("counters/reset", {})
    run = tasks({"name": "list", MONITORINGS: {**ready, "endpoint": simulator.auth_url}})
    assert run.one("list")["failure"]["code"] == "token_expired"
    assert "A ready access_token cannot be renewed here" in run.one("list")["msg"]
    assert simulator.all_calls == {LIST: 1}


# --- what is missing where the task runs ------------------------------------------------------------------------------


def without(library: str, folder: Path) -> dict[str, str]:
    """An environment in which Python finds no such library."""
    shadow = folder / f"without-{library}"
    shadow.mkdir()
    (shadow / f"{library}.py").write_text(f"raise ImportError('no {library} here')\n", encoding="utf-8")
    return {"PYTHONPATH": str(shadow)}


def test_a_query_without_jmespath_fails_before_any_request(
    front_tasks: Tasks, simulator: Simulator, tmp_path: Path
) -> None:
    run = front_tasks(
        {"name": "query", MONITORINGS: {"query": "monitorings"}, "ignore_errors": True},
        {"name": "no query", MONITORINGS: {}},
        env=without("jmespath", tmp_path),
    )
    assert run.status == 0, run.output
    result = run.one("query")
    assert result["failure"]["code"] == "library_missing"
    assert "The Python library jmespath is missing on" in result["msg"]
    assert "leave query out" in result["failure"]["hint"]
    assert simulator.all_calls == {OAUTH: 1, LIST: 1}
    assert "Traceback" not in run.output


def test_a_host_without_requests_is_told_so(front_tasks: Tasks, simulator: Simulator, tmp_path: Path) -> None:
    run = front_tasks({"name": "list", MONITORINGS: {}}, env=without("requests", tmp_path))
    assert run.one("list")["failure"]["code"] == "library_missing"
    assert "The Python library requests is missing on" in run.one("list")["msg"]
    assert simulator.all_calls == {}


def test_a_host_without_cryptography_works_with_a_warning(tasks: Tasks, simulator: Simulator, tmp_path: Path) -> None:
    run = tasks(
        {"name": "first", TOKEN: {"return_token": False}},
        {"name": "second", TOKEN: {"return_token": False}},
        vars={"speedlab_in_process": False},
        environment=without("cryptography", tmp_path),
    )
    assert run.status == 0, run.output
    assert run.one("second")["cached"] is False
    assert run.one("second")["warnings"] == [
        "Tokens are not cached here, since the Python library cryptography is missing."
    ]
