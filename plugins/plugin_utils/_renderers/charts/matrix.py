# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures of who holds what: credential pairs down the side, scopes or projects along the top.

Private to this collection: may change without notice.

A picture has eight columns at most, so that it fits on a screen and on paper: what is expected, missing or too much
comes first, and the last column counts the rest. So nothing is left out in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.details import CredentialDetails, Grants
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.words import counted
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

COLUMNS_SHOWN = 8
NAME_LENGTH = 64
COLUMN_NAME_LENGTH = 40

STATES = {
    "missing": "missing",
    "excess": "excess",
    "granted": "granted",
    "unknown": "not known",
    "absent": "not granted",
}
"""Each state of a cell with its word, in the order in which they are told."""

_WITHOUT_ANSWER = {"accepted": "not listed by the API", "refused": "refused", "unreachable": "unreachable"}


@dataclass(frozen=True)
class MatrixColumn:
    """A scope or a project; ``note`` is the id of a project whose name is known."""

    label: str
    full_label: str
    note: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """A pair: the state of each column, what it holds beyond them, and why nothing is known of it, if so."""

    number: int
    name: str
    full_name: str
    note: str
    states: tuple[str, ...]
    rest: str

    @property
    def unknown(self) -> bool:
        """Nothing at all is known of the pair: that is said once."""
        return set(self.states) == {"unknown"}


@dataclass(frozen=True)
class Matrix:
    """One picture. ``rest`` says how many columns it does not have."""

    id: str
    heading: str
    summary: str
    rest: str
    rest_heading: str
    states: tuple[str, ...]
    columns: tuple[MatrixColumn, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True)
class _Kind:
    """What is compared, and its name for a reader."""

    noun: str
    grants: Callable[[CredentialDetails], Grants]

    @property
    def plural(self) -> str:
        return f"{self.noun}s"


_KINDS = (
    _Kind("scope", lambda details: details.scopes),
    _Kind("project", lambda details: details.projects),
)


@dataclass(frozen=True)
class _Claims:
    """What one pair holds and should hold; ``granted`` is None if nobody knows."""

    granted: frozenset[str] | None
    expected: frozenset[str]
    missing: frozenset[str]
    excess: frozenset[str]
    labels: Mapping[str, str]

    @classmethod
    def of(cls, grants: Grants) -> _Claims:
        return cls(
            None if grants.granted is None else _printable(grants.granted),
            _printable(grants.expected),
            _printable(grants.missing),
            _printable(grants.excess),
            {words.printable(key): words.printable(name) for key, name in grants.names.items()},
        )

    @property
    def known(self) -> frozenset[str]:
        return (self.granted or frozenset()) | self.expected | self.missing | self.excess

    def state(self, key: str) -> str:
        """What is missing was looked for in vain, whatever a list says: a token for it may have been refused."""
        if key in self.missing:
            return "missing"
        if key in self.excess:
            return "excess"
        if self.granted is None:
            return "unknown"
        return "granted" if key in self.granted else "absent"


def draw_matrices(subjects: Sequence[Subject]) -> tuple[Matrix, ...]:
    """The pictures for the subjects of a verdict on credentials, without those that would be empty."""
    drawn = (_draw(kind, subjects) for kind in _KINDS)
    return tuple(matrix for matrix in drawn if matrix.columns)


def _draw(kind: _Kind, subjects: Sequence[Subject]) -> Matrix:
    claims = [_Claims.of(kind.grants(subject.credential)) for subject in subjects]
    shown, others = _choose(claims)
    labels = {key: label for each in claims for key, label in each.labels.items()}
    rows = tuple(
        _row(number, subject, claim, shown, others)
        for number, (subject, claim) in enumerate(zip(subjects, claims), start=1)
    )
    present = {state for row in rows for state in row.states}
    return Matrix(
        id=kind.plural,
        heading=f"Credential pairs and their {kind.plural}",
        summary=_summary(kind, claims),
        rest=_rest_in_words(kind, len(others)),
        rest_heading=f"Other {kind.plural}" if others else "",
        states=tuple(state for state in STATES if state in present),
        columns=tuple(_column(key, labels.get(key, "")) for key in shown),
        rows=rows,
    )


def _printable(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(words.printable(key) for key in keys)


def _choose(claims: Sequence[_Claims]) -> tuple[list[str], list[str]]:
    """The keys that get a column, in their order, and the others."""
    missing, excess, expected, held = (
        Counter(key for each in claims for key in read(each)) for read in _COUNTED_FOR_THE_ORDER
    )

    def importance(key: str) -> tuple[object, ...]:
        return -missing[key], -excess[key], -expected[key], -held[key], _natural(key)

    keys = sorted({key for each in claims for key in each.known}, key=importance)
    if len(keys) <= COLUMNS_SHOWN:
        return keys, []
    of_note = [key for key in keys if missing[key] or excess[key] or expected[key]]
    shown = (of_note or keys)[:COLUMNS_SHOWN]
    return shown, [key for key in keys if key not in shown]


_COUNTED_FOR_THE_ORDER: tuple[Callable[[_Claims], Iterable[str]], ...] = (
    lambda claims: claims.missing,
    lambda claims: claims.excess,
    lambda claims: claims.expected,
    lambda claims: claims.granted or (),
)


def _natural(key: str) -> tuple[int, str]:
    """Ids by their size, names by their letters."""
    return (len(key), key) if key.isascii() and key.isdigit() else (0, key)


def _column(key: str, name: str) -> MatrixColumn:
    label = name or key
    return MatrixColumn(words.shortened(label, COLUMN_NAME_LENGTH), label, note=key if name and name != key else "")


def _row(number: int, subject: Subject, claim: _Claims, shown: Sequence[str], others: Sequence[str]) -> MatrixRow:
    name = words.printable(subject.name)
    environment = words.printable(subject.environment or "")
    why = _WITHOUT_ANSWER.get(subject.credential.live or "", "not checked") if claim.granted is None else ""
    return MatrixRow(
        number=number,
        name=words.shortened(name, NAME_LENGTH),
        full_name=name,
        note=", ".join(part for part in (words.shortened(environment, NAME_LENGTH), why) if part),
        states=tuple(claim.state(key) for key in shown),
        rest=_counted_states(claim, others) if others else "",
    )


def _counted_states(claim: _Claims, keys: Sequence[str]) -> str:
    """ "1 missing, 204 granted": what a pair holds beyond the columns."""
    if claim.granted is None and not claim.missing and not claim.excess:
        return STATES["unknown"]
    found = Counter(claim.state(key) for key in keys)
    told = [f"{found[state]:,} {STATES[state]}" for state in ("missing", "excess", "granted") if found[state]]
    return ", ".join(told) or "none"


def _summary(kind: _Kind, claims: Sequence[_Claims]) -> str:
    """What the whole picture shows, for whoever does not look at each cell."""
    lacking, beyond, unknown = (
        sum(1 for each in claims if each.missing),
        sum(1 for each in claims if each.excess),
        sum(1 for each in claims if each.granted is None),
    )
    told = [
        (lacking, f"{counted(lacking, 'pair')} {'lacks' if lacking == 1 else 'lack'} a {kind.noun} that is expected"),
        (beyond, f"{counted(beyond, 'pair')} {'has' if beyond == 1 else 'have'} more {kind.plural} than expected"),
        (unknown, f"of {counted(unknown, 'pair')} the {kind.plural} are not known"),
    ]
    said = "; ".join(part for number, part in told if number)
    return f"{said[0].upper()}{said[1:]}." if said else f"No pair has a {kind.noun} too few or too many."


def _rest_in_words(kind: _Kind, number: int) -> str:
    if number == 0:
        return ""
    if number == 1:
        return f"1 more {kind.noun} has no column of its own; the last column counts it."
    return f"{number:,} more {kind.plural} have no column of their own; the last column counts them."
