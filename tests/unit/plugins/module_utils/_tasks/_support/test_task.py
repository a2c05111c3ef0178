# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every task does alike, wherever it runs."""

from __future__ import annotations

import email.utils
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils import _query
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import NotFound, SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks import monitoring_info
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support import dates, progress
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.progress import every_now_and_then
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import Options, Outcome, Task
from ansible_collections.contentsquare.speedlab.plugins.module_utils._version import VERSION
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples, tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply


def a_task(result: dict[str, Any], **properties: Any) -> Task:
    """A task that makes one call and then has this result."""

    def run(options: Options, client: Client, check_mode: bool) -> Outcome:
        client.lab.monitorings()
        return Outcome(dict(result), changed=True, diff={"before": 1, "after": 2})

    return Task("a_task", {"query": {"type": "str"}}, run, **properties)


def expect_a_call(api: ScriptedApi, **headers: str) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, reply(samples.payload({"monitorings": []}), **headers))


def test_every_call_names_the_collection_and_ansible_with_their_versions(api: ScriptedApi) -> None:
    expect_a_call(api)
    tasks.run(a_task({}), **tasks.LOGIN)
    assert {call.headers["User-Agent"] for call in api.calls} == {f"contentsquare.speedlab/{VERSION} ansible/2.21.0"}


def test_a_result_carries_its_change_and_on_demand_its_diff(api: ScriptedApi) -> None:
    expect_a_call(api)
    assert tasks.run(a_task({"a": 1}), **tasks.LOGIN).result == {"a": 1, "changed": True}
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    shown = tasks.run(a_task({"a": 1}), diff_mode=True, **tasks.LOGIN).result
    assert shown["diff"] == {"before": 1, "after": 2}


def test_every_failure_with_a_name_is_a_result_with_message_and_code() -> None:
    def fail(options: Options, client: Client, check_mode: bool) -> Outcome:
        raise NotFound("No such thing", status=404, endpoint="https://x.example/y")

    done = tasks.run(Task("a_task", {}, fail), **tasks.LOGIN)
    assert done.execution.result == {
        "changed": False,
        "msg": f"No such thing. {NotFound.default_hint}",
        "failure": {
            "code": "not_found",
            "status": 404,
            "endpoint": "https://x.example/y",
            "retryable": False,
            "hint": NotFound.default_hint,
        },
    }
    assert done.execution.secrets == {tasks.LOGIN["client_secret"]}


def test_secrets_and_tokens_are_handed_over_for_masking_but_not_shown(api: ScriptedApi) -> None:
    expect_a_call(api)
    execution = tasks.run(a_task({}), **tasks.LOGIN).execution
    assert execution.secrets == {tasks.LOGIN["client_secret"], "token-number-1"}
    assert "token-number-1" not in repr(execution)
    assert tasks.LOGIN["client_secret"] not in repr(execution)


def test_a_query_leaves_out_the_keys_it_replaces(api: ScriptedApi) -> None:
    expect_a_call(api)
    done = tasks.run(a_task({"long": [1, 2], "short": 3}, replaced_by_query=("long",)), query="long[0]", **tasks.LOGIN)
    assert done.result == {"short": 3, "query_result": 1, "changed": True}


@pytest.mark.parametrize("query", ["", None])
def test_an_empty_query_is_none(api: ScriptedApi, query: Any) -> None:
    expect_a_call(api)
    assert "query_result" not in tasks.run(a_task({}), query=query, **tasks.LOGIN).result


def test_without_jmespath_a_query_fails_before_any_request(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_query, "JMESPATH_IMPORT_ERROR", "Traceback ...")
    failed = tasks.run(a_task({}), query="a", **tasks.LOGIN).failure
    assert failed["code"] == "library_missing"
    assert "jmespath" in failed["msg"]


def test_a_query_that_cannot_be_applied_is_a_failure(api: ScriptedApi) -> None:
    expect_a_call(api)
    failed = tasks.run(a_task({"a": 1}), query="length(a)", **tasks.LOGIN).failure
    assert failed["code"] == "bad_input"
    assert "query cannot be applied" in failed["msg"]


def test_certificates_that_are_not_checked_are_a_warning(api: ScriptedApi) -> None:
    expect_a_call(api)
    done = tasks.run(a_task({}), validate_certs=False, **tasks.LOGIN)
    assert done.warnings == ["validate_certs is false: the certificates of the API are not checked."]


@pytest.mark.parametrize(
    ("ahead", "words"), [(61, "61 seconds ahead of"), (-61, "61 seconds behind"), (59, None), (0, None)]
)
def test_a_clock_that_is_more_than_a_minute_off_is_a_warning(
    api: ScriptedApi, clock: Clock, ahead: int, words: str | None
) -> None:
    expect_a_call(api, Date=email.utils.formatdate(clock.now - ahead, usegmt=True))
    warnings = tasks.run(a_task({}), **tasks.LOGIN).warnings
    assert [words in warning for warning in warnings if words] == ([True] if words else [])
    assert len(warnings) == (1 if words else 0)


# --- progress ---------------------------------------------------------------------------------------------------------


def test_a_line_of_progress_comes_every_ten_seconds_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    said: list[str] = []
    done = every_now_and_then(said.append, "Reading")
    for number in range(1, 31):
        clock.now += 1
        done(number, 30)
    assert said == ["Reading: 10 of 30 done", "Reading: 20 of 30 done", "Reading: 30 of 30 done"]


def test_short_work_says_nothing() -> None:
    said: list[str] = []
    every_now_and_then(said.append, "Reading")(1, 1)
    assert said == []


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_date_is_none(nothing: Any) -> None:
    assert dates.date_option(nothing, "x") is None
    assert dates.instant_option(nothing, "x") is None


@pytest.mark.parametrize("wrong", ["soon", 5.5, ["2026-01-01"], {"a": 1}, True])
def test_a_wrong_date_names_its_option(wrong: Any) -> None:
    for parse in (dates.date_option, dates.instant_option):
        with pytest.raises(SettingsError, match=r"^expires_on: "):
            parse(wrong, "expires_on")


def test_every_task_that_answers_queries_takes_one() -> None:
    assert "query" in monitoring_info.TASK.options
