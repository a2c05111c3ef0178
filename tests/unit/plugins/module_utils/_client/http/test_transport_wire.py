# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport over real connections: what no script of answers can show."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.response import Answer
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.transport import Transport
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.slots import Slots
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.server import (
    Behaviour,
    Server,
    answers,
    hangs_up,
    read_request,
    sends,
    tls_of_the_server,
)

GOOD = {"success": True, "payload": 1}


def make(url: str, **options: Any) -> Transport:
    given = {"auth_url": url, "retry_timeout": 0.0, "timeout": 5.0, **options}
    connection = samples.connection(**given)
    return Transport(connection, Slots(connection.token_cache_path, 8, samples.refuse_warning))


def post(carrier: Transport, url: str, bearer: str | None = "token-1", **changes: Any) -> Answer:
    return carrier.post(f"{url}/x", {"key": "value"}, slot=url, secrets=(), bearer=bearer, **changes)


def test_a_call_is_one_post_with_one_authorization() -> None:
    with Server([answers(GOOD)]) as server:
        assert post(make(server.url), server.url).body == GOOD
    (request,) = server.requests
    head, _blank, body = request.partition("\r\n\r\n")
    assert head.startswith("POST /x HTTP/1.1\r\n")
    assert head.count("Authorization: Bearer token-1") == head.lower().count("authorization") == 1
    assert body == '{"key": "value"}'


def test_cookies_are_neither_kept_nor_sent() -> None:
    with Server([answers(GOOD, "200 OK", "Set-Cookie: session=of-pair-A; Path=/")]) as server:
        carrier = make(server.url)
        post(carrier, server.url)
        post(carrier, server.url)
    assert len(server.requests) == 2
    assert not any("cookie" in request.lower() for request in server.requests)


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (407, errors.ProxyRefused, "Give the user name and the password"),
        (403, errors.ProxyRefused, "name the host in no_proxy"),
        (429, errors.ProxyFailed, "Check https_proxy"),
        (503, errors.ProxyFailed, "Check https_proxy"),
    ],
)
def test_a_proxy_that_refuses_is_named_with_its_status_and_its_password_is_not(
    monkeypatch: pytest.MonkeyPatch, status: int, kind: type[errors.SpeedlabError], advice: str
) -> None:
    with Server([answers({}, f"{status} password-of-proxy")]) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.replace("http://", "http://user:password-of-proxy@"))
        failure = failure_by_proxy(make("https://api.contentsquare.com"))
        assert proxy.requests[0].startswith("CONNECT api.contentsquare.com:443")
    assert failure.__class__ is kind
    assert (failure.status, failure.retryable) == (status, kind.retryable)
    assert f"HTTP {status}" in failure.message
    assert advice in failure.hint


def failure_by_proxy(carrier: Transport, **changes: Any) -> errors.SpeedlabError:
    with pytest.raises(errors.ProxyFailed) as caught:
        post(carrier, "https://api.contentsquare.com", **changes)
    shown = "".join(traceback.format_exception(type(caught.value), caught.value, caught.value.__traceback__))
    assert "password-of-proxy" not in shown
    assert "p€ss" not in shown
    return caught.value


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(
    "address",
    [
        "http://user:password-of-proxy@:80",
        "http://user:password-of-proxy@127.0.0.1:notaport",
        "http://user:password-of-proxy@127.0.0.1:99999",
        "socks5://user:password-of-proxy@127.0.0.1:9",
        "ftp://user:password-of-proxy@127.0.0.1:9",
        "user:password-of-proxy@127.0.0.1:9",
        "http://[::1",
        "http://user:p/ss@127.0.0.1:9",
        "http://üser:p€ss@127.0.0.1:9",
        f"http://{'a' * 70}.example:1",
        "http://a..b:1",
        "http://a b:1",
    ],
)
def test_an_address_of_a_proxy_that_cannot_be_used_fails_at_once_and_says_how_to_write_it(
    monkeypatch: pytest.MonkeyPatch, address: str, repeatable: bool
) -> None:
    monkeypatch.setattr("requests.adapters.SOCKSProxyManager", socks_is_missing)
    monkeypatch.setenv("https_proxy", address)
    failure = failure_by_proxy(make("https://api.contentsquare.com", retry_timeout=60.0), repeatable=repeatable)
    assert failure.__class__ is errors.ProxyRefused
    assert "address of the proxy" in failure.what
    assert "http://user:password@host:port" in failure.hint


def socks_is_missing(*arguments: object, **options: object) -> None:
    """What ``requests`` itself puts in the place where PySocks is not installed."""
    raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")


def test_a_proxy_that_is_not_there_is_named_as_the_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server([hangs_up]) as gone:
        pass
    monkeypatch.setenv("https_proxy", gone.url)
    with pytest.raises(errors.ProxyFailed):
        post(make("https://api.contentsquare.com"), "https://api.contentsquare.com")


def test_a_redirect_is_not_followed_and_takes_no_token_along() -> None:
    with Server([answers(GOOD)]) as elsewhere:
        redirects = answers({}, "302 Found", f"Location: {elsewhere.url}/x")
        with Server([redirects]) as server, pytest.raises(errors.RedirectRefused):
            post(make(server.url), server.url)
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "raw",
    [
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"success"',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"success"',
    ],
    ids=["shorter than promised", "in the middle of a chunk"],
)
def test_a_body_cut_short_is_asked_for_again(raw: bytes) -> None:
    with Server([sends(raw), answers(GOOD)]) as server:
        assert post(make(server.url, retry_timeout=10.0), server.url).body == GOOD
        assert len(server.requests) == 2


def test_a_connection_that_ends_without_an_answer_is_tried_again_but_not_for_a_write() -> None:
    with Server([hangs_up, answers(GOOD)]) as server:
        assert post(make(server.url, retry_timeout=10.0), server.url).ok
    with Server([hangs_up, answers(GOOD)]) as server:
        with pytest.raises(errors.FateUnknown):
            post(make(server.url, retry_timeout=10.0), server.url, repeatable=False)
        assert len(server.requests) == 1


def test_a_server_that_says_nothing_is_left_after_the_time_limit() -> None:
    done = threading.Event()
    with Server([lambda connection: done.wait(10) and None]) as server:
        start = time.monotonic()
        with pytest.raises(errors.TimedOut):
            post(make(server.url, timeout=0.3), server.url)
        assert time.monotonic() - start < 3
        done.set()


@pytest.mark.parametrize("head", [b"Content-Length: 1000", b"Transfer-Encoding: chunked", b"Connection: close"])
def test_a_body_that_drips_is_left_after_the_time_limit_as_a_whole(head: bytes) -> None:
    drop = b"1\r\n \r\n" if b"chunked" in head else b" "

    def drips(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        for _each in range(100):
            connection.sendall(drop)
            time.sleep(0.1)

    with Server([drips]) as server:
        start = time.monotonic()
        with pytest.raises(errors.TimedOut, match="did not send its whole answer in time"):
            post(make(server.url, timeout=0.5), server.url)
        assert time.monotonic() - start < 5


def drips(head: bytes, drop: bytes) -> Behaviour:
    """The head, then a drop ten times a second, far longer than any test is willing to wait."""

    def behaviour(connection: socket.socket) -> None:
        connection.sendall(head)
        for _each in range(100):
            connection.sendall(drop)
            time.sleep(0.1)

    return behaviour


DRIPPING_HEADS = pytest.mark.parametrize(
    ("head", "drop"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Header: ", b"x", id="header"),
        pytest.param(b"", b"H", id="status line"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="100 Continue"),
    ],
)


def left_in_time(carrier: Transport, url: str, kind: type[errors.SpeedlabError] = errors.TimedOut) -> None:
    start = time.monotonic()
    with pytest.raises(kind, match="in time"):
        post(carrier, url)
    assert time.monotonic() - start < 5


@DRIPPING_HEADS
def test_a_head_that_drips_is_left_after_the_time_limit_as_a_whole(head: bytes, drop: bytes) -> None:
    with Server([drips(head, drop)]) as server:
        left_in_time(make(server.url, timeout=0.5), server.url)


@DRIPPING_HEADS
def test_a_head_that_drips_on_a_connection_that_was_kept_is_left_as_well(head: bytes, drop: bytes) -> None:
    def first_well_then_dripping(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        assert read_request(connection)
        drips(head, drop)(connection)

    with Server([first_well_then_dripping]) as server:
        carrier = make(server.url, timeout=0.5)
        assert post(carrier, server.url).body == {}
        left_in_time(carrier, server.url)
        assert len(server.requests) == 1  # by the count of the server: one connection


@DRIPPING_HEADS
def test_a_head_that_drips_under_tls_is_left_as_well(tmp_path: Path, head: bytes, drop: bytes) -> None:
    with Server([drips(head, drop)], tls=tls_of_the_server(tmp_path)) as server:
        left_in_time(make(server.url, timeout=0.5, validate_certs=False), server.url)


@DRIPPING_HEADS
def test_a_head_that_drips_behind_a_proxy_is_left_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: bytes, drop: bytes
) -> None:
    def opens_the_way(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with tls_of_the_server(tmp_path).wrap_socket(connection, server_side=True) as behind:
            read_request(behind)
            drips(head, drop)(behind)

    with Server([opens_the_way]) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        url = "https://api.contentsquare.com"
        left_in_time(make(url, timeout=0.5, validate_certs=False), url)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-Header: "])
def test_a_proxy_that_drips_is_left_as_well(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    with Server([drips(head, b"x")]) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        url = "https://api.contentsquare.com"
        left_in_time(make(url, timeout=0.5), url, errors.ProxyFailed)


def test_the_body_has_the_whole_time_limit_for_itself_however_late_it_began() -> None:
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.7)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
        time.sleep(0.7)
        connection.sendall(b"}")

    with Server([slowly]) as server:
        assert post(make(server.url, timeout=1.0), server.url).body == {}


def test_a_redirect_whose_body_drips_holds_nobody_up() -> None:
    def drips(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 1000\r\n\r\n")
        for _each in range(100):
            connection.sendall(b" ")
            time.sleep(0.1)

    with Server([drips]) as server:
        start = time.monotonic()
        with pytest.raises(errors.RedirectRefused):
            post(make(server.url, timeout=0.5), server.url)
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"])
def test_an_answer_without_a_body_is_an_answer(raw: bytes) -> None:
    with Server([sends(raw)]) as server:
        assert post(make(server.url), server.url).body is None


def test_a_slow_body_within_the_time_limit_is_read_whole() -> None:
    def slowly(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
        time.sleep(0.2)
        connection.sendall(b"}")

    with Server([slowly]) as server:
        assert post(make(server.url, timeout=3.0), server.url).body == {}


def test_an_address_where_nobody_listens_is_called_that() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(errors.ConnectionRefused) as caught:
        post(make(url), url)
    assert caught.value.retryable


def test_a_plain_server_where_tls_is_expected_is_a_matter_of_tls() -> None:
    with Server([answers(GOOD)]) as server:
        url = server.url.replace("http://", "https://")
        with pytest.raises(errors.TlsNotTrusted):
            post(make(url), url)
        assert server.requests == ["the greeting of TLS"]


def test_what_is_no_http_at_all_is_a_broken_connection() -> None:
    with Server([sends(b"SSH-2.0-OpenSSH_9.9\r\n")]) as server, pytest.raises(errors.TransportError):
        post(make(server.url), server.url)


def test_each_thread_has_a_session_of_its_own() -> None:
    with Server([answers(GOOD)]) as server:
        carrier = make(server.url)
        found: list[Answer] = []
        threads = [threading.Thread(target=lambda: found.append(post(carrier, server.url))) for _each in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert [answer.ok for answer in found] == [True] * 4
