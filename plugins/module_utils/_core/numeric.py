# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers as the API may give them. Private to this collection: may change without notice."""

from __future__ import annotations

import math
import re

_DIGITS = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)


def real_number(value: object) -> float | None:
    """The value when it is a finite number; None for all else: text, booleans, NaN, infinity, numbers out of range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # an integer too long for a float
        return None


def number_given(value: object) -> float | None:
    """The same, and the number that a text of digits says: some JSON writers put numbers in quotes."""
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    return real_number(value)


def shown_number(value: float) -> str:
    """A number for people, as short as it can be without lying: 2500, 91.4, 0.103."""
    if abs(value) >= 1000 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.3f}".rstrip("0").rstrip(".")
