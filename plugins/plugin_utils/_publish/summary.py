# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a published verdict is told: in one line, and as the message of a task that fails by it.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

_NAMED = 5


def summary_line(verdict: Verdict, where: str) -> str:
    """ "checked 9 monitorings: 1 fail, 0 unknown, 2 warn, 6 pass; reports in /srv/reports"."""
    counts = ", ".join(f"{verdict.summary[status]} {status}" for status in WORST_FIRST)
    partial = f" PARTIAL, without {', '.join(verdict.missing)};" if verdict.partial else ""
    return f"checked {words.counted_subjects(len(verdict.subjects), verdict.kind)}: {counts};{partial} {where}"


def reasons_to_fail(verdict: Verdict, fail_on: Sequence[str]) -> list[str]:
    """Why the task fails by the verdict, as sentences; empty if it does not. The worst subjects are the first."""
    bad = [subject for subject in verdict.by_urgency() if subject.status in fail_on]
    if not bad and verdict.status not in fail_on:
        return []
    return [
        _what(verdict, bad, fail_on),
        *([f"Missing: {', '.join(verdict.missing)}."] if verdict.partial else []),
        *(_reason(subject) for subject in bad[:_NAMED]),
        *([f"And {len(bad) - _NAMED} more."] if len(bad) > _NAMED else []),
    ]


def _what(verdict: Verdict, bad: Sequence[Subject], fail_on: Sequence[str]) -> str:
    if bad:
        return f"{len(bad)} of {words.counted_subjects(len(verdict.subjects), verdict.kind)}: {' or '.join(fail_on)}."
    if not verdict.subjects:
        return "Nothing was checked, and that is not a pass."
    return "Not all could be checked." if verdict.partial else f"The whole is {verdict.status}."


def _reason(subject: Subject) -> str:
    return next((finding.message for finding in subject.open_findings), subject.name)
