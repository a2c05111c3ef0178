# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one cleaner of URLs, and of texts with URLs in them.

Private to this collection: may change without notice.

Two degrees: in the results of tasks a value goes if its name or its shape is a secret's; in what is published every
value of a query or a fragment goes. User info, values of path parameters, and path segments that look like tokens go
in both. Scheme, host, path and names stay.

If a text can be read in two ways, the reading that hides more counts. Every step is linear in the length of the text.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

from .logins import OPENER, without_logins
from .secrecy import REDACTED, looks_random, looks_secret, names_a_secret, names_a_secret_parameter, without_tokens

_OF_A_URL = re.compile(r"[/\\?#&=@;%:]")
_CHUNK = re.compile(r"\S+")
_SHORT = 2000  # texts up to this length are remembered: a HAR repeats the same few URLs in each request
_MOST_PASSES = 5
_DEEPEST = 4  # times that a text may be percent-encoded

_CLOSING = {'"': '"', "'": "'", "`": "`", "<": ">", ">": "<"}
_OPENING = "([{\"'<`"
_PUNCTUATION = ".,;:!?)]}>\"'`\\*|"
_SCHEME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-:")
_LONGEST_SCHEME = 40
_RELATIVE = re.compile(
    rf"\.{{0,2}}[/\\]|\?|#!?/|(?:{REDACTED}@)?[^\s/\\?#@:=;&]{{1,250}}\.[^\W\d_]{{2,63}}(?::[0-9]{{1,5}})?(?=[/?#])"
)
_DATA = re.compile(r"\bdata:([\w.+-]{0,100}(?:/[\w.+-]{1,100})?)(?:;[^,\s]{0,200})?,(?=.)", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(r"\b(?:javascript|vbscript):(?=\S)", re.IGNORECASE)
# Escapes of HTML and JSON; an ampersand may be written so in any URL and is read as a delimiter.
_ESCAPE = re.compile(
    r"&(?!amp;|#38;|#x26;)(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}[0-9]{0,2});|\\u00([0-9a-f]{2})", re.IGNORECASE
)
# Most URLs of a HAR can be read in one way only: for them the way round all others is short.
_PLAIN = re.compile(
    r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[A-Za-z0-9_~.-]{0,15})*"
    r"(?:\?[A-Za-z_][A-Za-z0-9_-]{0,14}=[A-Za-z0-9_~%+/-]*(?:&[A-Za-z_][A-Za-z0-9_-]{0,14}=[A-Za-z0-9_~%+/-]*)*)?"
)
_PLAIN_VALUE = re.compile(r"=[^&]+")
_DELIMITER = re.compile(r"(&amp;|&#38;|&#x26;|[?&;#])", re.IGNORECASE)
_MARK = re.compile(r"[=?&#@]|//")  # of a URL or a query within the name of a parameter
# A name and its value within a value, as in JSON or in exp=1~hmac=0a1b.
_NAMED = re.compile(r"([A-Za-z][\w.-]{0,63})[\"']?\s{0,5}[:=](?=.)", re.ASCII | re.DOTALL)
_SLASH = re.compile(r"([/\\])")
_SUSPICIOUS = re.compile(r"[^/\\]{16}|[%=]")
# The names of a site's own files hold hashes of their contents.
_FILE = re.compile(
    r"\.(?:[cm]?js|css|map|wasm|woff2?|ttf|otf|eot|png|jpe?g|gif|webp|avif|svg|ico|mp4|webm)$", re.IGNORECASE
)
_LONGEST_HASH = 41


def clean_for_result(text: str) -> str:
    """A URL or a free text as results of tasks may hold it: without logins and without the values that are secret."""
    return _remembered(text, False) if len(text) <= _SHORT else _wholly_cleaned(text, False)


def clean_for_publication(text: str) -> str:
    """A URL or a free text as it may be written, sent or made a label: without any value of a query or a fragment."""
    if _PLAIN.fullmatch(text) and "eyJ" not in text:
        return _PLAIN_VALUE.sub(f"={REDACTED}", text) if "=" in text else text
    return _remembered(text, True) if len(text) <= _SHORT else _wholly_cleaned(text, True)


@lru_cache(maxsize=4096)
def _remembered(text: str, publish: bool) -> str:
    return _wholly_cleaned(text, publish)


def _wholly_cleaned(text: str, publish: bool) -> str:
    """Cleaned until nothing more is found: what is left may be readable in another way than before."""
    for _each in range(_MOST_PASSES):
        cleaned = _cleaned(text, publish)
        if cleaned == text:
            break
        text = cleaned
    return text


def _cleaned(text: str, publish: bool, depth: int = 0) -> str:
    if not _OF_A_URL.search(text) and "eyJ" not in text:
        return without_tokens(text)
    whole = _DATA.match(text.lstrip())
    if whole:
        return f"data:{whole[1]},{REDACTED}"
    return _CHUNK.sub(lambda found: _Chunk(publish, depth).cleaned(found.group()), without_tokens(text))


class _Chunk:
    """What stands between two spaces."""

    def __init__(self, publish: bool, depth: int) -> None:
        self._publish = publish
        self._depth = depth

    def cleaned(self, chunk: str) -> str:
        if not _OF_A_URL.search(chunk):
            return chunk
        plain = _ESCAPE.sub(_unescaped, chunk)
        if plain != chunk:
            cleaned = self._with_quoted_urls(plain)
            if cleaned != plain:
                return cleaned
        return self._with_quoted_urls(chunk)

    def _with_quoted_urls(self, chunk: str) -> str:
        """The chunk with each URL in quotes or brackets cleaned by itself: what follows is no part of it."""
        done: list[str] = []
        rest = 0
        for opener in OPENER.finditer(chunk):
            if opener.start() < rest:
                continue
            begin = _beginning_of_scheme(chunk, opener.start(), rest)
            before = chunk[rest:begin]
            end = chunk.find(_CLOSING.get(before[-1:], "\n"), opener.end())
            if end < 0 or (before[-2:-1] == "=" and any(mark in before for mark in "?&#")):
                break  # not in quotes, or quotes that are part of a value
            done += self._piece(before), self._piece(chunk[begin:end])
            rest = end
        return "".join((*done, self._piece(chunk[rest:])))

    def _piece(self, piece: str) -> str:
        data = _DATA.search(piece)
        if data:
            return f"{self._piece(piece[: data.start()])}data:{data[1]},{REDACTED}"
        script = _SCRIPT.search(piece) if self._publish else None
        if script:
            return f"{self._piece(piece[: script.start()])}{script.group()}{REDACTED}"
        body = piece.rstrip(_PUNCTUATION)
        return self._body(without_logins(body)) + piece[len(body) :] if body else piece

    def _body(self, body: str) -> str:
        is_url = OPENER.search(body) is not None or _RELATIVE.match(body.lstrip(_OPENING)) is not None
        first, *others = _DELIMITER.split(body)
        done = [self._path(first, host=True)]
        in_query = False
        for delimiter, part in zip(others[::2], others[1::2]):
            if in_query and delimiter in "?;" and done[-1].endswith(f"={REDACTED}"):
                if delimiter == "?":
                    continue  # within the value that went
                if "=" not in part:
                    done += delimiter, REDACTED if part else ""
                    continue
            in_query = in_query or delimiter in "?#" or (delimiter != ";" and "=" in part)
            done.append(delimiter)
            if in_query:
                done.append(self._parameter(part, is_url))
            else:
                done.append(self._in_path(part) if delimiter == ";" and is_url else self._path(part))
        return "".join(done)

    # --- the path -----------------------------------------------------------------------------------------------------

    def _path(self, path: str, *, host: bool = False) -> str:
        """Segments between slashes; with ``host``, the one that names the host is left alone."""
        if not _SUSPICIOUS.search(path):
            return path
        parts = _SLASH.split(path)
        if len(parts) == 1 and "%" not in path and "=" not in path:
            return path  # a word
        hosts = _places_of_hosts(parts) if host else frozenset()
        return "".join(part if place % 2 or place in hosts else self._segment(part) for place, part in enumerate(parts))

    def _segment(self, segment: str) -> str:
        name, equals, value = segment.partition("=")
        if value and names_a_secret(unquote(name)):
            return f"{name}{equals}{REDACTED}"
        if len(segment) < 16 and "%" not in segment:
            return segment
        enough = _LONGEST_HASH if _FILE.search(segment) else 16
        return REDACTED if looks_random(unquote(segment), enough) or self._hides(segment, unquote(segment)) else segment

    def _in_path(self, part: str) -> str:
        """A path parameter, and the segments after it."""
        parameter, slash, path = part, "", ""
        found = _SLASH.search(part)
        if found:
            parameter, slash, path = part[: found.start()], found.group(), part[found.end() :]
        name, equals, value = parameter.partition("=")
        if value:
            parameter = f"{self._name(name)}{equals}{REDACTED}"
        elif parameter and not equals:
            parameter = REDACTED
        return f"{parameter}{slash}{self._path(path)}"

    # --- query and fragment -------------------------------------------------------------------------------------------

    def _parameter(self, part: str, is_url: bool) -> str:
        name, equals, value = part.partition("=")
        if not equals:
            return self._without_name(part, is_url)
        if not value:
            return f"{self._name(name)}="
        if not value.strip("="):  # the padding of Base64
            return self._without_name(part, is_url)
        goes = self._publish or names_a_secret_parameter(unquote_plus(name)) or self._is_secret(value)
        return f"{self._name(name)}={REDACTED if goes else value}"

    def _without_name(self, value: str, is_url: bool) -> str:
        """What stands between two delimiters without an equals sign; in a URL a value that has no name."""
        if value and ((self._publish and is_url) or self._is_secret(value)):
            return REDACTED
        return self._path(value) if "/" in value else value

    def _name(self, name: str) -> str:
        plain = unquote_plus(name)
        return REDACTED if _MARK.search(plain) or looks_secret(plain) or self._hides(name, plain) else name

    def _is_secret(self, value: str) -> bool:
        plain = unquote_plus(value)
        if any(names_a_secret(found[1]) for found in _NAMED.finditer(plain)):
            return True
        return looks_secret(plain) or without_logins(value) != value or self._hides(value, f"?{plain}")

    def _hides(self, encoded: str, plain: str) -> bool:
        """Whether percent-encoding hides something that would go, however often it was done."""
        if "%" not in encoded or plain in (encoded, f"?{encoded}"):
            return False
        return self._depth >= _DEEPEST or _cleaned(plain, self._publish, self._depth + 1) != plain


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16)) if found[1] else html.unescape(found.group())
    return character if character.isprintable() and not character.isspace() else found.group()


def _beginning_of_scheme(text: str, end: int, floor: int) -> int:
    begin = end
    while begin > max(floor, end - _LONGEST_SCHEME) and text[begin - 1] in _SCHEME_CHARACTERS:
        begin -= 1
    return begin


def _places_of_hosts(parts: list[str]) -> frozenset[int]:
    """Which parts of a path, split at its slashes, are hosts: what follows two slashes, or a first one with a dot."""
    after_two = {
        place
        for place in range(4, len(parts), 2)
        if not parts[place - 2] and (place == 4 or parts[place - 4][-1:] == ":")
    }
    return frozenset(after_two | {0} if "=" not in parts[0] and "%" not in parts[0] else after_two)
