# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events: marks on the charts, such as a deployment. How they are read, compared and selected.

Private to this collection: may change without notice.

Source: API reference, section 8. The API tells an event's key, text and date for sure, its monitorings and scenarios
perhaps; a key may occur more than once.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

from ..dates import instant_from_epoch_ms, iso_utc, parse_instant

Ids = frozenset[int]
NO_IDS: Ids = frozenset()
# With its semicolon only: in the address ``?a=1&region=2`` there is no ``&reg``.
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);", re.ASCII)
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Event:
    """An event. ``date`` is None where the API gives none that can be read.

    ``monitorings`` and ``scenarios`` hold ids; None = not known. Without any the event is a global one.
    """

    key: str
    text: str
    date: datetime | None
    monitorings: Ids | None = None
    scenarios: Ids | None = None

    @property
    def moment(self) -> str | None:
        """The date as results show it, which is also how exactly two dates are compared: in whole seconds, UTC."""
        return None if self.date is None else iso_utc(self.date)

    def as_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "text": self.text,
            "date": self.moment,
            "monitorings": None if self.monitorings is None else sorted(self.monitorings),
            "scenarios": None if self.scenarios is None else sorted(self.scenarios),
        }


def read_event(row: Mapping[str, Any]) -> Event:
    """An event of a list. Special characters may come as HTML entities, as they do in the names of monitorings."""
    return Event(
        key=decoded(row.get("key")),
        text=decoded(row.get("text")),
        date=_instant(row.get("date")),
        monitorings=_ids(row.get("monitorings")),
        scenarios=_ids(row.get("scenarios")),
    )


def decoded(text: object) -> str:
    """The text with characters in the place of HTML entities; an empty one where there is no text."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if isinstance(text, str) else ""


def of_key(events: Iterable[Event], key: str) -> list[Event]:
    """Those with exactly this key, as the filter of the API may match a part of it; the oldest first."""
    wanted = decoded(key)
    return sorted((event for event in events if event.key == wanted), key=age_order)


def age_order(event: Event) -> tuple[datetime, str]:
    """Sorts the oldest first, and in the same way on every machine; an event without a date is older than all."""
    return event.date or _LONG_AGO, event.text


def differs(found: Event, wanted: Event) -> bool:
    """Whether an event has to be written anew; what either of the two leaves open is not compared."""
    return (
        found.text != wanted.text
        or (wanted.date is not None and found.moment != wanted.moment)
        or _other(found.monitorings, wanted.monitorings)
        or _other(found.scenarios, wanted.scenarios)
    )


def _other(found: Ids | None, wanted: Ids | None) -> bool:
    return found is not None and wanted is not None and found != wanted


def matches(key: str, pattern: str) -> bool:
    """Whether a key matches a pattern of shells: ``*``, ``?`` and ``[...]``, with case."""
    return fnmatchcase(key, pattern)


def selected(events: Iterable[Event], pattern: str | None, before: datetime | None) -> list[list[Event]]:
    """The events to prune, by their keys: those that match the pattern and are all older.

    A key is deleted as a whole, so one young event, or one without a date, keeps all others of its key.
    """
    by_key: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=age_order):
        if pattern is None or matches(event.key, pattern):
            by_key[event.key].append(event)
    return [each for each in by_key.values() if before is None or _all_older(each, before)]


def _all_older(events: Sequence[Event], before: datetime) -> bool:
    return all(event.date is not None and event.date < before for event in events)


def _instant(value: object) -> datetime | None:
    """Documented is ISO 8601 text; all other dates of the API count milliseconds, so one of an event may as well."""
    try:
        return parse_instant(value) if isinstance(value, str) else instant_from_epoch_ms(value)
    except ValueError:
        return None


def _ids(value: object) -> Ids | None:
    """The ids of a list of numbers, or of objects with an id; None where that is not what the API gives."""
    if not isinstance(value, list):
        return None
    found = [item.get("id") if isinstance(item, dict) else item for item in value]
    if any(isinstance(item, bool) or not isinstance(item, int) for item in found):
        return None
    return frozenset(item for item in found if isinstance(item, int))
