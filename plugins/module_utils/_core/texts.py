# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that users write in YAML without quotes.

Private to this collection: may change without notice.

YAML turns such text into numbers, booleans and dates. Where that keeps all of it, it becomes text again.
"""

from __future__ import annotations

from datetime import date

_LOST = {
    bool: "is a boolean, which is what YAML makes of yes, no, on, off, true and false. Put it in quotes",
    float: 'is a number with a decimal point, of which YAML keeps no last zeros. Put it in quotes, such as "10.40"',
}


def text_of(value: object) -> str:
    """The text that a user meant: text, a whole number or a date.

    Raises :class:`ValueError` for a float (10.40 is 10.4 by now), a boolean and everything that is no single value. The
    message goes on after the name of an option, and does not quote the value.
    """
    if isinstance(value, str):
        return value
    lost = next((reason for kind, reason in _LOST.items() if isinstance(value, kind)), "")
    if lost:
        raise ValueError(lost)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError("has to be text")
