# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as RFC 8259 defines it, and nothing else.

Private to this collection: may change without notice.

Python's own parser also takes ``NaN``, ``Infinity`` and numbers that overflow to infinity. Nobody could write such a
value back as JSON, and every comparison with it is wrong.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import sys
from typing import Any, NoReturn

DEEPEST = 100  # levels; no answer of this API has ten
_HALF = re.compile("[\ud800-\udfff]")
# Of the escapes of JSON: a backslash, a character in two halves, and (as a group) a half alone.
_ESCAPED = re.compile(rb"\\(?:\\|u[dD][89abAB]..\\u[dD][c-fC-F]|(u[dD][89a-fA-F]))")
_LONGEST_INTEGER = sys.float_info.max_10_exp + 2  # characters; one that is longer does not fit into a float


class NotJson(ValueError):
    """The text is not JSON."""


class NestedTooDeep(ValueError):
    """The JSON is nested deeper than whoever works on it later could follow."""


def parse_json(content: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises :class:`NotJson` or :class:`NestedTooDeep`.

    A byte order mark at the start is ignored. Of a key that occurs twice, the last value counts. Halves of characters,
    which JSON can name but no file or terminal can show, are replaced.
    """
    try:
        text = content.decode("utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8")
        value = json.loads(text, parse_float=_finite, parse_int=_in_range, parse_constant=_no_number)
    except RecursionError:
        raise NestedTooDeep from None
    except ValueError:
        raise NotJson from None
    # Both checks look at every value, so a look at the bytes first tells whether there can be anything to find.
    if content.count(b"[") + content.count(b"{") > DEEPEST and _deeper(value, DEEPEST):
        raise NestedTooDeep
    return _whole_characters(value) if _may_hold_halves(content) else value


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJson
    return number


def _in_range(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:  # Python refuses very long ones by itself, but not in every version
        raise NotJson
    number = int(digits)
    if len(digits) >= sys.float_info.max_10_exp and abs(number) > sys.float_info.max:
        raise NotJson
    return number


def _no_number(_name: str) -> NoReturn:
    raise NotJson


def _deeper(value: Any, levels: int) -> bool:
    """Whether there are objects and lists within one another over more than so many levels."""
    containers = [value] if isinstance(value, (dict, list)) else []
    for _level in range(levels):
        inner = (each.values() if isinstance(each, dict) else each for each in containers)
        containers = [each for values in inner for each in values if isinstance(each, (dict, list))]
        if not containers:
            return False
    return True


def _may_hold_halves(content: bytes) -> bool:
    escaped = b"\\ud" in content or b"\\uD" in content
    return escaped and any(match.lastindex for match in _ESCAPED.finditer(content))


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_whole_characters(each) for each in value]
    if isinstance(value, dict):
        return {_whole_characters(name): _whole_characters(each) for name, each in value.items()}
    return value
