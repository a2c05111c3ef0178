# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two fronts, in the Ansible process and as a module, give one and the same result on every ansible-core.

What counts is what ``register`` keeps: since ansible-core 2.22, Ansible masks what callbacks get to see by itself.
"""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import COLLECTION, Run, Simulator, Workplace

Tasks = Callable[..., Run]

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
CREDENTIALS = "contentsquare.speedlab.speedlab_credentials_info"
SHOWN = {"return_token": False}
DOCTOR = "contentsquare.speedlab.speedlab_doctor"
EVENT = "contentsquare.speedlab.speedlab_event"
EVENTS = "contentsquare.speedlab.speedlab_event_info"
GATE = "contentsquare.speedlab.speedlab_gate"
HAR = "contentsquare.speedlab.speedlab_har"
REPORTS = "contentsquare.speedlab.speedlab_report_info"
SCENARIOS = "contentsquare.speedlab.speedlab_scenario_info"
ACCOUNT = {"client_id": "group-account", "client_secret": "simulator-secret-account"}
SECRET = "simulator-secret-production"  # of the pair in the environment
REPORT = "{{ last_report.monitorings[0].last_report.id }}"

# What may differ: the two runs are some seconds apart, and ansible-core itself adds some of these to modules' results.
PASSING = {
    *("access_token", "expires_at", "expires_in", "checked_at", "age_seconds", "since"),
    *("ansible_facts", "ansible_parsed", "dest", "exception", "invocation"),
}

TABLE: dict[str, dict[str, Any]] = {
    # good
    "new token": {TOKEN: SHOWN},
    "cached token": {TOKEN: SHOWN},
    "hidden token": {TOKEN: {}},
    "forced token": {TOKEN: {**SHOWN, "force": True}, "diff": True},
    "token with a warning": {TOKEN: {**SHOWN, "min_validity": 9000}},
    "token of a project": {TOKEN: {**SHOWN, **ACCOUNT, "project_id": "10102", "scopes": "metrics,speed-analysis"}},
    "monitorings": {MONITORINGS: {}},
    "typed from text": {
        MONITORINGS: {
            "enabled": "yes",
            "monitoring_id": "50301,50302",
            "limit": "3",
            "include": "reports",
            "stale_factor": "3",
            "timeout": "10",
        }
    },
    "unredacted": {MONITORINGS: {"redact": False}},
    "query": {MONITORINGS: {"query": "monitorings[*].[id, name]"}},
    "warning": {MONITORINGS: {"monitoring_id": [1], "name": "no such page"}},
    "audit": {
        CREDENTIALS: {
            "credentials": [
                {"name": "prod", "expires_on": "2099-01-31", "expected_scopes": ["surveys"], "owner": "web team"},
                {
                    "name": "account",
                    **ACCOUNT,
                    "waivers": [{"finding": "refused", "reason": "why not", "until": "2020-01-31"}],
                },
                {"name": "wrong", "client_id": "shop-staging", "client_secret": "simulator-secret-wrong"},
            ],
            "verify": "token",
        }
    },
    "audit of the common pair": {CREDENTIALS: {}},
    "an answer that holds the secret's own words": {
        MONITORINGS: {
            **ACCOUNT,
            "project_id": 10103,
            "client_secret": "simulator-secret-account",
            "query": '`"simulator-secret-account"`',
        }
    },
    "doctor": {DOCTOR: {}},
    "scenarios": {SCENARIOS: {"include": ["reports"], "last_days": 2}},
    "events": {EVENTS: {}},
    "gate": {GATE: {"budgets": {"defaults": {"score": {"fail": 1}}}, "monitoring_id": [50302]}},
    "event": {EVENT: {"key": "fronts", "text": "A text", "date": "2026-11-23T12:00:00Z"}, "diff": True},
    "event again": {EVENT: {"key": "fronts", "text": "A text", "date": "2026-11-23T12:00:00Z"}, "diff": True},
    "event gone": {EVENT: {"key": "fronts", "state": "absent"}, "diff": True},
    "last report": {MONITORINGS: {"monitoring_id": [50301], "include": ["last_report"]}},
    "reports": {REPORTS: {"report_id": REPORT}},
    "har": {HAR: {"report_id": REPORT, "dest": "{{ playbook_dir }}/a.har"}},
    # the secret in what the API returns and in what the user asks for
    "secret in a name and in keys": {MONITORINGS: {"monitoring_id": [50302]}},
    "secret in a verdict": {MONITORINGS: {"expected": [{"name": f"Page of {SECRET}", "lang": "x"}]}},
    "secret in a gate": {GATE: {"budgets": {"defaults": {"score": {"fail": 1}}}, "name": SECRET}},
    "secret in a query": {MONITORINGS: {"query": f'{{"{SECRET}": `1`, "key of {SECRET}": [`"a {SECRET}"`, `true`]}}'}},
    "secret in entries": {
        CREDENTIALS: {
            "credentials": [
                {"name": f"prod {SECRET}", "environment": "prod", "owner": SECRET},
                {"name": "short", "client_id": "id", "client_secret": "seven", "owner": "seven days a week"},
            ],
        }
    },
    "secret in a diff": {
        EVENT: {"key": "fronts", "text": f"By {SECRET}", "date": "2026-11-23T12:00:00Z"},
        "check_mode": True,
        "diff": True,
    },
    "secret in a warning": {REPORTS: {"report_id": [REPORT, SECRET]}},
    "secret in a loop": {
        MONITORINGS: {**ACCOUNT, "project_id": 10103, "name": "{{ item }}", "query": "length(monitorings)"},
        "loop": ["Home", ACCOUNT["client_secret"]],
    },
    # check mode and diff
    "present in check mode": {TOKEN: SHOWN, "check_mode": True, "diff": True},
    "forced in check mode": {TOKEN: {**SHOWN, "force": True}, "check_mode": True, "diff": True},
    "absent in check mode": {TOKEN: {"state": "absent"}, "check_mode": True, "diff": True},
    "absent": {TOKEN: {"state": "absent"}, "diff": True},
    "absent again": {TOKEN: {"state": "absent"}, "diff": True},
    "cold in check mode": {TOKEN: SHOWN, "check_mode": True, "diff": True},
    "monitorings in check mode": {MONITORINGS: {"name": "Home"}, "check_mode": True, "diff": True},
    # bad
    "wrong secret": {TOKEN: {**ACCOUNT, "client_secret": "simulator-secret-wrong"}},
    "scopes that do not go together": {TOKEN: {"scopes": ["enrichment", "metrics"]}},
    "token of no use": {CREDENTIALS: {"access_token": "eyJhbGciOiJSUzI1NiJ9", "endpoint": "https://x"}},
    "a short secret": {TOKEN: {"client_id": "a", "client_secret": "seven"}},
    "bad date": {MONITORINGS: {"date_from": "someday"}},
    "bad query": {MONITORINGS: {"query": "]"}},
    "nobody there": {MONITORINGS: {"auth_url": "http://127.0.0.1:9", "retry_timeout": 0}},
    # wrong arguments
    "an unknown option": {TOKEN: {"clientid": "a"}},
    "two unknown options": {MONITORINGS: {"zeta": 1, "alpha": {"a": 1}}},
    "an unknown option of an entry": {CREDENTIALS: {"credentials": [{"name": "a", "secret": "simulator-secret-x"}]}},
    "a missing option of an entry": {CREDENTIALS: {"credentials": [{"owner": "a"}]}},
    "not a number": {TOKEN: {"min_validity": "long"}},
    "not a boolean": {MONITORINGS: {"enabled": "perhaps"}},
    "not a choice": {TOKEN: {"state": "gone"}},
    "not a choice in a list": {MONITORINGS: {"include": ["reports", "har"]}},
    "not a list of dictionaries": {CREDENTIALS: {"credentials": [["a"]]}},
    "a dictionary for a text": {MONITORINGS: {"monitoring_id": {"a": 1}}},
    "a secret of the wrong type": {TOKEN: {"client_id": "a", "client_secret": {"part": "simulator-secret-x"}}},
    "two mistakes": {TOKEN: {"state": "gone", "min_validity": "long"}},
    "no such dest": {HAR: {"report_id": "a", "dest": "/no/such/folder/a.har"}},
    "a gate that closes": {GATE: {"budgets": {"defaults": {"score": {"fail": 100}}}, "monitoring_id": [50302]}},
    "secret as a choice": {TOKEN: {**ACCOUNT, "state": ACCOUNT["client_secret"]}},
    "secret as an option": {TOKEN: {**ACCOUNT, ACCOUNT["client_secret"]: 1}},
    "secret as a date": {MONITORINGS: {"date_from": SECRET}},
    "secret as a query": {MONITORINGS: {"query": f"]{SECRET}"}},
    "secret as a key of budgets": {GATE: {"budgets": {"defaults": {SECRET: {"fail": 1}}}}},
}


def steady(value: Any) -> Any:
    """The value without what passes with time."""
    if isinstance(value, dict):
        return {key: steady(item) for key, item in value.items() if key not in PASSING and not key.startswith("_")}
    if isinstance(value, str):  # a path of the one user or of the other
        return re.sub(r"/workplace\d+/", "/workplace/", value)
    return [steady(item) for item in value] if isinstance(value, list) else value


def test_the_table_holds_every_module_but_that_with_one_front() -> None:
    modules = {path.stem for path in (COLLECTION / "plugins" / "modules").glob("speedlab_*.py")} - {"speedlab_publish"}
    used = {key.rpartition(".")[2] for task in TABLE.values() for key in task}
    assert modules <= used


@pytest.fixture(scope="module")
def both(running_simulator: Simulator, new_workplace: Callable[[], Workplace]) -> dict[bool, Run]:
    """The whole table in each front, with a token cache of its own but on one and the same state of the server."""
    places = {True: new_workplace(), False: new_workplace()}
    echo = {"name": f"Page of {SECRET}", "extra": {SECRET: 1, "tags": {f"key of {SECRET}": [SECRET, True, None]}}}
    running_simulator.control("monitorings/50302", echo)
    return {in_process: whole_table(place, in_process) for in_process, place in places.items()}


def whole_table(place: Workplace, in_process: bool) -> Run:
    variable = {name: re.sub(r"\W", "_", name) for name in TABLE}
    listed = [{"name": name, **task, "ignore_errors": True, "register": variable[name]} for name, task in TABLE.items()]
    kept = {name: f"{{{{ {variable[name]} }}}}" for name in TABLE}
    env = {"PYTHONHASHSEED": "0"}  # some messages of ansible-core list a set
    variables = {"speedlab_in_process": in_process}
    return place.tasks(*listed, {"note": {"registered": kept}}, vars=variables, env=env)


@pytest.mark.parametrize("name", TABLE)
def test_both_fronts_give_the_same_result(both: dict[bool, Run], name: str) -> None:
    here, module = both[True], both[False]
    assert here.failed(name) == module.failed(name)
    assert [steady(each) for each in here.of(name)] == [steady(each) for each in module.of(name)]


@pytest.mark.parametrize("name", TABLE)
def test_both_fronts_register_the_same_result(both: dict[bool, Run], name: str) -> None:
    here, module = (both[in_process].notes["registered"][name] for in_process in (True, False))
    assert steady(here) == steady(module)


@pytest.mark.parametrize("name", TABLE)
def test_what_is_registered_holds_no_secret(both: dict[bool, Run], name: str) -> None:
    for run in both.values():
        registered = run.notes["registered"][name]
        for each in registered.pop("results", []):  # what Ansible adds to a loop is the user's own item
            registered = {**registered, **each, "item": None}
        assert SECRET not in str(registered)
        assert ACCOUNT["client_secret"] not in str(registered)


def test_a_token_that_is_asked_for_is_registered(both: dict[bool, Run]) -> None:
    for run in both.values():
        assert run.notes["registered"]["hidden token"]["access_token"].startswith("eyJ")


def test_no_short_or_harmless_value_is_masked_in_what_is_displayed(both: dict[bool, Run]) -> None:
    for run in both.values():
        found = run.one("secret in entries")["credentials"]
        assert found[0]["environment"] == "prod"
        assert found[1]["owner"] == "seven days a week"


def test_the_table_holds_what_it_says(both: dict[bool, Run]) -> None:
    """Else the fronts might agree in doing nothing."""
    bad = list(TABLE).index("wrong secret")
    for run in both.values():
        assert [run.failed(name) for name in TABLE] == [number >= bad for number in range(len(TABLE))]
        assert "censored" in run.one("hidden token")
        assert run.one("an answer that holds the secret's own words")["query_result"] == (
            "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
        )
        assert run.one("cached token")["cached"] is True
        assert "clientid" in run.one("an unknown option")["msg"]


def test_neither_front_shows_a_traceback_or_a_secret_of_wrong_arguments(both: dict[bool, Run]) -> None:
    for run in both.values():
        assert "Traceback" not in run.output
        for name in ("an unknown option of an entry", "a secret of the wrong type", "a short secret"):
            assert "simulator-secret" not in str(run.one(name))
            assert "seven" not in str(run.one(name))


# --- which front it is ------------------------------------------------------------------------------------------------


def ran_as_module(run: Run) -> bool:
    """A module is copied or piped to an interpreter, which -vvv tells; what runs in-process needs neither."""
    return "AnsiballZ" in run.output or "EXEC /bin/sh" in run.output


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"speedlab_in_process": False}, True),
        ({"speedlab_in_process": "no"}, True),
        ({"speedlab_in_process": "{{ 1 == 1 }}"}, False),
    ],
    ids=str,
)
def test_a_local_task_runs_in_process_unless_the_user_wishes_otherwise(
    tasks: Tasks, variables: dict[str, Any], expected: bool
) -> None:
    run = tasks({"name": "token", TOKEN: SHOWN}, vars=variables, arguments=("-vvv",))
    assert run.status == 0, run.output
    assert ran_as_module(run) is expected


FAKE_SUDO = """#!/bin/sh
# Becomes nobody else: runs what sudo would run, and leaves a word that it was asked.
touch "$SUDO_WAS_HERE"
while [ "$1" != /bin/sh ]; do shift; done
exec "$@"
"""


def test_with_become_the_task_runs_as_a_module(tasks: Tasks, tmp_path: Path) -> None:
    sudo = tmp_path / "fake-sudo"
    sudo.write_text(FAKE_SUDO, encoding="utf-8")
    sudo.chmod(sudo.stat().st_mode | stat.S_IXUSR)
    mark = tmp_path / "sudo-was-here"
    run = tasks(
        {"name": "become", MONITORINGS: {}, "become": True},
        vars={"ansible_become_exe": str(sudo)},
        env={"SUDO_WAS_HERE": str(mark), "ANSIBLE_BECOME_ALLOW_SAME_USER": "true"},
        arguments=("-vvv",),
    )
    assert run.status == 0, run.output
    assert mark.exists()
    assert ran_as_module(run)
    assert run.one("become")["summary"]["total"] == 9


def test_a_task_delegated_to_this_machine_runs_in_process(playbook: Callable[..., Run], tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all: {hosts: {far.example: {ansible_connection: ssh}}}\n", encoding="utf-8")
    play = {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [{"name": "here", MONITORINGS: {}, "delegate_to": "localhost"}],
    }
    run = playbook([play], "-i", str(inventory), "-vvv")
    assert run.status == 0, run.output
    assert run.one("here")["summary"]["total"] == 9
    assert not ran_as_module(run)


def test_loops_and_conditions_work_in_both_fronts(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        {
            "name": "each",
            MONITORINGS: {"name": "{{ item }}", "query": "length(monitorings)"},
            "loop": ["Home", "Checkout", "Blog"],
            "when": "item != 'Blog'",
            "register": "found",
            "until": "found.query_result > 0",
            "retries": 1,
            "delay": 0,
            "changed_when": "found.query_result > 1",
        },
        {
            "note": {
                "found": "{{ found.results | selectattr('query_result', 'defined') | map(attribute='query_result') }}"
            }
        },
    )
    assert run.status == 0, run.output
    assert run.notes["found"] == [2, 1]
    assert [each.get("changed") for each in run.of("each")][:2] == [True, False]
    assert simulator.token_requests == 1


def test_the_timeout_of_a_task_ends_it_in_both_fronts(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", {"path": "/v1/speed-analysis/monitoring/list", "kind": "delay", "seconds": 20})
    begun = time.monotonic()
    run = front_tasks({"name": "slow", MONITORINGS: {}, "timeout": 3})
    assert run.failed("slow")
    assert time.monotonic() - begun < 19
    assert "Traceback" not in run.output


def test_the_environment_of_a_task_is_honoured_and_left_behind(front_tasks: Tasks) -> None:
    run = front_tasks(
        {
            "name": "with",
            TOKEN: {**SHOWN, **ACCOUNT},
            "environment": [{"SPEEDLAB_PROJECT_ID": "10101"}, {"SPEEDLAB_SCOPES": "{{ scopes | join(',') }}"}],
        },
        {"name": "without", TOKEN: SHOWN},
        vars={"scopes": ["metrics", "speed-analysis"]},
    )
    assert run.status == 0, run.output
    assert (run.one("with")["project_id"], run.one("with")["scopes"]) == (10101, ["metrics", "speed-analysis"])
    assert (run.one("without")["project_id"], run.one("without")["scopes"]) == (10103, ["speed-analysis"])


def test_no_log_of_a_task_hides_all_of_it(front_tasks: Tasks) -> None:
    run = front_tasks(
        {"name": "hidden", MONITORINGS: {}, "no_log": True},
        {
            "name": "failed",
            MONITORINGS: {"client_secret": "simulator-secret-wrong", "client_id": "shop-staging"},
            "no_log": True,
        },
    )
    assert "monitorings" not in run.one("hidden")
    assert "shop-staging" not in str(run.one("failed"))


def test_a_task_is_tried_again_in_both_fronts_until_it_succeeds(front_tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("faults", {"path": "/v1/oauth/token", "kind": "status", "status": 500, "times": 2})
    run = front_tasks(
        {
            "name": "again",
            "contentsquare.speedlab.speedlab_token": {"return_token": False},
            "register": "token",
            "until": "token is success",
            "retries": 4,
            "delay": 0,
        }
    )
    assert run.status == 0, run.output
    assert run.one("again")["attempts"] == 3


def test_a_loop_over_secrets_shows_none_of_them_in_both_fronts(front_tasks: Tasks) -> None:
    run = front_tasks(
        {
            "name": "each",
            "contentsquare.speedlab.speedlab_token": {
                "client_id": "shop-staging",
                "client_secret": "{{ item.secret }}",
                "return_token": False,
            },
            "loop": [{"secret": "{{ lookup('ansible.builtin.env', 'STAGING') }}"}],
            "register": "tokens",
        },
        {"ansible.builtin.assert": {"that": "tokens.results[0].endpoint is defined"}},
        env={"STAGING": "simulator-secret-staging"},
        arguments=("-vvv",),
    )
    assert run.status == 0, run.output
    assert "simulator-secret-staging" not in run.output
