# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are dates, and dates of the API.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any, TypeVar

from ..._client.client import Client
from ..._client.errors import SettingsError
from ..._core.dates import EPOCH, instant_from_epoch_ms, iso_utc, parse_date, parse_instant
from ..._core.numeric import number_given

Parsed = TypeVar("Parsed")

_EARLIEST = 1  # milliseconds since 1970
_PRECISION = 5  # seconds; the API's header tells whole ones, and its answer was under way for a while


def _parsed(parse: Callable[[object], Parsed], value: Any, option: str) -> Parsed | None:
    if value is None or value == "":
        return None
    try:
        return parse(value)
    except ValueError as error:
        raise SettingsError(f"{option}: {error}", hint="Correct it; no request was made.") from None


def date_option(value: Any, option: str) -> date | None:
    """A date (UTC), None where none was given. Raises :class:`SettingsError` naming the option."""
    return _parsed(parse_date, value, option)


def instant_option(value: Any, option: str) -> datetime | None:
    """An instant; a date alone is its first moment (UTC), as is a text without an offset taken for UTC."""
    return _parsed(parse_instant, value, option)


def api_instant(value: Any) -> datetime | None:
    """An instant of the API: milliseconds since 1970, as a number or as text, or ISO 8601.

    None where there is none, or where the value is no date of a run: see :func:`unreadable_instant`.
    """
    number = number_given(value)
    try:
        if number is not None:
            return instant_from_epoch_ms(number) if number >= _EARLIEST else None
        return parse_instant(value) if isinstance(value, str) else None
    except ValueError:
        return None


def unreadable_instant(value: Any) -> bool:
    """Whether the API gives an instant that cannot be read. Nothing, an empty text and 0 say that there is none."""
    blank = value is None or (isinstance(value, str) and not value.strip()) or number_given(value) == 0
    return not blank and api_instant(value) is None


def api_milliseconds(value: Any) -> int | None:
    """An instant of the API in whole milliseconds since 1970, however it was given."""
    instant = api_instant(value)
    return None if instant is None else (instant - EPOCH) // timedelta(milliseconds=1)


def api_text(instant: datetime) -> str:
    """The instant as the API takes it: ISO 8601, UTC, with milliseconds (API reference, 2)."""
    return instant.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def now_of_api(client: Client) -> datetime:
    """This moment, by the API's clock as far as its answers tell it: what it dates itself has to fit."""
    now, ahead = datetime.now(timezone.utc), client.clock_difference or 0.0
    return now - timedelta(seconds=ahead) if abs(ahead) > _PRECISION else now


def api_date(value: Any) -> str | None:
    """The same as results show it."""
    instant = api_instant(value)
    return None if instant is None else iso_utc(instant)
