# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement over monitorings: do they run, as often as they should, and without trouble.

Private to this collection: may change without notice.

Decisions that the code follows:

* A disabled monitoring has the one finding ``disabled``: its state and its age are those of a run of long ago.
* Any state but ``OK``, in whatever case, is trouble, be it one that nobody has heard of. A monitoring that never ran
  need not have a state.
* Where the age of a monitoring that ran cannot be judged, for want of a frequency, it is ``staleness_unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .metrics import averages_from_statistics, read_metrics
from .numeric import real_number
from .verdict import Finding, Status, Subject, Verdict

FINDINGS: dict[str, Status] = {
    "state_not_ok": "fail",
    "stale": "fail",
    "never_ran": "unknown",
    "staleness_unknown": "unknown",
    "disabled": "warn",
}

_PLACE = "the Speed Analysis Lab"
_DETAILS = ("id", "url", "state", "enabled", "last_execution", "age_seconds", "frequency", "stale")


def judge_monitorings(
    monitorings: Sequence[Mapping[str, Any]], checked_at: datetime, missing: Sequence[str] = ()
) -> Verdict:
    """A verdict of the kind ``monitorings`` over monitorings with snake_case keys; over none at all it is unknown."""
    return Verdict("monitorings", tuple(_subject(monitoring) for monitoring in monitorings), checked_at, tuple(missing))


def _subject(monitoring: Mapping[str, Any]) -> Subject:
    details = {key: monitoring.get(key) for key in _DETAILS}
    return Subject(
        name=_name(monitoring),
        environment=None,
        owner=None,
        findings=tuple(_findings(monitoring)),
        details={**details, "metrics": _metrics(monitoring)},
    )


def _name(monitoring: Mapping[str, Any]) -> str:
    return str(monitoring.get("name") or monitoring.get("url") or monitoring.get("id") or "unnamed")


def _metrics(monitoring: Mapping[str, Any]) -> dict[str, float | None] | None:
    """The metrics of the last report where it was asked for, else the averages; None when there is neither."""
    for part, read in (("last_report", read_metrics), ("statistics", averages_from_statistics)):
        if part in monitoring:
            found = monitoring[part]
            if not isinstance(found, Mapping):
                return None
            metrics = found.get("metrics")
            return dict(metrics) if isinstance(metrics, Mapping) else read(found)
    return None


def _findings(monitoring: Mapping[str, Any]) -> list[Finding]:
    if monitoring.get("enabled") is False:
        return [_disabled(monitoring)]
    findings = []
    state = monitoring.get("state")
    never_ran = monitoring.get("last_execution") is None
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
        f'The monitoring "{_name(monitoring)}" is disabled: it does not run, and its last results grow old.',
        True,
        False,
        f"Enable it in {_PLACE}, or delete it there if nobody needs it any more.",
    )


def _state_not_ok(monitoring: Mapping[str, Any]) -> Finding:
    state = monitoring.get("state") or None
    error = str(monitoring.get("error_message") or "").strip().rstrip(".")
    is_in = f"is in the state {state}" if state else "gives no state"
    return _finding(
        "state_not_ok",
        f'The monitoring "{_name(monitoring)}" {is_in}{": " + error if error else ""}.',
        "OK",
        state,
        f"Open {monitoring.get('url') or 'its page'} in a browser to see whether the site answers, "
        f"then look at the last run in {_PLACE}.",
    )


def _stale(monitoring: Mapping[str, Any]) -> Finding:
    age, frequency = real_number(monitoring.get("age_seconds")), real_number(monitoring.get("frequency"))
    since = "long ago" if age is None else f"{_span(age)} ago"
    every = "more often" if frequency is None else f"every {_span(frequency * 60)}"
    return _finding(
        "stale",
        f'The monitoring "{_name(monitoring)}" last ran {since}, though it should run {every}.',
        f"a run {every}",
        monitoring.get("last_execution"),
        f"Look in {_PLACE} whether its runs are queued, blocked or failing.",
    )


def _never_ran(monitoring: Mapping[str, Any]) -> Finding:
    return _finding(
        "never_ran",
        f'The monitoring "{_name(monitoring)}" has never run, so nothing is known of it.',
        "a run",
        None,
        f"Wait for its first run; if it is overdue, check the monitoring in {_PLACE}.",
    )


def _staleness_unknown(monitoring: Mapping[str, Any]) -> Finding:
    return _finding(
        "staleness_unknown",
        f'Whether the monitoring "{_name(monitoring)}" is stale cannot be told: how often it should run is unknown.',
        "a frequency in minutes",
        monitoring.get("frequency"),
        f"Set how often it runs in {_PLACE}.",
    )


def _span(seconds: float) -> str:
    """A length of time for people, in the largest unit of which there are at least two: 90 minutes, 24 hours."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}s"
    return f"{int(seconds)} seconds"
