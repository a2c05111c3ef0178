# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One verdict of several: nothing is lost, and what only the whole shows is judged anew."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.merge import merge
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import RULES
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=timezone.utc)


def pair(name: str, *findings: Finding, client_id: str = "", project_id: int | None = None, **details: Any) -> Subject:
    known = {"client_id": client_id or f"id of {name}", "project_id": project_id, **details}
    return Subject(name, "production", "web", findings, known)


def part(*subjects: Subject, hour: int = 1, missing: tuple[str, ...] = (), kind: str = "credentials") -> Verdict:
    return Verdict(kind, subjects, NOW.replace(hour=hour), missing)


def findings_of(verdict: Verdict, name: str) -> list[str]:
    return [finding.id for subject in verdict.subjects if subject.name == name for finding in subject.findings]


def test_all_subjects_are_in_it_and_counted() -> None:
    expired = Finding(RULES["credentials", "expired"], "It has expired.")
    merged = merge([part(pair("a")), part(pair("b", expired)), part(pair("c"))], [], "credentials", NOW)
    assert merged.summary == {"total": 3, "pass": 2, "warn": 0, "fail": 1, "unknown": 0}
    assert merged.status == "fail"
    assert not merged.partial


def test_who_is_missing_makes_it_partial_and_is_named_once() -> None:
    merged = merge([part(pair("a"), missing=("b",))], ["b", "c"], "credentials", NOW)
    assert merged.missing == ("b", "c")
    assert merged.as_dict()["partial"] is True
    assert merged.status == "unknown"


def test_nothing_at_all_is_unknown() -> None:
    assert merge([], [], "credentials", NOW).status == "unknown"


def test_it_is_as_old_as_its_oldest_part() -> None:
    assert merge([part(pair("a"), hour=5), part(pair("b"), hour=3)], [], "x", NOW).checked_at.hour == 3


def test_a_client_id_that_two_parts_use_for_one_project_is_found() -> None:
    parts = [part(pair("a", client_id="same", project_id=1)), part(pair("b", client_id="same", project_id=1))]
    merged = merge(parts, [], "credentials", NOW)
    assert findings_of(merged, "a") == findings_of(merged, "b") == ["duplicate_client_id"]
    assert merged.status == "warn"


def test_one_client_id_for_two_projects_is_none() -> None:
    parts = [part(pair("a", client_id="same", project_id=1)), part(pair("b", client_id="same", project_id=2))]
    assert merge(parts, [], "credentials", NOW).status == "pass"


def test_a_duplicate_within_a_part_is_not_told_twice() -> None:
    twin = Finding(RULES["credentials", "duplicate_client_id"], "It is there twice.")
    merged = merge([part(pair("a", twin, client_id="x"), pair("b", twin, client_id="x"))], [], "credentials", NOW)
    assert findings_of(merged, "a") == ["duplicate_client_id"]


@pytest.mark.parametrize(("until", "status"), [("2026-11-25", "pass"), ("2026-11-24", "warn")])
def test_a_running_waiver_waives_the_duplicate_of_the_whole(until: str, status: str) -> None:
    waivers = [{"finding": "duplicate_client_id", "reason": "shared on purpose", "until": until}]
    parts = [part(pair(name, client_id="same", waivers=waivers)) for name in ("a", "b")]
    assert merge(parts, [], "credentials", NOW).status == status


def test_two_parts_that_judge_one_name_are_both_kept() -> None:
    refused = Finding(RULES["credentials", "refused"], "It was refused.")
    merged = merge([part(pair("a")), part(pair("a", refused, client_id="other"))], [], "credentials", NOW)
    assert [subject.status for subject in merged.subjects] == ["pass", "fail"]


def test_waived_findings_come_through_with_reason_and_day() -> None:
    waived = {"reason": "planned", "until": "2026-12-31"}
    one = part(pair("a", Finding(RULES["credentials", "expires_soon"], "Soon."))).as_dict()
    one["subjects"][0]["findings"][0]["waived"] = waived
    one["subjects"][0]["status"] = one["status"] = "pass"
    (subject,) = merge([Verdict.from_dict(one)], [], "credentials", NOW).as_dict()["subjects"]
    assert subject["findings"][0]["waived"] == waived
    assert subject["status"] == "pass"


def test_verdicts_of_two_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="credentials, monitorings"):
        merge([part(pair("a")), part(pair("b"), kind="monitorings")], [], "credentials", NOW)


@pytest.mark.parametrize("waivers", ["none", [None], [{"finding": "duplicate_client_id", "until": "soon"}]])
def test_waivers_of_another_shape_are_refused_with_the_name_of_the_pair(waivers: object) -> None:
    parts = [part(pair("a", client_id="same", waivers=waivers)), part(pair("b", client_id="same"))]
    with pytest.raises(ValueError, match='the waivers of "a"'):
        merge(parts, [], "credentials", NOW)
