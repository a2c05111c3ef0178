# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.text_table import render_table
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._report_filter import report

_AROUND_A_LINE = 11  # what debug prints around each item of a list
_WIDEST = 120 - _AROUND_A_LINE


def table(verdict: object, width: object = 0, rows: object = 0) -> str:
    """The filter."""
    render = functools.partial(render_table, width=_number("width", width) or _room(), rows=_number("rows", rows))
    return report("table", render, verdict)


def _number(name: str, value: object) -> int:
    try:
        return int(str(plain(value)))
    except (TypeError, ValueError):
        raise AnsibleFilterError(f"contentsquare.speedlab.table: {name} has to be a whole number.") from None


def _room() -> int:
    """What debug has room for in the terminal; without a terminal Ansible counts 79 columns."""
    columns: Any = Display().columns  # core has no type for it
    return min(_WIDEST, int(columns) - _AROUND_A_LINE)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"table": table}
