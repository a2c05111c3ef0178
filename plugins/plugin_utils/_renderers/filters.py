# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a reader can narrow the HTML report down to: statuses, environments and owners, as choices with their counts.

Private to this collection: may change without notice.

The page marks each subject with the key of its choice, a number: no text of a verdict is ever compared by the script.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

LABEL_LENGTH = 48


@dataclass(frozen=True)
class Choice:
    """One value to narrow down to, and how many subjects have it."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Filter:
    """One thing to narrow down by; ``keys`` holds that of each subject, in their order."""

    name: str
    label: str
    everything: str
    choices: tuple[Choice, ...]
    keys: tuple[str, ...]


def filters_for(subjects: Sequence[Subject]) -> tuple[Filter, ...]:
    """The filters that tell some subjects from others."""
    offered = (
        _filter("status", "Status", "All statuses", [_status(each) for each in subjects], _by_severity),
        _filter("environment", "Environment", "All environments", [_named(each.environment) for each in subjects]),
        _filter("owner", "Owner", "All owners", [_named(each.owner) for each in subjects]),
    )
    return tuple(each for each in offered if len(each.choices) > 1)


def _alphabetically(label: str) -> tuple[bool, str, str]:
    """What has no name comes last."""
    return label == words.NONE_GIVEN, label.casefold(), label


def _by_severity(label: str) -> int:
    return [words.STATUS_LABELS[status] for status in WORST_FIRST].index(label)


def _filter(
    name: str, label: str, everything: str, values: Sequence[str], order: Callable[[str], Any] = _alphabetically
) -> Filter:
    counts = Counter(values)
    keys = {value: str(number) for number, value in enumerate(sorted(counts, key=order), start=1)}
    return Filter(
        name=name,
        label=label,
        everything=everything,
        choices=tuple(Choice(key, words.shortened(value, LABEL_LENGTH), counts[value]) for value, key in keys.items()),
        keys=tuple(keys[value] for value in values),
    )


def _status(subject: Subject) -> str:
    return words.STATUS_LABELS[subject.status]


def _named(text: str | None) -> str:
    return words.printable(text or "") or words.NONE_GIVEN
