# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an event can be linked with: monitorings and scenarios, by id or name.

Private to this collection: may change without notice.

Source: API reference, section 8.1: where the API lists events without their links, only its lists of the events of one
monitoring, or of one scenario, tell them.
"""

from __future__ import annotations

import difflib
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..._client.client import Client
from ..._client.concurrency import in_parallel
from ..._client.endpoints import Json, Lab
from ..._client.errors import NotFound, SettingsError, SpeedlabError
from ..._core.events.model import NO_IDS, Ids
from .events import of_this_key
from .progress import every_now_and_then
from .reports import Batch, raise_if_nothing_was_read


@dataclass(frozen=True)
class Kind:
    """Monitorings or scenarios. ``events``: those of a key (empty: of any) after a date that one of them has."""

    option: str
    noun: str
    listed: Callable[[Lab], list[Json]]
    events: Callable[[Lab, str, str | None, int], list[Json]]


MONITORINGS = Kind(
    "monitorings",
    "monitoring",
    lambda lab: lab.monitorings(),
    lambda lab, key, date_from, number: lab.events(key=key, date_from=date_from, monitoring_id=number),
)
SCENARIOS = Kind(
    "scenarios",
    "scenario",
    lambda lab: lab.scenarios(),
    lambda lab, key, date_from, number: lab.events(key=key, date_from=date_from, scenario_id=number),
)


def checked_names(names: Sequence[str] | None, kind: Kind) -> None:
    """Raises :class:`SettingsError` for what can be no name and no id."""
    if any(not name.strip() for name in names or ()):
        raise SettingsError(f"{kind.option} holds an empty name")


class Catalogue:
    """All monitorings of the project, or all scenarios; listed once, when first needed."""

    def __init__(self, kind: Kind, client: Client) -> None:
        self._kind = kind
        self._client = client

    @cached_property
    def _names(self) -> dict[int, str]:
        return {item["id"]: _plain(str(item.get("name") or "")) for item in self._kind.listed(self._client.lab)}

    def ids(self, wanted: Sequence[str] | None) -> Ids | None:
        """The ids of names or ids; None where none were given. Raises an error for one that is not there."""
        return None if wanted is None else frozenset(self._id(text.strip()) for text in wanted)

    def _id(self, text: str) -> int:
        if text.isascii() and text.isdigit() and int(text) in self._names:
            return int(text)
        found = [number for number, name in self._names.items() if name in (text, _plain(text))]
        if len(found) > 1:
            ids = ", ".join(str(number) for number in sorted(found))
            raise SettingsError(
                f'{self._kind.option}: several {self._kind.option} are called "{text}": {ids}',
                hint="Name the right one by its id; nothing was written.",
            )
        if not found:
            raise NotFound(
                f'{self._kind.option}: no {self._kind.noun} of the project is called "{text}" or has this id',
                hint=self._suggestion(text),
            )
        return found[0]

    def _suggestion(self, text: str) -> str:
        similar = difflib.get_close_matches(text, self._names.values(), n=3)
        if not similar:
            return f"contentsquare.speedlab.speedlab_{self._kind.noun}_info lists them all; nothing was written."
        return f"Similar: {', '.join(similar)}. Nothing was written."

    def showing(self, key: str, *, wanted: Ids | None) -> Ids:
        """The ids of those that show events of this key; makes a call for each of them.

        Whether a global event shows everywhere or nowhere is not documented. So one that shows everywhere is taken for
        a global one, unless links were ``wanted``. A list that cannot be read fails where nothing is ``wanted``: the
        links are to be kept then, and one might be lost. Else that link is taken to be as wanted, with a warning.
        """
        numbers = sorted(self._names)
        batch = Batch(self._client)

        def shows(number: int) -> bool | SpeedlabError:
            found = batch.read(lambda: self._kind.events(self._client.lab, key, None, number))
            return found if isinstance(found, SpeedlabError) else bool(of_this_key(found, key))

        done = every_now_and_then(self._client.reporter.progress, f"Reading the events of {self._kind.option}")
        found = in_parallel(shows, numbers, self._client.settings.connection.concurrency, done)
        raise_if_nothing_was_read(found)
        unread = {number: each for number, each in zip(numbers, found) if isinstance(each, SpeedlabError)}
        if unread:
            self._tell_unread(unread, wanted)
        if all(found) and not wanted:
            return NO_IDS
        shown = {number for number, each in zip(numbers, found) if each is True}
        return frozenset(shown | (unread.keys() & (wanted or NO_IDS)))

    def _tell_unread(self, unread: Mapping[int, SpeedlabError], wanted: Ids | None) -> None:
        first = next(iter(unread.values()))
        if wanted is None:
            raise first
        which = ", ".join(str(number) for number in unread)
        self._client.reporter.warn(
            f"The events of these {self._kind.option} cannot be read, so their links are taken to be as wanted:"
            f" {which}. {first.message}"
        )


def _plain(name: str) -> str:
    """A name as speedlab_monitoring_info and speedlab_scenario_info show it."""
    return html.unescape(name).strip()
