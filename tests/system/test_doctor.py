# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_doctor and its playbook: which of the many reasons for a failure it is, and what to do."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator

Playbook = Callable[..., Run]

DOCTOR = "contentsquare.speedlab.speedlab_doctor"
BOOK = "contentsquare.speedlab.doctor"
CHECK = "Check the way to the API"
PASSWORD = "p4ssw0rd-canary"
EVERY_CHECK = [
    *("secret", "settings", "proxy", "network", "TLS", "answer", "pair", "scope"),
    *("project", "region", "lab", "clock", "cache"),
]


def states(run: Run) -> dict[str, str]:
    return {check["name"]: check["state"] for check in run.one(CHECK)["checks"]}


def found(run: Run, name: str) -> dict[str, Any]:
    (check,) = [check for check in run.one(CHECK)["checks"] if check["name"] == name]
    return dict(check)


def test_where_all_is_well_every_check_says_so(playbook: Playbook, simulator: Simulator) -> None:
    run = playbook(BOOK, "--check")
    assert run.status == 0, run.output
    assert list(states(run)) == EVERY_CHECK
    assert set(states(run).values()) == {"ok"}
    assert found(run, "lab")["found"] == "9 monitorings can be read"
    assert "ok       pair      the API accepts it" in run.output
    assert simulator.token_requests == 1


def test_a_cached_token_proves_nothing(playbook: Playbook, simulator: Simulator) -> None:
    assert playbook(BOOK).status == 0
    simulator.control("pairs/shop-production", {"state": "revoked"})
    assert states(playbook(BOOK))["pair"] == "problem"


PROBLEMS: dict[str, tuple[dict[str, str | None], str, str]] = {
    "no secret": ({"SPEEDLAB_CLIENT_SECRET": None}, "secret", "client_secret is missing"),
    "no pair": ({"SPEEDLAB_CLIENT_SECRET": None, "SPEEDLAB_CLIENT_ID": None}, "secret", "Neither client_id"),
    "a time limit of nothing": ({"SPEEDLAB_TIMEOUT": "0"}, "settings", "timeout is 0"),
    "no number": ({"SPEEDLAB_TIMEOUT": "soon"}, "settings", "timeout"),
    "an unknown scheme": ({"SPEEDLAB_AUTH_URL": "ftp://api.example"}, "settings", "auth_url"),
    "a stray character": ({"SPEEDLAB_CLIENT_ID": "shop-production\r"}, "settings", "client_id"),
    "nobody there": ({"SPEEDLAB_AUTH_URL": "http://127.0.0.1:9"}, "network", "refuses connections"),
    "an unknown host": ({"SPEEDLAB_AUTH_URL": "https://api.invalid"}, "network", "cannot be resolved"),
    "a wrong secret": ({"SPEEDLAB_CLIENT_SECRET": "simulator-secret-wrong"}, "pair", "shop-production"),
    "a scope too many": ({"SPEEDLAB_SCOPES": "speed-analysis,surveys"}, "scope", "surveys"),
    "another project": ({"SPEEDLAB_PROJECT_ID": "10101"}, "project", "10101"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_is_found_at_its_step_with_what_to_do(playbook: Playbook, name: str) -> None:
    env, step, words = PROBLEMS[name]
    run = playbook(BOOK, env={"SPEEDLAB_RETRY_TIMEOUT": "0", "no_proxy": "*", **env})
    assert run.status == 2, run.output
    assert [check for check, state in states(run).items() if state == "problem"] == [step]
    assert words in found(run, step)["found"]
    assert found(run, step)["fix"]
    assert f"problem  {step:<8}  {found(run, step)['found']}" in run.one(CHECK)["msg"]
    assert "Traceback" not in run.output


@pytest.mark.parametrize("name", ["a time limit of nothing", "no number", "no secret", "a wrong secret"])
def test_both_fronts_find_the_same(tasks: Callable[..., Run], name: str) -> None:
    env = {"SPEEDLAB_RETRY_TIMEOUT": "0", **PROBLEMS[name][0]}
    here, module = (
        tasks({"name": CHECK, DOCTOR: {}}, vars={"speedlab_in_process": front}, env=env).one(CHECK)
        for front in (True, False)
    )
    for key in ("checks", "table", "msg", "failure", "failed", "changed"):
        assert here.get(key) == module.get(key), key


def test_options_of_the_task_count_as_those_of_the_environment_do(tasks: Callable[..., Run]) -> None:
    run = tasks({"name": CHECK, DOCTOR: {"client_id": "shop-staging", "client_secret": "simulator-secret-wrong"}})
    assert states(run)["pair"] == "problem"


def test_a_certificate_that_is_not_trusted_still_tells_the_time(playbook: Playbook, tls_simulator: Simulator) -> None:
    run = playbook(BOOK, env={"SPEEDLAB_AUTH_URL": tls_simulator.auth_url})
    assert (states(run)["TLS"], states(run)["clock"], states(run)["pair"]) == ("problem", "ok", "unknown")
    assert "ca_path" in found(run, "TLS")["fix"]


def test_a_cache_that_others_can_read_is_a_problem(playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir(mode=0o755)
    run = playbook(BOOK, env={"SPEEDLAB_TOKEN_CACHE_PATH": str(tmp_path / "tokens")})
    assert run.status == 2
    assert [name for name, state in states(run).items() if state == "problem"] == ["cache"]
    assert str(tmp_path / "tokens") in found(run, "cache")["found"]


# --- proxies ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def echoing_proxy() -> Iterator[str]:
    """A proxy that refuses everybody, and repeats the credentials it got in the reason of its refusal."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _address = server.accept()
            except OSError:
                return
            with client:
                head = client.recv(65536).decode("latin-1")
                lines = [line for line in head.split("\r\n") if line.lower().startswith("proxy-authorization:")]
                echo = lines[0].partition(":")[2].strip() if lines else "nothing"
                body = f"you sent {head}".encode()
                client.sendall(
                    f"HTTP/1.1 407 Denied {echo}\r\nX-Echo: {echo}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )

    threading.Thread(target=serve, daemon=True).start()
    yield f"127.0.0.1:{server.getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("front", [True, False], ids=["in-process", "module"])
def test_a_proxy_that_echoes_its_password_gets_nothing_shown(
    tasks: Callable[..., Run], echoing_proxy: str, front: bool
) -> None:
    secrets = [PASSWORD, *(base64.b64encode(f"{user}:{PASSWORD}".encode()).decode() for user in ("user", ""))]
    run = tasks(
        {"name": CHECK, DOCTOR: {}, "ignore_errors": True},
        vars={"speedlab_in_process": front},
        arguments=("-vvv",),
        env={
            "SPEEDLAB_AUTH_URL": "https://api.contentsquare.com",
            "SPEEDLAB_RETRY_TIMEOUT": "0",
            "HTTPS_PROXY": f"http://user:{PASSWORD}@{echoing_proxy}",
        },
    )
    assert states(run)["proxy"] == "problem"
    assert "HTTP 407" in found(run, "proxy")["found"]
    assert not [secret for secret in secrets if secret in run.output]


def test_of_a_proxy_only_its_host_is_shown(playbook: Playbook) -> None:
    closed = f"http://user:{PASSWORD}@127.0.0.1:9"
    # the first name is not resolved without the proxy, the second is excluded from it
    env = {"SPEEDLAB_RETRY_TIMEOUT": "0", "https_proxy": closed}
    run = playbook(BOOK, "-vvv", env={**env, "SPEEDLAB_AUTH_URL": "https://api.invalid"})
    assert states(run)["proxy"] == "problem"
    assert PASSWORD not in run.output
    run = playbook(BOOK, env={**env, "SPEEDLAB_AUTH_URL": "https://api.invalid", "no_proxy": ".invalid"})
    assert found(run, "proxy")["found"] == "none is used"
    assert states(run)["network"] == "problem"
