# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes secrets out of results, in the same words on every ansible-core.

Private to this collection: may change without notice.

Up to ansible-core 2.21, Ansible replaces ``no_log`` values in what a module returns. Since 2.22 it only masks what it
displays. So a task masks its own result, before a front sees it, with the words of Ansible: :data:`MASK` for a
value that is a secret, :data:`STARS` for a secret within a longer text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .safe_text import as_quoted
from .settings import SHORTEST_SECRET

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
STARS = "********"

_HOLD_NO_TEXT = (int, float, bool, type(None))
_NUMBER = re.compile(r"-?[0-9][0-9.e+-]*")  # as str() writes one
_ANCHOR = 4  # first characters by which secrets are searched for, all of them at once


def secrets_among(spec: Mapping[str, Any], values: Mapping[str, Any]) -> set[str]:
    """The values of all options that the argument spec marks as ``no_log``, those of suboptions too."""
    found: set[str] = set()
    for name, rule in spec.items():
        value = values.get(name)
        if rule.get("no_log"):
            found |= {str(value)} if value else set()
        elif "options" in rule:
            for each in value if isinstance(value, (list, tuple)) else [value]:
                found |= secrets_among(rule["options"], each) if isinstance(each, Mapping) else set()
    return found


def masked(value: Any, secrets: Iterable[str], *, shortest: int = SHORTEST_SECRET) -> Any:
    """``value`` without the secrets in its texts, its keys and its numbers; all else is as it was, types included.

    A value that holds none, as most do, is returned as it is. Shorter secrets than ``shortest`` stay: they would be
    found in innocent text.
    """
    hidden = {secret for secret in secrets if len(secret) >= shortest}
    return _Masking(hidden).of(value) if hidden else value


class _Masking:
    def __init__(self, secrets: set[str]) -> None:
        self._forms = as_quoted(secrets)
        self._by_anchor: dict[str, list[str]] = {}
        for form in self._forms:
            self._by_anchor.setdefault(form[:_ANCHOR], []).append(form)
        self._anchor = _any_of(self._by_anchor)
        self._numbers = any(_NUMBER.fullmatch(form) for form in self._forms)

    def of(self, value: Any) -> Any:
        texts = _texts(value)  # nothing is searched twice: most texts of a large result are the same few
        if not self._numbers and not self._anchor.search("\n".join(texts)):
            return value
        suspect = (text for text in texts if self._anchor.search(text))
        return self._rebuilt(value, {text: self._replaced(text) for text in suspect})

    def _replaced(self, text: str) -> str:
        if text in self._forms:
            return MASK
        shown, end = "", 0
        for start, stop in self._spans(text):
            shown += text[end:start] + STARS
            end = stop
        return shown + text[end:]

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in the text; two that overlap are one."""
        spans: list[tuple[int, int]] = []
        for start, stop in sorted(self._occurrences(text)):
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
            else:
                spans.append((start, stop))
        return spans

    def _occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        match = self._anchor.search(text)
        while match:
            start = match.start()
            anchors = (text[start : start + length] for length in range(1, _ANCHOR + 1))
            for form in {form for anchor in anchors for form in self._by_anchor.get(anchor, ())}:
                if text.startswith(form, start):
                    yield start, start + len(form)
            match = self._anchor.search(text, start + 1)

    def _rebuilt(self, value: Any, replaced: Mapping[str, str]) -> Any:
        if isinstance(value, str):
            return replaced.get(value, value)
        if isinstance(value, Mapping):
            rebuilt: dict[Any, Any] = {}
            for key, item in value.items():
                rebuilt[_unused(self._rebuilt(key, replaced), rebuilt)] = self._rebuilt(item, replaced)
            return rebuilt
        if isinstance(value, (list, tuple, set, frozenset)):
            return type(value)(self._rebuilt(item, replaced) for item in value)
        # A number may be a secret. One that merely holds its digits is another number.
        return MASK if _is_number(value) and str(value) in self._forms else value


def _any_of(anchors: Iterable[str]) -> re.Pattern[str]:
    """What finds any of the anchors. Those that begin alike are grouped: one by one, hundreds would take long."""
    rests: dict[str, list[str]] = {}
    for anchor in anchors:
        rests.setdefault(anchor[0], []).append(re.escape(anchor[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(each)})" for first, each in rests.items()))


def _texts(value: Any) -> set[str]:
    """All texts of the value, keys too. Most of it is seen here alone, so this is written for speed."""
    texts: set[Any] = set()
    waiting = [value]
    while waiting:
        container = waiting.pop()
        if isinstance(container, Mapping):
            texts.update(container)
            container = container.values()
        elif not isinstance(container, (list, tuple, set, frozenset)):
            texts.add(container)
            continue
        for item in container:
            kind = type(item)
            if kind is str:
                texts.add(item)
            elif kind not in _HOLD_NO_TEXT:
                waiting.append(item)
    return {text for text in texts if isinstance(text, str)}


def _unused(key: Any, taken: Mapping[Any, Any]) -> Any:
    """The key, or one like it: two keys that are the same once they are masked keep both their values."""
    found, number = key, 1
    while found in taken:
        number += 1
        found = f"{key} ({number})"
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
