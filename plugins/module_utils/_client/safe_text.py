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
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from urllib.parse import unquote, unquote_plus

_PART = 8  # characters of a secret in a row that count as showing it
_LONGEST = 200
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ESCAPE = re.compile(
    r"\\(?:(?P<code>u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U000[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4})"
    r"|[ux]\{0{0,3}(?P<braced>10[0-9a-fA-F]{4}|[0-9a-fA-F]{1,5})\}|(?P<octal>[0-3][0-7]{2})|(?P<other>.))",
    re.DOTALL,
)
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_PRINTABLE = re.compile(r"=([0-9a-fA-F]{2})")
_SOFT_END = re.compile(r"=\s+")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{11,}")
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
    """The secret as it is and backwards, and in hexadecimal, Base64, Base32 and Base85 of any character encoding."""
    encoded = {
        spelling for raw in _encoded(secret) for spelling in (raw.hex(), *_base64(raw), *_base32(raw), *_base85(raw))
    }
    backwards = (secret[::-1],) if len(secret) >= _PART else ()  # of a short one that may be an everyday word
    bare = {_bare(spelling) for spelling in (secret, *backwards, *encoded)}
    return bare | {squeezed for squeezed in map(_squeezed, bare) if len(squeezed) >= _PART}


def _encoded(secret: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield secret.encode(encoding, "surrogatepass")
    with suppress(UnicodeEncodeError):
        yield secret.encode("latin-1")  # as Basic authentication is sent


def _base64(raw: bytes) -> Iterator[str]:
    """In Base64 wherever it begins within an encoded text, without the characters that depend on what is beside it."""
    for before, unsure in ((0, 0), (1, 2), (2, 3)):
        known = slice(unsure, (before + len(raw)) * 8 // 6)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + raw).decode()[known]


def _base32(raw: bytes) -> Iterator[str]:
    for before in range(5):
        yield base64.b32encode(bytes(before) + raw).decode()[-(-before * 8 // 5) : (before + len(raw)) * 8 // 5]


def _base85(raw: bytes) -> Iterator[str]:
    """Likewise; four bytes become five characters, and only those of whole groups are sure."""
    for before in range(4):
        known = slice(-(-before // 4) * 5, (before + len(raw)) // 4 * 5)
        for encode in (base64.b85encode, base64.a85encode):
            yield encode(bytes([1] * before) + raw).decode()[known]


def _readings(text: str) -> set[str]:
    """The text as it stands, and with encodings undone; twice, as they may be nested."""
    found = {text}
    for _each in range(2):
        undone = (undo(reading) for reading in found for undo in _UNDOING)
        found = {*found, *undone}
    bare = {_bare(reading) for reading in found}
    return bare | {_squeezed(reading) for reading in bare}


def _unescaped(text: str) -> str:
    """Without the backslashes of JSON, JavaScript and Python."""
    return _whole(_ESCAPE.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    if match["octal"]:
        return chr(int(match["octal"], 8))
    digits = match["braced"] or (match["code"] or "")[1:]
    return chr(int(digits, 16)) if digits else match["other"]


def _without_percent_u(text: str) -> str:
    """Without ``%u0041``, as JavaScript's ``escape`` writes."""
    return _whole(_PERCENT_U.sub(lambda match: chr(int(match[1], 16)), text))


def _whole(text: str) -> str:
    """Two escapes may be the halves of one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unquoted_printable(text: str) -> str:
    """Without ``=41`` and the soft ends of lines of mails."""
    return unquote(_PRINTABLE.sub(r"%\1", _SOFT_END.sub("", text)))


def _without_base64(text: str) -> str:
    """What stands in the text in Base64, from whichever character it begins."""
    decoded = (_decoded(run[offset:]) for run in _BASE64_RUN.findall(text) for offset in range(4))
    return " ".join(decoded)


def _decoded(run: str) -> str:
    run = run.replace("-", "+").replace("_", "/")
    whole = run[:-1] if len(run) % 4 == 1 else run
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("utf-8", "replace")


_UNDOING: tuple[Callable[[str], str], ...] = (
    unquote,
    unquote_plus,
    html.unescape,
    _unescaped,
    _without_percent_u,
    _unquoted_printable,
    _without_base64,
)


def _squeezed(text: str) -> str:
    """Letters and digits alone, as separators may stand between them."""
    return "".join(character for character in text if character.isalnum())


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
