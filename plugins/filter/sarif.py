# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.sarif import render_sarif
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._report_filter import report


def sarif(verdict: object, location: str = "", previous: str = "") -> str:
    """The filter."""
    return report("sarif", render_sarif, verdict, location=within_repository(str(plain(location))), previous=previous)


def within_repository(location: str) -> str:
    """A path as code scanning takes it: from the working directory, which in a pipeline is the repository.

    What lies elsewhere stays as it is.
    """
    path = os.path.expanduser(location)
    if not os.path.isabs(path):
        return location
    relative = os.path.relpath(path)
    return location if relative.startswith(os.pardir) else Path(relative).as_posix()


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"sarif": sarif}
