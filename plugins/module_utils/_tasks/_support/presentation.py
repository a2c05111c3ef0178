# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the API's JSON to results: snake_case keys, decoded names, no site secrets.

Private to this collection: may change without notice.

Source: API reference, sections 5.2 (config and its secrets) and 6.1 (names with HTML entities).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..._core.redaction.logins import logins_of
from ..._core.redaction.secrecy import REDACTED, names_a_secret
from ..._core.redaction.urls import clean_for_result

_SECRET_KEYS = frozenset({"basic_auth", "header", "headers", "cookie", "cookies", "post_data"})
_SHOWN_WITHIN_SECRETS = frozenset({"key", "name", "domain", "path"})  # what a cookie or header is called, not its value
_TEXTS = re.compile(r"[\w.~%+-]+")
_SHORTEST_ECHO = 6  # shorter values occur in texts by chance
_OTHER_SPELLINGS = {"hhtp2_disabled": "http2_disabled"}  # so the documentation spells it, the data does not

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=1024)  # the same few keys in each of thousands of monitorings
def snake_case(key: str) -> str:
    name = _WORD_START.sub("_", key).lower().replace("-", "_")
    return _OTHER_SPELLINGS.get(name, name)


def to_result(value: Any, *, redact: bool) -> Any:
    """JSON with snake_case keys; with ``redact`` also without what a site keeps secret."""
    if not redact:
        return _shaped(value)
    hidden: set[str] = set()
    shown = _redacted(value, hidden)
    if not hidden:
        return shown
    return _without(shown, sorted(hidden, key=len, reverse=True))  # one may be the beginning of another


def api_enabled(value: Any) -> bool:
    """Whether a monitoring is meant to run. One that does not say so, or says something else, is: better look twice."""
    return str(value).strip().lower() not in ("false", "0", "0.0")


def _shaped(value: Any) -> Any:
    if isinstance(value, dict):
        return _renamed(value, lambda name, item: _shaped(item))
    return [_shaped(item) for item in value] if isinstance(value, list) else value


def _renamed(value: dict[str, Any], shown: Callable[[str, Any], Any]) -> dict[str, Any]:
    """``value`` with its keys in snake_case and its items as ``shown`` makes them."""
    result: dict[str, Any] = {}
    for key, item in value.items():
        name = snake_case(key)
        if not name.isidentifier():
            name = clean_for_result(name)
        if result.get(name) is None:  # two spellings of one key: the first that says something counts
            result[name] = shown(name, item)
    return result


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether a key in snake_case names something that a site keeps secret.

    A field that the API may add one day is hidden by its name, before somebody finds it in a log.
    """
    return key in _SECRET_KEYS or names_a_secret(key)


def secrets_within(value: Any, where: str = "") -> Iterator[tuple[str, set[str]]]:
    """The fields of a shaped value that :func:`to_result` would hide, by name, each with the texts in it."""
    if isinstance(value, dict):
        for name, item in value.items():
            path = f"{where}.{name}" if where else name
            if is_secret(name):
                hidden: set[str] = set()
                _hidden(item, hidden)
                yield path, hidden
            else:
                yield from secrets_within(item, path)
    elif isinstance(value, list):
        for item in value:
            yield from secrets_within(item, where)
    elif isinstance(value, str) and where == "url":  # which picks a monitoring, and may need its parameters for that
        for login in logins_of(value):
            yield where, {text for text in (login, login.partition(":")[2]) if len(text) >= _SHORTEST_ECHO}
    elif isinstance(value, str) and clean_for_result(value) != value:
        yield where, {value, *_redacted_texts(value), *logins_of(value)}


def _redacted(value: Any, hidden: set[str]) -> Any:
    """The shaped value without secrets; the texts that it leaves out are added to ``hidden``."""
    if isinstance(value, dict):
        return _renamed(value, lambda name, item: (_hidden if is_secret(name) else _redacted)(item, hidden))
    if isinstance(value, list):
        return [_redacted(item, hidden) for item in value]
    return _clean(value, hidden) if isinstance(value, str) else value


def _clean(text: str, hidden: set[str]) -> str:
    cleaned = clean_for_result(text)
    if cleaned != text and len(text.split()) == 1:  # a URL, which a message may quote in parts
        hidden.update(_redacted_texts(text))
    return cleaned


def _redacted_texts(text: str) -> set[str]:
    kept = set(_TEXTS.findall(clean_for_result(text)))
    return {each for each in _TEXTS.findall(text) if len(each) >= _SHORTEST_ECHO and each not in kept}


def decoded_name(item: Mapping[str, Any], *, redact: bool) -> str:
    """The name of what the API lists, which it writes with entities of HTML."""
    name = html.unescape(str(item.get("name") or ""))
    return clean_for_result(name) if redact else name


def _hidden(value: Any, hidden: set[str]) -> Any:
    """The same structure with every value replaced; what is empty stays, for that tells that nothing is set."""
    if isinstance(value, dict):
        return _renamed(
            value,
            lambda name, item: (
                _clean(item, hidden)
                if name in _SHOWN_WITHIN_SECRETS and isinstance(item, str)
                else _hidden(item, hidden)
            ),
        )
    if isinstance(value, list):
        return [_hidden(item, hidden) for item in value]
    if isinstance(value, str) and len(value) >= _SHORTEST_ECHO:
        hidden.add(value)
    return value if value is None or value == "" else REDACTED


def _without(value: Any, secrets: Sequence[str]) -> Any:
    """Error messages may quote the request, site secrets and all."""
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, dict):
        return {
            key: _masked(item, secrets) if key == "error_message" else _without(item, secrets)
            for key, item in value.items()
        }
    return value


def _masked(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REDACTED)
    return value
