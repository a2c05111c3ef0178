# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_event.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.errors import SettingsError, SpeedlabError, recorded
from .._core.events.deployments import PHASES, Deployment, Mark, NoRun, WrongKey, mark_of
from .._core.events.model import NO_IDS, Event, Ids, decoded, differs, read_event, selected
from .._core.redaction.urls import clean_for_publication
from ._support.dates import instant_option, now_of_api
from ._support.event_writes import create_event, delete_events
from ._support.events import event_result, events_of
from ._support.links import MONITORINGS, SCENARIOS, Catalogue, checked_names
from ._support.progress import every_now_and_then
from ._support.task import Options, Outcome, Task

OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "key": {"type": "str", "no_log": False},
    "text": {"type": "str"},
    "date": {"type": "raw"},
    "deployment": {
        "type": "dict",
        "options": {
            "phase": {"type": "str", "choices": list(PHASES), "default": "success"},
            "environment": {"type": "str"},
            "name": {"type": "str"},
            "version": {"type": "str"},
            "url": {"type": "str"},
            "run": {"type": "str"},
        },
    },
    "monitorings": {"type": "list", "elements": "str"},
    "scenarios": {"type": "list", "elements": "str"},
    "key_pattern": {"type": "str", "no_log": False},
    "older_than": {"type": "int"},
}

_MOST_DAYS = 36_500
_ROUNDS = 5  # of settling with other machines that write the same event at the same time


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    date = instant_option(options["date"], "date")
    for kind in (MONITORINGS, SCENARIOS):
        checked_names(options[kind.option], kind)
    if options["state"] == "present":
        return _Post(_mark(options), options, date, client).outcome(check_mode)
    _check_absent(options)
    return _absent(options, client, check_mode) if options["key"] else _pruned(options, client, check_mode)


# --- options ----------------------------------------------------------------------------------------------------------


def _mark(options: Options) -> Mark:
    """The key and the text to post."""
    for name in ("key_pattern", "older_than"):
        if options[name] is not None:
            raise SettingsError(f"{name} says which events to remove, so it goes with state: absent alone")
    if options["deployment"] is not None:
        return _mark_of_deployment(options)
    for name in ("key", "text"):
        if not _given(options[name]):
            raise SettingsError(f"{name} is needed with state: present, and not given or empty")
    return Mark(options["key"], clean_for_publication(options["text"]))


def _mark_of_deployment(options: Options) -> Mark:
    told = {name: _given(value) for name, value in options["deployment"].items()}
    deployment = Deployment(**told, key=_given(options["key"]), text=_given(options["text"]))
    try:
        return mark_of(deployment, os.environ)
    except NoRun as error:
        raise SettingsError(
            f"{error}. Set key (deployment_event_key in the role), such as deploy-2026-11-25",
            hint="It has to be another one for each deployment; no request was made and nothing was written.",
        ) from None
    except WrongKey as error:
        raise SettingsError(str(error), hint="Choose another key; no request was made.") from None


def _given(text: str | None) -> str:
    """The text as it was given; an empty one for what is not given, or is blank."""
    return text if text and text.strip() else ""


def _check_absent(options: Options) -> None:
    if options["deployment"] is not None:
        raise SettingsError("deployment says what to post, so it goes with state: present alone")
    pattern, age = options["key_pattern"], options["older_than"]
    if options["key"] and (pattern or age is not None):
        raise SettingsError("key goes with neither key_pattern nor older_than, since it names the event itself")
    if not options["key"] and not pattern and age is None:
        raise SettingsError("state: absent needs key, key_pattern or older_than: it does not remove all events")
    if pattern and age is None and not pattern.strip("*?"):
        raise SettingsError(f"key_pattern {pattern} alone would remove all events: older_than is needed with it")
    if age is not None and not 1 <= age <= _MOST_DAYS:
        raise SettingsError(f"older_than is {age}, but has to be from 1 to {_MOST_DAYS} days")


# --- present ----------------------------------------------------------------------------------------------------------


class _Post:
    """One event as the task wants it: what is not given is None, and not compared."""

    def __init__(self, mark: Mark, options: Options, date: datetime | None, client: Client) -> None:
        self._client = client
        self._text = mark.text
        self._named = (options["monitorings"], options["scenarios"])
        self._monitorings, self._scenarios = Catalogue(MONITORINGS, client), Catalogue(SCENARIOS, client)
        self._wanted = Event(mark.key, decoded(mark.text), date)

    def outcome(self, check_mode: bool) -> Outcome:
        monitorings, scenarios = self._named
        self._wanted = replace(
            self._wanted, monitorings=self._monitorings.ids(monitorings), scenarios=self._scenarios.ids(scenarios)
        )
        with nullcontext() if check_mode else self._client.named_lock(f"event {self._wanted.key}"):
            found = self._found()
            if len(found) == 1 and not differs(found[0], self._wanted):
                return _outcome(found, found[0])
            target = self._target(found) if check_mode else self._written(found)
        return _outcome(found, target, changed=True)

    def _found(self) -> list[Event]:
        """The events of the key. Of one that may be right, also the links, where they are not told but wanted."""
        found, wanted = events_of(self._client, self._wanted.key), self._wanted
        if len(found) != 1 or differs(found[0], wanted):
            return found
        (event,) = found
        if event.monitorings is None and wanted.monitorings is not None:
            event = replace(event, monitorings=self._monitorings.showing(event.key, wanted=wanted.monitorings))
        if event.scenarios is None and wanted.scenarios is not None:
            event = replace(event, scenarios=self._scenarios.showing(event.key, wanted=wanted.scenarios))
        return [event]

    def _target(self, found: list[Event]) -> Event:
        """What there is to be: as wanted, the rest as it is already, of several events as the oldest has it."""
        wanted = self._wanted
        return replace(
            wanted,
            date=wanted.date or _oldest_date(found) or now_of_api(self._client),
            monitorings=self._links(wanted.monitorings, [event.monitorings for event in found], self._monitorings),
            scenarios=self._links(wanted.scenarios, [event.scenarios for event in found], self._scenarios),
        )

    def _links(self, wanted: Ids | None, found: list[Ids | None], catalogue: Catalogue) -> Ids:
        if wanted is not None:
            return wanted
        known = [ids for ids in found if ids is not None]
        if len(known) == len(found):
            return NO_IDS.union(*known)
        return catalogue.showing(self._wanted.key, wanted=None)

    def _written(self, found: list[Event]) -> Event:
        """The event, written anew: the API can change none. Then a look whether another machine wrote it as well.

        All who meet try to mend it, each after another pause, so that the first one does and the others see it done.
        """
        target = self._target(found)
        for _round in range(_ROUNDS):
            self._replace(found, target)
            found = events_of(self._client, target.key)
            if not found:
                return target  # written, and not listed yet
            if len(found) > 1:
                time.sleep(random.uniform(0.1, 2.0))
                found = events_of(self._client, target.key)
            if len(found) == 1:
                return self._as_listed(found[0], target)
            target = replace(target, date=self._wanted.date or _oldest_date(found) or target.date)
        self._client.reporter.warn(
            f"There are {len(found)} events of the key {target.key}, since other machines write it at the same time."
            " Run the task again: it leaves one."
        )
        return target

    def _replace(self, found: list[Event], target: Event) -> None:
        if not found:
            create_event(self._client, target, self._text, self._arrived)
            return
        delete_events(self._client, target.key, len(found))
        try:
            create_event(self._client, target, self._text, self._arrived)
        except SpeedlabError as error:
            old = event_result(found[0])
            what = f"{error.what}. The event {target.key} as it was ({old['text']}, {old['date']}) is removed already"
            raise recorded({**error.record(), "what": what}) from None

    def _arrived(self, found: Event) -> bool:
        return not differs(found, self._wanted)

    def _as_listed(self, found: Event, target: Event) -> Event:
        """The event as it is there now, which should be the one that was written."""
        if differs(found, replace(self._wanted, monitorings=None, scenarios=None)):
            self._client.reporter.warn(
                f"The API lists the event {target.key} with another text or date than was written: it may keep less"
                " of it, or another machine wrote it too. Each run will write it anew."
            )
        return replace(target, text=found.text, date=found.date or target.date)


def _oldest_date(found: list[Event]) -> datetime | None:
    return min((event.date for event in found if event.date), default=None)


def _outcome(found: list[Event], event: Event, *, changed: bool = False) -> Outcome:
    before, after = [event_result(each) for each in found], event_result(event)
    diff = {"before": {"events": before}, "after": {"events": [after]}}
    return Outcome({"event": after, "removed": before[1:]}, changed=changed, diff=diff)


# --- absent -----------------------------------------------------------------------------------------------------------


def _absent(options: Options, client: Client, check_mode: bool) -> Outcome:
    with nullcontext() if check_mode else client.named_lock(f"event {options['key']}"):
        found = events_of(client, options["key"])
        if found and not check_mode:
            delete_events(client, options["key"], len(found))
    return _gone(found)


def _pruned(options: Options, client: Client, check_mode: bool) -> Outcome:
    events = [read_event(row) for row in client.lab.events()]
    age = options["older_than"]
    before = None if age is None else datetime.now(timezone.utc) - timedelta(days=age)
    chosen = selected(events, options["key_pattern"] or None, before)

    def delete(listed: list[Event]) -> list[Event]:
        key = listed[0].key
        with client.named_lock(f"event {key}"):
            found = events_of(client, key)
            if not selected(found, None, before):
                return []  # it is gone, or young again, since all events were listed
            delete_events(client, key, len(found))
            return found

    if not check_mode:
        done = every_now_and_then(client.reporter.progress, "Removing events")
        chosen = in_parallel(delete, chosen, client.settings.connection.concurrency, done)
    return _gone([event for events in chosen for event in events])


def _gone(found: list[Event]) -> Outcome:
    removed = [event_result(event) for event in found]
    diff = {"before": {"events": removed}, "after": {"events": []}}
    return Outcome({"event": None, "removed": removed}, changed=bool(found), diff=diff)


TASK = Task(name="speedlab_event", options=OPTIONS, run=run)
