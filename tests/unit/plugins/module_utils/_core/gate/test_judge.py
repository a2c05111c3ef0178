# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate: it passes what keeps its budgets, fails what does not, and never passes what nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import parse_budgets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.judge import (
    ReadFailure,
    Rules,
    Watched,
    judge_gate,
    no_event,
    no_monitoring,
    out_of_reach,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.regression import Tolerance
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import RULES

LCP = "largest_contentful_paint"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)
DEPLOYED = datetime(2026, 11, 25, 10, 0, tzinfo=timezone.utc)
CHECKOUT = {
    "id": 7,
    "name": "Checkout",
    "url": "https://shop.example/checkout",
    "enabled": True,
    "frequency": 60,
    "last_execution": "2026-11-25T11:00:00Z",
}
FAILED = {"score": -1}


def run(lcp: float | None, score: float = 90) -> dict[str, Any]:
    return {"score": score, "timings": {"largestContentfulPaint": lcp}}


def rules(min_samples: int = 1, aggregate: str = "median", regression: Tolerance | None = None) -> Rules:
    return Rules(DEPLOYED, True, min_samples, aggregate, regression)


def judged(
    runs: Sequence[dict[str, Any]],
    budget: Any = None,
    *,
    before: Sequence[dict[str, Any]] = (),
    by: Rules | None = None,
    failure: ReadFailure | None = None,
    **monitoring: Any,
) -> dict[str, Any]:
    """The verdict on one monitoring."""
    limits = {"warn": 2500, "fail": 4000} if budget is None else budget
    watched = Watched({**CHECKOUT, **monitoring}, runs, before, failure, waited=5400)
    return judge_gate([watched], parse_budgets({"defaults": {LCP: limits}}), by or rules(), NOW).as_dict()


def findings(verdict: dict[str, Any]) -> list[str]:
    return [finding["id"] for subject in verdict["subjects"] for finding in subject["findings"]]


def message(verdict: dict[str, Any]) -> str:
    [finding] = verdict["subjects"][0]["findings"]
    return str(finding["message"])


def lcp_of(verdict: dict[str, Any]) -> dict[str, Any]:
    return dict(verdict["subjects"][0]["details"]["metrics"][LCP])


@pytest.mark.parametrize(
    ("lcp", "status", "found"),
    [
        (2499, "pass", []),
        (2500, "pass", []),
        (2501, "warn", ["budget_warn"]),
        (4000, "warn", ["budget_warn"]),
        (4001, "fail", ["budget_fail"]),
    ],
)
def test_a_value_on_the_limit_keeps_it_and_one_beyond_does_not(lcp: float, status: str, found: list[str]) -> None:
    verdict = judged([run(lcp)])
    assert (verdict["kind"], verdict["status"], findings(verdict)) == ("gate", status, found)
    assert lcp_of(verdict)["status"] == status


def test_of_a_score_less_is_worse() -> None:
    budgets = parse_budgets({"defaults": {"score": {"warn": 90, "fail": 80}}})
    for score, status in ((90, "pass"), (89, "warn"), (79, "fail")):
        assert judge_gate([Watched(CHECKOUT, [run(1, score)])], budgets, rules(), NOW).status == status


def test_the_details_tell_the_value_beside_its_limits() -> None:
    verdict = judged([run(2000), run(3000), run(5000), FAILED], by=rules(3))
    details = verdict["subjects"][0]["details"]
    assert (details["runs"], details["failed_runs"], details["since"]) == (4, 1, "2026-11-25T10:00:00Z")
    assert lcp_of(verdict) == {
        "value": 3000,
        "unit": "ms",
        "aggregate": "median",
        "samples": 3,
        "limit": 4000,
        "warn": 2500,
        "fail": 4000,
        "compliance_percent": 66.7,
        "status": "warn",
        "baseline": None,
    }


@pytest.mark.parametrize(
    ("aggregate", "value"),
    [("median", 3000), ("mean", 3000), ("p75", 4000), ("p90", 4600), ("worst", 5000), ("best", 1000)],
)
def test_the_aggregate_makes_one_value_of_all_runs(aggregate: str, value: float) -> None:
    runs = [run(lcp) for lcp in (5000, 1000, 4000, 2000, 3000)]
    assert lcp_of(judged(runs, by=rules(aggregate=aggregate)))["value"] == value


def test_compliance_without_a_fail_limit_counts_what_keeps_the_warn_limit() -> None:
    assert lcp_of(judged([run(2000), run(3000)], {"warn": 2500}))["compliance_percent"] == 50


def test_the_message_says_what_is_over_which_limit() -> None:
    assert message(judged([run(4200), run(4400), run(4300)])) == (
        'Largest Contentful Paint of "Checkout" is 4300 ms (median of 3 runs), but at most 4000 ms is allowed.'
    )


# --- nothing is never a pass ------------------------------------------------------------------------------------------

NO_RIGHTS = ReadFailure("The token may not read it", "Check the scope.", authorization=True)
NO_ANSWER = ReadFailure("The API failed", "Try again later.")
UNKNOWN: dict[str, dict[str, Any]] = {
    "no_fresh_report": {"runs": []},
    "all_runs_failed": {"runs": [FAILED, FAILED]},
    "too_few_samples": {"runs": [run(1), FAILED], "by": rules(2)},
    "metric_missing": {"runs": [run(None)]},
    "not_authorized": {"runs": [], "failure": NO_RIGHTS},
    "unreadable": {"runs": [], "failure": NO_ANSWER},
    "disabled": {"runs": [], "enabled": False},
    "baseline_missing": {"runs": [run(1)], "by": rules(regression=Tolerance(10, {}))},
}


@pytest.mark.parametrize("finding", UNKNOWN)
def test_each_cause_of_not_knowing_is_a_finding_of_its_own(finding: str) -> None:
    verdict = judged(**UNKNOWN[finding])
    assert findings(verdict) == [finding]
    assert verdict["status"] == "unknown"
    assert lcp_of(verdict)["status"] == "unknown"
    assert RULES["gate", finding].severity == "unknown"


def test_a_monitoring_without_a_budget_is_not_a_pass() -> None:
    budgets = parse_budgets({"overrides": [{"match": {"name": "Home"}, "budgets": {LCP: {"fail": 1}}}]})
    verdict = judge_gate([Watched(CHECKOUT, [run(1)])], budgets, rules(), NOW).as_dict()
    assert (verdict["status"], findings(verdict)) == ("unknown", ["no_budget"])


def test_a_monitoring_whose_budgets_are_off_is_left_out_and_nothing_else_is_not_a_pass() -> None:
    off = {
        "defaults": {LCP: {"fail": 4000}},
        "overrides": [{"match": {"name": "Checkout"}, "budgets": "off"}],
    }
    watched = [Watched(CHECKOUT, [run(9999)]), Watched({**CHECKOUT, "name": "Home"}, [run(1)])]
    verdict = judge_gate(watched, parse_budgets(off), rules(), NOW)
    assert [subject.name for subject in verdict.subjects] == ["Home"]
    assert verdict.status == "pass"
    assert judge_gate(watched[:1], parse_budgets(off), rules(), NOW).status == "unknown"


@pytest.mark.parametrize(
    ("subject", "finding"),
    [
        (no_monitoring("name: Chekout"), "no_monitoring"),
        (no_event("release-7"), "no_event"),
        (out_of_reach("the monitorings", NO_RIGHTS), "not_authorized"),
        (out_of_reach("the monitorings", NO_ANSWER), "unreadable"),
    ],
)
def test_what_is_not_there_makes_the_whole_unknown(subject: Any, finding: str) -> None:
    good = Watched(CHECKOUT, [run(1)])
    verdict = judge_gate([good], parse_budgets({"defaults": {LCP: {"fail": 2}}}), rules(), NOW, [subject]).as_dict()
    assert (verdict["status"], findings(verdict)) == ("unknown", [finding])


def test_too_few_runs_are_not_judged_even_if_they_are_bad() -> None:
    assert findings(judged([run(9999)], by=rules(2))) == ["too_few_samples"]


def test_a_metric_that_too_few_of_the_runs_give_is_not_judged_while_the_others_are() -> None:
    budgets = parse_budgets({"defaults": {LCP: {"fail": 4000}, "score": {"fail": 95}}})
    watched = Watched(CHECKOUT, [run(1), run(None), run(None)])
    verdict = judge_gate([watched], budgets, rules(2), NOW).as_dict()
    assert findings(verdict) == ["budget_fail", "too_few_samples"]
    assert verdict["status"] == "fail"


def test_a_disabled_monitoring_with_runs_enough_is_judged() -> None:
    assert judged([run(1)], enabled=False)["status"] == "pass"


def test_the_message_tells_how_long_was_waited_and_when_it_last_ran() -> None:
    assert message(judged([])) == (
        '"Checkout" has no report newer than the deployment, 2026-11-25 10:00:00 UTC after waiting for 90 minutes; '
        "it last ran 2026-11-25T11:00:00Z. It runs every 60 minutes."
    )


# --- the time before --------------------------------------------------------------------------------------------------


def test_a_regression_within_the_budget_fails() -> None:
    before = [run(1000 + n) for n in range(20)]
    after = [run(1400 + n) for n in range(5)]
    verdict = judged(after, before=before, by=rules(regression=Tolerance(10, {})))
    assert (verdict["status"], findings(verdict)) == ("fail", ["regression"])
    assert message(verdict) == (
        'Largest Contentful Paint of "Checkout" got worse by 38.9 %: 1402 ms now, 1010 ms over 20 runs before; '
        "by chance alone: p = 1.9e-05."
    )
    baseline = lcp_of(verdict)["baseline"]
    assert (baseline["value"], baseline["samples"], baseline["regressed"]) == (1009.5, 20, True)


def test_no_worse_than_before_is_a_pass_and_shown_beside_it() -> None:
    same = [run(1000 + n) for n in range(9)]
    verdict = judged(same, before=same, by=rules(regression=Tolerance(10, {})))
    assert verdict["status"] == "pass"
    assert lcp_of(verdict)["baseline"]["worsening_percent"] == 0


def test_failed_runs_are_no_baseline() -> None:
    verdict = judged([run(1)], before=[FAILED] * 9, by=rules(regression=Tolerance(10, {})))
    assert findings(verdict) == ["baseline_missing"]
