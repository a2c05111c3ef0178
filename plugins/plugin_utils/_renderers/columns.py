# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which columns the table of subjects has, by kind of verdict.

Private to this collection: may change without notice.

A kind that is not known here gets a table all the same: whatever its details hold, as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.budgets import tone_of

Subject = Mapping[str, Any]

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
    about = tuple(
        Column(heading, _plain_cell(key))
        for heading, key in (("Environment", "environment"), ("Owner", "owner"))
        if any(subject.get(key) for subject in subjects)
    )
    if kind == "credentials":
        return (*about, *_CREDENTIALS)
    if kind == "monitorings":
        return (*about, *_MONITORINGS, *_metric_columns(subjects))
    if kind == "gate":
        return (*about, *_GATE, *_metric_columns(subjects))
    return (*about, *_GENERIC) if any(_details(subject) for subject in subjects) else about


def name_note(kind: str, subject: Subject) -> str:
    """What stands in small print below a subject's name."""
    details = _details(subject)
    if kind == "credentials" and details.get("client_id") and details["client_id"] != subject["name"]:
        return words.printable(details["client_id"])
    if kind in ("monitorings", "gate") and details.get("url"):
        return words.printable(details["url"])
    return ""


def _details(subject: Subject) -> Mapping[str, Any]:
    details = subject.get("details")
    return details if isinstance(details, Mapping) else {}


def _expiry(subject: Subject) -> Mapping[str, Any]:
    expiry = _details(subject).get("expiry")
    return expiry if isinstance(expiry, Mapping) else {}


def _plain_cell(key: str) -> Callable[[Subject], Cell]:
    return lambda subject: Cell(words.listing(subject.get(key)))


def _expires_on(subject: Subject) -> Cell:
    return Cell(words.listing(_expiry(subject).get("expires_on")))


def _source(subject: Subject) -> Cell:
    source = str(_expiry(subject).get("source", "unknown"))
    return Cell(_SOURCES.get(source, words.spaced(source)))


def _days_left(subject: Subject) -> Cell:
    days = _expiry(subject).get("days_left")
    tone = _HEALTH_TONES.get(str(_expiry(subject).get("health", "unknown")), "unknown")
    return Cell(words.listing(days), tone=tone if days is not None else "")


def _live(subject: Subject) -> Cell:
    live = str(_details(subject).get("live", "not_checked"))
    return Cell(words.spaced(live), tone=_LIVE_TONES.get(live, ""))


def _state(subject: Subject) -> Cell:
    details = _details(subject)
    return Cell(words.listing(details.get("state")), note="disabled" if details.get("enabled") is False else "")


def _last_run(subject: Subject) -> Cell:
    details = _details(subject)
    age = details.get("age_seconds")
    if not isinstance(age, (int, float)):
        return Cell("never ran")
    stale = details.get("stale") if details.get("enabled") is not False else None
    said = [f"{words.duration(age)} ago", *([] if stale is None else ["stale" if stale else "fresh"])]
    return Cell(
        ", ".join(said),
        note=words.short_instant(details.get("last_execution")),
        tone="" if stale is None else "fail" if stale else "pass",
    )


def _frequency(subject: Subject) -> Cell:
    minutes = _details(subject).get("frequency")
    return Cell(words.duration(minutes * 60) if isinstance(minutes, (int, float)) else words.NOTHING)


def _everything(subject: Subject) -> Cell:
    return Cell(words.listing(dict(_details(subject))))


def _metric_columns(subjects: Sequence[Subject]) -> tuple[Column, ...]:
    present = {
        name
        for subject in subjects
        for name, value in (_details(subject).get("metrics") or {}).items()
        if value is not None
    }
    ordered = [name for name in _METRICS_FIRST if name in present]
    ordered += sorted(present.difference(ordered))
    return tuple(_metric_column(name) for name in ordered[:_METRICS_SHOWN])


def _metric_column(name: str) -> Column:
    known = METRICS.get(name)
    unit = known.unit if known else ""

    def cell(subject: Subject) -> Cell:
        found = (_details(subject).get("metrics") or {}).get(name)
        return _beside_its_limit(found, unit) if isinstance(found, Mapping) else Cell(words.quantity(found, unit))

    return Column(known.title if known else words.spaced(name).capitalize(), cell, numeric=True)


def _beside_its_limit(judged: Mapping[str, Any], unit: str) -> Cell:
    """A metric of a gate: its value, coloured by how it was judged, and the limit."""
    value, limit = judged.get("value"), judged.get("limit")
    note = "" if limit is None else f"limit {words.quantity(limit, unit)}"
    return Cell(words.quantity(value, unit), note, "" if value is None else tone_of(judged))


def _runs(subject: Subject) -> Cell:
    details = _details(subject)
    failed = details.get("failed_runs")
    return Cell(words.listing(details.get("runs")), note=f"{words.listing(failed)} failed" if failed else "")


_CREDENTIALS = (
    Column("Expires on", _expires_on, whole=True),
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
    Column("Last run", lambda subject: Cell(words.short_instant(_details(subject).get("last_execution")))),
    Column("Runs", _runs, numeric=True),
)
_GENERIC = (Column("Details", _everything),)
