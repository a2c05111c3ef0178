# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which columns the table of subjects has, by kind of verdict.

Private to this collection: may change without notice.

A kind that is not known here gets a table all the same: whatever its details hold, as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.details import GatedMetric
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

_SOURCES = {"expires_on": "expiry date given", "created_on": "creation date", "unknown": "no date known"}
_LIVE_TONES = {"accepted": "pass", "refused": "fail", "unreachable": "unknown"}
_HEALTH_TONES = {"ok": "pass", "warning": "warn", "critical": "fail", "expired": "fail", "unknown": "unknown"}
_METRICS_FIRST = (
    "score",
    "load_time",
    "first_byte",
    "largest_contentful_paint",
    "total_blocking_time",
    "cumulative_layout_shift",
    "speed_index",
    "weight",
    "requests",
)
_METRICS_SHOWN = 6


@dataclass(frozen=True)
class Cell:
    """One value of the table: its text, a second quieter line, and the status by which it is coloured, if any."""

    text: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Column:
    """A heading, how to read a subject's cell, whether it holds numbers, and whether it is too short to be broken."""

    heading: str
    cell: Callable[[Subject], Cell]
    numeric: bool = False
    whole: bool = False


def columns_for(kind: str, subjects: Sequence[Subject]) -> tuple[Column, ...]:
    """The columns after status and name; one that would be empty in every row is left out."""
    about = (
        *((_ENVIRONMENT,) if any(subject.environment for subject in subjects) else ()),
        *((_OWNER,) if any(subject.owner for subject in subjects) else ()),
    )
    if kind == "credentials":
        return (*about, *_CREDENTIALS)
    if kind == "monitorings":
        return (*about, *_MONITORINGS, *map(_measured_column, _shown(each.monitoring.metrics for each in subjects)))
    if kind == "gate":
        return (*about, *_GATE, *map(_judged_column, _shown(each.gate.metrics for each in subjects)))
    return (*about, *_GENERIC) if any(subject.details for subject in subjects) else about


def name_note(kind: str, subject: Subject) -> str:
    """What stands in small print below a subject's name."""
    if kind == "credentials":
        client_id = subject.credential.client_id or ""
        return words.printable(client_id) if client_id != subject.name else ""
    if kind == "monitorings":
        return words.printable(subject.monitoring.url or "")
    return words.printable(subject.gate.url or "") if kind == "gate" else ""


def _source(subject: Subject) -> Cell:
    source = subject.credential.expiry.source
    return Cell(_SOURCES.get(source, words.spaced(source)))


def _days_left(subject: Subject) -> Cell:
    expiry = subject.credential.expiry
    tone = "" if expiry.days_left is None else _HEALTH_TONES.get(expiry.health, "unknown")
    return Cell(words.listing(expiry.days_left), tone=tone)


def _live(subject: Subject) -> Cell:
    live = subject.credential.live or "not_checked"
    return Cell(words.spaced(live), tone=_LIVE_TONES.get(live, ""))


def _state(subject: Subject) -> Cell:
    details = subject.monitoring
    return Cell(words.listing(details.state), note="disabled" if details.enabled is False else "")


def _last_run(subject: Subject) -> Cell:
    details = subject.monitoring
    if details.age_seconds is None:
        return Cell("never ran")
    stale = None if details.enabled is False else details.stale
    said = [f"{words.duration(details.age_seconds)} ago", *([] if stale is None else ["stale" if stale else "fresh"])]
    return Cell(
        ", ".join(said),
        note=words.short_instant(details.last_execution),
        tone="" if stale is None else "fail" if stale else "pass",
    )


def _frequency(subject: Subject) -> Cell:
    minutes = subject.monitoring.frequency
    return Cell(words.NOTHING if minutes is None else words.duration(minutes * 60))


def _shown(metrics: Iterable[Mapping[str, object]]) -> list[str]:
    """The names of the metrics that some subject has, as many as there is room for, the most telling first."""
    present = {name for each in metrics for name, value in each.items() if value is not None}
    ordered = [name for name in _METRICS_FIRST if name in present]
    return [*ordered, *sorted(present.difference(ordered))][:_METRICS_SHOWN]


def _title_and_unit(name: str) -> tuple[str, str]:
    known = METRICS.get(name)
    return (known.title, known.unit) if known else (words.spaced(name).capitalize(), "")


def _measured_column(name: str) -> Column:
    title, unit = _title_and_unit(name)
    return Column(title, lambda subject: Cell(words.quantity(subject.monitoring.metrics.get(name), unit)), numeric=True)


def _judged_column(name: str) -> Column:
    title, unit = _title_and_unit(name)

    def cell(subject: Subject) -> Cell:
        judged = subject.gate.metrics.get(name)
        return _beside_its_limit(judged, unit) if judged else Cell(words.NOTHING)

    return Column(title, cell, numeric=True)


def _beside_its_limit(judged: GatedMetric, unit: str) -> Cell:
    """A metric of a gate: its value, coloured by how it was judged, and the limit."""
    note = "" if judged.limit is None else f"limit {words.quantity(judged.limit, unit)}"
    return Cell(words.quantity(judged.value, unit), note, "" if judged.value is None else judged.status)


def _runs(subject: Subject) -> Cell:
    details = subject.gate
    return Cell(words.listing(details.runs), note=f"{details.failed_runs} failed" if details.failed_runs else "")


_ENVIRONMENT = Column("Environment", lambda subject: Cell(words.listing(subject.environment)))
_OWNER = Column("Owner", lambda subject: Cell(words.listing(subject.owner)))
_CREDENTIALS = (
    Column("Expires on", lambda subject: Cell(words.listing(subject.credential.expiry.expires_on)), whole=True),
    Column("Days left", _days_left, numeric=True),
    Column("Known from", _source),
    Column("Live", _live, whole=True),
)
_MONITORINGS = (
    Column("State", _state),
    Column("Last run", _last_run),
    Column("Every", _frequency, whole=True),
)
_GATE = (
    Column("Last run", lambda subject: Cell(words.short_instant(subject.gate.last_execution))),
    Column("Runs", _runs, numeric=True),
)
_GENERIC = (Column("Details", lambda subject: Cell(words.listing(dict(subject.details)))),)
