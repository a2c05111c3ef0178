# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published JSON Schema describes what modules return and reports hold, and catches what they never would."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.expiry import Thresholds
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.judge import judge_credentials
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.pairs import (
    Expectation,
    Live,
    Observation,
    Project,
    Waiver,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import parse_budgets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.judge import (
    Rules,
    Watched,
    judge_gate,
    no_event,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.regression import Tolerance
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.declared import Declared, compare
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.json_report import render_json
from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import ROOT

SCHEMA = json.loads((ROOT / "docs/schemas/verdict-1.schema.json").read_text("utf-8"))
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=timezone.utc)


def problems(verdict: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(verdict)]


def credentials(live: Live) -> dict[str, Any]:
    """A verdict over one pair with everything that can be declared of it, through the JSON report."""
    declared = Expectation(
        name="Shop",
        environment="production",
        owner=None,
        client_id="shop",
        project_id=None,
        level=None,
        expected_scopes=("speed-analysis", "metrics"),
        expected_projects=(1,),
        created_on=date(2025, 12, 1),
        expires_on=None,
        waivers=(Waiver("scope_excess", "planned", date(2027, 1, 1)), Waiver("refused", "was", date(2026, 1, 1))),
    )
    known = live == "accepted"
    seen = Observation(
        live,
        ("speed-analysis", "data-export") if known else None,
        (Project(1, "One"), Project(2, "Two")) if known else None,
        "" if known else "The API said no.",
    )
    judged = judge_credentials([declared], [seen], Thresholds(30, 7, 365), NOW)
    verdict = Verdict("credentials", tuple(each.as_subject() for each in judged), NOW, ("host-3",))
    found: dict[str, Any] = json.loads(render_json(verdict))
    return found


MONITORING = {
    "id": 1,
    "name": "Home",
    "url": "https://shop.example/",
    "state": "KO",
    "enabled": True,
    "frequency": 60,
    "last_execution": "2026-11-24T01:00:00Z",
    "age_seconds": 86400,
    "stale": True,
    "last_report": {"metrics": {"score": 91, "speed_index": None}},
}


def test_the_schema_itself_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("live", ["accepted", "refused", "unreachable", "not_checked"])
def test_a_verdict_on_credentials_is_as_the_schema_says(live: Live) -> None:
    assert problems(credentials(live)) == []


@pytest.mark.parametrize("monitoring", [MONITORING, {"id": 2, "name": "New", "enabled": False}])
def test_a_verdict_on_monitorings_is_as_the_schema_says(monitoring: dict[str, Any]) -> None:
    assert problems(json.loads(render_json(judge_monitorings([monitoring], NOW)))) == []


def test_a_verdict_on_monitorings_beside_a_declared_list_is_as_the_schema_says() -> None:
    declared = [Declared("Home", "", {"frequency": 30}), Declared("Cart", "https://shop.example/cart", {})]
    judged = judge_monitorings([MONITORING], NOW, (), compare(declared, [MONITORING]))
    assert problems(json.loads(render_json(judged))) == []
    verdict = judged.as_dict()
    verdict["subjects"][0]["details"]["drift"] = [{"expected": 30}]
    assert problems(verdict)


def test_a_verdict_on_monitorings_with_their_trends_is_as_the_schema_says() -> None:
    reports = [
        {"date": "2026-11-24T01:00:00Z", "failed": False, "metrics": {"score": 91, "weight": None}},
        {"date": "2026-11-24T00:00:00Z", "failed": True, "metrics": {}},
    ]
    for each in (reports, []):
        judged = judge_monitorings([{**MONITORING, "reports": each}], NOW)
        assert problems(json.loads(render_json(judged))) == []
        verdict = judged.as_dict()
        del verdict["subjects"][0]["details"]["trends"]["failed"]
        assert problems(verdict)


def test_a_kind_of_a_later_version_may_have_details_of_its_own() -> None:
    later = credentials("accepted")
    later["kind"] = "seo"
    later["subjects"][0]["details"] = {"headings": 7}
    assert problems(later) == []


def gate() -> dict[str, Any]:
    """A verdict over a page that keeps its budgets, one that got worse, one nobody knows, and one that is not there."""
    budgets = parse_budgets({"defaults": {"score": {"warn": 90, "fail": 80}, "speed_index": {"fail": 3000}}})
    rules = Rules(NOW, True, 2, "p75", Tolerance(10, {}))
    good, bad = ([{"score": score, "timings": {"speedIndex": 0}} for _n in range(9)] for score in (95, 70))
    watched = [
        Watched(MONITORING, good, good),
        Watched({**MONITORING, "name": "Cart"}, bad, good),
        Watched({"id": 3, "name": "New"}),
    ]
    found: dict[str, Any] = json.loads(render_json(judge_gate(watched, budgets, rules, NOW, [no_event("release-7")])))
    return found


def test_a_verdict_of_a_gate_is_as_the_schema_says() -> None:
    assert problems(gate()) == []
    assert {each["status"] for each in gate()["subjects"]} == {"pass", "fail", "unknown"}


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("value", None), ("value", "70"), ("unit", "s"), ("status", "bad"), ("baseline", {}), ("limit", None)],
)
def test_what_no_gate_returns_is_caught(key: str, wrong: Any) -> None:
    verdict = gate()
    verdict["subjects"][0]["details"]["metrics"]["score"][key] = wrong
    assert problems(verdict)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("status",), "ok"),
        (("schema_version",), "2"),
        (("checked_at",), "2026-11-25"),
        (("summary", "fail"), -1),
        (("subjects", 0, "status"), None),
        (("subjects", 0, "findings", 0, "severity"), "bad"),
        (("subjects", 0, "findings", 0, "waived"), {"reason": "r"}),
        (("subjects", 0, "details", "live"), "alive"),
        (("subjects", 0, "details", "expiry", "days_left"), "3"),
        (("missing",), "host-3"),
        (("missing",), []),
        (("partial",), False),
        (("status",), "pass"),
        (("subjects",), []),
        (("subjects", 0, "status"), "pass"),
        (("subjects", 0, "findings"), []),
        (("subjects", 0, "details", "expiry", "health"), "unknown"),
        (("subjects", 0, "details", "expiry", "days_left"), None),
    ],
)
def test_what_no_module_returns_is_caught(place: tuple[Any, ...], wrong: Any) -> None:
    verdict = credentials("accepted")
    part: Any = verdict
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = wrong
    assert problems(verdict)


def test_a_known_finding_with_another_severity_is_not_as_the_schema_says() -> None:
    verdict = credentials("refused")
    (finding,) = (each for each in verdict["subjects"][0]["findings"] if each["id"] == "refused")
    finding["severity"] = "warn"
    assert problems(verdict)
    finding["id"] = "of_a_later_version"
    assert not [text for text in problems(verdict) if "of_a_later_version" in text]
