# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement of a performance gate: do the runs of each monitoring keep its budgets, and are there enough of them.

Private to this collection: may change without notice.

Decisions that the code follows:

* Nothing is never a pass. Whatever keeps a monitoring from being judged is a finding of its own, of severity
  ``unknown``, and so is a selection in which there is no monitoring.
* A run that failed is no sample. It is counted and shown; where all failed, that is told.
* Too few samples are not judged at all: a limit that one slow run breaks says nothing of the page.
* Compliance is the share of the samples that keep the fail limit (the warn limit where there is no other), each alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..findings import Problem, status_of
from ..metrics import METRICS, Metric
from ..monitorings.judge import monitoring_name
from ..numeric import real_number, shown_number
from ..rules import RULES
from ..statistics import Samples, aggregated, samples_of
from ..status import Status, rank
from ..verdict import Subject, Verdict
from ..words import counted
from . import words as gate_words
from .budgets import Budgets, Limits, exceeds
from .regression import Comparison, Tolerance, compared


@dataclass(frozen=True)
class Rules:
    """How runs become a judgement.

    ``since``: runs up to this instant are not judged; ``after_deployment``: whether it is that of a deployment.
    ``regression``: None where nothing is compared with the time before.
    """

    since: datetime
    after_deployment: bool
    min_samples: int
    aggregate: str
    regression: Tolerance | None = None

    @property
    def newer_than(self) -> str:
        """From when on runs are judged, as part of a sentence."""
        instant = self.since.strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"newer than {'the deployment, ' if self.after_deployment else ''}{instant}"

    @property
    def period_option(self) -> str:
        """The option that makes more runs count."""
        return "wait_timeout" if self.after_deployment else "last_days"


@dataclass(frozen=True)
class ReadFailure:
    """Why something could not be read: what happened, what to do, and whether it is a matter of rights."""

    what: str
    hint: str
    authorization: bool = False


@dataclass(frozen=True)
class Watched:
    """A monitoring with snake_case keys, its runs since the deployment, and those of the baseline where it is wanted.

    ``real``: the same with the name and the URL that it really has, by which budgets pick it.
    ``failure``: its runs could not be read; ``failure_before``: those of the baseline could not. ``waited``: for how
    many seconds more of them were waited for.
    """

    monitoring: Mapping[str, Any]
    runs: Sequence[Mapping[str, Any]] = ()
    before: Sequence[Mapping[str, Any]] = ()
    failure: ReadFailure | None = None
    failure_before: ReadFailure | None = None
    waited: int = 0
    real: Mapping[str, Any] | None = None


def judge_gate(
    watched: Sequence[Watched],
    budgets: Budgets,
    rules: Rules,
    checked_at: datetime,
    others: Sequence[Subject] = (),
) -> Verdict:
    """A verdict of the kind ``gate``. ``others``: what was to be judged and is not there at all.

    Monitorings for which every budget is off are left out; with nothing else to judge the verdict is unknown.
    """
    judged = [(each, budgets.limits(each.real or each.monitoring)) for each in watched]
    subjects = [_subject(each, limits, rules) for each, limits in judged if limits is not None]
    return Verdict("gate", (*subjects, *others), checked_at)


# --- what is not there at all -----------------------------------------------------------------------------------------


def no_monitoring(what: str) -> Subject:
    """A selection, or an id, that no monitoring goes with."""
    return _absent(what, what, _problem("no_monitoring", "a monitoring", None))


def no_event(key: str) -> Subject:
    return _absent(f"event {key}", key, _problem("no_event", key, None))


def out_of_reach(what: str, failure: ReadFailure) -> Subject:
    """Something without which no monitoring could be judged."""
    return _absent(what, what, _unread(failure))


def _absent(name: str, called: str, problem: Problem) -> Subject:
    unknown = dict.fromkeys(("id", "url", "state", "enabled", "frequency", "last_execution", "since"))
    details: dict[str, Any] = {**unknown, "runs": 0, "failed_runs": 0, "waited_seconds": 0, "metrics": {}}
    return Subject(name, None, None, (gate_words.in_words(called, problem),), details)


# --- one monitoring ---------------------------------------------------------------------------------------------------


def _subject(watched: Watched, limits: Mapping[str, Limits], rules: Rules) -> Subject:
    monitoring = watched.monitoring
    samples = samples_of(watched.runs)
    before = samples_of(watched.before)
    judged = {
        name: _judged(name, each, samples, before, rules, watched.failure_before) for name, each in limits.items()
    }
    blocking = _blocking_problem(watched, limits, samples, rules)
    problems = [blocking] if blocking else [problem for each in judged.values() for problem in each.problems()]
    details = {
        **{key: monitoring.get(key) for key in ("id", "url", "state", "enabled", "frequency", "last_execution")},
        "since": rules.since,
        "runs": samples.runs,
        "failed_runs": samples.failed_runs,
        "waited_seconds": watched.waited,
        "metrics": {name: each.as_dict(blocked=blocking is not None) for name, each in judged.items()},
    }
    name = monitoring_name(monitoring)
    in_order = sorted(problems, key=lambda each: rank(each.severity))
    return Subject(name, None, None, tuple(gate_words.in_words(name, each) for each in in_order), details)


@dataclass(frozen=True)
class _Judged:
    """One metric of one monitoring."""

    metric: Metric
    limits: Limits
    rules: Rules
    value: float | None
    samples: int
    compliance: float | None
    comparison: Comparison | None
    failure_before: ReadFailure | None

    def problems(self) -> list[Problem]:
        """What is wrong with it, the worst first; of a monitoring that has runs enough."""
        if self.samples < self.rules.min_samples or self.value is None:
            return [self._missing()]
        found = [self._over(self.value), self._regression()]
        return [problem for problem in found if problem]

    def as_dict(self, *, blocked: bool) -> dict[str, Any]:
        status: Status = "unknown" if blocked else status_of(self.problems())
        return {
            "value": self.value,
            "unit": self.metric.unit,
            "aggregate": self.rules.aggregate,
            "samples": self.samples,
            "limit": self.limits.last,
            "warn": self.limits.warn,
            "fail": self.limits.fail,
            "compliance_percent": self.compliance,
            "status": status,
            "baseline": self.comparison.as_dict() if self.comparison else None,
        }

    def _problem(self, rule_id: str, expected: object, actual: object, **facts: object) -> Problem:
        return _problem(rule_id, expected, actual, metric=self.metric.name, **facts)

    def _over(self, value: float) -> Problem | None:
        for rule_id, limit in (("budget_fail", self.limits.fail), ("budget_warn", self.limits.warn)):
            if limit is not None and exceeds(value, limit, self.metric.direction):
                allowed = f"{'at most' if self.metric.direction == 'lower' else 'at least'} {self._quantity(limit)}"
                found = self._quantity(value)
                return self._problem(
                    rule_id,
                    allowed,
                    found,
                    allowed=allowed,
                    value=found,
                    aggregate=self.rules.aggregate,
                    samples=self.samples,
                )
        return None

    def _regression(self) -> Problem | None:
        tolerance, found = self.rules.regression, self.comparison
        if tolerance is None:
            return None
        if self.failure_before is not None:
            return _unread(self.failure_before, metric=self.metric.name)
        if found is None:
            return self._problem("baseline_missing", "a run in the baseline", None)
        if not found.regressed:
            return None
        value, baseline = self._quantity(found.value), self._quantity(found.baseline)
        return self._problem(
            "regression",
            f"no more than {shown_number(tolerance.max_regression_percent)} % worse than {baseline}",
            value,
            value=value,
            baseline=baseline,
            baseline_samples=found.baseline_samples,
            percent=found.percent,
            p_value=found.p_value,
        )

    def _missing(self) -> Problem:
        if self.samples:
            needed = self.rules.min_samples
            return self._problem("too_few_samples", needed, self.samples, samples=self.samples, needed=needed)
        return self._problem("metric_missing", self.metric.name, None)

    def _quantity(self, value: float) -> str:
        unit = {"points": "", "count": ""}.get(self.metric.unit, self.metric.unit)
        return f"{shown_number(value)} {unit}".strip()


def _judged(
    name: str, limits: Limits, samples: Samples, before: Samples, rules: Rules, failure_before: ReadFailure | None
) -> _Judged:
    metric, values, older, limit = METRICS[name], samples.values[name], before.values[name], limits.last
    kept = [value for value in values if limit is None or not exceeds(value, limit, metric.direction)]
    comparison = None
    if rules.regression is not None and values and older:
        comparison = compared(name, older, values, rules.regression, rules.aggregate)
    return _Judged(
        metric,
        limits,
        rules,
        value=aggregated(samples, name, rules.aggregate),
        samples=len(values),
        compliance=round(100 * len(kept) / len(values), 1) if values else None,
        comparison=comparison,
        failure_before=failure_before,
    )


# --- what keeps a monitoring from being judged ------------------------------------------------------------------------


def _blocking_problem(watched: Watched, limits: Mapping[str, Limits], samples: Samples, rules: Rules) -> Problem | None:
    """The one problem that stands for all where a monitoring cannot be judged."""
    if not limits:
        return _problem("no_budget", "a limit", None)
    if watched.failure:
        return _unread(watched.failure, reports=True)
    if watched.monitoring.get("enabled") is False and samples.usable < rules.min_samples:
        return _problem("disabled", True, False)
    if not samples.runs:
        return _no_fresh_report(watched, rules)
    if not samples.usable:
        return _problem(
            "all_runs_failed",
            counted(rules.min_samples, "run"),
            counted(samples.runs, "failed run"),
            runs=samples.runs,
            newer_than=rules.newer_than,
            url=watched.monitoring.get("url"),
        )
    if samples.usable < rules.min_samples:
        return _problem(
            "too_few_samples",
            rules.min_samples,
            samples.usable,
            samples=samples.usable,
            needed=rules.min_samples,
            newer_than=rules.newer_than,
            failed=samples.failed_runs,
            waited=watched.waited,
            option=rules.period_option,
        )
    return None


def _no_fresh_report(watched: Watched, rules: Rules) -> Problem:
    last = watched.monitoring.get("last_execution")
    return _problem(
        "no_fresh_report",
        f"a report {rules.newer_than}",
        last,
        newer_than=rules.newer_than,
        last_execution=last,
        frequency=real_number(watched.monitoring.get("frequency")),
        waited=watched.waited,
        option=rules.period_option,
    )


def _unread(failure: ReadFailure, **facts: object) -> Problem:
    rule_id, actual = ("not_authorized", "not authorized") if failure.authorization else ("unreadable", "unreadable")
    return _problem(rule_id, "readable", actual, what=failure.what, hint=failure.hint, **facts)


def _problem(rule_id: str, expected: object, actual: object, **facts: object) -> Problem:
    return Problem(RULES["gate", rule_id], expected, actual, facts)
