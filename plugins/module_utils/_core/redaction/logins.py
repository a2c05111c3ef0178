# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""User names and passwords in URLs.

Private to this collection: may change without notice.

People put passwords into URLs as they are, with ``@``, ``#``, ``?`` and ``/`` in them. A parser would take half of such
a password for the host or the path. So what stands before the last ``@`` counts as login wherever a host would make no
sense otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from .secrecy import REDACTED

OPENER = re.compile(r"(?:https?|wss?|ftp):[/\\]*|[/\\]{2,}", re.IGNORECASE)

_AFTER_HOST = re.compile(r"[/\\?#]")
_SLASH = re.compile(r"[/\\]")
_NAME = re.compile(r"(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.%]{2,60}\])(?=$|[:/\\?#&;,\"'<>)\]])")
_BEFORE_A_USER = re.compile(r"[=(\"'\[<,{?&#;]")
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_NOT_A_USER = re.compile(r"(?:mailto|sips?|xmpp|acct|im|data|blob|urn):", re.IGNORECASE)


def without_logins(text: str) -> str:
    """Text without spaces, and without the user names and passwords of the URLs in it."""
    return _Reading(text).cleaned() if "@" in text else text


def logins_of(text: str) -> list[str]:
    """The user names and passwords that :func:`without_logins` takes out."""
    return _Reading(text).logins() if "@" in text else []


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._hosts = [found.start() for found in re.finditer("@", text) if _is_host(text, found.end())]

    def cleaned(self) -> str:
        done: list[str] = []
        shown = 0
        for start, end in self._places():
            done += self._text[shown:start], f"{REDACTED}@"
            shown = end
        return "".join((*done, self._text[shown:]))

    def logins(self) -> list[str]:
        return [self._text[start : end - 1] for start, end in self._places()]

    def _places(self) -> Iterator[tuple[int, int]]:
        """Where each login begins, and the place behind its "@"."""
        openers = list(OPENER.finditer(self._text))
        limits = [*(opener.start() for opener in openers[1:]), len(self._text)]
        places = [(each.end(), limit, self._is_sure(each.start(), each.end())) for each, limit in zip(openers, limits)]
        last = 0
        for start, limit, sure in (*self._without_scheme(), *places):
            if start < last:
                continue
            end = self._end(start, limit, sure)
            if end > start:
                yield start, end
                last = end

    def _is_sure(self, start: int, end: int) -> bool:
        """Whether a host has to follow, as after a scheme. Two slashes within a path are no such place."""
        return (
            self._text[end - 1] not in "/\\"
            or start == 0
            or self._text[start - 1] == ":"
            or self._text[start] not in "/\\"
        )

    def _without_scheme(self) -> list[tuple[int, int, bool]]:
        """Where the name of a user may begin though no scheme does: before the first colon."""
        opener = OPENER.search(self._text)
        limit = opener.start() if opener else len(self._text)
        colon = self._text.find(":", 0, limit)
        start = max((found.end() for found in _BEFORE_A_USER.finditer(self._text, 0, max(colon, 0))), default=0)
        if colon <= start or _DRIVE.match(self._text, start) or _NOT_A_USER.match(self._text, start):
            return []
        return [(start, limit, False)]

    def _end(self, start: int, limit: int, sure: bool) -> int:
        """The place behind the "@" of a login that begins at ``start``; ``start`` if there is none."""
        end = start
        while True:
            host = self._upto(_AFTER_HOST, end)
            at = self._text.rfind("@", end, host)
            if at >= 0 and (sure or self._known_host(end, host) >= 0):
                end = self._text.rfind("@", end, self._upto(_SLASH, end)) + 1 if sure else at + 1
                continue
            further = self._further(end, host, limit, sure=sure, found=end > start)
            if further <= end:
                return end
            end = further

    def _further(self, start: int, stop: int, limit: int, *, sure: bool, found: bool) -> int:
        """The place behind a later "@", if what stands where the host should be is none.

        ``found``: a part of the login stands before it.
        """
        name, colon, port = self._text[start:stop].partition(":")
        if name.startswith("["):
            return start
        wrong_port = bool(colon and port) and not port.isdigit()
        at = self._known_host(start, limit)
        if not wrong_port and "." not in name and name.lower() != "localhost" and name:
            likely = found or ":" in self._text[start:at] or (sure and at < self._upto(_SLASH, start))
            return at + 1 if at >= 0 and likely else start
        if not wrong_port:
            return start
        if at < 0 and sure:
            at = max(self._text.rfind("@", start, limit), self._hosts[-1] if self._hosts else -1)
        return at + 1

    def _upto(self, mark: re.Pattern[str], start: int) -> int:
        found = mark.search(self._text, start)
        return found.start() if found else len(self._text)

    def _known_host(self, start: int, stop: int) -> int:
        """The last "@" before ``stop`` that a host follows; -1 if there is none behind ``start``."""
        place = bisect_left(self._hosts, stop) - 1
        return self._hosts[place] if place >= 0 and self._hosts[place] > start else -1


def _is_host(text: str, start: int) -> bool:
    found = _NAME.match(text, start)
    if not found:
        return False
    name = found.group().rstrip(".").lower()
    labels = name.split(".")
    if name.startswith("[") or name == "localhost":
        return True
    if len(labels) == 4 and all(label.isdigit() for label in labels):
        return True
    return len(labels) > 1 and all(labels) and len(labels[-1]) > 1 and labels[-1][0].isalpha()
