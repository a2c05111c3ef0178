# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports that are kept as they are while nothing but the clock has moved.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.strict_json import parse_json
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import instant_told
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict


def unless_only_the_clock_moved(
    verdict: Verdict, previous: str, previous_checked_at: datetime | None, render: Callable[[Verdict], str]
) -> str:
    """The report of this verdict; or the previous one, if that says the same and was made on the same day.

    This is what makes a task that writes reports idempotent without a report ever being older than a day.
    """
    if previous_checked_at is None or previous_checked_at.date() != verdict.checked_at.date():
        return render(verdict)
    if render(replace(verdict, checked_at=previous_checked_at)) == previous:
        return previous
    return render(verdict)


def instant_found(report: str, pattern: re.Pattern[str]) -> datetime | None:
    """The time of the check that an earlier report tells, as the pattern's first group; None if it tells none."""
    found = pattern.search(report)
    return instant_told(found[1]) if found else None


def json_of(text: str) -> Any:
    """The value of a JSON text, such as an earlier report. Raises :class:`ValueError` for what is none."""
    return parse_json(text.encode("utf-8"))


def instant_of_json(report: str, *path: str | int) -> datetime | None:
    """The time of the check that an earlier JSON report tells at the end of a path; None if it is no such report."""
    try:
        found = json_of(report)
        for key in path:
            found = found[key]
        return instant_told(found)
    except (ValueError, LookupError, TypeError):
        return None
