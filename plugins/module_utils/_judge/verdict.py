# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One model for every judgement: findings about subjects, gathered into a verdict.

Private to this collection: may change without notice.

Worst first the states are ``fail``, ``unknown``, ``warn``, ``pass``. What nobody looked at is ``unknown``, no pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from .dates import iso_utc
from .publication import for_result

SCHEMA_VERSION = "1"

Status = Literal["pass", "warn", "fail", "unknown"]

WORST_FIRST: tuple[Status, ...] = ("fail", "unknown", "warn", "pass")


def rank(status: Status) -> int:
    """The place of a state when the worst comes first: 0 is the worst."""
    if status not in WORST_FIRST:
        raise ValueError(f"{status!r} is not a state of a verdict; these are: {', '.join(WORST_FIRST)}.")
    return WORST_FIRST.index(status)


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of some states; of none at all: ``unknown``."""
    return min(statuses, key=rank, default="unknown")


@dataclass(frozen=True)
class Waived:
    """Why a finding leaves the status of its subject, and through the end of which day (UTC)."""

    reason: str
    until: date

    def as_dict(self) -> dict[str, Any]:
        return {"reason": self.reason, "until": self.until.isoformat()}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Waived:
        return cls(str(found["reason"]), date.fromisoformat(found["until"]))


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be, with what was expected, what was found, and the next step."""

    id: str
    severity: Status
    message: str
    expected: Any = None
    actual: Any = None
    fix: str = ""
    waived: Waived | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": self.severity,
            "message": self.message,
            "expected": plain(self.expected),
            "actual": plain(self.actual),
            "fix": self.fix,
            "waived": self.waived.as_dict() if self.waived else None,
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Finding:
        waived = found.get("waived")
        return cls(
            found["id"],
            found["severity"],
            found["message"],
            found.get("expected"),
            found.get("actual"),
            found.get("fix") or "",
            Waived.from_dict(waived) if waived else None,
        )


def status_of(findings: Iterable[Finding]) -> Status:
    """The worst severity among the findings that are not waived; ``pass`` when none is left."""
    return min((finding.severity for finding in findings if finding.waived is None), key=rank, default="pass")


@dataclass(frozen=True)
class Subject:
    """What was judged: a credential pair, a monitoring. ``details`` depends on the kind of the verdict."""

    name: str
    environment: str | None
    owner: str | None
    findings: tuple[Finding, ...]
    details: Mapping[str, Any]

    @property
    def status(self) -> Status:
        return status_of(self.findings)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "environment": self.environment,
            "owner": self.owner,
            "status": self.status,
            "details": plain(self.details),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Subject:
        findings = tuple(Finding.from_dict(each) for each in found["findings"])
        return cls(found["name"], found.get("environment"), found.get("owner"), findings, found.get("details") or {})


@dataclass(frozen=True)
class Verdict:
    """The judgement over all subjects, at one instant.

    ``missing`` names what was to be judged and is not among the subjects (a host that failed, for instance). Nobody
    knows how that is, so a partial verdict is never better than ``unknown``.
    """

    kind: str
    subjects: tuple[Subject, ...]
    checked_at: datetime
    missing: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        return bool(self.missing)

    @property
    def status(self) -> Status:
        found = [subject.status for subject in self.subjects]
        return worst([*found, "unknown"] if self.partial else found)

    @property
    def summary(self) -> dict[str, int]:
        """How many subjects there are, and how many in each state."""
        found = [subject.status for subject in self.subjects]
        return {
            "total": len(found),
            "pass": found.count("pass"),
            "warn": found.count("warn"),
            "fail": found.count("fail"),
            "unknown": found.count("unknown"),
        }

    def by_urgency(self) -> list[Subject]:
        """The subjects as reports show them: the worst first, then the fewest days left, then by name."""
        return sorted(self.subjects, key=_urgency)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as data that JSON can carry, its subjects sorted by urgency, without secrets in URLs."""
        return for_result(
            {
                "schema_version": SCHEMA_VERSION,
                "kind": self.kind,
                "status": self.status,
                "summary": self.summary,
                "partial": self.partial,
                "missing": list(self.missing),
                "checked_at": iso_utc(self.checked_at),
                "subjects": [subject.as_dict() for subject in self.by_urgency()],
            }
        )


def _urgency(subject: Subject) -> tuple[int, float, str, str]:
    expiry = subject.details.get("expiry")
    days_left = expiry.get("days_left") if isinstance(expiry, Mapping) else None
    days = float("inf") if days_left is None else float(days_left)
    return rank(subject.status), days, subject.name, subject.environment or ""


def plain(value: Any) -> Any:
    """The value made of nothing but what JSON knows: dates become ISO text, tuples and sets become lists."""
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(item) for item in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
