# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The watch over monitorings: its options, and one poll of the API.

Private to this collection: may change without notice.

A poll only reads. It comes in parts, so that the events of a part can be handed over before the next one is read: after
a long outage there may be much to catch up on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from typing import Any

from ..._client.client import Client
from ..._client.concurrency import in_parallel
from ..._client.errors import SettingsError, SpeedlabError
from ..._client.settings import Pair, ReadyToken, Settings, refuse_stray, settings_from
from ..._client.stores.user_folders import Folder, refuse_unknown_home, user_folder
from ..._client.stray import stray_at_the_ends
from ..._core.credentials.expiry import Thresholds, assess_expiry
from ..._core.dates import instant_from_epoch_ms
from ..._core.monitorings.freshness import AHEAD_AT_MOST
from ..._core.numeric import number_given
from ..._core.watch.judge import (
    EVENT_TYPES,
    MONITORING_EVENTS,
    Observation,
    Rules,
    Run,
    Snapshot,
    runs_wanted,
    settled_until,
)
from ..._core.watch.state import WatchState
from ..._version import VERSION
from .._support.dates import api_instant, api_milliseconds, date_option, now_of_api
from .._support.periods import period_since
from .._support.presentation import api_enabled, decoded_name, to_result
from .._support.reports import Batch, measured
from .._support.task import Options

OPTIONS: dict[str, Any] = {
    "monitoring_id": {"type": "list", "elements": "int"},
    "name": {"type": "str"},
    "url": {"type": "str"},
    "events": {"type": "list", "elements": "str", "choices": list(EVENT_TYPES), "default": list(EVENT_TYPES)},
    "interval": {"type": "float", "default": 300.0},
    "emit_initial": {"type": "bool", "default": False},
    "stale_factor": {"type": "float", "default": 2.0},
    "state_file": {"type": "path"},
    "expires_on": {"type": "raw"},
    "created_on": {"type": "raw"},
    "warning_days": {"type": "int", "default": 30},
    "critical_days": {"type": "int", "default": 7},
    "lifetime_days": {"type": "int", "default": 365},
    "feedback": {"type": "bool", "default": False},
}

_SHORTEST_INTERVAL, _LONGEST_INTERVAL = 1.0, 86_400.0  # seconds
_READERS = 4  # threads at most: some slots are left for playbooks, and an event loop beside them gets its turn in time
_READ_AT_A_TIME = 50  # monitorings whose runs are read before their events are handed over


@dataclass(frozen=True)
class Selection:
    """Which monitorings are watched."""

    ids: frozenset[int] | None
    name: str
    url: str


@dataclass(frozen=True)
class Plan:
    """The checked options of a watch."""

    settings: Settings
    selection: Selection
    rules: Rules
    interval: float
    state_file: str | None
    expires_on: date | None
    created_on: date | None
    thresholds: Thresholds

    @property
    def reads_runs(self) -> bool:
        return "report_added" in self.rules.types


def plan_from(options: Options, environ: Mapping[str, str], ansible: str) -> Plan:
    """The checked plan of typed options. Raises :class:`SettingsError`; makes no request."""
    settings = settings_from(options, environ, f"contentsquare.speedlab/{VERSION} ansible/{ansible}")
    login = settings.required_login()
    for name, least, most in (
        ("interval", _SHORTEST_INTERVAL, _LONGEST_INTERVAL),
        ("stale_factor", 0.0, float("inf")),
    ):
        if not least <= options[name] <= most or not options[name]:
            limits = f"{least:g} to {most:g} seconds" if name == "interval" else "more than 0"
            raise SettingsError(f"{name} is {options[name]:g}, but has to be {limits}")
    try:
        thresholds = Thresholds(options["warning_days"], options["critical_days"], options["lifetime_days"])
    except ValueError as error:
        raise SettingsError(str(error)) from None
    refuse_stray("state_file", stray_at_the_ends(options["state_file"] or ""))
    refuse_unknown_home("state_file", options["state_file"] or "")
    ids = options["monitoring_id"]
    return Plan(
        settings=settings,
        selection=Selection(None if ids is None else frozenset(ids), options["name"] or "", options["url"] or ""),
        rules=Rules(
            types=frozenset(options["events"]),
            emit_initial=options["emit_initial"],
            stale_factor=options["stale_factor"],
            client_id=login.client_id if isinstance(login, Pair) else None,
        ),
        interval=options["interval"],
        state_file=options["state_file"],
        expires_on=date_option(options["expires_on"], "expires_on"),
        created_on=date_option(options["created_on"], "created_on"),
        thresholds=thresholds,
    )


def default_state_file(plan: Plan, environ: Mapping[str, str]) -> Folder:
    """The path of a file in the user's own folder for state; another one for each pair, project, selection and choice
    of events. Two rulebooks that emit different events each need to know what they emitted.

    Raises :class:`SettingsError` if there is no place for it.
    """
    login = plan.settings.required_login()
    who = login.endpoint if isinstance(login, ReadyToken) else login.client_id
    ids, types = sorted(plan.selection.ids or ()), sorted(plan.rules.types)
    watched = (plan.settings.connection.auth_url.text, who, login.project_id, plan.selection.name, plan.selection.url)
    digest = hashlib.sha256(repr((watched, ids, types)).encode("utf-8")).hexdigest()[:16]
    folder = user_folder(environ, "XDG_STATE_HOME", os.path.join(".local", "state"))
    if not folder.path:
        raise SettingsError(
            f"There is no place for the state, because {folder.problem} and no temporary directory",
            hint="Give state_file; no request was made.",
        )
    return replace(folder, path=os.path.join(folder.path, f"monitorings-{digest}.json"))


# --- one poll ---------------------------------------------------------------------------------------------------------


def poll(plan: Plan, client: Client, state: WatchState) -> Iterator[Observation]:
    """What there is to see now, in parts. A failure that has a name is the last part, and no exception."""
    yield Observation(expiry=assess_expiry(plan.expires_on, plan.created_on, plan.thresholds, _today()))
    try:
        yield from _monitorings(plan, client, state)
    except SpeedlabError as error:
        yield Observation(failure={"msg": error.message, **error.failure()}, pair_refused=error.about_pair)


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _monitorings(plan: Plan, client: Client, state: WatchState) -> Iterator[Observation]:
    selection = plan.selection
    listed = client.lab.monitorings(name=selection.name, url=selection.url)
    latest = _latest(client)
    by_id = {item["id"]: _snapshot(item, latest) for item in listed}  # one that is listed twice is one
    snapshots = [snapshot for snapshot in by_id.values() if selection.ids is None or snapshot.id in selection.ids]
    to_read = [snapshot for snapshot in snapshots if plan.reads_runs and runs_wanted(state, snapshot)]
    _warn_of_nothing(plan, client, state, snapshots)
    waiting = {snapshot.id for snapshot in to_read}
    yield Observation(snapshots=[snapshot for snapshot in snapshots if snapshot.id not in waiting])
    for start in range(0, len(to_read), _READ_AT_A_TIME):
        try:
            read = _with_runs(to_read[start : start + _READ_AT_A_TIME], client, state)
        except SpeedlabError:
            yield Observation(snapshots=to_read[start:])  # what the list says is emitted now, their runs later
            raise
        yield Observation(snapshots=read)
    yield Observation(listed=frozenset(snapshot.id for snapshot in snapshots))


def _warn_of_nothing(plan: Plan, client: Client, state: WatchState, snapshots: Sequence[Snapshot]) -> None:
    """A typing error in the selection would pass for monitorings that are all in order."""
    found = {snapshot.id for snapshot in snapshots}
    if found and state.monitorings and found.isdisjoint(state.monitorings):
        client.reporter.warn("The API lists none of the monitorings in the state file: is it another project's?")
    missing = sorted((plan.selection.ids or frozenset()) - found)
    if missing:
        numbers = ", ".join(map(str, missing))
        client.reporter.warn(f"Not watched, as the API lists no such monitoring: {numbers}. Check monitoring_id.")
    elif not found and not plan.rules.types.isdisjoint(MONITORING_EVENTS):
        client.reporter.warn("No monitoring is watched, as the API lists none. Check name, url and the project.")


def _latest(client: Client) -> datetime:
    """Up to when a run may have been, whichever clock is right."""
    return max(datetime.now(timezone.utc), now_of_api(client)) + AHEAD_AT_MOST


def _moment(value: Any, latest: datetime) -> int | None:
    """Milliseconds since 1970; None for what is no moment, and for one to come: it would outdate all that follows."""
    instant = api_instant(value)
    return None if instant is None or instant > latest else api_milliseconds(value)


def _snapshot(item: Mapping[str, Any], latest: datetime) -> Snapshot:
    """A monitoring of the list without what a site keeps secret, which its error message may quote."""
    shown = to_result(item, redact=True)
    return Snapshot(
        id=item["id"],
        name=decoded_name(item, redact=True),
        url=_text(shown.get("url")),
        state=_text(shown.get("state")),
        error_message=_text(shown.get("error_message")) or "",
        enabled=api_enabled(shown.get("enabled")),
        frequency=number_given(shown.get("frequency")),
        last_execution=_moment(item.get("lastExecution"), latest),
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _with_runs(snapshots: Sequence[Snapshot], client: Client, state: WatchState) -> list[Snapshot]:
    """The snapshots with the runs that are new. Where the API refuses those of one alone, that one waits.

    Where no answer is usable, that is an outage; but not where each was unusable already while others were not.
    """

    latest, batch = _latest(client), Batch(client)

    def read(snapshot: Snapshot) -> Snapshot | SpeedlabError:
        floor = settled_until(state, snapshot)
        since = None if floor is None else instant_from_epoch_ms(floor)
        found = batch.read(lambda: client.lab.monitoring_runs(snapshot.id, period_since(since)).rows)
        if isinstance(found, SpeedlabError):
            client.reporter.warn(f"The runs of monitoring {snapshot.id} are left for the next poll: {found.message}")
            return found
        return replace(snapshot, runs=[run for run in (_run(row, latest) for row in found) if run is not None])

    found = in_parallel(read, snapshots, min(_READERS, client.settings.connection.concurrency))
    odd = [
        (snapshot, each)
        for snapshot, each in zip(snapshots, found)
        if isinstance(each, SpeedlabError) and _may_be_outage(each)
    ]
    if len(odd) == len(snapshots):
        for snapshot, error in odd:
            if not state.monitorings[snapshot.id].odd:
                raise error
    return [
        replace(snapshot, odd=_may_be_outage(each)) if isinstance(each, SpeedlabError) else each
        for snapshot, each in zip(snapshots, found)
    ]


def _may_be_outage(error: SpeedlabError) -> bool:
    """Whether other calls may meet the same trouble; a plain refusal is about one monitoring."""
    return not error.about_this_call


def _run(row: Mapping[str, Any], latest: datetime) -> Run | None:
    """A run; None where it has no date, because then nobody knows whether it is new."""
    moment = _moment(row.get("date"), latest)
    if moment is None:
        return None
    run = measured(row)
    return Run(run["id"], moment, run["failed"], run["metrics"])
