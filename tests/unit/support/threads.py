# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many threads at once, and answers that come while others wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import Call, Reply


def in_threads(count: int, work: Callable[[], Any]) -> None:
    """``work`` in so many threads at once; a failure of one of them fails the test."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait(10)
        try:
            work()
        except (errors.SpeedlabError, AssertionError) as error:
            failures.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert failures == []


def slowly(answer: Reply, seconds: float = 0.05) -> Callable[[Call], Reply]:
    """Time enough for others to come along meanwhile."""

    def answered(call: Call) -> Reply:
        time.sleep(seconds)
        return answer

    return answered


def once_all_asked(count: int, answer: Reply) -> Callable[[Call], Reply]:
    """The same answer for so many calls, as soon as all of them are waiting for it."""
    barrier = threading.Barrier(count)

    def answered(call: Call) -> Reply:
        barrier.wait(10)
        return answer

    return answered
