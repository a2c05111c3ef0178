# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a credential pair, in words: the message and the next step.

Private to this collection: may change without notice.

Expected and actual values stay the same from one night to the next as long as the problem does, so that two runs can be
compared; the message may count days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from ..findings import Finding, Problem
from ..words import counted

CONSOLE = 'the Contentsquare console, tab "API credentials"'

_Words = tuple[str, str]


def in_words(pair: str, problem: Problem) -> Finding:
    """The problem of the pair of this name, as a reader is told."""
    return problem.in_words(*WORDS[problem.id](pair, **problem.facts))


def _expired(pair: str, *, days_left: int, last_day: date, source: str, accepted: bool) -> _Words:
    message = f'The pair "{pair}" expired: {last_day.isoformat()} was its last day, {counted(-days_left, "day")} ago.'
    if accepted:
        message += f" The API still accepts it, so the declared {source} may be out of date."
    return message, _renew(pair, source)


def _expires_critical(pair: str, *, days_left: int, last_day: date, source: str) -> _Words:
    return f'The pair "{pair}" is about to expire: {_left(days_left, last_day)}.', _renew(pair, source)


def _expires_soon(pair: str, *, days_left: int, last_day: date, source: str) -> _Words:
    return f'The pair "{pair}" expires soon: {_left(days_left, last_day)}.', _renew(pair, source)


def _expiry_unknown(pair: str) -> _Words:
    return (
        f'When the pair "{pair}" expires is unknown: the API does not tell, and no date is declared.',
        f'Look the pair up in {CONSOLE}, and declare its created_on or expires_on in the entry "{pair}".',
    )


def _refused(pair: str, *, reason: str) -> _Words:
    return (
        f'The API refused the pair "{pair}"{_because(reason)}.',
        f'Compare the client id and secret of the entry "{pair}" with {CONSOLE}, and regenerate the pair there '
        "if it has expired or was revoked.",
    )


def _unreachable(pair: str, *, reason: str = "", asked: bool = True, unlisted: Sequence[str] = ()) -> _Words:
    """No usable answer; or no question at all; or an answer that leaves out what was to be compared."""
    if unlisted:
        return (
            f'The API accepted the pair "{pair}" but did not list its {" and ".join(unlisted)}, '
            "so these could not be compared.",
            "Repeat this check later; if it stays so, run the playbook contentsquare.speedlab.doctor on the same "
            "machine.",
        )
    if not asked:
        return (
            f'It is not known whether the pair "{pair}" is valid because the API could not be asked{_because(reason)}.',
            f'Correct the entry "{pair}": its client id or secret may come from a variable that is not set.',
        )
    return (
        f'It is not known whether the pair "{pair}" is valid: the API gave no usable answer{_because(reason)}.',
        "Run the playbook contentsquare.speedlab.doctor on the same machine to check name resolution, proxy and TLS, "
        "then repeat this check.",
    )


def _scope_missing(pair: str, *, missing: Sequence[str], denied: Sequence[str]) -> _Words:
    return (
        f'The pair "{pair}" lacks the {_names("scope", missing)}{_denied(denied)}.',
        f'Give the pair what it lacks in {CONSOLE}, or take it out of expected_scopes of the entry "{pair}".',
    )


def _scope_excess(pair: str, *, excess: Sequence[str]) -> _Words:
    return (
        f'The pair "{pair}" has the {_names("scope", excess)} beyond what is expected.',
        f"Replace the pair in {CONSOLE} by one without it, "
        f'or add it to expected_scopes of the entry "{pair}" if it is needed.',
    )


def _project_missing(pair: str, *, missing: Sequence[int], denied: Sequence[int]) -> _Words:
    return (
        f'The pair "{pair}" does not reach the {_names("project", missing)}{_denied(denied)}.',
        f"Create a pair that reaches it in {CONSOLE}, "
        f'or correct project_id and expected_projects of the entry "{pair}".',
    )


def _project_excess(pair: str, *, excess: Sequence[int]) -> _Words:
    return (
        f'The pair "{pair}" reaches the {_names("project", excess)} beyond what is expected.',
        f"Replace the pair in {CONSOLE} by a project-level one, "
        f'or add it to expected_projects of the entry "{pair}" if it is needed.',
    )


def _account_level(pair: str, *, projects: int) -> _Words:
    return (
        f'The pair "{pair}" is account-level: it reaches {projects} projects, '
        "though its entry does not declare level: account.",
        f"Replace the pair in {CONSOLE} by a project-level one, "
        f'or declare level: account in the entry "{pair}" if its reach is meant.',
    )


def _waiver_expired(pair: str, *, ended: Iterable[tuple[str, date]]) -> _Words:
    """One finding for all ended waivers of a pair, each given as the finding it named and its last day."""
    listed = ", ".join(f"{finding} (through {until.isoformat()})" for finding, until in ended)
    return (
        f'Waivers of the pair "{pair}" have ended and waive nothing: {listed}.',
        f'Resolve what was waived and remove the waiver from the entry "{pair}", or give it a new until date.',
    )


def _duplicate_client_id(pair: str, *, others: Sequence[str]) -> _Words:
    return (
        f'The pair "{pair}" is declared more than once, with the same client id and project; also as '
        + ", ".join(f'"{other}"' for other in others)
        + ".",
        f'Create a pair of its own for the entry "{pair}" in {CONSOLE}, or keep only one of the entries.',
    )


WORDS: Mapping[str, Callable[..., _Words]] = {
    "expired": _expired,
    "expires_critical": _expires_critical,
    "expires_soon": _expires_soon,
    "expiry_unknown": _expiry_unknown,
    "refused": _refused,
    "unreachable": _unreachable,
    "scope_missing": _scope_missing,
    "scope_excess": _scope_excess,
    "project_missing": _project_missing,
    "project_excess": _project_excess,
    "account_level": _account_level,
    "waiver_expired": _waiver_expired,
    "duplicate_client_id": _duplicate_client_id,
}
"""For each rule of the kind credentials what makes its sentences, of the facts that the judge gives."""


def _renew(pair: str, source: str) -> str:
    return (
        f"Regenerate the pair in {CONSOLE} (the API cannot do it), put the new secret where this entry takes it from, "
        f'and declare the new {source} in the entry "{pair}".'
    )


def _left(days: int, last_day: date) -> str:
    if days == 0:
        return f"its last day is today, {last_day.isoformat()}"
    return f"{counted(days, 'day')} left, its last day is {last_day.isoformat()}"


def _names(kind: str, values: Sequence[object]) -> str:
    return f"{kind if len(values) == 1 else kind + 's'} {', '.join(str(value) for value in values)}"


def _because(reason: str) -> str:
    return f": {reason.strip().rstrip('.')}" if reason.strip() else ""


def _denied(denied: Sequence[object]) -> str:
    return f" (no token was given for {', '.join(str(value) for value in denied)})" if denied else ""
