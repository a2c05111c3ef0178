# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed since the last run: told once, never resolved unseen, repeated only in the critical window."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.changes import Changes, changes_since
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict


def finding(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "severity": "warn", "message": f"It is {name}.", "fix": "Mend it.", "waived": None, **more}


def subject(
    name: str, *findings: str, live: str = "accepted", environment: str | None = "production"
) -> dict[str, Any]:
    return {
        "name": name,
        "environment": environment,
        "status": "warn" if findings else "pass",
        "details": {"live": live},
        "findings": [finding(each) for each in findings],
    }


def verdict(*subjects: dict[str, Any], day: str = "2026-11-25", partial: bool = False) -> dict[str, Any]:
    return {
        "schema_version": "1",
        "kind": "credentials",
        "status": "unknown",
        "summary": dict.fromkeys(("total", "pass", "warn", "fail", "unknown"), 0),
        "checked_at": f"{day}T01:00:00Z",
        "partial": partial,
        "subjects": list(subjects),
    }


def changes(state: dict[str, Any], judged: dict[str, Any]) -> Changes:
    """What changed since the state, to the verdict as it comes back from a playbook."""
    return changes_since(state, Verdict.from_dict(judged))


def compared(before: dict[str, Any], now: dict[str, Any]) -> Changes:
    """The changes between two runs, with the state of the first as it comes back from a file."""
    state = json.loads(json.dumps(changes({}, before).state()))
    return changes(state, now)


def ids(noted: Any) -> list[str]:
    return [each.id for each in noted]


def test_without_a_state_everything_is_new() -> None:
    found = changes({}, verdict(subject("a", "expires_soon"), subject("b")))
    assert ids(found.new) == ["expires_soon"]
    assert found.worth_a_word


def test_the_same_again_is_worth_no_word_and_leaves_the_same_state() -> None:
    same = verdict(subject("a", "expires_soon", "scope_excess"))
    found = compared(same, same)
    assert ids(found.unchanged) == ["expires_soon", "scope_excess"]
    assert not found.worth_a_word
    assert found.state() == changes({}, same).state()


def test_what_is_gone_is_resolved() -> None:
    found = compared(verdict(subject("a", "expires_soon")), verdict(subject("a")))
    assert ids(found.resolved) == ["expires_soon"]
    assert found.state()["findings"] == []


def test_a_pair_that_was_taken_off_the_list_is_resolved() -> None:
    assert ids(compared(verdict(subject("a", "refused")), verdict(subject("b"))).resolved) == ["refused"]


def test_a_pair_that_a_partial_verdict_does_not_hold_is_not_resolved() -> None:
    found = compared(verdict(subject("a", "refused")), verdict(subject("b"), partial=True))
    assert ids(found.unseen) == ["refused"]
    assert not found.worth_a_word
    assert len(found.state()["findings"]) == 1


def test_a_twin_that_a_partial_verdict_does_not_hold_is_one_still() -> None:
    twins = verdict(subject("a", "duplicate_client_id"), subject("b", "duplicate_client_id"))
    found = compared(twins, verdict(subject("a"), partial=True))
    assert ids(found.unseen) == ["duplicate_client_id"] * 2
    assert not found.worth_a_word


@pytest.mark.parametrize("live", ["unreachable", "refused", "not_checked"])
def test_what_only_an_accepted_pair_shows_is_not_resolved_by_one_that_is_not(live: str) -> None:
    found = compared(verdict(subject("a", "scope_missing", "expires_soon")), verdict(subject("a", live=live)))
    assert ids(found.unseen) == ["scope_missing"]
    assert ids(found.resolved) == ["expires_soon"]  # a date is known without the API


def test_a_refused_pair_that_cannot_be_reached_is_still_refused_for_all_that_is_known() -> None:
    found = compared(verdict(subject("a", "refused")), verdict(subject("a", "unreachable", live="unreachable")))
    assert (ids(found.unseen), ids(found.new), ids(found.resolved)) == (["refused"], ["unreachable"], [])


@pytest.mark.parametrize(
    ("before", "now"),
    [("expires_soon", "expires_critical"), ("expires_critical", "expired"), ("expiry_unknown", "expires_soon")],
)
def test_a_finding_that_became_another_of_its_kind_is_new_and_not_resolved(before: str, now: str) -> None:
    found = compared(verdict(subject("a", before)), verdict(subject("a", now)))
    assert (ids(found.new), ids(found.resolved)) == ([now], [])


def test_inside_the_critical_window_it_is_due_again_the_next_day_and_once_a_day() -> None:
    first = verdict(subject("a", "expires_critical"), day="2026-11-25")
    assert not compared(first, first).worth_a_word
    tomorrow = verdict(subject("a", "expires_critical"), day="2026-11-26")
    found = compared(first, tomorrow)
    assert ids(found.due) == ["expires_critical"]
    assert (found.due[0].since, found.due[0].told_on) == ("2026-11-25", "2026-11-26")
    assert not changes(found.state(), tomorrow).worth_a_word


@pytest.mark.parametrize("quiet", ["expires_soon", "expired", "refused"])
def test_all_else_is_not_repeated(quiet: str) -> None:
    live = "refused" if quiet == "refused" else "accepted"
    days = [verdict(subject("a", quiet, live=live), day=day) for day in ("2026-11-25", "2026-11-26")]
    assert not compared(*days).worth_a_word


def test_a_waiver_takes_a_finding_off_without_a_word_and_its_end_brings_it_back() -> None:
    open_one, waived = verdict(subject("a", "scope_excess")), verdict(subject("a", "scope_excess"))
    waived["subjects"][0]["findings"][0]["waived"] = {"reason": "r", "until": "2026-12-01"}
    assert not compared(open_one, waived).worth_a_word
    assert compared(open_one, waived).state()["findings"] == []
    assert ids(compared(waived, open_one).new) == ["scope_excess"]


def test_a_verdict_without_any_subject_resolves_nothing_and_forgets_nothing() -> None:
    found = compared(verdict(subject("a", "scope_excess")), verdict())
    assert ids(found.unseen) == ["scope_excess"]
    assert not found.worth_a_word
    assert [each["finding"] for each in found.state()["findings"]] == ["scope_excess"]


def test_the_same_name_in_two_environments_is_two_pairs() -> None:
    found = compared(
        verdict(subject("a", "refused", live="refused"), subject("a", environment="staging")),
        verdict(subject("a"), subject("a", "refused", live="refused", environment="staging")),
    )
    assert [(each.environment, each.id) for each in found.new] == [("staging", "refused")]
    assert [(each.environment, each.id) for each in found.resolved] == [("production", "refused")]


def test_two_pairs_that_cannot_be_told_apart_are_refused_and_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match='more than one is called "a" in production'):
        changes({}, verdict(subject("a", "expires_soon"), subject("a", "expires_soon")))


def about(*metrics: str, name: str = "budget_fail") -> dict[str, Any]:
    one = subject("Home")
    one["findings"] = [finding(name, metric=metric) for metric in metrics]
    return {**verdict(one), "kind": "gate"}


def test_two_metrics_beyond_their_budgets_are_two_findings() -> None:
    found = compared(about("score"), about("score", "load_time"))
    assert [each.about for each in found.new] == ["load_time"]
    assert [each.about for each in compared(about("score", "load_time"), about("load_time")).resolved] == ["score"]


def test_a_warning_about_one_metric_is_resolved_though_another_one_fails() -> None:
    found = compared(about("score", name="budget_warn"), about("load_time"))
    assert ids(found.resolved) == ["budget_warn"]
    assert ids(compared(about("score", name="budget_warn"), about("score")).resolved) == []


def test_one_more_finding_of_the_same_id_is_new() -> None:
    one, two = verdict(subject("Home", "config_drift")), verdict(subject("Home", "config_drift", "config_drift"))
    assert ids(compared(one, two).new) == ["config_drift"]
    assert ids(compared(two, one).resolved) == ["config_drift"]


@pytest.mark.parametrize(
    "state",
    [
        {"schema_version": "2", "findings": []},
        {"findings": []},
        {"schema_version": "1"},
        {"schema_version": "1", "findings": [{}]},
        {"schema_version": "1", "findings": ["x"]},
        {
            "schema_version": "1",
            "findings": [
                dict.fromkeys(["environment", "name", "finding", "severity", "message", "fix", "since", "told_on"], 1)
            ],
        },
    ],
)
def test_a_state_that_is_none_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"state|entry"):
        changes(state, verdict(subject("a")))
