# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the API's JSON to results: snake_case keys, decoded names, no site secrets.

Private to this collection: may change without notice.

Source: API reference, sections 5.2 (config and its secrets) and 6.1 (names with HTML entities).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

REDACTED = "VALUE_REDACTED"

_SECRET_KEYS = frozenset({"basic_auth", "header", "headers", "cookie", "cookies", "post_data"})
# A field that the API may add one day is hidden by its name, before somebody finds it in a log.
_SECRET_NAME = re.compile(r"passw|secret|token|authori[sz]ation|credential|api_?key|^auth$")
_SHOWN_WITHIN_SECRETS = frozenset({"key", "name", "domain", "path"})  # what a cookie or header is called, not its value
_URL_LOGIN = re.compile(r"(?<=://)[^/\s]+(?=@)")  # to the last @, as a password may hold one, and # and ?
_SHORTEST_ECHO = 6  # shorter values occur in texts by chance
_OTHER_SPELLINGS = {"hhtp2_disabled": "http2_disabled"}  # so the documentation spells it, the data does not

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=1024)  # the same few keys in each of thousands of monitorings
def snake_case(key: str) -> str:
    name = _WORD_START.sub("_", key).lower().replace("-", "_")
    return _OTHER_SPELLINGS.get(name, name)


def presented(value: Any, *, redact: bool) -> Any:
    """``value`` with snake_case keys; with ``redact`` also without what a site keeps secret."""
    shaped = _with_snake_keys(value)
    if not redact:
        return shaped
    longest_first = sorted(set(_site_secrets(shaped)), key=len, reverse=True)  # one may be the beginning of another
    return _without(_redacted(shaped), longest_first)


def _with_snake_keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_snake_keys(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    result: dict[str, Any] = {}
    for key, item in value.items():
        name = snake_case(str(key))
        if result.get(name) is None:  # two spellings of one key: the first that says something counts
            result[name] = _with_snake_keys(item)
    return result


def _is_secret(key: str) -> bool:
    return key in _SECRET_KEYS or _SECRET_NAME.search(key) is not None


def _redacted(value: Any) -> Any:
    if isinstance(value, list):
        return [_redacted(item) for item in value]
    if isinstance(value, dict):
        return {key: _hidden(item) if _is_secret(key) else _redacted(item) for key, item in value.items()}
    return _URL_LOGIN.sub(REDACTED, value) if isinstance(value, str) else value


def _hidden(value: Any) -> Any:
    """The same structure with every value replaced; what is empty stays, for that tells that nothing is set."""
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key in _SHOWN_WITHIN_SECRETS and isinstance(item, str) else _hidden(item)
            for key, item in value.items()
        }
    return value if value is None or value == "" else REDACTED


def _site_secrets(value: Any, within: bool = False) -> Iterator[str]:
    """Every text that :func:`_redacted` hides."""
    if isinstance(value, list):
        for item in value:
            yield from _site_secrets(item, within)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (within and key in _SHOWN_WITHIN_SECRETS):
                yield from _site_secrets(item, within or _is_secret(key))
    elif within and isinstance(value, str) and len(value) >= _SHORTEST_ECHO:
        yield value


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
