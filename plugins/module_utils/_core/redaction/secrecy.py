# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a secret is recognised: by the name it has, or by its own shape.

Private to this collection: may change without notice.

Only results of tasks rely on this alone. What is published keeps what is known to be harmless and nothing else.
"""

from __future__ import annotations

import re
from functools import lru_cache

REDACTED = "VALUE_REDACTED"

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_OF_A_WORD = re.compile(r"[^a-z0-9]+")
# An author is a person, and ":authority" a host name.
_NAME = re.compile(
    r"cookie|auth(?!or(?!i[sz]))|passw|pass_?(?:phrase|code|key)|pwd|secret|token|credential|signature|jwt|csrf|xsrf|saml"
    r"|assertion|bearer|hmac|session|sess_?id|(?:api|access|private|secret|signing|encryption|subscription|shared)_?key"
    r"|(?:^|_)(?:sess|sid|sig|pin|otp|totp|ticket|pass|pw|salt|bypass|dpop|psk)(?:_|$)"
)
_PARAMETER = re.compile(r"(?:^|_)key(?:_|$)|^(?:code|state|nonce|hash|secure|access|login|invite|t|k)$")

_JWT = re.compile(r"(?<![A-Za-z0-9])eyJ[\w-]{4,}(?:\.[\w-]*){1,4}|(?<![A-Za-z0-9])eyJ[\w-]{24,}", re.ASCII)
# "Basic authentication" and "bearer token" are words of a sentence.
_SCHEME = re.compile(
    r"\b(bearer|basic|digest|negotiate|dpop)((?:\s|\+|%20)+)(?=[A-Za-z]{0,64}[^A-Za-z\s.,;:!?)])[\w.~+/=-]{6,}",
    re.IGNORECASE,
)
_ANY_SCHEME = re.compile(r"\s*(?:bearer|basic|digest|negotiate|dpop)(?:\s|\+|%20)+\S", re.IGNORECASE)

_PARTS = re.compile(r"[^\W_]+")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_HUMPS = re.compile(r"[A-Z]+|(?<![A-Za-z])[a-z]")
_TIME = re.compile(r"[0-9]{8}T[0-9]{4,6}Z?")
_RANDOM_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_ID_OF_THE_API = re.compile(r"[a-z]_[0-9a-f]{24}")
_ENOUGH = 16  # characters that make no word: eight random bytes in hexadecimal


@lru_cache(maxsize=4096)  # the same few names in each of thousands of monitorings and requests
def _snake(name: str) -> str:
    return _NOT_OF_A_WORD.sub("_", _WORD_START.sub("_", name[:200]).lower()).strip("_")


@lru_cache(maxsize=4096)
def names_a_secret(name: str) -> bool:
    """Whether a field of this name, in any spelling, holds what somebody keeps secret."""
    return _NAME.search(_snake(name)) is not None


@lru_cache(maxsize=4096)
def names_a_secret_parameter(name: str) -> bool:
    """The same for a parameter of a URL, where more names stand for secrets."""
    snake = _snake(name)
    return _NAME.search(snake) is not None or _PARAMETER.search(snake) is not None


def without_tokens(text: str) -> str:
    """Free text without JSON web tokens, and without what follows ``Bearer`` or ``Basic``."""
    if "eyJ" in text:
        text = _JWT.sub(REDACTED, text)
    return _SCHEME.sub(rf"\1\2{REDACTED}", text)


def looks_secret(text: str) -> bool:
    """Whether a value has the shape of a secret: a token, a log-in, or long random text."""
    return _JWT.search(text) is not None or _ANY_SCHEME.match(text) is not None or looks_random(text)


def looks_random(text: str, enough: int = _ENOUGH) -> bool:
    """Whether ``enough`` characters of the text belong to no word, number or version."""
    if len(text) < enough or text == REDACTED or _ID_OF_THE_API.fullmatch(text):
        return False
    return (
        _RANDOM_UUID.search(text) is not None
        or sum(len(part) for part in _PARTS.findall(text) if not _is_word(part)) >= enough
    )


def _is_word(part: str) -> bool:
    """Whether letters and digits are a word, a number, or a short mixture such as ``h264`` or ``iphone15pro``."""
    if not part.isascii():
        return True
    if part.isdigit():
        return len(part) <= 24
    if part.isalpha():
        if part.islower() or part.isupper() or part[1:].islower():
            return len(part) <= 30
        return len(part) <= 60 and len(_HUMPS.findall(part)) * 3 <= len(part)
    runs = len(_RUNS.findall(part[:64]))
    return (runs <= 3 and len(part) <= 12) or (runs == 2 and len(part) <= 24) or _TIME.fullmatch(part) is not None
