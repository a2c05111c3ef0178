# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that a plugin carries out on the controller by itself: for the lookup and the inventory.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.plugins.module_utils._secrets import register_secrets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import Task, execute

display = Display()


class ReadingFailed(Exception):
    """Its text says what happened and what to do, without a secret; ``code``: the stable name of the failure."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def read(task: Task, options: Mapping[str, Any], plugin: str) -> dict[str, Any]:
    """The result of a task with typed options, for ``plugin``. Raises :class:`ReadingFailed`.

    Secrets and tokens are registered for masking, and neither warnings nor the error show a secret. Lines of progress
    go where errors go: another program may read what ``ansible-inventory`` prints.
    """
    execution = execute(
        task,
        options,
        check_mode=False,
        diff_mode=False,
        environ=os.environ,
        ansible=ansible_version,
        progress=lambda text: display.display(f"{plugin}: {text}", stderr=True),
    )
    register_secrets(execution.secrets)
    for warning in execution.warnings:
        display.warning(warning)
    if execution.failed:
        raise ReadingFailed(execution.result["msg"], execution.result["failure"]["code"])
    return execution.result
