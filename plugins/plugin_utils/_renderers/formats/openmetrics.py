# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as metrics in the OpenMetrics text format, for node_exporter's textfile collector and the like.

Private to this collection: may change without notice.

Decisions that the code follows:

* Absolute times only: a file that nobody renews stays true, and an alert can tell how old it is.
* A pair expires at the end of its last day (UTC), so its expiry is the midnight that follows.
* Statuses are series of 0 and 1, one for each status, so that a change of status never leaves a gap.
* Subjects whose labels are all the same share their series, and the worst of them shows.
* Each series has the label ``report``, because one pair may well be in two reports of one folder.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import instant_told
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST, worst
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.exposition import (
    Family,
    Labels,
    exposition,
    label_value,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import unless_only_the_clock_moved

_CHECKED = "speedlab_verdict_checked_timestamp_seconds"
_CHECKED_AT = re.compile(rf"^{_CHECKED}\{{.*\}} (\d{{1,12}})$", re.MULTILINE)


@dataclass(frozen=True)
class Prefix:
    """How the metrics of one kind of subject are called, which of its details are labels, and which time it has."""

    name: str
    noun: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instant: tuple[str, str, Callable[[Subject], int | None]] | None = None


def render_openmetrics(verdict: Verdict, *, name: str = "", previous: str = "") -> str:
    """The metrics as the text of a file.

    name: what the report is called, as the label ``report``; the kind of the verdict if it is empty.
    previous: the metrics of an earlier run, kept as they are if nothing but the time within the same day has changed.
    """
    render = functools.partial(_render, name=name)
    return unless_only_the_clock_moved(verdict, previous, _checked_at(previous), render)


def _checked_at(report: str) -> datetime | None:
    found = _CHECKED_AT.search(report)
    if not found:
        return None
    try:
        return datetime.fromtimestamp(int(found[1]), timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None


def _render(verdict: Verdict, name: str) -> str:
    return exposition([*_of_the_whole(verdict), *_of_the_subjects(verdict)], name or verdict.kind)


def _of_the_whole(verdict: Verdict) -> list[Family]:
    about = {"kind": verdict.kind}
    subjects = verdict.subjects
    checked = Family(_CHECKED, "When the subjects were judged, in seconds since 1970.")
    checked.add(_seconds(verdict.checked_at), about)
    partial = Family("speedlab_verdict_partial", "Whether some were to be judged and were not.")
    partial.add(int(verdict.partial), about)
    missing = Family("speedlab_verdict_missing", "How many were to be judged and were not.")
    missing.add(len(verdict.missing), about)
    status = Family("speedlab_verdict_status", "The status of the whole: 1 for the one that it has.")
    counts = Family("speedlab_verdict_subjects", "How many subjects have this status.")
    findings = Family("speedlab_verdict_findings", "How many findings of this severity there are.")
    found = [subject.status for subject in subjects]
    for each in WORST_FIRST:
        status.add(int(verdict.status == each), {**about, "status": each})
        counts.add(found.count(each), {**about, "status": each})
    for waived in (False, True):
        severities = [
            finding.severity
            for subject in subjects
            for finding in subject.findings
            if (finding.waived is not None) is waived
        ]
        for each in WORST_FIRST:
            findings.add(severities.count(each), {**about, "severity": each, "waived": str(waived).lower()})
    return [checked, partial, missing, status, counts, findings]


def _of_the_subjects(verdict: Verdict) -> list[Family]:
    prefix = _PREFIXES.get(verdict.kind, _ANY)
    status = Family(f"{prefix.name}_status", f"The status of the {prefix.noun}: 1 for the one that it has.")
    findings = Family(f"{prefix.name}_findings", f"How many findings that nobody waived the {prefix.noun} has.")
    families = [status, findings]
    instant = Family(f"{prefix.name}_{prefix.instant[0]}", prefix.instant[1]) if prefix.instant else None
    for labels, twins in _by_labels(verdict, prefix):
        judged = worst(twin.status for twin in twins)
        severities = [finding.severity for twin in twins for finding in twin.open_findings]
        for each in WORST_FIRST:
            status.add(int(judged == each), {**labels, "status": each})
            findings.add(severities.count(each), {**labels, "severity": each})
        if instant and prefix.instant:
            known = [each for each in map(prefix.instant[2], twins) if each is not None]
            # What comes first is what an alert has to know: the earliest expiry, the run of longest ago.
            if known:
                instant.add(min(known), labels)
    return [*families, *([instant] if instant else [])]


def _by_labels(verdict: Verdict, prefix: Prefix) -> list[tuple[Labels, Sequence[Subject]]]:
    """The subjects, those together that no label tells apart."""
    groups: dict[tuple[tuple[str, str], ...], list[Subject]] = {}
    for subject in verdict.subjects:
        about = {"name": subject.name, "environment": subject.environment, "owner": subject.owner}
        labels = {key: label_value(value) for key, value in about.items()}
        labels |= {key: label_value(subject.detail(*path)) for key, path in prefix.labels.items()}
        if prefix is _ANY:
            labels["kind"] = label_value(verdict.kind)
        groups.setdefault(tuple(labels.items()), []).append(subject)
    return [(dict(labels), subjects) for labels, subjects in groups.items()]


def _expires(subject: Subject) -> int | None:
    try:
        last_day = date.fromisoformat(subject.credential.expiry.expires_on or "")
        return _seconds(datetime.combine(last_day, datetime.min.time()) + timedelta(days=1))
    except (OverflowError, ValueError):
        return None


def _last_run(subject: Subject) -> int | None:
    instant = instant_told(subject.monitoring.last_execution or "")
    return None if instant is None else _seconds(instant)


def _seconds(instant: datetime) -> int:
    return int(instant.replace(tzinfo=timezone.utc).timestamp())


_PREFIXES = {
    "credentials": Prefix(
        "speedlab_credential",
        "credential pair",
        {"client_id": ("client_id",), "project_id": ("project_id",)},
        ("expires_timestamp_seconds", "When the credential pair expires, in seconds since 1970.", _expires),
    ),
    "monitorings": Prefix(
        "speedlab_monitoring",
        "monitoring",
        {"id": ("id",), "url": ("url",)},
        ("last_run_timestamp_seconds", "When the monitoring last ran, in seconds since 1970.", _last_run),
    ),
    "gate": Prefix("speedlab_gate", "gated monitoring", {"id": ("id",), "url": ("url",)}),
}
_ANY = Prefix("speedlab_subject", "subject")
