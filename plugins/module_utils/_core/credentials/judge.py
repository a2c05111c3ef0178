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

from ..dates import parse_date
from ..findings import Problem, Waived
from ..rules import RULES, rules_of
from ..status import rank
from ..words import counted
from . import words as credential_words
from .expiry import Expiry, Thresholds, assess_expiry
from .pairs import Credential, Expectation, Level, Live, Observation, Project, Waiver
from .scopes import Difference, compare

__all__ = [
    "Credential",
    "Expectation",
    "Level",
    "Live",
    "Observation",
    "Project",
    "Waiver",
    "check_expectation",
    "duplicate",
    "judge_credentials",
]

_RULE_OF_HEALTH = {"expired": "expired", "critical": "expires_critical", "warning": "expires_soon"}


def check_expectation(expectation: Expectation, today: date) -> None:
    """Raise :class:`ValueError`, naming the entry, when what is declared cannot be meant: before any request."""
    entry = f'Credentials entry "{expectation.name}"'
    created_on, expires_on = expectation.created_on, expectation.expires_on
    if created_on is not None and created_on > today + timedelta(days=1):  # east of UTC it is tomorrow already
        raise ValueError(f"{entry}: created_on {created_on} is in the future; today is {today} (UTC).")
    if created_on is not None and expires_on is not None and expires_on < created_on:
        raise ValueError(f"{entry}: expires_on {expires_on} is before created_on {created_on}.")
    for waiver in expectation.waivers:
        rule = RULES.get(("credentials", waiver.finding))
        if rule is None:
            known = ", ".join(rule.id for rule in rules_of("credentials") if rule.waivable)
            raise ValueError(f'{entry}: a waiver names the unknown finding "{waiver.finding}"; known are: {known}.')
        if not rule.waivable:
            raise ValueError(f"{entry}: {rule.id} cannot be waived; renew or remove the waiver that has ended.")


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
    problems = [
        *_on_expiry(expiry, thresholds, accepted=seen.live == "accepted"),
        *_on_life(expectation, seen),
        *_on_scopes(expectation, seen, scopes),
        *_on_projects(expectation, seen, projects),
        *([duplicate(expectation.name, twins)] if twins else []),
    ]
    return Credential(
        expectation=expectation,
        live=seen.live,
        level=expectation.level or ("account" if _reaches_several(seen) else "unknown"),
        expiry=expiry,
        scopes=seen.scopes,
        scope_difference=scopes,
        projects=seen.projects,
        project_difference=projects,
        findings=tuple(
            credential_words.in_words(expectation.name, problem)
            for problem in _after_waivers(expectation, problems, today)
        ),
    )


def duplicate(pair: str, others: Sequence[str]) -> Problem:
    """The pair is declared under other names, too."""
    return _problem("duplicate_client_id", [pair], [pair, *others], others=tuple(others))


def _problem(rule_id: str, expected: object, actual: object, **facts: object) -> Problem:
    return Problem(RULES["credentials", rule_id], expected, actual, facts)


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


def _on_expiry(expiry: Expiry, thresholds: Thresholds, *, accepted: bool) -> list[Problem]:
    """What the expiry of a pair calls for: nothing while it is healthy."""
    if expiry.expires_on is None or expiry.days_left is None:
        return [_problem("expiry_unknown", "expires_on or created_on", None)]
    if expiry.health == "ok":
        return []
    facts = {"days_left": expiry.days_left, "last_day": expiry.expires_on, "source": expiry.source}
    still = {"accepted": accepted} if expiry.health == "expired" else {}
    wanted = f"valid for more than {counted(thresholds.warning_days, 'day')}"
    return [_problem(_RULE_OF_HEALTH[expiry.health], wanted, expiry.expires_on, **facts, **still)]


def _on_life(expectation: Expectation, seen: Observation) -> list[Problem]:
    if seen.live == "refused":
        return [_problem("refused", "accepted", "refused", reason=seen.reason)]
    if seen.live == "unreachable":
        actual = "unreachable" if seen.asked else None
        return [_problem("unreachable", "accepted", actual, reason=seen.reason, asked=seen.asked)]
    unlisted = _unlisted(expectation, seen)
    return [_problem("unreachable", f"a list of {' and '.join(unlisted)}", None, unlisted=unlisted)] if unlisted else []


def _unlisted(expectation: Expectation, seen: Observation) -> list[str]:
    """What is expected of an accepted pair and could not be compared."""
    if seen.live != "accepted":
        return []
    parts = (
        ("scopes", expectation.expected_scopes, seen.scopes),
        ("projects", expectation.expected_projects, seen.projects),
    )
    return [part for part, expected, listed in parts if expected is not None and listed is None]


def _on_scopes(expectation: Expectation, seen: Observation, scopes: Difference[str]) -> list[Problem]:
    expected, denied = expectation.expected_scopes, seen.refused_scopes
    problems = []
    if scopes.missing:
        wanted = sorted({*(expected or ()), *denied})
        problems.append(_problem("scope_missing", wanted, seen.scopes, missing=scopes.missing, denied=denied))
    if scopes.excess:
        problems.append(_problem("scope_excess", sorted(expected or ()), seen.scopes, excess=scopes.excess))
    return problems


def _on_projects(expectation: Expectation, seen: Observation, projects: Difference[int]) -> list[Problem]:
    expected, denied, reached = expectation.expected_projects, _denied_projects(seen), _project_ids(seen)
    problems = []
    if projects.missing:
        wanted = sorted({*(expected or ()), *denied})
        problems.append(_problem("project_missing", wanted, reached, missing=projects.missing, denied=denied))
    if projects.excess:
        problems.append(_problem("project_excess", sorted(expected or ()), reached, excess=projects.excess))
    if _reaches_several(seen) and expectation.level != "account":
        problems.append(_problem("account_level", "project", "account", projects=len(reached or ())))
    return problems


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


def _after_waivers(expectation: Expectation, problems: Sequence[Problem], today: date) -> list[Problem]:
    """The problems, the worst first, each waived that a running waiver names; and one more for waivers that ended."""
    in_order = sorted(expectation.waivers, key=lambda waiver: waiver.until)
    running = {waiver.finding: Waived(waiver.reason, waiver.until) for waiver in in_order if waiver.until >= today}
    ended = sorted((waiver.until, waiver.finding) for waiver in in_order if waiver.until < today)
    judged = [replace(problem, waived=running.get(problem.id)) for problem in problems]
    if ended:
        told = [{"finding": finding, "until": until} for until, finding in ended]
        judged.append(_problem("waiver_expired", [], told, ended=tuple((finding, until) for until, finding in ended)))
    return sorted(judged, key=lambda problem: rank(problem.severity))
