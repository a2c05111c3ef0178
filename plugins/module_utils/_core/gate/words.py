# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a monitoring at a gate, in words: the message and the next step.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..findings import Finding, Problem
from ..metrics import METRICS
from ..monitorings.words import PLACE
from ..numeric import shown_number
from ..words import counted

_Words = tuple[str, str]


def in_words(name: str, problem: Problem) -> Finding:
    """The problem of the monitoring of this name (of the selection, of the event), as a reader is told."""
    return problem.in_words(*WORDS[problem.id](name, **problem.facts))


# --- a metric ---------------------------------------------------------------------------------------------------------


def _budget_fail(name: str, *, metric: str, allowed: str, value: str, aggregate: str, samples: int) -> _Words:
    over = f"{aggregate} of {counted(samples, 'run')}" if samples > 1 else "1 run"
    worse = "slower or heavier" if METRICS[metric].direction == "lower" else "worse"
    return (
        f'{METRICS[metric].title} of "{name}" is {value} ({over}), but {allowed} is allowed.',
        f'Look at the last report of "{name}" in {PLACE} for what made it {worse}, or change the budget if this is '
        "meant.",
    )


def _budget_warn(name: str, *, metric: str, allowed: str, value: str, aggregate: str, samples: int) -> _Words:
    message, fix = _budget_fail(name, metric=metric, allowed=allowed, value=value, aggregate=aggregate, samples=samples)
    return f"{message[:-1]} before it warns.", fix


def _regression(
    name: str,
    *,
    metric: str,
    value: str,
    baseline: str,
    baseline_samples: int,
    percent: float | None,
    p_value: float | None,
) -> _Words:
    by = "" if percent is None else f" by {shown_number(round(percent, 1))} %"
    chance = "" if p_value is None else f"; by chance alone: p = {p_value:.2g}"
    return (
        f'{METRICS[metric].title} of "{name}" got worse{by}: {value} now, '
        f"{baseline} over {counted(baseline_samples, 'run')} before{chance}.",
        f'Compare the reports of "{name}" from before and after in {PLACE}, or raise '
        "baseline.max_regression_percent if this is meant.",
    )


def _baseline_missing(name: str, *, metric: str) -> _Words:
    return (
        f'It is not known whether {METRICS[metric].title} of "{name}" got worse: no earlier run gives it.',
        "Raise baseline.last_days, or run the gate without a baseline until there are older reports.",
    )


def _metric_missing(name: str, *, metric: str) -> _Words:
    return (
        f'No run of "{name}" gives {METRICS[metric].title}, so its budget could not be judged.',
        f"See in {PLACE} whether this monitoring measures it; if it does not, set its budget to off.",
    )


# --- what keeps a monitoring from being judged ------------------------------------------------------------------------


def _no_monitoring(what: str) -> _Words:
    return (
        f"No monitoring matches {what}, so nothing was judged.",
        "Check the selection, and the project of the token.",
    )


def _no_event(key: str) -> _Words:
    return (
        f'There is no event with the key "{key}", so it is not known which reports are newer than the deployment.',
        "Post the event of the deployment before the gate runs (contentsquare.speedlab.speedlab_event), or give a date "
        "in newer_than.",
    )


def _unread(name: str, *, what: str, hint: str, reports: bool = False, metric: str = "") -> _Words:
    what = what.rstrip(".")
    if metric:
        told = f'It is not known whether {METRICS[metric].title} of "{name}" got worse because its earlier runs'
        return f"{told} could not be read: {what}.", hint
    unread = f'the reports of the monitoring "{name}"' if reports else name
    return f"Nothing is known because {unread} could not be read: {what}.", hint


def _disabled(name: str) -> _Words:
    return (
        f'The monitoring "{name}" is disabled: it does not run, so there is nothing to judge.',
        f"Enable it in {PLACE}, or leave disabled ones out with enabled: true.",
    )


def _no_budget(name: str) -> _Words:
    return (
        f'No budget applies to the monitoring "{name}".',
        "Give it limits in defaults or in an override, say budgets: off in an override that matches it, or leave "
        "it out of the selection.",
    )


def _no_fresh_report(
    name: str, *, newer_than: str, last_execution: str | None, frequency: float | None, waited: int, option: str
) -> _Words:
    ran = f"last ran {last_execution}" if last_execution else "has never run"
    every = f" It runs every {shown_number(frequency)} minutes." if frequency else ""
    return (
        f'"{name}" has no report {newer_than}{_waited(waited)}; it {ran}.{every}',
        f"Raise {option}, or see in {PLACE} whether its runs are queued or blocked.",
    )


def _all_runs_failed(name: str, *, runs: int, newer_than: str, url: str | None) -> _Words:
    every = "The only run" if runs == 1 else f"All {runs} runs"
    return (
        f'{every} of "{name}" {newer_than} failed, so nothing was measured.',
        f"Open {url or 'its page'} in a browser to see whether it answers, then look at the last run in {PLACE}.",
    )


def _too_few_samples(
    name: str,
    *,
    samples: int,
    needed: int,
    metric: str = "",
    newer_than: str = "",
    failed: int = 0,
    waited: int = 0,
    option: str = "",
) -> _Words:
    if metric:
        return (
            f'{METRICS[metric].title} of "{name}" is in {counted(samples, "run")} only, but {needed} are needed.',
            "Wait for more runs, or lower samples.min.",
        )
    lost = f"; {counted(failed, 'more run')} failed" if failed else ""
    return (
        f'"{name}" has {counted(samples, "run")} {newer_than}, but {needed} are needed{lost}{_waited(waited)}.',
        f"Raise {option}, or lower samples.min.",
    )


def _waited(seconds: int) -> str:
    if not seconds:
        return ""
    minutes = seconds // 60
    return f" after waiting for {counted(minutes, 'minute') if minutes else counted(seconds, 'second')}"


WORDS: Mapping[str, Callable[..., _Words]] = {
    "budget_fail": _budget_fail,
    "regression": _regression,
    "budget_warn": _budget_warn,
    "no_monitoring": _no_monitoring,
    "no_event": _no_event,
    "not_authorized": _unread,
    "unreadable": _unread,
    "disabled": _disabled,
    "no_budget": _no_budget,
    "no_fresh_report": _no_fresh_report,
    "all_runs_failed": _all_runs_failed,
    "too_few_samples": _too_few_samples,
    "metric_missing": _metric_missing,
    "baseline_missing": _baseline_missing,
}
"""For each rule of the kind gate what makes its sentences, of the facts that the judge gives."""
