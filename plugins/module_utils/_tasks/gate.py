# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_gate.

Private to this collection: may change without notice.

The API cannot start an analysis, so the gate waits for runs that are newer than the deployment. One call lists all
monitorings with their last run; only where that tells of something new are reports read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.endpoints import Json, Period
from .._client.errors import CallError, GateClosed, LoginError, SpeedlabError
from .._core.dates import iso_utc
from .._core.gate.budgets import Limits
from .._core.gate.judge import ReadFailure, Rules, Watched, judge_gate, no_event, no_monitoring, out_of_reach
from .._core.numeric import real_number
from .._core.statistics import samples_of
from .._core.verdict import Subject, Verdict
from .._core.words import span
from ._support.dates import api_instant, api_text, instant_option, now_of_api
from ._support.events import event_date
from ._support.gate_options import OPTIONS, Plan, plan_of
from ._support.progress import every_now_and_then
from ._support.task import Options, Outcome, Result, Task
from .monitoring_info import SELECTION_OPTIONS, as_selected, monitoring_result, wanted

_LATENESS = 5 * 60  # seconds: a run is queued, runs, and its report is written
_NAMED = 5  # how many monitorings a line of progress or a message names

_READ_ERRORS = (LoginError, CallError)


@dataclass
class _Watch:
    """A monitoring under way.

    ``limited``: it has budgets; ``lost``: no further call would help; ``failure_before``: that with its baseline.
    """

    monitoring: Result
    limited: bool
    deadline: float
    seen: str | None = None  # the last execution that the runs below were read after
    runs: list[Json] = field(default_factory=list)
    before: list[Json] = field(default_factory=list)
    trouble: SpeedlabError | None = None
    failure_before: SpeedlabError | None = None
    lost: bool = False
    waited: int = 0

    @property
    def id(self) -> int:
        return int(self.monitoring["id"])

    def usable(self) -> int:
        return samples_of(self.runs).usable

    def failed(self, error: SpeedlabError) -> None:
        """Rights and refusals stay, all other trouble may pass while the gate waits."""
        self.trouble = error
        self.lost = error.about_rights or error.about_this_call

    def as_watched(self, real: Result) -> Watched:
        trouble, before = (
            None if each is None else _read_failure(each) for each in (self.trouble, self.failure_before)
        )
        return Watched(self.monitoring, self.runs, self.before, trouble, before, self.waited, real)


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    plan = plan_of(options)
    verdict, rules, not_judged = _Gate(plan, options, client).verdict()
    result = {
        "status": verdict.status,
        "newer_than": iso_utc(rules.since) if rules and plan.after_deployment else None,
        "waited_seconds": max((each.details["waited_seconds"] for each in verdict.subjects), default=0),
        "not_judged": not_judged,
        "verdict": verdict.as_dict(),
    }
    return Outcome(result, failure=_failure(verdict, plan.fail_on))


def _failure(verdict: Verdict, fail_on: Sequence[str]) -> GateClosed | None:
    """Why the task has to fail; None where the verdict is one to go on with."""
    bad = [subject for subject in verdict.as_dict()["subjects"] if subject["status"] in fail_on]
    if not bad and verdict.status not in fail_on:
        return None
    if not bad:
        return GateClosed("Nothing was judged, and that is not a pass", hint="Check the selection and the budgets.")
    reasons = [next((each["message"] for each in subject["findings"]), subject["name"]) for subject in bad[:_NAMED]]
    more = [f"And {len(bad) - _NAMED} more."] if len(bad) > _NAMED else []
    total = f"{len(bad)} of {len(verdict.subjects)}"
    return GateClosed(" ".join([f"The gate is closed, {total}: {' or '.join(fail_on)}.", *reasons, *more]))


# --- the gate ---------------------------------------------------------------------------------------------------------


class _Gate:
    """One run of the gate: what it reads, and for what it waits."""

    def __init__(self, plan: Plan, options: Options, client: Client) -> None:
        self._plan = plan
        self._options = {**options, "redact": True, "stale_factor": 2.0}
        self._client = client
        self._real: dict[int, Result] = {}  # as the API names them, for the conditions of budgets

    def verdict(self) -> tuple[Verdict, Rules | None, list[str]]:
        """The verdict, by which rules, and the names of the monitorings that budgets leave out."""
        deployed_at, listed, absent = self._beginnings()
        if absent is not None:
            return self._judged([], None, [absent]), None, []
        rules = self._rules(deployed_at)
        selected = [each for each in listed if wanted(each, self._options)]
        self._warn_of_unused_overrides(listed)
        watches = [self._watch(each, rules) for each in selected]
        self._wait(watches, rules)
        if self._plan.regression is not None:
            self._read_baselines([each for each in watches if self._has_enough(each)], deployed_at or rules.since)
        not_judged = [each["name"] for each in selected if self._limits(each) is None]
        return self._judged(watches, rules, self._missing(selected)), rules, not_judged

    def _beginnings(self) -> tuple[datetime | None, list[Result], Subject | None]:
        """When the deployment was, and all monitorings; or what stands in the way of both."""
        deployed_at, key = self._plan.deployed_at, self._plan.event_key
        what = f"the event {key}"
        try:
            if key is not None:
                deployed_at = event_date(self._client, key)
                if deployed_at is None:
                    return None, [], no_event(key)
            what = "the monitorings"
            return deployed_at, self._list(), None
        except _READ_ERRORS as error:
            return None, [], out_of_reach(what, _read_failure(error))

    def _list(self) -> list[Result]:
        found = self._client.lab.monitorings(name=self._options["name"] or "", url=self._options["url"] or "")
        now = datetime.now(timezone.utc)
        listed = [monitoring_result(item, self._options, now) for item in found]
        self._real.update((each["id"], as_selected(each, item)) for each, item in zip(listed, found))
        return listed

    def _rules(self, deployed_at: datetime | None) -> Rules:
        """From when on reports count, by the server's clock.

        An event has a date of that clock. A date in the options was taken from some client's clock: where that of this
        machine is behind the API's, the deployment may be later than it says. Reports in between are left out, so that
        none from before gets in.
        """
        since = deployed_at or now_of_api(self._client) - timedelta(days=self._plan.last_days)
        behind = -(self._client.clock_difference or 0)
        if self._plan.deployed_at is not None and behind > 0:
            since += timedelta(seconds=behind + 1)  # the header tells whole seconds
        return Rules(
            since, self._plan.after_deployment, self._plan.min_samples, self._plan.aggregate, self._plan.regression
        )

    def _watch(self, monitoring: Result, rules: Rules) -> _Watch:
        limited = bool(self._limits(monitoring))
        return _Watch(monitoring, limited, time.monotonic() + self._patience(monitoring, rules))

    def _limits(self, monitoring: Result) -> Mapping[str, Limits] | None:
        return self._plan.budgets.limits(self._real[monitoring["id"]])

    def _patience(self, monitoring: Result, rules: Rules) -> float:
        """For how many seconds more runs may be waited for: so many periods as runs are needed, and half of one."""
        frequency = real_number(monitoring["frequency"]) or 0
        if not rules.after_deployment or self._plan.wait_timeout == 0:
            return 0
        if self._plan.wait_timeout is not None:
            return self._plan.wait_timeout
        return (rules.min_samples + 0.5) * frequency * 60 + _LATENESS if frequency > 0 else 0

    def _missing(self, selected: Sequence[Result]) -> list[Subject]:
        """What was asked for and is not there: each id by itself, even where another condition leaves it out."""
        filters = {
            name: f"{name}: {self._options[name]}" for name in SELECTION_OPTIONS if self._options[name] is not None
        }
        ids = set(self._options["monitoring_id"] or ()) - {each["id"] for each in selected}
        if ids:
            others = [text for name, text in filters.items() if name != "monitoring_id"]
            return [no_monitoring(" and ".join([f"the id {number}", *others])) for number in sorted(ids)]
        return [] if selected else [no_monitoring(" and ".join(filters.values()) or "the token")]

    def _warn_of_unused_overrides(self, listed: Sequence[Result]) -> None:
        """Where the API lists all monitorings, an override that none of them meets is a slip of the pen."""
        if self._options["name"] or self._options["url"]:
            return
        for number in self._plan.budgets.unused([self._real[each["id"]] for each in listed]):
            self._client.reporter.warn(f"No monitoring matches overrides[{number}] of the budgets.")

    def _judged(self, watches: Sequence[_Watch], rules: Rules | None, others: Sequence[Subject]) -> Verdict:
        now = datetime.now(timezone.utc)
        if rules is None:
            return Verdict("gate", tuple(others), now)
        return judge_gate(
            [each.as_watched(self._real[each.id]) for each in watches], self._plan.budgets, rules, now, others
        )

    # --- waiting ------------------------------------------------------------------------------------------------------

    def _wait(self, watches: Sequence[_Watch], rules: Rules) -> None:
        started = time.monotonic()
        waiting = [each for each in watches if each.limited]
        self._read(waiting, rules)
        while True:
            waiting = [each for each in waiting if self._goes_on(each)]
            if not waiting:
                return
            self._say(waiting, len(watches), rules)
            left = max(each.deadline for each in waiting) - time.monotonic()
            time.sleep(min(self._plan.poll_interval, max(0.0, left) + 0.01))
            self._look_again(waiting, rules)
            for watch in waiting:
                watch.waited = int(time.monotonic() - started)

    def _has_enough(self, watch: _Watch) -> bool:
        return watch.limited and watch.trouble is None and watch.usable() >= self._plan.min_samples

    def _goes_on(self, watch: _Watch) -> bool:
        return (
            not self._has_enough(watch)
            and not watch.lost
            and watch.monitoring["enabled"] is not False
            and time.monotonic() < watch.deadline
        )

    def _look_again(self, waiting: Sequence[_Watch], rules: Rules) -> None:
        """One call for all; then one for each that ran since its reports were read."""
        try:
            listed = {each["id"]: each for each in self._list()}
        except _READ_ERRORS as error:
            for watch in waiting:
                watch.failed(error)
            return
        for watch in waiting:
            watch.monitoring = listed.get(watch.id, watch.monitoring)
        self._read([each for each in waiting if each.trouble or _has_news(each, rules)], rules)

    def _read(self, watches: Sequence[_Watch], rules: Rules) -> None:
        period = Period(limit=0, date_from=api_text(rules.since))

        def read(watch: _Watch) -> None:
            watch.runs = self._runs(watch, period, lambda date: date > rules.since)
            watch.seen = watch.monitoring["last_execution"]

        self._each(watches, read, "Reading reports")

    def _read_baselines(self, watches: Sequence[_Watch], deployed_at: datetime) -> None:
        """The time before the deployment, which may be earlier than a date from a clock that is ahead."""
        ahead = max(0.0, self._client.clock_difference or 0) if self._plan.deployed_at is not None else 0
        end = deployed_at - timedelta(seconds=ahead)
        start = end - timedelta(days=self._plan.baseline_days)
        period = Period(limit=0, date_from=api_text(start), date_to=api_text(end))

        def read(watch: _Watch) -> None:
            try:
                watch.before = self._runs(watch, period, lambda date: start <= date <= end)
            except _READ_ERRORS as error:  # what was measured since is judged all the same
                watch.failure_before = error

        self._each(watches, read, "Reading baselines")

    def _runs(self, watch: _Watch, period: Period, within: Callable[[datetime], bool]) -> list[Json]:
        """Whatever the API makes of the period, only the dates of the runs themselves decide."""
        rows = self._client.lab.monitoring_runs(watch.id, period).rows
        return [row for row in rows if (date := api_instant(row.get("date"))) is not None and within(date)]

    def _each(self, watches: Sequence[_Watch], read: Callable[[_Watch], None], what: str) -> None:
        def guarded(watch: _Watch) -> None:
            try:
                read(watch)
                watch.trouble = None
            except _READ_ERRORS as error:
                watch.failed(error)

        done = every_now_and_then(self._client.reporter.progress, what)
        in_parallel(guarded, watches, self._client.settings.connection.concurrency, done)

    # --- what is said meanwhile ---------------------------------------------------------------------------------------

    def _say(self, waiting: Sequence[_Watch], total: int, rules: Rules) -> None:
        now = now_of_api(self._client)
        named = ", ".join(f"{each.monitoring['name']} ({self._standing(each, now)})" for each in waiting[:_NAMED])
        more = f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else ""
        left = max(each.deadline for each in waiting) - time.monotonic()
        self._client.reporter.progress(
            f"waiting for {len(waiting)} of {total} monitorings to run after {iso_utc(rules.since)}: {named}{more}; "
            f"{span(left)} left"
        )

    def _standing(self, watch: _Watch, now: datetime) -> str:
        if watch.trouble is not None:
            return f"cannot be read for now: {watch.trouble.what}"
        count = f"{watch.usable()} of {self._plan.min_samples} reports, " if self._plan.min_samples > 1 else ""
        last, frequency = watch.monitoring["last_execution"], real_number(watch.monitoring["frequency"])
        if last is None or not frequency:
            return f"{count}nobody knows when it runs next"
        due = (instant_option(last, "last_execution") or now) + timedelta(minutes=frequency)
        seconds = (due - now).total_seconds()
        return f"{count}next run {'due in' if seconds >= 0 else 'overdue by'} {span(abs(seconds))}"


def _has_news(watch: _Watch, rules: Rules) -> bool:
    """Whether reports may be there that were not when they were last read.

    A run may be listed before its report can be read: so reports are read on until the newest is that of the last run.
    """
    last = watch.monitoring["last_execution"]
    if last != watch.seen or last is None:
        return True
    newest = max((date for row in watch.runs if (date := api_instant(row.get("date")))), default=rules.since)
    return str(last) > iso_utc(newest)


def _read_failure(error: SpeedlabError) -> ReadFailure:
    return ReadFailure(error.what, error.hint, error.about_rights)


TASK = Task(name="speedlab_gate", options=OPTIONS, run=run)
