# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call: a slot, a POST, and retries for what may pass by itself.

Private to this collection: may change without notice.

Source: API reference, section 4 (errors and limits).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .. import errors
from ..settings import Connection
from ..stores.slots import Slots
from .response import Answer
from .session import Http

_RETRIED_STATUS = frozenset({429, 502, 503, 504})
_TOO_MANY_CALLS = "CONCURRENT_API_CALL"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0  # seconds


class Transport:
    """Posts JSON and gives back whole answers, or raises a :class:`~.errors.SpeedlabError`.

    Safe to use from several threads.
    """

    def __init__(self, connection: Connection, slots: Slots) -> None:
        self._http = Http(connection)
        self._retry_timeout = connection.retry_timeout
        self._slots = slots
        self._here = threading.local()

    @property
    def clock_difference(self) -> float | None:
        """Seconds that this machine is ahead of the server, at the last answer."""
        return self._http.clock_difference

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Nothing that this thread posts meanwhile is retried."""
        self._here.impatient = True
        try:
            yield
        finally:
            self._here.impatient = False

    def look_at_clock(self, url: str) -> None:
        self._http.look_at_clock(url)

    def proxy_host(self, url: str) -> str | None:
        return self._http.proxy_host(url)

    def post(
        self,
        url: str,
        body: Mapping[str, Any],
        *,
        slot: str,
        secrets: tuple[str, ...],
        bearer: str | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Post ``body``; retry within ``retry_timeout`` what may pass by itself.

        A call that is not ``repeatable`` is retried only where it surely did nothing yet.
        The slot is given up before each pause. The answer may well be a refusal: the caller judges it.
        """
        attempt, spent = 0, 0.0  # seconds spent on retries; waiting for a slot is not among them
        while True:
            try:
                with self._slots.hold(slot):
                    started = time.monotonic()
                    answer = self._http.post(url, body, bearer)
                failure = _passing_failure(answer, secrets, repeatable)
                if failure is None:
                    return answer
                wanted = answer.retry_after
            except errors.TransportError as error:
                failure, wanted = _judged(error, repeatable), None
            if attempt:
                spent += time.monotonic() - started
            pause = _pause(attempt, wanted)
            if not failure.retryable or getattr(self._here, "impatient", False) or spent + pause > self._retry_timeout:
                raise failure from None
            time.sleep(pause)
            attempt, spent = attempt + 1, spent + pause


def _passing_failure(answer: Answer, secrets: tuple[str, ...], repeatable: bool) -> errors.SpeedlabError | None:
    """The failure that this answer means if it may pass by itself, else None."""
    if answer.token_expired:  # whatever the status, only another token helps
        return None
    where: dict[str, Any] = {"status": answer.status, "endpoint": answer.url}
    if answer.status == 429 or answer.error_code == _TOO_MANY_CALLS:
        asked = "" if answer.retry_after is None else f"; it asks for a pause of {answer.retry_after:.0f} seconds"
        return errors.RateLimited(f"The API says there are too many calls{answer.said(secrets)}{asked}", **where)
    if answer.status not in _RETRIED_STATUS:
        return None
    if not repeatable:
        return errors.FateUnknown(f"The API failed while it was writing{answer.said(secrets)}", **where)
    kind = "" if answer.body is not None else ", with a page that is not JSON"
    return errors.ServiceUnavailable(f"The API is not available{answer.said(secrets)}{kind}", **where)


def _judged(error: errors.TransportError, repeatable: bool) -> errors.TransportError:
    if repeatable or error.surely_not_sent:
        return error
    return errors.FateUnknown(f"{error.what}, after the request to write was sent", endpoint=error.endpoint)


def _pause(attempt: int, wanted: float | None) -> float:
    """Seconds to the next try: exponential with jitter, but never less than the server asks for."""
    longest = min(_FIRST_PAUSE * 2.0 ** min(attempt, 10), _LONGEST_PAUSE)
    return max(wanted or 0.0, random.uniform(longest / 2, longest))
