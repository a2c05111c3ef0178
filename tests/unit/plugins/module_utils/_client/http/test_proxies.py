# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies: their passwords, and everything else that was sent, are not shown when somebody repeats them."""

from __future__ import annotations

import base64
import html
import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.proxies import (
    proxy_names,
    proxy_secrets,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.transport import Transport
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import secrets_of_environment
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.slots import Slots
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.server import (
    Server,
    answers,
    read_request,
    tls_of_the_server,
)

PASSWORD = "pässword of proxy"
LOGIN = f"service-account:{PASSWORD}"


def in_base64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


ECHOES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in a URL": lambda text: quote(text, safe=""),
    "in HTML": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "in JSON": json.dumps,
    "in Base64": in_base64,
    "in Base64 of Latin-1": lambda text: in_base64(text, "latin-1"),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in capitals": str.upper,
    "in two lines": lambda text: f"{text[:9]}\r\n {text[9:]}",
    "escaped for HTML in a URL": lambda text: quote(html.escape(text), safe=""),
}


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("login", [LOGIN, quote(LOGIN, safe=":")])
def test_the_login_of_each_proxy_is_known_in_each_form(name: str, login: str) -> None:
    environ = {name: f"http://{login}@proxy.example:3128/"}
    known = proxy_secrets(environ)
    assert {PASSWORD, LOGIN, in_base64(LOGIN), in_base64(LOGIN, "latin-1")} <= set(known)
    assert set(known) <= set(secrets_of_environment(environ))
    assert proxy_names(environ) == ("service-account",)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"https_proxy": "http://proxy.example:3128"},
        {"https_proxy": ""},
        {"no_proxy": "user:password-of-nobody@host"},
        {"MAIL": "user:password-of-nobody@host"},
    ],
)
def test_without_a_login_there_is_nothing_to_hide(environ: dict[str, str]) -> None:
    assert proxy_secrets(environ) == proxy_names(environ) == ()


def test_a_short_password_is_not_masked_on_its_own() -> None:
    known = secrets_of_environment({"https_proxy": "http://user:port@proxy.example"})
    assert known == ("user:port", in_base64("user:port"))


@pytest.mark.parametrize(
    "address", ["user:p/ss-of-proxy@host:1", "http://user:p@ss-of-proxy@host", "socks5h://user:p#ss-of-proxy@host"]
)
def test_the_password_is_found_in_an_address_that_nobody_could_use(address: str) -> None:
    assert any(secret.endswith("ss-of-proxy") for secret in proxy_secrets({"ALL_PROXY": address}))


@pytest.mark.parametrize("encoding", ECHOES)
@pytest.mark.parametrize("echoed", [LOGIN, PASSWORD, samples.SECRET, "token-of-the-task"])
def test_a_server_behind_a_proxy_that_repeats_what_was_sent_is_not_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, echoed: str
) -> None:
    body = {"success": False, "errorCode": "BAD", "errorMessage": f"You sent {ECHOES[encoding](echoed)} to us"}

    def opens_the_way(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with tls_of_the_server(tmp_path).wrap_socket(connection, server_side=True) as behind:
            read_request(behind)
            answers(body, "400 Bad Request")(behind)

    with Server([opens_the_way]) as proxy:
        address = proxy.url.replace("http://", f"http://{quote(LOGIN, safe=':')}@")
        monkeypatch.setenv("https_proxy", address)
        connection = samples.settings({"https_proxy": address}, validate_certs=False, timeout=20.0).connection
        carrier = Transport(connection, Slots(connection.token_cache_path, 8, samples.refuse_warning))
        pair = {"client_id": "shop", "client_secret": samples.SECRET}
        answer = carrier.post(f"{samples.AUTH}/x", pair, slot="", secrets=(), bearer="token-of-the-task")
        assert "Proxy-Authorization: Basic" in proxy.requests[0]
    assert answer.said(()) == " (HTTP 400, BAD)"
    assert echoed not in repr(answer).replace(repr(answer.body), "")


def test_a_proxy_that_repeats_its_authorization_in_the_reason_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server([answers({}, f"407 Basic {in_base64(LOGIN, 'latin-1')} is wrong")]) as proxy:
        address = proxy.url.replace("http://", f"http://{quote(LOGIN, safe=':')}@")
        monkeypatch.setenv("https_proxy", address)
        connection = samples.settings({"https_proxy": address}).connection
        carrier = Transport(connection, Slots(connection.token_cache_path, 8, samples.refuse_warning))
        with pytest.raises(errors.ProxyRefused) as caught:
            carrier.post(f"{samples.AUTH}/x", {}, slot="", secrets=())
    assert "(HTTP 407)" in caught.value.message
    assert in_base64(LOGIN, "latin-1")[:12] not in caught.value.message
