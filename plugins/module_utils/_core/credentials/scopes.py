# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a credential pair may do against what it should: scopes by name, projects by id.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Grant = TypeVar("Grant", str, int)


@dataclass(frozen=True)
class Difference(Generic[Grant]):
    """What is expected and not granted, and what is granted and not expected; both sorted."""

    missing: tuple[Grant, ...]
    excess: tuple[Grant, ...]


def compare(expected: Iterable[Grant] | None, granted: Iterable[Grant] | None) -> Difference[Grant]:
    """Compare two sets. None on either side, undeclared or unseen, means: not compared. An empty one allows nothing."""
    if expected is None or granted is None:
        return Difference((), ())
    wanted, found = set(expected), set(granted)
    return Difference(missing=tuple(sorted(wanted - found)), excess=tuple(sorted(found - wanted)))
