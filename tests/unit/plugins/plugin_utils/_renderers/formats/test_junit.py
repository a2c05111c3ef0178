# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JUnit: what failed, what nobody could tell and what is waived, with counts that are true."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.junit import render_junit
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers.samples import (
    MIXED,
    WAIVED,
    finding,
    pair,
    verdict,
)


def suite_of(text: str) -> ElementTree.Element:
    suite = ElementTree.fromstring(text).find("testsuite")
    assert suite is not None
    return suite


def test_junit_calls_fail_a_failure_and_unknown_an_error_and_counts_truly() -> None:
    suite = suite_of(render_junit(MIXED))
    assert {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    ends = {case.attrib["name"]: [each.tag for each in case] for case in suite.iter("testcase")}
    assert ends == {
        "good": [],
        "soon": ["system-out"],
        "bad": ["failure", "system-out"],
        "dark": ["error"],
        "waived": ["skipped", "system-out"],
    }


def test_junit_skips_what_is_waived_and_says_why() -> None:
    (skipped,) = suite_of(render_junit(MIXED)).iter("skipped")
    assert skipped.attrib["message"] == "expires_soon waived through 2026-12-31: planned"


@pytest.mark.parametrize(("severity", "end"), [("fail", "failure"), ("unknown", "error"), ("warn", "skipped")])
def test_junit_shows_what_is_wrong_rather_than_what_is_waived(severity: str, end: str) -> None:
    both = pair("both", 3, [finding(severity, id="open"), finding("fail", id="known", waived=WAIVED)])
    suite = suite_of(render_junit(verdict(both)))
    (case,) = suite.iter("testcase")
    assert [each.tag for each in case] == [end, "system-out"]
    assert "waived through 2026-12-31: planned" in (case.findtext("system-out") or "")
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {
        "tests": 1,
        "failures": int(end == "failure"),
        "errors": int(end == "error"),
        "skipped": int(end == "skipped"),
    }


def test_junit_names_every_waiver_of_a_subject() -> None:
    other = {"reason": "moves in spring", "until": "2027-03-31"}
    both = pair("both", 3, [finding(id="expired", waived=WAIVED), finding(id="scope_excess", waived=other)])
    (skipped,) = suite_of(render_junit(verdict(both))).iter("skipped")
    assert skipped.attrib["message"] == (
        "expired waived through 2026-12-31: planned; scope_excess waived through 2027-03-31: moves in spring"
    )


def test_junit_is_not_green_where_somebody_is_missing_or_nothing_was_checked() -> None:
    partial = suite_of(render_junit(verdict(pair("good"), partial=True, status="unknown", missing=["host-3"])))
    assert (partial.attrib["tests"], partial.attrib["errors"]) == ("2", "1")
    assert suite_of(render_junit(verdict())).attrib["errors"] == "1"
