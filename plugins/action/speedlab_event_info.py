# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.event_info import TASK
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.action import SpeedlabAction


class ActionModule(SpeedlabAction):
    """The in-process front of the module of the same name, where the documentation is."""

    TASK = TASK
