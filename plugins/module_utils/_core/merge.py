# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One verdict from several: those of hosts, of slices of a job, of environments that were judged apart.

Private to this collection: may change without notice.

Decisions that the code follows:

* Every subject is kept, also where two parts judge the same name: none may hide the other.
* What only the whole shows is judged anew: duplicates among credential pairs, with the waivers that each declares.
* The whole is as old as its oldest part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from .credentials.judge import duplicate
from .credentials.words import in_words
from .findings import Finding, Waived
from .parsing import list_in, mapping_in
from .status import rank
from .verdict import Subject, Verdict


def merge(parts: Sequence[Verdict], missing: Iterable[str], kind: str, now: datetime) -> Verdict:
    """The verdict over all parts. ``missing``: who should have sent a part and did not.

    ``kind`` and ``now`` are those of a verdict without any part. Raises :class:`ValueError` for parts that cannot be
    one verdict.
    """
    kinds = sorted({part.kind for part in parts}) or [kind]
    if len(kinds) > 1:
        raise ValueError(f"Verdicts of the kinds {', '.join(kinds)} cannot be merged: they judge different things.")
    subjects = tuple(subject for part in parts for subject in part.subjects)
    checked_at = min((part.checked_at for part in parts), default=now)
    absent = dict.fromkeys([*missing, *(name for part in parts for name in part.missing)])
    if kinds == ["credentials"]:
        subjects = _with_duplicates(subjects, checked_at.date())
    return Verdict(kinds[0], subjects, checked_at, tuple(absent))


def _with_duplicates(subjects: Sequence[Subject], today: date) -> tuple[Subject, ...]:
    holders: dict[tuple[Any, Any], list[int]] = {}
    for index, subject in enumerate(subjects):
        holders.setdefault((subject.detail("client_id"), subject.detail("project_id")), []).append(index)
    twins: dict[int, list[str]] = {}
    for (client_id, _project), indexes in holders.items():
        if client_id:
            twins.update({each: [_label(subjects[other]) for other in indexes if other != each] for each in indexes})
    return tuple(_judged_anew(subject, twins.get(index, []), today) for index, subject in enumerate(subjects))


def _judged_anew(subject: Subject, twins: Sequence[str], today: date) -> Subject:
    findings = [finding for finding in subject.findings if finding.id != "duplicate_client_id"]
    if twins:
        problem = replace(duplicate(subject.name, twins), waived=_running_waiver(subject, "duplicate_client_id", today))
        findings.append(in_words(subject.name, problem))
    elif len(findings) == len(subject.findings):
        return subject
    return replace(subject, findings=_in_order(findings), stated=None)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: rank(finding.severity)))


def _running_waiver(subject: Subject, finding_id: str, today: date) -> Waived | None:
    """The waiver of the subject for this finding that runs longest."""
    where = f'the waivers of "{subject.name}"'
    waivers = [mapping_in(each, where, ("finding",)) for each in list_in(subject.detail("waivers") or [], where)]
    running = [Waived.from_dict(each, where) for each in waivers if each["finding"] == finding_id]
    return max((each for each in running if each.until >= today), key=lambda waiver: waiver.until, default=None)


def _label(subject: Subject) -> str:
    return f"{subject.name} ({subject.environment})" if subject.environment else subject.name
