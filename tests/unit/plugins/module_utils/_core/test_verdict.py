# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict: one model, worst first, and nothing that nobody looked at is a pass."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import (
    Finding,
    Problem,
    Waived,
    status_of,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import RULES, rule_for
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import (
    WORST_FIRST,
    Status,
    rank,
    worst,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import (
    SCHEMA_VERSION,
    Subject,
    Verdict,
)

CHECKED_AT = datetime(2026, 11, 23, 22, 35, 43, 123456, tzinfo=timezone.utc)
ACCEPTED_RISK = Waived("planned for December", date(2026, 12, 31))

statuses = st.sampled_from(WORST_FIRST)


def finding(severity: Status, waived: Waived | None = None) -> Finding:
    return Finding(rule_for("credentials", f"is_{severity}", severity), f"It is {severity}.", waived=waived)


def subject(name: str, *severities: Status, days_left: int | None = None) -> Subject:
    details = {"expiry": {"days_left": days_left}}
    return Subject(name, "production", "web", tuple(finding(severity) for severity in severities), details)


def verdict(subjects: Iterable[Subject], missing: tuple[str, ...] = ()) -> Verdict:
    return Verdict("credentials", tuple(subjects), CHECKED_AT, missing)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["pass", "warn", "unknown", "fail"], "fail"),
        (["pass", "warn", "unknown"], "unknown"),
        (["pass", "warn"], "warn"),
        (["pass", "pass"], "pass"),
    ],
)
def test_the_worst_is_fail_then_unknown_then_warn_then_pass(found: list[Status], expected: Status) -> None:
    assert worst(found) == expected
    assert worst(reversed(found)) == expected


def test_the_worst_of_nothing_is_unknown() -> None:
    assert worst([]) == "unknown"


def test_a_state_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'ok' is not a state of a verdict; these are: fail, unknown, warn, pass"):
        worst(["pass", "ok"])  # type: ignore[list-item]  # what a caller without types may hand over


@given(st.lists(statuses, min_size=1), statuses)
def test_one_more_state_never_makes_the_worst_better(found: list[Status], another: Status) -> None:
    assert rank(worst([*found, another])) <= rank(worst(found))
    assert worst(found) in found


def test_a_subject_without_findings_passes() -> None:
    assert subject("prod").status == "pass"


def test_a_subject_is_as_bad_as_its_worst_finding() -> None:
    assert subject("prod", "warn", "fail", "unknown").status == "fail"


def test_waived_findings_leave_the_status_and_stay_listed() -> None:
    waived = finding("fail", ACCEPTED_RISK)
    assert status_of([waived]) == "pass"
    assert status_of([waived, finding("warn")]) == "warn"
    assert waived.as_dict()["waived"] == {"reason": "planned for December", "until": "2026-12-31"}


def test_a_verdict_is_as_bad_as_its_worst_subject() -> None:
    assert verdict([subject("a"), subject("b", "warn"), subject("c", "fail")]).status == "fail"
    assert verdict([subject("a"), subject("b")]).status == "pass"


def test_a_verdict_over_nothing_is_unknown_and_no_pass() -> None:
    empty = verdict([])
    assert empty.status == "unknown"
    assert empty.summary == {"total": 0, "pass": 0, "warn": 0, "fail": 0, "unknown": 0}


def test_a_partial_verdict_is_never_better_than_unknown() -> None:
    assert verdict([subject("a")], missing=("host-3",)).status == "unknown"
    assert verdict([subject("a", "warn")], missing=("host-3",)).status == "unknown"
    assert verdict([subject("a", "fail")], missing=("host-3",)).status == "fail"


@given(st.lists(statuses))
def test_the_counts_add_up(found: list[Status]) -> None:
    summary = verdict(subject(str(index), status) for index, status in enumerate(found)).summary
    assert summary["total"] == len(found) == sum(summary[status] for status in WORST_FIRST)


def test_subjects_come_worst_first_then_fewest_days_left_then_by_name() -> None:
    shown = verdict(
        [
            subject("fine", days_left=1),
            subject("late b", "fail", days_left=-3),
            subject("undated", "fail"),
            subject("late a", "fail", days_left=-3),
            subject("later", "fail", days_left=5),
            subject("soon", "warn", days_left=20),
            subject("unseen", "unknown", days_left=300),
        ]
    ).as_dict()["subjects"]
    assert [each["name"] for each in shown] == ["late a", "late b", "later", "undated", "unseen", "soon", "fine"]


def test_subjects_of_one_name_come_in_the_order_of_their_environments() -> None:
    same_name = [Subject("shop", environment, None, (), {}) for environment in ("staging", None, "production")]
    shown = [each.environment for each in verdict(same_name).by_urgency()]
    assert shown == [None, "production", "staging"]


def test_subjects_of_another_kind_are_sorted_without_days() -> None:
    gates = (Subject("b", None, None, (), {"metrics": None}), Subject("a", None, None, (), {"expiry": "none"}))
    assert [each.name for each in Verdict("gate", gates, CHECKED_AT).by_urgency()] == ["a", "b"]


def test_a_verdict_as_data_has_exactly_the_documented_shape() -> None:
    reported = Finding(
        rule=RULES["credentials", "scope_excess"],
        message="One scope too many.",
        expected=("speed-analysis",),
        actual={"scopes": ("metrics", "speed-analysis"), "since": date(2026, 11, 1), "seen": CHECKED_AT},
        fix="Take it away.",
        waived=ACCEPTED_RISK,
    )
    judged = Subject("prod", "production", None, (reported,), {"missing_scopes": (), "excess_scopes": {"metrics"}})
    assert verdict([judged]).as_dict() == {
        "schema_version": SCHEMA_VERSION,
        "kind": "credentials",
        "status": "pass",
        "summary": {"total": 1, "pass": 1, "warn": 0, "fail": 0, "unknown": 0},
        "partial": False,
        "missing": [],
        "checked_at": "2026-11-23T22:35:43Z",
        "subjects": [
            {
                "name": "prod",
                "environment": "production",
                "owner": None,
                "status": "pass",
                "details": {"missing_scopes": [], "excess_scopes": ["metrics"]},
                "findings": [
                    {
                        "id": "scope_excess",
                        "severity": "warn",
                        "message": "One scope too many.",
                        "expected": ["speed-analysis"],
                        "actual": {
                            "scopes": ["metrics", "speed-analysis"],
                            "since": "2026-11-01",
                            "seen": "2026-11-23T22:35:43Z",
                        },
                        "fix": "Take it away.",
                        "waived": {"reason": "planned for December", "until": "2026-12-31"},
                    }
                ],
            }
        ],
    }


def test_a_verdict_as_data_survives_json() -> None:
    data = Verdict("gate", (subject("a", "warn", days_left=3),), CHECKED_AT + timedelta(days=1)).as_dict()
    assert json.loads(json.dumps(data)) == data


def test_a_finding_that_is_not_waived_says_so() -> None:
    assert finding("warn").as_dict() == {
        "id": "is_warn",
        "severity": "warn",
        "message": "It is warn.",
        "expected": None,
        "actual": None,
        "fix": "",
        "waived": None,
    }


def test_a_problem_has_a_severity_before_it_has_words() -> None:
    problem = Problem(RULES["gate", "budget_fail"], "at most 2500 ms", "2610 ms", {"metric": "speed_index"})
    assert status_of([problem]) == "fail"
    told = problem.in_words("It is slow.", "Make it quick.").as_dict()
    assert (told["id"], told["severity"], told["message"], told["metric"]) == (
        "budget_fail",
        "fail",
        "It is slow.",
        "speed_index",
    )


def test_a_verdict_as_data_becomes_the_same_verdict_again() -> None:
    waived = finding("warn", ACCEPTED_RISK)
    judged = verdict([Subject("shop", None, None, (waived, finding("fail")), {"live": "refused"})], ("host-3",))
    data = json.loads(json.dumps(judged.as_dict()))
    assert Verdict.from_dict(data).as_dict() == data


def test_what_a_newer_version_adds_comes_through() -> None:
    data = verdict([subject("shop", "warn")]).as_dict()
    data["run"] = data["subjects"][0]["run"] = data["subjects"][0]["findings"][0]["run"] = "42"
    data["summary"]["maintenance"] = 0
    assert Verdict.from_dict(data).as_dict() == data


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ((), "text", "the input is a str, not a dictionary"),
        (("schema_version",), "2", "has schema version '2'"),
        (("kind",), 1, "kind is a int, not text"),
        (("checked_at",), "yesterday", "checked_at is 'yesterday'"),
        (("checked_at",), "2026-02-30T00:00:00Z", "checked_at is '2026-02-30T00:00:00Z'"),
        (("status",), "green", "has status 'green'"),
        (("summary",), [], "summary is a list"),
        (("missing",), [None], "a name in missing is a NoneType, not text"),
        (("subjects",), {}, "subjects is a dict, not a list"),
        (("subjects", 0, "name"), None, r"subjects\[0\]\.name is a NoneType, not text"),
        (("subjects", 0, "owner"), ["web"], r"subjects\[0\]\.owner is a list, not text"),
        (("subjects", 0, "details"), "none", r"subjects\[0\]\.details is a str, not a dictionary"),
        (("subjects", 0, "findings", 0), {}, r"subjects\[0\]\.findings\[0\] lacks id, severity, message"),
        (("subjects", 0, "findings", 0, "severity"), "bad", r"findings\[0\] has status 'bad'"),
        (("subjects", 0, "findings", 0, "waived"), {"reason": "r"}, r"findings\[0\]\.waived lacks until"),
        (
            ("subjects", 0, "findings", 0, "waived"),
            {"reason": "r", "until": "soon"},
            r"findings\[0\]\.waived\.until is 'soon', not a date",
        ),
    ],
)
def test_what_is_not_a_verdict_is_refused_with_the_place(place: tuple[Any, ...], value: object, told: str) -> None:
    data: Any = verdict([subject("shop", "warn")]).as_dict()
    found = data
    for key in place[:-1]:
        found = found[key]
    if place:
        found[place[-1]] = value
    with pytest.raises(NotAVerdict, match=told):
        Verdict.from_dict(data if place else value)
