# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From one poll of the monitorings to the next: what happened, each thing emitted once.

Private to this collection: may change without notice.

Decisions that the code follows:

* Only changes make events. The first poll is the baseline. It emits nothing, unless the user asks for what is wrong
  already. A monitoring that turns up later makes an event if it is in trouble.
* What the API leaves out (a state, a last execution) is not known, which is no change.
* A monitoring that the API shows older than it was seen already, as behind a cache, changes nothing.
* A run is known by its id, else by its date. The last runs are remembered, so that one that turns up late is emitted,
  and none is emitted again.
* A monitoring is in trouble while it is enabled and its state is not ``OK`` or it is stale. ``recovered`` ends the
  trouble: its state is ``OK``, and it is fresh.
* Playbooks get events as extra variables, and text in those is a template. What the API says comes from outside: so the
  marks of a template are pulled apart in it.
* Whether the pair gets a token, and whether the API answers at all, are two things: a refused pair is both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from ..credentials.expiry import Expiry
from ..dates import instant_from_epoch_ms, iso_utc
from ..monitorings.freshness import Freshness, assess_freshness
from .state import Watched, WatchState

EVENT_VERSION = "1"
MONITORING_EVENTS = ("state_changed", "report_added", "stale", "recovered")
EVENT_TYPES = (*MONITORING_EVENTS, "credential_expiring", "credential_refused", "health")

_RUNS_REMEMBERED = 8
_FORGOTTEN_AFTER = timedelta(days=30)  # that the list leaves a monitoring out may be a mistake of the API
_RUN_OVERDUE_AFTER = timedelta(hours=1)
_URGENCY = {"ok": 0, "unknown": 0, "warning": 1, "critical": 2, "expired": 3}
# "#jinja2:" at the beginning gives a template other marks, whatever these are.
_MARK_OF_A_TEMPLATE = re.compile(r"\{(?=[{%#])|\A#(?=jinja2:)")

Event = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A run of a monitoring. ``date``: milliseconds since 1970. ``id``: None where the API gives none."""

    id: str | None
    date: int
    failed: bool
    metrics: Mapping[str, float | None]

    @property
    def key(self) -> str:
        return self.id or str(self.date)


@dataclass(frozen=True)
class Snapshot:
    """A monitoring as the API shows it now. ``runs``: those since the last ones emitted; None if nobody asked.

    ``odd``: the answer on its runs was not usable, while those on other monitorings were.
    """

    id: int
    name: str
    url: str | None
    state: str | None
    error_message: str
    enabled: bool
    frequency: object
    last_execution: int | None
    runs: Sequence[Run] | None = None
    odd: bool = False


@dataclass(frozen=True)
class Observation:
    """A part of a poll, or its end.

    * ``listed``: the ids of the whole list, once all of its monitorings were observed.
    * ``failure``: why the poll ended early, as ``failure`` and ``msg`` of a failed task.
    * ``pair_refused``: it ended because the pair gets no token.
    * ``expiry``: the expiry of the pair by its dates.
    """

    snapshots: Sequence[Snapshot] = ()
    listed: frozenset[int] | None = None
    failure: Mapping[str, Any] | None = None
    pair_refused: bool = False
    expiry: Expiry | None = None


@dataclass(frozen=True)
class Rules:
    """What is to be emitted. ``client_id``: of the pair, for its events."""

    types: frozenset[str] = frozenset(EVENT_TYPES)
    emit_initial: bool = False
    stale_factor: float = 2.0
    client_id: str | None = None


def observe(
    state: WatchState, observation: Observation, now: datetime, rules: Rules
) -> tuple[WatchState, tuple[Event, ...]]:
    """What is known after the observation, and the events that it makes, in their order."""
    news = _News(state, now, rules)
    if observation.expiry is not None:
        _observe_expiry(news, observation.expiry)
    monitorings = dict(state.monitorings)
    for snapshot in observation.snapshots:
        monitorings[snapshot.id] = _observe_monitoring(news, state.monitorings.get(snapshot.id), snapshot)
    news.state = replace(news.state, monitorings=monitorings)
    if observation.failure is not None:
        _observe_failure(news, observation.failure, observation.pair_refused)
    if observation.listed is not None:
        _end_good_poll(news, observation.listed)
    return news.state, tuple(news.events)


def settled_until(state: WatchState, snapshot: Snapshot) -> int | None:
    """The moment (milliseconds since 1970) after which the runs of a watched monitoring are of interest; None: all."""
    return state.monitorings[snapshot.id].floor


def runs_wanted(state: WatchState, snapshot: Snapshot) -> bool:
    """Whether the list knows of a run that was not read yet. Of the baseline, none is."""
    known = state.monitorings.get(snapshot.id)
    return known is not None and snapshot.last_execution is not None and snapshot.last_execution > (known.read_to or 0)


@dataclass
class _News:
    """The events of one observation, as they come about."""

    state: WatchState
    now: datetime
    rules: Rules
    events: list[Event] = field(default_factory=list)

    def emit(self, kind: str, **what: Any) -> None:
        if kind not in self.rules.types:
            return
        self.state = self.state.numbered()
        number = self.state.event_id
        self.events.append(
            {
                "type": kind,
                "id": number,
                "stream": self.state.stream,
                "sequence": self.state.sequence,
                "observed_at": iso_utc(self.now),
                "schema_version": EVENT_VERSION,
                **_without_templates(what),
                "meta": {"uuid": number},
            }
        )


def _without_templates(value: Any) -> Any:
    """The same with a space within each ``{{``, ``{%`` and ``{#``, and within ``#jinja2:`` at its beginning."""
    if isinstance(value, str):
        return _MARK_OF_A_TEMPLATE.sub(r"\g<0> ", value)
    if isinstance(value, Mapping):
        return {name: _without_templates(item) for name, item in value.items()}
    return value


# --- a monitoring -----------------------------------------------------------------------------------------------------


def _observe_monitoring(news: _News, known: Watched | None, snapshot: Snapshot) -> Watched:
    before = _baseline(snapshot, news.now) if known is None else known
    if snapshot.last_execution is None:
        snapshot = replace(snapshot, last_execution=before.last_execution)
    elif snapshot.last_execution < (before.last_execution or 0):
        snapshot = replace(snapshot, last_execution=before.last_execution, state=before.state)
    freshness = _freshness(snapshot, news)
    about = _about(snapshot, freshness)
    silent = known is None and not (news.state.started or news.rules.emit_initial)
    after = _observe_runs(news, before, snapshot, about)
    after = _observe_state(news, after, snapshot, about, silent)
    after = _observe_trouble(news, after, snapshot, freshness, about, silent)
    return replace(after, last_execution=snapshot.last_execution, gone_since=None)


def _baseline(snapshot: Snapshot, now: datetime) -> Watched:
    """Runs from before it are no news; without a last one, a day is allowed for clocks that differ."""
    last = snapshot.last_execution
    floor = int((now - timedelta(days=1)).timestamp() * 1000) if last is None else last
    return Watched(floor=floor, read_to=last)


def _freshness(snapshot: Snapshot, news: _News) -> Freshness:
    last = _instant(snapshot.last_execution)
    return assess_freshness(last, snapshot.frequency, snapshot.enabled, news.now, news.rules.stale_factor)


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else instant_from_epoch_ms(milliseconds)


def _about(snapshot: Snapshot, freshness: Freshness) -> Event:
    """The monitoring as each of its events shows it."""
    last = _instant(snapshot.last_execution)
    return {
        "id": snapshot.id,
        "name": snapshot.name,
        "url": snapshot.url,
        "state": snapshot.state,
        "error_message": snapshot.error_message,
        "enabled": snapshot.enabled,
        "frequency": snapshot.frequency,
        "last_execution": None if last is None else iso_utc(last),
        "age_seconds": freshness.age_seconds,
        "stale": freshness.stale,
    }


def _observe_runs(news: _News, before: Watched, snapshot: Snapshot, about: Event) -> Watched:
    if "report_added" not in news.rules.types:  # whoever asks for them one day gets those from then on
        last = max((snapshot.last_execution or 0, before.floor or 0, *(date for date, _key in before.emitted))) or None
        return replace(before, floor=last, emitted=(), read_to=last)
    if snapshot.runs is None:
        return replace(before, odd=before.odd or snapshot.odd)
    known = {key for _date, key in before.emitted}
    new = {run.key: run for run in snapshot.runs if run.key not in known and run.date > (before.floor or 0)}
    in_order = sorted(new.values(), key=lambda run: (run.date, run.key))
    for run in in_order:
        report = {"id": run.id, "date": iso_utc(instant_from_epoch_ms(run.date)), "failed": run.failed}
        news.emit("report_added", monitoring=about, report={**report, "metrics": dict(run.metrics)})
    emitted = sorted((*before.emitted, *((run.date, run.key) for run in in_order)))
    settled, kept = emitted[:-_RUNS_REMEMBERED], emitted[-_RUNS_REMEMBERED:]
    floor = settled[-1][0] if settled else before.floor
    read_to = _read_to(news, before, snapshot, kept)
    return replace(before, emitted=tuple(kept), floor=floor, read_to=read_to, odd=False)


def _read_to(news: _News, before: Watched, snapshot: Snapshot, emitted: Sequence[tuple[int, str]]) -> int | None:
    """A run that the list knows of, and the reports do not yet, is asked for again; but not for ever."""
    last = snapshot.last_execution
    if last is None:
        return before.read_to
    is_there = bool(emitted) and emitted[-1][0] >= last
    overdue = news.now - instant_from_epoch_ms(last) > _RUN_OVERDUE_AFTER
    return last if is_there or overdue else before.read_to


def _observe_state(news: _News, before: Watched, snapshot: Snapshot, about: Event, silent: bool) -> Watched:
    if snapshot.state is None or _same(snapshot.state, before.state):
        return before
    appears = before.state is None
    if not silent and not (appears and _is_ok(snapshot.state)):
        direction = _direction(before.state or "OK", snapshot.state)
        change = {"from": before.state, "to": snapshot.state, "direction": direction}
        news.emit("state_changed", monitoring=about, **change)
    return replace(before, state=snapshot.state)


def _direction(before: str, after: str) -> str:
    """Into which trouble, or out of it; ``other`` is a trouble that became another one."""
    if _is_ok(after):
        return "good"
    return "bad" if _is_ok(before) else "other"


def _same(state: str, other: str | None) -> bool:
    return other is not None and state.upper() == other.upper()


def _is_ok(state: str) -> bool:
    return state.upper() == "OK"


def _observe_trouble(
    news: _News, before: Watched, snapshot: Snapshot, freshness: Freshness, about: Event, silent: bool
) -> Watched:
    if not snapshot.enabled:  # nobody expects it to run
        return replace(before, stale=False)
    stale = before.stale if freshness.stale is None else freshness.stale
    if stale and not before.stale and not silent:
        news.emit("stale", monitoring=about)
    in_trouble = stale or (before.state is not None and not _is_ok(before.state))
    since = before.trouble_since
    if in_trouble:
        since = since or iso_utc(news.now)
    elif since is not None:
        news.emit("recovered", monitoring=about, trouble_since=since)
        since = None
    return replace(before, stale=stale, trouble_since=since)


# --- the pair and the API ---------------------------------------------------------------------------------------------


def _observe_expiry(news: _News, expiry: Expiry) -> None:
    before = news.state.expiry
    silent = before is None and not news.rules.emit_initial
    if _URGENCY[expiry.health] > _URGENCY[before or "ok"] and not silent:
        news.emit("credential_expiring", credential={"client_id": news.rules.client_id, **expiry.as_dict()})
    news.state = replace(news.state, expiry=expiry.health)


def _observe_failure(news: _News, failure: Mapping[str, Any], pair_refused: bool) -> None:
    if pair_refused and not news.state.refused:
        news.emit("credential_refused", credential={"client_id": news.rules.client_id}, failure=dict(failure))
        news.state = replace(news.state, refused=True)
    if news.state.down_since is None:
        since = iso_utc(news.now)
        news.emit("health", health={"status": "down", "down_since": since, "failure": dict(failure)})
        news.state = replace(news.state, down_since=since)


def _end_good_poll(news: _News, listed: Iterable[int]) -> None:
    since = news.state.down_since
    if since is not None:
        news.emit("health", health={"status": "up", "down_since": since, "failure": None})
    kept = _without_forgotten(news.state.monitorings, set(listed), news.now.date())
    news.state = replace(news.state, started=True, refused=False, down_since=None, monitorings=kept)


def _without_forgotten(monitorings: Mapping[int, Watched], listed: set[int], today: date) -> dict[int, Watched]:
    kept = {}
    for number, watched in monitorings.items():
        since = None if number in listed else watched.gone_since or today.isoformat()
        if since is None or today - date.fromisoformat(since) <= _FORGOTTEN_AFTER:
            kept[number] = watched if since == watched.gone_since else replace(watched, gone_since=since)
    return kept
