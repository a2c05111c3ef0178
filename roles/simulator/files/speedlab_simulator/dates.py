# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two date conventions of the API: epoch milliseconds, and ISO 8601 text with a zone."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

MINUTE_MS = 60 * 1000
DAY_MS = 24 * 60 * MINUTE_MS

_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)


def now_ms() -> int:
    return int(time.time() * 1000)


def parse_offset(text: str) -> int:
    """The minutes of "+02:00", "-0530" or "Z"; ValueError for anything else."""
    if text in ("Z", "z"):
        return 0
    match = _OFFSET.fullmatch(text)
    if match is None or int(match.group(2)) > 23 or int(match.group(3)) > 59:
        raise ValueError("not an offset from UTC")
    minutes = int(match.group(2)) * 60 + int(match.group(3))
    return -minutes if match.group(1) == "-" else minutes


def parse_iso(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 date that names its zone; ValueError for anything else."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError("not an ISO 8601 date with a time and a zone")
    year, month, day, hour, minute = (int(match.group(index)) for index in range(1, 6))
    second = min(int(match.group(6) or 0), 59) if match.group(6) == "60" else int(match.group(6) or 0)
    milliseconds = int((match.group(7) or "0").ljust(3, "0")[:3])
    local = (datetime(year, month, day, hour, minute, second) - _EPOCH) // _MILLISECOND
    # Plain numbers: a date in year 1 or 9999 does not overflow when its offset is taken away.
    return local + milliseconds - parse_offset(match.group(8)) * MINUTE_MS


def format_iso(epoch_ms: int, offset: str) -> str:
    """ "2016-10-07T12:00:00.000+02:00", the form in which the API answers event dates."""
    try:
        local = _EPOCH + timedelta(milliseconds=epoch_ms, minutes=parse_offset(offset))
    except OverflowError:
        local, offset = _EPOCH + timedelta(milliseconds=epoch_ms), "+00:00"
    return f"{local.isoformat(timespec='milliseconds')}{offset}"
