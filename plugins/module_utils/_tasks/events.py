# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events as tasks look them up.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from datetime import datetime

from .._client.client import Client
from .._judge.dates import parse_instant


def event_date(client: Client, key: str) -> datetime | None:
    """When the newest event with this very key happened; None where there is none with a date."""
    dates = []
    for event in client.lab.events(key=key):
        if event.get("key") == key:
            try:
                dates.append(parse_instant(event.get("date")))
            except ValueError:
                continue  # an event without a usable date tells nothing
    return max(dates, default=None)
