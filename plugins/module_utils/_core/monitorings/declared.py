# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody declared to be monitored, beside what is: drift of single fields, and what nothing monitors.

Private to this collection: may change without notice.

Decisions that the code follows:

* An entry stands for every monitoring that has its name and its URL; one of the two alone will do. Names are compared
  whole, with HTML entities decoded; URLs as a browser would take them: the host in any case, other letters than
  ASCII percent-encoded or not, without a port that goes without saying and without a login.
* Only what is declared is compared, down to single fields of objects. A field that the API does not give is no match
  for a declared value: nobody knows what it is.
* A disabled monitoring measures nothing. Where an entry has no other one, it counts as ``disabled``, not as monitored.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from ..numeric import real_number
from ..redaction.logins import without_logins

_Path = tuple[str, ...]

_PORTS = {"http": 80, "https": 443}
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
_URL_CHARACTERS = string.punctuation
# Other words for fields of a configuration, as this collection uses them elsewhere.
_SHORT_NAMES: dict[_Path, _Path] = {
    ("config", "mobile"): ("config", "is_mobile"),
    ("config", "private"): ("config", "is_private"),
}
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class Declared:
    """One entry: the name and the URL that pick its monitorings (empty: any), and the fields that they should have.

    ``fields`` has names as results of this collection do, in snake_case and nested.
    """

    name: str
    url: str
    fields: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return comparable_name(self.name), comparable_url(self.url)

    @property
    def disabled(self) -> bool:
        """Whether it is declared to be disabled."""
        return self.fields.get("enabled") is False

    def as_dict(self) -> dict[str, str | None]:
        return {"name": self.name or None, "url": self.url or None}


@dataclass(frozen=True)
class Drift:
    """One field of a monitoring that is not as declared; objects' fields are joined by dots."""

    field: str
    expected: Any
    actual: Any

    def as_dict(self) -> dict[str, Any]:
        return {"field": self.field, "expected": self.expected, "actual": self.actual}


@dataclass(frozen=True)
class Unmonitored:
    """An entry that no monitoring goes with; ``near``: what has its name but another URL, or the other way round."""

    declared: Declared
    near: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """All entries against all monitorings; ``drifts`` and ``disabled_on_purpose`` by the monitoring's place."""

    declared: int
    drifts: Mapping[int, Sequence[Drift]]
    disabled_on_purpose: frozenset[int]
    disabled: tuple[Declared, ...]
    not_monitored: tuple[Unmonitored, ...]

    def coverage(self) -> dict[str, Any]:
        return {
            "declared": self.declared,
            "monitored": self.declared - len(self.disabled) - len(self.not_monitored),
            "disabled": [each.as_dict() for each in self.disabled],
            "not_monitored": [each.declared.as_dict() for each in self.not_monitored],
        }


def compare(
    declared: Sequence[Declared],
    monitorings: Sequence[Mapping[str, Any]],
    real: Sequence[Mapping[str, Any]] | None = None,
) -> Comparison:
    """Compare the entries with monitorings that have snake_case keys. What drifts is shown: give no secrets.

    ``real``: the same monitorings with the names and URLs that they really have, by which entries pick them.
    """
    picked = monitorings if real is None else real
    by_name, by_url = _places(picked)
    drifts: dict[int, list[Drift]] = {}
    on_purpose: set[int] = set()
    disabled, not_monitored = [], []
    for entry in declared:
        places = _matching(entry, by_name, by_url)
        if not places:
            not_monitored.append(Unmonitored(entry, _near(entry, by_name, by_url, picked)))
        elif all(monitorings[place].get("enabled") is False for place in places):
            disabled.append(entry)
        for place in places:
            found = drifts.setdefault(place, [])
            found += [drift for drift in drifts_of(entry, monitorings[place]) if drift not in found]
        if entry.disabled:
            on_purpose.update(places)
    return Comparison(len(declared), drifts, frozenset(on_purpose), tuple(disabled), tuple(not_monitored))


# --- which monitorings an entry stands for ----------------------------------------------------------------------------

_Places = Mapping[str, Sequence[int]]


def comparable_name(name: object) -> str:
    return html.unescape(str(name or "")).strip()


def comparable_url(url: object) -> str:
    """A URL in the form in which two that mean the same page are equal; what is no URL stays as it is."""
    text = without_logins(str(url or "").strip())
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    if not host:
        return text
    place = f"[{host}]" if ":" in host else _ascii_host(host)
    if port is not None and port != _PORTS.get(parts.scheme):
        place += f":{port}"
    return urlunsplit((parts.scheme, place, *(_encoded(each) for each in (parts.path or "/", *parts[3:]))))


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:  # empty or too long labels
        return host


def _encoded(part: str) -> str:
    """Part of a URL with what cannot stand there percent-encoded, in capitals; what is encoded already stays so."""
    return _ENCODED.sub(lambda found: found.group().upper(), quote(part, safe=_URL_CHARACTERS))


def _places(monitorings: Sequence[Mapping[str, Any]]) -> tuple[_Places, _Places]:
    by_name: dict[str, list[int]] = {}
    by_url: dict[str, list[int]] = {}
    for place, monitoring in enumerate(monitorings):
        by_name.setdefault(comparable_name(monitoring.get("name")), []).append(place)
        by_url.setdefault(comparable_url(monitoring.get("url")), []).append(place)
    return by_name, by_url


def _matching(entry: Declared, by_name: _Places, by_url: _Places) -> list[int]:
    name, url = entry.key
    if not (name and url):
        return list(by_name.get(name, ()) if name else by_url.get(url, ()))
    with_url = set(by_url.get(url, ()))
    return [place for place in by_name.get(name, ()) if place in with_url]


def _near(
    entry: Declared, by_name: _Places, by_url: _Places, monitorings: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    name, url = entry.key
    if not (name and url):
        return ()
    found = [
        *(monitorings[place].get("url") for place in by_name.get(name, ())),
        *(monitorings[place].get("name") for place in by_url.get(url, ())),
    ]
    return tuple(dict.fromkeys(str(each) for each in found if each))


# --- field by field ---------------------------------------------------------------------------------------------------


def drifts_of(entry: Declared, monitoring: Mapping[str, Any]) -> list[Drift]:
    """The declared fields that the monitoring does not have so, in the order of the declaration."""
    found = []
    for path, expected in _leaves(entry.fields):
        actual = _at(monitoring, path)
        if isinstance(actual, Mapping) and "name" in actual:
            actual = actual["name"]  # a browser is declared by its name as well
        if not _same(expected, actual):
            found.append(Drift(".".join(path), expected, actual))
    return found


def _leaves(value: Mapping[str, Any], within: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    """Each declared field; an object without any declares nothing."""
    for key, item in value.items():
        path = (*within, key)
        if isinstance(item, Mapping):
            yield from _leaves(item, path)
        else:
            yield _SHORT_NAMES.get(path, path), item


def _at(value: Any, path: _Path) -> Any:
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _same(expected: Any, actual: Any) -> bool:
    """Equal for a reader: a playbook's templates may turn numbers and truth values into text."""
    if isinstance(expected, Mapping):
        return (
            isinstance(actual, Mapping)
            and set(expected) == set(actual)
            and all(_same(item, actual[key]) for key, item in expected.items())
        )
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(actual, (list, tuple))
            and len(expected) == len(actual)
            and all(_same(*pair) for pair in zip(expected, actual))
        )
    if isinstance(expected, bool) or isinstance(actual, bool):
        return _flag(expected) is not None and _flag(expected) is _flag(actual)
    if isinstance(expected, str) and real_number(actual) is not None:
        return bool(_number(expected) == actual)
    return bool(expected == actual)


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
