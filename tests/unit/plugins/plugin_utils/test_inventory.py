# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts and groups a list of monitorings makes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._inventory import (
    by_host,
    cache_key,
    groups_of,
    hostname,
    monitoring_host,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR, SECRET, common_options

SHOP: dict[str, Any] = {"id": 1, "name": "Home", "url": "https://shop.example/", "state": "OK"}
FRESH: dict[str, Any] = {**SHOP, "enabled": True, "stale": False, "config": {}}


# --- host names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.shop.example/", "www.shop.example"),
        ("https://WWW.Shop.Example.:8443/a?b#c", "www.shop.example"),
        ("http://user:password@shop.example/", "shop.example"),
        ("https://VALUE_REDACTED@shop.example/", "shop.example"),
        ("https://192.0.2.10:8080/", "192.0.2.10"),
        ("https://[2001:DB8::1]:8443/", "2001:db8::1"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://BÜCHER.example/", "xn--bcher-kva.example"),
        ("https://bu\u0308cher.example/", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://straße.example/", "xn--strae-oqa.example"),
        ("https://{{ x }}.example/", "___x___.example"),
        (" https://shop.example/ ", "shop.example"),
    ],
)
def test_a_site_has_one_name_however_its_url_is_spelt(url: str, name: str) -> None:
    assert hostname(url) == name


@pytest.mark.parametrize(
    "url", [None, "", "/path", "shop", "https://", "https:///path", "https://./", "https://[::1/", 7]
)
def test_a_url_without_a_host_name_gives_none(url: Any) -> None:
    assert hostname(url) == ""


@given(st.text() | st.text().map(lambda text: f"https://{text}/"))
def test_no_url_makes_a_name_that_ansible_could_stumble_over(url: str) -> None:
    assert set(hostname(url)) <= set("abcdefghijklmnopqrstuvwxyz0123456789._:-")


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Home, mobile", "home-mobile-7"),
        ("Café & restaurant", "cafe-restaurant-7"),
        ("{{ lookup('pipe', 'id') }}", "lookup-pipe-id-7"),
        ("ホーム", "monitoring-7"),
        ("", "monitoring-7"),
        (None, "monitoring-7"),
    ],
)
def test_a_monitoring_is_called_after_its_name_and_id(name: Any, host: str) -> None:
    assert monitoring_host({"id": 7, "name": name}) == host


def test_two_monitorings_of_the_same_name_are_two_hosts() -> None:
    assert list(by_host([SHOP, {**SHOP, "id": 2}], "monitoring")) == ["home-1", "home-2"]


def test_monitorings_of_one_site_are_one_host_and_none_is_lost_for_want_of_a_url() -> None:
    blog, nowhere = {**SHOP, "id": 2, "url": "https://blog.shop.example"}, {**SHOP, "id": 3, "url": None}
    again = {**SHOP, "id": 4, "url": "https://SHOP.example:8443/other"}
    assert by_host([SHOP, blog, nowhere, again], "hostname") == {
        "shop.example": [SHOP, again],
        "blog.shop.example": [blog],
        "home-3": [nowhere],
    }


# --- groups -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "group"),
    [
        ("OK", "state_ok"),
        (" Error ", "state_error"),
        (None, "state_unknown"),
        ("", "state_unknown"),
        (7, "state_unknown"),
    ],
)
def test_a_group_for_the_state(state: Any, group: str) -> None:
    assert group in list(groups_of({**FRESH, "state": state}))


@pytest.mark.parametrize(
    ("stale", "enabled", "group"),
    [
        (True, True, "stale"),
        (False, True, "fresh"),
        (None, True, "staleness_unknown"),
        (False, False, "disabled"),
    ],
)
def test_what_is_disabled_or_unknown_is_never_fresh(stale: bool | None, enabled: bool, group: str) -> None:
    of_freshness = {"stale", "fresh", "staleness_unknown", "disabled"}
    assert of_freshness & set(groups_of({**FRESH, "stale": stale, "enabled": enabled})) == {group}


@pytest.mark.parametrize(
    ("config", "groups"),
    [
        ({"location": "Paris", "browser": {"name": "Chrome", "version": "1"}}, ["location_paris", "browser_chrome"]),
        ({"browser": "Firefox"}, ["browser_firefox"]),
        ({"is_mobile": True}, ["mobile"]),
        ({"is_mobile": False}, ["desktop"]),
        ({"location": " ", "browser": {}, "is_mobile": None}, []),
        ({"location": ["Paris"], "browser": None, "is_mobile": "yes"}, []),
        ({}, []),
        (None, []),
        ([], []),
    ],
)
def test_groups_for_how_it_is_measured(config: Any, groups: list[str]) -> None:
    assert list(groups_of({**FRESH, "config": config})) == ["state_ok", "fresh", *groups]


# --- cache key --------------------------------------------------------------------------------------------------------


def key(**given: Any) -> str:
    own = {"name": None, "url": None, "state": None, "enabled": None, "stale_factor": 2.0, "include": []}
    login = {} if "access_token" in given else {"client_id": PAIR.client_id, "client_secret": SECRET}
    return cache_key("plugin", {**common_options(), **own, **login, **given})


READY: dict[str, Any] = {"access_token": "a-ready-token", "endpoint": "https://api.eu.contentsquare.com"}


def test_the_key_tells_apart_who_asks_and_for_what() -> None:
    keys = [
        key(),
        *(key(client_id="another"), key(project_id=7), key(auth_url="https://api.us.contentsquare.com")),
        *(key(scopes=["speed-analysis", "metrics"]), key(name="x"), key(url="x"), key(state=["OK"])),
        *(key(enabled=True), key(stale_factor=3.0), key(include=["last_report"])),
        *(key(**READY), key(**{**READY, "access_token": "another-token"}), key(**READY, project_id=7)),
        key(**{**READY, "endpoint": "https://api.us.contentsquare.com"}),
    ]
    assert len(set(keys)) == len(keys)


def test_the_key_outlives_a_rotated_secret_and_does_not_depend_on_how_calls_are_made() -> None:
    assert key() == key(client_secret="a new secret") == key(timeout=5.0, concurrency=2, token_cache=False)


def test_the_key_is_a_file_name_without_a_secret_in_it() -> None:
    for secret, found in ((SECRET, key()), (READY["access_token"], key(**READY))):
        assert secret not in found
        assert found.replace("_", "").isalnum()
