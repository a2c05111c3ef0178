# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError

Template = Callable[..., Any]

FILES = ("json", "html", "junit", "markdown", "csv", "openmetrics", "sarif")

VERDICT: dict[str, Any] = {
    "schema_version": "1",
    "kind": "credentials",
    "status": "fail",
    "summary": {"total": 1, "pass": 0, "warn": 0, "fail": 1, "unknown": 0},
    "partial": False,
    "checked_at": "2026-11-23T22:35:43Z",
    "subjects": [
        {
            "name": "<Shop> \N{ROCKET}",
            "environment": "production",
            "owner": None,
            "status": "fail",
            "details": {
                "live": "refused",
                "expiry": {"health": "ok", "expires_on": "2027-01-01", "days_left": 39, "source": "expires_on"},
            },
            "findings": [
                {
                    "id": "refused",
                    "severity": "fail",
                    "message": "The API refused the pair.",
                    "expected": "accepted",
                    "actual": "refused",
                    "fix": "Compare it with the console.",
                    "waived": None,
                }
            ],
        }
    ],
}


def test_json_is_the_verdict_as_text(template: Template) -> None:
    report = template("verdict | report('json') | string", verdict=VERDICT)
    assert isinstance(report, str)
    assert json.loads(report) == {**VERDICT, "missing": []}
    assert report.endswith("}\n")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("report('html', given)", "<h1>Pairs &amp; people</h1>"),
        ("report('html')", "&lt;Shop&gt; \N{ROCKET}"),
        ("report('junit', title=given)", 'testsuite name="Pairs &amp; people" tests="1" failures="1"'),
        ("report('markdown', title=given)", "## Pairs &amp; people\n"),
        ("report('markdown', link='https://reports.example/1')", "\n\n<https://reports.example/1>\n\nChecked at"),
        ("report('sarif', location=given) | string", '"uri": "Pairs%20&%20people"'),
        ("report('csv')", "credentials,1,fail,<Shop> \N{ROCKET},production,"),
        ("report('openmetrics')", 'speedlab_credential_status{report="credentials",name="<Shop> \N{ROCKET}",'),
        ("report('openmetrics', name=given)", 'speedlab_credential_status{report="Pairs & people",name="<Shop> '),
    ],
)
def test_a_report_takes_ansibles_own_types_and_its_options(template: Template, expression: str, told: str) -> None:
    assert told in template(f"verdict | {expression}", verdict=VERDICT, given="Pairs & people")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("ci/budgets.yml", "ci/budgets.yml"),
        ("{here}/ci/budgets.yml", "ci/budgets.yml"),
        ("{here}/../other/budgets.yml", "{here}/../other/budgets.yml"),
    ],
)
def test_the_location_of_sarif_is_a_path_within_the_repository(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, shown: str
) -> None:
    monkeypatch.chdir(tmp_path)
    report = template("verdict | report('sarif', location=x) | string", verdict=VERDICT, x=given.format(here=tmp_path))
    (result,) = json.loads(report)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == shown.format(here=tmp_path)


def test_a_table_is_as_wide_as_asked_for(template: Template) -> None:
    told = template("(verdict | report('table', width=given)).splitlines()", verdict=VERDICT, given="60")
    assert told[1].split() == ["fail", "<Shop>", "\N{ROCKET}", "39", "refused", "production"]


@pytest.mark.parametrize("option", ["width", "rows"])
def test_an_option_of_a_table_that_is_no_number_is_an_error(template: Template, option: str) -> None:
    with pytest.raises(AnsibleError, match=rf"contentsquare\.speedlab\.report: {option} has to be a whole number"):
        template(f"verdict | report('table', {option}='many')", verdict=VERDICT)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "reports/1", "https://x.example/> <script>", "https://"])
def test_a_link_that_is_none_is_not_put_into_a_report(template: Template, link: str) -> None:
    plain_report = template("verdict | report('markdown')", verdict=VERDICT)
    assert template("verdict | report('markdown', link=link)", verdict=VERDICT, link=link) == plain_report


def test_a_format_that_there_is_none_of_is_named_with_those_that_there_are(template: Template) -> None:
    with pytest.raises(AnsibleError, match="format is 'pdf', which is none of json, html"):
        template("verdict | report('pdf')", verdict=VERDICT)


@pytest.mark.parametrize("name", [*FILES, "table"])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"verdict": VERDICT}, "Hand over the key verdict of a module's result"),
        ("text", "the input is a str"),
        ({**VERDICT, "schema_version": "2"}, "schema version"),
    ],
)
def test_what_is_not_a_verdict_is_refused_by_name(template: Template, name: str, value: Any, told: str) -> None:
    with pytest.raises(AnsibleError) as refused:
        template(f"value | report('{name}')", value=value)
    assert told in str(refused.value)
    assert "contentsquare.speedlab.report: " in str(refused.value)


@pytest.mark.parametrize("name", ["report", "monitoring_metrics", "query"])
def test_every_option_that_is_documented_is_one_that_the_filter_has(name: str) -> None:
    module = import_module(f"ansible_collections.contentsquare.speedlab.plugins.filter.{name}")
    described = yaml.safe_load(Path(module.__file__ or "").with_suffix(".yml").read_text("utf-8"))["DOCUMENTATION"]
    parameters = list(inspect.signature(module.FilterModule().filters()[name]).parameters.values())
    options = {
        key.lstrip("_"): option.get("default") for key, option in described["options"].items() if key != "_input"
    }
    taken = {each.name: None if each.default is inspect.Parameter.empty else each.default for each in parameters[1:]}
    assert options == taken
