# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the HTML report shows, worked out before any markup: a verdict turned into words, positions and cells.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.status import WORST_FIRST, Status, rank
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.budgets import BudgetChart, draw_budgets
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.columns import (
    Cell,
    Column,
    columns_for,
    name_note,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.filters import Filter, filters_for
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.matrix import (
    STATES,
    Matrix,
    draw_matrices,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.timeline import Timeline, draw_timeline
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.trends import Trends, draw_trends
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.verdict import Verdict

_FAR = 10**9
_TAB_TITLE_LENGTH = 70  # what a tab, a bookmark or a list of results shows of it at most
_HEADLINES = {
    "fail": "{share} {need} action now",
    "unknown": "{share} could not be judged",
    "warn": "{share} will need attention",
}


@dataclass(frozen=True)
class Tile:
    """The count of one status, and its share of all as a percentage with the place where it starts."""

    status: str
    label: str
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class FindingView:
    """A finding with the subject that it belongs to."""

    status: Status
    subject: str
    number: int
    environment: str
    owner: str
    id: str
    message: str
    expected: str
    actual: str
    fix: str
    waived_reason: str
    waived_until: str


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one kind and severity; ``fix`` is there if it is the same for all."""

    status: Status
    title: str
    fix: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class Row:
    """A subject in the table, with the choice of each filter that it falls under."""

    number: int
    status: str
    label: str
    name: str
    note: str
    cells: tuple[Cell, ...]
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """The whole report."""

    title: str
    tab_title: str
    heading: str
    kind_words: str
    status: str
    headline: str
    checked_at: str
    checked_at_words: str
    partial: bool
    missing: tuple[str, ...]
    total: str
    noun: str
    tiles: tuple[Tile, ...]
    filters: tuple[Filter, ...]
    timeline: Timeline | None
    budgets: tuple[BudgetChart, ...]
    open_count: int
    groups: tuple[FindingGroup, ...]
    matrices: tuple[Matrix, ...]
    trends: Trends | None
    waived: tuple[FindingGroup, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    labels: Mapping[str, str]
    states: Mapping[str, str]
    schema_version: str


def lay_out(verdict: Verdict, title: str = "") -> Page:
    """The page for a verdict."""
    kind = str(verdict["kind"])
    subjects = sorted(verdict["subjects"], key=_urgency)
    columns = columns_for(kind, subjects)
    filters = filters_for(subjects)
    findings = _findings(subjects)
    open_findings = [finding for finding in findings if not finding.waived_until]
    whole_title = words.printable(title) if title else words.title_for(words.printable(kind))
    headline = _headline(verdict, kind)
    return Page(
        title=whole_title,
        tab_title=words.shortened(f"{whole_title}: {headline}", _TAB_TITLE_LENGTH),
        heading=words.heading_for(words.printable(kind)),
        kind_words=words.spaced(kind),
        status=verdict["status"],
        headline=headline,
        checked_at=verdict["checked_at"],
        checked_at_words=words.long_instant(verdict["checked_at"]),
        partial=bool(verdict["partial"]),
        missing=tuple(words.printable(name) for name in verdict.get("missing") or ()),
        total=words.counted(int(verdict["summary"]["total"]), kind),
        noun=words.plural_of(kind),
        tiles=_tiles(verdict["summary"]),
        filters=filters,
        timeline=draw_timeline(subjects) if kind == "credentials" and subjects else None,
        budgets=draw_budgets(subjects) if kind == "gate" else (),
        open_count=len(open_findings),
        groups=_groups(open_findings),
        matrices=draw_matrices(subjects) if kind == "credentials" else (),
        trends=draw_trends(subjects) if kind == "monitorings" else None,
        waived=_groups([finding for finding in findings if finding.waived_until]),
        columns=columns,
        rows=tuple(
            Row(
                number=number,
                status=subject["status"],
                label=words.STATUS_LABELS[subject["status"]],
                name=words.printable(subject["name"]),
                note=name_note(kind, subject),
                cells=tuple(column.cell(subject) for column in columns),
                choices={each.name: each.keys[number - 1] for each in filters},
            )
            for number, subject in enumerate(subjects, start=1)
        ),
        labels=words.STATUS_LABELS,
        states=STATES,
        schema_version=verdict["schema_version"],
    )


def _urgency(subject: Mapping[str, Any]) -> tuple[int, int, str]:
    """Worst status first, then what ends soonest, then by name."""
    details = subject.get("details") or {}
    days = (details.get("expiry") or {}).get("days_left")
    return rank(subject["status"]), days if isinstance(days, int) else _FAR, str(subject["name"])


def _headline(verdict: Verdict, kind: str) -> str:
    total = int(verdict["summary"]["total"])
    status = verdict["status"]
    if total == 0:
        return "Nothing was checked, so nothing is known"
    if status == "pass":
        return f"{words.counted(total, kind)}: all in order" if total > 1 else f"{words.counted(1, kind)}: in order"
    count = int(verdict["summary"][status])
    if count == 0:  # only a part that is missing can make a verdict worse than all of its subjects
        return f"{words.counted(total, kind)} in order, but not all could be checked"
    share = f"{count:,} of {words.counted(total, kind)}"
    return _HEADLINES[status].format(share=share, need="needs" if count == 1 else "need")


def _tiles(summary: Mapping[str, Any]) -> tuple[Tile, ...]:
    total = max(1, sum(int(summary[status]) for status in WORST_FIRST))
    tiles = []
    start = 0.0
    for status in WORST_FIRST:
        count = int(summary[status])
        width = round(count * 100 / total, 3)
        tiles.append(Tile(status, words.STATUS_LABELS[status], count, round(start, 3), width))
        start += width
    return tuple(tiles)


def _findings(subjects: list[Mapping[str, Any]]) -> list[FindingView]:
    """Every finding, in the order of the table."""
    return [
        _finding(subject, number, finding)
        for number, subject in enumerate(subjects, start=1)
        for finding in subject["findings"]
    ]


def _groups(findings: list[FindingView]) -> tuple[FindingGroup, ...]:
    """The findings by kind, the worst first, so that what is to be done once is also said once."""
    members: dict[tuple[Status, str], list[FindingView]] = {}
    for finding in findings:
        members.setdefault((finding.status, finding.id), []).append(finding)
    groups = [
        FindingGroup(status, title, _common_fix(group), tuple(group)) for (status, title), group in members.items()
    ]
    return tuple(sorted(groups, key=lambda group: rank(group.status)))


def _common_fix(findings: list[FindingView]) -> str:
    """What is to be done about all of them, if it is the same but for the name of the entry; else nothing."""
    if len(findings) == 1:
        return findings[0].fix
    fixes = {finding.fix.replace(f'the entry "{finding.subject}"', "its entry") for finding in findings}
    return fixes.pop() if len(fixes) == 1 else ""


def _finding(subject: Mapping[str, Any], number: int, finding: Mapping[str, Any]) -> FindingView:
    waived = finding.get("waived") or {}
    return FindingView(
        status=finding["severity"],
        subject=words.printable(subject["name"]),
        number=number,
        environment=words.printable(subject.get("environment") or ""),
        owner=words.printable(subject.get("owner") or ""),
        id=words.spaced(finding["id"]).capitalize(),
        message=words.printable(finding["message"]),
        expected=_comparison(finding, "expected"),
        actual=_comparison(finding, "actual"),
        fix=words.printable(finding.get("fix") or ""),
        waived_reason=words.printable(waived.get("reason") or ""),
        waived_until=words.printable(waived.get("until") or "") or (words.NOTHING if waived else ""),
    )


def _comparison(finding: Mapping[str, Any], key: str) -> str:
    value = finding.get(key)
    return "" if value is None else words.listing(value)
