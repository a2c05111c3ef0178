# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_event_info.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.endpoints import Json
from .._client.errors import SpeedlabError
from .._core.dates import EPOCH
from .._core.events.model import Event, age_order, decoded, matches, read_event
from ._support.dates import api_text
from ._support.events import event_result
from ._support.links import MONITORINGS, SCENARIOS, Catalogue, Kind, checked_names
from ._support.periods import interval_of
from ._support.presentation import to_result
from ._support.progress import every_now_and_then
from ._support.reports import Batch, raise_if_nothing_was_read
from ._support.task import Options, Outcome, Result, Task

OPTIONS: dict[str, Any] = {
    "key": {"type": "str", "no_log": False},
    "key_pattern": {"type": "str", "no_log": False},
    "monitorings": {"type": "list", "elements": "str"},
    "scenarios": {"type": "list", "elements": "str"},
    "date_from": {"type": "raw"},
    "date_to": {"type": "raw"},
    "query": {"type": "str"},
}


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    first, last = interval_of(options)
    for kind in (MONITORINGS, SCENARIOS):
        checked_names(options[kind.option], kind)
    listed, unread = _rows(options, client, first)
    rows = [(read_event(row), row) for row in listed]
    found = [(event, row) for event, row in rows if _wanted(event, options, first, last)]
    found.sort(key=lambda each: age_order(each[0]), reverse=True)
    events = [{**to_result(row, redact=True), **event_result(event)} for event, row in found]
    return Outcome({"events": events, "unread": unread, "summary": _summary([event for event, _row in found])})


def _rows(options: Options, client: Client, first: datetime | None) -> tuple[list[Json], list[Result]]:
    """What the API lists. "After" a date may leave out what has this very date, so it is asked for a second more.

    Beside it, of which monitorings and scenarios the events could not be read.
    """
    key = options["key"] or ""
    date_from = None if first is None else api_text(max(first, EPOCH) - timedelta(seconds=1))
    if options["monitorings"] is None and options["scenarios"] is None:
        return client.lab.events(key=key, date_from=date_from), []
    lists = [
        (kind, number)
        for kind in (MONITORINGS, SCENARIOS)
        for number in sorted(Catalogue(kind, client).ids(options[kind.option]) or ())
    ]

    batch = Batch(client)

    def read(chosen: tuple[Kind, int]) -> list[Json] | SpeedlabError:
        kind, number = chosen
        return batch.read(lambda: kind.events(client.lab, key, date_from, number))

    done = every_now_and_then(client.reporter.progress, "Reading events")
    answers = in_parallel(read, lists, client.settings.connection.concurrency, done)
    raise_if_nothing_was_read(answers)
    unread = [
        {"id": number, "part": kind.noun, "code": answer.code, "reason": answer.what}
        for (kind, number), answer in zip(lists, answers)
        if isinstance(answer, SpeedlabError)
    ]
    for each in unread:
        client.reporter.warn(f"The events of {each['part']} {each['id']} are missing in the result: {each['reason']}.")
    return _merged([answer for answer in answers if not isinstance(answer, SpeedlabError)]), unread


def _merged(lists: list[list[Json]]) -> list[Json]:
    """The events of several lists, each once: an event has no id, and is in the list of everything it is linked with.

    One that is in a single list twice is a duplicate, and stays one.
    """
    merged: Counter[str] = Counter()
    for rows in lists:
        merged |= Counter(json.dumps(row, sort_keys=True) for row in rows)
    return [json.loads(text) for text in merged.elements()]


def _wanted(event: Event, options: Options, first: datetime | None, last: datetime | None) -> bool:
    key, pattern = options["key"], options["key_pattern"]
    if (key and event.key != decoded(key)) or (pattern and not matches(event.key, pattern)):
        return False
    if event.date is None:
        return first is None and last is None
    return (first is None or event.date >= first) and (last is None or event.date <= last)


def _summary(events: list[Event]) -> Result:
    counts = Counter(event.key for event in events)
    return {
        "total": len(events),
        "distinct_keys": len(counts),
        "duplicate_keys": sorted(key for key, count in counts.items() if count > 1),
    }


TASK = Task(name="speedlab_event_info", options=OPTIONS, run=run, replaced_by_query=("events",))
