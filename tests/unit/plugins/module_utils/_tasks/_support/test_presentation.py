# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Presentation: the API's JSON in snake_case, and nothing in it that a site keeps secret."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.presentation import (
    REDACTED,
    secrets_within,
    snake_case,
    to_result,
)

DOCUMENTED_KEYS = {
    # monitorings and their configuration
    "id": "id",
    "lastExecution": "last_execution",
    "errorMessage": "error_message",
    "isMobile": "is_mobile",
    "isPrivate": "is_private",
    "basicAuth": "basic_auth",
    "postData": "post_data",
    "blacklist": "blacklist",
    "whiteList": "white_list",
    "dnsMapping": "dns_mapping",
    "repeatedView": "repeated_view",
    "http2Disabled": "http2_disabled",
    "hhtp2Disabled": "http2_disabled",
    "animationsStopped": "animations_stopped",
    # reports
    "reportId": "report_id",
    "publicReportUrl": "public_report_url",
    "harFileUrl": "har_file_url",
    "loadTime": "load_time",
    "requestsCount": "requests_count",
    "resourceByType": "resource_by_type",
    "bodyWeight": "body_weight",
    "w3cValidators": "w3c_validators",
    "errorsCount": "errors_count",
    "performanceTimings": "performance_timings",
    "pageFullyLoad": "page_fully_load",
    "uniqueID": "unique_id",
    "HTML": "html",
    # timings
    "firstByte": "first_byte",
    "firstContentfulPaint": "first_contentful_paint",
    "largestContentfulPaint": "largest_contentful_paint",
    "domContentLoadedEventStart": "dom_content_loaded_event_start",
    "firstConsistentlyInteractive": "first_consistently_interactive",
    "maxPotentialFirstInputDelay": "max_potential_first_input_delay",
    "cumulativeLayoutShift": "cumulative_layout_shift",
    # averages
    "averageLoadTime": "average_load_time",
    "averageTimings": "average_timings",
    "monitoringData": "monitoring_data",
    # scenarios
    "scenarioId": "scenario_id",
    "scenarioReport": "scenario_report",
    "resultId": "result_id",
    "viewOnTheWeb": "view_on_the_web",
    "unavailableResource": "unavailable_resource",
    "browserError": "browser_error",
}


@pytest.mark.parametrize(("key", "name"), DOCUMENTED_KEYS.items())
def test_every_documented_key_has_its_name_in_results(key: str, name: str) -> None:
    assert snake_case(key) == name


@given(st.text("abcdefgHTMLxyzXYZ019_-", max_size=20))
def test_a_name_stays_what_it_is(key: str) -> None:
    name = snake_case(key)
    assert name == name.lower()
    assert snake_case(name) == name


def test_all_levels_are_renamed_and_values_kept() -> None:
    item = {"isMobile": False, "config": {"dnsMapping": [{"origin": "a", "destination": None}]}, "latency": 0}
    assert to_result(item, redact=False) == {
        "is_mobile": False,
        "config": {"dns_mapping": [{"origin": "a", "destination": None}]},
        "latency": 0,
    }


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ({"http2Disabled": True, "hhtp2Disabled": None}, True),
        ({"hhtp2Disabled": None, "http2Disabled": True}, True),
        ({"hhtp2Disabled": False, "http2Disabled": True}, False),
    ],
)
def test_of_two_spellings_of_a_key_the_first_that_says_something_counts(item: dict[str, Any], value: bool) -> None:
    assert to_result(item, redact=False) == {"http2_disabled": value}


# --- secrets ----------------------------------------------------------------------------------------------------------


def monitoring(canary: str) -> dict[str, Any]:
    """A monitoring that holds ``canary`` in every place where a site keeps secrets (API reference, 5.2)."""
    return {
        "id": 5,
        "name": "Shop",
        "url": f"https://user:{canary}@shop.example/cart",
        "errorMessage": f"401 for the header X-Key: {canary}",
        "config": {
            "location": "Paris",
            "basicAuth": {"user": canary, "password": canary},
            "header": [{"key": "X-Key", "value": canary}, {"name": "X-Other", "value": canary}],
            "headers": {"X-Key": canary},
            "cookies": [{"name": "session", "value": canary, "domain": "shop.example", "path": "/", "extra": canary}],
            "postData": [{"key": "pin", "value": canary}],
            "futureSettings": {
                "apiKey": canary,
                "accessToken": canary,
                "proxyPassword": canary,
                "clientSecret": [canary],
            },
        },
    }


@given(st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/"), max_size=30))
def test_no_secret_of_a_site_survives(canary: str) -> None:
    shown = json.dumps(to_result(monitoring(f"CANARY{canary}"), redact=True), ensure_ascii=False)
    assert "CANARY" not in shown


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("CANARY-of-the-site"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(value=json_values, key=st.sampled_from(["basicAuth", "header", "cookies", "postData", "password", "apiKey"]))
def test_whatever_shape_a_secret_has_its_texts_are_hidden(value: Any, key: str) -> None:
    def texts(inner: Any) -> list[str]:
        if isinstance(inner, dict):
            shown = {"key", "name", "domain", "path"}  # what a cookie or header is called
            return [text for name, item in inner.items() if name not in shown for text in texts(item)]
        if isinstance(inner, list):
            return [text for item in inner for text in texts(item)]
        return [inner] if isinstance(inner, str) else []

    found = to_result({"config": {key: value}}, redact=True)
    assert "CANARY" not in json.dumps(list(texts(found)))


def test_the_structure_stays_so_that_it_tells_what_is_set() -> None:
    config = to_result(monitoring("CANARY-of-the-site"), redact=True)["config"]
    assert config["basic_auth"] == {"user": REDACTED, "password": REDACTED}
    assert config["header"] == [{"key": "X-Key", "value": REDACTED}, {"name": "X-Other", "value": REDACTED}]
    assert config["cookies"][0] == {
        "name": "session",
        "value": REDACTED,
        "domain": "shop.example",
        "path": "/",
        "extra": REDACTED,
    }
    assert config["post_data"] == [{"key": "pin", "value": REDACTED}]
    assert config["location"] == "Paris"


def test_what_is_empty_stays_empty() -> None:
    config = {"basicAuth": None, "cookies": [], "header": [{"key": "X", "value": ""}], "postData": {}}
    assert to_result(config, redact=True) == {
        "basic_auth": None,
        "cookies": [],
        "header": [{"key": "X", "value": ""}],
        "post_data": {},
    }


@pytest.mark.parametrize("password", ["secret", "with@sign", "with@two@signs", "with:colon", "with?#both"])
def test_the_login_in_a_url_is_hidden_and_the_rest_of_it_kept(password: str) -> None:
    found = to_result({"url": f"https://user:{password}@shop.example/a?b=c@d#e"}, redact=True)
    assert found == {"url": f"https://{REDACTED}@shop.example/a?b=c@d#e"}


@pytest.mark.parametrize("url", ["https://shop.example/@scope/x", "https://shop.example/?mail=a@b", "a@b"])
def test_an_at_sign_elsewhere_in_a_url_is_no_login(url: str) -> None:
    assert to_result({"url": url}, redact=True) == {"url": url}


def test_an_error_message_that_quotes_secrets_loses_them_and_nothing_else() -> None:
    item = {
        "errorMessage": "Login abcdef with abcdefghij failed after 3 tries",
        "config": {"basicAuth": {"user": "abcdef", "password": "abcdefghij"}},
    }
    assert to_result(item, redact=True)["error_message"] == f"Login {REDACTED} with {REDACTED} failed after 3 tries"


def test_an_error_message_keeps_words_that_happen_to_be_very_short_secrets() -> None:
    item = {"errorMessage": "The page is gone", "config": {"basicAuth": {"user": "page", "password": "gone"}}}
    assert to_result(item, redact=True)["error_message"] == "The page is gone"


def test_on_demand_everything_is_shown() -> None:
    item = monitoring("CANARY-of-the-site")
    found = to_result(item, redact=False)
    assert found["config"]["basic_auth"] == {"user": "CANARY-of-the-site", "password": "CANARY-of-the-site"}
    assert json.dumps(found).count("CANARY") == json.dumps(item).count("CANARY")


def test_what_the_api_said_is_not_changed() -> None:
    item = monitoring("CANARY-of-the-site")
    before = copy.deepcopy(item)
    to_result(item, redact=True)
    assert item == before


# --- what a user may not declare --------------------------------------------------------------------------------------


def test_secrets_within_a_value_are_named_with_their_texts() -> None:
    value = {
        "location": "Paris",
        "basic_auth": {"user": "site-user", "password": "site-password"},
        "proxies": [{"url": "https://me:hidden@proxy.example/", "api_key": "1234567"}],
        "cookies": [],
    }
    assert list(secrets_within(value)) == [
        ("basic_auth", {"site-user", "site-password"}),
        ("proxies.url", {"https://me:hidden@proxy.example/", "me:hidden", "hidden"}),
        ("proxies.api_key", {"1234567"}),
        ("cookies", set()),
    ]


def test_a_value_without_secrets_has_none() -> None:
    assert list(secrets_within({"url": "https://shop.example/@home", "config": {"browser": {"name": "Chrome"}}})) == []
