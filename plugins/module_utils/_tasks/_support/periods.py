# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say which runs are asked for.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..._client.endpoints import Period
from ..._client.errors import SettingsError
from .dates import api_text, instant_option
from .task import Options

PERIOD_OPTIONS: dict[str, Any] = {
    "last_days": {"type": "int"},
    "date_from": {"type": "raw"},
    "date_to": {"type": "raw"},
    "limit": {"type": "int"},
}


def interval_of(options: Options) -> tuple[datetime | None, datetime | None]:
    """The options ``date_from`` and ``date_to``, checked."""
    first, last = (instant_option(options[name], name) for name in ("date_from", "date_to"))
    if first and last and last < first:
        raise SettingsError("date_to lies before date_from")
    return first, last


def period_of(options: Options) -> Period:
    """The checked period; the API takes dates in UTC with milliseconds.

    A period with a beginning is meant as a whole: the API alone would give its newest 30 runs without a word.
    """
    first, last = interval_of(options)
    if options["last_days"] is not None and (first or last):
        raise SettingsError(
            "last_days goes with neither date_from nor date_to, since the API does not say which counts"
        )
    for name, least in (("last_days", 1), ("limit", 0)):
        if options[name] is not None and options[name] < least:
            raise SettingsError(f"{name} is {options[name]}, but has to be {least} or more")
    begins = options["last_days"] is not None or first is not None
    return Period(
        limit=0 if begins and options["limit"] is None else options["limit"],
        last_days=options["last_days"],
        date_from=api_text(first) if first else None,
        date_to=api_text(last) if last else None,
    )


def period_since(instant: datetime | None) -> Period:
    """Every run since a moment, which itself may be among them, or every run there is."""
    return Period(limit=0, date_from=api_text(instant) if instant else None)
