# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: task_times
type: aggregate
short_description: Write how long each task took, over all its hosts and loop items
description: For the benchmarks of this collection.
"""


class CallbackModule(CallbackBase):
    """A task lasts from its start to the start of the next one, or to the end of the playbook."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_times"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[str, float] = {}
        self._task = ""
        self._started = 0.0

    def _turn_to(self, name: str) -> None:
        now = time.monotonic()
        if self._task:
            self._times[self._task] = now - self._started
        self._task, self._started = name, now

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._turn_to(task.get_name().strip())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._turn_to("")
        with open(os.environ["SPEEDLAB_BENCHMARK_TIMES"], "w", encoding="utf-8") as file:
            json.dump(self._times, file)
