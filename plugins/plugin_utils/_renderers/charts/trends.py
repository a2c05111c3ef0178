# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures of how metrics went: a line for each main metric of each monitoring, from the oldest run to the newest.

Private to this collection: may change without notice.

A line is broken where a run gave no value, and a mark below says so: nothing is drawn that was not measured. The scale
spans a fifth of the largest value at least, so that a small wobble looks like one. All numbers are there as text too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.details import TrendDetails
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.trends import TREND_METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

CARDS_SHOWN = 20
"""More pictures than this at first sight say less, not more: the rest is drawn where it can be unfolded."""

CHARTS_SHOWN = 6
NAME_LENGTH = 80

# The place of a picture; its width and height are stretched to whatever the page has room for.
WIDTH, HEIGHT = 100, 30
_TOP, _BOTTOM = 3, 23
_MARKS = "v4"  # from just below the line down to the edge
_LEAST_SPAN = 0.2
_MOST_POINTS = 120


@dataclass(frozen=True)
class Chart:
    """A metric over time. ``line``, ``dots`` and ``marks`` are the data of SVG paths, each may be empty."""

    title: str
    description: str
    line: str
    dots: str
    marks: str
    last: str
    lowest: str
    highest: str


@dataclass(frozen=True)
class Card:
    """A monitoring with its runs in words, and its charts."""

    number: int
    name: str
    status: str
    runs: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Runless:
    """A monitoring without a run in the period."""

    number: int
    name: str


@dataclass(frozen=True)
class Trends:
    """All that the pictures need: the first monitorings, the other ones, and those without a run."""

    first: tuple[Card, ...]
    rest: tuple[Card, ...]
    runless: tuple[Runless, ...]


def draw_trends(subjects: Sequence[Subject]) -> Trends | None:
    """The pictures for the subjects of a verdict on monitorings; None where no reports were read."""
    found = [
        (number, subject, runs)
        for number, subject in enumerate(subjects, start=1)
        for runs in [subject.monitoring.trends]
        if runs is not None
    ]
    if not found:
        return None
    cards = [_card(number, subject, runs) for number, subject, runs in found if runs.instants]
    return Trends(
        first=tuple(cards[:CARDS_SHOWN]),
        rest=tuple(cards[CARDS_SHOWN:]),
        runless=tuple(
            Runless(number, words.printable(subject.name)) for number, subject, runs in found if not runs.instants
        ),
    )


# --- words ------------------------------------------------------------------------------------------------------------


def _card(number: int, subject: Subject, runs: TrendDetails) -> Card:
    name = words.shortened(words.printable(subject.name), NAME_LENGTH)
    drawn = sorted((each for each in runs.metrics if any(value is not None for value in runs.metrics[each])), key=_rank)
    xs = _positions(runs.instants)
    return Card(
        number=number,
        name=name,
        status=subject.status,
        runs=_runs_in_words(runs),
        charts=tuple(_chart(each, xs, runs) for each in drawn[:CHARTS_SHOWN]),
    )


def _rank(name: str) -> tuple[int, str]:
    return TREND_METRICS.index(name) if name in TREND_METRICS else len(TREND_METRICS), name


def _runs_in_words(runs: TrendDetails) -> str:
    """ "50 runs, 3 of them failed, from 2026-11-21 20:00 UTC to 2026-11-23 22:00 UTC"."""
    total = len(runs.instants)
    first, last = _in_words(runs.instants[0]), _in_words(runs.instants[-1])
    failed = f", {'all' if runs.failed >= total > 1 else f'{runs.failed:,}'} of them failed" if runs.failed else ""
    if total == 1:
        return f"1 run, which {'failed' if runs.failed else 'worked'}, at {first}"
    return f"{total:,} runs{failed}, from {first} to {last}"


def _in_words(instant: datetime) -> str:
    return words.short_instant(iso_utc(instant))


def _chart(name: str, xs: Sequence[float], runs: TrendDetails) -> Chart:
    metric = METRICS.get(name)
    values = runs.metrics[name]
    measured = [value for value in values if value is not None]
    lowest, highest = min(measured), max(measured)
    unit = metric.unit if metric else ""
    low, high = words.quantity(lowest, unit), words.quantity(highest, unit)
    last = "no value" if values[-1] is None else words.quantity(values[-1], unit)
    points = _thinned(list(zip(xs, values)))
    line, dots = _paths(points, lowest, highest)
    return Chart(
        title=metric.title if metric else words.spaced(name).capitalize(),
        description=_description(values, low, high, last, runs.instants),
        line=line,
        dots=dots,
        marks=_marks([x for x, value in zip(xs, values) if value is None]),
        last=last,
        lowest=low,
        highest=high,
    )


def _description(values: Sequence[float | None], low: str, high: str, last: str, instants: Sequence[datetime]) -> str:
    """The picture for whoever cannot see it."""
    without = sum(value is None for value in values)
    told = [
        f"{len(values):,} runs from {_in_words(instants[0])} to {_in_words(instants[-1])}"
        if len(values) > 1
        else f"1 run at {_in_words(instants[0])}",
        f"{without:,} without a value" if without else "",
        f"lowest {low}",
        f"highest {high}",
        f"last: {last}",
    ]
    return "; ".join(part for part in told if part) + "."


# --- lines ------------------------------------------------------------------------------------------------------------

_Point = tuple[float, "float | None"]


def _positions(instants: Sequence[datetime]) -> list[float]:
    """From left to right as time goes on; a single instant is the newest one."""
    first, last = instants[0], instants[-1]
    span = (last - first).total_seconds()
    return [_rounded(WIDTH * (each - first).total_seconds() / span) if span else WIDTH for each in instants]


def _thinned(points: Sequence[_Point]) -> list[_Point]:
    """No more points than the eye can tell apart: of each stretch its lowest and its highest stay, or its gap."""
    if len(points) <= _MOST_POINTS:
        return list(points)
    length = -(-len(points) * 2 // _MOST_POINTS)
    kept: list[_Point] = []
    for start in range(0, len(points), length):
        stretch = points[start : start + length]
        measured = [(value, x) for x, value in stretch if value is not None]
        extremes = sorted({(x, value) for value, x in (min(measured), max(measured))}) if measured else [stretch[0]]
        kept += extremes if measured else [(stretch[0][0], None)]
    return kept


def _paths(points: Sequence[_Point], lowest: float, highest: float) -> tuple[str, str]:
    """The line, broken where there is no value, and the dots: what stands alone, and the newest value."""
    span = max(highest - lowest, _LEAST_SPAN * highest) or 1.0
    bottom = max(0.0, (highest + lowest - span) / 2)

    def place(x: float, value: float) -> str:
        return f"{x:g} {_rounded(_BOTTOM - (value - bottom) / span * (_BOTTOM - _TOP)):g}"

    lines, dots = [], []
    for is_measured, stretch in groupby(points, key=lambda point: point[1] is not None):
        places = [place(x, value) for x, value in stretch if value is not None]
        if len(places) > 1:
            lines.append(f"M{'L'.join(places)}")
        elif is_measured:
            dots.append(f"M{places[0]}h0")
    x, value = points[-1]
    newest = None if value is None else f"M{place(x, value)}h0"
    if newest and newest not in dots:
        dots.append(newest)
    return "".join(lines), "".join(dots)


def _marks(xs: Iterable[float]) -> str:
    return "".join(f"M{x:g} {HEIGHT - 4}{_MARKS}" for x in sorted({round(x) for x in xs}))


def _rounded(number: float) -> float:
    return round(number, 1)
