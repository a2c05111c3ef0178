# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One model for every judgement: findings about subjects, gathered into a verdict.

Private to this collection: may change without notice.

A judge says what is wrong as a :class:`Problem`, which has a severity and no words; the words make a :class:`Finding`
of it. What nobody looked at is ``unknown``, no pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from .dates import iso_utc
from .details import CredentialDetails, GateDetails, MonitoringDetails
from .parsing import (
    NotAVerdict,
    date_in,
    further,
    instant_in,
    list_in,
    mapping_in,
    optional_text_in,
    status_in,
    text_in,
)
from .publication import for_publication, for_result
from .rules import Rule, rule_for
from .status import WORST_FIRST, Status, rank, worst

SCHEMA_VERSION = "1"

_UNNAMED = "(unnamed)"


@dataclass(frozen=True)
class Waived:
    """Why a finding leaves the status of its subject, and through the end of which day (UTC)."""

    reason: str
    until: date

    def as_dict(self) -> dict[str, Any]:
        return {"reason": self.reason, "until": self.until.isoformat()}

    @classmethod
    def from_dict(cls, value: object, where: str) -> Waived:
        found = mapping_in(value, where, ("reason", "until"))
        return cls(text_in(found["reason"], f"{where}.reason"), date_in(found["until"], f"{where}.until"))


@dataclass(frozen=True)
class Problem:
    """What a judge found wrong: the rule that it breaks, what was expected, what was found.

    ``facts`` is what a sentence about it needs besides. One of the name ``metric`` is the metric that it is about.
    """

    rule: Rule
    expected: Any = None
    actual: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    waived: Waived | None = None

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def severity(self) -> Status:
        return self.rule.severity

    def in_words(self, message: str, fix: str) -> Finding:
        metric = self.facts.get("metric")
        return Finding(self.rule, message, self.expected, self.actual, fix, self.waived, metric)


@dataclass(frozen=True)
class Finding:
    """A problem in words, with the next step. ``further``: what a newer version adds to it."""

    rule: Rule
    message: str
    expected: Any = None
    actual: Any = None
    fix: str = ""
    waived: Waived | None = None
    metric: str | None = None
    further: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def severity(self) -> Status:
        return self.rule.severity

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": self.severity,
            "message": self.message,
            "expected": plain(self.expected),
            "actual": plain(self.actual),
            "fix": self.fix,
            "waived": self.waived.as_dict() if self.waived else None,
            **({"metric": self.metric} if self.metric else {}),
            **self.further,
        }

    @classmethod
    def from_dict(cls, value: object, kind: str, where: str) -> Finding:
        found = mapping_in(value, where, ("id", "severity", "message"))
        severity = status_in(found["severity"], where)
        waived, metric = found.get("waived"), found.get("metric")
        return cls(
            rule_for(kind, text_in(found["id"], f"{where}.id"), severity),
            text_in(found["message"], f"{where}.message"),
            found.get("expected"),
            found.get("actual"),
            text_in(found.get("fix") or "", f"{where}.fix"),
            Waived.from_dict(waived, f"{where}.waived") if waived else None,
            text_in(metric, f"{where}.metric") if metric else None,
            further(found, ("id", "severity", "message", "expected", "actual", "fix", "waived", "metric")),
        )


def status_of(found: Iterable[Problem | Finding]) -> Status:
    """The worst severity among what is not waived; ``pass`` when nothing is left."""
    return min((each.severity for each in found if each.waived is None), key=rank, default="pass")


@dataclass(frozen=True)
class Subject:
    """What was judged: a credential pair, a monitoring. ``details`` depends on the kind of the verdict.

    ``stated``: the status with which it came from outside, where a newer version may have more reasons for one.
    """

    name: str
    environment: str | None
    owner: str | None
    findings: tuple[Finding, ...]
    details: Mapping[str, Any]
    stated: Status | None = None
    further: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        return self.stated or status_of(self.findings)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Those that make the status."""
        return tuple(finding for finding in self.findings if finding.waived is None)

    @property
    def waived_findings(self) -> tuple[Finding, ...]:
        """Those that somebody chose to overlook for a time."""
        return tuple(finding for finding in self.findings if finding.waived is not None)

    @cached_property
    def credential(self) -> CredentialDetails:
        """The details of a credential pair."""
        return CredentialDetails.from_dict(self.details)

    @cached_property
    def monitoring(self) -> MonitoringDetails:
        """The details of a monitoring."""
        return MonitoringDetails.from_dict(self.details)

    @cached_property
    def gate(self) -> GateDetails:
        """The details of a monitoring at a gate."""
        return GateDetails.from_dict(self.details)

    def detail(self, *path: str) -> Any:
        """What the details hold at the end of a path of keys; None where it leads nowhere."""
        found: Any = self.details
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "environment": self.environment,
            "owner": self.owner,
            "status": self.status,
            "details": plain(self.details),
            "findings": [finding.as_dict() for finding in self.findings],
            **self.further,
        }

    @classmethod
    def from_dict(cls, value: object, kind: str, where: str) -> Subject:
        found = mapping_in(value, where, ("name", "status", "findings"))
        findings = enumerate(list_in(found["findings"], f"{where}.findings"))
        return cls(
            text_in(found["name"], f"{where}.name"),
            optional_text_in(found.get("environment"), f"{where}.environment"),
            optional_text_in(found.get("owner"), f"{where}.owner"),
            tuple(Finding.from_dict(each, kind, f"{where}.findings[{number}]") for number, each in findings),
            mapping_in(found.get("details") or {}, f"{where}.details"),
            status_in(found["status"], where),
            further(found, ("name", "environment", "owner", "status", "details", "findings")),
        )


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
    stated: Status | None = None
    further: Mapping[str, Any] = field(default_factory=dict)
    further_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def partial(self) -> bool:
        return bool(self.missing)

    @property
    def judges_nothing(self) -> bool:
        """Whether it is about nothing at all, which no report may show as a success."""
        return not self.subjects and not self.missing

    @property
    def status(self) -> Status:
        found = [subject.status for subject in self.subjects]
        told: list[Status] = ["unknown"] if self.partial else []
        return worst([*found, *told, *([self.stated] if self.stated else [])])

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
            **self.further_counts,
        }

    def by_urgency(self) -> list[Subject]:
        """The subjects as reports show them: the worst first, then the fewest days left, then by name."""
        return sorted(self.subjects, key=_urgency)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as data that JSON can carry, its subjects sorted by urgency, without secrets in URLs."""
        return for_result(replace(self, subjects=tuple(self.by_urgency())).as_it_is())

    def published(self) -> Verdict:
        """The same as reports and messages may show it."""
        return Verdict.from_dict(for_publication(self.as_it_is()))

    def as_it_is(self) -> dict[str, Any]:
        """The verdict as data, neither sorted nor cleaned."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": self.kind,
            "status": self.status,
            "summary": self.summary,
            "partial": self.partial,
            "missing": list(self.missing),
            "checked_at": iso_utc(self.checked_at),
            "subjects": [subject.as_dict() for subject in self.subjects],
            **self.further,
        }

    @classmethod
    def from_dict(cls, value: object) -> Verdict:
        """A verdict from outside, of any kind; raises :class:`NotAVerdict` with the place that is wrong."""
        found = mapping_in(value, "the input", _KEYS)
        if found["schema_version"] != SCHEMA_VERSION:
            raise NotAVerdict(
                f"This verdict has schema version {found['schema_version']!r}; this version of the collection reads"
                f" schema version {SCHEMA_VERSION!r}. Use the version of the collection that made it."
            )
        counts = mapping_in(found["summary"], "summary", _COUNTS)
        kind = text_in(found["kind"], "kind")
        missing = tuple(text_in(name, "a name in missing") for name in list_in(found.get("missing") or [], "missing"))
        subjects = enumerate(list_in(found["subjects"], "subjects"))
        return cls(
            kind,
            tuple(Subject.from_dict(each, kind, f"subjects[{number}]") for number, each in subjects),
            instant_in(found["checked_at"], "checked_at"),
            missing or ((_UNNAMED,) if found["partial"] else ()),
            status_in(found["status"], "the verdict"),
            further(found, (*_KEYS, "missing")),
            further(counts, _COUNTS),
        )


_COUNTS = ("total", *WORST_FIRST)
_KEYS = ("schema_version", "kind", "status", "summary", "partial", "checked_at", "subjects")


def _urgency(subject: Subject) -> tuple[int, float, str, str]:
    days = subject.credential.expiry.days_left
    return rank(subject.status), float("inf") if days is None else days, subject.name, subject.environment or ""


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
