# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run of speedlab_publish knows of its surroundings, and how it ends.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SpeedlabError


@dataclass(frozen=True)
class Surroundings:
    """Where the task runs. ``workflow``: the id of the AWX workflow job, empty outside of one.

    ``expected``: the hosts that ``expected_hosts`` stands for. ``task``: what the task is told apart by from all others
    of this run. ``say`` and ``warn`` show a line to the user.
    """

    host: str
    task: str
    check_mode: bool
    diff_mode: bool
    workflow: str
    expected: tuple[str, ...]
    environ: Mapping[str, str]
    user_agent: str
    say: Callable[[str], None]
    warn: Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """The end of the task: its result, and why it fails although its result is there."""

    result: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    failure: SpeedlabError | None = None
