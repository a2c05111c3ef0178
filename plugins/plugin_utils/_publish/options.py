# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of speedlab_publish, checked before anything is written or sent.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import SHORTEST_SECRET
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stray import stray_anywhere
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.kept_file import file_mode
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.registry import ReportOptions

_PAIRS = "pairs"  # the history of credential pairs, in the same folder
_LONGEST_NAME = 150
_NOT_IN_A_NAME = re.compile(r"[/\x00-\x1f\x7f]")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADERS_OF_HTTP = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_HARMLESS_HEADERS = frozenset({"content-type", "accept", "user-agent"})


@dataclass(frozen=True)
class Receiver:
    """Who is told what changed. Its address and the values of its headers are never shown."""

    name: str
    form: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """All of the address that may be shown."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}/…"


@dataclass(frozen=True)
class Options:
    """What the task was told. Paths are absolute; an empty ``dest`` or ``history`` was not given."""

    dest: str
    name: str
    formats: tuple[str, ...]
    report: ReportOptions
    mode: int
    history: str
    receivers: tuple[Receiver, ...]
    fail_on: tuple[str, ...]
    stage: str
    run_id: str
    part: str
    expected_hosts: tuple[str, ...]
    keep_parts: bool


def listed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, with lists of words where they came as a text with commas, or as lists within lists."""
    found = dict(arguments)
    for name in ("formats", "fail_on"):
        if isinstance(found.get(name), (str, list)):
            found[name] = list(_words(found[name]))
    return found


def secrets_among(entries: Sequence[Mapping[str, Any]]) -> set[str]:
    """The addresses and values of headers in ``notify``, but for what is too short, or everyday, to be a secret."""
    addresses = (_without_scheme(entry["url"]) and entry["url"] for entry in entries)
    headers = (header for entry in entries for header in entry["headers"])
    values = (header["value"] for header in headers if header["name"].lower() not in _HARMLESS_HEADERS)
    return {each for each in (*addresses, *values) if isinstance(each, str) and len(each) >= SHORTEST_SECRET}


def _without_scheme(address: object) -> str:
    return address.partition("://")[2] if isinstance(address, str) else ""


def _words(value: object) -> Iterable[Any]:
    if isinstance(value, str):
        yield from (word.strip() for word in value.split(",") if word.strip())
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    else:
        yield value


def options_from(given: Mapping[str, Any], width: int) -> Options:
    """Typed options to checked ones. Raises :class:`SettingsError`. ``width``: columns of the terminal."""
    name, receivers = _name(given["name"]), _receivers(given["notify"])
    history = _path(given.get("history"))
    if receivers and not history:
        raise SettingsError("notify needs history: without it nobody knows what changed", hint=_NOTHING_DONE)
    if history and name == _PAIRS:
        raise SettingsError(f'name: "{_PAIRS}" is another file in the folder of history', hint=_NOTHING_DONE)
    if given["stage"] != "all" and not given.get("dest"):
        raise SettingsError(f"stage {given['stage']} needs dest, the folder for the reports", hint=_NOTHING_DONE)
    if given["rows"] < 0:
        raise SettingsError(f"rows is {given['rows']}, but has to be 0 or more", hint=_NOTHING_DONE)
    return Options(
        dest=_path(given.get("dest")),
        name=name,
        formats=tuple(dict.fromkeys(given["formats"])),
        report=ReportOptions(given["title"], given["link"], name, given["location"], given["rows"], width),
        mode=file_mode(given["mode"], "mode"),
        history=history,
        receivers=receivers,
        fail_on=tuple(given["fail_on"]),
        stage=given["stage"],
        run_id=given["run_id"].strip(),
        part=given["part"],
        expected_hosts=tuple(given["expected_hosts"]),
        keep_parts=given["keep_parts"],
    )


_NOTHING_DONE = "Correct the option; nothing was written or sent."


def _path(given: str | None) -> str:
    """An absolute path, so that messages tell where the files really are."""
    return os.path.realpath(given) if given else ""


def _name(name: str) -> str:
    if not name.strip(". ") or _NOT_IN_A_NAME.search(name) or len(name.encode()) > _LONGEST_NAME:
        raise SettingsError(
            "name has to be the name of a file without its ending, and without a folder", hint=_NOTHING_DONE
        )
    return name


def _receivers(entries: Sequence[Mapping[str, Any]]) -> tuple[Receiver, ...]:
    receivers = tuple(_receiver(entry) for entry in entries)
    names = [receiver.name for receiver in receivers]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f'notify: two receivers are called "{name}"', hint=_NOTHING_DONE)
    return receivers


def _receiver(entry: Mapping[str, Any]) -> Receiver:
    name, url = entry["name"], entry["url"]
    if not name.strip():
        raise SettingsError("notify: a receiver has no name", hint=_NOTHING_DONE)
    problem = _wrong_address(url) if isinstance(url, str) else "has to be text"
    if problem:
        raise SettingsError(f'notify: the url of "{name}" {problem}', hint=_NOTHING_DONE)
    return Receiver(name, entry["form"], url, _headers(name, entry["headers"]))


def _wrong_address(url: str) -> str | None:
    stray = stray_anywhere(url)
    if stray:
        return stray
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("https", "http") or not host:
        return "has to begin with https:// or http:// and the name of a host"
    if parts.username is not None or parts.password is not None:
        return "holds a login. Give it as a header instead"
    return None


def _headers(receiver: str, entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        name, value = entry["name"], entry["value"]
        where = f'notify: the header {name} of "{receiver}"'
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _HEADERS_OF_HTTP:
            raise SettingsError(f'notify: "{receiver}" has a header whose name cannot be used', hint=_NOTHING_DONE)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise SettingsError(f"{where} has to be text; put it in quotes", hint=_NOTHING_DONE)
        if not _fits_a_header(str(value)):
            raise SettingsError(
                f"{where} has a character that no header can hold, or white space around it", hint=_NOTHING_DONE
            )
        found[name] = str(value)
    return found


def _fits_a_header(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return value == value.strip() and not any(ord(each) < 32 or ord(each) == 127 for each in value if each != "\t")
