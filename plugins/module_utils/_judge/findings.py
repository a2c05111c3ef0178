# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings about a credential pair: their ids, their severities and their words.

Private to this collection: may change without notice.

Ids and severities are a contract with users: waivers and reports name them. Expected and actual values stay the same
from one night to the next as long as the trouble does, so that two runs can be compared; the message may count days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from .expiry import Expiry, Thresholds
from .verdict import Finding, Status

FINDINGS: dict[str, Status] = {
    "expired": "fail",
    "expires_critical": "fail",
    "expires_soon": "warn",
    "expiry_unknown": "unknown",
    "refused": "fail",
    "unreachable": "unknown",
    "scope_missing": "fail",
    "scope_excess": "warn",
    "project_missing": "fail",
    "project_excess": "warn",
    "account_level": "warn",
    "waiver_expired": "fail",
    "duplicate_client_id": "warn",
}

CONSOLE = 'the Contentsquare console, tab "API credentials"'


def _finding(finding_id: str, message: str, expected: object, actual: object, fix: str) -> Finding:
    return Finding(finding_id, FINDINGS[finding_id], message, expected, actual, fix)


def on_expiry(pair: str, expiry: Expiry, thresholds: Thresholds, accepted: bool) -> Finding | None:
    """What the expiry of a pair calls for: nothing while it is healthy."""
    if expiry.expires_on is None or expiry.days_left is None:
        return _finding(
            "expiry_unknown",
            f'When the pair "{pair}" expires is unknown: the API does not tell, and no date is declared.',
            "expires_on or created_on",
            None,
            f'Look the pair up in {CONSOLE}, and declare its created_on or expires_on in the entry "{pair}".',
        )
    if expiry.health == "ok":
        return None
    last_day, left = expiry.expires_on.isoformat(), expiry.days_left
    renew = (
        f"Regenerate the pair in {CONSOLE} (the API cannot do it), put the new secret where this entry takes it from, "
        f'and declare the new {expiry.source} in the entry "{pair}".'
    )
    finding_id, message = {
        "expired": ("expired", f'The pair "{pair}" expired: {last_day} was its last day, {_days(-left)} ago.'),
        "critical": ("expires_critical", f'The pair "{pair}" is about to expire: {_left(left, last_day)}.'),
        "warning": ("expires_soon", f'The pair "{pair}" expires soon: {_left(left, last_day)}.'),
    }[expiry.health]
    if expiry.health == "expired" and accepted:
        message += f" The API still accepts it, so the declared {expiry.source} may be out of date."
    return _finding(finding_id, message, f"valid for more than {_days(thresholds.warning_days)}", last_day, renew)


def refused(pair: str, reason: str) -> Finding:
    return _finding(
        "refused",
        f'The API refused the pair "{pair}"{_because(reason)}.',
        "accepted",
        "refused",
        f'Compare the client id and secret of the entry "{pair}" with {CONSOLE}, and regenerate the pair there '
        "if it has expired or was revoked.",
    )


def unreachable(pair: str, reason: str) -> Finding:
    return _finding(
        "unreachable",
        f'Nobody knows whether the pair "{pair}" is valid: the API gave no usable answer{_because(reason)}.',
        "accepted",
        "unreachable",
        "Run the playbook contentsquare.speedlab.doctor on the same machine to check name resolution, proxy and TLS, "
        "then repeat this check.",
    )


def not_askable(pair: str, reason: str) -> Finding:
    """A pair with which nobody can log in, such as one whose secret is empty."""
    return _finding(
        "unreachable",
        f'Nobody knows whether the pair "{pair}" is valid, for the API could not be asked{_because(reason)}.',
        "accepted",
        None,
        f'Correct the entry "{pair}": its client id or secret may come from a variable that is not set.',
    )


def unlisted(pair: str, parts: Sequence[str]) -> Finding:
    """An answer of the API that accepts the pair, yet leaves out what was to be compared."""
    what = " and ".join(parts)
    return _finding(
        "unreachable",
        f'The API accepted the pair "{pair}" but did not list its {what}, so these could not be compared.',
        f"a list of {what}",
        None,
        "Repeat this check later; if it stays so, run the playbook contentsquare.speedlab.doctor on the same machine.",
    )


def scope_missing(
    pair: str, missing: Sequence[str], denied: Sequence[str], expected: object, granted: object
) -> Finding:
    return _finding(
        "scope_missing",
        f'The pair "{pair}" lacks the {_names("scope", missing)}{_denied(denied)}.',
        expected,
        granted,
        f'Give the pair what it lacks in {CONSOLE}, or take it out of expected_scopes of the entry "{pair}".',
    )


def scope_excess(pair: str, excess: Sequence[str], expected: object, granted: object) -> Finding:
    return _finding(
        "scope_excess",
        f'The pair "{pair}" has the {_names("scope", excess)} beyond what is expected.',
        expected,
        granted,
        f"Replace the pair in {CONSOLE} by one without it, "
        f'or add it to expected_scopes of the entry "{pair}" if it is needed.',
    )


def project_missing(
    pair: str, missing: Sequence[int], denied: Sequence[int], expected: object, granted: object
) -> Finding:
    return _finding(
        "project_missing",
        f'The pair "{pair}" does not reach the {_names("project", missing)}{_denied(denied)}.',
        expected,
        granted,
        f"Create a pair that reaches it in {CONSOLE}, "
        f'or correct project_id and expected_projects of the entry "{pair}".',
    )


def project_excess(pair: str, excess: Sequence[int], expected: object, granted: object) -> Finding:
    return _finding(
        "project_excess",
        f'The pair "{pair}" reaches the {_names("project", excess)} beyond what is expected.',
        expected,
        granted,
        f"Replace the pair in {CONSOLE} by a project-level one, "
        f'or add it to expected_projects of the entry "{pair}" if it is needed.',
    )


def account_level(pair: str, projects: int) -> Finding:
    return _finding(
        "account_level",
        f'The pair "{pair}" is account-level: it reaches {projects} projects, '
        "though its entry does not declare level: account.",
        "project",
        "account",
        f"Replace the pair in {CONSOLE} by a project-level one, "
        f'or declare level: account in the entry "{pair}" if its reach is meant.',
    )


def waiver_expired(pair: str, ended: Iterable[tuple[str, date]]) -> Finding:
    """One finding for all ended waivers of a pair, each given as the finding it named and its last day."""
    in_order = sorted(ended, key=lambda waiver: (waiver[1], waiver[0]))
    listed = ", ".join(f"{finding} (through {until.isoformat()})" for finding, until in in_order)
    return _finding(
        "waiver_expired",
        f'Waivers of the pair "{pair}" have ended and waive nothing: {listed}.',
        [],
        [{"finding": finding, "until": until.isoformat()} for finding, until in in_order],
        f'Resolve what was waived and remove the waiver from the entry "{pair}", or give it a new until date.',
    )


def duplicate_client_id(pair: str, others: Sequence[str]) -> Finding:
    return _finding(
        "duplicate_client_id",
        f'The pair "{pair}" is declared more than once, with the same client id and project; also as '
        + ", ".join(f'"{other}"' for other in others)
        + ".",
        [pair],
        [pair, *others],
        f'Create a pair of its own for the entry "{pair}" in {CONSOLE}, or keep only one of the entries.',
    )


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _left(days: int, last_day: str) -> str:
    return f"its last day is today, {last_day}" if days == 0 else f"{_days(days)} left, its last day is {last_day}"


def _names(kind: str, values: Sequence[object]) -> str:
    plural = kind if len(values) == 1 else kind + "s"
    return f"{plural} {', '.join(str(value) for value in values)}"


def _because(reason: str) -> str:
    return f": {reason.strip().rstrip('.')}" if reason.strip() else ""


def _denied(denied: Sequence[object]) -> str:
    return f" (no token was given for {', '.join(str(value) for value in denied)})" if denied else ""
