# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on the controller runs there whatever the inventory, the command line and other variables say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator, Webhook, to_yaml

Playbook = Callable[..., Run]

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
ALWAYS = {"speedlab_in_process": "always"}

# 192.0.2.0/24 is for documentation: nothing answers there.
UNREACHABLE = {"ansible_host": "192.0.2.1", "ansible_ssh_common_args": "-o ConnectTimeout=1 -o BatchMode=yes"}
HOSTILE: dict[str, dict[str, Any]] = {
    "ssh": {"ansible_connection": "ssh", **UNREACHABLE},
    "winrm": {"ansible_connection": "winrm", "ansible_shell_type": "powershell", **UNREACHABLE},
    "psrp": {"ansible_connection": "psrp", "ansible_shell_type": "powershell", **UNREACHABLE},
    "a become that fails": {
        "ansible_become": True,
        "ansible_become_exe": "/bin/false",
        "ansible_become_user": "nobody",  # to become oneself is no work, and would not fail
    },
    "a temporary folder that cannot be written": {"ansible_remote_tmp": "/proc/nowhere"},
    "another Python": {"ansible_python_interpreter": "/nowhere/python"},
    "all at once": {
        "ansible_connection": "ssh",
        **UNREACHABLE,
        "ansible_become": True,
        "ansible_become_exe": "/bin/false",
        "ansible_become_user": "nobody-of-that-name",
        "ansible_remote_tmp": "/proc/nowhere",
        "ansible_python_interpreter": "/nowhere/python",
        "ansible_shell_executable": "/nowhere/sh",
    },
}


@pytest.fixture
def inventory(tmp_path: Path) -> Callable[..., Path]:
    """Writes an inventory of ``localhost`` and ``web1`` in which these variables hold for all hosts."""

    def write(variables: dict[str, Any]) -> Path:
        path = tmp_path / "inventory.yml"
        path.write_text(to_yaml({"all": {"hosts": {"localhost": {}, "web1": {}}, "vars": variables}}), encoding="utf-8")
        return path

    return write


# --- speedlab_in_process: always --------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", HOSTILE)
def test_always_runs_in_process_whatever_the_inventory_says(
    playbook: Playbook, inventory: Callable[..., Path], hostile: str
) -> None:
    task = {"name": "read", MONITORINGS: {}, "vars": ALWAYS}
    run = playbook(
        [{"hosts": "all", "gather_facts": False, "tasks": [task, {**task, "delegate_to": "localhost"}]}],
        "--inventory",
        str(inventory(HOSTILE[hostile])),
        "-vvv",
    )
    assert run.status == 0, run.output
    assert [each["summary"]["total"] for each in run.of("read")] == [9, 9, 9, 9]
    assert "EXEC" not in run.output
    assert "ESTABLISH" not in run.output


def test_always_wins_against_extra_variables_and_the_command_line(
    playbook: Playbook, inventory: Callable[..., Path]
) -> None:
    run = playbook(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "read", MONITORINGS: {}, "vars": ALWAYS}]}],
        "--inventory",
        str(inventory({})),
        "--become",
        "-vvv",
        *("-e", "ansible_connection=ssh", "-e", "ansible_host=192.0.2.1", "-e", "ansible_become=true"),
        *("-e", "ansible_become_exe=/bin/false"),
    )
    assert run.status == 0, run.output
    assert run.one("read")["summary"]["total"] == 9
    assert "ESTABLISH" not in run.output


def test_always_works_in_loops_and_with_retries(
    playbook: Playbook, inventory: Callable[..., Path], simulator: Simulator
) -> None:
    simulator.control("faults", {"path": "/v1/oauth/token", "kind": "status", "status": 500, "times": 2})
    tasks = [
        {
            "name": "again",
            TOKEN: {"return_token": False, "retry_timeout": 0},
            "vars": {"speedlab_in_process": "{{ 'al' ~ 'ways' }}"},
            "register": "token",
            "until": "token is success",
            "retries": 4,
            "delay": 0,
        },
        {
            "name": "each",
            MONITORINGS: {"name": "{{ item }}", "query": "length(monitorings)"},
            "vars": ALWAYS,
            "loop": ["Home", "Checkout"],
            "delegate_to": "localhost",
            "register": "found",
        },
        {"note": {"found": "{{ found.results | map(attribute='query_result') }}"}},
    ]
    run = playbook(
        [{"hosts": "web1", "gather_facts": False, "tasks": tasks}],
        "--inventory",
        str(inventory(HOSTILE["all at once"])),
    )
    assert run.status == 0, run.output
    assert run.one("again")["attempts"] == 3
    assert run.notes["found"] == [2, 1]


def test_always_on_an_unreachable_host_refuses_async(playbook: Playbook, inventory: Callable[..., Path]) -> None:
    task = {"name": "read", MONITORINGS: {}, "vars": ALWAYS, "async": 30, "poll": 1}
    run = playbook(
        [{"hosts": "web1", "gather_facts": False, "tasks": [task]}],
        "--inventory",
        str(inventory(HOSTILE["ssh"])),
    )
    assert run.status == 2
    assert "speedlab_in_process is always, which does not go with async" in run.one("read")["msg"]


# --- the playbooks ----------------------------------------------------------------------------------------------------

HOSTILE_TO_PLAYBOOKS = {
    "a become that fails": HOSTILE["a become that fails"],
    "a host out of reach, and plugins that are not installed": {
        **HOSTILE["ssh"],
        "ansible_become": True,
        "ansible_become_method": "acme.cloud.doas",
        "ansible_shell_type": "powershell",
        "ansible_python_interpreter": "/nowhere/python",
    },
}
PAIRS = [
    {
        "name": "Shop",
        "client_id": "shop-production",
        "client_secret": "simulator-secret-production",
        "expires_on": "2099-01-31",
    }
]
MONITORING = {"id": 50301, "name": "Checkout", "url": "https://www.shop.example/checkout", "error_message": ""}
TICKET = {"type": "state_changed", "id": "1f7a", "to": "KO", "observed_at": "2026-11-25T14:24:11Z"}
GOOD_PAGE = "Home"  # a monitoring in good order

# What each playbook needs beside its pair, and a file that it leaves behind.
PLAYBOOKS: dict[str, tuple[dict[str, Any], str]] = {
    "credential_audit": (
        {"credential_audit_credentials": PAIRS, "credential_audit_history": "history"},
        "speedlab-reports/credential_audit.html",
    ),
    "doctor": ({}, ""),
    "credential_audit over an inventory": (
        {
            "credential_audit_hosts": "web1",
            "credential_audit_credential": PAIRS[0],
        },
        "speedlab-reports/credential_audit.html",
    ),
    "credential_expectations": ({"credential_audit_credentials": PAIRS}, "expectations.yml"),
    "credential_expiry": ({"credential_expiry_credentials": PAIRS}, "speedlab-reports/credential_expiry.html"),
    "deployment_event": ({"deployment_event_key": "deploy-42", "deployment_event_monitorings": ["Home"]}, ""),
    "demo": ({"demo_report_dir": "demo"}, "demo/credential_expiry.html"),
    "event_message": ({"ansible_eda": {"event": {"type": "health", "health": {"status": "up"}}}}, ""),
    "event_ticket": ({"ansible_eda": {"event": {**TICKET, "monitoring": MONITORING}}}, ""),
    "event_stale": ({"ansible_eda": {"event": {"type": "stale", "monitoring": MONITORING}}}, ""),
    "monitoring_status": ({"monitoring_status_report_dir": "reports"}, "reports/monitoring_status.html"),
    "performance_budgets": ({"performance_budgets_min_samples": 1}, "budgets.yml"),
    "performance_gate": (
        {
            "performance_gate_budgets": {"defaults": {"score": {"fail": 1}}},
            "performance_gate_name": GOOD_PAGE,
            "performance_gate_report_dir": "reports",
        },
        "reports/performance_gate.html",
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE_TO_PLAYBOOKS)
@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_works_whatever_the_inventory_says_of_localhost(
    playbook: Playbook, inventory: Callable[..., Path], webhook: Webhook, tmp_path: Path, name: str, hostile: str
) -> None:
    variables, file = PLAYBOOKS[name]
    hooks = {"SPEEDLAB_TICKET_URL": webhook.url, "SPEEDLAB_MESSAGE_URL": webhook.url}
    run = playbook(
        f"contentsquare.speedlab.{name.split(maxsplit=1)[0]}",
        *("--inventory", str(inventory(HOSTILE_TO_PLAYBOOKS[hostile]))),
        *("--extra-vars", json.dumps(variables)),
        *("--become", "-vvv"),
        env={**hooks, "ANSIBLE_REMOTE_TMP": None},
    )
    assert run.status == 0, run.output
    assert "ESTABLISH" not in run.output.replace("ESTABLISH LOCAL CONNECTION", "")
    assert not file or (tmp_path / file).is_file()
    assert len(webhook.got) == (name in ("event_message", "event_ticket"))
