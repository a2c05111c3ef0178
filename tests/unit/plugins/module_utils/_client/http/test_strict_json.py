# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON: what RFC 8259 allows is read, and what Python's own parser takes beyond it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.strict_json import (
    NestedTooDeep,
    NotJson,
    parse_json,
)


@pytest.mark.parametrize(
    "content",
    [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"score": NaN}',
        b'[1, {"a": [-Infinity]}]',
        b"1e400",
        b"-1e400",
        b"[1E+309]",
        b"1.8e308",
        b"9" * 400 + b".5",
        b"9" * 309,
        b"-" + b"9" * 309,
        b"1" + b"0" * 309,
        b"1" * 5000,
        b"-" + b"1" * 100_000,
    ],
    ids=lambda content: content[:20].decode(),
)
def test_a_number_that_is_none_or_that_no_float_can_hold_is_refused(content: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(content)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"1.7976931348623157e308", 1.7976931348623157e308),
        (b"-1.7976931348623157e308", -1.7976931348623157e308),
        (b"1e-400", 0.0),
        (b"-0", 0),
        (b"1" + b"0" * 308, 10**308),
        (b"-1" + b"0" * 308, -(10**308)),
        (b"100000000000000000000", 10**20),
        (b'"NaN"', "NaN"),
        (b'{"Infinity": "1e400"}', {"Infinity": "1e400"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b" null ", None),
    ],
    ids=lambda content: repr(content)[:24],
)
def test_what_is_json_is_read(content: bytes, value: Any) -> None:
    assert parse_json(content) == value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf1",
        b"\xff",
        b'["\xe9"]',
        b'["\xed\xa0\x80"]',
        b'["\xc0\xaf"]',
        json.dumps({"a": 1}).encode("utf-16"),
        json.dumps({"a": 1}).encode("utf-16-le"),
        json.dumps({"a": 1}).encode("utf-32"),
        b"[1,]",
        b"[1] x",
        b"{'a': 1}",
        b'["\t"]',
        b"01",
        b"+1",
        b"1.",
        b"True",
        b"[1\x00]",
        b"\xc2\xa01",
    ],
    ids=repr,
)
def test_what_is_no_json_in_utf_8_is_refused(content: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(content)


@pytest.mark.parametrize("levels", [101, 900, 5000, 200_000])
@pytest.mark.parametrize(("before", "after"), [(b"[", b"]"), (b'{"}":', b"}"), (b'[0, {"]": ', b"}]")])
def test_what_is_nested_too_deep_is_refused(levels: int, before: bytes, after: bytes) -> None:
    with pytest.raises(NestedTooDeep):
        parse_json(before * levels + b"1" + after * levels)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_is_not_nested_too_deep_comes_as_it_is(ascii_only: bool) -> None:
    deep: Any = {"[": "[" * 500, "é": "\N{GRINNING FACE}"}
    for _level in range(99):
        deep = [deep, [], {}]
    assert parse_json(json.dumps(deep, ensure_ascii=ascii_only).encode("utf-8")) == deep


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (
            rb'{"a\ud800": ["x\uDFFFy", {"b": "\ud800\ud83d\ude00"}], "c": 1}',
            {"a\ufffd": ["x\ufffdy", {"b": "\ufffd\N{GRINNING FACE}"}], "c": 1},
        ),
        (rb'"\\ud83d\ude00"', "\\ud83d\ufffd"),  # a backslash of its own, so what follows is no whole pair
        (rb'"\\\ud83d\ude00\\ud83d"', "\\\N{GRINNING FACE}\\ud83d"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\N{GRINNING FACE}"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
    ],
)
def test_half_a_character_is_replaced_so_that_every_result_can_be_written(content: bytes, value: Any) -> None:
    assert parse_json(content) == value


@given(
    st.recursive(
        st.text(st.characters()) | st.integers(-(10**300), 10**300) | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.dictionaries(st.text(st.characters()), inner) | st.lists(inner),
    )
)
def test_whatever_comes_can_be_written_as_json_again(value: Any) -> None:
    found = parse_json(json.dumps(value).encode())
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8")
