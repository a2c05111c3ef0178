# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SARIF: a rule for every finding, results that are known again, and a place that exists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import RULES
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.sarif import render_sarif
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers.samples import (
    MIXED,
    WAIVED,
    finding,
    pair,
    verdict,
)

ROOT = Path(__file__).resolve().parents[6]


EVERY_FINDING = [(rule.kind, rule.id, rule.severity) for rule in RULES.values()]


def rule_of(kind: str, finding_id: str, severity: str) -> dict[str, Any]:
    judged = verdict(pair("shop", 3, [finding(severity, id=finding_id, message="m", fix="")]), kind=kind)
    (rule,) = json.loads(render_sarif(judged))["runs"][0]["tool"]["driver"]["rules"]
    return rule


@pytest.mark.parametrize(("kind", "finding_id", "severity"), EVERY_FINDING)
def test_sarif_describes_every_finding_that_a_judge_can_make(kind: str, finding_id: str, severity: str) -> None:
    rule = rule_of(kind, finding_id, severity)
    title, help_text = rule["shortDescription"]["text"], rule["help"]["text"]
    assert title != f"{finding_id.replace('_', ' ')}."
    assert rule["fullDescription"]["text"] == f"{title} {help_text}"
    assert help_text != "Do what the message of the result says."
    level = {"fail": "error", "unknown": "error", "warn": "warning"}[severity]
    assert rule["defaultConfiguration"]["level"] == level


def test_sarif_has_another_rule_where_one_id_means_two_things() -> None:
    of_monitorings, of_gate = rule_of("monitorings", "disabled", "warn"), rule_of("gate", "disabled", "unknown")
    assert (of_monitorings["defaultConfiguration"], of_gate["defaultConfiguration"]) == (
        {"level": "warning"},
        {"level": "error"},
    )


def place_of(kind: str, **options: str) -> str:
    log = json.loads(render_sarif(verdict(pair("shop", 3, [finding()]), kind=kind), **options))
    (result,) = log["runs"][0]["results"]
    place: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return place


@pytest.mark.parametrize(
    ("kind", "file"),
    [("credentials", "credentials.yml"), ("gate", "budgets.yml"), ("monitorings", "monitorings.yml")],
)
def test_sarif_points_to_the_file_that_declares_what_is_judged(kind: str, file: str) -> None:
    assert place_of(kind) == file
    assert place_of(kind, location="ci/shop.yml") == "ci/shop.yml"


def test_sarif_has_fewer_results_than_code_scanning_refuses_and_the_worst_of_them() -> None:
    waived = finding("fail", id="refused", waived=WAIVED)
    subjects = [pair(f"pair {number}", 3, [finding("warn", id="expires_soon"), waived]) for number in range(2999)]
    judged = verdict(*subjects, pair("last", -1, [finding("fail", id="expired")]))
    (run,) = json.loads(render_sarif(judged))["runs"]
    results = run["results"]
    assert len(results) == 4999
    assert results[-1]["ruleId"] == "expired"
    assert sum(result["ruleId"] == "expires_soon" for result in results) == 2999
    assert [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]] == [
        "1,000 more findings are left out here, none of them worse than those that are shown."
    ]
    assert run["invocations"][0]["executionSuccessful"] is True
    for each in results:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_sarif_knows_a_metric_again_when_another_one_is_back_within_its_budget() -> None:
    def fingerprints(*metrics: str) -> list[str]:
        found = [finding(id="budget_fail", message="Beyond its budget.", metric=metric) for metric in metrics]
        log = json.loads(render_sarif(verdict(pair("Home", 3, found), kind="gate")))
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in log["runs"][0]["results"]]

    both = fingerprints("largest_contentful_paint", "speed_index")
    assert len(set(both)) == 2
    assert fingerprints("speed_index") == both[1:]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("credentials", "CredentialStale"), ("monitorings", "MonitoringStale"), ("gate", "GateStale"), ("seo", None)],
)
def test_sarif_leads_to_the_page_of_the_project_that_explains_the_findings(kind: str, name: str | None) -> None:
    log = json.loads(render_sarif(verdict(pair("shop", 3, [finding(id="stale")]), kind=kind)))
    driver = log["runs"][0]["tool"]["driver"]
    (rule,) = driver["rules"]
    assert rule["name"] == (name or "FindingStale")
    home, _branch, place = rule["helpUri"].partition("/blob/main/")
    page, _hash, heading = place.partition("#")
    assert home == driver["informationUri"]
    if name:
        titles = [line.lstrip("# ") for line in (ROOT / page).read_text(encoding="utf-8").lower().splitlines()]
        assert heading.replace("-", " ") in titles


def test_sarif_names_a_rule_that_it_does_not_know_by_its_id() -> None:
    log = json.loads(render_sarif(verdict(pair("shop", 3, [finding(id="too_slow")]), kind="gate")))
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "too slow."


@pytest.mark.parametrize("text", ["see [here](https://x.example)", "{0} of {12}"])
def test_sarif_has_no_link_and_no_placeholder_out_of_a_text(text: str) -> None:
    log = json.loads(render_sarif(verdict(pair("shop", 3, [finding(message=text, fix="")]))))
    (result,) = log["runs"][0]["results"]
    assert "](" not in result["message"]["text"]
    assert not re.search(r"(?<!\{)\{\d+\}(?!\})", result["message"]["text"])


def test_sarif_has_a_result_for_each_finding_and_suppresses_what_is_waived() -> None:
    (run,) = json.loads(render_sarif(MIXED))["runs"]
    results: list[dict[str, Any]] = run["results"]
    assert [(each["ruleId"], each["level"], len(each["suppressions"])) for each in results] == [
        ("expires_soon", "warning", 0),
        ("expired", "error", 0),
        ("scope_excess", "warning", 1),
        ("expiry_unknown", "error", 0),
        ("expires_soon", "warning", 1),
    ]
    assert run["invocations"][0]["executionSuccessful"] is True
    for each in results:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_sarif_knows_a_finding_again_though_its_message_counts_the_days() -> None:
    def fingerprints(message: str) -> list[str]:
        log = json.loads(render_sarif(verdict(pair("shop", 3, [finding(message=message)]))))
        return [each["partialFingerprints"]["speedlabFinding/v1"] for each in log["runs"][0]["results"]]

    assert fingerprints("3 days left") == fingerprints("2 days left")


def test_sarif_did_not_succeed_where_somebody_is_missing_or_nothing_was_checked() -> None:
    for judged in (verdict(pair("good"), partial=True, status="unknown", missing=["host-3"]), verdict()):
        (invocation,) = json.loads(render_sarif(judged))["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] is False
        assert invocation["toolExecutionNotifications"]
