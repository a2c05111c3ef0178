# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as an aligned table of plain text, for a terminal and the log of a job.

Private to this collection: may change without notice.

No line is wider than asked for: names give way, down to a shortest form, and columns that do not fit are left out from
the right. The counts come last, where a reader of a terminal looks first.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.words import largest_unit
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

NARROWEST = 60
"""Less has no room for a status, a name and what matters about it."""

_GAP = "  "
_NAME_AT_LEAST = 16
_CELL_AT_MOST = 24
_METRICS = {
    "score": "Score",
    "largest_contentful_paint": "LCP",
    "total_blocking_time": "TBT",
    "cumulative_layout_shift": "CLS",
    "load_time": "Load",
    "weight": "Weight",
}


@dataclass(frozen=True)
class _Column:
    heading: str
    cell: Callable[[Subject], str]
    numeric: bool = False


def render_table(verdict: Verdict, *, width: int = 100, rows: int = 0) -> str:
    """The table, with a line of counts, as lines of at most ``width`` columns; only the first ``rows``, if not 0."""
    width = max(width, NARROWEST)
    kind = verdict.kind
    subjects = verdict.by_urgency()
    shown, rest = (subjects[:rows], subjects[rows:]) if rows > 0 else (subjects, [])
    lines = _lines(shown, _columns(kind, shown), words.singular_of(kind).capitalize(), width)
    lines += [f"and {len(rest):,} more: {_counted(Counter(each.status for each in rest))}."] if rest else []
    lines += ["", *_totals(verdict, kind)] if lines else _totals(verdict, kind)
    return "".join(f"{_cut(line, width)}\n" for line in lines)


def _lines(subjects: Sequence[Subject], columns: Sequence[_Column], noun: str, width: int) -> list[str]:
    if not subjects:
        return []
    name = [noun, *(_text(subject.name) for subject in subjects)]
    status = ["Status", *(words.STATUS_LABELS[subject.status].lower() for subject in subjects)]
    cells = [
        (column, [column.heading, *(_cut(_text(column.cell(subject)), _CELL_AT_MOST) for subject in subjects)])
        for column in columns
    ]
    room = width - _widest(status) - len(_GAP)
    wanted = min(_widest(name), max(_NAME_AT_LEAST, width // 5))
    shown = list(_fitting(cells, room - wanted))
    of_name = min(_widest(name), room - sum(_room_for(texts) for _column, texts in shown))
    table = [
        [_padded(each, _widest(status)) for each in status],
        [_padded(_cut(each, of_name), of_name) for each in name],
        *([_padded(each, _widest(texts), right=column.numeric) for each in texts] for column, texts in shown),
    ]
    return [_GAP.join(row).rstrip() for row in zip(*table)]


def _fitting(cells: Iterable[tuple[_Column, list[str]]], room: int) -> Iterator[tuple[_Column, list[str]]]:
    """The first columns, as many as there is room for."""
    for column, texts in cells:
        room -= _room_for(texts)
        if room < 0:
            return
        yield column, texts


def _room_for(texts: Sequence[str]) -> int:
    return len(_GAP) + _widest(texts)


def _totals(verdict: Verdict, kind: str) -> list[str]:
    summary = verdict.summary
    return [
        f"{words.counted_subjects(summary['total'], kind)}: {_counted(summary, all_of_them=True)}."
        f" Overall: {verdict.status}.",
        *([f"Not checked: {', '.join(_text(name) for name in verdict.missing)}."] if verdict.missing else []),
    ]


def _counted(counts: Mapping[str, int], *, all_of_them: bool = False) -> str:
    return ", ".join(f"{counts[each]:,} {each}" for each in WORST_FIRST if counts[each] or all_of_them)


# --- columns, the most telling first ----------------------------------------------------------------------------------


def _columns(kind: str, subjects: Sequence[Subject]) -> list[_Column]:
    about = [column for column, read in _ABOUT if any(read(subject) for subject in subjects)]
    if kind == "monitorings":
        return [*_MONITORINGS, *(_metric(name) for name in _METRICS if _any_has(name, subjects)), *about]
    if kind == "credentials":
        return [*_CREDENTIALS, *about, _FINDINGS]
    return [*about, _FINDINGS]


def _state(subject: Subject) -> str:
    details = subject.monitoring
    return "disabled" if details.enabled is False else words.listing(details.state)


def _age(subject: Subject) -> str:
    """Short, and never rounded up."""
    age = subject.monitoring.age_seconds
    if age is None:
        return "never"
    number, unit = largest_unit(age)
    return f"{int(age // 60)} min" if unit in ("minute", "second") else f"{number:,} {unit[0]}"


def _stale(subject: Subject) -> str:
    details = subject.monitoring
    if details.enabled is False:
        return words.NOTHING
    return "?" if details.stale is None else "yes" if details.stale else "no"


def _metric(name: str) -> _Column:
    unit = METRICS[name].unit
    return _Column(
        _METRICS[name], lambda subject: words.quantity(subject.monitoring.metrics.get(name), unit), numeric=True
    )


def _any_has(name: str, subjects: Sequence[Subject]) -> bool:
    return any(subject.monitoring.metrics.get(name) is not None for subject in subjects)


def _findings(subject: Subject) -> str:
    return ", ".join(words.spaced(finding.id) for finding in subject.open_findings) or words.NOTHING


def _environment(subject: Subject) -> str | None:
    return subject.environment


def _owner(subject: Subject) -> str | None:
    return subject.owner


_ABOUT = (
    (_Column("Environment", lambda subject: words.listing(subject.environment)), _environment),
    (_Column("Owner", lambda subject: words.listing(subject.owner)), _owner),
)
_MONITORINGS = (
    _Column("State", _state),
    _Column("Stale", _stale),
    _Column("Age", _age, numeric=True),
)
_CREDENTIALS = (
    _Column("Days left", lambda subject: words.listing(subject.credential.expiry.days_left), numeric=True),
    _Column("Live", lambda subject: words.spaced(subject.credential.live or words.NOTHING)),
)
_FINDINGS = _Column("Findings", _findings)


# --- text on a terminal -----------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    """One line without what a terminal would obey."""
    return "".join(each for each in " ".join(words.printable(value).split()) if unicodedata.category(each) != "Cf")


def _wide(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def _widest(texts: Sequence[str]) -> int:
    return max(map(_wide, texts))


def _cut(text: str, width: int) -> str:
    """The text, or as much of it as there is room for, with a mark that there is more."""
    if _wide(text) <= width:
        return text
    kept = ""
    for each in text:
        if _wide(kept + each) > width - 1:
            break
        kept += each
    return f"{kept.rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _padded(text: str, width: int, *, right: bool = False) -> str:
    spaces = " " * (width - _wide(text))
    return spaces + text if right else text + spaces
