# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of days left: one bar for each pair, the most urgent on top.

Private to this collection: may change without notice.

Positions are percentages of the picture's width and text has a fixed size, so one picture serves a phone and a wall.
Each bar is a picture of its own beside its name: so bars can be hidden by a filter, and the others close up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

ROWS_SHOWN = 20
"""More bars than this at first sight say less, not more: the rest is drawn where it can be unfolded."""

_THINNEST_BAR = 0.5
_SCALES = ((28, 14), (60, 30), (120, 60), (240, 60), (400, 100), (800, 200))
_TONES = {"ok": "pass", "warning": "warn", "critical": "fail", "expired": "fail"}


@dataclass(frozen=True)
class Tick:
    """A line of the scale."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True)
class Bar:
    """A pair with a known date."""

    number: int
    name: str
    label: str
    tone: str
    x: float
    width: float


@dataclass(frozen=True)
class Plot:
    """Bars on one scale."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Dateless:
    """A pair whose date nobody knows."""

    number: int
    name: str


@dataclass(frozen=True)
class Timeline:
    """All that the picture needs: the most urgent pairs, the other ones with a date, and those without."""

    urgent: Plot
    rest: Plot
    dateless: tuple[Dateless, ...]


@dataclass(frozen=True, order=True)
class _Dated:
    """A subject with a known date; their order is that of urgency."""

    days: int
    name: str
    number: int
    health: str = field(compare=False)
    refused: bool = field(compare=False)


def draw_timeline(subjects: Sequence[Subject]) -> Timeline:
    """The picture for the subjects of a verdict on credentials."""
    found = [
        (number, words.printable(subject.name), subject.credential) for number, subject in enumerate(subjects, start=1)
    ]
    dated = sorted(
        _Dated(details.expiry.days_left, name, number, details.expiry.health, details.live == "refused")
        for number, name, details in found
        if details.expiry.days_left is not None
    )
    return Timeline(
        urgent=_plot(dated[:ROWS_SHOWN]),
        rest=_plot(dated[ROWS_SHOWN:]),
        dateless=tuple(Dateless(number, name) for number, name, details in found if details.expiry.days_left is None),
    )


def _plot(dated: Sequence[_Dated]) -> Plot:
    """The bars on the scale that suits them: those with a year to go would leave nothing to see of a week."""
    scale = _Scale.around([each.days for each in dated])
    return Plot(bars=tuple(_bar(each, scale) for each in dated), ticks=scale.ticks())


@dataclass(frozen=True)
class _Scale:
    first: int
    last: int
    step: int

    @classmethod
    def around(cls, days: Sequence[int]) -> _Scale:
        furthest = max([*days, 1])
        last, step = next((scale for scale in _SCALES if scale[0] >= furthest), _SCALES[-1])
        past = max(0, -min([*days, 0]))
        return cls(first=-min(past, 2 * last), last=last, step=step)

    def x(self, days: int) -> float:
        within = min(max(days, self.first), self.last)
        return round((within - self.first) * 100 / (self.last - self.first), 2)

    def _first_tick(self) -> int:
        """The earliest multiple of the step that the picture has room for."""
        return -(-self.first // self.step) * self.step

    def ticks(self) -> tuple[Tick, ...]:
        return tuple(
            Tick(
                x=self.x(days),
                label="today" if days == 0 else f"{days} d",
                anchor="start" if self.x(days) < 4 else "end" if days == self.last else "middle",
            )
            for days in range(self._first_tick(), self.last + 1, self.step)
        )


def _bar(dated: _Dated, scale: _Scale) -> Bar:
    today, day = scale.x(0), scale.x(dated.days)
    width = max(abs(day - today), _THINNEST_BAR)
    return Bar(
        number=dated.number,
        name=dated.name,
        label=_label(dated),
        tone=_TONES.get(dated.health, "unknown"),
        x=round(today - width if dated.days < 0 else min(today, 100 - width), 2),
        width=round(width, 2),
    )


def _label(dated: _Dated) -> str:
    """The bar in words: its colour is never the only thing that tells."""
    said = [words.days_left(dated.days)]
    if dated.health in ("critical", "warning"):
        said.append(dated.health)
    if dated.refused:
        said.append("refused")
    return ", ".join(said)
