# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts and groups a list of monitorings makes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.inventory import cache_key
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.inventory_names import (
    by_host,
    groups_of,
    hostname,
    monitoring_host,
    site_host,
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


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example/", "shop.example"),
        ("https://[2001:db8:0::1]/", "2001:db8::1"),
        *((f"https://{name}/", f"{name}.speedlab_site") for name in ("all", "ungrouped", "stale", "speedlab_stale")),
        *((f"https://{name}/", f"{name}.speedlab_site") for name in ("localhost", "shop.localhost", "127.0.0.1")),
        *((f"https://{name}/", f"{name}.speedlab_site") for name in ("localhost.localdomain", "127.1", "0.0.0.0")),
        *((f"https://{name}/", f"{name}.speedlab_site") for name in ("0x7f.1", "0x7f.0.0.1", "0177.1", "00.0")),
        *((f"https://{name}/", name) for name in ("127.shop.example", "177.1.1.1", "0x7f.shop.example")),
        *((f"https://{name}/", f"{name}.speedlab_site") for name in ("2130706433", "hostvars", "groups", "intranet")),
        ("https://all.speedlab_site/", "all.speedlab_site.speedlab_site"),
    ],
)
def test_a_site_is_never_called_like_a_group_or_this_machine(url: str, host: str) -> None:
    assert site_host(url) == host


@pytest.mark.parametrize("url", ["https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[0:0::1]/"])
def test_an_address_of_this_machine_is_a_name_that_a_pattern_can_hold(url: str) -> None:
    assert site_host(url).endswith(".speedlab_site")
    assert ":" not in site_host(url)


@pytest.mark.parametrize(
    "urls",
    [
        ("https://a$b.example/", "https://a&b.example/", "https://a_b.example/"),
        ("https://[::1]/", "https://__1/", "https://[::2]/"),
        (f"https://{'a' * 260}.x.example/", f"https://{'a' * 260}.y.example/"),
        (f"https://{'a' * 260}x/", f"https://{'a' * 260}y/"),
        ("https://-a.example/", "https://_a.example/", "https://.a.example/"),
    ],
)
def test_two_sites_stay_two_hosts(urls: tuple[str, ...]) -> None:
    names = {site_host(url) for url in urls}
    assert len(names) == len(urls)
    assert max(map(len, names)) <= 240
    assert not [name for name in names if name.startswith(("-", "."))]


def test_a_long_name_of_a_monitoring_is_cut_and_keeps_its_id() -> None:
    host = monitoring_host({"id": 7, "name": "long " * 100})
    assert len(host) == 240
    assert host.endswith("-7")
    assert host != monitoring_host({"id": 7, "name": "long " * 100 + "x"})


def test_a_host_gives_way_to_a_group_that_is_there() -> None:
    assert list(by_host([SHOP], "hostname", ["shop.example"])) == ["shop.example.speedlab_site"]
    assert list(by_host([SHOP], "monitoring", ["home-1"])) == ["home-1.speedlab_site"]


def test_names_do_not_depend_on_the_order_of_the_api() -> None:
    listed = [{**SHOP, "url": url} for url in ("https://a$b/", "https://a&b/", "https://all/", "https://x.example/")]
    assert set(by_host(listed, "hostname")) == set(by_host(listed[::-1], "hostname"))


def test_locations_in_other_letters_stay_apart() -> None:
    names = {
        name
        for place in ("北京", "東京", "São Paulo")
        for name in groups_of({**FRESH, "config": {"location": place}})
        if "location" in name
    }
    assert len(names) == 3
    assert "speedlab_location_sao_paulo" in names
    assert all(name.isascii() and name.isidentifier() for name in names)


# --- groups -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "group"),
    [
        ("OK", "speedlab_state_ok"),
        (" Error ", "speedlab_state_error"),
        (None, "speedlab_state_unknown"),
        ("", "speedlab_state_unknown"),
        (7, "speedlab_state_unknown"),
    ],
)
def test_a_group_for_the_state(state: Any, group: str) -> None:
    assert group in list(groups_of({**FRESH, "state": state}))


@pytest.mark.parametrize(
    ("stale", "enabled", "group"),
    [
        (True, True, "speedlab_stale"),
        (False, True, "speedlab_fresh"),
        (None, True, "speedlab_staleness_unknown"),
        (False, False, "speedlab_disabled"),
    ],
)
def test_what_is_disabled_or_unknown_is_never_fresh(stale: bool | None, enabled: bool, group: str) -> None:
    of_freshness = {"speedlab_stale", "speedlab_fresh", "speedlab_staleness_unknown", "speedlab_disabled"}
    assert of_freshness & set(groups_of({**FRESH, "stale": stale, "enabled": enabled})) == {group}


@pytest.mark.parametrize(
    ("config", "groups"),
    [
        (
            {"location": "Paris", "browser": {"name": "Chrome", "version": "1"}},
            ["speedlab_location_paris", "speedlab_browser_chrome"],
        ),
        ({"browser": "Firefox"}, ["speedlab_browser_firefox"]),
        ({"is_mobile": True}, ["speedlab_mobile"]),
        ({"is_mobile": False}, ["speedlab_desktop"]),
        ({"location": " ", "browser": {}, "is_mobile": None}, []),
        ({"location": ["Paris"], "browser": None, "is_mobile": "yes"}, []),
        ({}, []),
        (None, []),
        ([], []),
    ],
)
def test_groups_for_how_it_is_measured(config: Any, groups: list[str]) -> None:
    assert list(groups_of({**FRESH, "config": config})) == ["speedlab_state_ok", "speedlab_fresh", *groups]


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
