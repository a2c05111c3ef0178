# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets go out of results, and nothing else does."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.masking import masked, secrets_among

SECRET = "S3cret;of'the\"pair"
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (SECRET, MASK),
        (f"a {SECRET} b", "a ******** b"),
        (f"{SECRET}{SECRET}", "****************"),
        ({"name": SECRET}, {"name": MASK}),
        ({f"key of {SECRET}": 1}, {"key of ********": 1}),
        ({SECRET: [{"deep": (SECRET,)}]}, {MASK: [{"deep": (MASK,)}]}),
        ({"set": {SECRET, "other"}}, {"set": {MASK, "other"}}),
        (json.dumps({"a": SECRET}), '{"a": "********"}'),
        (repr([SECRET]), "['********']"),
        (f"https://{SECRET.lower()}.example", "https://********.example"),
    ],
)
def test_a_secret_goes_wherever_it_stands_and_however_it_is_quoted(value: Any, expected: Any) -> None:
    assert masked(value, [SECRET]) == expected


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "", "text", [], {}, {"a": [1, None, {"b": ("c",)}], 2: "two"}])
def test_what_holds_no_secret_is_returned_as_it_is(value: Any) -> None:
    assert masked(value, [SECRET]) is value
    assert masked(value, []) is value


def test_types_stay_and_so_does_all_that_is_beside_the_secret() -> None:
    beside = {"number": 5, "float": 0.5, "yes": True, "none": None, "list": [1, "a"], 7: "seven"}
    found = masked({**beside, "secret": SECRET}, [SECRET])
    assert found == {**beside, "secret": MASK}
    assert [type(item) for item in found.values()] == [int, float, bool, type(None), list, str, str]


def test_two_keys_that_are_the_same_once_they_are_masked_keep_their_values() -> None:
    secrets = ["first-secret", "second-secret", "third-secret"]
    assert masked(dict.fromkeys(secrets, 1), secrets) == {MASK: 1, f"{MASK} (2)": 1, f"{MASK} (3)": 1}


def test_secrets_that_overlap_leave_no_part_of_either() -> None:
    assert masked("x abcdefghijkl x", ["abcdefgh", "efghijkl"]) == "x ******** x"
    assert masked("x abcdefghijkl x", ["abcdefgh", "abcdefghijkl"]) == "x ******** x"


def test_a_number_that_is_a_secret_goes_and_one_that_only_holds_its_digits_stays() -> None:
    found = masked({"same": 12345678, "longer": 1234567890, "text": "1234567890"}, ["12345678"])
    assert found == {"same": MASK, "longer": 1234567890, "text": "********90"}
    assert masked([12345.678], ["12345.678"]) == [MASK]


def test_what_is_too_short_to_be_a_secret_is_no_secret() -> None:
    assert masked("production", ["prod", "", "product"]) == "production"
    assert masked("production", ["prod"], shortest=1) == "********uction"
    assert masked("ab", ["a", "ab"], shortest=1) == MASK


SECRETS = st.text(alphabet="ab'\"\\éß\n", min_size=8, max_size=10)
TEXTS = st.text(max_size=8) | SECRETS


@given(
    st.lists(SECRETS, min_size=1, max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=10,
    ),
)
def test_no_secret_is_left_in_any_text(secrets: list[str], value: Any) -> None:
    longer = [f"<{secret}>" for secret in secrets]
    found = texts(masked([value, secrets, longer, dict.fromkeys(secrets, value)], secrets))
    assert [text for text in found if any(secret in text for secret in secrets)] == []


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_a_large_result_with_hundreds_of_secrets_is_masked_in_no_time() -> None:
    """One after the other, they took a hundred times as long; a slow machine gets a tenth of that."""
    secrets = [f"{number:04d}-secret-of-a-pair-{number * 7919 % 10007}" for number in range(500)]
    rows = [
        {"id": number, "name": f"Page {number}", "url": f"https://shop.example/{number}"} for number in range(20000)
    ]
    begun = time.process_time()
    found = masked({"rows": rows, "last": secrets[-1]}, secrets)
    assert time.process_time() - begun < 3
    assert (found["rows"], found["last"]) == (rows, MASK)


def test_the_secrets_among_options_are_those_that_the_argument_spec_marks() -> None:
    spec = {
        "client_id": {},
        "client_secret": {"no_log": True},
        "entries": {"options": {"name": {}, "client_secret": {"no_log": True}, "no_log": {"no_log": False}}},
        "one": {"options": {"key": {"no_log": True}}},
    }
    values = {
        "client_id": "id",
        "client_secret": "first",
        "entries": [{"name": "a", "client_secret": "second", "no_log": "shown"}, {"name": "b", "client_secret": None}],
        "one": {"key": 12345678},
        "unknown": "x",
    }
    assert secrets_among(spec, values) == {"first", "second", "12345678"}
    assert secrets_among(spec, {"entries": "not a list", "one": None}) == set()
