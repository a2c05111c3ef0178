# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run of a scenario went."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.scenarios.model import GRADES, grade_run


@pytest.mark.parametrize(
    ("summary", "grade"),
    [
        ({"fail": 0}, "ok"),
        ({"fail": 0, "browserError": 7, "unavailableResource": 3}, "ok"),
        ({"fail": 2, "browserError": 0}, "check_failed"),
    ],
)
def test_a_run_is_as_good_as_its_checks(summary: dict[str, Any], grade: str) -> None:
    assert grade_run({"summary": summary}, failed=False) == grade


@pytest.mark.parametrize("run", [{}, {"summary": {"fail": 0}}, {"summary": {"fail": 3}}])
def test_a_run_among_the_failed_ones_failed_whatever_it_counts(run: dict[str, Any]) -> None:
    assert grade_run(run, failed=True) == "failed"


@pytest.mark.parametrize("summary", [None, {}, [], {"fail": None}, {"fail": "0"}, {"fail": True}])
def test_a_run_that_does_not_count_its_failed_checks_is_not_called_good(summary: Any) -> None:
    assert grade_run({"summary": summary}, failed=False) == "unknown"
    assert grade_run({}, failed=False) == "unknown"


def test_a_run_of_which_nobody_can_tell_whether_it_failed_is_unknown() -> None:
    assert grade_run({"summary": {"fail": 0}}, failed=None) == "unknown"


def test_every_grade_is_in_the_list() -> None:
    assert set(GRADES) == {"ok", "check_failed", "failed", "unknown"}
