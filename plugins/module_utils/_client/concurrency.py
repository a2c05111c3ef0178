# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many calls from one task.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    done: Callable[[int, int], None] = lambda finished, total: None,
) -> list[Result]:
    """``function`` of every item, in the order of the items; the first error ends it.

    ``done`` is told after each item how many of how many are finished, in the calling thread. The threads are daemons:
    a task that is interrupted (its ``timeout``, Ctrl-C) or fails does not wait for calls under way.
    """
    results: dict[int, Result] = {}
    waiting = deque(range(len(items)))
    finished: queue.SimpleQueue[tuple[int, Any, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        while True:
            try:
                position = waiting.popleft()
            except IndexError:
                return
            try:
                finished.put((position, function(items[position]), None))
            except BaseException as error:  # noqa: BLE001 - handed to the calling thread, which raises it
                finished.put((position, None, error))
                return

    for number in range(min(workers, len(items))):
        threading.Thread(target=work, name=f"speedlab-{number}", daemon=True).start()
    try:
        for total in range(1, len(items) + 1):
            position, result, error = finished.get()
            if error is not None:
                raise error
            results[position] = result
            done(total, len(items))
    finally:
        waiting.clear()  # after a failure or an interruption the threads find nothing more to start
    return [results[position] for position in range(len(items))]
