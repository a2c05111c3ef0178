# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.openmetrics import render_openmetrics
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._report_filter import report


def openmetrics(verdict: object, name: str = "", previous: str = "") -> str:
    """The filter."""
    return report("openmetrics", render_openmetrics, verdict, name=name, previous=previous)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"openmetrics": openmetrics}
