# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.json_report import render_json

from ..samples import data, finding, pair, verdict


def test_the_report_is_the_verdict() -> None:
    judged = data(pair("shop", -1, [finding(waived={"reason": "r", "until": "2027-01-01"})]), pair("other"))
    assert json.loads(render_json(Verdict.from_dict(judged))) == judged


def test_the_text_is_indented_and_ends_with_a_newline() -> None:
    text = render_json(verdict(pair("shop")))
    assert text.startswith('{\n  "schema_version": "1",\n  "kind": "credentials",')
    assert text.endswith("}\n")


def test_the_order_of_keys_does_not_depend_on_the_way_that_the_verdict_travelled() -> None:
    judged = data(pair("shop", -1, [finding()]))
    shuffled = {key: judged[key] for key in sorted(judged)}
    shuffled["subjects"] = [
        {
            **{key: each[key] for key in sorted(each)},
            "findings": [{key: found[key] for key in sorted(found)} for found in each["findings"]],
        }
        for each in judged["subjects"]
    ]
    assert render_json(Verdict.from_dict(shuffled)) == render_json(Verdict.from_dict(judged))


def test_keys_that_are_not_known_yet_are_kept() -> None:
    assert json.loads(render_json(verdict(pair("shop", later="new"), run_id="42")))["run_id"] == "42"


@pytest.mark.parametrize(
    "name", ["caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{ROCKET}", "<script>", "a\nb", "half \ud83d", '"']
)
def test_any_text_comes_back_as_it_was(name: str) -> None:
    written = render_json(verdict(pair(name))).encode("utf-8")
    assert json.loads(written)["subjects"][0]["name"] == name


def test_letters_stay_readable() -> None:
    assert "\N{LATIN SMALL LETTER E WITH ACUTE}" in render_json(verdict(pair("caf\N{LATIN SMALL LETTER E WITH ACUTE}")))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_a_value_that_json_has_not_is_an_error_and_no_broken_report(value: object) -> None:
    with pytest.raises(NotAVerdict, match="holds a value that JSON cannot"):
        render_json(verdict(pair("shop", details={"odd": value})))


def test_a_report_of_the_same_day_that_says_the_same_is_kept() -> None:
    earlier = render_json(verdict(pair("shop"), checked_at="2026-11-23T02:00:00Z"))
    assert render_json(verdict(pair("shop")), previous=earlier) == earlier


@pytest.mark.parametrize(
    "earlier",
    [
        render_json(verdict(pair("shop"), checked_at="2026-11-22T22:35:43Z")),
        render_json(verdict(pair("shop", 199), checked_at="2026-11-23T02:00:00Z")),
        "[]",
        '{"checked_at": 5}',
        "{",
        "",
    ],
    ids=["yesterday", "other content", "a list", "a number for a date", "cut off", "none"],
)
def test_a_report_that_is_of_another_day_or_says_something_else_is_written_anew(earlier: str) -> None:
    assert render_json(verdict(pair("shop")), previous=earlier) == render_json(verdict(pair("shop")))
