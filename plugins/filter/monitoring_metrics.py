# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.monitoring_metrics import (
    NotScans,
    render_monitoring_metrics,
)


def monitoring_metrics(scans: object, name: str = "speedlab", previous: str = "") -> str:
    """The filter: Ansible's own types are made plain, then the pure renderer does the work."""
    try:
        return render_monitoring_metrics(plain(scans), name=str(plain(name)), previous=str(plain(previous)))
    except (NotScans, NotAVerdict, TypeError) as error:
        raise AnsibleFilterError(f"contentsquare.speedlab.monitoring_metrics: {error}") from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"monitoring_metrics": monitoring_metrics}
