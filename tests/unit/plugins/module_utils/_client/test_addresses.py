# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses: a secret goes to https or to loopback alone, a token only below the allowed domains."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.addresses import (
    checked_auth_url,
    checked_endpoint,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    EndpointRefused,
    SettingsError,
)

ALLOWED = ("contentsquare.com",)


def accepted(text: str, *, loopback_allowed: bool = False) -> str:
    return checked_endpoint(text, ALLOWED, loopback_allowed=loopback_allowed)


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://contentsquare.com", "https://contentsquare.com"),
        ("https://api.eu-west-1.production.contentsquare.com/", "https://api.eu-west-1.production.contentsquare.com"),
        ("HTTPS://API.ContentSquare.COM", "https://api.contentsquare.com"),
        ("https://api.contentsquare.com:8443", "https://api.contentsquare.com:8443"),
        ("https://api.contentsquare.com/gate/way/", "https://api.contentsquare.com/gate/way"),
        (" https://api.contentsquare.com\n", "https://api.contentsquare.com"),
    ],
)
def test_https_below_an_allowed_domain_is_accepted_without_its_trailing_slash(text: str, base: str) -> None:
    assert accepted(text) == base


@pytest.mark.parametrize(
    "text",
    [
        "http://api.contentsquare.com",
        "https://evil.example",
        "https://contentsquare.com.evil.example",
        "https://evilcontentsquare.com",
        "https://contentsquare.co",
        "https://user@contentsquare.com",
        "https://api.contentsquare.com@evil.example",
        "https://api.contentsquare.com:443@evil.example",
        "https://evil.example\\.contentsquare.com",
        "https://evil.example\\@api.contentsquare.com",
        "https:\\\\api.contentsquare.com",
        "https://evil.example/.contentsquare.com",
        "https://evil.example#.contentsquare.com",
        "https://evil.example?.contentsquare.com",
        "https://evil.example%2f.contentsquare.com",
        "https://evil.example\t.contentsquare.com",
        "https://evil.example\n.contentsquare.com",
        "https://api.contentsquare.com/../x",
        "https://api.contentsquare.com//evil.example",
        "https://api.contentsquare.com/a b",
        "https://api.contentsquare.com:",
        "https://api.contentsquare.com:99999",
        "https://api.contentsquare.com:0",
        "https://api.contentsquare.com.",
        "https://api..contentsquare.com",
        "https://-.contentsquare.com",
        "https://.contentsquare.com",
        f"https://{'a' * 64}.contentsquare.com",
        "https://[::1].contentsquare.com",
        "https://[::1%25.contentsquare.com]",
        "https://127.0.0.1",
        "https://[::1]",
        "https://localhost",
        "https://cóntentsquare.com",
        "https://contentſquare.com",
        "httpſ://contentsquare.com",
        "ftp://api.contentsquare.com",
        "//api.contentsquare.com",
        "api.contentsquare.com",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_token_is_sent_nowhere_else(text: str) -> None:
    with pytest.raises(EndpointRefused):
        accepted(text)


def _spliced() -> st.SearchStrategy[str]:
    """URLs put together from what parsers quarrel about."""
    texts = ("https://", "http://", "//", "contentsquare.com", "api.", "evil.example", "user", "xn--", "127.0.0.1")
    signs = ("@", "\\", "/", ":", "?", "#", "%2f", ".", "..", "[", "]", "::1", "443", ";", "-", "\0", " ", "\t", "\n")
    lookalikes = ("\u017f", "\u212a", "\u0131", "\u3002")  # long s, the Kelvin sign, dotless i, ideographic full stop
    pieces = st.sampled_from([*texts, *signs, *lookalikes])
    return st.lists(pieces, max_size=8).map("".join).map(lambda rest: f"https://{rest}")


@given(st.one_of(_spliced(), st.text(max_size=40).map(lambda rest: f"https://{rest}contentsquare.com")))
@example("https://api.contentsquare.com")
def test_whatever_is_accepted_leads_below_an_allowed_domain_for_every_parser(text: str) -> None:
    try:
        base = accepted(text)
    except EndpointRefused:
        return
    as_sent = requests.Request("POST", base + "/v1/x").prepare().url or ""
    for host in (urlsplit(base).hostname, urlsplit(as_sent).hostname):
        assert host is not None
        assert host == "contentsquare.com" or host.endswith(".contentsquare.com")
    assert as_sent.startswith("https://")
    assert urlsplit(as_sent).username is None
    assert base.isascii()


@pytest.mark.parametrize(
    "text",
    ["http://localhost:8080", "http://127.0.0.1:1", "http://127.8.9.10", "http://[::1]:8080", "https://localhost"],
)
def test_a_loopback_endpoint_is_accepted_only_where_the_log_in_is_on_loopback(text: str) -> None:
    assert accepted(text, loopback_allowed=True) == text
    with pytest.raises(EndpointRefused):
        accepted(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://[fe80::1]",
    ],
)
def test_what_only_looks_like_loopback_is_none(text: str) -> None:
    with pytest.raises(EndpointRefused):
        accepted(text, loopback_allowed=True)


@pytest.mark.parametrize(
    "text", ["https://login.example", "http://localhost:1234/", "http://127.0.0.1:80", "http://[::1]:9"]
)
def test_the_log_in_goes_to_https_anywhere_and_to_plain_http_on_loopback(text: str) -> None:
    assert checked_auth_url(text).text == text.rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "http://api.contentsquare.com",
        "http://localhost.evil.example",
        "httpſ://api.contentsquare.com",
        "https://id:secret@api.contentsquare.com",
        "https://api.contentsquare.com?x=1",
        "https://api.contentsquare.com#x",
        "https://api.contentsquare.com:70000",
        "ftp://localhost",
        "localhost",
        "",
    ],
)
def test_the_secret_is_sent_nowhere_else(text: str) -> None:
    with pytest.raises(SettingsError, match="auth_url"):
        checked_auth_url(text)


def test_a_refused_address_that_may_hold_a_password_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as wrong_login:
        checked_auth_url("https://id:CANARY@api.contentsquare.com")
    with pytest.raises(EndpointRefused) as wrong_endpoint:
        accepted("https://id:CANARY@api.contentsquare.com")
    assert "CANARY" not in f"{wrong_login.value} {wrong_endpoint.value} {wrong_endpoint.value.failure()}"


def test_an_endpoint_outside_says_which_option_would_allow_it() -> None:
    with pytest.raises(EndpointRefused, match="allowed_endpoint_domains") as caught:
        accepted("https://api.partner.example")
    assert caught.value.endpoint == "https://api.partner.example"
