# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import BudgetsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.proposals import Options, propose
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain

_NAME = "contentsquare.speedlab.proposed_budgets"


def proposed_budgets(monitorings: object, existing: object = None, **options: Any) -> dict[str, Any]:
    """The filter: Ansible's own types are made plain, then the pure function does the work."""
    listed = plain(monitorings)
    if not isinstance(listed, list) or not all(isinstance(each, dict) and "id" in each for each in listed):
        raise AnsibleFilterError(f"{_NAME}: the input is no list of monitorings. Hand over the key monitorings.")
    try:
        return propose(listed, plain(existing), Options(**_typed(plain(options)))).as_dict()
    except (BudgetsError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"{_NAME}: {error}") from error


def _typed(options: dict[str, Any]) -> dict[str, Any]:
    """The options in their types: from a command line they are text. Raises :class:`ValueError` for other text."""
    return {name: _TYPES[name](name, value) if name in _TYPES else value for name, value in options.items()}


def _number(kind: type[int] | type[float], what: str) -> Callable[[str, Any], Any]:
    def typed(name: str, value: Any) -> Any:
        try:
            return value if not isinstance(value, str) else kind(value)
        except ValueError:
            raise ValueError(f'{name} has to be {what}, not the text "{value}"') from None

    return typed


def _yes_or_no(name: str, value: Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError:
        raise ValueError(f'{name} has to be true or false, not the text "{value}"') from None


def _list(name: str, value: Any) -> Any:
    return [each.strip() for each in value.split(",")] if isinstance(value, str) else value


_TYPES: dict[str, Callable[[str, Any], Any]] = {
    "metrics": _list,
    "headroom_percent": _number(float, "a number"),
    "min_samples": _number(int, "a whole number"),
    "only_tighten": _yes_or_no,
}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"proposed_budgets": proposed_budgets}
