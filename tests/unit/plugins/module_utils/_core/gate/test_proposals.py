# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Budgets out of history: limits that the runs keep, rounded, and never looser than what somebody set."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import (
    BudgetsError,
    exceeds,
    parse_budgets,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.proposals import (
    USUAL_METRICS,
    Options,
    propose,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS

LCP = "largest_contentful_paint"


def page(number: int = 7, name: str = "Home", lcps: Any = range(1000, 2000, 50), **more: Any) -> dict[str, Any]:
    reports = [{"score": 90, "weight": 1_234_567, "timings": {"largestContentfulPaint": lcp, **more}} for lcp in lcps]
    return {"id": number, "name": name, "reports": reports}


def proposed(*pages: dict[str, Any], existing: Any = None, **options: Any) -> Any:
    return propose(pages, existing, Options(**{"metrics": (LCP,), **options}))


def limits_of(budgets: dict[str, Any], number: int = 7) -> dict[str, Any]:
    [found] = [each["budgets"] for each in budgets["overrides"] if each["match"] == {"id": number}]
    return dict(found)


def test_the_warn_limit_is_the_percentile_and_the_fail_limit_has_headroom_both_rounded_up() -> None:
    found = proposed(page())  # p90 of 1000, 1050, ..., 1950 is 1855
    assert found.budgets == {"overrides": [{"match": {"id": 7}, "budgets": {LCP: {"warn": 1900, "fail": 2050}}}]}
    assert (found.tightened, found.too_few) == (1, ())


def test_of_a_score_the_limits_are_rounded_down_and_headroom_goes_down() -> None:
    assert limits_of(proposed(page(), metrics=("score",)).budgets) == {"score": {"warn": 90, "fail": 81}}


def test_every_usual_metric_gets_limits_that_the_gate_reads() -> None:
    found = propose([page(cumulativeLayoutShift=0.0, totalBlockingTime=12, speedIndex=900)], None, Options())
    assert list(limits_of(found.budgets)) == list(USUAL_METRICS)
    assert limits_of(found.budgets)["weight"] == {"warn": 1_240_000, "fail": 1_360_000}
    assert limits_of(found.budgets)["cumulative_layout_shift"] == {"fail": 0.01}
    assert parse_budgets(found.budgets)


def test_without_headroom_there_is_nothing_to_warn_of() -> None:
    assert limits_of(proposed(page(), headroom_percent=0).budgets) == {LCP: {"fail": 1900}}


def test_a_second_time_with_the_same_history_nothing_changes() -> None:
    first = proposed(page(), page(8, "Cart"))
    for only_tighten in (True, False):
        second = proposed(page(), page(8, "Cart"), existing=first.budgets, only_tighten=only_tighten)
        assert (second.budgets, second.tightened) == (first.budgets, 0)


def test_a_page_that_got_better_tightens_its_limits_and_one_that_got_worse_does_not_loosen_them() -> None:
    before = proposed(page(), page(8)).budgets
    after = proposed(page(7, lcps=range(500, 700, 10)), page(8, lcps=range(5000, 6000, 50)), existing=before)
    assert limits_of(after.budgets, 7) == {LCP: {"warn": 700, "fail": 750}}
    assert limits_of(after.budgets, 8) == limits_of(before, 8)
    assert after.tightened == 1


def test_unless_it_is_allowed_to() -> None:
    before = proposed(page()).budgets
    after = proposed(page(lcps=range(5000, 6000, 50)), existing=before, only_tighten=False)
    assert limits_of(after.budgets)[LCP]["fail"] > limits_of(before)[LCP]["fail"]


def test_a_limit_in_force_from_elsewhere_is_kept_where_it_is_tighter() -> None:
    existing = {
        "defaults": {LCP: {"warn": 1000, "fail": 1500}},
        "overrides": [{"match": {"name": "Cart"}, "budgets": {LCP: {"fail": 9000}}}],
    }
    found = proposed(page(), page(8, "Cart"), existing=existing)
    assert [each["match"] for each in found.budgets["overrides"]] == [{"name": "Cart"}, {"id": 8}]
    assert limits_of(found.budgets, 8) == {LCP: {"warn": 1900, "fail": 2050}}


@pytest.mark.parametrize("off", [{LCP: "off"}, "off", False])
def test_off_stays_off(off: Any) -> None:
    existing = {"overrides": [{"match": {"name": "Home"}, "budgets": off}]}
    for only_tighten in (True, False):
        assert proposed(page(), existing=existing, only_tighten=only_tighten).budgets == existing


def test_too_few_runs_make_no_limit() -> None:
    found = proposed(page(lcps=range(9)), page(8, "Cart"), {"id": 9, "name": "New"})
    assert found.too_few == ("Home", "New")
    assert [each["match"] for each in found.budgets["overrides"]] == [{"id": 8}]


def test_failed_runs_are_no_history() -> None:
    failed = {"id": 7, "name": "Home", "reports": [{"score": -1}] * 50}
    assert proposed(failed).too_few == ("Home",)


def test_what_exists_is_not_changed_in_place() -> None:
    existing = {"overrides": [{"match": {"id": 7}, "budgets": {LCP: {"fail": 9000}}}]}
    assert limits_of(proposed(page(), existing=existing).budgets) != limits_of(existing)
    assert limits_of(existing) == {LCP: {"fail": 9000}}


@pytest.mark.parametrize(
    "options", [{"metrics": ("lcp",)}, {"aggregate": "mode"}, {"headroom_percent": -1}, {"min_samples": 0}]
)
def test_a_wrong_option_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is no|has to be"):
        proposed(page(), **options)


def test_budgets_that_are_wrong_are_refused_with_their_place() -> None:
    with pytest.raises(BudgetsError, match=r"defaults\.lcp"):
        proposed(page(), existing={"defaults": {"lcp": {"fail": 1}}})


@given(st.lists(st.floats(0, 1e5), min_size=10, max_size=40), st.sampled_from(["median", "p75", "p90", "worst"]))
def test_the_limits_are_kept_by_the_runs_that_they_were_made_of(lcps: list[float], aggregate: str) -> None:
    found = proposed(page(lcps=lcps), aggregate=aggregate, headroom_percent=0)
    [limits] = limits_of(found.budgets).values()
    values = sorted(lcps)
    kept = [value for value in values if not exceeds(value, limits["fail"], METRICS[LCP].direction)]
    assert len(kept) >= {"median": 0.5, "p75": 0.75, "p90": 0.9, "worst": 1}[aggregate] * len(values) - 1
