# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The details of subjects, as typed values: what reports show of a pair, of a monitoring, of a monitoring at a gate.

Private to this collection: may change without notice.

Details of a verdict from outside may be of a newer version: what is not there, or of another shape, is None or empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .numeric import real_number
from .parsing import instant_told
from .status import WORST_FIRST, Status


@dataclass(frozen=True)
class ExpiryDetails:
    """When a pair expires; without a date nothing of it is known."""

    health: str
    expires_on: str | None
    days_left: int | None
    source: str

    @classmethod
    def from_dict(cls, value: object) -> ExpiryDetails:
        found = _mapping(value)
        days = found.get("days_left")
        return cls(
            _text(found.get("health")) or "unknown",
            _text(found.get("expires_on")),
            days if isinstance(days, int) else None,
            _text(found.get("source")) or "unknown",
        )


@dataclass(frozen=True)
class Grants:
    """The scopes or the projects of a pair by their keys, ``granted`` being None if they are not known.

    ``names``: those of projects, by their ids.
    """

    granted: frozenset[str] | None
    expected: frozenset[str]
    missing: frozenset[str]
    excess: frozenset[str]
    names: Mapping[str, str]

    @classmethod
    def from_dict(cls, found: Mapping[str, Any], noun: str) -> Grants:
        granted = found.get(f"{noun}s")
        named = [each for each in _list(granted) if isinstance(each, Mapping)]
        return cls(
            _keys(granted) if isinstance(granted, list) else None,
            _keys(found.get(f"expected_{noun}s")),
            _keys(found.get(f"missing_{noun}s")),
            _keys(found.get(f"excess_{noun}s")),
            {str(each.get("id")): str(each.get("name")) for each in named},
        )


@dataclass(frozen=True)
class CredentialDetails:
    client_id: str | None
    live: str | None
    expiry: ExpiryDetails
    scopes: Grants
    projects: Grants

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> CredentialDetails:
        return cls(
            _text(found.get("client_id")),
            _text(found.get("live")),
            ExpiryDetails.from_dict(found.get("expiry")),
            Grants.from_dict(found, "scope"),
            Grants.from_dict(found, "project"),
        )


@dataclass(frozen=True)
class TrendDetails:
    """The runs of a period in the order of time, how many failed, and by metric a value or None for each of them."""

    instants: tuple[datetime, ...]
    failed: int
    metrics: Mapping[str, tuple[float | None, ...]]

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> TrendDetails:
        dated = [(_instant(text), place) for place, text in enumerate(_list(found.get("instants")))]
        places = sorted((instant, place) for instant, place in dated if instant is not None)
        columns = {str(name): _list(values) for name, values in _mapping(found.get("metrics")).items()}
        failed = {_instant(text) for text in _list(found.get("failed"))}
        return cls(
            tuple(instant for instant, _place in places),
            len(failed - {None}),
            {
                name: tuple(real_number(values[place]) if place < len(values) else None for _instant, place in places)
                for name, values in columns.items()
            },
        )


@dataclass(frozen=True)
class MonitoringDetails:
    """``age_seconds`` is None for one that never ran, ``stale`` where that is not known."""

    url: str | None
    state: str | None
    enabled: bool | None
    last_execution: str | None
    age_seconds: float | None
    frequency: float | None
    stale: bool | None
    metrics: Mapping[str, float | None]
    trends: TrendDetails | None

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> MonitoringDetails:
        trends = found.get("trends")
        return cls(
            _text(found.get("url")),
            _text(found.get("state")),
            _flag(found.get("enabled")),
            _text(found.get("last_execution")),
            real_number(found.get("age_seconds")),
            real_number(found.get("frequency")),
            _flag(found.get("stale")),
            {str(name): real_number(value) for name, value in _mapping(found.get("metrics")).items()},
            TrendDetails.from_dict(trends) if isinstance(trends, Mapping) else None,
        )


@dataclass(frozen=True)
class GatedMetric:
    """A metric at a gate; ``worsening_percent`` is beside the time before the deployment, where that is compared."""

    value: float | None
    limit: float | None
    status: Status
    worsening_percent: float | None

    @classmethod
    def from_dict(cls, value: object) -> GatedMetric:
        found = _mapping(value)
        return cls(
            real_number(found.get("value")),
            real_number(found.get("limit")),
            next((status for status in WORST_FIRST if status == found.get("status")), "unknown"),
            real_number(_mapping(found.get("baseline")).get("worsening_percent")),
        )


@dataclass(frozen=True)
class GateDetails:
    url: str | None
    last_execution: str | None
    runs: int | None
    failed_runs: int | None
    metrics: Mapping[str, GatedMetric]

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> GateDetails:
        runs, failed = found.get("runs"), found.get("failed_runs")
        return cls(
            _text(found.get("url")),
            _text(found.get("last_execution")),
            runs if isinstance(runs, int) else None,
            failed if isinstance(failed, int) else None,
            {str(name): GatedMetric.from_dict(value) for name, value in _mapping(found.get("metrics")).items()},
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _instant(value: object) -> datetime | None:
    return instant_told(value) if isinstance(value, str) else None


def _keys(value: object) -> frozenset[str]:
    """Scopes by their names, projects by their ids, whether they come alone or with their names."""
    return frozenset(str(each.get("id") if isinstance(each, Mapping) else each) for each in _list(value))
