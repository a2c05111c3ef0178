# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A declared list beside what is monitored: drift field by field, and what nothing monitors."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.declared import (
    Comparison,
    Declared,
    Drift,
    comparable_url,
    compare,
    drifts_of,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings

CHECKED_AT = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
    max_leaves=8,
)


def monitoring(name: str = "Home", url: str = "https://shop.example/", **changes: Any) -> dict[str, Any]:
    config = {
        "location": "Paris",
        "browser": {"name": "Chrome", "version": "131"},
        "is_mobile": False,
        "bandwidth": {"upstream": 1500, "downstream": 8000},
        "blacklist": ["ads", "chat"],
        "dns_mapping": [{"origin": "a", "destination": "b"}],
    }
    return {
        "id": 1,
        "name": name,
        "url": url,
        "state": "OK",
        "enabled": True,
        "frequency": 60,
        "lang": "en",
        "config": config,
        "last_execution": "2026-11-23T22:00:00Z",
        "stale": False,
        **changes,
    }


def entry(name: str = "", url: str = "", **fields: Any) -> Declared:
    return Declared(name, url, fields)


def drifts(**fields: Any) -> list[tuple[str, Any, Any]]:
    return [(each.field, each.expected, each.actual) for each in drifts_of(entry("Home", **fields), monitoring())]


def not_monitored(comparison: Comparison) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = comparison.coverage()["not_monitored"]
    return found


# --- which monitorings an entry stands for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declared",
    [
        entry("Café & more"),
        entry("  Caf&eacute; &amp; more "),
        entry(url="https://shop.example/cafe"),
        entry("Café & more", "https://SHOP.example:443/cafe"),
    ],
)
def test_an_entry_goes_with_what_has_its_name_its_url_or_both(declared: Declared) -> None:
    listed = [monitoring("Café & more", "https://shop.example/cafe"), monitoring()]
    assert not_monitored(compare([declared], listed)) == []


@pytest.mark.parametrize(
    "declared",
    [
        entry("Hom"),
        entry("home"),
        entry("Home page"),
        entry(url="https://shop.example/cart"),
        entry(url="http://shop.example/"),
        entry(url="https://shop.example/?a=1"),
        entry("Home", "https://shop.example/cart"),
        entry("Cart", "https://shop.example/"),
    ],
)
def test_an_entry_goes_with_nothing_that_is_only_like_it(declared: Declared) -> None:
    assert not_monitored(compare([declared], [monitoring()])) == [declared.as_dict()]


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTPS://Shop.Example", "https://shop.example/"),
        ("https://shop.example:443/", "https://shop.example/"),
        ("http://shop.example:80/a", "http://shop.example/a"),
        (" https://shop.example/ ", "https://shop.example/"),
        ("https://VALUE_REDACTED@shop.example/", "https://shop.example/"),
        ("https://shop.example/café?q=é", "https://shop.example/caf%c3%a9?q=%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
    ],
)
def test_urls_that_mean_the_same_page_are_the_same(url: str, same: str) -> None:
    assert comparable_url(url) == comparable_url(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example/a", "https://shop.example/a/"),
        ("https://shop.example/A", "https://shop.example/a"),
        ("https://shop.example:8443/", "https://shop.example/"),
        ("https://shop.example/a%2Fb", "https://shop.example/a/b"),
        ("https://shop.example/#cart", "https://shop.example/"),
        ("http://shop.example:443/", "http://shop.example/"),
    ],
)
def test_urls_that_may_mean_other_pages_are_not_the_same(one: str, other: str) -> None:
    assert comparable_url(one) != comparable_url(other)


def test_a_host_that_cannot_be_one_is_compared_as_it_is() -> None:
    assert comparable_url(f"https://{'é' * 70}.example") == f"https://{'é' * 70}.example/"


@pytest.mark.parametrize("text", ["no url", "https://[broken", "https://x:port/", "https:///path", "", None, 7])
def test_what_is_no_url_stays_as_it_is(text: object) -> None:
    assert comparable_url(text) == str(text or "")


def test_an_entry_is_compared_with_every_monitoring_that_it_goes_with() -> None:
    listed = [monitoring("Home"), monitoring("Home, mobile", frequency=30)]
    found = compare([entry(url="https://shop.example/", frequency=60)], listed)
    assert {place: [each.field for each in drift] for place, drift in found.drifts.items()} == {0: [], 1: ["frequency"]}


def test_two_entries_for_one_monitoring_tell_the_same_drift_once() -> None:
    declared = [entry("Home", frequency=30, lang="fr"), entry(url="https://shop.example/", frequency=30)]
    assert [each.field for each in compare(declared, [monitoring()]).drifts[0]] == ["frequency", "lang"]


def test_coverage_counts_every_entry_once() -> None:
    listed = [monitoring(), monitoring("Sale", "https://shop.example/sale", enabled=False)]
    declared = [entry("Home"), entry("Sale"), entry(url="https://shop.example/returns"), entry("Cart")]
    assert compare(declared, listed).coverage() == {
        "declared": 4,
        "monitored": 1,
        "disabled": [{"name": "Sale", "url": None}],
        "not_monitored": [{"name": None, "url": "https://shop.example/returns"}, {"name": "Cart", "url": None}],
    }


def test_an_entry_with_one_enabled_monitoring_is_monitored() -> None:
    listed = [monitoring(enabled=False), monitoring()]
    assert compare([entry("Home")], listed).coverage()["monitored"] == 1


# --- field by field ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"enabled": True, "frequency": 60, "lang": "en"},
        {"config": {"location": "Paris", "is_mobile": False}},
        {"config": {"mobile": False}},
        {"config": {"browser": "Chrome"}},
        {"config": {"browser": {"name": "Chrome"}}},
        {"config": {"bandwidth": {"downstream": 8000}}},
        {"config": {"blacklist": ["ads", "chat"], "dns_mapping": [{"origin": "a", "destination": "b"}]}},
        {"config": {"adblock": None}},
        {"config": {}},
        {"config": {"is_mobile": "no", "bandwidth": {"upstream": "1500"}}},
    ],
)
def test_what_is_as_declared_does_not_drift(fields: dict[str, Any]) -> None:
    assert drifts(**fields) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"frequency": 30}, [("frequency", 30, 60)]),
        ({"enabled": False, "lang": "fr"}, [("enabled", False, True), ("lang", "fr", "en")]),
        ({"config": {"location": "Sydney"}}, [("config.location", "Sydney", "Paris")]),
        ({"config": {"mobile": True}}, [("config.is_mobile", True, False)]),
        ({"config": {"browser": "Firefox"}}, [("config.browser", "Firefox", "Chrome")]),
        ({"config": {"browser": {"name": "Chrome", "version": "9"}}}, [("config.browser.version", "9", "131")]),
        ({"config": {"bandwidth": {"upstream": 1, "downstream": 8000}}}, [("config.bandwidth.upstream", 1, 1500)]),
        ({"config": {"blacklist": ["ads"]}}, [("config.blacklist", ["ads"], ["ads", "chat"])]),
        ({"config": {"adblock": False}}, [("config.adblock", False, None)]),
        ({"config": {"is_mobile": 0}}, [("config.is_mobile", 0, False)]),
        ({"config": {"is_mobile": "perhaps"}}, [("config.is_mobile", "perhaps", False)]),
        ({"config": {"location": {"city": "Paris"}}}, [("config.location.city", "Paris", None)]),
        ({"config": {"bandwidth": {"upstream": "fast"}}}, [("config.bandwidth.upstream", "fast", 1500)]),
    ],
)
def test_what_differs_is_told_field_by_field(fields: dict[str, Any], found: list[Any]) -> None:
    assert drifts(**fields) == found


@given(st.dictionaries(st.text(min_size=1, max_size=3), json_values, max_size=4))
def test_whatever_is_declared_a_monitoring_that_is_just_so_does_not_drift(fields: dict[str, Any]) -> None:
    declared = entry("Home", custom=fields)
    assert drifts_of(declared, {"custom": fields}) == []


@given(json_values, json_values)
def test_whatever_is_declared_and_given_there_is_a_verdict(expected: Any, actual: Any) -> None:
    listed = [monitoring(config=actual, frequency=expected)]
    found = compare([entry("Home", config=expected, frequency=actual), entry("Cart")], listed)
    assert json.dumps(judge_monitorings(listed, CHECKED_AT, (), found).as_dict())


# --- the verdict ------------------------------------------------------------------------------------------------------


def judged(declared: list[Declared], *listed: dict[str, Any]) -> list[dict[str, Any]]:
    verdict = judge_monitorings(listed, CHECKED_AT, (), compare(declared, listed)).as_dict()
    subjects: list[dict[str, Any]] = verdict["subjects"]
    return subjects


def test_each_field_that_drifts_is_a_warning_of_its_own_with_the_next_step() -> None:
    (subject,) = judged([entry("Home", frequency=30, config={"location": "Sydney"})], monitoring())
    assert subject["status"] == "warn"
    assert [(each["id"], each["severity"]) for each in subject["findings"]] == [("config_drift", "warn")] * 2
    assert [(each["expected"], each["actual"]) for each in subject["findings"]] == [(30, 60), ("Sydney", "Paris")]
    assert subject["findings"][1]["message"] == (
        'The monitoring "Home" is not set up as declared: config.location is Paris, but Sydney is declared.'
    )
    assert "Set config.location" in subject["findings"][1]["fix"]
    assert subject["details"]["drift"][0] == {"field": "frequency", "expected": 30, "actual": 60}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"config": {"adblock": False}}, "the API gives no config.adblock, though it is declared."),
        ({"config": {"blacklist": []}}, "config.blacklist is not as declared."),
        ({"config": {"is_mobile": True}}, "config.is_mobile is false, but true is declared."),
        ({"lang": ""}, 'lang is en, but "" is declared.'),
    ],
)
def test_drift_is_told_in_words_that_fit(fields: dict[str, Any], words: str) -> None:
    (subject,) = judged([entry("Home", **fields)], monitoring())
    assert subject["findings"][0]["message"].endswith(words)


@pytest.mark.parametrize(
    ("declared", "message", "expected"),
    [
        (entry(url="https://shop.example/x"), "Nothing monitors https://shop.example/x.", "https://shop.example/x"),
        (entry("Cart"), 'No monitoring has the name "Cart".', "Cart"),
        (
            entry("Cart", "https://shop.example/x"),
            'No monitoring with the name "Cart" measures https://shop.example/x.',
            {"name": "Cart", "url": "https://shop.example/x"},
        ),
    ],
)
def test_what_nothing_monitors_is_a_subject_that_fails(declared: Declared, message: str, expected: Any) -> None:
    missing, fine = judged([declared, entry("Home")], monitoring())
    assert (missing["name"], missing["status"]) == (declared.name or declared.url, "fail")
    (finding,) = missing["findings"]
    assert (finding["id"], finding["message"]) == ("not_monitored", message)
    assert (finding["expected"], finding["actual"]) == (expected, None)
    assert "Create the monitoring" in finding["fix"]
    assert set(missing["details"]) == set(fine["details"])
    assert fine["status"] == "pass"


def test_a_monitoring_that_is_almost_the_declared_one_is_named() -> None:
    listed = [monitoring("Home"), monitoring("Cart", "https://shop.example/x")]
    (finding,) = judged([entry("Home", "https://shop.example/x")], *listed)[0]["findings"]
    assert finding["actual"] == ["https://shop.example/", "Cart"]
    assert "Perhaps https://shop.example/ or Cart is meant" in finding["fix"]


def test_nothing_at_all_where_something_is_declared_is_a_failure() -> None:
    assert [each["status"] for each in judged([entry("Home")])] == ["fail"]


def test_a_monitoring_that_is_declared_disabled_is_as_it_should_be() -> None:
    off = monitoring(enabled=False)
    assert judged([entry("Home", enabled=False)], off)[0]["status"] == "pass"
    assert [each["id"] for each in judged([entry("Home")], off)[0]["findings"]] == ["disabled"]
    assert [each["id"] for each in judged([entry("Home", enabled=True)], off)[0]["findings"]] == [
        "disabled",
        "config_drift",
    ]


def test_a_monitoring_that_nobody_declared_is_judged_as_ever() -> None:
    subjects = judged([], monitoring(), monitoring("Cart", stale=True))
    assert [each["status"] for each in subjects] == ["fail", "pass"]


def test_a_drift_is_data() -> None:
    assert Drift("lang", "fr", "en").as_dict() == {"field": "lang", "expected": "fr", "actual": "en"}
