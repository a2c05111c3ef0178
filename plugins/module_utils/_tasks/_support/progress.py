# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line now and then while a task has long work to do.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_PERIOD = 10.0  # seconds without a word before one is due


def every_now_and_then(say: Callable[[str], None], what: str) -> Callable[[int, int], None]:
    """A ``done`` for :func:`.._client.concurrency.in_parallel` that says how far the work is, every ten seconds."""
    last = time.monotonic()

    def done(finished: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _PERIOD:
            last = time.monotonic()
            say(f"{what}: {finished} of {total} done")

    return done
