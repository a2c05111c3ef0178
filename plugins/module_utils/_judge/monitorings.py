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

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .declared import Comparison, Drift, Unmonitored
from .metrics import averages_from_statistics, read_metrics
from .numeric import real_number
from .secrecy import REDACTED
from .trends import metrics_of, trends_of
from .verdict import Finding, Status, Subject, Verdict, plain

FINDINGS: dict[str, Status] = {
    "state_not_ok": "fail",
    "stale": "fail",
    "never_ran": "unknown",
    "staleness_unknown": "unknown",
    "disabled": "warn",
    "config_drift": "warn",
    "not_monitored": "fail",
}

_LONGEST_GIVEN = 60
PLACE = "the Speed Analysis Lab"
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
        findings=tuple(_findings(monitoring)),
        details={**details, "metrics": _metrics(monitoring), **_trends(monitoring)},
    )


def _compared(monitoring: Mapping[str, Any], place: int, comparison: Comparison) -> Subject:
    subject = _subject(monitoring)
    drifts = comparison.drifts.get(place, ())
    on_purpose = place in comparison.disabled_on_purpose
    findings = [each for each in subject.findings if not (on_purpose and each.id == "disabled")]
    return replace(
        subject,
        findings=(*findings, *(_config_drift(monitoring, drift) for drift in drifts)),
        details={**subject.details, "drift": [drift.as_dict() for drift in drifts]},
    )


def _unmonitored_subject(unmonitored: Unmonitored) -> Subject:
    entry = unmonitored.declared
    details: dict[str, Any] = {**dict.fromkeys(_DETAILS), "url": entry.url or None, "metrics": None, "drift": []}
    return Subject(entry.name or entry.url, None, None, (_not_monitored(unmonitored),), details)


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


def _findings(monitoring: Mapping[str, Any]) -> list[Finding]:
    if monitoring.get("enabled") is False:
        return [_disabled(monitoring)]
    findings = []
    state = monitoring.get("state")
    never_ran = monitoring.get("last_execution") is None and "last_execution_unreadable" not in monitoring
    if str(state).strip().upper() != "OK" and not (never_ran and not state):
        findings.append(_state_not_ok(monitoring))
    if never_ran:
        findings.append(_never_ran(monitoring))
    elif monitoring.get("stale") is None:
        findings.append(_staleness_unknown(monitoring))
    elif monitoring["stale"]:
        findings.append(_stale(monitoring))
    return findings


def _finding(finding_id: str, message: str, expected: object, actual: object, fix: str) -> Finding:
    return Finding(finding_id, FINDINGS[finding_id], message, expected, actual, fix)


def _disabled(monitoring: Mapping[str, Any]) -> Finding:
    return _finding(
        "disabled",
        f'The monitoring "{monitoring_name(monitoring)}" is disabled: it does not run, and its last results grow old.',
        True,
        False,
        f"Enable it in {PLACE}, or delete it there if nobody needs it any more.",
    )


def _state_not_ok(monitoring: Mapping[str, Any]) -> Finding:
    state = monitoring.get("state") or None
    error = str(monitoring.get("error_message") or "").strip().rstrip(".")
    is_in = f"is in the state {state}" if state else "gives no state"
    return _finding(
        "state_not_ok",
        f'The monitoring "{monitoring_name(monitoring)}" {is_in}{": " + error if error else ""}.',
        "OK",
        state,
        f"Open {monitoring.get('url') or 'its page'} in a browser to see whether the site answers, "
        f"then look at the last run in {PLACE}.",
    )


def _stale(monitoring: Mapping[str, Any]) -> Finding:
    age, frequency = real_number(monitoring.get("age_seconds")), real_number(monitoring.get("frequency"))
    since = "long ago" if age is None else f"{_span(age)} ago"
    every = "more often" if frequency is None else f"every {_span(frequency * 60)}"
    return _finding(
        "stale",
        f'The monitoring "{monitoring_name(monitoring)}" last ran {since}, though it should run {every}.',
        f"a run {every}",
        monitoring.get("last_execution"),
        f"Look in {PLACE} whether its runs are queued, blocked or failing.",
    )


def _never_ran(monitoring: Mapping[str, Any]) -> Finding:
    return _finding(
        "never_ran",
        f'The monitoring "{monitoring_name(monitoring)}" has never run, so nothing is known of it.',
        "a run",
        None,
        f"Wait for its first run; if it is overdue, check the monitoring in {PLACE}.",
    )


def _staleness_unknown(monitoring: Mapping[str, Any]) -> Finding:
    if "last_execution_unreadable" in monitoring:
        return _last_run_unreadable(monitoring)
    untold = f'Whether the monitoring "{monitoring_name(monitoring)}" is stale cannot be told: '
    if monitoring.get("age_seconds") is None:
        return _finding(
            "staleness_unknown",
            f"{untold}its last run lies ahead.",
            "a last run in the past",
            monitoring.get("last_execution"),
            f"Check the clock of this machine; if that is right, look at the last run in {PLACE}.",
        )
    frequency = monitoring.get("frequency")
    given = real_number(frequency)
    if frequency is None or given == 0:
        reason = "how often it should run is unknown"
    else:
        reason = f"its frequency is given as {_given(frequency)}, which is no number of minutes"
    return _finding(
        "staleness_unknown",
        f"{untold}{reason}.",
        "a frequency in minutes",
        monitoring.get("frequency"),
        f"Set how often it runs in {PLACE}.",
    )


def _last_run_unreadable(monitoring: Mapping[str, Any]) -> Finding:
    given = monitoring["last_execution_unreadable"]
    return _finding(
        "staleness_unknown",
        f'Whether the monitoring "{monitoring_name(monitoring)}" is stale cannot be told: its last run is given as '
        f"{_given(given)}, which is no date.",
        "a date in milliseconds since 1970",
        given,
        f"Look at the last run in {PLACE}; if the API keeps answering so, tell Contentsquare.",
    )


def _given(value: Any) -> str:
    """A value of an unexpected kind within a sentence, short or not at all."""
    text = json.dumps(plain(value), default=str, ensure_ascii=False)
    if isinstance(value, (Mapping, list, tuple)) or len(text) > _LONGEST_GIVEN:
        return {"str": "a long text", "list": "a list", "tuple": "a list"}.get(type(value).__name__, "an object")
    return text


def _config_drift(monitoring: Mapping[str, Any], drift: Drift) -> Finding:
    expected, actual = _shown(drift.expected), _shown(drift.actual)
    if drift.actual is None:
        told = f"the API gives no {drift.field}, though it is declared"
    elif expected is None or actual is None:
        told = f"{drift.field} is not as declared"
    else:
        told = f"{drift.field} is {actual}, but {expected} is declared"
    return _finding(
        "config_drift",
        f'Of the monitoring "{monitoring_name(monitoring)}" {told}.',
        drift.expected,
        drift.actual,
        f"Set {drift.field} to what is declared in {PLACE}, or declare what it is now.",
    )


def _shown(value: Any) -> str | None:
    """A value within a sentence; None for one that is too much for it."""
    if isinstance(value, (Mapping, list, tuple)):
        return None
    return value if isinstance(value, str) and value else json.dumps(plain(value), default=str)


def _not_monitored(unmonitored: Unmonitored) -> Finding:
    entry, near = unmonitored.declared, unmonitored.near
    if entry.name and entry.url:
        message = f'No monitoring with the name "{entry.name}" measures {entry.url}.'
    else:
        message = f'No monitoring has the name "{entry.name}".' if entry.name else f"Nothing monitors {entry.url}."
    hint = f" It may be meant with {' or '.join(near)}: then correct the one or the other." if near else ""
    return _finding(
        "not_monitored",
        message,
        {"name": entry.name, "url": entry.url} if entry.name and entry.url else entry.name or entry.url,
        list(near) or None,
        f"Create the monitoring in {PLACE}, or declare it no longer.{hint}",
    )


def _span(seconds: float) -> str:
    """A length of time for people, in the largest unit of which there are at least two: 90 minutes, 24 hours."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}s"
    return f"{int(seconds)} seconds"
