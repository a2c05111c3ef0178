# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of days left: one bar for each pair, the most urgent on top.

Private to this collection: may change without notice.

Positions are percentages of the picture's width and text has a fixed size, so one picture serves a phone and a wall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

ROWS_SHOWN = 20
"""More bars than this say less, not more: the rest is counted in a sentence and listed in the table."""
DATELESS_SHOWN = 20
NAME_LENGTH = 64
SHORT_NAME_LENGTH = 16

_TOP = 26
_ROW_HEIGHT = 38
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

    name: str
    short_name: str
    full_name: str
    label: str
    tone: str
    text_y: int
    bar_y: int
    x: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """All that the picture needs."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int
    description: str
    rest: str
    dateless: tuple[str, ...]
    more_dateless: int


@dataclass(frozen=True, order=True)
class _Dated:
    """A subject with a known date; their order is that of urgency."""

    days: int
    name: str
    details: Mapping[str, Any] = field(compare=False)


def draw_timeline(subjects: Sequence[Mapping[str, Any]]) -> Timeline:
    """The picture for the subjects of a verdict on credentials."""
    found = [(words.printable(subject["name"]), subject.get("details") or {}) for subject in subjects]
    dated = sorted(
        _Dated(days, name, details) for name, details in found for days in [_days(details)] if days is not None
    )
    dateless = [name for name, details in found if _days(details) is None]
    shown = dated[:ROWS_SHOWN]
    scale = _Scale.around([each.days for each in shown])
    return Timeline(
        bars=tuple(_bar(row, each, scale) for row, each in enumerate(shown)),
        ticks=scale.ticks(),
        height=_TOP + _ROW_HEIGHT * len(shown),
        description=_description(shown),
        rest=_rest(len(dated) - len(shown)),
        dateless=tuple(dateless[:DATELESS_SHOWN]),
        more_dateless=max(0, len(dateless) - DATELESS_SHOWN),
    )


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


def _bar(row: int, dated: _Dated, scale: _Scale) -> Bar:
    today, day = scale.x(0), scale.x(dated.days)
    width = max(abs(day - today), _THINNEST_BAR)
    top = _TOP + row * _ROW_HEIGHT
    return Bar(
        name=_cut(dated.name, NAME_LENGTH),
        short_name=_cut(dated.name, SHORT_NAME_LENGTH),
        full_name=dated.name,
        label=_label(dated),
        tone=_TONES.get(_health(dated), "unknown"),
        text_y=top + 15,
        bar_y=top + 21,
        x=round(today - width if dated.days < 0 else min(today, 100 - width), 2),
        width=round(width, 2),
    )


def _cut(name: str, length: int) -> str:
    return name if len(name) <= length else name[: length - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _label(dated: _Dated) -> str:
    """The bar in words: its colour is never the only thing that tells."""
    said = [words.days_left(dated.days)]
    if _health(dated) in ("critical", "warning"):
        said.append(_health(dated))
    if dated.details.get("live") == "refused":
        said.append("refused")
    return ", ".join(said)


def _health(dated: _Dated) -> str:
    return str(dated.details["expiry"].get("health", "unknown"))


def _days(details: Mapping[str, Any]) -> int | None:
    days = (details.get("expiry") or {}).get("days_left")
    return days if isinstance(days, int) else None


def _description(shown: Sequence[_Dated]) -> str:
    if not shown:
        return ""
    told = "; ".join(f"{each.name}: {words.days_left(each.days)}" for each in shown[:5])
    return f"The most urgent first. {told}."


def _rest(number: int) -> str:
    if number == 0:
        return ""
    return f"Shown are the {ROWS_SHOWN} most urgent; the table below has the other {number:,} with a date as well."
