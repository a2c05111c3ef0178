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

from .budgets import Budgets, Limits, exceeds
from .metrics import METRICS, Metric
from .monitorings import PLACE, monitoring_name
from .numeric import real_number, shown_number
from .regression import Comparison, Tolerance, compared
from .statistics import Samples, aggregated, samples_of
from .verdict import Finding, Status, Subject, Verdict, rank, status_of

FINDINGS: dict[str, Status] = {
    "budget_fail": "fail",
    "regression": "fail",
    "budget_warn": "warn",
    "no_monitoring": "unknown",
    "no_event": "unknown",
    "not_authorized": "unknown",
    "unreadable": "unknown",
    "disabled": "unknown",
    "no_budget": "unknown",
    "no_fresh_report": "unknown",
    "all_runs_failed": "unknown",
    "too_few_samples": "unknown",
    "metric_missing": "unknown",
    "baseline_missing": "unknown",
}


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


@dataclass(frozen=True)
class Trouble:
    """Why something could not be read: what happened, what to do, and whether it is a matter of rights."""

    what: str
    hint: str
    authorization: bool = False


@dataclass(frozen=True)
class Watched:
    """A monitoring with snake_case keys, its runs since the deployment, and those of the baseline where it is wanted.

    ``real``: the same with the name and the URL that it really has, by which budgets pick it.
    ``trouble``: its runs could not be read; ``trouble_before``: those of the baseline could not. ``waited``: for how
    many seconds more of them were waited for.
    """

    monitoring: Mapping[str, Any]
    runs: Sequence[Mapping[str, Any]] = ()
    before: Sequence[Mapping[str, Any]] = ()
    trouble: Trouble | None = None
    trouble_before: Trouble | None = None
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
    return _absent(
        what,
        "no_monitoring",
        f"No monitoring matches {what}, so nothing was judged.",
        "a monitoring",
        "Check the selection, and the project of the token.",
    )


def no_event(key: str) -> Subject:
    return _absent(
        f"event {key}",
        "no_event",
        f'There is no event with the key "{key}", so nobody knows which reports are newer than the deployment.',
        key,
        "Post the event of the deployment before the gate runs (contentsquare.speedlab.speedlab_event), or give a date "
        "in newer_than.",
    )


def out_of_reach(what: str, trouble: Trouble) -> Subject:
    """Something without which no monitoring could be judged."""
    return Subject(what, None, None, (_nothing_known(what, trouble),), _no_details())


def _absent(name: str, finding_id: str, message: str, expected: str, fix: str) -> Subject:
    return Subject(name, None, None, (_finding(finding_id, message, expected, None, fix),), _no_details())


# --- one monitoring ---------------------------------------------------------------------------------------------------


def _subject(watched: Watched, limits: Mapping[str, Limits], rules: Rules) -> Subject:
    monitoring = watched.monitoring
    samples = samples_of(watched.runs)
    before = samples_of(watched.before)
    judged = {
        name: _judged(name, each, samples, before, rules, watched.trouble_before) for name, each in limits.items()
    }
    obstacle = _obstacle(watched, limits, samples, rules)
    name = monitoring_name(monitoring)
    findings = [obstacle] if obstacle else [finding for each in judged.values() for finding in each.findings(name)]
    details = {
        **{key: monitoring.get(key) for key in ("id", "url", "state", "enabled", "frequency", "last_execution")},
        "since": rules.since,
        "runs": samples.runs,
        "failed_runs": samples.failed_runs,
        "waited_seconds": watched.waited,
        "metrics": {name: each.as_dict(obstacle) for name, each in judged.items()},
    }
    return Subject(name, None, None, tuple(sorted(findings, key=lambda each: rank(each.severity))), details)


def _no_details() -> dict[str, Any]:
    unknown = dict.fromkeys(("id", "url", "state", "enabled", "frequency", "last_execution", "since"))
    return {**unknown, "runs": 0, "failed_runs": 0, "waited_seconds": 0, "metrics": {}}


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
    trouble_before: Trouble | None

    def findings(self, monitoring: str) -> list[Finding]:
        """What is wrong with it, the worst first; of a monitoring that has runs enough."""
        if self.samples < self.rules.min_samples or self.value is None:
            return [self._missing(monitoring)]
        found = [self._over(monitoring), self._regression(monitoring)]
        return [finding for finding in found if finding]

    def as_dict(self, obstacle: Finding | None) -> dict[str, Any]:
        status: Status = "unknown" if obstacle else status_of(self.findings(""))
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

    def _over(self, monitoring: str) -> Finding | None:
        for finding_id, limit in (("budget_fail", self.limits.fail), ("budget_warn", self.limits.warn)):
            if limit is not None and self.value is not None and exceeds(self.value, limit, self.metric.direction):
                return self._broken(monitoring, finding_id, self.value, limit)
        return None

    def _broken(self, monitoring: str, finding_id: str, value: float, limit: float) -> Finding:
        lower = self.metric.direction == "lower"
        allowed = f"{'at most' if lower else 'at least'} {self._quantity(limit)}"
        word = "" if finding_id == "budget_fail" else " before it warns"
        return _finding(
            finding_id,
            f'{self.metric.title} of "{monitoring}" is {self._quantity(value)} ({_over(self.rules, self.samples)}), '
            f"but {allowed} is allowed{word}.",
            allowed,
            self._quantity(value),
            f'Look at the last report of "{monitoring}" in {PLACE} for what made it '
            f"{'slower or heavier' if lower else 'worse'}, or change the budget if this is meant.",
        )

    def _regression(self, monitoring: str) -> Finding | None:
        if self.rules.regression is None:
            return None
        if self.trouble_before is not None:
            return _trouble(
                f'Whether {self.metric.title} of "{monitoring}" got worse cannot be told, for its runs before could '
                "not be read",
                self.trouble_before,
            )
        if self.comparison is None:
            return _finding(
                "baseline_missing",
                f'Whether {self.metric.title} of "{monitoring}" got worse cannot be told: no run before gives it.',
                "a run in the baseline",
                None,
                "Raise baseline.last_days, or run the gate without a baseline until there are older reports.",
            )
        if not self.comparison.regressed:
            return None
        return self._regressed(monitoring, self.comparison, self.rules.regression)

    def _regressed(self, monitoring: str, found: Comparison, tolerance: Tolerance) -> Finding:
        by = "" if found.percent is None else f" by {shown_number(round(found.percent, 1))} %"
        chance = "" if found.p_value is None else f"; by chance alone: p = {found.p_value:.2g}"
        return _finding(
            "regression",
            f'{self.metric.title} of "{monitoring}" got worse{by}: {self._quantity(found.value)} now, '
            f"{self._quantity(found.baseline)} over {_counted(found.baseline_samples, 'run')} before{chance}.",
            f"no more than {shown_number(tolerance.max_regression_percent)} % worse than "
            f"{self._quantity(found.baseline)}",
            self._quantity(found.value),
            f'Compare the reports of "{monitoring}" from before and after in {PLACE}, or raise '
            "baseline.max_regression_percent if this is meant.",
        )

    def _missing(self, monitoring: str) -> Finding:
        if self.samples:
            return _finding(
                "too_few_samples",
                f'{self.metric.title} of "{monitoring}" is in {_counted(self.samples, "run")} only, '
                f"where {self.rules.min_samples} are needed.",
                self.rules.min_samples,
                self.samples,
                "Wait for more runs, or lower samples.min.",
            )
        return _finding(
            "metric_missing",
            f'No run of "{monitoring}" gives {self.metric.title}, so its budget could not be judged.',
            self.metric.name,
            None,
            f"See in {PLACE} whether this monitoring measures it; if it does not, set its budget to off.",
        )

    def _quantity(self, value: float) -> str:
        unit = {"points": "", "count": ""}.get(self.metric.unit, self.metric.unit)
        return f"{shown_number(value)} {unit}".strip()


def _judged(
    name: str, limits: Limits, samples: Samples, before: Samples, rules: Rules, trouble_before: Trouble | None
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
        trouble_before=trouble_before,
    )


# --- what keeps a monitoring from being judged ------------------------------------------------------------------------


def _obstacle(watched: Watched, limits: Mapping[str, Limits], samples: Samples, rules: Rules) -> Finding | None:
    """The one finding that stands for all where a monitoring cannot be judged."""
    name = monitoring_name(watched.monitoring)
    if not limits:
        return _finding(
            "no_budget",
            f'No budget is meant for the monitoring "{name}".',
            "a limit",
            None,
            "Give it limits in defaults or in an override, say budgets: off in an override that matches it, or leave "
            "it out of the selection.",
        )
    if watched.trouble:
        return _nothing_known(f'the reports of the monitoring "{name}"', watched.trouble)
    if watched.monitoring.get("enabled") is False and samples.usable < rules.min_samples:
        return _finding(
            "disabled",
            f'The monitoring "{name}" is disabled: it does not run, so there is nothing to judge.',
            True,
            False,
            f"Enable it in {PLACE}, or leave disabled ones out with enabled: true.",
        )
    if not samples.runs:
        return _no_fresh_report(name, watched, rules)
    if not samples.usable:
        every = "The only run" if samples.runs == 1 else f"All {samples.runs} runs"
        return _finding(
            "all_runs_failed",
            f'{every} of "{name}" {_since(rules)} failed, so nothing was measured.',
            _counted(rules.min_samples, "run"),
            f"{_counted(samples.runs, 'failed run')}",
            f"Open {watched.monitoring.get('url') or 'its page'} in a browser to see whether it answers, "
            f"then look at the last run in {PLACE}.",
        )
    if samples.usable < rules.min_samples:
        failed = f"; {_counted(samples.failed_runs, 'more run')} failed" if samples.failed_runs else ""
        return _finding(
            "too_few_samples",
            f'"{name}" has {_counted(samples.usable, "run")} {_since(rules)}, '
            f"where {rules.min_samples} are needed{failed}{_waited(watched)}.",
            rules.min_samples,
            samples.usable,
            _longer(rules, "lower samples.min"),
        )
    return None


def _no_fresh_report(name: str, watched: Watched, rules: Rules) -> Finding:
    last = watched.monitoring.get("last_execution")
    frequency = real_number(watched.monitoring.get("frequency"))
    ran = f"last ran {last}" if last else "has never run"
    every = f" It runs every {shown_number(frequency)} minutes." if frequency else ""
    return _finding(
        "no_fresh_report",
        f'"{name}" has no report {_since(rules)}{_waited(watched)}; it {ran}.{every}',
        f"a report {_since(rules)}",
        last,
        _longer(rules, f"see in {PLACE} whether its runs are queued or blocked"),
    )


def _nothing_known(what: str, trouble: Trouble) -> Finding:
    return _trouble(f"Nothing is known, for {what} could not be read", trouble)


def _trouble(message: str, trouble: Trouble) -> Finding:
    finding_id = "not_authorized" if trouble.authorization else "unreadable"
    return _finding(
        finding_id,
        f"{message}: {trouble.what.rstrip('.')}.",
        "readable",
        "not authorized" if trouble.authorization else "unreadable",
        trouble.hint,
    )


def _finding(finding_id: str, message: str, expected: object, actual: object, fix: str) -> Finding:
    return Finding(finding_id, FINDINGS[finding_id], message, expected, actual, fix)


def _since(rules: Rules) -> str:
    instant = rules.since.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"newer than {'the deployment, ' if rules.after_deployment else ''}{instant}"


def _waited(watched: Watched) -> str:
    minutes = watched.waited // 60
    if not watched.waited:
        return ""
    return f" after waiting for {_counted(minutes, 'minute') if minutes else _counted(watched.waited, 'second')}"


def _longer(rules: Rules, otherwise: str) -> str:
    return f"Raise {'wait_timeout' if rules.after_deployment else 'last_days'}, or {otherwise}."


def _over(rules: Rules, samples: int) -> str:
    return f"{rules.aggregate} of {_counted(samples, 'run')}" if samples > 1 else "1 run"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
