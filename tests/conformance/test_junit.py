# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every JUnit report by a second reader, junitparser: what it counts is what the verdict counts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import written
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

STATES = ((Failure, "fail"), (Error, "unknown"), (Skipped, "waived"))


def status_of(case: TestCase) -> str:
    """What a CI system shows of a test case."""
    kinds = {type(each) for each in case.result}
    return next((name for kind, name in STATES if kind in kinds), "pass")


def waived(subject: dict[str, Any]) -> bool:
    return subject["status"] in ("pass", "warn") and any(finding["waived"] for finding in subject["findings"])


@pytest.mark.parametrize("name", written.REPORTS)
def test_a_report_counts_what_the_verdict_counts(folder: Path, name: str) -> None:
    suites = list(JUnitXml.fromfile(str(folder / f"{name}.xml")))
    cases = [case for suite in suites for case in suite]
    counted = Counter(map(status_of, cases))
    verdict: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    summary = verdict["summary"]
    # Whoever is missing is an error, and so is a verdict on nothing at all.
    not_judged = len(verdict["missing"]) or int(not summary["total"])
    assert counted["fail"] == summary["fail"]
    assert counted["unknown"] == summary["unknown"] + not_judged
    # What is waived leaves the status, so that it would look like a plain pass.
    assert counted["waived"] == sum(waived(subject) for subject in verdict["subjects"])
    assert len(cases) == summary["total"] + not_judged
    assert sum(suite.tests for suite in suites) == len(cases)
    assert sum(suite.failures for suite in suites) == counted["fail"]
    assert sum(suite.errors for suite in suites) == counted["unknown"]
    assert sum(suite.skipped for suite in suites) == counted["waived"]
