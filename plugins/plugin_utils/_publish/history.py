# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier runs found, and what each receiver still has to hear of it.

Private to this collection: may change without notice.

Decisions that the code follows:

* The file holds what the last run found. Of a receiver it holds what that was told last, if it is something else.
* So a receiver that did not take a message hears of the same changes from the next run, together with later ones, and
  one that took it does not hear of them again.
* A receiver that the file does not know yet hears of everything that is still so.
* A receiver that this run does not have is kept: it may be in the next one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.private_files import (
    PrivateDirectory,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.changes import (
    STATE_VERSION,
    Changes,
    Key,
    Noted,
    changes_since,
    read_state,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import status_in
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import rule_for
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import json_of

State = Mapping[str, Any]
_LARGEST = 64 * 1024 * 1024  # bytes; ten thousand findings are about 5 MiB


@dataclass(frozen=True)
class History:
    """``state``: what the last run found, empty before the first. ``receivers``: by name what each was told last, None
    for all of that."""

    state: State = field(default_factory=dict)
    receivers: Mapping[str, State | None] = field(default_factory=dict)

    def told(self, receiver: str) -> State:
        """What the receiver knows; nothing if it is new."""
        known = self.receivers.get(receiver, {})
        return self.state if known is None else known

    def changes(self, verdict: Verdict) -> Changes:
        """What changed since the last run. Raises :class:`ValueError` if nobody can tell."""
        return changes_since(self.state, verdict)

    def changes_for(self, receiver: str, verdict: Verdict) -> Changes:
        """What changed since the receiver was told last; each finding is as old as it is for all."""
        since = {noted.key: noted.since for noted in self.changes(verdict).known}
        return changes_since(self.told(receiver), verdict).with_since(since)

    def after(self, verdict: Verdict) -> History:
        """What is to be remembered of this run, before anybody is told."""
        state = self.changes(verdict).state()
        return History(state, {name: _unless_same(self.told(name), state, verdict.kind) for name in self.receivers})

    def with_told(self, receiver: str, state: State, kind: str) -> History:
        """The history once the receiver was told all of ``state``."""
        return replace(self, receivers={**self.receivers, receiver: _unless_same(state, self.state, kind)})

    def text(self) -> str:
        document = {
            **self.state,
            "receivers": {
                name: None if known is None else known.get("findings", [])
                for name, known in sorted(self.receivers.items())
            },
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_text(cls, text: str) -> History:
        """Raises :class:`ValueError` for what is no history."""
        document = json_of(text)
        receivers = document.pop("receivers", None) if isinstance(document, dict) else None
        if not isinstance(receivers, dict):
            raise ValueError("it names no receivers")  # noqa: TRY004 - the content of a file is a value
        states = {name: None if known is None else _state(known) for name, known in receivers.items()}
        for state in (document, *(each for each in states.values() if each)):
            read_state(state)
        return cls(document, states)


def _state(findings: Any) -> State:
    return {"schema_version": STATE_VERSION, "findings": findings}


def _unless_same(known: State, state: State, kind: str) -> State | None:
    """None if the receiver knows the same findings, and those that are told every day as lately."""
    return None if _what_counts(known, kind) == _what_counts(state, kind) else known or _state([])


def _what_counts(state: State, kind: str) -> set[tuple[Key, str]]:
    return {(noted.key, "" if _once(noted, kind) else noted.told_on) for noted in read_state(state)}


def _once(noted: Noted, kind: str) -> bool:
    """Whether it is told when it appears, and not every day."""
    return rule_for(kind, noted.id, status_in(noted.severity, "a finding of the history")).once


@dataclass(frozen=True)
class HistoryFile:
    """The history of one report. Its folder and its file are of this user alone."""

    folder: str
    name: str

    @property
    def path(self) -> str:
        return os.path.join(self.folder, self._file)

    @property
    def _file(self) -> str:
        return f"{self.name}.json"

    @contextmanager
    def locked(self, waits_long: Any) -> Iterator[None]:
        """Raises ``Unusable`` if the folder cannot be used."""
        with PrivateDirectory(self.folder).locked(f".{self.name}.lock", waits_long):
            yield

    def read(self) -> History:
        """The history; an empty one before the first run. Raises :class:`ValueError` for a damaged file."""
        if not os.path.lexists(self.folder):  # in check mode nobody makes it
            return History()
        content = PrivateDirectory(self.folder).read(self._file, largest=_LARGEST)
        if content is None:
            return History()
        return History.from_text(content.decode("utf-8"))

    def write(self, history: History) -> None:
        PrivateDirectory(self.folder).write(self._file, history.text().encode("utf-8"), modified=time.time())

    def set_aside(self) -> str:
        """Give a damaged file another name, and return that."""
        aside = f"{self.path}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        os.replace(self.path, aside)
        return aside
