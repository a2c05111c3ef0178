# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks on a remote host: they run as modules there, and their secrets do not come back into any output.

A stand-in for ssh runs the commands on this machine, with an environment and a home of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.release import __version__ as core_version
from canaries import Canary, traces, traces_below, watched_processes
from support import Run, Simulator

CORE = tuple(map(int, core_version.split(".")[:2]))
TOKEN = "contentsquare.speedlab.speedlab_token"
CREDENTIALS = "contentsquare.speedlab.speedlab_credentials_info"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"

PAIR = {
    "client_id": "shop-production",
    "client_secret": "{{ lookup('ansible.builtin.env', 'SPEEDLAB_CLIENT_SECRET') }}",
}
SITE_SECRETS = ("site-password-canary", "site-header-canary", "site-cookie-canary", "site-postdata-canary")
FAKE_SSH = Path(__file__).parent / "bin" / "fake_ssh"

Remote = Callable[..., Run]


@pytest.fixture(params=["piped", "pipelining"])
def way(request: pytest.FixtureRequest) -> str:
    """How the module gets to the host: as a file, or through the standard input of its Python."""
    return str(request.param)


@pytest.fixture
def remote_home(tmp_path: Path) -> Path:
    home = tmp_path / "remote-home"
    home.mkdir()
    return home


@pytest.fixture
def remote(playbook: Callable[..., Run], simulator: Simulator, remote_home: Path, tmp_path: Path, way: str) -> Remote:
    """Run tasks on the host ``web1`` over ssh, at -vvvvv."""
    inventory = tmp_path / "inventory.ini"
    inventory.write_text("web1\n", encoding="utf-8")

    def run(*tasks: dict[str, Any], **play: Any) -> Run:
        variables = {
            "ansible_connection": "ssh",
            "ansible_ssh_executable": str(FAKE_SSH),
            "ansible_ssh_transfer_method": "piped",
            "ansible_ssh_pipelining": way == "pipelining",
            "ansible_python_interpreter": sys.executable,
        }
        defaults = {"group/contentsquare.speedlab.speedlab": {"auth_url": simulator.auth_url, **PAIR}}
        one = {"hosts": "web1", "gather_facts": False, "vars": variables, "module_defaults": defaults, **play}
        return playbook(
            [{**one, "tasks": list(tasks)}],
            "-vvvvv",
            "--diff",
            "--inventory",
            str(inventory),
            env={"SPEEDLAB_TEST_REMOTE_HOME": str(remote_home), "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log")},
        )

    return run


def shown(run: Run, simulator: Simulator, folder: Path, inputs: Path, processes: set[bytes]) -> list[str]:
    """Every place where a secret of these tests can be seen."""
    carried = {call["headers"].get("authorization", "") for call in simulator.control("requests")}
    tokens = {text[len("Bearer ") :] for text in carried if text.startswith("Bearer ")}
    tokens |= {path.read_text(encoding="utf-8") for path in inputs.glob("token*")}
    secrets = [Canary(text, text, (text,)) for text in (*SITE_SECRETS, "simulator-secret-production")]
    secrets += [Canary.in_pieces("a token", text) for text in tokens]
    assert tokens
    return [
        *traces(secrets, "the output", run.output.encode()),
        *(trace for line in processes for trace in traces(secrets, "a command line", line)),
        *traces_below(secrets, folder, without=[inputs]),
    ]


@pytest.mark.skipif(
    tuple(map(int, core_version.split(".")[:2])) >= (2, 22),
    reason="since ansible-core 2.22 it prints the return code alone",
)
def test_the_connection_prints_what_other_modules_return(remote: Remote) -> None:
    run = remote({"ansible.builtin.command": {"cmd": "printf '%s%s' shown- by-ssh"}})
    assert run.status == 0, run.output
    assert "shown-by-ssh" in run.output.split("ok: [web1]", 1)[0].split("changed: [web1]", 1)[0]


def test_neither_token_nor_site_secrets_come_back_over_ssh(
    remote: Remote, simulator: Simulator, tmp_path: Path
) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()

    def keep(expression: str, name: str) -> dict[str, Any]:
        copy = {"content": expression, "dest": str(inputs / name), "mode": "0600"}
        return {"ansible.builtin.copy": copy, "delegate_to": "localhost", "no_log": True, "diff": False}

    with watched_processes() as processes:
        run = remote(
            {"name": "planned", TOKEN: {}, "check_mode": True},
            {"name": "token", TOKEN: {}, "register": "token"},
            {"name": "cached", TOKEN: {}, "register": "cached"},
            {"name": "forced", TOKEN: {"force": True}, "register": "forced"},
            {
                "name": "looped",
                TOKEN: {"scopes": "{{ item }}"},
                "loop": ["speed-analysis", "metrics"],
                "register": "each",
            },
            {"name": "list", MONITORINGS: {"include": ["last_report"]}},
            {"name": "shown", MONITORINGS: {"redact": False}, "register": "shown"},
            {"name": "query", MONITORINGS: {"redact": False, "query": "monitorings[].config"}},
            {"name": "audit", CREDENTIALS: {"verify": "token"}},
            {"name": "wrong", TOKEN: {"client_secret": "wrong-secret"}, "ignore_errors": True},
            keep("{{ token.access_token }}", "token"),
            keep("{{ forced.access_token }}", "token-forced"),
            keep("{{ each.results[1].access_token }}", "token-of-a-loop"),
            keep("{{ shown.monitorings | to_json }}", "monitorings.json"),
        )
    assert run.status == 0, run.output[-4000:]
    found = shown(run, simulator, tmp_path, inputs, processes)
    assert not found, "\n".join(found)
    for name in ("token", "cached", "forced", "shown", "query"):
        assert "censored" in run.of(name)[0], name
    assert run.of("list")[0]["summary"]["total"] > 0
    assert run.of("audit")[0]["credentials"][0]["live"] == "accepted"
    assert run.of("wrong")[0]["failure"]["code"] == "pair_refused"  # a failure is told, however
    assert SITE_SECRETS[0] in (inputs / "monitorings.json").read_text(encoding="utf-8")


def test_the_token_of_a_remote_task_is_cached_on_the_remote_host(
    remote: Remote, remote_home: Path, environment: dict[str, str]
) -> None:
    run = remote({"name": "list", MONITORINGS: {}})
    assert run.status == 0, run.output[-4000:]
    assert len(list((remote_home / ".cache" / "contentsquare-speedlab" / "tokens").iterdir())) == 1
    assert not Path(environment["HOME"], ".cache", "contentsquare-speedlab").exists()


def test_the_environment_of_the_controller_is_not_read_for_a_remote_task(remote: Remote, simulator: Simulator) -> None:
    run = remote({"name": "list", MONITORINGS: {}, "ignore_errors": True}, module_defaults={})
    assert run.of("list")[0]["failure"]["code"] == "credentials_missing"
    assert simulator.control("requests") == []


@pytest.mark.parametrize("name", ["SPEEDLAB_CLIENT_SECRET", "SPEEDLAB_ACCESS_TOKEN"])
def test_a_secret_in_the_environment_of_a_remote_task_is_refused(
    remote: Remote, simulator: Simulator, tmp_path: Path, name: str
) -> None:
    canary = Canary.marked(name)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "secret").write_text(canary.text, encoding="utf-8")
    secret = f"{{{{ lookup('ansible.builtin.file', '{tmp_path / 'inputs' / 'secret'}') }}}}"
    with watched_processes() as processes:
        run = remote({"name": "list", MONITORINGS: {}, "environment": {name: secret}, "ignore_errors": True})
    assert f"environment: holds {name}" in run.of("list")[0]["msg"]
    assert simulator.control("requests") == []
    assert list(traces([canary], "the output", run.output.encode())) == []
    assert not [line for line in processes if canary.text.encode() in line]
