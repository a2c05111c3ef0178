# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


class ActionModule(ActionBase):
    """For the system tests: keeps values for the test and shows them to nobody else."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        with open(os.environ["SPEEDLAB_TEST_NOTES"], "a", encoding="utf-8") as file:
            file.write(json.dumps(plain(self._task.args), default=str) + "\n")
        return {"changed": False}
