# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The alert rules of the role monitoring_export: they are sound, each fires and stays silent when it should."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import exported
import pytest
import yaml
from exported import ALERTS, ROOT, RULES, labels_in, names_in

RULE_FILE = ROOT / "roles/monitoring_export/files/speedlab_rules.yml"
ALERT_TESTS = Path(__file__).parent / "alerts.yml"


def promtool(*arguments: object) -> str:
    done = subprocess.run(
        ["promtool", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_prometheus_finds_nothing_wrong_with_the_rules() -> None:
    assert f"SUCCESS: {len(RULES)} rules found" in promtool("check", "rules", "--lint-fatal", RULE_FILE)


def test_each_alert_fires_when_it_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", ALERT_TESTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(alert: str) -> None:
    cases = [
        case
        for group in yaml.safe_load(ALERT_TESTS.read_text("utf-8"))["tests"]
        for case in group["alert_rule_test"]
        if case["alertname"] == alert
    ]
    assert {bool(case["exp_alerts"]) for case in cases} == {True, False}


@pytest.mark.parametrize("rule", RULES, ids=ALERTS)
def test_each_alert_looks_at_what_is_exported(rule: dict[str, Any]) -> None:
    assert names_in(rule["expr"])
    assert names_in(rule["expr"]) <= exported.names()
    assert labels_in(rule["expr"]) <= exported.labels()


@pytest.mark.parametrize("rule", RULES, ids=ALERTS)
def test_each_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert "severity" in rule["labels"]
    assert set(rule["annotations"]) == {"summary", "description"}


def test_the_readme_names_every_alert_and_every_metric_of_a_monitoring() -> None:
    readme = (ROOT / "roles/monitoring_export/README.md").read_text("utf-8")
    listed = re.findall(r"`((?:speedlab|Speedlab)\w+)`", readme.partition("## When")[0])
    listed += [f"speedlab_monitoring_{name}" for name in re.findall(r"`(\w+)`", readme.partition("Metric, after")[2])]
    names = {name for name in exported.names() if not name.startswith(("speedlab_credential", "speedlab_verdict"))}
    assert names - set(listed) == set()
    table = re.findall(r"^\| `(Speedlab\w+)` \|", readme, re.MULTILINE)
    assert table == ALERTS
