# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection writes: reports of judged verdicts, and all that its roles leave after a run on the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import verdicts
from support import Workplace

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.csv_table import render_csv
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.html_report import render_html
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.json_report import render_json
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.junit import render_junit
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.markdown import render_markdown
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.sarif import render_sarif

FORMATS = ["json", "html", "junit", "markdown", "csv", "openmetrics", "sarif"]
RENDERERS: dict[str, Callable[[Verdict], str]] = {
    "json": render_json,
    "html": render_html,
    "xml": render_junit,
    "md": render_markdown,
    "csv": render_csv,
    "prom": render_openmetrics,
    "sarif": render_sarif,
}


def nothing() -> dict[str, Any]:
    """No subject at all, as of an empty selection."""
    return Verdict("monitorings", (), verdicts.NOW).as_dict()


VERDICTS: dict[str, Callable[[], dict[str, Any]]] = {
    "every_finding": verdicts.with_every_finding,
    "500_pairs": verdicts.crowd,
    "hostile_texts": verdicts.hostile,
    "monitorings": verdicts.monitorings,
    "200_trends": verdicts.trends,
    "gate": verdicts.gate,
    "nothing": nothing,
}
PLAYED = ("credential_audit", "credential_expiry", "monitoring_status", "performance_gate")
REPORTS = (*VERDICTS, *PLAYED)
EXPORT = "speedlab"  # what monitoring_export writes has this name, and is no report
HARS = ("page", "step")

SHOP = {"client_id": "shop-production", "client_secret": "simulator-secret-production"}
ACCOUNT = {"client_id": "group-account", "client_secret": "simulator-secret-account"}


def render(folder: Path) -> None:
    for name, made in VERDICTS.items():
        published = verdicts.published(made())
        for ending, rendered in RENDERERS.items():
            (folder / f"{name}.{ending}").write_text(rendered(published), encoding="utf-8", newline="")


def play(workplace: Workplace, folder: Path) -> None:
    """Run every role and playbook that writes something, all in the same folder and in all formats."""
    run = workplace.playbook(plays(folder), "--extra-vars", json.dumps(variables(folder)))
    assert run.status == 0, run.output


def plays(folder: Path) -> list[dict[str, Any]]:
    roles = ("credential_audit", "credential_expiry", "performance_gate", "monitoring_export")
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": [f"contentsquare.speedlab.{role}" for role in roles],
            "tasks": hars(folder),
        },
        {"import_playbook": "contentsquare.speedlab.monitoring_status"},
    ]


def hars(folder: Path) -> list[dict[str, Any]]:
    found = {"monitoring_id": [50301], "include": ["last_report"]}
    steps = {"scenario_id": [7301], "include": ["steps"]}
    return [
        {"contentsquare.speedlab.speedlab_monitoring_info": found, "register": "lab"},
        {"contentsquare.speedlab.speedlab_scenario_info": steps, "register": "journey"},
        {
            "contentsquare.speedlab.speedlab_har": {
                "report_id": "{{ lab.monitorings[0].last_report.id }}",
                "dest": f"{folder}/page.har",
            }
        },
        {
            "contentsquare.speedlab.speedlab_har": {
                "step_id": "{{ journey.scenarios[0].steps[-1].id }}",
                "dest": f"{folder}/step.har",
            }
        },
    ]


def variables(folder: Path) -> dict[str, Any]:
    def day(days: int) -> str:
        return str(datetime.now(timezone.utc).date() + timedelta(days=days))

    waiver = {"finding": "scope_missing", "reason": "Comes with the next contract.", "until": day(30)}
    pairs = [
        {"name": "Shop", "environment": "production", "owner": "web team", "expires_on": day(12), **SHOP},
        {"name": "Whole account", "environment": "production", "created_on": day(-10), **ACCOUNT},
        {"name": "Forgotten", "client_id": "shop-staging", "client_secret": "simulator-secret-staging"},
        {"name": "Refused", "expires_on": day(-3), "client_id": "shop-staging", "client_secret": "not-its-secret"},
    ]
    expected = {"name": "Shop", "expected_scopes": ["speed-analysis", "metrics-api"], "waivers": [waiver]}
    of_each_role: dict[str, dict[str, Any]] = {
        "credential_audit": {"credentials": pairs, "expectations": [expected]},
        "credential_expiry": {"credentials": pairs},
        "performance_gate": {
            "budgets": {"defaults": {"score": {"warn": 95, "fail": 50}, "largest_contentful_paint": {"fail": 1500}}},
            "last_days": 2,
            "baseline": {"last_days": 7, "max_regression_percent": 10},
        },
        "monitoring_status": {},
    }
    reports = {"report_dir": str(folder), "report_formats": FORMATS, "fail_on": []}
    return {
        **{f"{role}_{key}": value for role, own in of_each_role.items() for key, value in {**own, **reports}.items()},
        "monitoring_export_textfile_dir": str(folder),
        "monitoring_export_environments": [
            {"name": "production", **SHOP},
            {"name": "gone", **SHOP, "client_secret": "not-its-secret"},
        ],
        "monitoring_export_fail_on_error": False,
    }
