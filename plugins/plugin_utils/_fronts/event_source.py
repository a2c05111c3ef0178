# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source for ansible-rulebook: the watch over monitorings within an event loop.

Private to this collection: may change without notice.

Whatever may block, the API and the disk, runs in threads. When an event counts as taken:

* With ``feedback``, once the rule engine says so.
* Else once it has left the queue. ansible-rulebook evaluates an event in the same step in which it takes it out.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible.release import __version__ as ansible_version

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client, Reporter
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import FileNotWritten, SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.watch.judge import (
    Event,
    Observation,
    observe,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._secrets import register_secrets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.dates import now_of_api
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch.journal import Journal
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch.poll import (
    OPTIONS,
    Plan,
    default_state_file,
    plan_from,
    poll,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.arguments import WrongArguments, typed

logger = logging.getLogger("contentsquare.speedlab.monitorings")

_FEEDBACK_QUEUE = "eda_feedback_queue"  # so ansible-rulebook names it among the arguments
_JITTER = 0.1  # of the interval, so that many sources do not ask at the same moment
_QUEUE_CHECK = 0.01  # seconds between two checks of the queue
_BUSY_AFTER = 5.0  # seconds after which a queue that others keep full is not waited for any longer
_FEEDBACK_AFTER = 60.0  # seconds within which the rule engine says that it took an event
_HANDED_OVER_AT_MOST = 3  # times, where no word of that comes
_CLIENT_LIFE = 3600.0  # seconds; as long as a token, so that a new client costs nothing and what it keeps stays small

Result = TypeVar("Result")


async def watch(queue: Any, arguments: Mapping[str, Any]) -> None:
    """Put events into ``queue`` until this is cancelled. Raises :class:`SettingsError`."""
    given = dict(arguments)
    feedback = given.pop(_FEEDBACK_QUEUE, None)
    session = await in_thread(lambda: Session.opened(given, os.environ))
    delivery = Delivery(session.journal, queue, feedback)
    logger.info("Watching; the state is kept in %s", session.journal.path)
    try:
        while True:
            await delivery.deliver()
            await _one_poll(session, delivery)
            await asyncio.sleep(session.plan.interval * random.uniform(1 - _JITTER, 1 + _JITTER))
    finally:
        session.journal.close()


async def _one_poll(session: Session, delivery: Delivery) -> None:
    parts = await in_thread(session.poll)
    try:
        while await in_thread(lambda: session.see(parts)):
            await delivery.deliver()
    except FileNotWritten as problem:  # what cannot be kept is not emitted; the next poll finds it anew
        logger.error("%s", problem.message)  # noqa: TRY400 - the reason is all that helps


# --- polling ----------------------------------------------------------------------------------------------------------


@dataclass
class Session:
    """A plan under way, for one thread at a time."""

    plan: Plan
    journal: Journal
    client: Client
    client_until: float

    @classmethod
    def opened(cls, arguments: Mapping[str, Any], environ: Mapping[str, str]) -> Session:
        """Everything checked before the first request. Raises :class:`SettingsError`."""
        try:
            options, secrets = typed(argument_spec(OPTIONS), arguments, environ)
        except WrongArguments as wrong:
            raise SettingsError(f"Unsupported option: {wrong}" if wrong.unsupported else str(wrong)) from None
        plan = plan_from(options, environ, ansible_version)
        register_secrets({*secrets, *plan.settings.secrets})
        if plan.state_file:
            journal = Journal(plan.state_file)
        else:
            state_file = default_state_file(plan, environ)
            if state_file.problem:
                _warn(
                    f"The state is kept in {state_file.path}, because {state_file.problem}. Set state_file to a path"
                    " that lasts, or each restart begins with a new baseline."
                )
            journal = Journal.in_own_folder(state_file.path)
        try:
            client = Client(plan.settings, Reporter(warn=_warn))
        except BaseException:
            journal.close()
            raise
        return cls(plan, journal, client, time.monotonic() + _CLIENT_LIFE)

    def poll(self) -> Iterator[Observation]:
        if time.monotonic() > self.client_until:
            self.client = Client(self.plan.settings, Reporter(warn=_warn))
            self.client_until = time.monotonic() + _CLIENT_LIFE
        return poll(self.plan, self.client, self.journal.state)

    def see(self, parts: Iterator[Observation]) -> bool:
        """Read the next part of a poll and keep its events; False at its end."""
        part = next(parts, None)
        if part is None:
            return False
        # The API's clock: what it dates itself has to fit, and a jump of this machine's must not call all things stale.
        state, events = observe(self.journal.state, part, now_of_api(self.client), self.plan.rules)
        self.journal.record(state, events)
        return True


def _warn(text: str) -> None:
    logger.warning("%s", text)


# --- handing over -----------------------------------------------------------------------------------------------------


class Delivery:
    """Hands over what waits in the journal, in its order, and crosses out what was taken."""

    def __init__(self, journal: Journal, queue: Any, feedback: asyncio.Queue[Any] | None) -> None:
        self._journal = journal
        self._queue = queue
        self._inner = getattr(queue, "queue", queue)  # ansible-rulebook wraps it up with the event filters
        self._feedback = feedback
        self._unsure: Event | None = None  # handed over, and not yet seen to be taken

    async def deliver(self) -> None:
        """Return once all that waits is handed over. The last event may still be in the queue."""
        if self._unsure is not None and await self._left_the_queue():
            await self._cross_out(self._unsure)
        handed_over = self._unsure["sequence"] if self._unsure is not None else 0
        for event in [each for each in self._journal.waiting if each["sequence"] > handed_over]:
            if self._feedback is None:
                await self._hand_over(event)
            else:
                await self._hand_over_and_hear(event, self._feedback)

    async def _hand_over(self, event: Event) -> None:
        await self._queue.put(copy.deepcopy(event))  # event filters change what they are given
        if self._unsure is not None and self._inner.maxsize == 1:
            await self._cross_out(self._unsure)  # else there were no room for the next one
        self._unsure = event
        if await self._left_the_queue():
            await self._cross_out(event)

    async def _left_the_queue(self) -> bool:
        """Wait until the queue is empty; not for ever, as other sources may keep it full."""
        until = time.monotonic() + _BUSY_AFTER
        await asyncio.sleep(0)  # whoever waits for an event has it by then
        while not self._inner.empty():
            if time.monotonic() > until:
                return False
            await asyncio.sleep(_QUEUE_CHECK)
        return True

    async def _hand_over_and_hear(self, event: Event, feedback: asyncio.Queue[Any]) -> None:
        for _each in range(_HANDED_OVER_AT_MOST):
            await self._queue.put(copy.deepcopy(event))
            if await self._heard(event, feedback):
                break
        else:
            logger.error(
                "The rule engine does not confirm event %s (%s), which is passed over", event["id"], event["type"]
            )
        await self._cross_out(event)

    async def _heard(self, event: Event, feedback: asyncio.Queue[Any]) -> bool:
        """Wait for the word of the rule engine; False where it took the event out of the queue without one."""
        while True:
            try:
                heard = await asyncio.wait_for(feedback.get(), _FEEDBACK_AFTER)
            except asyncio.TimeoutError:
                if self._inner.empty():
                    return False
            else:
                if heard["meta"]["uuid"] == event["id"]:
                    return True

    async def _cross_out(self, event: Event) -> None:
        self._unsure = None
        try:
            await in_thread(lambda: self._journal.cross_out(event))
        except FileNotWritten as problem:
            logger.error("%s", problem.message)  # noqa: TRY400 - after a restart the event comes again, with its id


async def in_thread(function: Callable[[], Result]) -> Result:
    """What a function gives that may block. Its thread is a daemon: whoever is cancelled does not wait for it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(settled: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            settled(value)

    def work() -> None:
        outcome: tuple[Callable[[Any], None], Any]
        try:
            outcome = (future.set_result, function())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits, which raises it
            outcome = (future.set_exception, error)
        with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=work, name="speedlab-watch", daemon=True).start()
    return await future
