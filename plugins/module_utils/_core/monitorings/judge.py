# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement over monitorings: do they run, as often as they should, and without trouble.

Private to this collection: may change without notice.

Decisions that the code follows:

* A disabled monitoring has the one finding ``disabled``: its state and its age are those of a run of long ago.
* Any state but ``OK``, in whatever case, is trouble, be it one that nobody has heard of. A monitoring that never ran
  need not have a state.
* Where the age of a monitoring that ran cannot be judged, for want of a frequency or of a
  date in the past, it is ``staleness_unknown``.
* With a declared list each field that differs is a finding of its own, and each entry that nothing monitors is a
  subject of its own, so that a report counts it. A monitoring that is declared to be disabled is as it should be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..findings import Finding, Problem
from ..metrics import averages_from_statistics, read_metrics
from ..numeric import real_number
from ..redaction.secrecy import REDACTED
from ..rules import RULES
from ..verdict import Subject, Verdict
from ..words import span
from . import words as monitoring_words
from .declared import Comparison, Unmonitored
from .trends import metrics_of, trends_of

_DETAILS = ("id", "url", "state", "enabled", "last_execution", "age_seconds", "frequency", "stale")


def judge_monitorings(
    monitorings: Sequence[Mapping[str, Any]],
    checked_at: datetime,
    missing: Sequence[str] = (),
    comparison: Comparison | None = None,
) -> Verdict:
    """A verdict of the kind ``monitorings`` over monitorings with snake_case keys; over none at all it is unknown.

    ``comparison``: of these very monitorings, in this order, with a declared list.
    """
    if comparison is None:
        subjects = [_subject(monitoring) for monitoring in monitorings]
    else:
        subjects = [_compared(monitoring, place, comparison) for place, monitoring in enumerate(monitorings)]
        subjects += [_unmonitored_subject(each) for each in comparison.not_monitored]
    return Verdict("monitorings", tuple(subjects), checked_at, tuple(missing))


def _subject(monitoring: Mapping[str, Any]) -> Subject:
    details = {key: monitoring.get(key) for key in _DETAILS}
    return Subject(
        name=monitoring_name(monitoring),
        environment=None,
        owner=None,
        findings=_in_words(monitoring, problems_of(monitoring)),
        details={**details, "metrics": _metrics(monitoring), **_trends(monitoring)},
    )


def _compared(monitoring: Mapping[str, Any], place: int, comparison: Comparison) -> Subject:
    subject = _subject(monitoring)
    drifts = comparison.drifts.get(place, ())
    on_purpose = place in comparison.disabled_on_purpose
    findings = [each for each in subject.findings if not (on_purpose and each.id == "disabled")]
    drifted = [
        _problem("config_drift", each.expected, each.actual, field=each.field, wanted=each.expected, found=each.actual)
        for each in drifts
    ]
    return replace(
        subject,
        findings=(*findings, *_in_words(monitoring, drifted)),
        details={**subject.details, "drift": [drift.as_dict() for drift in drifts]},
    )


def _unmonitored_subject(unmonitored: Unmonitored) -> Subject:
    entry = unmonitored.declared
    details: dict[str, Any] = {**dict.fromkeys(_DETAILS), "url": entry.url or None, "metrics": None, "drift": []}
    declared = {"name": entry.name, "url": entry.url} if entry.name and entry.url else entry.name or entry.url
    near = list(unmonitored.near)
    problem = _problem("not_monitored", declared, near or None, url=entry.url, near=near)
    return Subject(entry.name or entry.url, None, None, (monitoring_words.in_words(entry.name, problem),), details)


@dataclass(frozen=True)
class Conditions:
    """Where and how the pages of a monitoring are loaded; None for what the API does not tell."""

    location: str | None
    browser: str | None
    mobile: bool | None


def conditions_of(monitoring: Mapping[str, Any]) -> Conditions:
    """The conditions of a monitoring; a browser is an object with a name in some answers, a name in others."""
    config = monitoring.get("config")
    known = config if isinstance(config, Mapping) else {}
    location, browser, mobile = (known.get(key) for key in ("location", "browser", "is_mobile"))
    name = browser.get("name") if isinstance(browser, Mapping) else browser
    return Conditions(
        location if isinstance(location, str) else None,
        name if isinstance(name, str) else None,
        mobile if isinstance(mobile, bool) else None,
    )


def monitoring_name(monitoring: Mapping[str, Any]) -> str:
    """What messages call a monitoring. What is redacted in it may be all that tells it from another one."""
    name = str(monitoring.get("name") or monitoring.get("url") or monitoring.get("id") or "unnamed")
    return f"{name} ({monitoring.get('id')})" if REDACTED in name and monitoring.get("id") is not None else name


def _metrics(monitoring: Mapping[str, Any]) -> dict[str, float | None] | None:
    """The metrics of the last report where it was asked for, else the averages, else those of the newest of the
    reports; None when there is none of them.
    """
    for part, read in (("last_report", read_metrics), ("statistics", averages_from_statistics)):
        if part in monitoring:
            found = monitoring[part]
            if not isinstance(found, Mapping):
                return None
            if isinstance(found.get("computed"), Mapping):  # unlike the API's averages surely without failed runs
                return {name: numbers.get("mean") for name, numbers in found["computed"].items()}
            metrics = found.get("metrics")
            return dict(metrics) if isinstance(metrics, Mapping) else read(found)
    newest = max(_dated_reports(monitoring), key=lambda report: str(report["date"]), default=None)
    return None if newest is None else dict(metrics_of(newest))


def _trends(monitoring: Mapping[str, Any]) -> dict[str, Any]:
    """What the reports show over time, where they were read."""
    return {"trends": trends_of(_dated_reports(monitoring))} if "reports" in monitoring else {}


def _dated_reports(monitoring: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The reports that have a place in time; the API need not give their date."""
    found = monitoring.get("reports")
    return [each for each in found if each.get("date")] if isinstance(found, list) else []


def _in_words(monitoring: Mapping[str, Any], problems: Sequence[Problem]) -> tuple[Finding, ...]:
    name = monitoring_name(monitoring)
    return tuple(monitoring_words.in_words(name, problem) for problem in problems)


def problems_of(monitoring: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a monitoring, by itself."""
    if monitoring.get("enabled") is False:
        return [_problem("disabled", True, False)]
    problems = []
    state = monitoring.get("state") or None
    never_ran = monitoring.get("last_execution") is None and "last_execution_unreadable" not in monitoring
    if str(state).strip().upper() != "OK" and not (never_ran and not state):
        error = str(monitoring.get("error_message") or "")
        problems.append(_problem("state_not_ok", "OK", state, state=state, error=error, url=monitoring.get("url")))
    if never_ran:
        problems.append(_problem("never_ran", "a run", None))
    elif monitoring.get("stale") is None:
        problems.append(_staleness_unknown(monitoring))
    elif monitoring["stale"]:
        problems.append(_stale(monitoring))
    return problems


def _stale(monitoring: Mapping[str, Any]) -> Problem:
    age, frequency = real_number(monitoring.get("age_seconds")), real_number(monitoring.get("frequency"))
    period = None if frequency is None else real_number(frequency * 60)
    every = "more often" if period is None else f"every {span(period)}"
    return _problem("stale", f"a run {every}", monitoring.get("last_execution"), age_seconds=age, every=every)


def _staleness_unknown(monitoring: Mapping[str, Any]) -> Problem:
    last = monitoring.get("last_execution")
    if "last_execution_unreadable" in monitoring:
        given = monitoring["last_execution_unreadable"]
        return _problem(
            "staleness_unknown", "a date in milliseconds since 1970", given, reason="unreadable", given=given
        )
    if monitoring.get("age_seconds") is None:
        return _problem("staleness_unknown", "a last run in the past", last, reason="ahead")
    frequency = monitoring.get("frequency")
    reason = "no_frequency" if frequency is None or real_number(frequency) == 0 else "no_minutes"
    return _problem("staleness_unknown", "a frequency in minutes", frequency, reason=reason, given=frequency)


def _problem(rule_id: str, expected: object, actual: object, **facts: object) -> Problem:
    return Problem(RULES["monitorings", rule_id], expected, actual, facts)
