# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import urllib.request
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


class ActionModule(ActionBase):
    """For the system tests: a call of the simulator's control interface, between two tasks of a playbook."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        wish = plain(self._task.args)
        data = None if wish["body"] is None else json.dumps(wish["body"]).encode()
        request = urllib.request.Request(wish["url"], data, method=wish["method"])
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return {"changed": False, "answer": json.loads(answer.read() or b"null")}
