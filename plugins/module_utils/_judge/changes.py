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
* Inside the critical window an unchanged finding is due again once a day; all others speak only when they change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

STATE_VERSION = "1"
_DUE_EVERY_DAY = frozenset({"expires_critical"})
# What only an accepted pair shows, and with it whether the pair is accepted.
_SHOWN_BY_THE_API = frozenset(
    {"refused", "scope_missing", "scope_excess", "project_missing", "project_excess", "account_level"}
)
# What only the others show.
_SHOWN_BY_THE_WHOLE = frozenset({"duplicate_client_id"})
_FAMILIES = (
    frozenset({"expired", "expires_critical", "expires_soon", "expiry_unknown"}),
    frozenset({"refused", "unreachable"}),
)

_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Noted:
    """A finding as the state file remembers it; ``since`` and ``told_on`` are days (UTC) as ISO text."""

    environment: str
    name: str
    id: str
    severity: str
    message: str
    fix: str
    since: str
    told_on: str

    @property
    def key(self) -> _Key:
        return self.environment, self.name, self.id

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
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Noted:
        names = ("environment", "name", "finding", "severity", "message", "fix", "since", "told_on")
        values = [found[name] for name in names]
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
        noted = sorted((*self.new, *self.due, *self.unchanged, *self.unseen), key=lambda each: each.key)
        return {"schema_version": STATE_VERSION, "findings": [each.as_dict() for each in noted]}


def changes_since(state: Mapping[str, Any], verdict: Mapping[str, Any]) -> Changes:
    """Compare a verdict with the state that an earlier run left; an empty one means that there was none.

    Raises :class:`ValueError` for a state that is none: what was told already would be told again, or never. The same
    for two subjects of one name and environment: what is resolved of one would be hidden by what the other still has.
    """
    _make_sure_of_names(verdict["subjects"])
    before = {noted.key: noted for noted in _read(state)}
    today = str(verdict["checked_at"])[:10]
    now = {noted.key: noted for noted in _noted(verdict["subjects"], today, waived=False)}
    waived = {noted.key for noted in _noted(verdict["subjects"], today, waived=True)}
    gone = [noted for key, noted in before.items() if key not in now and key not in waived]
    unseen = tuple(noted for noted in gone if _cannot_be_seen(noted, verdict))
    kept = [
        replace(noted, since=before[key].since, told_on=before[key].told_on)
        for key, noted in now.items()
        if key in before
    ]
    due = [noted for noted in kept if noted.id in _DUE_EVERY_DAY and noted.told_on < today]
    return Changes(
        new=tuple(noted for key, noted in now.items() if key not in before),
        resolved=tuple(noted for noted in gone if noted not in unseen and not _turned(noted, now)),
        due=tuple(replace(noted, told_on=today) for noted in due),
        unchanged=tuple(noted for noted in kept if noted not in due),
        unseen=unseen,
    )


def _make_sure_of_names(subjects: Iterable[Mapping[str, Any]]) -> None:
    seen: set[tuple[str, str]] = set()
    for subject in subjects:
        environment, name = str(subject.get("environment") or ""), str(subject["name"])
        if (environment, name) in seen:
            place = f" in {environment}" if environment else ""
            raise ValueError(
                f'more than one is called "{name}"{place}, so nobody can tell what changed of which;'
                " give each a name of its own"
            )
        seen.add((environment, name))


def _read(state: Mapping[str, Any]) -> list[Noted]:
    if not state:
        return []
    if state.get("schema_version") != STATE_VERSION or not isinstance(state.get("findings"), list):
        raise ValueError(f"the state is not one of schema version {STATE_VERSION}")
    try:
        return [Noted.from_dict(found) for found in state["findings"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"an entry of the state is not whole: {error}") from error


def _noted(subjects: Iterable[Mapping[str, Any]], today: str, *, waived: bool) -> list[Noted]:
    return [
        Noted(
            environment=str(subject.get("environment") or ""),
            name=str(subject["name"]),
            id=str(finding["id"]),
            severity=str(finding["severity"]),
            message=str(finding["message"]),
            fix=str(finding.get("fix") or ""),
            since=today,
            told_on=today,
        )
        for subject in subjects
        for finding in subject["findings"]
        if bool(finding.get("waived")) is waived
    ]


def _cannot_be_seen(noted: Noted, verdict: Mapping[str, Any]) -> bool:
    subjects = _of(noted, verdict["subjects"])
    if not subjects:
        return bool(verdict["partial"]) or not verdict["subjects"]
    if noted.id in _SHOWN_BY_THE_WHOLE and verdict["partial"]:
        return True
    live = {(subject.get("details") or {}).get("live") for subject in subjects}
    return noted.id in _SHOWN_BY_THE_API and not (live == {"accepted"} or (noted.id == "refused" and "refused" in live))


def _turned(noted: Noted, now: Mapping[_Key, Noted]) -> bool:
    """Whether the same subject has another finding of the family now."""
    family = next((family for family in _FAMILIES if noted.id in family), frozenset())
    return any((noted.environment, noted.name, other) in now for other in family - {noted.id})


def _of(noted: Noted, subjects: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [
        subject
        for subject in subjects
        if (str(subject.get("environment") or ""), str(subject["name"])) == (noted.environment, noted.name)
    ]
