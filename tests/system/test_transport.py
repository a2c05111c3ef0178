# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How calls travel: TLS, proxies, .netrc, redirects, cookies, and what they tell about the caller."""

from __future__ import annotations

import base64
import http.server
import json
import subprocess
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator

Tasks = Callable[..., Run]

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
CREDENTIALS = "contentsquare.speedlab.speedlab_credentials_info"
OAUTH = "/v1/oauth/token"
LIST = "/v1/speed-analysis/monitoring/list"


class Listener:
    """A server that notes the first line and headers of whatever comes, and refuses all of it.

    ``refusal``: the reason and the body of a 407 that it answers with instead of a 403.
    """

    def __init__(self, refusal: Callable[[Any], tuple[str, str]] | None = None) -> None:
        heard = self.heard = list[str]()

        class Handler(http.server.BaseHTTPRequestHandler):
            def refuse(self) -> None:
                heard.append(f"{self.requestline}\n{self.headers}")
                if refusal is None:
                    self.send_error(403)
                else:
                    self.send_error(407, *refusal(self.headers))

            do_CONNECT = do_POST = do_GET = refuse  # noqa: N815 - the names are those of the base class

            def log_message(self, *_words: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_tls_is_checked_against_ca_path_for_log_in_and_calls(
    front_tasks: Tasks, tls_simulator: Simulator, tmp_path: Path
) -> None:
    run = front_tasks(
        {"name": "trusted", MONITORINGS: {"ca_path": tls_simulator.ca_path}},
        {"name": "not checked", MONITORINGS: {"validate_certs": False}},
        {"name": "cached but not trusted", MONITORINGS: {"retry_timeout": 0}, "ignore_errors": True},
        env={"SPEEDLAB_AUTH_URL": tls_simulator.auth_url},
    )
    assert run.status == 0, run.output
    assert run.one("trusted")["summary"]["total"] == 9
    assert "warnings" not in run.one("trusted")
    assert run.one("not checked")["warnings"] == [
        "validate_certs is false: the certificates of the API are not checked."
    ]
    assert run.one("cached but not trusted")["failure"]["code"] == "tls_not_trusted"


def test_the_environments_ca_bundle_serves_by_default_and_overrides_no_option(
    tasks: Tasks, tls_simulator: Simulator, tmp_path: Path
) -> None:
    other = tmp_path / "other-ca.pem"
    other.write_text("no certificate\n", encoding="utf-8")
    run = tasks(
        {
            "name": "ca_path",
            MONITORINGS: {"ca_path": tls_simulator.ca_path},
            "environment": {"REQUESTS_CA_BUNDLE": str(other)},
        },
        {
            "name": "validate_certs",
            MONITORINGS: {"validate_certs": False},
            "environment": {"REQUESTS_CA_BUNDLE": str(other)},
        },
        {
            "name": "unreadable",
            MONITORINGS: {"retry_timeout": 0},
            "ignore_errors": True,
            "environment": {"REQUESTS_CA_BUNDLE": str(other)},
        },
        {"name": "by environment", MONITORINGS: {}, "environment": {"REQUESTS_CA_BUNDLE": str(tls_simulator.ca_path)}},
        env={"SPEEDLAB_AUTH_URL": tls_simulator.auth_url},
    )
    assert run.status == 0, run.output
    assert run.one("unreadable")["failure"]["code"] == "tls_not_trusted"
    assert run.one("by environment")["summary"]["total"] == 9


@pytest.fixture(scope="module")
def hashed_directory(tls_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulator's authority in a directory, under the name by which OpenSSL looks for it."""
    command = ["openssl", "x509", "-subject_hash", "-noout", "-in", str(tls_simulator.ca_path)]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    folder = tmp_path_factory.mktemp("authorities")
    (folder / f"{name}.0").write_bytes(Path(str(tls_simulator.ca_path)).read_bytes())
    return folder


def test_the_variables_of_openssl_are_honoured_and_a_missing_file_is_named(
    front_tasks: Tasks, tls_simulator: Simulator, hashed_directory: Path, tmp_path: Path
) -> None:
    ca, empty = str(tls_simulator.ca_path), tmp_path / "empty.pem"
    empty.touch()

    def task(name: str, **environment: str) -> dict[str, Any]:
        return {"name": name, MONITORINGS: {"retry_timeout": 0}, "environment": environment, "ignore_errors": True}

    run = front_tasks(
        task("file", SSL_CERT_FILE=ca),
        task("directory", SSL_CERT_DIR=f"/nowhere:{hashed_directory}"),
        task("both", SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt", SSL_CERT_DIR=str(hashed_directory)),
        task("requests first", REQUESTS_CA_BUNDLE=ca, SSL_CERT_FILE="/nowhere/ca.pem"),
        task("another file", SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt"),
        task("a file that is not there", SSL_CERT_FILE="/nowhere/ca.pem"),
        task("a file without a certificate", SSL_CERT_FILE=str(empty)),
        env={"SPEEDLAB_AUTH_URL": tls_simulator.auth_url, "SSL_CERT_FILE": None},
    )
    for name in ("file", "directory", "both", "requests first"):
        assert run.one(name)["summary"]["total"] == 9, name
    for name, told in (
        ("another file", "certificate"),
        ("a file that is not there", "SSL_CERT_FILE names /nowhere/ca.pem, which does not exist"),
        ("a file without a certificate", "The CA bundle that SSL_CERT_FILE names"),
    ):
        assert run.one(name)["failure"]["code"] == "tls_not_trusted"
        assert told in run.one(name)["msg"]


# --- .netrc, redirects, cookies ---------------------------------------------------------------------------------------


def test_a_netrc_entry_replaces_no_bearer_and_adds_none_to_the_log_in(
    front_tasks: Tasks, simulator: Simulator, tmp_path: Path
) -> None:
    netrc = tmp_path / "home" / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password from-netrc\ndefault login x password y\n")
    netrc.chmod(0o600)
    run = front_tasks({"name": "list", MONITORINGS: {}}, {"name": "audit", CREDENTIALS: {}}, env={"NETRC": str(netrc)})
    assert run.status == 0, run.output
    for path in (OAUTH, "/v1/oauth/me"):
        [request] = simulator.requests(path)
        assert "authorization" not in request["headers"]
    [request] = simulator.requests(LIST)
    assert request["headers"]["authorization"].startswith("Bearer eyJ")


def test_no_redirect_is_followed(tasks: Tasks, simulator: Simulator, listener: Listener) -> None:
    statuses = (301, 302, 303, 307, 308)
    listed = []
    for status in statuses:
        for path in (OAUTH, LIST):
            redirect = {"path": path, "kind": "redirect", "status": status, "location": f"{listener.url}/v1/x"}
            task = {"name": f"{status} {path}", MONITORINGS: {"token_cache": False}, "ignore_errors": True}
            listed += [simulator.task("faults", redirect), task]
    run = tasks(*listed)
    for status in statuses:
        for path in (OAUTH, LIST):
            failure = run.one(f"{status} {path}")["failure"]
            assert (failure["code"], failure["status"]) == ("redirect_refused", status)
    assert listener.heard == []
    assert simulator.all_calls == {OAUTH: 10, LIST: 5}


def test_a_cookie_of_one_answer_goes_with_no_other_call(tasks: Tasks, simulator: Simulator) -> None:
    body = {"scopes": "speed-analysis", "permissions": {"projects": []}}
    cookie = {"Set-Cookie": "pair=first; Path=/"}
    me = "/v1/oauth/me"
    simulator.control("faults", {"path": me, "kind": "status", "status": 200, "body": body, "headers": cookie})
    first = {"name": "first", "client_id": "one", "client_secret": "secret-of-one"}
    second = {"name": "second", "client_id": "two", "client_secret": "secret-of-two"}
    run = tasks({"name": "audit", CREDENTIALS: {"credentials": [first, second], "concurrency": 1}})
    assert run.status == 0, run.output
    requests = simulator.requests(me)
    assert len(requests) == 2
    assert all("cookie" not in request["headers"] for request in requests)


# --- proxies ----------------------------------------------------------------------------------------------------------


def test_the_proxy_of_the_environment_is_used_and_told_nothing_but_the_host(
    front_tasks: Tasks, listener: Listener
) -> None:
    task = {MONITORINGS: {"auth_url": "https://api.contentsquare.com", "retry_timeout": 0}, "ignore_errors": True}
    run = front_tasks(
        {"name": "task", **task, "environment": {"https_proxy": listener.url}},
        {"name": "not used", **task, "environment": {"https_proxy": "http://127.0.0.1:9"}},
    )
    for name in ("task", "not used"):
        assert run.one(name)["failure"]["code"] == "proxy_failed"
        assert "no_proxy where the task runs" in run.one(name)["msg"]
    [heard] = listener.heard
    assert heard.startswith("CONNECT api.contentsquare.com:443 ")
    assert "simulator-secret" not in heard


@pytest.mark.parametrize("repeats", ["in the reason", "in the reason, in clear", "in the body"])
def test_a_proxy_that_repeats_what_it_was_told_shows_no_password(
    front_tasks: Tasks, tmp_path: Path, repeats: str
) -> None:
    login = "service-account:canary of the proxy"
    listener = Listener(lambda headers: echo_of(headers["Proxy-Authorization"], repeats))
    proxy = listener.url.replace("http://", f"http://{urllib.parse.quote(login, safe=':')}@")
    tasks = [
        {"name": name, module: options, "ignore_errors": True}
        for name, module, options in (
            ("list", MONITORINGS, {"retry_timeout": 0}),
            ("token", TOKEN, {"retry_timeout": 0}),
            ("audit", CREDENTIALS, {"retry_timeout": 0}),
        )
    ]
    run = front_tasks(*tasks, env={"SPEEDLAB_AUTH_URL": None, "https_proxy": proxy})
    listener.close()
    assert run.one("token")["failure"]["status"] == 407
    assert len(listener.heard) == 3
    shown = run.output + json.dumps(run.results)
    encoded = base64.b64encode(login.encode()).decode()
    for canary in (login, "canary of the proxy", "canary%20of", encoded, encoded[4:20]):
        assert canary not in shown


def echo_of(authorization: str, repeats: str) -> tuple[str, str]:
    """The reason and the body of a 407."""
    clear = base64.b64decode(authorization.partition(" ")[2]).decode()
    return {
        "in the reason": (f"You sent {authorization}", ""),
        "in the reason, in clear": (f"You are {clear}", ""),
        "in the body": ("No", f"{authorization} {clear}"),
    }[repeats]


def test_the_proxy_of_the_process_is_used(tasks: Tasks, listener: Listener) -> None:
    run = tasks(
        {"name": "list", MONITORINGS: {"auth_url": "https://api.contentsquare.com", "retry_timeout": 0}},
        env={"HTTPS_PROXY": listener.url},
    )
    assert run.one("list")["failure"]["code"] == "proxy_failed"
    assert len(listener.heard) == 1


def test_a_simulator_on_loopback_is_reached_without_the_proxy(front_tasks: Tasks, listener: Listener) -> None:
    run = front_tasks(
        {"name": "list", MONITORINGS: {}},
        env={"HTTP_PROXY": listener.url, "http_proxy": listener.url, "ALL_PROXY": listener.url},
    )
    assert run.status == 0, run.output
    assert listener.heard == []


# --- what a call tells ------------------------------------------------------------------------------------------------


def test_calls_name_the_collection_and_ansible_and_are_json(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks({"name": "list", MONITORINGS: {}})
    assert run.status == 0, run.output
    for path in (OAUTH, LIST):
        [request] = simulator.requests(path)
        assert request["method"] == "POST"
        assert request["headers"]["content-type"] == "application/json"
        assert request["headers"]["user-agent"].startswith("contentsquare.speedlab/")
        assert " ansible/2." in request["headers"]["user-agent"]
