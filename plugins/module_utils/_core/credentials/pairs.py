# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential pairs as values: what is declared of each, what the API showed of it, and the pair once it is judged.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ..findings import Finding, status_of
from ..status import Status
from ..verdict import Subject
from .expiry import Expiry
from .scopes import Difference

Level = Literal["project", "account"]
Live = Literal["accepted", "refused", "unreachable", "not_checked"]


@dataclass(frozen=True)
class Waiver:
    """The wish to overlook one finding of a pair, through the end of a day (UTC)."""

    finding: str
    reason: str
    until: date

    def as_dict(self) -> dict[str, Any]:
        return {"finding": self.finding, "reason": self.reason, "until": self.until.isoformat()}


@dataclass(frozen=True)
class Project:
    id: int
    name: str


@dataclass(frozen=True)
class Expectation:
    """What the user declares of a pair. None is "not declared, do not compare"; an empty tuple is "none allowed"."""

    name: str
    environment: str | None
    owner: str | None
    client_id: str
    project_id: int | None
    level: Level | None
    expected_scopes: tuple[str, ...] | None
    expected_projects: tuple[int, ...] | None
    created_on: date | None
    expires_on: date | None
    waivers: tuple[Waiver, ...]


@dataclass(frozen=True)
class Observation:
    """What the API showed of a pair; ``reason`` says in one sentence why it was refused or out of reach.

    ``asked`` is False where the API could not even be asked, as with an empty secret. ``refused_scopes`` and
    ``refused_project`` are what a token was asked for and not given.
    """

    live: Live
    scopes: tuple[str, ...] | None
    projects: tuple[Project, ...] | None
    reason: str = ""
    refused_scopes: tuple[str, ...] = ()
    refused_project: int | None = None
    asked: bool = True


@dataclass(frozen=True)
class Credential:
    """A judged pair."""

    expectation: Expectation
    live: Live
    level: str
    expiry: Expiry
    scopes: tuple[str, ...] | None
    scope_difference: Difference[str]
    projects: tuple[Project, ...] | None
    project_difference: Difference[int]
    findings: tuple[Finding, ...]

    @property
    def status(self) -> Status:
        return status_of(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The entry of ``credentials[]`` in the result of speedlab_credentials_info."""
        return {
            "name": self.expectation.name,
            "environment": self.expectation.environment,
            "owner": self.expectation.owner,
            "client_id": self.expectation.client_id,
            "level": self.level,
            "status": self.status,
            "live": self.live,
            "expiry": self.expiry.as_dict(),
            **self._grants(),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def as_subject(self) -> Subject:
        """The pair as a subject of a verdict of the kind ``credentials``."""
        declared = self.expectation
        return Subject(
            name=declared.name,
            environment=declared.environment,
            owner=declared.owner,
            findings=self.findings,
            details={
                "client_id": declared.client_id,
                "project_id": declared.project_id,
                "level": self.level,
                "live": self.live,
                "expiry": self.expiry.as_dict(),
                **self._grants(),
                "expected_scopes": _listed(declared.expected_scopes),
                "expected_projects": _listed(declared.expected_projects),
                "waivers": [waiver.as_dict() for waiver in declared.waivers],
            },
        )

    def _grants(self) -> dict[str, Any]:
        projects = self.projects
        return {
            "scopes": _listed(self.scopes),
            "missing_scopes": list(self.scope_difference.missing),
            "excess_scopes": list(self.scope_difference.excess),
            "projects": None if projects is None else [{"id": each.id, "name": each.name} for each in projects],
            "missing_projects": list(self.project_difference.missing),
            "excess_projects": list(self.project_difference.excess),
        }


def _listed(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)
