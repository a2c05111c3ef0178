# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters between two runs, as a playbook uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers import samples

Template = Callable[..., Any]

SOON = {"id": "expires_soon", "severity": "warn", "message": "It ends soon.", "fix": "", "waived": None}
VERDICT = samples.data(samples.pair("Shop", status="warn", findings=[SOON]))


def test_verdicts_are_merged_and_the_missing_named(template: Template) -> None:
    merged = template("[verdict, verdict] | merge_verdicts(missing=['host-2'])", verdict=VERDICT)
    assert merged["summary"]["total"] == 2
    assert merged["missing"] == ["host-2"]


def test_no_verdict_at_all_is_unknown(template: Template) -> None:
    assert template("[] | merge_verdicts")["status"] == "unknown"


@pytest.mark.parametrize(
    "wrong", ["verdict | merge_verdicts", "[1] | merge_verdicts", "[verdict] | merge_verdicts('x')"]
)
def test_what_cannot_be_merged_is_an_error_that_names_the_filter(template: Template, wrong: str) -> None:
    with pytest.raises(AnsibleError, match="merge_verdicts"):
        template(wrong, verdict=VERDICT)


def test_the_state_of_one_run_is_what_the_next_compares_with(template: Template) -> None:
    first = template("verdict | changes_since", verdict=VERDICT)
    assert first["notify"] is True
    again = template("verdict | changes_since(state)", verdict=VERDICT, state=first["state"])
    assert again["notify"] is False
    assert again["unchanged"] == first["new"]


def test_the_state_may_come_as_the_text_of_its_file(template: Template) -> None:
    state = json.dumps(template("verdict | changes_since", verdict=VERDICT)["state"])
    again = template("verdict | changes_since(state)", verdict=VERDICT, state=state)
    assert again["notify"] is False


@pytest.mark.parametrize("state", ["", " \n"])
def test_an_empty_file_is_no_state(template: Template, state: str) -> None:
    assert len(template("verdict | changes_since(state)", verdict=VERDICT, state=state)["new"]) == 1


@pytest.mark.parametrize("state", ["a text", "[]", [], [1], {"schema_version": "9"}])
def test_a_state_that_is_none_is_an_error_that_names_the_filter(template: Template, state: Any) -> None:
    with pytest.raises(AnsibleError, match="changes_since"):
        template("verdict | changes_since(state)", verdict=VERDICT, state=state)


def test_a_notification_is_written(template: Template) -> None:
    body = template("verdict | changes_since | notification(verdict, form='slack', title='Audit')", verdict=VERDICT)
    assert "It ends soon." in body["text"]


@pytest.mark.parametrize("wrong", ["notification(verdict, form='morse')", "notification({})"])
def test_a_notification_that_cannot_be_written_is_an_error(template: Template, wrong: str) -> None:
    with pytest.raises(AnsibleError, match="notification"):
        template(f"verdict | changes_since | {wrong}", verdict=VERDICT)


def test_a_notification_about_anything_else_is_an_error(template: Template) -> None:
    with pytest.raises(AnsibleError, match="changes_since"):
        template("{} | notification(verdict)", verdict=VERDICT)


PAIR = {"name": "Shop", "scopes": ["speed-analysis"], "projects": [{"id": 1, "name": "Shop"}]}


def test_expectations_are_written_down(template: Template) -> None:
    written = template("pairs | expectations", pairs=[PAIR])
    assert written["added"] == ["Shop"]
    assert 'expected_scopes: ["speed-analysis"]' in written["content"]
    assert template("pairs | expectations(before)", pairs=[PAIR], before=written["content"])["known"] == ["Shop"]


@pytest.mark.parametrize("wrong", ["'text' | expectations", "[{}] | expectations", "[] | expectations('other: 1')"])
def test_expectations_that_cannot_be_written_are_an_error_that_names_the_filter(template: Template, wrong: str) -> None:
    with pytest.raises(AnsibleError, match="expectations"):
        template(wrong)


@pytest.mark.parametrize("state", ["{", '{"findings": NaN}', '{"findings": 1e400}', "[" * 100_000])
def test_a_state_that_is_not_json_is_refused_with_what_to_do(template: Template, state: str) -> None:
    with pytest.raises(AnsibleError, match="the state is no JSON"):
        template("verdict | changes_since(state)", verdict=VERDICT, state=state)
