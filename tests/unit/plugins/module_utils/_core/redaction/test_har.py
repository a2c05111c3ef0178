# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A HAR is rebuilt from what is known to be harmless, and stays a HAR that tools can work with."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.har import redacted_har

HIDDEN = "VALUE_REDACTED"
Json = dict[str, Any]


def entry(**changes: Any) -> Json:
    return {
        "startedDateTime": "2026-11-23T22:35:43.000Z",
        "time": 182.5,
        "request": {
            "method": "GET",
            "url": "https://shop.example/cart",
            "httpVersion": "HTTP/2.0",
            "headers": [],
            "cookies": [],
            "queryString": [],
            "headersSize": 312,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "h2",
            "headers": [],
            "cookies": [],
            "content": {"size": 5, "compression": 2, "mimeType": "text/html; charset=utf-8"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 3,
            "_transferSize": 500,
        },
        "cache": {},
        "timings": {"blocked": -1, "dns": 2, "connect": 3, "ssl": 1, "send": 1, "wait": 120, "receive": 61},
        **changes,
    }


def har(*entries: Json, **log: Any) -> Json:
    return {"log": {"version": "1.2", "creator": {"name": "Chrome", "version": "120.0"}, "entries": [*entries], **log}}


def rebuilt(**changes: Any) -> Json:
    """The only entry of a HAR, redacted."""
    (found,) = redacted_har(har(entry(**changes)))["log"]["entries"]
    assert isinstance(found, dict)
    return found


def with_request(**changes: Any) -> Json:
    found = rebuilt(request={**entry()["request"], **changes})["request"]
    assert isinstance(found, dict)
    return found


def with_response(**changes: Any) -> Json:
    found = rebuilt(response={**entry()["response"], **changes})["response"]
    assert isinstance(found, dict)
    return found


def test_a_har_without_secrets_stays_as_it_is() -> None:
    plain = har(entry(pageref="page_1"), entry(), pages=[])
    assert redacted_har(plain) == plain


def test_the_har_that_was_read_is_not_touched() -> None:
    whole = har(entry(request={"cookies": [{"name": "a", "value": "b"}], "postData": {"text": "c"}}))
    before = copy.deepcopy(whole)
    redacted_har(whole)
    assert whole == before


# --- a canary in every text of a HAR as browsers and proxies write it ------------------------------------------------

CANARY = "CANARY"


def pair(name: str) -> Json:
    return {"name": name, "value": CANARY, "comment": CANARY, "_more": CANARY}


SECRET_HEADERS = [
    *("Authorization", "Cookie", "Set-Cookie", "Proxy-Authorization", "X-Api-Key", "Ocp-Apim-Subscription-Key"),
    *("X-Forwarded-Client-Cert", "DPoP", "x-ms-client-principal", "X-Anything", "ETag", "If-None-Match", ":path"),
    *("Content-Security-Policy", "X-Request-Id", "X-Forwarded-For", "Report-To", "NEL", "WWW-Authenticate"),
]
SECRET_PARAMETERS = [
    *("SAMLResponse", "assertion", "ticket", "otp", "pin", "pass", "csrf", "private_key", "access_key", "page", "q"),
]

BROWSERS: Json = {
    "log": {
        "version": CANARY,
        "creator": {"name": f"{CANARY}1", "version": CANARY, "comment": CANARY},
        "browser": {"name": f"{CANARY}1", "version": CANARY, "comment": CANARY},
        "comment": f"curl -u user:{CANARY} https://shop.example/",
        "_lighthouse": {"audits": [CANARY]},
        "_text": CANARY,
        "pages": [
            {
                "startedDateTime": CANARY,
                "id": CANARY,
                "title": f"https://shop.example/?q={CANARY}",
                "pageTimings": {"onLoad": 812, "onContentLoad": None, "comment": CANARY, "_startRender": 500},
                "comment": CANARY,
                "_URL": f"https://shop.example/?q={CANARY}",
                "_testName": CANARY,
                "_fullyLoaded": 2100,
                "_chromeUserTiming": [{"name": CANARY}],
            }
        ],
        "entries": [
            {
                "startedDateTime": "2026-11-23T22:35:43.000+01:00",
                "time": 182.5,
                "pageref": CANARY,
                "serverIPAddress": CANARY,
                "connection": CANARY,
                "comment": CANARY,
                "request": {
                    "method": CANARY,
                    "url": f"https://user:{CANARY}@shop.example/a;p={CANARY}?x={CANARY}&{CANARY}#{CANARY}",
                    "httpVersion": CANARY,
                    "headers": [
                        *(pair(name) for name in SECRET_HEADERS),
                        {"Name": "X-Other", "Value": f"Bearer {CANARY}"},
                        {"key": "X-Key", "value": CANARY},
                        {"name": f"Authorization: Bearer {CANARY}", "value": ""},
                        {"name": "Referer", "value": f"https://user:{CANARY}@shop.example/?x={CANARY}#{CANARY}"},
                        {"name": "Host", "value": f"user:{CANARY}@shop.example"},
                        ["X-List", CANARY],
                        f"Cookie: {CANARY}",
                    ],
                    "Headers": [pair("Cookie")],
                    "cookies": [{**pair("session"), "path": CANARY, "domain": CANARY}],
                    "queryString": [*(pair(name) for name in SECRET_PARAMETERS), {"name": CANARY, "value": ""}],
                    "postData": {
                        "mimeType": f"multipart/form-data; boundary={CANARY}",
                        "text": f"a={CANARY}",
                        "params": [{**pair("a"), "fileName": CANARY, "contentType": CANARY}],
                        "comment": CANARY,
                        "_base64": CANARY,
                    },
                    "headersSize": 312,
                    "bodySize": 20,
                    "comment": CANARY,
                    "_body": CANARY,
                    "_requestBody": {"text": CANARY},
                    "_headersText": f"GET /?{CANARY}",
                    "_isLinkPreload": True,
                },
                "response": {
                    "status": 302,
                    "statusText": CANARY,
                    "httpVersion": CANARY,
                    "headers": {
                        "Set-Cookie": [CANARY, CANARY],
                        "Location": f"https://b.example/?t={CANARY}",
                        "Link": f"<https://b.example/?t={CANARY}>; rel=preload",
                        "X-Secret": CANARY,
                    },
                    "cookies": {"session": CANARY},
                    "content": {
                        "size": 5120,
                        "compression": 4096,
                        "mimeType": f"text/html; x={CANARY}",
                        "text": CANARY,
                        "encoding": "base64",
                        "comment": CANARY,
                        "_text": CANARY,
                        "_textBase64": CANARY,
                        "_isCompressed": False,
                    },
                    "redirectURL": f"https://b.example/?t={CANARY}",
                    "headersSize": 250,
                    "bodySize": 1024,
                    "comment": CANARY,
                    "_transferSize": 1274,
                    "_error": None,
                    "_fetchedViaServiceWorker": False,
                },
                "cache": {
                    "beforeRequest": {
                        "expires": CANARY,
                        "lastAccess": CANARY,
                        "eTag": CANARY,
                        "hitCount": 3,
                        "comment": CANARY,
                    },
                    "afterRequest": None,
                    "comment": CANARY,
                },
                "timings": {
                    "blocked": 1,
                    "dns": -1,
                    "send": 1,
                    "wait": 120,
                    "receive": 61,
                    "comment": CANARY,
                    "_x": CANARY,
                },
                "_initiator": {
                    "type": "script",
                    "url": f"https://shop.example/app.js?v={CANARY}",
                    "lineNumber": 7,
                    "stack": {"callFrames": [{"url": CANARY, "functionName": CANARY}]},
                },
                "_webSocketMessages": [{"type": "send", "data": CANARY}],
                "_websocketMessages": [{"data": CANARY}],
                "_wsFrames": [CANARY],
                "_eventSourceMessages": [{"data": CANARY}],
                "_securityState": CANARY,
                "_connectionId": CANARY,
                "_full_url": f"https://shop.example/?x={CANARY}",
                "_request_id": CANARY,
                "_headers": {"request": [f"cookie: {CANARY}"]},
                "_resourceType": "document",
                "_priority": "VeryHigh",
                "_load_start": 34,
                "_renderBlocking": CANARY,
                f"_{CANARY} as a name": 1,
            }
        ],
    }
}


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str):
        yield value


def test_no_canary_survives() -> None:
    assert [text for text in texts_of(redacted_har(BROWSERS)) if CANARY in text] == []


def test_all_that_tells_of_performance_survives() -> None:
    log = redacted_har(BROWSERS)["log"]
    (page,), (found,) = log["pages"], log["entries"]
    assert page["pageTimings"] == {"onLoad": 812, "_startRender": 500}
    assert page["_fullyLoaded"] == 2100
    assert found["pageref"] == page["id"]
    assert (found["startedDateTime"], found["time"]) == ("2026-11-23T22:35:43.000+01:00", 182.5)
    assert found["timings"] == {"blocked": 1, "dns": -1, "send": 1, "wait": 120, "receive": 61}
    assert (found["_resourceType"], found["_priority"], found["_load_start"]) == ("document", "VeryHigh", 34)
    request, response = found["request"], found["response"]
    assert request["url"] == (f"https://{HIDDEN}@shop.example/a;p={HIDDEN}?x={HIDDEN}&{HIDDEN}#{HIDDEN}")
    assert (request["headersSize"], request["bodySize"], request["_isLinkPreload"]) == (312, 20, True)
    assert request["postData"] == {"mimeType": "multipart/form-data", "text": f"{HIDDEN}:8"}
    assert (response["status"], response["headersSize"], response["bodySize"]) == (302, 250, 1024)
    assert response["redirectURL"] == f"https://b.example/?t={HIDDEN}"
    assert response["content"] == {"size": 5120, "compression": 4096, "mimeType": "text/html", "_isCompressed": False}
    assert response["_transferSize"] == 1274
    assert found["_initiator"] == {"type": "script", "url": f"https://shop.example/app.js?v={HIDDEN}", "lineNumber": 7}
    assert found["cache"] == {
        "beforeRequest": {"lastAccess": "1970-01-01T00:00:00.000Z", "eTag": f"{HIDDEN}:6", "hitCount": 3}
    }


def test_what_the_format_requires_is_there_whatever_was_given() -> None:
    (found,) = redacted_har(har({"request": None, "response": [], "time": "x"}))["log"]["entries"]
    neutral = {"method": "", "url": "", "httpVersion": "", "cookies": [], "headers": [], "queryString": []}
    assert found["request"] == {**neutral, "headersSize": -1, "bodySize": -1}
    assert found["response"]["content"] == {"size": 0, "mimeType": ""}
    assert found["timings"] == {"send": -1, "wait": -1, "receive": -1}
    assert found["startedDateTime"] == "1970-01-01T00:00:00.000Z"
    assert (found["time"], found["cache"]) == (0, {})


def test_entries_and_pages_keep_their_order_and_what_belongs_together() -> None:
    entries = [entry(pageref=f"title {number % 2}", time=number) for number in range(6)]
    pages = [{"id": f"title {number}", "title": "x", "startedDateTime": "2026-11-23T22:35:43Z"} for number in range(2)]
    log = redacted_har(har(*entries, pages=pages))["log"]
    assert [each["time"] for each in log["entries"]] == list(range(6))
    names = [page["id"] for page in log["pages"]]
    assert [each["pageref"] for each in log["entries"]] == names * 3
    assert len(set(names)) == 2


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "shop.example:8443"),
        ("Accept", "text/html,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-ch", "sec-ch-ua-arch"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "max-age=0, private, stale-while-revalidate=60"),
        ("Server-Timing", 'cdn-cache;desc=HIT, edge;dur=1, origin;desc="x y";dur=0.5'),
        ("Age", "17"),
        ("Keep-Alive", "timeout=5, max=100"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0"),
        ("sec-ch-ua", '"Chromium";v="120", "Not?A_Brand";v="8"'),
        ("sec-fetch-mode", "navigate"),
        ("Alt-Svc", 'h3=":443"; ma=86400'),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("X-Cache-Hits", "1, 0"),
        ("Permissions-Policy", "geolocation=(self), camera=()"),
        ("Vary", "Accept-Encoding, Cookie"),
        ("Origin", "https://shop.example"),
        ("Referer", "https://shop.example/cart"),
    ],
)
def test_harmless_headers_stay(name: str, value: str) -> None:
    header = {"name": name, "value": value}
    assert with_request(headers=[header])["headers"] == [header]
    assert with_response(headers=[header])["headers"] == [header]


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("X-Cache-Key", "/L/17/4/1d/shop.example/?token=CANARY", f"/L/17/4/1d/shop.example/?token={HIDDEN}"),
        ("Via", "1.1 Bearer CANARY-4711", f"1.1 Bearer {HIDDEN}"),
        ("User-Agent", "probe Basic Q0FOQVJZOjE3", f"probe Basic {HIDDEN}"),
        ("Server-Timing", 'db;desc="/cart?pin=CANARY"', f'db;desc="/cart?pin={HIDDEN}"'),
        ("sec-ch-ua", "Bearer CANARY-4711", f"Bearer {HIDDEN}"),
        ("sec-fetch-dest", "/cart?pin=CANARY", f"/cart?pin={HIDDEN}"),
        ("sec-fetch-user", "?1", "?1"),
    ],
)
def test_a_harmless_header_loses_what_is_not_harmless_in_it(name: str, value: str, left: str) -> None:
    assert with_response(headers=[{"name": name, "value": value}])["headers"] == [{"name": name, "value": left}]


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\u00a0", "\u2028"])
def test_what_follows_a_space_in_a_url_belongs_to_the_url(space: str) -> None:
    url = f"https://shop.example/?q=coat{space}CANARY"
    left = f"https://shop.example/?q={HIDDEN}"
    assert with_request(url=url)["url"] == left
    assert with_response(redirectURL=url)["redirectURL"] == left
    assert rebuilt(_initiator={"type": "script", "url": url})["_initiator"]["url"] == left
    for name in ("Location", "Content-Location", "Referer", "Origin"):
        assert with_request(headers=[{"name": name, "value": url}])["headers"] == [{"name": name, "value": left}]


@pytest.mark.parametrize("name", SECRET_HEADERS)
def test_all_other_headers_tell_their_length_alone(name: str) -> None:
    header = [{"name": name, "value": "CANARY"}]
    assert with_request(headers=header)["headers"] == [{"name": name, "value": f"{HIDDEN}:6"}]
    assert with_response(headers=header)["headers"] == [{"name": name, "value": f"{HIDDEN}:6"}]


@pytest.mark.parametrize(
    "headers",
    [
        [{"Name": "X-Any", "Value": "CANARY"}],
        [{"NAME": "X-Any", "VALUE": "CANARY"}],
        [{"key": "X-Any", "value": "CANARY"}],
        [{"_name": "X-Any", "_value": "CANARY"}],
        [["X-Any", "CANARY"]],
        {"X-Any": "CANARY"},
        {"X-Any": ["CANARY"]},
    ],
)
def test_headers_of_any_spelling_become_those_of_the_format(headers: Any) -> None:
    assert with_request(headers=headers)["headers"] == [{"name": "X-Any", "value": f"{HIDDEN}:6"}]


@pytest.mark.parametrize("headers", ["Cookie: CANARY", None, ["Cookie: CANARY"], 5])
def test_headers_that_are_no_pairs_go(headers: Any) -> None:
    assert with_request(headers=headers)["headers"] == []


# --- parameters, bodies, single fields --------------------------------------------------------------------------------


def test_parameters_keep_their_names_and_order() -> None:
    found = with_request(
        url="https://shop.example/?page=2&empty=&CANARY",
        queryString=[{"name": "page", "value": "2"}, {"name": "empty", "value": ""}, {"name": "CANARY", "value": ""}],
    )
    assert found["url"] == f"https://shop.example/?page={HIDDEN}&empty=&{HIDDEN}"
    assert found["queryString"] == [
        {"name": "page", "value": f"{HIDDEN}:1"},
        {"name": "empty", "value": ""},
        {"name": f"{HIDDEN}:6", "value": ""},
    ]


@pytest.mark.parametrize(
    "posted", ["CANARY", ["CANARY"], {"text": "CANARY"}, {"mimeType": ["CANARY"]}, {"a": "CANARY"}]
)
def test_a_body_of_any_shape_goes(posted: Any) -> None:
    assert "CANARY" not in json.dumps(with_request(postData=posted))


@pytest.mark.parametrize(("text", "left"), [("Not Found", "Not Found"), ("", ""), ("Cookie a=b", f"{HIDDEN}:10")])
def test_a_reason_stays_if_it_is_one_of_the_standard(text: str, left: str) -> None:
    assert with_response(statusText=text)["statusText"] == left


@pytest.mark.parametrize("version", ["HTTP/1.1", "http/2.0", "h2", "h3", "h3-29", "h3-Q050", "spdy/3.1", "unknown"])
def test_protocols_stay(version: str) -> None:
    assert with_request(httpVersion=version)["httpVersion"] == version


@pytest.mark.parametrize(
    ("address", "left"), [("192.0.2.7", "192.0.2.7"), ("[2001:db8::1]", "2001:db8::1"), ("CANARY", None), ("", None)]
)
def test_an_address_stays_if_it_is_one(address: str, left: str | None) -> None:
    assert rebuilt(serverIPAddress=address).get("serverIPAddress") == left


def test_numbers_that_are_written_as_text_are_numbers() -> None:
    assert with_response(status="404")["status"] == 404


# --- whatever comes ---------------------------------------------------------------------------------------------------

NAMES = [
    *("log", "entries", "pages", "request", "response", "headers", "cookies", "postData", "queryString", "content"),
    *("name", "value", "text", "url", "id", "pageref", "_initiator", "type", "cache", "beforeRequest", "timings", "x"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4), JSON)
def test_any_json_is_taken_and_a_second_time_changes_nothing(inside: Json, anything: Any) -> None:
    for given_har in ({"log": anything}, har(inside, {"request": inside, "response": anything}), {"log": inside}):
        once = redacted_har(given_har)
        assert redacted_har(once) == once
