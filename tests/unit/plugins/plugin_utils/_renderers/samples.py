# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts for the tests of the renderers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict

WORST_FIRST = ("fail", "unknown", "warn", "pass")


def finding(severity: str = "fail", **changes: Any) -> dict[str, Any]:
    return {
        "id": "expired",
        "severity": severity,
        "message": "The pair expired: 2026-11-11 was its last day, 12 days ago.",
        "expected": "valid for more than 30 days",
        "actual": "2026-11-11",
        "fix": "Regenerate the pair.",
        "waived": None,
        **changes,
    }


def pair(
    name: str, days_left: int | None = 200, findings: Sequence[dict[str, Any]] = (), **changes: Any
) -> dict[str, Any]:
    """A subject of the kind credentials."""
    health = "unknown" if days_left is None else "expired" if days_left < 0 else "critical" if days_left < 8 else "ok"
    details = {
        "client_id": f"id-of-{name}",
        "level": "project",
        "live": "accepted",
        "expiry": {
            "health": health,
            "expires_on": None if days_left is None else "2027-06-11",
            "days_left": days_left,
            "source": "unknown" if days_left is None else "expires_on",
        },
        "scopes": ["speed-analysis"],
        "missing_scopes": [],
        "excess_scopes": [],
        "projects": [{"id": 42, "name": "Shop"}],
        "missing_projects": [],
        "excess_projects": [],
        "expected_scopes": None,
        "expected_projects": None,
        **changes.pop("details", {}),
    }
    return subject(name, findings, details=details, **changes)


def monitoring(name: str, findings: Sequence[dict[str, Any]] = (), **details: Any) -> dict[str, Any]:
    """A subject of the kind monitorings."""
    known = {
        "id": 50101,
        "url": "https://www.shop.example/",
        "state": "OK",
        "enabled": True,
        "last_execution": "2026-11-23T20:00:00Z",
        "age_seconds": 9343,
        "frequency": 60,
        "stale": False,
        "metrics": None,
        **details,
    }
    return subject(name, findings, details=known, environment=None, owner=None)


def gated(name: str, findings: Sequence[dict[str, Any]] = (), **metrics: dict[str, Any]) -> dict[str, Any]:
    """A subject of the kind gate; each metric is given as far as it differs from one that passes."""
    judged = {
        "value": 2000,
        "unit": "ms",
        "aggregate": "median",
        "samples": 3,
        "limit": 4000,
        "warn": 2500,
        "fail": 4000,
        "compliance_percent": 100.0,
        "status": "pass",
        "baseline": None,
    }
    details = {
        "id": 50101,
        "url": "https://www.shop.example/",
        "state": "OK",
        "enabled": True,
        "frequency": 60,
        "last_execution": "2026-11-23T20:00:00Z",
        "since": "2026-11-23T19:00:00Z",
        "runs": 4,
        "failed_runs": 1,
        "waited_seconds": 1800,
        "metrics": {metric: {**judged, **changes} for metric, changes in metrics.items()},
    }
    return subject(name, findings, details=details, environment=None, owner=None)


def subject(name: str, findings: Sequence[dict[str, Any]] = (), **changes: Any) -> dict[str, Any]:
    open_ones = [each["severity"] for each in findings if not each["waived"]]
    return {
        "name": name,
        "environment": "production",
        "owner": "web team",
        "status": min(open_ones, key=WORST_FIRST.index, default="pass"),
        "details": {},
        "findings": list(findings),
        **changes,
    }


def verdict(*subjects: dict[str, Any], kind: str = "credentials", **changes: Any) -> Verdict:
    return Verdict.from_dict(data(*subjects, kind=kind, **changes))


def parsed(*subjects: dict[str, Any]) -> tuple[Subject, ...]:
    """The subjects alone, as what draws pictures takes them."""
    return verdict(*subjects).subjects


def data(*subjects: dict[str, Any], kind: str = "credentials", **changes: Any) -> dict[str, Any]:
    """A verdict as it comes from a playbook."""
    found = [each["status"] for each in subjects]
    return {
        "schema_version": "1",
        "kind": kind,
        "status": min(found, key=WORST_FIRST.index, default="unknown"),
        "summary": {"total": len(found), **{each: found.count(each) for each in ("pass", "warn", "fail", "unknown")}},
        "partial": False,
        "missing": [],
        "checked_at": "2026-11-23T22:35:43Z",
        "subjects": list(subjects),
        **changes,
    }


WAIVED = {"reason": "planned", "until": "2026-12-31"}
MIXED = verdict(
    pair("good"),
    pair("soon", 20, [finding("warn", id="expires_soon")]),
    pair("bad", -3, [finding("fail", id="expired"), finding("warn", id="scope_excess", waived=WAIVED)]),
    pair("dark", None, [finding("unknown", id="expiry_unknown")]),
    pair("waived", 20, [finding("warn", id="expires_soon", waived=WAIVED)]),
)
