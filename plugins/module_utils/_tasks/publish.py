# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of speedlab_publish, whose work is done by an action on the controller alone.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from typing import Any

NAME = "speedlab_publish"
_STAGES = ("begin", "part", "merge", "all")
FORMATS = ("json", "html", "junit", "markdown", "csv", "openmetrics", "sarif", "table")
FORMS = ("generic", "slack")

OPTIONS: dict[str, dict[str, Any]] = {
    "verdict": {"type": "dict"},
    "dest": {"type": "path"},
    "name": {"type": "str", "default": "report"},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": ["json", "html"]},
    "title": {"type": "str", "default": ""},
    "link": {"type": "str", "default": ""},
    "location": {"type": "str", "default": ""},
    "rows": {"type": "int", "default": 100},
    "mode": {"type": "raw", "default": "0640"},
    "history": {"type": "path"},
    "notify": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "form": {"type": "str", "choices": list(FORMS), "default": "generic"},
            # Not no_log, as the values of headers: ansible-core 2.22 masks such a value in all that a run prints, also
            # an everyday word or a mistyped "https://". The action hides what is secret.
            "url": {"type": "raw", "required": True},
            "headers": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "value": {"type": "raw", "required": True},
                },
            },
        },
    },
    "fail_on": {
        "type": "list",
        "elements": "str",
        "choices": ["pass", "warn", "fail", "unknown"],
        "default": ["fail", "unknown"],
    },
    "stage": {"type": "str", "choices": list(_STAGES), "default": "all"},
    "run_id": {"type": "str", "default": ""},
    "part": {"type": "str", "default": ""},
    "expected_hosts": {"type": "list", "elements": "str", "default": []},
    "keep_parts": {"type": "bool", "default": False},
}
