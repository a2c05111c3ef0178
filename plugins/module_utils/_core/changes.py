# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is new, resolved or unchanged since an earlier verdict, and what of it is worth a word to somebody.

Private to this collection: may change without notice.

Decisions that the code follows:

* A waived finding is none here: a waiver takes it off without a word, its end brings it back as new.
* What cannot be seen now is not resolved: a pair that is refused, out of reach or missing from a partial verdict keeps
  what is known of it, and so does one whose twin may be what is missing. A pair that a whole verdict does not hold was
  taken off the list, which resolves its findings; but a verdict without any subject shows nothing at all.
* What the catalogue marks as told every day is due again once a day; all else is told only when it changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .dates import iso_utc
from .parsing import status_in
from .rules import Rule, rule_for, rules_of
from .verdict import Subject, Verdict

STATE_VERSION = "1"
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Noted:
    """A finding as the state file remembers it; ``since`` and ``told_on`` are days (UTC) as ISO text.

    ``about`` tells findings of one id and subject apart: the metric, or a number.
    """

    environment: str
    name: str
    id: str
    severity: str
    message: str
    fix: str
    since: str
    told_on: str
    about: str = ""

    @property
    def key(self) -> Key:
        return self.environment, self.name, self.id, self.about

    def as_dict(self) -> dict[str, str]:
        return {
            "environment": self.environment,
            "name": self.name,
            "finding": self.id,
            "severity": self.severity,
            "message": self.message,
            "fix": self.fix,
            "since": self.since,
            "told_on": self.told_on,
            **({"about": self.about} if self.about else {}),
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Noted:
        names = ("environment", "name", "finding", "severity", "message", "fix", "since", "told_on")
        values = [*(found[name] for name in names), found.get("about", "")]
        if not all(isinstance(value, str) for value in values):
            raise ValueError("an entry is not of text alone")
        return cls(*values)


@dataclass(frozen=True)
class Changes:
    """The difference. ``due``: unchanged, but worth another word today. ``unseen``: perhaps so still, nobody knows.

    A finding that turned into another of its family is new as that one, and not resolved.
    """

    new: tuple[Noted, ...]
    resolved: tuple[Noted, ...]
    due: tuple[Noted, ...]
    unchanged: tuple[Noted, ...]
    unseen: tuple[Noted, ...]

    @property
    def worth_a_word(self) -> bool:
        return bool(self.new or self.resolved or self.due)

    @property
    def known(self) -> tuple[Noted, ...]:
        """All that is so, or may be so still."""
        return (*self.new, *self.due, *self.unchanged, *self.unseen)

    def with_since(self, since: Mapping[Key, str]) -> Changes:
        """The same, but each finding is as old as ``since`` has it."""

        def dated(found: tuple[Noted, ...]) -> tuple[Noted, ...]:
            return tuple(replace(noted, since=since.get(noted.key, noted.since)) for noted in found)

        return Changes(dated(self.new), self.resolved, dated(self.due), dated(self.unchanged), dated(self.unseen))

    def as_dict(self) -> dict[str, Any]:
        lists = {
            "new": self.new,
            "resolved": self.resolved,
            "due": self.due,
            "unchanged": self.unchanged,
            "unseen": self.unseen,
        }
        return {
            **{name: [noted.as_dict() for noted in found] for name, found in lists.items()},
            "notify": self.worth_a_word,
            "state": self.state(),
        }

    def state(self) -> dict[str, Any]:
        """What the next run compares with. It changes only when something else than the clock did, or a word is due."""
        noted = sorted(self.known, key=lambda each: each.key)
        return {"schema_version": STATE_VERSION, "findings": [each.as_dict() for each in noted]}


def changes_since(state: Mapping[str, Any], verdict: Verdict) -> Changes:
    """Compare a verdict with the state that an earlier run left; an empty one means that there was none.

    Raises :class:`ValueError` for a state that is none: what was told already would be told again, or never. The same
    for two subjects of one name and environment: what is resolved of one would be hidden by what the other still has.
    """
    _make_sure_of_names(verdict.subjects)
    before = {noted.key: noted for noted in read_state(state)}
    today = iso_utc(verdict.checked_at)[:10]
    now = {noted.key: noted for noted in _noted(verdict, today, waived=False)}
    waived = {noted.key for noted in _noted(verdict, today, waived=True)}
    rules = _Rules(verdict.kind)
    gone = [noted for key, noted in before.items() if key not in now and key not in waived]
    unseen = tuple(noted for noted in gone if _cannot_be_seen(noted, rules.of(noted), verdict))
    kept = [
        replace(noted, since=before[key].since, told_on=before[key].told_on)
        for key, noted in now.items()
        if key in before
    ]
    due = [noted for noted in kept if not rules.of(noted).once and noted.told_on < today]
    return Changes(
        new=tuple(noted for key, noted in now.items() if key not in before),
        resolved=tuple(noted for noted in gone if noted not in unseen and not rules.turned(noted, now)),
        due=tuple(replace(noted, told_on=today) for noted in due),
        unchanged=tuple(noted for noted in kept if noted not in due),
        unseen=unseen,
    )


class _Rules:
    """What the catalogue says of the findings of a kind; of one that it does not know it says nothing special."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def of(self, noted: Noted) -> Rule:
        return rule_for(self._kind, noted.id, status_in(noted.severity, "a finding of the state"))

    def turned(self, noted: Noted, now: Iterable[Key]) -> bool:
        """Whether the same subject has another finding of the family now."""
        family = self.of(noted).family
        others = {rule.id for rule in rules_of(self._kind) if family and rule.family == family} - {noted.id}
        wanted = {(noted.environment, noted.name, other, noted.about) for other in others}
        return not wanted.isdisjoint(now)


def _make_sure_of_names(subjects: Iterable[Subject]) -> None:
    seen: set[tuple[str, str]] = set()
    for subject in subjects:
        key = _name_of(subject)
        if key in seen:
            environment, name = key
            place = f" in {environment}" if environment else ""
            raise ValueError(
                f'more than one is called "{name}"{place}, so it is not known what changed of which;'
                " give each a name of its own"
            )
        seen.add(key)


def _name_of(subject: Subject) -> tuple[str, str]:
    return subject.environment or "", subject.name


def read_state(state: Mapping[str, Any]) -> list[Noted]:
    """The findings of a state. Raises :class:`ValueError` for what is none."""
    if not state:
        return []
    if state.get("schema_version") != STATE_VERSION or not isinstance(state.get("findings"), list):
        raise ValueError(f"the state is not one of schema version {STATE_VERSION}")
    try:
        return [Noted.from_dict(found) for found in state["findings"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"an entry of the state is not whole: {error}") from error


def _noted(verdict: Verdict, today: str, *, waived: bool) -> list[Noted]:
    found = []
    for subject in verdict.subjects:
        seen: Counter[str] = Counter()
        for finding in subject.waived_findings if waived else subject.open_findings:
            metric = finding.metric or ""
            seen[f"{finding.id} {metric}"] += 1
            number = seen[f"{finding.id} {metric}"]
            about = f"{metric} {number}".strip() if number > 1 else metric
            words = (finding.id, finding.severity, finding.message, finding.fix)
            found.append(Noted(*_name_of(subject), *words, today, today, about))
    return found


def _cannot_be_seen(noted: Noted, rule: Rule, verdict: Verdict) -> bool:
    subjects = [subject for subject in verdict.subjects if _name_of(subject) == noted.key[:2]]
    if not subjects:
        return verdict.partial or not verdict.subjects
    if rule.shown_by == "whole" and verdict.partial:
        return True
    live = {subject.detail("live") for subject in subjects}
    return rule.shown_by == "api" and not (live == {"accepted"} or (noted.id == "refused" and "refused" in live))
