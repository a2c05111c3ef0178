# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events as several tasks read and show them.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..._client.client import Client
from ..._client.endpoints import Json
from ..._core.events.model import Event, of_key, read_event
from ..._core.redaction.urls import clean_for_result
from .task import Result


def of_this_key(rows: Iterable[Json], key: str) -> list[Event]:
    """Those of a list of the API that have this very key, the oldest first."""
    return of_key((read_event(row) for row in rows), key)


def events_of(client: Client, key: str) -> list[Event]:
    """All events with this very key, the oldest first."""
    return of_this_key(client.lab.events(key=key), key)


def event_date(client: Client, key: str) -> datetime | None:
    """The date of the newest event of this key, in UTC; None where there is no such event, or none with a date."""
    return max((event.date for event in events_of(client, key) if event.date), default=None)


def event_result(event: Event) -> Result:
    """An event as results show it."""
    return {**event.as_dict(), "text": clean_for_result(event.text)}
