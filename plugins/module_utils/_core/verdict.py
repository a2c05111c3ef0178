# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One model for every judgement: findings about subjects, gathered into a verdict.

Private to this collection: may change without notice.

What nobody looked at is ``unknown``, no pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from .dates import iso_utc
from .details import CredentialDetails, GateDetails, MonitoringDetails
from .findings import Finding, plain, status_of
from .parsing import NotAVerdict, further, instant_in, list_in, mapping_in, optional_text_in, status_in, text_in
from .redaction.publication import for_publication, for_result
from .status import WORST_FIRST, Status, rank, worst

SCHEMA_VERSION = "1"

_UNNAMED = "(unnamed)"


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
