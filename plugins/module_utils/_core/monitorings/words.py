# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a monitoring, in words: the message and the next step.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..findings import Finding, Problem, plain
from ..words import span

PLACE = "the Speed Analysis Lab"
_LONGEST_GIVEN = 60

_Words = tuple[str, str]


def in_words(monitoring: str, problem: Problem) -> Finding:
    """The problem of the monitoring of this name, as a reader is told."""
    return problem.in_words(*WORDS[problem.id](monitoring, **problem.facts))


def _state_not_ok(name: str, *, state: str | None, error: str, url: str | None) -> _Words:
    is_in = f"is in the state {state}" if state else "gives no state"
    error = error.strip().rstrip(".")
    return (
        f'The monitoring "{name}" {is_in}{": " + error if error else ""}.',
        f"Open {url or 'its page'} in a browser to see whether the site answers, then look at the last run in {PLACE}.",
    )


def _stale(name: str, *, age_seconds: float | None, every: str) -> _Words:
    since = "long ago" if age_seconds is None else f"{span(age_seconds)} ago"
    return (
        f'The monitoring "{name}" last ran {since}, though it should run {every}.',
        f"Check in {PLACE} whether its runs are queued, blocked or failing.",
    )


def _never_ran(name: str) -> _Words:
    return (
        f'The monitoring "{name}" has never run, so nothing is known of it.',
        f"Wait for its first run; if it is overdue, check the monitoring in {PLACE}.",
    )


def _staleness_unknown(name: str, *, reason: str, given: Any = None) -> _Words:
    told, fix = {
        "unreadable": (
            f"its last run is given as {_given(given)}, which is no date",
            f"Look at the last run in {PLACE}; if the API keeps answering so, tell Contentsquare.",
        ),
        "ahead": (
            "its last run is in the future",
            f"Check the clock of this machine; if that is right, look at the last run in {PLACE}.",
        ),
        "no_frequency": ("how often it should run is unknown", f"Set how often it runs in {PLACE}."),
        "no_minutes": (
            f"its frequency is given as {_given(given)}, which is no number of minutes",
            f"Set how often it runs in {PLACE}.",
        ),
    }[reason]
    return f'It is not known whether the monitoring "{name}" is stale: {told}.', fix


def _disabled(name: str) -> _Words:
    return (
        f'The monitoring "{name}" is disabled: it does not run, and its last results grow old.',
        f"Enable it in {PLACE}, or delete it there if nobody needs it any more.",
    )


def _config_drift(name: str, *, field: str, wanted: Any, found: Any) -> _Words:
    declared, given = _shown(wanted), _shown(found)
    if found is None:
        told = f"the API gives no {field}, though it is declared"
    elif declared is None or given is None:
        told = f"{field} is not as declared"
    else:
        told = f"{field} is {given}, but {declared} is declared"
    return (
        f'The monitoring "{name}" is not set up as declared: {told}.',
        f"Set {field} to what is declared in {PLACE}, or declare what it is now.",
    )


def _not_monitored(name: str, *, url: str, near: Sequence[str]) -> _Words:
    if name and url:
        message = f'No monitoring with the name "{name}" measures {url}.'
    else:
        message = f'No monitoring has the name "{name}".' if name else f"Nothing monitors {url}."
    hint = f" Perhaps {' or '.join(near)} is meant: then correct one of the two." if near else ""
    return message, f"Create the monitoring in {PLACE}, or remove it from the declared list.{hint}"


WORDS: Mapping[str, Callable[..., _Words]] = {
    "state_not_ok": _state_not_ok,
    "stale": _stale,
    "never_ran": _never_ran,
    "staleness_unknown": _staleness_unknown,
    "disabled": _disabled,
    "config_drift": _config_drift,
    "not_monitored": _not_monitored,
}
"""For each rule of the kind monitorings what makes its sentences, of the facts that the judge gives."""


def _given(value: Any) -> str:
    """A value of an unexpected kind within a sentence, short or not at all."""
    text = json.dumps(plain(value), default=str, ensure_ascii=False)
    if isinstance(value, (Mapping, list, tuple)) or len(text) > _LONGEST_GIVEN:
        return {"str": "a long text", "list": "a list", "tuple": "a list"}.get(type(value).__name__, "an object")
    return text


def _shown(value: Any) -> str | None:
    """A value within a sentence; None for one that is too much for it."""
    if isinstance(value, (Mapping, list, tuple)):
        return None
    return value if isinstance(value, str) and value else json.dumps(plain(value), default=str)
