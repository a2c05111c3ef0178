# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run of a scenario went.

Private to this collection: may change without notice.

Source: API reference, section 7.3. The API has no field for it: whether a run failed shows only in the answer to the
question for failed runs, and whether one of its checks failed in the counts of its summary.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ..numeric import real_number

Grade = Literal["ok", "check_failed", "failed", "unknown"]
GRADES: tuple[Grade, ...] = ("ok", "check_failed", "failed", "unknown")


def grade_run(run: Mapping[str, Any], failed: bool | None) -> Grade:
    """``failed``: whether the API lists the run among the failed ones; None where that cannot be told.

    Errors in the browser's console are no failure. A run that does not count its failed checks is not called good.
    """
    if failed is None:
        return "unknown"
    if failed:
        return "failed"
    summary = run.get("summary")
    failed_checks = real_number(summary.get("fail")) if isinstance(summary, Mapping) else None
    if failed_checks is None:
        return "unknown"
    return "check_failed" if failed_checks > 0 else "ok"
