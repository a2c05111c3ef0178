# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the renderers accept: a verdict, as the modules of this collection return it.

Private to this collection: may change without notice.

Everything here works on plain JSON types; Ansible's own types are converted before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.strict_json import parse_json
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.publication import for_publication
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.verdict import SCHEMA_VERSION

Verdict = Mapping[str, Any]

_KEYS = ("schema_version", "kind", "status", "summary", "partial", "checked_at", "subjects")
_SUBJECT_KEYS = ("name", "status", "findings")
_FINDING_KEYS = ("id", "severity", "message")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class NotAVerdict(ValueError):
    """The value handed to a renderer is not a verdict; the text says what is wrong and what to hand over."""


def as_verdict(value: object) -> Verdict:
    """The verdict as it may be published, if this version can render it; raises :class:`NotAVerdict` otherwise."""
    verdict = _mapping(value, "the input", _KEYS)
    if verdict["schema_version"] != SCHEMA_VERSION:
        raise NotAVerdict(
            f"This verdict has schema version {verdict['schema_version']!r}; this version of the collection renders"
            f" schema version {SCHEMA_VERSION!r}. Render it with the version that made it."
        )
    if not (isinstance(verdict["checked_at"], str) and _INSTANT.fullmatch(verdict["checked_at"])):
        raise NotAVerdict(f"checked_at is {verdict['checked_at']!r}, not a time such as 2026-11-23T22:35:43Z.")
    _status(verdict["status"], "the verdict")
    _mapping(verdict["summary"], "summary", ("total", *WORST_FIRST))
    for number, subject in enumerate(_list(verdict["subjects"], "subjects")):
        where = f"subjects[{number}]"
        _status(_mapping(subject, where, _SUBJECT_KEYS)["status"], where)
        for index, finding in enumerate(_list(subject["findings"], f"{where}.findings")):
            finding_where = f"{where}.findings[{index}]"
            _status(_mapping(finding, finding_where, _FINDING_KEYS)["severity"], finding_where)
    _list(verdict.get("missing", []), "missing")
    return for_publication(verdict)


def missing_names(verdict: Verdict) -> list[str]:
    """Who should have been judged and was not; a partial verdict that names nobody lacks at least one."""
    names = [str(name) for name in verdict.get("missing") or ()]
    return names or ["(unnamed)"] if verdict["partial"] else names


def nothing_judged(verdict: Verdict) -> bool:
    """Whether the verdict is about nothing at all, which no report may show as a success."""
    return not verdict["subjects"] and not missing_names(verdict)


def open_findings(subject: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings which make the subject's status."""
    return [finding for finding in subject["findings"] if not finding.get("waived")]


def waived_findings(subject: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings which somebody chose to overlook for a time; each has a reason and an end."""
    return [finding for finding in subject["findings"] if finding.get("waived")]


def part_of(subject: Mapping[str, Any], *path: str) -> Any:
    """What the subject's details hold at the end of a path of keys; None where the path leads nowhere."""
    found: Any = subject.get("details")
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def waiver_of(finding: Mapping[str, Any]) -> tuple[str, str]:
    """The reason and the last day of a waived finding's waiver; two empty texts for one that nobody waives."""
    waived = finding.get("waived")
    if not isinstance(waived, Mapping):
        return "", ""
    return str(waived.get("reason") or ""), str(waived.get("until") or "")


def _mapping(value: object, where: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotAVerdict(
            f"Not a verdict: {where} is a {type(value).__name__}, not a dictionary. Hand over the key verdict of a"
            " module's result, for example result.verdict."
        )
    missing = [key for key in keys if key not in value]
    if missing:
        raise NotAVerdict(
            f"Not a verdict: {where} lacks {', '.join(missing)}. Hand over the key verdict of a module's result, for"
            " example result.verdict."
        )
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotAVerdict(f"Not a verdict: {where} is a {type(value).__name__}, not a list.")
    return value


def _status(value: object, where: str) -> None:
    if value not in WORST_FIRST:
        raise NotAVerdict(f"Not a verdict: {where} has status {value!r}, which is none of {', '.join(WORST_FIRST)}.")


def unless_only_the_clock_moved(
    verdict: Verdict, previous: str, previous_checked_at: str | None, render: Callable[[Verdict], str]
) -> str:
    """The report of this verdict; or the previous one, if that says the same and was made on the same day.

    This is what makes a task that writes reports idempotent without a report ever being older than a day.
    """
    if previous_checked_at is None or previous_checked_at[:10] != verdict["checked_at"][:10]:
        return render(verdict)
    if render({**verdict, "checked_at": previous_checked_at}) == previous:
        return previous
    return render(verdict)


def instant_in(report: str, pattern: re.Pattern[str]) -> str | None:
    """The time of the check that an earlier report tells, as the pattern's first group; None if it tells none."""
    found = pattern.search(report)
    return found[1] if found and _INSTANT.fullmatch(found[1]) else None


def json_of(text: str) -> Any:
    """The value of a JSON text, such as an earlier report. Raises :class:`ValueError` for what is none."""
    return parse_json(text.encode("utf-8"))


def checked_at_of_json(report: str) -> str | None:
    """The time of the check that an earlier JSON report tells; None if it is no such report."""
    try:
        document = json_of(report)
    except ValueError:
        return None
    found = document.get("checked_at") if isinstance(document, dict) else None
    return found if isinstance(found, str) and _INSTANT.fullmatch(found) else None
