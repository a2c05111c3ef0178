# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters merge_verdicts and expectations, as a playbook uses them."""

from __future__ import annotations

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
