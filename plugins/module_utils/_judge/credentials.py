# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement over credential pairs: each as declared against what the API showed of it.

Private to this collection: may change without notice.

Decisions that the code follows:

* Only an accepted pair is compared. Of a refused or unreachable one nothing is known, so its scopes and projects are
  None; its expiry is judged all the same.
* An accepted pair whose scopes or projects the API did not list, though some are expected, is ``unreachable`` in that
  respect: what could not be compared is no pass.
* A scope or project for which no token was given is missing, whatever ``/v1/oauth/me`` lists.
* A pair that reaches more than one project is ``account_level``, unless its entry declares ``level: account``: whether
  the entry is silent or declares ``project``, one project is all that it should reach. A declared level is shown as
  declared.
* A declared account-level pair reaches all projects by its nature, so no project is in excess.
* A waiver waives one finding id, thus never a worse one. An ended waiver is a finding, and nothing can waive that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from . import findings as found
from .dates import parse_date
from .expiry import Expiry, Thresholds, assess_expiry
from .findings import FINDINGS
from .pairs import Credential, Expectation, Level, Live, Observation, Project, Waiver
from .scopes import Difference, compare
from .verdict import Finding, Waived, rank

__all__ = [
    "FINDINGS",
    "Credential",
    "Expectation",
    "Level",
    "Live",
    "Observation",
    "Project",
    "Waiver",
    "check_expectation",
    "judge_credentials",
]

_NEVER_WAIVED = "waiver_expired"


def check_expectation(expectation: Expectation, today: date) -> None:
    """Raise :class:`ValueError`, naming the entry, when what is declared cannot be meant: before any request."""
    entry = f'Credentials entry "{expectation.name}"'
    created_on, expires_on = expectation.created_on, expectation.expires_on
    if created_on is not None and created_on > today + timedelta(days=1):  # east of UTC it is tomorrow already
        raise ValueError(f"{entry}: created_on {created_on} is in the future; today is {today} (UTC).")
    if created_on is not None and expires_on is not None and expires_on < created_on:
        raise ValueError(f"{entry}: expires_on {expires_on} is before created_on {created_on}.")
    for waiver in expectation.waivers:
        if waiver.finding == _NEVER_WAIVED:
            raise ValueError(f"{entry}: {_NEVER_WAIVED} cannot be waived; renew or remove the waiver that has ended.")
        if waiver.finding not in FINDINGS:
            known = ", ".join(finding for finding in FINDINGS if finding != _NEVER_WAIVED)
            raise ValueError(f'{entry}: a waiver names the unknown finding "{waiver.finding}"; known are: {known}.')


def judge_credentials(
    expectations: Sequence[Expectation], observations: Sequence[Observation], thresholds: Thresholds, now: datetime
) -> tuple[Credential, ...]:
    """Judge each pair by its own observation, in the order given. Each expectation has passed the check above."""
    if len(expectations) != len(observations):
        raise ValueError(f"{len(expectations)} expectations cannot be judged by {len(observations)} observations.")
    today = parse_date(now)
    twins = _twins(expectations)
    return tuple(
        _judge(expectation, observation, others, thresholds, today)
        for expectation, observation, others in zip(expectations, observations, twins)
    )


def _judge(
    expectation: Expectation, observation: Observation, twins: Sequence[str], thresholds: Thresholds, today: date
) -> Credential:
    seen = _usable(observation)
    expiry = assess_expiry(expectation.expires_on, expectation.created_on, thresholds, today)
    scopes = _compare_scopes(expectation, seen)
    projects = _compare_projects(expectation, seen)
    findings = [
        *_on_life(expectation, seen, expiry, thresholds),
        *_on_scopes(expectation, seen, scopes),
        *_on_projects(expectation, seen, projects),
    ]
    if twins:
        findings.append(found.duplicate_client_id(expectation.name, twins))
    return Credential(
        expectation=expectation,
        live=seen.live,
        level=expectation.level or ("account" if _reaches_several(seen) else "unknown"),
        expiry=expiry,
        scopes=seen.scopes,
        scope_difference=scopes,
        projects=seen.projects,
        project_difference=projects,
        findings=_after_waivers(expectation, findings, today),
    )


def _usable(observation: Observation) -> Observation:
    """The observation in a stable order; of a pair that was not accepted only the state and its reason."""
    if observation.live != "accepted":
        return Observation(observation.live, None, None, observation.reason, asked=observation.asked)
    scopes, projects = observation.scopes, observation.projects
    return replace(
        observation,
        scopes=None if scopes is None else tuple(sorted(set(scopes))),
        projects=None if projects is None else tuple(sorted(set(projects), key=lambda project: project.id)),
    )


def _compare_scopes(expectation: Expectation, seen: Observation) -> Difference[str]:
    listed = compare(expectation.expected_scopes, seen.scopes)
    denied = set(seen.refused_scopes)
    return Difference(tuple(sorted({*listed.missing, *denied})), tuple(sorted({*listed.excess} - denied)))


def _compare_projects(expectation: Expectation, seen: Observation) -> Difference[int]:
    listed = compare(expectation.expected_projects, _project_ids(seen))
    denied = set(_denied_projects(seen))
    excess = set() if expectation.level == "account" else {*listed.excess} - denied
    return Difference(tuple(sorted({*listed.missing, *denied})), tuple(sorted(excess)))


def _on_life(expectation: Expectation, seen: Observation, expiry: Expiry, thresholds: Thresholds) -> list[Finding]:
    findings = []
    expiring = found.on_expiry(expectation.name, expiry, thresholds, accepted=seen.live == "accepted")
    if expiring is not None:
        findings.append(expiring)
    if seen.live == "refused":
        findings.append(found.refused(expectation.name, seen.reason))
    if seen.live == "unreachable":
        judged = found.unreachable if seen.asked else found.not_askable
        findings.append(judged(expectation.name, seen.reason))
    unlisted = _unlisted(expectation, seen)
    if unlisted:
        findings.append(found.unlisted(expectation.name, unlisted))
    return findings


def _unlisted(expectation: Expectation, seen: Observation) -> list[str]:
    """What is expected of an accepted pair and could not be compared."""
    if seen.live != "accepted":
        return []
    parts = (
        ("scopes", expectation.expected_scopes, seen.scopes),
        ("projects", expectation.expected_projects, seen.projects),
    )
    return [part for part, expected, listed in parts if expected is not None and listed is None]


def _on_scopes(expectation: Expectation, seen: Observation, scopes: Difference[str]) -> list[Finding]:
    pair, expected = expectation.name, expectation.expected_scopes
    findings = []
    if scopes.missing:
        wanted = sorted({*(expected or ()), *seen.refused_scopes})
        findings.append(found.scope_missing(pair, scopes.missing, seen.refused_scopes, wanted, seen.scopes))
    if scopes.excess:
        findings.append(found.scope_excess(pair, scopes.excess, sorted(expected or ()), seen.scopes))
    return findings


def _on_projects(expectation: Expectation, seen: Observation, projects: Difference[int]) -> list[Finding]:
    pair, expected = expectation.name, expectation.expected_projects
    denied, reached = _denied_projects(seen), _project_ids(seen)
    findings = []
    if projects.missing:
        wanted = sorted({*(expected or ()), *denied})
        findings.append(found.project_missing(pair, projects.missing, denied, wanted, reached))
    if projects.excess:
        findings.append(found.project_excess(pair, projects.excess, sorted(expected or ()), reached))
    if _reaches_several(seen) and expectation.level != "account":
        findings.append(found.account_level(pair, len(reached or ())))
    return findings


def _project_ids(seen: Observation) -> tuple[int, ...] | None:
    return None if seen.projects is None else tuple(project.id for project in seen.projects)


def _denied_projects(seen: Observation) -> tuple[int, ...]:
    return () if seen.refused_project is None else (seen.refused_project,)


def _reaches_several(seen: Observation) -> bool:
    return len(set(_project_ids(seen) or ())) > 1


def _twins(expectations: Sequence[Expectation]) -> list[list[str]]:
    """For each entry the labels of the others that hold the same client id for the same project."""
    holders: dict[tuple[str, int | None], list[int]] = {}
    for index, entry in enumerate(expectations):
        holders.setdefault((entry.client_id, entry.project_id), []).append(index)
    return [
        [_label(expectations[other]) for other in holders[entry.client_id, entry.project_id] if other != index]
        for index, entry in enumerate(expectations)
    ]


def _label(entry: Expectation) -> str:
    return f"{entry.name} ({entry.environment})" if entry.environment else entry.name


def _after_waivers(expectation: Expectation, findings: Sequence[Finding], today: date) -> tuple[Finding, ...]:
    """The findings, the worst first, each waived that a running waiver names; and one more for waivers that ended."""
    in_order = sorted(expectation.waivers, key=lambda waiver: waiver.until)
    running = {waiver.finding: waiver for waiver in in_order if waiver.until >= today}
    ended = [(waiver.finding, waiver.until) for waiver in in_order if waiver.until < today]
    judged = [
        replace(finding, waived=Waived(running[finding.id].reason, running[finding.id].until))
        if finding.id in running
        else finding
        for finding in findings
    ]
    if ended:
        judged.append(found.waiver_expired(expectation.name, ended))
    return tuple(sorted(judged, key=lambda finding: rank(finding.severity)))
