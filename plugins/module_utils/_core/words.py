# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms that messages and reports share: counted nouns and lengths of time.

Private to this collection: may change without notice.
"""

from __future__ import annotations

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def counted(number: int, noun: str) -> str:
    """ "1 run", "7 runs", "1,200 runs"."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def largest_unit(seconds: float) -> tuple[int, str]:
    """A length of time in the largest unit of which there are at least two, rounded down: 90 minutes, 24 hours."""
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return int(seconds // length), unit
    return int(seconds), "second"


def span(seconds: float) -> str:
    """ "3 days", "90 minutes", "1 second"."""
    return counted(*largest_unit(seconds))
