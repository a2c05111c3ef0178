# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cleaner of URLs: what goes in results, what goes in what is published, and what is never touched."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.secrecy import REDACTED
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.urls import (
    clean_for_publication,
    clean_for_result,
)

BOTH = pytest.mark.parametrize("clean", [clean_for_result, clean_for_publication])
Clean = Callable[[str], str]

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"
HEXADECIMAL = "3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"
BASE64 = "x9X8y7Y6z5Z4w3W2v1V0u9U8"

# --- user info --------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "password",
    [
        "CANARY",
        "CAN@ARY",
        "CANARY@x@y",
        "CAN:ARY",
        "CAN#ARY",
        "CAN?ARY",
        "CAN/ARY",
        "CAN@RY/#?",
        "12/CANARY",
        "a?b@c/CANARY",
    ],
)
@pytest.mark.parametrize(
    "host", ["shop.example", "shop.example:8443", "[2001:db8::1]", "[::1]:8080", "münchen.example"]
)
@pytest.mark.parametrize("scheme", ["https:", "HTTP:", "wss:", "ftp:", ""])
def test_a_login_goes_and_the_host_stays(clean: Clean, password: str, host: str, scheme: str) -> None:
    assert clean(f"{scheme}//user:{password}@{host}/cart") == f"{scheme}//{REDACTED}@{host}/cart"


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "https://CANARY@shop.example/",
        "https://CAN?ARY@shop.example/",
        "https://me@mail.example:CAN/ARY@shop.example/",
        "https://first.last:CAN#ARY@shop.example/",
        "user:CANARY@shop.example/cart",
        "redis://:CANARY@cache.example:6379/0",
        "jdbc:mysql://user:CANARY@db.example/x",
        "https://archive.example/2026/https://user:CANARY@shop.example/",
        "https://a.example/?next=https://user:CANARY@b.example/",
        "https:\\\\user:CANARY@shop.example\\x",
        "https:\\/\\/user:CANARY@shop.example\\/x",
        "blob:https://user:CANARY@shop.example/1",
        "view-source:https://user:CANARY@shop.example/1",
        "https://a.example/go/https%3A%2F%2Fuser%3ACANARY%40b.example%2F",
        "https://a.example/go/https%253A%252F%252Fuser%253ACANARY%2540b.example%252F",
        "https&#58;//user&#x3a;CANARY&commat;shop.example/",
        "fetched 'https://user:CANARY@shop.example/' and \"https://user:CANARY@b.example/\"",
    ],
)
def test_no_login_hides_from_the_cleaner(clean: Clean, text: str) -> None:
    assert "CANARY" not in clean(text)
    assert "shop.example" in clean(text) or "shop.example" not in text


# --- parameters -------------------------------------------------------------------------------------------------------

SECRET_NAMES = [
    *("preview_token", "access_token", "id_token", "X-Amz-Signature", "X-Amz-Credential", "sig", "code", "state"),
    *("SAMLResponse", "assertion", "ticket", "otp", "pin", "pass", "passwd", "PASSWORD", "csrf", "xsrf-token"),
    *("private_key", "accessKey", "api-key", "apikey", "subscription-key", "key", "sid", "PHPSESSID", "jwt", "auth"),
    *("client_secret", "x-vercel-protection-bypass", "nonce", "to%6ben", "user.token", "user[token]", "Key-Pair-Id"),
]


@BOTH
@pytest.mark.parametrize("name", SECRET_NAMES)
@pytest.mark.parametrize(
    "before", ["/?", "/?a=1&", "/?a=1;", "/?a=1&amp;", "/#", "/#/route?", "/#a=1&", "/a&", "?", "#"]
)
def test_a_parameter_whose_name_is_a_secrets_loses_its_value(clean: Clean, name: str, before: str) -> None:
    cleaned = clean(f"https://shop.example{before}{name}=abc&page=2")
    assert f"{before[-1]}{name}={REDACTED}&page=" in cleaned
    assert "abc" not in cleaned


@pytest.mark.parametrize(
    "value",
    [
        JWT,
        '{"token":"abc1"}',
        "%7B%22api_key%22%3A%20%22abc1%22%7D",
        "%257B%2522password%2522%253A1234%257D",
        "exp=1700000000~hmac=abc1",
        "user:me,password:abc1",
        HEXADECIMAL,
        BASE64,
        "Bearer%20abc1",
        "Basic+dXNlcjpwYXNz",
        quote(f"/a?token={JWT}"),
        "https%3A%2F%2Fb.example%2F%3Ftoken%3Dabc1",
        "a%3D1%26token%3Dabc1",
        "%2525253Ftoken%2525253Dabc1",
        "9b2f6c1e-8d4a-4c3b-9a7e-1f2d3c4b5a69",
        "AKIAIOSFODNN7EXAMPLE",
        "user:abc1@b.example",
    ],
)
def test_a_value_whose_shape_is_a_secrets_goes_whatever_its_name(value: str) -> None:
    cleaned = clean_for_result(f"https://shop.example/?page={value}&size=2")
    assert cleaned.startswith(f"https://shop.example/?page={REDACTED}") or cleaned.endswith(f"{REDACTED}&size=2")
    assert "abc1" not in cleaned
    assert value not in cleaned


@pytest.mark.parametrize(
    "query",
    [
        "page=2&sort=price",
        "mail=a@b",
        "q=red%20shoes&size=42.5",
        'filter={"colour":"red"}',
        "exp=a:1~acl=all",
        "from=2026-11-27T10:00:00Z",
        "utm_source=news&utm_campaign=spring-sale-2026",
        "lang=en-GB&v=3.7.1",
        "ids=1,2,3,4,5,6,7,8,9,10",
        "author=me",
        "a&b&&c=",
        "next=/cart/checkout",
        "x=%zz",
        "q=caf%C3%A9+cr%C3%A8me",
    ],
)
def test_results_keep_the_values_that_are_no_secrets(query: str) -> None:
    assert clean_for_result(f"https://shop.example/list?{query}") == f"https://shop.example/list?{query}"


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("https://shop.example/?page=2&q=red", "https://shop.example/?page={0}&q={0}"),
        ("https://shop.example/?page=2;q=red#top", "https://shop.example/?page={0};q={0}#{0}"),
        ("https://shop.example/?a=1&amp;b=2", "https://shop.example/?a={0}&amp;b={0}"),
        ("https://shop.example/?a=&b=2", "https://shop.example/?a=&b={0}"),
        ("https://shop.example/?abc", "https://shop.example/?{0}"),
        ("https://shop.example/#abc", "https://shop.example/#{0}"),
        ("https://shop.example/#/route?a=1", "https://shop.example/#{0}?a={0}"),
        ("//shop.example/a?b=c", "//shop.example/a?b={0}"),
        ("/a/b?c=d", "/a/b?c={0}"),
        ("?c=d", "?c={0}"),
        ("shop.example/a?b=c", "shop.example/a?b={0}"),
        ("shop.example?b", "shop.example?{0}"),
        ("https://shop.example/?u=https://b.example/?c=d", "https://shop.example/?u={0}"),
        ("https://shop.example/?abc==", "https://shop.example/?{0}"),
        ("data:text/html;base64,QUJD", "data:text/html,{0}"),
        ("javascript:alert(1)", "javascript:{0}"),
        ("https://shop.example/?a=b)", "https://shop.example/?a={0})"),
        ('{{"url":"https://shop.example/?a=b","c":"d"}}', '{{"url":"https://shop.example/?a={0}","c":"d"}}'),
        ("see <https://shop.example/?a=b>; rel=next, x", "see <https://shop.example/?a={0}>; rel=next, x"),
    ],
)
def test_what_is_published_keeps_names_and_no_values(url: str, published: str) -> None:
    assert clean_for_publication(url.format()) == published.format(REDACTED)


# --- paths ------------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "segment", [JWT, HEXADECIMAL, BASE64, f"{BASE64}.html", "sk_live_51H8xYz2eZvKYlo2C", quote(JWT, safe="")]
)
@pytest.mark.parametrize(
    "place", ["https://shop.example/reset/{}/x?", "/reset/{}", "shop.example/{}", "https://shop.example/#/reset/{}"]
)
def test_a_segment_that_looks_like_a_token_goes(clean: Clean, segment: str, place: str) -> None:
    cleaned = clean(place.format(segment))
    assert segment not in cleaned
    assert REDACTED in cleaned


@BOTH
@pytest.mark.parametrize(
    "parameter", ["jsessionid=CANARY", "JSESSIONID=CANARY.node1", "v=CANARY", "CANARY", "a=CANARY;b=CANARY"]
)
def test_path_parameters_lose_their_values(clean: Clean, parameter: str) -> None:
    cleaned = clean(f"https://shop.example/cart;{parameter}/items")
    assert "CANARY" not in cleaned
    assert cleaned.startswith("https://shop.example/cart;")
    assert cleaned.endswith("/items")


@BOTH
@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/products/12345/red-shoes-for-children-2026-03-12",
        "https://shop.example/@scope/x",
        "https://shop.example/R&D/a%20b/50%25",
        "https://shop.example/Bundeswettbewerbsbestimmungen/MyVeryLongComponentName",
        "https://cdn.example/assets/main.3f2a9c8b7d6e5f4a3b2c.js",
        "https://3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c.cdn.example/x",
        "https://www.dareboost.com/en/report/d_5f9a8b7c6d5e4f3a2b1c0d9e",
        "https://api.example/v2/reports/2026-11-27/export_20261127T101112Z.pdf",
        "https://xn--mnchen-3ya.example/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%9A%E3%83%BC%E3%82%B8",
    ],
)
def test_an_ordinary_path_stays(clean: Clean, url: str) -> None:
    assert clean(url) == url


# --- ordinary text ----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Is it slow? Yes; see C:\\Users\\me\\file.txt and \\\\server\\share.",
        "AT&T, R&D, C#, Page #12, 50 %, a = b, x<=y; 10:30 and/or either",
        "Checkout (mobile) | step 2: pay @ counter",
        "Largest contentful paint is 4,100 ms; the limit is 2,500 ms (LCP<=2500).",
        "mail me@shop.example or mailto:me@shop.example",
        "Basic authentication failed, no bearer token: log in again",
        "registry:5000/img@sha256:abc and npm:react@18.2.0",
        f"id {HEXADECIMAL} of a report",
        "日本語のページ #1?",
    ],
)
def test_ordinary_text_stays(clean: Clean, text: str) -> None:
    assert clean(text) == text


@BOTH
@pytest.mark.parametrize(
    "text", [f"got {JWT}.", "sent Authorization: Bearer CANARY1x,", "password=CANARY was wrong", "a=1&token=CANARY"]
)
def test_a_secret_in_ordinary_text_goes(clean: Clean, text: str) -> None:
    cleaned = clean(text)
    assert "CANARY" not in cleaned
    assert JWT not in cleaned
    assert REDACTED in cleaned


# --- for every text ---------------------------------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        *"/?#&;=@:%\\.\"'<>()[]-_ +",
        "//",
        "https://",
        "HTTP:",
        "user",
        "shop.example",
        "a.b",
        "%3D",
        "%2F",
        "%253D",
        "&amp;",
        "&#61;",
        "token",
        "abc",
        "1",
        "é",
        "\\u0026",
        "data:",
        ",",
        JWT,
        HEXADECIMAL,
        "Bearer ",
        "eyJ",
        REDACTED,
        "javascript:",
        "mailto:",
        "[::1]",
    ]
)
texts = st.lists(pieces | st.text(max_size=4), max_size=14).map("".join)


@BOTH
@given(text=texts)
def test_cleaning_twice_is_cleaning_once(clean: Clean, text: str) -> None:
    assert clean(clean(text)) == clean(text)


values = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="=&;#?/\\\"'`<>"), max_size=12).map(
    lambda text: f"CANARY{text}"
)


@given(login=values, value=values, fragment=values, inner=values)
def test_no_value_survives_publication(login: str, value: str, fragment: str, inner: str) -> None:
    url = (
        f"https://me:{login}@shop.example/a;p={value}?x={value}&{value}&u={quote(f'https://{inner}@b.example/?t={inner}')}"
        f"#{fragment}&y={fragment}"
    )
    cleaned = clean_for_publication(url)
    assert "CANARY" not in cleaned
    assert urlsplit(cleaned).hostname == "shop.example"
    assert urlsplit(cleaned).path.startswith("/a;p=")


@given(
    names=st.lists(st.from_regex(r"\A[a-z][a-z_]{0,11}\Z"), max_size=5),
    values=st.lists(st.from_regex(r"\A[a-z0-9]{1,8}\Z"), min_size=5),
)
def test_names_and_their_order_survive_publication(names: list[str], values: list[str]) -> None:
    query = "&".join(f"{name}={value}" for name, value in zip(names, values))
    published = "&".join(f"{name}={REDACTED}" for name in names)
    assert clean_for_publication(f"https://shop.example/a/b?{query}") == f"https://shop.example/a/b?{published}".rstrip(
        "?"
    ) + ("" if names else "?")


plain_pieces = st.sampled_from(
    ["a", "Z9", "-", "_", ".", "~", "%20", "%3D", "+", "/", "&", "=", "b=", "&c=", "token", "x" * 15]
)


@given(st.lists(plain_pieces, max_size=8).map("".join), st.lists(plain_pieces, max_size=12).map("".join))
def test_the_short_way_for_plain_urls_leads_where_the_long_one_does(path: str, query: str) -> None:
    url = f"https://shop.example/{path}?{query}"
    assert f"{clean_for_publication(url)} " == clean_for_publication(f"{url} ")


@BOTH
@pytest.mark.parametrize(
    "pattern",
    [
        "/",
        "//",
        "@",
        "a:b@",
        "http://a:b/",
        "?",
        "&a=b",
        "%25",
        "a%3Db/",
        '"http://x"',
        "&#x41;",
        "eyJa.",
        "bearer ",
        "data:a/b;",
        "1a",
        "a.",
    ],
)
def test_a_long_text_takes_time_in_proportion(clean: Clean, pattern: str) -> None:
    def seconds(size: int) -> float:
        text = f"https://a:b/{pattern * (size // len(pattern))}@shop.example/"
        begin = time.process_time()
        clean(text)
        return time.process_time() - begin

    assert seconds(200_000) < 1 + 20 * seconds(20_000)
