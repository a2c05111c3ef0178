# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Characters that came along with a value: from a file with Windows line ends, from a page, from a quoted line.

Private to this collection: may change without notice.

The API would call a pair with such a character refused, and somebody would regenerate a good pair. So they are named
before any request. Nothing here quotes the value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_CONTROL_NAMES = {
    0x00: "NULL",
    0x08: "BACKSPACE",
    0x09: "TAB",
    0x0A: "LINE FEED",
    0x0B: "VERTICAL TAB",
    0x0C: "FORM FEED",
    0x0D: "CARRIAGE RETURN",
    0x1A: "SUBSTITUTE",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
    0x85: "NEXT LINE",
}
_KINDS = {
    "Cc": "a control character",
    "Cf": "a format character",
    "Cs": "half a character, as from a text that is not UTF-8",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
    "Zs": "white space",
}
_CONTROL = frozenset({"Cc", "Cs"})
# Letters, marks and symbols that show nothing, and two codes that stand for no character.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0\ufffe\uffff")
_MISREAD_MARK = "\u00ef\u00bb\u00bf"  # a byte order mark in UTF-8, read as Latin-1
_STRAIGHT_QUOTES = "\"'`"
_CURLY_QUOTES = frozenset(
    "\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u300c\u300d\uff02\uff07"
)


def stray_anywhere(value: str) -> str | None:
    """What is wrong with a value in which white space and invisible characters have no place, or None.

    It is the end of a sentence, such as ``ends with U+000D CARRIAGE RETURN (a control character)``.
    """
    return _at_the_ends(value) or _within(value, _is_stray)


def stray_at_the_ends(value: str) -> str | None:
    """What is wrong with a value in which only control characters have no place within, or None.

    It tells less than :func:`stray_anywhere` of where a character stands, as the value may be a secret.
    """
    within = (f"has {described(each)} within it" for each in value if unicodedata.category(each) in _CONTROL)
    return _at_the_ends(value) or next(within, None)


def stray_but_space(value: str) -> str | None:
    """What is wrong with a value that white space may surround and that may have spaces in it, or None."""
    text = value.strip()
    return _at_the_ends(text) or _within(text, lambda character: character != " " and _is_stray(character))


def told_after(sentence: str, value: str) -> str:
    """``sentence``, and after it what is stray in ``value``, the likely cause."""
    stray = stray_anywhere(value)
    return f"{sentence}: it {stray}" if stray else sentence


def without_strays(value: str) -> str:
    """A number or a yes or no, of whose characters none can be meant, without what is stray at its ends."""
    meant = [place for place, character in enumerate(value) if not _is_stray(character)]
    return value[meant[0] : meant[-1] + 1] if meant else ""


def described(character: str) -> str:
    """The code point and the name of a character: ``U+FEFF ZERO WIDTH NO-BREAK SPACE (a byte order mark)``."""
    code = ord(character)
    kind = "a byte order mark" if code == 0xFEFF else _KINDS.get(unicodedata.category(character), "invisible")
    name = unicodedata.name(character, "") or _CONTROL_NAMES.get(code, "")
    return f"U+{code:04X} {name} ({kind})" if name else f"U+{code:04X} ({kind})"


def _within(value: str, is_stray: Callable[[str], bool]) -> str | None:
    found = (f"has {described(each)} as character {number}" for number, each in enumerate(value, 1) if is_stray(each))
    return next(found, None)


def _at_the_ends(value: str) -> str | None:
    if not value:
        return None
    if value.startswith(_MISREAD_MARK):
        return "begins with a byte order mark that was read in a wrong encoding"
    if _is_stray(value[0]):
        return f"begins with {described(value[0])}"
    if _is_stray(value[-1]):
        return f"ends with {described(value[-1])}"
    if len(value) > 1 and _quotes(value[0], value[-1]):
        return f"stands in quotes ({unicodedata.name(value[0])}), which are part of it"
    return None


def _quotes(first: str, last: str) -> bool:
    return (first == last and first in _STRAIGHT_QUOTES) or (first in _CURLY_QUOTES and last in _CURLY_QUOTES)


def _is_stray(character: str) -> bool:
    return unicodedata.category(character) in _KINDS or character in _BLANK
