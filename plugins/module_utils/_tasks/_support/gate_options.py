# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of speedlab_gate, checked as a whole before the first request.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, datetime
from typing import Any

from ..._client.errors import SettingsError
from ..._core.dates import EPOCH
from ..._core.gate.budgets import Budgets
from ..._core.gate.regression import Tolerance
from ..._core.metrics import METRICS
from ..._core.numeric import real_number
from ..._core.statistics import AGGREGATES
from ..._core.texts import text_of
from ..monitoring_info import SELECTION_OPTIONS
from .budgets_file import budgets_of
from .dates import instant_option
from .task import Options

_MOST_DAYS = 36_500

OPTIONS: dict[str, Any] = {
    "budgets": {"type": "dict"},
    "budgets_file": {"type": "path"},
    **SELECTION_OPTIONS,
    "newer_than": {"type": "raw"},
    "last_days": {"type": "int"},
    "wait_timeout": {"type": "int"},
    "poll_interval": {"type": "float", "default": 30.0},
    "samples": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            "min": {"type": "int", "default": 1},
            "aggregate": {"type": "str", "choices": list(AGGREGATES), "default": "median"},
        },
    },
    "baseline": {
        "type": "dict",
        "options": {
            "last_days": {"type": "int", "default": 7},
            "max_regression_percent": {"type": "float", "default": 10.0},
            "min_absolute": {"type": "dict"},
        },
    },
    "fail_on": {
        "type": "list",
        "elements": "str",
        "choices": ["pass", "warn", "fail", "unknown"],
        "default": ["fail", "unknown"],
    },
}


@dataclass(frozen=True)
class Plan:
    """The checked options. ``deployed_at`` None with an ``event_key``: the event tells; without: no deployment."""

    budgets: Budgets
    deployed_at: datetime | None
    event_key: str | None
    last_days: int
    wait_timeout: int | None
    poll_interval: float
    min_samples: int
    aggregate: str
    baseline_days: int
    regression: Tolerance | None
    fail_on: tuple[str, ...]

    @property
    def after_deployment(self) -> bool:
        return self.deployed_at is not None or self.event_key is not None


def plan_of(options: Options) -> Plan:
    """Raises :class:`SettingsError` for options that are wrong, or wrong together."""
    budgets = budgets_of(options["budgets"], options["budgets_file"])
    deployed_at, event_key = _deployment(options["newer_than"])
    after_deployment = deployed_at is not None or event_key is not None
    if after_deployment and options["last_days"] is not None:
        raise SettingsError("last_days goes without newer_than, which says by itself from when on reports are judged")
    if options["wait_timeout"] and not after_deployment:
        raise SettingsError("wait_timeout waits for reports newer than newer_than, which is not given")
    samples, baseline = options["samples"], options["baseline"]
    _days("last_days", options["last_days"])
    _at_least("wait_timeout", options["wait_timeout"], 0)
    _at_least("poll_interval", options["poll_interval"], 1)
    _at_least("samples.min", samples["min"], 1)
    if baseline:
        _days("baseline.last_days", baseline["last_days"])
        _at_least("baseline.max_regression_percent", baseline["max_regression_percent"], 0)
    return Plan(
        budgets=budgets,
        deployed_at=deployed_at,
        event_key=event_key,
        last_days=options["last_days"] or 1,
        wait_timeout=options["wait_timeout"],
        poll_interval=options["poll_interval"],
        min_samples=samples["min"],
        aggregate=samples["aggregate"],
        baseline_days=baseline["last_days"] if baseline else 0,
        regression=Tolerance(baseline["max_regression_percent"], _floors(baseline)) if baseline else None,
        fail_on=tuple(options["fail_on"]),
    )


def _deployment(newer_than: Any) -> tuple[datetime | None, str | None]:
    """The instant, or the key of the event that has it."""
    if isinstance(newer_than, str) and not newer_than.strip():
        raise SettingsError(
            "newer_than is empty, as from a variable that is not set: nobody knows which reports are newer",
            hint="Give a date or an event_key, or leave newer_than out to judge the last days; no request was made.",
        )
    if not isinstance(newer_than, dict):
        instant = instant_option(newer_than, "newer_than")
        if instant is not None and not EPOCH.year <= instant.year < MAXYEAR:
            raise SettingsError(f"newer_than lies in the year {instant.year}, when nothing is deployed")
        return instant, None
    try:
        key = text_of(newer_than["event_key"]) if set(newer_than) == {"event_key"} else ""
    except ValueError as error:
        raise SettingsError(f"newer_than: event_key {error}") from None
    if not key.strip():
        raise SettingsError("newer_than has to be a date, or {event_key: KEY} with the key of an event")
    return None, key


def _floors(baseline: Options) -> dict[str, float]:
    floors: dict[str, float] = {}
    for metric, given in (baseline["min_absolute"] or {}).items():
        if metric not in METRICS:
            raise SettingsError(f"baseline.min_absolute: {metric} is no metric; these are: {', '.join(METRICS)}")
        try:
            value = real_number(float(given))
        except (TypeError, ValueError):
            value = None
        if value is None or value < 0 or isinstance(given, bool):
            raise SettingsError(f"baseline.min_absolute: {metric} has to be a number from 0 on")
        floors[metric] = value
    return floors


def _days(name: str, value: int | None) -> None:
    _at_least(name, value, 1)
    if value is not None and value > _MOST_DAYS:
        raise SettingsError(f"{name} is {value}, but has to be {_MOST_DAYS} or less")


def _at_least(name: str, value: float | None, least: int) -> None:
    if value is not None and not value >= least:
        raise SettingsError(f"{name} is {value:g}, but has to be {least} or more")
