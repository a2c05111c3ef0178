# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the HTML report shows, worked out before any markup: a verdict turned into words, positions and cells.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST, Status, rank
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import (
    SCHEMA_VERSION,
    Subject,
    Verdict,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.budgets import BudgetChart, draw_budgets
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.charts.matrix import (
    STATES,
    Matrix,
    draw_matrices,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.charts.timeline import (
    Timeline,
    draw_timeline,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.charts.trends import Trends, draw_trends
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.columns import (
    Cell,
    Column,
    columns_for,
    name_note,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.filters import Filter, filters_for

_TAB_TITLE_LENGTH = 70  # what a tab, a bookmark or a list of results shows of it at most


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
    kind = verdict.kind
    subjects = verdict.by_urgency()
    columns = columns_for(kind, subjects)
    filters = filters_for(subjects)
    findings = _findings(subjects)
    open_findings = [finding for finding in findings if not finding.waived_until]
    whole_title = words.printable(title) if title else words.title_for(words.printable(kind))
    headline = words.headline(verdict)
    return Page(
        title=whole_title,
        tab_title=words.shortened(f"{whole_title}: {headline}", _TAB_TITLE_LENGTH),
        heading=words.heading_for(words.printable(kind)),
        kind_words=words.spaced(kind),
        status=verdict.status,
        headline=headline,
        checked_at=iso_utc(verdict.checked_at),
        checked_at_words=words.long_instant(verdict.checked_at),
        partial=verdict.partial,
        missing=tuple(words.printable(name) for name in verdict.missing),
        total=words.counted_subjects(verdict.summary["total"], kind),
        noun=words.plural_of(kind),
        tiles=_tiles(verdict.summary),
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
                status=subject.status,
                label=words.STATUS_LABELS[subject.status],
                name=words.printable(subject.name),
                note=name_note(kind, subject),
                cells=tuple(column.cell(subject) for column in columns),
                choices={each.name: each.keys[number - 1] for each in filters},
            )
            for number, subject in enumerate(subjects, start=1)
        ),
        labels=words.STATUS_LABELS,
        states=STATES,
        schema_version=SCHEMA_VERSION,
    )


def _tiles(summary: Mapping[str, int]) -> tuple[Tile, ...]:
    total = max(1, sum(summary[status] for status in WORST_FIRST))
    tiles = []
    start = 0.0
    for status in WORST_FIRST:
        count = summary[status]
        width = round(count * 100 / total, 3)
        tiles.append(Tile(status, words.STATUS_LABELS[status], count, round(start, 3), width))
        start += width
    return tuple(tiles)


def _findings(subjects: Sequence[Subject]) -> list[FindingView]:
    """Every finding, in the order of the table."""
    return [
        _finding(subject, number, finding)
        for number, subject in enumerate(subjects, start=1)
        for finding in subject.findings
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


def _finding(subject: Subject, number: int, finding: Finding) -> FindingView:
    return FindingView(
        status=finding.severity,
        subject=words.printable(subject.name),
        number=number,
        environment=words.printable(subject.environment or ""),
        owner=words.printable(subject.owner or ""),
        id=words.spaced(finding.id).capitalize(),
        message=words.printable(finding.message),
        expected=_compared(finding.expected),
        actual=_compared(finding.actual),
        fix=words.printable(finding.fix),
        waived_reason=words.printable(finding.waived.reason) if finding.waived else "",
        waived_until=finding.waived.until.isoformat() if finding.waived else "",
    )


def _compared(value: object) -> str:
    return "" if value is None else words.listing(value)
