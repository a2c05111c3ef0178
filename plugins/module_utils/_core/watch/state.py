# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a watch over monitorings remembers from one poll to the next, and its form as JSON.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

STATE_VERSION = "1"
_STREAM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Watched:
    """What is known of one monitoring. Times of runs are milliseconds since 1970, as the API gives them.

    ``floor``: runs up to this moment are settled. ``emitted``: the date and key of each later run with an event.
    ``read_to``: the last execution up to which the runs were read. ``odd``: the answer on its runs is not usable, while
    those on other monitorings are. ``gone_since``: a day (UTC) since which the list of the API leaves the monitoring
    out.
    """

    state: str | None = None
    last_execution: int | None = None
    stale: bool = False
    trouble_since: str | None = None
    floor: int | None = None
    emitted: tuple[tuple[int, str], ...] = ()
    read_to: int | None = None
    odd: bool = False
    gone_since: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Without what has its default, as a thousand of these are written after each poll."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, False, ())}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Watched:
        known = dict(found)
        emitted = tuple((_typed(int, date), _typed(str, key)) for date, key in known.pop("emitted", ()))
        for name in ("last_execution", "floor", "read_to"):
            _typed(int, known.get(name, 0))
        for name in ("state", "trouble_since", "gone_since"):
            _typed(str, known.get(name, ""))
        for name in ("stale", "odd"):
            _typed(bool, known.get(name, False))
        return cls(**known, emitted=emitted)


@dataclass(frozen=True)
class WatchState:
    """All of it. ``stream`` names this watch: with ``sequence``, the number of the last event, it makes up event ids.

    ``started``: a whole list was seen, so the baseline is taken. ``expiry``: the health of the pair's dates when it was
    last looked at. ``refused``: the pair is refused. ``down_since``: since when the API gives no usable answer.
    """

    stream: str
    sequence: int = 0
    started: bool = False
    expiry: str | None = None
    refused: bool = False
    down_since: str | None = None
    monitorings: Mapping[int, Watched] = field(default_factory=dict)

    def numbered(self) -> WatchState:
        """The state after one more event."""
        return replace(self, sequence=self.sequence + 1)

    @property
    def event_id(self) -> str:
        """The id of the event with the present number: another for each event, and the same whenever it is asked."""
        return str(uuid.uuid5(uuid.UUID(hex=self.stream), str(self.sequence)))

    def as_dict(self) -> dict[str, Any]:
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        known = {str(number): watched.as_dict() for number, watched in self.monitorings.items()}
        return {**values, "schema_version": STATE_VERSION, "monitorings": known}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> WatchState:
        """Raises :class:`ValueError` for what is none: a watch that starts anew would emit events twice, or never."""
        if found.get("schema_version") != STATE_VERSION:
            raise ValueError(f"it is not of the schema version {STATE_VERSION}")
        try:
            known = {name: value for name, value in found.items() if name != "schema_version"}
            monitorings = {int(number): Watched.from_dict(each) for number, each in known.pop("monitorings").items()}
            state = cls(**known, monitorings=monitorings)
            state._check()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("it is damaged") from error
        return state

    def _check(self) -> None:
        if not _STREAM.fullmatch(_typed(str, self.stream)) or _typed(int, self.sequence) < 0:
            raise ValueError(self.stream)
        for value in (self.started, self.refused):
            _typed(bool, value)
        for text in (self.expiry, self.down_since):
            _typed(str, text or "")


def _typed(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(value)
    return value
