# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be shown of a text that came from outside.

Private to this collection: may change without notice.

The API's error texts help the reader, but a server or a proxy may echo the request in them. A text that holds even a
part of a secret is therefore dropped whole, rather than masked piece by piece.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import unquote, unquote_plus

_PART = 8  # characters of a secret in a row that count as showing it
_LONGEST = 200
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ESCAPE = re.compile(
    r"\\(?:(?P<code>u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U000[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4})|(?P<other>.))", re.DOTALL
)
_SECRET_LOOKING = re.compile(
    r"""eyJ[\w-]{4,}|bearer\s+\S|authorization\s*:|client_secret["']?\s*[:=]|[A-Za-z0-9+/_=-]{48,}""", re.IGNORECASE
)


def _shows(text: str, secret: str) -> bool:
    """Whether eight characters of the secret in a row, or a shorter secret as a whole, can be read out of the text."""
    parts = {part for spelling in _spellings(secret) for part in _parts(spelling)}
    short = [part for part in parts if len(part) < _PART]
    return any(
        not parts.isdisjoint(_parts(reading)) or any(part in reading for part in short) for reading in _readings(text)
    )


def _parts(text: str) -> set[str]:
    return {text[start : start + _PART] for start in range(max(len(text) - _PART, 0) + 1)} - {""}


def _spellings(secret: str) -> set[str]:
    """The secret as it is, in hexadecimal, and in Base64 wherever it begins within an encoded text."""
    raw = secret.encode("utf-8", "surrogatepass")
    encoded = {raw.hex()}
    for before, unsure in ((0, 0), (1, 2), (2, 3)):  # bytes before it, and characters that depend on them
        known = slice(unsure, (before + len(raw)) * 8 // 6)
        encoded |= {
            encode(bytes(before) + raw).decode()[known] for encode in (base64.b64encode, base64.urlsafe_b64encode)
        }
    return {_bare(spelling) for spelling in (secret, *encoded)}


def _readings(text: str) -> set[str]:
    """The text as it stands, and with the escapes of URLs, HTML and JSON undone; twice, as they may be nested."""
    found = {text}
    for _each in range(2):
        undone = (undo(reading) for reading in found for undo in (unquote, unquote_plus, html.unescape, _unescaped))
        found = {*found, *undone}
    return {_bare(reading) for reading in found}


def _unescaped(text: str) -> str:
    """Without the backslashes of JSON and Python."""
    characters = _ESCAPE.sub(lambda match: chr(int(match["code"][1:], 16)) if match["code"] else match["other"], text)
    return characters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two escapes may be one character


def _bare(text: str) -> str:
    """What the eye compares: no matter of capitals, spaces and what cannot be seen."""
    return "".join(character for character in text if character.isprintable() and character != " ").casefold()


def as_quoted(secrets: Iterable[str]) -> set[str]:
    """Each secret as it stands, and as messages may quote it: within quotes, or as a host name in small letters."""
    quotes = (repr, json.dumps, lambda secret: json.dumps(secret, ensure_ascii=False))
    quoted = {form for secret in secrets for form in (secret, *(quote(secret)[1:-1] for quote in quotes))}
    return quoted | {form.lower() for form in quoted}


def safe_text(text: object, secrets: Iterable[str]) -> str:
    """One line of a foreign text, at most 200 characters, or nothing where it might show a secret."""
    if not isinstance(text, str):
        return ""
    line = " ".join("".join(character if character.isprintable() else " " for character in text[:4000]).split())
    if _SECRET_LOOKING.search(line) or any(_shows(line, secret) for secret in secrets if secret):
        return ""
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def safe_code(code: object, secrets: Iterable[str]) -> str:
    """An error code of the API where it looks like one (letters, digits, ``_``, ``.``, ``-``), else nothing."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) and safe_text(code, secrets) else ""
