# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_doctor: each failure belongs to one check, and what lies behind it is unknown."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.doctor import CHECKS, TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples, tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply


def run(**given: Any) -> tasks.Run:
    return tasks.run(TASK, **{**tasks.LOGIN, "retry_timeout": 0, **given})


def states(result: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["state"] for check in result["checks"]}


def found(result: dict[str, Any], name: str) -> str:
    (check,) = [check for check in result["checks"] if check["name"] == name]
    return str(check["found"])


def kinds(kind: type[errors.SpeedlabError]) -> Iterator[type[errors.SpeedlabError]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds(each)


def test_each_failure_belongs_to_a_check_on_the_way() -> None:
    assert {kind.stage for kind in kinds(errors.SpeedlabError)} == set(CHECKS) - {"clock", "cache"}


def test_a_first_call_that_the_lab_refuses_is_a_problem_of_the_lab_alone(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, reply({"success": False, "errorCode": "FORBIDDEN"}, 403))
    failure = run().failure
    assert [name for name, state in states(failure).items() if state != "ok"] == ["lab", "clock"]
    assert failure["code"] == "problems_found"
    assert failure["msg"].splitlines()[-1] == f"1 check found a problem: lab. {failure['hint']}"
    assert "speed-analysis" in failure["hint"]


def test_a_region_out_of_reach_is_told_from_a_log_in_out_of_reach(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, requests.exceptions.ConnectTimeout())
    assert states(run().failure)["region"] == "problem"


def test_all_behind_a_problem_is_unknown(api: ScriptedApi) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    behind = states(run().failure)
    assert (behind["answer"], behind["pair"]) == ("ok", "problem")
    assert {behind[name] for name in ("scope", "project", "region", "lab")} == {"unknown"}


@pytest.mark.parametrize(
    ("date", "state", "words"),
    [
        ("Mon, 23 Nov 2026 22:35:13 GMT", "ok", "agrees"),
        ("Mon, 23 Nov 2026 22:25:43 GMT", "problem", "600 s ahead of"),
        ("Mon, 23 Nov 2026 22:45:43 GMT", "problem", "600 s behind"),
    ],
)
def test_the_clock_is_compared_with_the_answers(
    api: ScriptedApi, clock: Any, date: str, state: str, words: str
) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, reply(samples.payload({"monitorings": []}), Date=date))
    result = run().execution.result
    assert (states(result)["clock"], words in found(result, "clock")) == (state, True)


def test_with_a_ready_token_there_is_no_log_in_to_check(api: ScriptedApi) -> None:
    api.expect_lab("monitoring/list", {}, {"monitorings": []}, bearer="a-ready-token")
    given = {"client_id": None, "client_secret": None, "access_token": "a-ready-token", "endpoint": samples.ENDPOINT}
    result = run(**given).result
    assert {states(result)[name] for name in ("pair", "scope", "project")} == {"unknown"}
    assert states(result)["lab"] == "ok"


def test_bad_settings_hide_no_missing_secret(api: ScriptedApi) -> None:
    failure = run(timeout=0, client_secret=None).failure
    assert [name for name, state in states(failure).items() if state == "problem"] == ["secret", "settings"]
    assert states(run(timeout=0).failure)["secret"] == "ok"


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://user:p4ssw0rd-canary@proxy.example:3128", "proxy.example:3128 is used"),
        ("user:p4ssw0rd-canary@proxy.example:3128", "proxy.example:3128 is used"),
        ("http://proxy.example", "proxy.example is used"),
        ("http://user:p4ssw0rd-canary/x@proxy.example:3128", "a proxy whose address cannot be read is used"),
        ("http://p4ssw0rd-canary#@proxy.example:3128", "a proxy whose address cannot be read is used"),
    ],
)
def test_of_a_proxy_only_its_host_is_shown(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch, proxy: str, shown: str
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    result = run().result
    assert found(result, "proxy") == shown
    assert "p4ssw0rd" not in str(result)


def test_no_proxy_counts(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "contentsquare.com")
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    assert found(run().result, "proxy") == "none is used"


def test_the_look_at_the_clock_carries_nothing_of_the_user() -> None:
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            heard.append(f"{self.requestline}\n{self.headers}")
            self.send_response(302)
            self.send_header("Location", "https://elsewhere.example/")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        client = samples.client(auth_url=f"http://127.0.0.1:{server.server_port}")
        client.look_at_clock()
    finally:
        server.shutdown()
        server.server_close()
    (request,) = heard
    assert not [
        word for word in ("Authorization", "Content-Length", "Cookie", samples.PAIR.client_id) if word in request
    ]
    assert client.clock_difference is not None
    assert abs(client.clock_difference) < 5
