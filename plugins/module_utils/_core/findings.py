# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a subject: as a problem that a judge found, and as a finding that a reader is told.

Private to this collection: may change without notice.

A :class:`Problem` has a severity and no words; the words beside each judge make a :class:`Finding` of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .dates import iso_utc
from .parsing import date_in, further, mapping_in, status_in, text_in
from .rules import Rule, rule_for
from .status import Status, rank


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
