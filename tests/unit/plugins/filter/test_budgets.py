# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter proposed_budgets, as a playbook uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleError

Template = Callable[..., Any]

LCP = "largest_contentful_paint"
RUNS = [{"score": 90, "timings": {"largest_contentful_paint": 1000 + 10 * number}} for number in range(20)]
MONITORINGS = [{"id": 7, "name": "Home", "reports": RUNS}, {"id": 8, "name": "New", "reports": []}]


def test_limits_are_made_of_history_and_stay_the_same_the_next_time(template: Template) -> None:
    found = template("pages | proposed_budgets(metrics=[metric])", pages=MONITORINGS, metric=LCP)
    assert found["budgets"]["overrides"] == [{"match": {"id": 7}, "budgets": {LCP: {"warn": 1200, "fail": 1300}}}]
    assert found["too_few"] == ["New"]
    again = template(
        "pages | proposed_budgets(before, metrics=[metric])", pages=MONITORINGS, metric=LCP, before=found["budgets"]
    )
    assert (again["budgets"], again["tightened"]) == (found["budgets"], 0)


def test_what_comes_from_the_command_line_is_text(template: Template) -> None:
    text = "pages | proposed_budgets(metrics='largest_contentful_paint', headroom_percent='20', min_samples='9')"
    [override] = template(text, pages=MONITORINGS)["budgets"]["overrides"]
    assert override["budgets"] == {LCP: {"warn": 1200, "fail": 1450}}
    loosened = template(
        text.replace("(", "(before, only_tighten='no', "),
        pages=MONITORINGS,
        before={"defaults": {LCP: {"fail": 1}}},
    )
    assert loosened["tightened"] == 1


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("'x' | proposed_budgets", "no list of monitorings"),
        ("[1] | proposed_budgets", "no list of monitorings"),
        ("[] | proposed_budgets(metrics=['lcp'])", "lcp is no metric"),
        ("[] | proposed_budgets(metrics='score, lcp')", "lcp is no metric"),
        ("[] | proposed_budgets(headroom_percent='10%')", 'headroom_percent has to be a number, not the text "10%"'),
        ("[] | proposed_budgets(headroom_percent='nan')", "headroom_percent has to be from 0"),
        ("[] | proposed_budgets(min_samples='few')", 'min_samples has to be a whole number, not the text "few"'),
        ("[] | proposed_budgets(only_tighten='ture')", 'only_tighten has to be true or false, not the text "ture"'),
        ("[] | proposed_budgets(headrom=3)", "headrom"),
        ("[] | proposed_budgets({'defaults': {'lcp': {'fail': 1}}})", "defaults.lcp"),
    ],
)
def test_what_is_wrong_is_an_error_that_names_the_filter(template: Template, expression: str, told: str) -> None:
    with pytest.raises(AnsibleError, match=r"proposed_budgets.*" + told):
        template(expression)
