# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.budgets import BudgetsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.proposals import Wishes, propose
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain

_NAME = "contentsquare.speedlab.proposed_budgets"


def proposed_budgets(monitorings: object, existing: object = None, **wishes: Any) -> dict[str, Any]:
    """The filter: Ansible's own types are made plain, then the pure function does the work."""
    listed = plain(monitorings)
    if not isinstance(listed, list) or not all(isinstance(each, dict) and "id" in each for each in listed):
        raise AnsibleFilterError(f"{_NAME}: the input is no list of monitorings. Hand over the key monitorings.")
    try:
        return propose(listed, plain(existing), Wishes(**plain(wishes))).as_dict()
    except (BudgetsError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"{_NAME}: {error}") from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"proposed_budgets": proposed_budgets}
