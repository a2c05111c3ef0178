# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Performance budgets: which limit each metric of each monitoring has.

Private to this collection: may change without notice.

Decisions that the code follows:

* A budget for a metric replaces the whole budget that a less specific one gave it: a default ``warn`` of 2500 beside
  the ``fail`` of 2000 of an override would make no sense.
* The most specific override wins, for each metric by itself: one that names an id before all, then one with a name or
  URL without wildcards, then the one with more conditions, then with more literal characters, then the later one.
* ``off`` takes the budget of a metric, or of a whole monitoring, away. YAML reads the bare word as false.
* A value on the limit keeps it.
* All mistakes are told at once, each with its place.
"""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Union

from ..metrics import METRICS, Direction
from ..monitorings.judge import conditions_of
from ..numeric import real_number, shown_number

Place = tuple[Union[str, int], ...]  # the keys and positions that lead to a value

CONDITIONS = ("id", "name", "url", "location", "browser", "mobile")
_PATTERNS = ("name", "url", "location", "browser")
_WILDCARDS = re.compile(r"[*?\[]")
_HIGHEST_SCORE = 100


@dataclass(frozen=True)
class Mistake:
    """What is wrong with the budgets, and where."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{shown_place(self.place)}: {self.text}"


class BudgetsError(ValueError):
    """The budgets cannot be used; all mistakes in them, in their order."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(str(mistake) for mistake in mistakes))


@dataclass(frozen=True)
class Limits:
    """The limits of one metric, in its unit; at least one of the two."""

    warn: float | None = None
    fail: float | None = None

    @property
    def last(self) -> float | None:
        """The one beyond which nothing is allowed any more."""
        return self.warn if self.fail is None else self.fail

    def as_dict(self) -> dict[str, float]:
        return {name: value for name, value in (("warn", self.warn), ("fail", self.fail)) if value is not None}


Budget = Mapping[str, Union[Limits, None]]  # by metric; None: off


@dataclass(frozen=True)
class Override:
    """Budgets for the monitorings that meet all conditions of ``match``; ``off``: these have none at all."""

    match: Mapping[str, Any]
    budgets: Budget
    off: bool = False

    def matches(self, monitoring: Mapping[str, Any]) -> bool:
        """Whether it is meant for a monitoring with snake_case keys."""
        return all(_meets(monitoring, name, wanted) for name, wanted in self.match.items())

    @property
    def specificity(self) -> tuple[bool, int, int, int]:
        texts = {name: str(self.match[name]) for name in _PATTERNS if name in self.match}
        exact = sum(not _WILDCARDS.search(texts[name]) for name in ("name", "url") if name in texts)
        return "id" in self.match, exact, len(self.match), sum(len(_WILDCARDS.sub("", each)) for each in texts.values())


@dataclass(frozen=True)
class Budgets:
    """Checked budgets."""

    defaults: Budget
    overrides: tuple[Override, ...] = ()

    def in_force(self, monitoring: Mapping[str, Any]) -> Budget:
        """All that is said of a monitoring, by metric; None for what is off."""
        found = dict(self.defaults)
        matching = [override for override in self.overrides if override.matches(monitoring)]
        for override in sorted(matching, key=lambda each: each.specificity):  # stable: of equals the later one wins
            if override.off:
                found = dict.fromkeys(METRICS)
            found.update(override.budgets)
        return found

    def limits(self, monitoring: Mapping[str, Any]) -> dict[str, Limits] | None:
        """The limits of a monitoring by metric, in the order of the table of metrics; None where all is off.

        Empty: no budget is meant for this monitoring.
        """
        found = self.in_force(monitoring)
        if found and not any(found.values()):
            return None
        return {name: limits for name in METRICS if (limits := found.get(name)) is not None}

    def unused(self, monitorings: Sequence[Mapping[str, Any]]) -> list[int]:
        """The positions of the overrides that no monitoring meets, counted from 1."""
        return [
            number
            for number, override in enumerate(self.overrides, start=1)
            if not any(override.matches(monitoring) for monitoring in monitorings)
        ]


def exceeds(value: float, limit: float, direction: Direction) -> bool:
    """Whether a value is on the bad side of a limit."""
    return value > limit if direction == "lower" else value < limit


def _meets(monitoring: Mapping[str, Any], condition: str, wanted: Any) -> bool:
    actual = _ACTUAL[condition](monitoring)
    if condition in _PATTERNS:
        return isinstance(actual, str) and fnmatchcase(actual, wanted)
    return bool(actual == wanted)


_ACTUAL: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "id": lambda monitoring: monitoring.get("id"),
    "name": lambda monitoring: html.unescape(str(monitoring.get("name") or "")).strip(),
    "url": lambda monitoring: monitoring.get("url"),
    "location": lambda monitoring: conditions_of(monitoring).location,
    "browser": lambda monitoring: conditions_of(monitoring).browser,
    "mobile": lambda monitoring: conditions_of(monitoring).mobile,
}


# --- from what somebody wrote -----------------------------------------------------------------------------------------


def parse_budgets(given: object, *, numbers_as_text: bool = False) -> Budgets:
    """Budgets of the documented form. Raises :class:`BudgetsError` with every mistake.

    ``numbers_as_text``: whether ``"2500"`` is a number, as templates of older Ansible make text of numbers.
    """
    reading = _Reading(numbers_as_text)
    budgets = reading.budgets(given)
    if reading.mistakes:
        raise BudgetsError(reading.mistakes)
    return budgets


def shown_place(place: Place) -> str:
    """``overrides[1].match.name``, with positions counted from 1 as people do."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "budgets"


class _Reading:
    """One pass over what was given: what can be read is read, and every mistake is noted."""

    def __init__(self, numbers_as_text: bool) -> None:
        self.mistakes: list[Mistake] = []
        self._numbers_as_text = numbers_as_text

    def budgets(self, given: object) -> Budgets:
        top = self._object(given, (), ("defaults", "overrides"))
        defaults: Budget = {}
        overrides: list[Override] = []
        if top.get("defaults") is not None:
            defaults = self._budget(top["defaults"], ("defaults",))
        listed = top.get("overrides")
        if listed is not None and not isinstance(listed, (list, tuple)):
            self._wrong(("overrides",), f"has to be a list, not {_type(listed)}")
        elif listed is not None:
            overrides = [self._override(each, ("overrides", number)) for number, each in enumerate(listed)]
            self._no_rivals(overrides)
        if not (defaults or overrides or self.mistakes):
            self._wrong((), "hold no limit at all: give defaults, overrides or both")
        return Budgets(defaults, tuple(overrides))

    def _override(self, given: object, place: Place) -> Override:
        fields = self._object(given, place, ("match", "budgets"))
        lacking = [name for name in ("match", "budgets") if name not in fields]
        if isinstance(given, Mapping) and lacking:
            self._wrong(place, f"lacks {' and '.join(lacking)}")
        match = self._match(fields["match"], (*place, "match")) if "match" in fields else {}
        if "budgets" not in fields:
            return Override(match, {})
        if _is_off(fields["budgets"]):
            return Override(match, {}, off=True)
        return Override(match, self._budget(fields["budgets"], (*place, "budgets")))

    def _match(self, given: object, place: Place) -> dict[str, Any]:
        conditions = self._object(given, place, CONDITIONS)
        if isinstance(given, Mapping) and not given:
            self._wrong(place, "is empty; what is meant for all monitorings belongs into defaults")
        return {name: self._condition(name, wanted, (*place, name)) for name, wanted in conditions.items()}

    def _condition(self, name: str, wanted: object, place: Place) -> Any:
        if name == "mobile":
            if not isinstance(wanted, bool):
                self._wrong(place, f"has to be true or false, not {_shown(wanted)}")
        elif name == "id":
            number = self._number(wanted)
            if number is None or number != int(number) or number < 1:
                self._wrong(place, f"has to be the id of a monitoring, a whole number, not {_shown(wanted)}")
                return wanted
            return int(number)
        elif not isinstance(wanted, str):
            self._wrong(place, f"has to be a text, not {_shown(wanted)}")
        elif not wanted or wanted != wanted.strip():
            self._wrong(place, f"is {_shown(wanted)}, which can match nothing: it is empty or has space around it")
        elif name == "url" and not wanted.startswith(("http", "*", "?", "[")):
            self._wrong(place, f'can match nothing, for a URL begins with https://; write "*{wanted}"')
        else:
            return html.unescape(wanted)
        return wanted

    def _budget(self, given: object, place: Place) -> dict[str, Limits | None]:
        metrics = self._object(given, place, tuple(METRICS), kind="metric")
        if isinstance(given, Mapping) and not given:
            self._wrong(place, "is empty; give a limit for a metric, or leave it out")
        return {name: self._limits(name, limits, (*place, name)) for name, limits in metrics.items()}

    def _limits(self, metric: str, given: object, place: Place) -> Limits | None:
        if _is_off(given):
            return None
        if not isinstance(given, Mapping):
            self._wrong(place, f"has to be limits, as in {{warn: 2500, fail: 4000}}, or off, not {_shown(given)}")
            return None
        fields = self._object(given, place, ("warn", "fail"), kind="limit")
        if not given:
            self._wrong(place, "has no limit; give warn, fail or both, or say off")
        values = {name: self._limit(metric, value, (*place, name)) for name, value in fields.items()}
        limits = Limits(values.get("warn"), values.get("fail"))
        if limits.warn is not None and limits.fail is not None:
            self._in_order(metric, limits.warn, limits.fail, (*place, "warn"))
        return limits

    def _limit(self, metric: str, given: object, place: Place) -> float | None:
        value = self._number(given)
        if value is None:
            self._wrong(place, f"has to be a number{_unit_of(metric)}, not {_shown(given)}")
        elif value < 0:
            self._wrong(place, f"is {shown_number(value)}, but no metric is below 0")
        elif METRICS[metric].unit == "points" and value > _HIGHEST_SCORE:
            self._wrong(place, f"is {shown_number(value)}, but a score is {_HIGHEST_SCORE} at most")
        return value

    def _in_order(self, metric: str, warn: float, fail: float, place: Place) -> None:
        direction = METRICS[metric].direction
        if warn == fail or exceeds(warn, fail, direction):
            better = "less is better" if direction == "lower" else "more is better"
            what = "is no better than" if warn == fail else "is worse than"
            self._wrong(
                place,
                f"{shown_number(warn)} {what} the fail limit {shown_number(fail)}, so nothing would ever warn: "
                f"of {metric}, {better}",
            )

    def _no_rivals(self, overrides: Sequence[Override]) -> None:
        """Two overrides with the same conditions for the same metric: one of them would silently be ignored."""
        for number, override in enumerate(overrides):
            for earlier, other in enumerate(overrides[:number]):
                common = sorted(set(override.budgets) & set(other.budgets))
                if override.match and override.match == other.match and (common or override.off or other.off):
                    what = f" for {common[0]}" if common else ""
                    place = ("overrides", number, "match")
                    self._wrong(place, f"has the same conditions as overrides[{earlier + 1}]{what}; join the two")

    def _object(self, given: object, place: Place, known: tuple[str, ...], kind: str = "key") -> dict[str, Any]:
        """The known fields of an object; all others are mistakes."""
        if not isinstance(given, Mapping):
            self._wrong(place, f"has to be a dictionary, not {_shown(given)}")
            return {}
        for key in given:
            if key not in known:
                self._wrong((*place, str(key)), f"is no {kind} that is known here{_near(str(key), known)}")
        return {str(key): value for key, value in given.items() if key in known}

    def _number(self, given: object) -> float | None:
        if self._numbers_as_text and isinstance(given, str):
            try:
                given = float(given)
            except ValueError:
                return None
        return real_number(given)

    def _wrong(self, place: Place, text: str) -> None:
        self.mistakes.append(Mistake(place, text))


def _is_off(given: object) -> bool:
    return given is False or (isinstance(given, str) and given.strip().lower() == "off")


def _near(name: str, known: tuple[str, ...]) -> str:
    near = _similar(name, known)
    if near:
        return f"; is {' or '.join(near)} meant?"
    return f"; these are: {', '.join(known)}"


def _similar(name: str, known: tuple[str, ...]) -> list[str]:
    """Known names that somebody may have meant: misspelt, abbreviated by initials (LCP), or as the API writes them."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(" ", "_")
    if plain in known:
        return [plain]
    initials = [each for each in known if len(plain) > 1 and "".join(word[0] for word in each.split("_")) == plain]
    return initials or difflib.get_close_matches(plain, known, n=3, cutoff=0.6)


def _unit_of(metric: str) -> str:
    unit = METRICS[metric].unit
    return f" ({unit})" if unit else ""


def _type(value: object) -> str:
    names = {dict: "a dictionary", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else f"a {type(value).__name__}")


def _shown(value: object) -> str:
    """A wrong value for a message: short ones as they are, all others by their type."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)) and len(repr(value)) <= 40:
        return f'the text "{value}"' if isinstance(value, str) else f"{value}"
    return _type(value)
