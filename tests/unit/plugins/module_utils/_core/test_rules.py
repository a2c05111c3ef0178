# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of findings: whole, the same everywhere, and the only way to make one."""

from __future__ import annotations

import json
import re
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials import words as credential_words
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate import words as gate_words
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings import words as monitoring_words
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import (
    RULES,
    Rule,
    rule_for,
    rules_of,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import ROOT

WORDS = {"credentials": credential_words, "monitorings": monitoring_words, "gate": gate_words}
SCHEMA = json.loads((ROOT / "docs/schemas/verdict-1.schema.json").read_text("utf-8"))


def severities(kind: str) -> dict[str, str]:
    return {rule.id: rule.severity for rule in rules_of(kind)}


def test_no_rule_is_there_twice() -> None:
    assert {(rule.kind, rule.id): rule for rule in RULES.values()} == dict(RULES)
    assert {rule.kind for rule in RULES.values()} == set(WORDS)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: f"{rule.kind}-{rule.id}")
def test_every_rule_has_sentences_that_describe_it(rule: Rule) -> None:
    for sentence in (rule.title, rule.fix):
        assert re.fullmatch(r"[A-Z].*\.", sentence)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.id)
    assert rule.severity in ("fail", "unknown", "warn")


@pytest.mark.parametrize(("kind", "words"), WORDS.items())
def test_every_rule_has_words_and_no_words_are_without_a_rule(kind: str, words: ModuleType) -> None:
    assert set(words.WORDS) == set(severities(kind))


@pytest.mark.parametrize("kind", WORDS)
def test_a_family_has_more_than_one_member(kind: str) -> None:
    families = [rule.family for rule in rules_of(kind) if rule.family]
    assert all(families.count(family) > 1 for family in families)


def test_what_a_newer_version_finds_has_a_rule_of_its_own() -> None:
    unknown = rule_for("seo", "no_heading", "warn")
    assert (unknown.title, unknown.severity) == ("no heading.", "warn")
    graver = rule_for("credentials", "expires_soon", "fail")
    assert (graver.title, graver.severity) == (RULES["credentials", "expires_soon"].title, "fail")


# --- what is told of it elsewhere -------------------------------------------------------------------------------------


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first Markdown table below a heading."""
    section = (ROOT / page).read_text("utf-8").split(f"{heading}\n", 1)[1]
    lines = section.strip().split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_audit_explains_every_finding_with_its_state() -> None:
    told = rows("roles/credential_audit/README.md", "## What it finds")
    assert {name: row[1] for row in told for name in re.findall(r"`(\w+)`", row[0])} == severities("credentials")


def test_the_gate_explains_every_finding_with_its_state() -> None:
    table = rows("roles/performance_gate/README.md", "## States")
    told = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in table}
    of_state: dict[str, set[str]] = {state: set() for state in WORST_FIRST}
    for name, severity in severities("gate").items():
        of_state[severity].add(name)
    assert told == of_state


def test_the_guide_explains_every_finding_about_monitorings_with_its_state() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_monitorings.rst").read_text("utf-8")
    told = re.findall(r"^   \* - ``(\w+)``\n     - (\w+)\n", guide, re.MULTILINE)
    assert dict(told) == severities("monitorings")


@pytest.mark.parametrize("kind", WORDS)
def test_the_schema_knows_every_finding_with_its_severity(kind: str) -> None:
    rules: list[dict[str, Any]] = SCHEMA["$defs"][f"findings_of_{kind}"]["items"]["allOf"]
    told = {
        name: each["then"]["properties"]["severity"]["const"]
        for each in rules
        for name in each["if"]["properties"]["id"]["enum"]
    }
    assert told == severities(kind)
