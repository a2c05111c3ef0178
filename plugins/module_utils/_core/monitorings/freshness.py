# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a monitoring still runs as often as it should.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..numeric import real_number

# The clocks of server and client may differ, and be set to the wrong zone. What lies further ahead is no date of a run.
AHEAD_AT_MOST = timedelta(days=1)
_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Freshness:
    """How old the last run is, and whether that is too old. None: nobody can tell."""

    age_seconds: int | None
    stale: bool | None


def assess_freshness(
    last_execution: datetime | None,
    frequency_minutes: object,
    enabled: bool,
    now: datetime,
    stale_factor: float = 2.0,
) -> Freshness:
    """A monitoring is stale when it is enabled and its last run is older than ``stale_factor`` times its frequency.

    A disabled monitoring is never stale. An enabled one that never ran, whose last run lies far ahead, or whose
    frequency is missing or 0, is neither stale nor fresh.
    """
    age = None
    if last_execution is not None and last_execution - now <= AHEAD_AT_MOST:
        age = max(0, int((now - last_execution).total_seconds()))
    if not enabled:
        return Freshness(age, stale=False)
    frequency = real_number(frequency_minutes)
    if age is None or frequency is None or frequency <= 0:
        return Freshness(age, stale=None)
    return Freshness(age, stale=age > stale_factor * frequency * _SECONDS_PER_MINUTE)
