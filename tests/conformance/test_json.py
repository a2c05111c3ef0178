# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON of the API's answers, by the JSON Parsing Test Suite (https://github.com/nst/JSONTestSuite)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import validators

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.strict_json import (
    NestedTooDeep,
    NotJson,
    parse_json,
)

LIST = """
const suite = await import(process.argv[1]);
process.stdout.write(JSON.stringify(suite.parsing));
"""


@cache
def cases() -> list[dict[str, Any]]:
    suite = validators.PACKAGES / "json-test-suite/index.js"
    listed = validators.run("node", "--input-type=module", "--eval", LIST, suite.as_uri(), cwd=validators.PACKAGES)
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, Any]] = json.loads(listed.stdout)
    return found


def content(case: dict[str, Any]) -> bytes:
    # In the package, what was not UTF-8 in the original files stands as the replacement character.
    return str(case["input"]).encode()


def of_kind(letter: str) -> pytest.MarkDecorator:
    chosen = [case for case in cases() if case["name"].startswith(f"{letter}_")]
    return pytest.mark.parametrize("case", chosen, ids=[case["name"] for case in chosen])


@of_kind("y")
def test_valid_json_is_read_as_python_reads_it(case: dict[str, Any]) -> None:
    assert parse_json(content(case)) == json.loads(content(case))


@of_kind("n")
def test_invalid_json_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises((NotJson, NestedTooDeep)):
        parse_json(content(case))


@of_kind("i")
def test_json_that_a_parser_may_read_or_refuse_crashes_nothing(case: dict[str, Any]) -> None:
    try:
        read = parse_json(content(case))
    except (NotJson, NestedTooDeep):
        return
    # Whatever was read can be written into a result, a file or a terminal.
    json.dumps(read, ensure_ascii=False, allow_nan=False).encode()


def test_the_suite_is_whole() -> None:
    letters = [case["name"][0] for case in cases()]
    assert {letter: letters.count(letter) for letter in "yni"} == {"y": 95, "n": 188, "i": 35}
