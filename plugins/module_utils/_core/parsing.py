# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks that a verdict from outside passes, each with the place of what is wrong.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any

from .status import WORST_FIRST, Status

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_LONGEST_QUOTED = 40
_HAND_OVER = "Hand over the key verdict of a module's result, for example result.verdict."


class NotAVerdict(ValueError):
    """The value is not a verdict; the text says where it is not, and what to hand over."""


def instant_told(text: str) -> datetime | None:
    """The instant in the one form that verdicts and reports have; None for any other text."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:  # there is no such day
        return None


def instant_in(value: object, where: str) -> datetime:
    found = instant_told(value) if isinstance(value, str) else None
    if found is None:
        raise NotAVerdict(f"Not a verdict: {where} is {_quoted(value)}, not a time such as 2026-11-23T22:35:43Z.")
    return found


def date_in(value: object, where: str) -> date:
    text = text_in(value, where)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAVerdict(f"Not a verdict: {where} is {_quoted(value)}, not a date such as 2026-11-23.") from None


def mapping_in(value: object, where: str, keys: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """A dictionary that has at least the keys."""
    if not isinstance(value, Mapping):
        raise NotAVerdict(f"Not a verdict: {where} is a {type(value).__name__}, not a dictionary. {_HAND_OVER}")
    missing = [key for key in keys if key not in value]
    if missing:
        raise NotAVerdict(f"Not a verdict: {where} lacks {', '.join(missing)}. {_HAND_OVER}")
    return value


def list_in(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotAVerdict(f"Not a verdict: {where} is a {type(value).__name__}, not a list.")
    return value


def text_in(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise NotAVerdict(f"Not a verdict: {where} is a {type(value).__name__}, not text.")
    return value


def optional_text_in(value: object, where: str) -> str | None:
    return None if value is None else text_in(value, where)


def status_in(value: object, where: str) -> Status:
    for status in WORST_FIRST:
        if value == status:
            return status
    raise NotAVerdict(f"Not a verdict: {where} has status {_quoted(value)}, which is none of {', '.join(WORST_FIRST)}.")


def _quoted(value: object) -> str:
    """A value within an error, short or not at all."""
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTED else f"a {type(value).__name__}"


def further(found: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """What a newer version adds to the keys that are known."""
    return {key: value for key, value in found.items() if key not in known}
