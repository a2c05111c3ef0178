# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_credentials_info.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from .._client import errors
from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.oauth import Identity, Token
from .._client.settings import DEFAULT_SCOPES, LONE_SCOPE, Pair, cleaned
from .._core.credentials.expiry import Thresholds
from .._core.credentials.judge import (
    Expectation,
    Observation,
    Project,
    Waiver,
    check_expectation,
    judge_credentials,
)
from .._core.dates import iso_utc
from .._core.rules import rules_of
from .._core.verdict import SCHEMA_VERSION, Verdict
from ._support.dates import date_option
from ._support.progress import every_now_and_then
from ._support.task import Options, Outcome, Task

WAIVABLE = sorted(rule.id for rule in rules_of("credentials") if rule.waivable)

OPTIONS: dict[str, Any] = {
    "credentials": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "client_id": {"type": "str"},
            "client_secret": {"type": "str", "no_log": True},
            "project_id": {"type": "int"},
            "environment": {"type": "str"},
            "owner": {"type": "str"},
            "level": {"type": "str", "choices": ["project", "account"]},
            "expected_scopes": {"type": "list", "elements": "str"},
            "expected_projects": {"type": "list", "elements": "int"},
            "created_on": {"type": "raw"},
            "expires_on": {"type": "raw"},
            "waivers": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "finding": {"type": "str", "required": True, "choices": WAIVABLE},
                    "reason": {"type": "str", "required": True},
                    "until": {"type": "raw", "required": True},
                },
            },
        },
    },
    "verify": {"type": "str", "choices": ["identity", "token", "none"], "default": "identity"},
    "warning_days": {"type": "int", "default": 30},
    "critical_days": {"type": "int", "default": 7},
    "lifetime_days": {"type": "int", "default": 365},
    "query": {"type": "str"},
}


@dataclass(frozen=True)
class Entry:
    """One pair to judge, and what is expected of it. Without a usable pair ``trouble`` says why there is none."""

    pair: Pair | None
    expectation: Expectation
    trouble: str = ""


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    now = datetime.now(timezone.utc)
    thresholds = _thresholds(options)
    entries = _entries(options, client, now)
    observations = _observe(entries, options["verify"], client)
    judged = judge_credentials([entry.expectation for entry in entries], observations, thresholds, now)
    verdict = Verdict("credentials", tuple(credential.as_subject() for credential in judged), now).as_dict()
    result = {
        "credentials": [credential.as_dict() for credential in judged],
        "status": verdict["status"],
        "summary": verdict["summary"],
        "partial": verdict["partial"],
        "checked_at": iso_utc(now),
        "schema_version": SCHEMA_VERSION,
        "verdict": verdict,
    }
    return Outcome(result)


# --- what is to be judged, checked as a whole before the first request -----------------------------------------------


def _thresholds(options: Options) -> Thresholds:
    try:
        return Thresholds(options["warning_days"], options["critical_days"], options["lifetime_days"])
    except ValueError as error:
        raise errors.SettingsError(str(error)) from None


def _entries(options: Options, client: Client, now: datetime) -> list[Entry]:
    described = options["credentials"]
    if described is None:
        pair = client.settings.required_pair()
        described = [{"name": pair.client_id}]
    entries = [_entry(each, client) for each in described]
    names = [entry.expectation.name for entry in entries]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise errors.SettingsError(
            f"credentials: the name {repeated[0]} stands there more than once",
            hint="Give each entry a name of its own.",
        )
    for entry in entries:
        try:
            check_expectation(entry.expectation, now.date())
        except ValueError as error:
            raise errors.SettingsError(str(error), hint="Correct it; no request was made.") from None
    return entries


def _entry(described: Mapping[str, Any], client: Client) -> Entry:
    name = described["name"].strip()
    if not name:
        raise errors.SettingsError("credentials: an entry has an empty name")
    pair, trouble = _pair(described, client)
    scopes, projects = described.get("expected_scopes"), described.get("expected_projects")
    expectation = Expectation(
        name=name,
        environment=described.get("environment"),
        owner=described.get("owner"),
        client_id=pair.client_id if pair else described.get("client_id") or "",
        project_id=pair.project_id if pair else described.get("project_id"),
        level=described.get("level"),
        expected_scopes=None if scopes is None else cleaned(scopes, f"credentials: expected_scopes of {name}"),
        expected_projects=None if projects is None else tuple(dict.fromkeys(projects)),
        created_on=date_option(described.get("created_on"), f"credentials: created_on of {name}"),
        expires_on=date_option(described.get("expires_on"), f"credentials: expires_on of {name}"),
        waivers=tuple(_waiver(each, name) for each in described.get("waivers") or ()),
    )
    return Entry(pair, expectation, trouble)


def _pair(described: Mapping[str, Any], client: Client) -> tuple[Pair | None, str]:
    """The entry's own pair, which inherits nothing, or the common one.

    An own pair that is not usable, such as one whose variable is empty, must not keep the others from being judged: it
    comes back as the words that say why.
    """
    client_id, client_secret, project_id = (described.get(key) for key in ("client_id", "client_secret", "project_id"))
    if (client_id is None) != (client_secret is None):
        missing = "client_id" if client_id is None else "client_secret"
        return None, f"The entry has no {missing}; it needs both or none of client_id and client_secret."
    if client_id is None or client_secret is None:
        common = client.settings.required_pair()
        return (common if project_id is None else replace(common, project_id=project_id)), ""
    try:
        return Pair(client_id, client_secret, DEFAULT_SCOPES, project_id), ""
    except errors.SettingsError as error:
        return None, f"{error.what}."


def _waiver(described: Mapping[str, Any], name: str) -> Waiver:
    until = date_option(described["until"], f"credentials: until of a waiver of {name}")
    if until is None:
        raise errors.SettingsError(f"credentials: a waiver of {name} has no until", hint="Give the date it ends on.")
    if not described["reason"].strip():
        raise errors.SettingsError(
            f"credentials: a waiver of {name} has no reason", hint="Say who accepts what, and why."
        )
    return Waiver(described["finding"], described["reason"], until)


# --- what the API says of each pair ----------------------------------------------------------------------------------


def _observe(entries: list[Entry], verify: str, client: Client) -> list[Observation]:
    """One observation for each entry; each distinct pair is asked about once."""
    if verify == "none":
        return [_unusable(entry) if entry.pair is None else Observation("not_checked", None, None) for entry in entries]
    workers = client.settings.connection.concurrency
    pairs = {_login(entry.pair): entry.pair for entry in reversed(entries) if entry.pair is not None}
    done = every_now_and_then(client.reporter.progress, "Checking credential pairs")
    found = in_parallel(lambda pair: _identity(client, pair), list(pairs.values()), workers, done)
    by_login = dict(zip(pairs, found))
    identities = [_unusable(entry) if entry.pair is None else by_login[_login(entry.pair)] for entry in entries]
    if verify == "identity":
        return identities
    done = every_now_and_then(client.reporter.progress, "Asking for tokens")
    return in_parallel(
        lambda each: _with_token(client, entries[each], identities[each]), range(len(entries)), workers, done
    )


def _login(pair: Pair) -> tuple[str, str]:
    return pair.client_id, pair.client_secret


def _unusable(entry: Entry) -> Observation:
    return Observation("unreachable", None, None, reason=entry.trouble, asked=False)


def _identity(client: Client, pair: Pair) -> Observation:
    try:
        identity = client.identity(pair)
    except errors.SpeedlabError as error:
        return _trouble(error)
    return _accepted(identity)


def _accepted(identity: Identity) -> Observation:
    projects = tuple(Project(number, name) for number, name in identity.projects)
    return Observation("accepted", identity.scopes, projects)


def _trouble(error: errors.SpeedlabError) -> Observation:
    """Refused is what the API said of the pair itself; all else leaves its state unknown."""
    return Observation("refused" if error.about_pair else "unreachable", None, None, reason=f"{error.what}.")


def _with_token(client: Client, entry: Entry, seen: Observation) -> Observation:
    """The observation, once a token for the expected scopes and project was really given."""
    if seen.live != "accepted" or entry.pair is None:
        return seen
    for pair in _proofs(entry.pair, entry.expectation, seen):
        try:
            seen = _less_what_it_lacks(seen, client.tokens.new(pair), pair, entry.expectation)
        except errors.ScopeRefused:
            lacking = tuple(scope for scope in pair.scopes if scope not in (seen.scopes or ()))
            seen = replace(seen, refused_scopes=seen.refused_scopes + (lacking or pair.scopes))
        except errors.ProjectRefused:
            seen = replace(seen, refused_project=pair.project_id)
        except errors.SpeedlabError as error:
            return _trouble(error)
    return seen


def _less_what_it_lacks(seen: Observation, token: Token, pair: Pair, expectation: Expectation) -> Observation:
    """A token may come for less than was asked, or for another project: the answer tells (API reference, 3.1)."""
    lacking = tuple(scope for scope in pair.scopes if scope not in token.scopes)
    wanted = pair.project_id
    if wanted is None and len(expectation.expected_projects or ()) == 1:
        (wanted,) = expectation.expected_projects or ()
    elsewhere = wanted is not None and token.project_id not in (None, wanted)
    return replace(
        seen,
        refused_scopes=seen.refused_scopes + lacking,
        refused_project=wanted if elsewhere else seen.refused_project,
    )


def _proofs(pair: Pair, expectation: Expectation, seen: Observation) -> list[Pair]:
    """The token requests that prove the expected scopes: ``enrichment`` cannot be combined with others."""
    scopes = _scopes_to_prove(pair, seen) if expectation.expected_scopes is None else expectation.expected_scopes
    groups = (tuple(scope for scope in scopes if scope != LONE_SCOPE), tuple(s for s in scopes if s == LONE_SCOPE))
    project = pair.project_id or _any_project(expectation, seen)
    return [replace(pair, scopes=group, project_id=project) for group in groups if group]


def _scopes_to_prove(pair: Pair, seen: Observation) -> tuple[str, ...]:
    """Where nothing is expected, no scope can be missing: only those are asked for that the pair has."""
    granted = seen.scopes or ()
    return tuple(scope for scope in pair.scopes if scope in granted) or tuple(granted[:1])


def _any_project(expectation: Expectation, seen: Observation) -> int | None:
    """An account-level pair has to name a project: one that is expected, else one that it reaches."""
    reached = [project.id for project in seen.projects or ()]
    if len(reached) < 2:
        return None
    return next(iter(expectation.expected_projects or ()), reached[0])


TASK = Task(
    name="speedlab_credentials_info",
    options=OPTIONS,
    run=run,
    pair_only=True,
    replaced_by_query=("credentials", "verdict"),
)
