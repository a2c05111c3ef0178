# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dates and instants as users and the API write them, and as this collection writes them: UTC, ISO 8601.

Private to this collection: may change without notice.

One parser for all: YAML hands over a date, a datetime or text, by the way it was written and by the front that read it.
Whatever names no offset is UTC.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from .numeric import real_number

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

_ISO_8601 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|[+-]\d{2}(?::?[0-5]\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_ACCEPTED = (
    "Write a date as 2026-11-23, or with a time as 2026-11-23T22:35:43Z; "
    "an offset such as +02:00 may stand for the Z, and without either UTC is meant."
)
_LONGEST_SHOWN = 60


def parse_instant(value: object) -> datetime:
    """The instant, in UTC, of a datetime, a date (its first moment) or ISO 8601 text.

    Raises :class:`ValueError` for anything else, numbers included: whether they count seconds, milliseconds or are a
    date without hyphens, nobody can tell.
    """
    if isinstance(value, datetime):
        return _to_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    match = _ISO_8601.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{_shown(value)} is not a date. {_ACCEPTED}")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            # Parts of a microsecond are cut off: no answer of the API holds any.
            int((fraction or "")[:6].ljust(6, "0")),
            tzinfo=_zone(offset),
        )
        return local.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{_shown(value)} is not a date of the calendar: {error}. {_ACCEPTED}") from error


def parse_date(value: object) -> date:
    """The day, in UTC, of whatever :func:`parse_instant` takes."""
    return parse_instant(value).date()


def instant_from_epoch_ms(value: object) -> datetime:
    """The instant of a count of milliseconds since 1970, which is how the API dates runs and reports."""
    milliseconds = real_number(value)
    if milliseconds is None:
        raise ValueError(f"{_shown(value)} is not a number of milliseconds since 1970.")
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise ValueError(f"{_shown(value)} milliseconds since 1970 is outside of the calendar.") from error


def iso_utc(instant: datetime) -> str:
    """The instant as text, in UTC and whole seconds: ``2026-11-23T22:35:43Z``."""
    return _to_utc(instant).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _to_utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        return instant.replace(tzinfo=timezone.utc)
    try:
        return instant.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(f"{instant.isoformat()} is outside of the calendar once it is turned to UTC.") from error


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return timezone.utc
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset.startswith("-") else distance)


def _shown(value: object) -> str:
    """The value for an error message, whole or not at all: half of a secret could not be masked any more."""
    if not isinstance(value, (str, int, float)):
        return f"A value of the type {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"A text of {len(text)} characters"
