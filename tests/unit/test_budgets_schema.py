# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema for budgets, by which editors complete and check a file, agrees with what the gate reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import (
    CONDITIONS,
    BudgetsError,
    parse_budgets,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import ROOT

SCHEMA = json.loads((ROOT / "docs/schemas/budgets-1.schema.json").read_text("utf-8"))
LCP = "largest_contentful_paint"
UNITS = {"ms": "milliseconds", "points": "points, 0 to 100", "count": "a count", "bytes": "bytes", "": "no unit"}


def override(**changes: Any) -> dict[str, Any]:
    return {"overrides": [{"match": {"name": "A"}, "budgets": {LCP: {"fail": 1}}, **changes}]}


GOOD: list[Any] = [
    {"defaults": {LCP: {"warn": 2500, "fail": 4000}, "score": {"fail": 80}}},
    {"defaults": {name: {"fail": 1} for name in METRICS}},
    {"defaults": {LCP: "off", "score": False}},
    override(),
    override(budgets="off"),
    override(match={"id": 1, "name": "A*", "url": "https://x.example/*", "location": "Paris", "mobile": True}),
    override(match={"url": "*/checkout", "browser": "Chrome"}),
]
BAD: list[Any] = [
    None,
    {},
    {"default": {}},
    {"defaults": {}},
    {"defaults": {"lcp": {"fail": 1}}},
    {"defaults": {LCP: 1}},
    {"defaults": {LCP: {}}},
    {"defaults": {LCP: {"fial": 1}}},
    {"defaults": {LCP: {"fail": "1"}}},
    {"defaults": {LCP: {"fail": -1}}},
    {"defaults": {LCP: True}},
    {"defaults": {"score": {"fail": 101}}},
    {"overrides": []},
    override(match={}),
    override(match={"nmae": "A"}),
    override(match={"name": ""}),
    override(match={"name": " A"}),
    override(match={"url": "x.example/*"}),
    override(match={"id": 0}),
    override(match={"mobile": "yes"}),
    override(budgets={}),
    override(budgets=True),
    override(more=1),
    {"overrides": [{"match": {"name": "A"}}]},
]


def agrees(given: Any) -> bool:
    """Whether the schema takes it; the gate has to be of the same mind."""
    try:
        parse_budgets(given)
    except BudgetsError:
        reads = False
    else:
        reads = True
    takes = bool(Draft7Validator(SCHEMA).is_valid(given))
    assert takes is reads
    return takes


def test_the_schema_itself_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_it_knows_every_metric_with_its_title_unit_and_direction() -> None:
    described = SCHEMA["definitions"]["budget"]["properties"]
    assert {name: each["description"] for name, each in described.items()} == {
        metric.name: f"{metric.title}: {UNITS[metric.unit]}, "
        f"{'less' if metric.direction == 'lower' else 'more'} is better."
        for metric in METRICS.values()
    }
    kinds = {name: each["$ref"].rpartition("/")[2] for name, each in described.items()}
    assert kinds == {name: "score" if metric.unit == "points" else "limits" for name, metric in METRICS.items()}


def test_it_knows_every_condition() -> None:
    assert tuple(SCHEMA["definitions"]["match"]["properties"]) == CONDITIONS


@pytest.mark.parametrize("given", GOOD, ids=json.dumps)
def test_what_the_gate_reads_is_good(given: Any) -> None:
    assert agrees(given)


@pytest.mark.parametrize("given", BAD, ids=json.dumps)
def test_what_the_gate_refuses_is_marked_by_the_editor(given: Any) -> None:
    assert not agrees(given)
