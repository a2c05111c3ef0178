# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a HAR once secrets are gone."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.har_redaction import redacted_har

HIDDEN = "VALUE_REDACTED"


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-11-23T22:35:43.000Z",
        "time": 182,
        "request": {"method": "GET", "url": "https://shop.example/", "headers": [], "cookies": [], "headersSize": 312},
        "response": {"status": 200, "headers": [], "cookies": [], "content": {"size": 5, "mimeType": "text/html"}},
        "timings": {"send": 1, "wait": 120, "receive": 61},
        **changes,
    }


def har(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "x"}, "entries": list(entries)}}


def test_a_har_without_secrets_stays_as_it_is() -> None:
    plain = har(entry(), entry())
    assert redacted_har(plain) == plain


def test_the_har_that_was_read_is_not_touched() -> None:
    whole = har(entry(request={"cookies": [{"name": "a", "value": "b"}], "postData": {"text": "c"}}))
    before = copy.deepcopy(whole)
    redacted_har(whole)
    assert whole == before


# --- headers and cookies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Cookie", "cookie", "Set-Cookie", "Cookie2", "Authorization", "authorization", "Proxy-Authorization"),
        *("X-Api-Key", "X-API-Key", "apikey", "X-Auth", "X-Auth-Token", "X-XSRF-TOKEN", "x-amz-security-token"),
        *("X-Preview-Token", "X-Session-Id", "X-Client-Secret", "X-Amz-Signature", "X-Password", "X-User-JWT"),
    ],
)
@pytest.mark.parametrize("side", ["request", "response"])
def test_headers_that_log_in_are_left_out(name: str, side: str) -> None:
    headers = [{"name": name, "value": "CANARY"}, {"name": "Accept", "value": "*/*"}]
    found = redacted_har(har(entry(**{side: {"headers": headers}})))
    assert found["log"]["entries"][0][side]["headers"] == [{"name": "Accept", "value": "*/*"}]


@pytest.mark.parametrize(
    "name", ["Host", ":authority", "Content-Type", "Cache-Control", "Server-Timing", "Age", "Keep-Alive", "X-Author"]
)
def test_headers_that_tell_of_performance_stay(name: str) -> None:
    headers = [{"name": name, "value": "1"}]
    assert redacted_har({"headers": headers}) == {"headers": headers}


@pytest.mark.parametrize("headers", [{"Cookie": "CANARY"}, "Cookie: CANARY", None, ["Cookie: CANARY"]])
def test_headers_of_another_shape_are_left_out_whole(headers: Any) -> None:
    assert redacted_har({"headers": headers}) == {"headers": []}


@pytest.mark.parametrize("cookies", [[{"name": "a", "value": "CANARY"}], {"a": "CANARY"}, "a=CANARY", []])
def test_there_are_no_cookies(cookies: Any) -> None:
    assert redacted_har({"cookies": cookies}) == {"cookies": []}


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("_headers", {"request": ["cookie: CANARY"]}, []),
        (
            "_requestHeaders",
            [{"name": "Cookie", "value": "CANARY"}, {"name": "Age", "value": "1"}],
            [{"name": "Age", "value": "1"}],
        ),
        ("_responseCookies", ["CANARY"], []),
        ("_hasHeaders", True, True),
        ("_allCookies", 2, 2),
    ],
)
def test_fields_of_a_browsers_own_are_no_way_round(field: str, value: Any, left: Any) -> None:
    assert redacted_har({field: value}) == {field: left}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "GET / HTTP/1.1\r\nHost: x.example\r\nAuthorization: Bearer CANARY\r\ncookie: a=CANARY; b=CANARY\r\nAge: 1",
            f"GET / HTTP/1.1\r\nHost: x.example\r\nAuthorization: {HIDDEN}\r\ncookie: {HIDDEN}\r\nAge: 1",
        ),
        ("  X-Api-Key:CANARY", f"  X-Api-Key:{HIDDEN}"),
        ("Set-Cookie:", "Set-Cookie:"),
        ("Author: me\nhttps://x.example/: 12:30", "Author: me\nhttps://x.example/: 12:30"),
    ],
)
def test_headers_in_a_text_lose_what_logs_in(text: str, left: str) -> None:
    assert redacted_har({"_requestHeadersText": text, "comment": text}) == {
        "_requestHeadersText": left,
        "comment": left,
    }


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_what_was_posted_is_told_by_its_type_alone() -> None:
    posted = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "CANARY", "value": "CANARY"}],
        "text": "user=CANARY&password=CANARY",
        "_bytes": "CANARY",
    }
    assert redacted_har({"postData": posted}) == {"postData": {"mimeType": posted["mimeType"], "text": HIDDEN}}


@pytest.mark.parametrize("posted", ["CANARY", ["CANARY"], {"text": "CANARY"}, {"mimeType": ["CANARY"]}])
def test_a_body_of_another_shape_is_gone_as_well(posted: Any) -> None:
    assert "CANARY" not in json.dumps(redacted_har({"postData": posted}))


def test_the_text_of_an_answer_is_left_out_and_its_size_and_type_stay() -> None:
    content = {"size": 5, "compression": 2, "mimeType": "application/json", "text": "Q0FOQVJZ", "encoding": "base64"}
    assert redacted_har({"content": content}) == {
        "content": {"size": 5, "compression": 2, "mimeType": "application/json"}
    }


def test_messages_of_web_sockets_are_left_out() -> None:
    assert redacted_har(entry(_webSocketMessages=[{"data": "CANARY"}]))["_webSocketMessages"] == []


# --- URLs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:CANARY@shop.example/", f"https://{HIDDEN}@shop.example/"),
        ("user:CANARY@shop.example", f"{HIDDEN}@shop.example"),
        ("user:CAN@NARY@shop.example:8443", f"{HIDDEN}@shop.example:8443"),
        ("https://x.example/?a=1&access_token=CANARY&b=2#top", f"https://x.example/?a=1&access_token={HIDDEN}&b=2#top"),
        ("https://x.example/#id_token=CANARY", f"https://x.example/#id_token={HIDDEN}"),
        ("https://x.example/a;jsessionid=CANARY", f"https://x.example/a;jsessionid={HIDDEN}"),
        ("https://x.example/?password=CANARY?CANARY", f"https://x.example/?password={HIDDEN}"),
        ("https://x.example/?to=/y?token=CANARY&a=1", f"https://x.example/?to=/y?token={HIDDEN}&a=1"),
        ("https://x.example/?api%5Fkey=CANARY", f"https://x.example/?api%5Fkey={HIDDEN}"),
        ("/back?code=CANARY&state=CANARY", f"/back?code={HIDDEN}&state={HIDDEN}"),
        ("https://x.example/?to=https%3A%2F%2Fy.example%2F%3Ftoken%3DCANARY", f"https://x.example/?to={HIDDEN}"),
        ("https://x.example/?to=https%3A%2F%2Fy.example%2F%3Fpage%3D2", None),
        ("https://x.example/?color=red&page=2&author=me", None),
        ("https://x.example/?tokens", None),
    ],
)
def test_secrets_in_urls_are_replaced_wherever_the_url_stands(url: str, shown: str | None) -> None:
    whole = har(
        entry(
            request={"url": url, "headers": [{"name": "Referer", "value": url}]},
            response={"redirectURL": url, "headers": [{"name": "Location", "value": url}]},
            _initiator={"stack": [url]},
        )
    )
    assert redacted_har(whole) == json.loads(json.dumps(whole).replace(url, shown or url))


def test_secret_parameters_keep_their_names() -> None:
    parameters = [{"name": "page", "value": "2"}, {"name": "PHPSESSID", "value": "CANARY", "comment": "c"}]
    assert redacted_har({"queryString": parameters}) == {
        "queryString": [parameters[0], {"name": "PHPSESSID", "value": HIDDEN, "comment": "c"}]
    }


@pytest.mark.parametrize("parameters", [{"token": "CANARY"}, "token=CANARY", ["CANARY"], None])
def test_parameters_of_another_shape_are_left_out(parameters: Any) -> None:
    assert redacted_har({"queryString": parameters}) == {"queryString": []}


@pytest.mark.parametrize("value", ["CANARY", ["CANARY"], {"x": "CANARY"}])
def test_a_field_whose_name_promises_a_secret_is_replaced(value: Any) -> None:
    assert redacted_har({"_sessionToken": value, "_tokenCount": 5}) == {"_sessionToken": HIDDEN, "_tokenCount": 5}


# --- whatever comes ---------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["headers", "cookies", "postData", "queryString", "content", "name", "value", "text", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_taken_and_a_second_time_changes_nothing(value: Any) -> None:
    once = redacted_har(value)
    assert redacted_har(once) == once
