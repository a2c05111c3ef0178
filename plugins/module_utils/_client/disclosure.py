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
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

_PART = 8  # characters of a secret in a row that count as showing it
_LONGEST = 200
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SECRET_LOOKING = re.compile(
    r"eyJ[\w-]{4,}|bearer\s+\S|authorization\s*:|client_secret|[A-Za-z0-9+/_=-]{48,}", re.IGNORECASE
)


def _spellings(secret: str) -> set[str]:
    """The forms in which an echo could show a secret: as it is, in JSON, in a URL, in Base64."""
    raw = secret.encode("utf-8", "surrogatepass")
    forms = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms |= {quote(raw), quote_plus(raw), repr(secret)[1:-1]}
    forms |= {
        base64.b64encode(raw).decode("ascii").rstrip("="),
        base64.urlsafe_b64encode(raw).decode("ascii").rstrip("="),
    }
    return forms


def _shows(text: str, secret: str) -> bool:
    folded = text.casefold()
    for form in _spellings(secret):
        spelling = form.casefold()
        last = max(len(spelling) - _PART, 0)
        if spelling and any(spelling[start : start + _PART] in folded for start in range(last + 1)):
            return True
    return False


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
