# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states of a judgement, the worst first: ``fail``, ``unknown``, ``warn``, ``pass``.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Status = Literal["pass", "warn", "fail", "unknown"]

WORST_FIRST: tuple[Status, ...] = ("fail", "unknown", "warn", "pass")


def rank(status: Status) -> int:
    """The place of a state when the worst comes first: 0 is the worst."""
    if status not in WORST_FIRST:
        raise ValueError(f"{status!r} is not a state of a verdict; these are: {', '.join(WORST_FIRST)}.")
    return WORST_FIRST.index(status)


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of some states; of none at all: ``unknown``."""
    return min(statuses, key=rank, default="unknown")
