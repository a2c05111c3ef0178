# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing and deleting events, with a look at what became of it where the answer does not tell.

Private to this collection: may change without notice.

Source: API reference, sections 4.1 (never repeat a create blindly) and 8. What a second create of a key does, and
whether a deletion takes all events of a key, is not documented: the lists have the last word.
"""

from __future__ import annotations

from collections.abc import Callable

from ..._client.client import Client
from ..._client.errors import ApiError, BadAnswer, FateUnknown, SpeedlabError
from ..._core.events.model import Event
from .dates import api_text, now_of_api
from .events import events_of

_TRIES = 3


def create_event(client: Client, event: Event, text: str, arrived: Callable[[Event], bool]) -> None:
    """Write an event whose key is free. ``arrived``: whether an event of this key is the one that was to be written.

    ``text`` is what the user wrote. A create without an answer is looked up before it is repeated.
    """

    def create() -> None:
        client.lab.create_event(
            event.key,
            text,
            api_text(event.date or now_of_api(client)),
            monitorings=sorted(event.monitorings or ()),
            scenarios=sorted(event.scenarios or ()),
        )

    problem = None
    for _attempt in range(_tries(client)):
        problem = _problem(create)
        if problem is None or any(arrived(found) for found in _looked_up(client, event.key, problem)):
            return
        if not isinstance(problem, FateUnknown):
            raise problem
    if problem is not None:
        raise FateUnknown(
            f"{problem.what}; looked up afterwards, the event {event.key} is not there",
            hint="Run the task again: it looks first, so it makes no second event.",
            status=problem.status,
            endpoint=problem.endpoint,
        )


def delete_events(client: Client, key: str, count: int) -> None:
    """Delete all ``count`` events of a key: one call may take all of them, or one."""
    problem = None
    for _attempt in range(count + _tries(client) - 1):
        problem = _problem(lambda: client.lab.delete_event(key))
        if not _looked_up(client, key, problem):
            return
        if problem is not None and not problem.maybe_written:
            raise problem
    raise problem or ApiError(
        f"The API has accepted to delete the event {key}, and lists it still",
        hint="Run the task again in a minute; if it stays so, tell Contentsquare.",
    )


def _problem(write: Callable[[], object]) -> SpeedlabError | None:
    """What went wrong with a write, if it is something that a look at the events can clear up."""
    try:
        write()
    except (ApiError, BadAnswer, FateUnknown) as error:
        return error
    return None


def _tries(client: Client) -> int:
    """How often a write is tried; once only for those who want no retries."""
    return _TRIES if client.settings.connection.retry_timeout else 1


def _looked_up(client: Client, key: str, problem: SpeedlabError | None) -> list[Event]:
    """The events of the key; the problem of the write where they cannot be read either."""
    try:
        return events_of(client, key)
    except SpeedlabError:
        if problem is None:
            raise
        raise problem from None
