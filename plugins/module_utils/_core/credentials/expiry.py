# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a credential pair expires, reckoned from the dates that its owner keeps.

Private to this collection: may change without notice.

The API tells no expiry date. A pair is valid through the end of its last day (UTC): on that day no day is left, and it
is not yet expired.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Health = Literal["ok", "warning", "critical", "expired", "unknown"]
Source = Literal["expires_on", "created_on", "unknown"]

_LONGEST_LIFETIME_DAYS = 36500


@dataclass(frozen=True)
class Thresholds:
    """Up to how many days left a pair is critical or due for a warning, and how long a pair lives."""

    warning_days: int = 30
    critical_days: int = 7
    lifetime_days: int = 365

    def __post_init__(self) -> None:
        if self.critical_days < 0:
            raise ValueError(f"critical_days must not be negative, but is {self.critical_days}.")
        if self.warning_days < self.critical_days:
            raise ValueError(
                f"warning_days ({self.warning_days}) must not be less than critical_days ({self.critical_days}): "
                "the warning comes first."
            )
        if not 1 <= self.lifetime_days <= _LONGEST_LIFETIME_DAYS:
            raise ValueError(f"lifetime_days must be 1 to {_LONGEST_LIFETIME_DAYS}, but is {self.lifetime_days}.")


@dataclass(frozen=True)
class Expiry:
    """The last valid day of a pair, how many days are left until then, and which date told it."""

    health: Health
    expires_on: date | None
    days_left: int | None
    source: Source

    def as_dict(self) -> dict[str, Any]:
        return {
            "health": self.health,
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
            "days_left": self.days_left,
            "source": self.source,
        }


def assess_expiry(expires_on: date | None, created_on: date | None, thresholds: Thresholds, today: date) -> Expiry:
    """Reckon the expiry from ``expires_on``, else from ``created_on`` and the lifetime; with neither it is unknown."""
    source: Source
    if expires_on is not None:
        last_day, source = expires_on, "expires_on"
    elif created_on is not None:
        last_day, source = created_on + timedelta(days=thresholds.lifetime_days), "created_on"
    else:
        return Expiry("unknown", None, None, "unknown")
    days_left = (last_day - today).days
    return Expiry(_health(days_left, thresholds), last_day, days_left, source)


def _health(days_left: int, thresholds: Thresholds) -> Health:
    if days_left < 0:
        return "expired"
    if days_left <= thresholds.critical_days:
        return "critical"
    if days_left <= thresholds.warning_days:
        return "warning"
    return "ok"
