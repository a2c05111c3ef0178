# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Ansible's own types to plain JSON types.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from jinja2 import Undefined

try:
    from ansible.parsing.vault import EncryptedString

    _ENCRYPTED: tuple[type, ...] = (EncryptedString,)
except ImportError:  # up to ansible-core 2.18 it is another type, known by its attribute
    _ENCRYPTED = ()


def plain(value: Any) -> Any:
    """``value`` rebuilt from the built-in types alone.

    Ansible hands over subclasses of them (marked unsafe, tagged with their origin, templated or decrypted when they are
    read), on which libraries such as jmespath and json fail, and expressions of Jinja make ranges, generators and views
    of dictionaries. Dates stay dates; a span of time becomes its number of seconds.

    Raises :class:`TypeError` for what is no data, and the usual error for what is undefined.
    """
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    for kind, rebuilt in _REBUILT:
        if isinstance(value, kind):
            return rebuilt(value)
    if getattr(value, "__ENCRYPTED__", False):
        return plain(str(value))
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    raise TypeError(f"a value of type {type(value).__name__} is not plain data")


def _seconds(span: timedelta) -> int | float:
    seconds = span.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _mapping(value: Mapping[Any, Any]) -> dict[Any, Any]:
    return {_key(key): plain(item) for key, item in value.items()}


def _key(key: Any) -> Any:
    """A key of a dictionary; a tuple, which JSON has no word for, as its text."""
    found = plain(key)
    return str(found) if isinstance(found, list) else found


def _sorted(values: Iterable[Any]) -> list[Any]:
    """The items of a set, in the same order in each run."""
    items = [plain(item) for item in values]
    try:
        return sorted(items)
    except TypeError:  # of several types
        return sorted(items, key=lambda item: (type(item).__name__, repr(item)))


# In this order: a bool is an int as well, and a datetime is a date.
_REBUILT: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    ((bool, type(None)), lambda value: value),
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (Mapping, _mapping),
    (datetime, lambda value: datetime.fromisoformat(value.isoformat())),
    (date, lambda value: date.fromisoformat(value.isoformat())),
    (time, time.isoformat),
    (timedelta, _seconds),
    (_ENCRYPTED, lambda value: plain(str(value))),  # an inline vault value is no str
    ((bytes, bytearray), lambda value: value.decode("utf-8", "surrogateescape")),
    ((set, frozenset), _sorted),
)
